"""Identity: how well and how fast records are matched, on public data with known truth and on a million companies.

The public files are not part of the project: the folder that the environment variable RAPPORT_PUBLIC_DATA names is
searched for them, and what is absent is skipped. Each data set is learned from and matched without its truth.
"""

from __future__ import annotations

import os
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from models.identity import company_comparison, company_pair, company_record
from models.identity.comparing import compared
from models.identity.training import stored_models, train
from models.identity.weighing import weighed
from models.policy.loading import load_policies
from tests.benchmarks.many_companies import staging
from tests.benchmarks.measure import measure
from tests.benchmarks.public_people import DATA, records

FULL_RECORDS = 1_000_000
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
        print(ROW.format(name, *_shown(found), data.published), flush=True)
    found = measure("tests.benchmarks.identity:many", folder, int(FULL_RECORDS * size))
    print(f"\nidentity: {found.result['records']:,} company records, {found.peak_mb:,.0f} MB peak", flush=True)
    for step, (seconds, processor, rows) in found.result["steps"].items():
        print(f"  {step:<34}{seconds:>9.1f} s{processor:>9.1f} s of processor{rows:>14,} rows", flush=True)


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
    return judged(pairs, rows.select("source_key", "truth")) | {"seconds": time.monotonic() - started}


def judged(pairs: pl.DataFrame, truth: pl.DataFrame) -> dict[str, Any]:
    """Precision, recall and F1 of pairs (left_key, right_key) against `truth` (source_key, truth: who it is)."""
    sizes = truth.group_by("truth").len()["len"].cast(pl.Int64)
    true = int((sizes * (sizes - 1) // 2).sum())
    sides = pairs.join(truth, left_on="left_key", right_on="source_key").join(
        truth, left_on="right_key", right_on="source_key", suffix="_right"
    )
    right = sides.filter(pl.col("truth") == pl.col("truth_right")).height
    precision, recall = right / max(pairs.height, 1), right / max(true, 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    counts = {"records": truth.height, "true": true, "pairs": pairs.height}
    return counts | {"precision": precision, "recall": recall, "f1": f1}


def many(folder: str, count: str) -> dict[str, Any]:
    """A million company records: cleaned, matched anew, matched with one in a hundred of them new."""
    settings = {"policy.identity": load_policies()["identity"], "policy.match_model": stored_models()}
    steps: dict[str, tuple[float, float, int]] = {}
    cleaned = _timed(steps, "clean all", lambda: company_record.build(staging(int(count))))
    path = Path(folder) / "records.parquet"
    before = cleaned.filter(pl.int_range(pl.len()) % 101 != 0)
    cleaned.write_parquet(path)
    height, memory, pairs = cleaned.height, pl.DataFrame(), pl.DataFrame()
    del cleaned
    for step in ("first run", "1 % more"):
        rows = before if step == "first run" else pl.read_parquet(path)
        given = settings | {"identity.company_record": rows, "identity.company_comparison": memory}
        memory = _timed(steps, f"{step}: compare", lambda given=given: company_comparison.build(given))
        given |= {"identity.company_comparison": memory, "identity.company_pair": pairs}
        pairs = _timed(steps, f"{step}: weigh", lambda given=given: company_pair.build(given))
    return {"records": height, "steps": steps}


def _timed(steps: dict[str, tuple[float, float, int]], name: str, build: Any) -> pl.DataFrame:
    started, used = time.monotonic(), time.process_time()
    made: pl.DataFrame = build()
    steps[name] = time.monotonic() - started, time.process_time() - used, made.height
    return made
