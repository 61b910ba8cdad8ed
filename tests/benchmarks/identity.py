"""Identity: how well and how fast records are matched, on public data with known truth and on a million companies.

The public files are not part of the project: the folder that the environment variable RAPPORT_PUBLIC_DATA names is
searched for them, and what is absent is skipped. Each data set is learned from and matched without its truth.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from models.identity.training import stored_models, train
from models.policy.loading import load_policies
from pipelines.match import decisions
from pipelines.rooms import Table, catalogue
from pipelines.tables import founders
from pipelines.warehouse import Connection, connect, replace_table, scalar, transaction
from tests.benchmarks.many_companies import staging
from tests.benchmarks.measure import measure
from tests.benchmarks.public_people import DATA, records
from tests.models.matching_cases import compared, weighed

FULL_RECORDS = 1_000_000
RUNS = {"first run": "where no % 101 <> 0", "1 % more": ""}
"""Which of the records are there, by run."""
STEPS = {"clean": "record", "compare": "comparison", "weigh": "pair", "decide": "decision", "link": "link"}
"""The table that each step makes, without `identity.company_`."""
EVEN_CHANCE = Decimal("0.5")
ROW = "  {:<16}{:>10}{:>12}{:>11}{:>9}{:>9}{:>9}{:>7}  {}"


def benchmark(folder: Path, size: float) -> None:
    """Print one row per data set, then the seconds and peak memory of very many companies, anew and with 1 % more."""
    print("\nidentity: pairs more probable than not, against the truth; published figures beside them", flush=True)
    print(ROW.format("data set", "records", "true pairs", "precision", "recall", "F1", "pairs", "s", "published"))
    public = Path(os.environ.get("RAPPORT_PUBLIC_DATA", folder))
    for name, data in DATA.items():
        absent = [file for file in data.files if not (public / file).is_file()]
        if absent:
            print(f"  {name:<16}skipped: no {', '.join(absent)} in RAPPORT_PUBLIC_DATA", flush=True)
            continue
        found = measure("tests.benchmarks.identity:public", name, public).result
        same = f" (ours there: P {found['precision_there']:.4f})" if data.recall else ""
        print(ROW.format(name, *_shown(found), data.published + same), flush=True)
    found = measure("tests.benchmarks.identity:many", folder, int(FULL_RECORDS * size))
    print(f"\nidentity: {found.result['records']:,} company records, {found.peak_mb:,.0f} MB peak", flush=True)
    for step, (seconds, processor, rows) in found.result["steps"].items():
        print(f"  {step:<34}{seconds:>9.1f} s{processor:>9.1f} s of processor{rows:>14,} rows", flush=True)
    for place, what in ((0, "time"), (1, "processor time")):
        steps = found.result["steps"].items()
        spent = [sum(told[place] for step, told in steps if step.startswith(run)) for run in RUNS]
        print(f"  1 % more: {100 * spent[1] / spent[0]:.1f} % of the first run's {what}, all steps", flush=True)


def _shown(found: dict[str, Any]) -> list[str]:
    rates = [f"{found[name]:.4f}" for name in ("precision", "recall", "f1")]
    return [f"{found['records']:,}", f"{found['true']:,}", *rates, f"{found['pairs']:,}", f"{found['seconds']:.0f}"]


def public(name: str, folder: str) -> dict[str, Any]:
    """Learn from one public data set and match it."""
    data = DATA[name]
    rows = records(data, Path(folder))
    cap = load_policies()["identity"]["block_cap"].item()
    started = time.monotonic()
    model = train(data.plan, rows)
    pairs = weighed(data.plan, model, rows, compared(data.plan, rows, None, cap), EVEN_CHANCE)
    seconds = time.monotonic() - started
    return judged(pairs, rows.select("source_key", "truth"), data.recall or 0) | {"seconds": seconds}


def judged(pairs: pl.DataFrame, truth: pl.DataFrame, published: float) -> dict[str, Any]:
    """Precision, recall and F1 of pairs (left_key, right_key, weight) against `truth` (source_key, truth: who it is).

    `precision_there` is that of the heaviest pairs, as many as reach the published recall.
    """
    sizes = truth.group_by("truth").len()["len"].cast(pl.Int64)
    true = int((sizes * (sizes - 1) // 2).sum())
    sides = pairs.join(truth, left_on="left_key", right_on="source_key").join(
        truth, left_on="right_key", right_on="source_key", suffix="_right"
    )
    is_right = sides.sort("weight", "left_key", "right_key", descending=True)
    found = is_right.select((pl.col("truth") == pl.col("truth_right")).cast(pl.Int64).cum_sum())["truth"]
    right = int(found[-1]) if found.len() else 0
    needed = next((place for place, count in enumerate(found, 1) if count >= round(published * true)), None)
    precision, recall = right / max(pairs.height, 1), right / max(true, 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    counts = {"records": truth.height, "true": true, "pairs": pairs.height}
    there = found[needed - 1] / needed if needed else 0.0
    return counts | {"precision": precision, "recall": recall, "f1": f1, "precision_there": there}


def many(folder: str, count: str) -> dict[str, Any]:
    """A million company records: matched anew, then with one in a hundred of them new; every step as `build` does it.

    They are matched in a warehouse of their own, a file that each run opens as every run does.
    """
    steps: dict[str, tuple[float, float, int]] = {}
    warehouse = Path(folder) / "warehouse.duckdb"
    with connect(warehouse) as con:
        _arrive(con, int(count))
    for run, chosen in RUNS.items():
        with connect(warehouse) as con:
            replace_table(con, "staging.company", f"select * exclude (no) from staging.arrived {chosen}")
            for step, table in STEPS.items():
                _timed(steps, f"{run}: {step}", partial(_renew, con, catalogue()[f"identity.company_{table}"]))
            records = scalar(con, "select count(*) from identity.company_record")
    return {"records": records, "steps": steps}


def _arrive(con: Connection, count: int) -> None:
    """All that is there before the first run."""
    arrived = staging(count) | {"policy.match_model": stored_models()}
    arrived |= {"policy.match_decision": decisions.frame([])}
    for name, frame in arrived.items():
        _store(con, name, frame.with_row_index("no") if name == "staging.company" else frame)
    founders.prepare(con)
    con.execute(
        "create schema identity; create schema meta; alter table staging.company rename to arrived; "
        "create table meta.delivery as select timestamp '2026-07-01' as delivered_at; "
        "create table meta.run as select timestamp '2026-07-01' as as_of"
    ).fetchall()


def _renew(con: Connection, table: Table) -> int:
    """Renew a table as `build` does; its rows."""
    assert table.renew is not None
    with transaction(con), founders.noted(con, table):
        table.renew(con)
    return int(scalar(con, f"select count(*) from {table.name}"))


def _store(con: Connection, name: str, frame: pl.DataFrame) -> None:
    con.register("arriving", frame)
    replace_table(con, name, "select * from arriving")
    con.unregister("arriving")


def _timed(steps: dict[str, tuple[float, float, int]], name: str, build: Callable[[], int]) -> None:
    started, used = time.monotonic(), time.process_time()
    rows = build()
    steps[name] = time.monotonic() - started, time.process_time() - used, rows
