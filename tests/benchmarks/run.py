"""The whole run: `rapport run` over a demo world that was multiplied until it holds the wanted number of companies."""

from __future__ import annotations

import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines import demo, runs
from pipelines.home import Home
from pipelines.rooms import catalogue
from tests.benchmarks.measure import measure
from tests.benchmarks.multiply import multiply

FULL_COMPANIES = 200_000
WORLD_COMPANIES = 1_000
MONTHS = 36
SLOWEST = 15


def benchmark(folder: Path, size: float) -> None:
    """Print the seconds per layer, the slowest tables and the peak memory."""
    companies = int(FULL_COMPANIES * size)
    copies = max(1, round(companies / WORLD_COMPANIES))
    world, home = Home(folder / "world"), Home(folder / "home")
    world.prepare_environment()
    demo.write_world(world, seed=7, companies=min(WORLD_COMPANIES, companies), months=MONTHS)
    demo.sync_all(world, lambda _: None)
    began = time.monotonic()
    rows = multiply(world, home, copies)
    events = sum(count for name, count in rows.items() if name.startswith(("raw_zendesk.", "raw_mail.")))
    print(
        f"\nrun: {companies:,} companies, {MONTHS} months, {sum(rows.values()):,} raw rows "
        f"({events:,} of help desk and mail), multiplied in {time.monotonic() - began:.0f} s",
        flush=True,
    )
    for name in ("first run", "nothing new"):
        found = measure("tests.benchmarks.run:run_once", home.path)
        print(f"  {name}: {found.seconds:.1f} s, {found.peak_mb:,.0f} MB peak (load {found.load:.1f})", flush=True)
        _print_layers(found.result["built"])
        for failure in found.result["failures"]:
            print(f"  FAILED {failure}", flush=True)


def _print_layers(built: dict[str, tuple[int, float]]) -> None:
    layers: dict[str, list[tuple[str, int, float]]] = defaultdict(list)
    for name, (rows, seconds) in built.items():
        layers[catalogue()[name].layer].append((name, rows, seconds))
    for layer, tables in layers.items():
        rows, seconds = sum(table[1] for table in tables), sum(table[2] for table in tables)
        print(f"    {layer:<14}{len(tables):>4} tables{rows:>14,} rows{seconds:>9.1f} s", flush=True)
    slowest = sorted((table for tables in layers.values() for table in tables), key=lambda table: -table[2])
    for name, rows, seconds in slowest[:SLOWEST]:
        print(f"      {name:<44}{rows:>14,} rows{seconds:>9.1f} s", flush=True)


def run_once(home: str) -> dict[str, Any]:
    """`rapport run`, with Dagster's history in memory; what was built and what failed."""
    place = Home(Path(home))
    place.prepare_environment()
    dg.DagsterInstance.get = dg.DagsterInstance.ephemeral  # type: ignore[method-assign]
    result = runs.run(place, demo.LAST_DAY, lambda _: None, lambda *_: None)
    return {"built": result.built, "failures": result.failures}
