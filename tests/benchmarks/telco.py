"""How well the probability model does on public data: IBM's Telco customers, which others have published figures for.

The file is not part of the project: it is looked for in the folder that RAPPORT_PUBLIC_DATA names, then beside the
project, and skipped when it is nowhere. A plain logistic regression reaches an area under the curve of 0.845, boosted
trees 0.848; above 0.86 what is to be foretold has leaked into what it is foretold from.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, stdev

import polars as pl

from models.risk import fitting, scores
from pipelines.home import ROOT

FILE = "Telco-Customer-Churn.csv"
CAME = "Churn"
STRENGTH = 1.0
FOLDS = 5
ROUNDS = 3
LOWEST, HIGHEST = 0.831, 0.860
"""Between them the mean area under the curve must lie: below, the model is worse than it should be; above, it leaks."""


@dataclass(frozen=True)
class Judged:
    """One fold that the model had not seen."""

    auc: float
    average_precision: float
    brier: float


def benchmark(folder: Path, size: float) -> None:  # the whole file each time: it is small
    """Print the figures over all folds; leave with 1 where the area under the curve is not what it should be."""
    path = find(folder)
    if path is None:
        print(f"\ntelco: skipped: no {FILE} in RAPPORT_PUBLIC_DATA", flush=True)
        return
    judged = list(judge(customers(path), ROUNDS))
    print(f"\ntelco: {FOLDS} folds x {ROUNDS}, mean ± standard deviation", flush=True)
    for name, published in (("auc", 0.845), ("average_precision", 0.655), ("brier", 0.136)):
        values = [getattr(one, name) for one in judged]
        print(f"  {name:<18}{mean(values):.4f} ± {stdev(values):.4f}   (published: {published})", flush=True)
    found = mean(one.auc for one in judged)
    if not LOWEST <= found <= HIGHEST:
        sys.exit(f"telco: the area under the curve is {found:.4f} and should be from {LOWEST} to {HIGHEST}")


def find(folder: Path) -> Path | None:
    """The public file, where somebody has put it."""
    public = Path(os.environ.get("RAPPORT_PUBLIC_DATA", folder))
    places = (public / FILE, public / "telco" / FILE, ROOT.parent / "shared" / "data" / "telco" / FILE)
    return next((path for path in places if path.is_file()), None)


def customers(path: Path) -> pl.DataFrame:
    """The customers as published; an amount left blank is not known, and who left is a Boolean."""
    rows = pl.read_csv(path, infer_schema_length=None, null_values=[" "])
    return rows.with_columns(pl.col(CAME) == "Yes")


def judge(rows: pl.DataFrame, rounds: int) -> Iterator[Judged]:
    """Fit on four fifths and judge by the fifth, each fifth once a round, with as many leavers in each."""
    features = [name for name in rows.columns if name not in ("customerID", CAME)]
    for seed in range(rounds):
        shuffled = rows.sample(fraction=1, shuffle=True, seed=seed).sort(CAME, maintain_order=True)
        folds = shuffled.with_columns(fold=pl.int_range(pl.len()) % FOLDS)
        for number in range(FOLDS):
            train, test = folds.filter(pl.col("fold") != number), folds.filter(pl.col("fold") == number)
            said, came = fitting.predict(fitting.fit(train, features, CAME, STRENGTH), test), test[CAME]
            yield Judged(
                scores.auc(said, came) or 0.0,
                scores.average_precision(said, came) or 0.0,
                scores.brier(said, came) or 0.0,
            )
