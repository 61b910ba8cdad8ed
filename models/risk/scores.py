"""How good a probability or a score is at telling what came: numbers about pairs of what was said and what came.

What is said comes from `fitting`, or from the health score; what is done with the numbers belongs to the marts.
"""

from __future__ import annotations

from math import sqrt
from typing import Any

import polars as pl

Z95 = 1.959963984540054
TINY = 1e-6
"""A probability is taken to lie at least so far from 0 and 1 where its logarithm is needed."""


def auc(said: pl.Series, came: pl.Series) -> float | None:
    """How often, of one to whom it came and one to whom it did not, the first had the higher score; a tie is a half.

    `came` is Boolean. None where one of the two kinds is missing.
    """
    hits, misses = int(came.sum()), came.len() - int(came.sum())
    if not hits or not misses:
        return None
    ranks = float(said.rank("average").filter(came).sum())
    return (ranks - hits * (hits + 1) / 2) / (hits * misses)


def auc_interval(area: float, hits: int, misses: int) -> tuple[float, float]:
    """The 95 % interval of an area under the curve, by Newcombe's fifth method: not zero wide where nothing overlaps.

    Source: R. G. Newcombe, Statistics in Medicine 25 (2006), 559-573. `hits` and `misses` count what is independent:
    customers, where one customer stands in several rows.
    """
    return _bound(area, hits, misses, 0.0), _bound(area, hits, misses, 1.0)


def _bound(area: float, hits: int, misses: int, end: float) -> float:
    """The value between `area` and `end` from which `area` is just 1.96 standard errors away."""
    inner, outer = area, end
    for _ in range(60):
        middle = (inner + outer) / 2
        if abs(area - middle) <= Z95 * sqrt(_variance(middle, hits, misses)):
            inner = middle
        else:
            outer = middle
    return (inner + outer) / 2


def _variance(area: float, hits: int, misses: int) -> float:
    """Hanley and McNeil's variance with both counts replaced by their mean inside the brackets, as Newcombe does."""
    more = (hits + misses) / 2 - 1
    inside = 1 + more * (1 - area) / (2 - area) + more * area / (1 + area)
    return area * (1 - area) * inside / (hits * misses)


def average_precision(said: pl.Series, came: pl.Series) -> float | None:
    """Precision averaged over the hits as they are found from the highest score down; None without a hit."""
    from sklearn.metrics import average_precision_score

    return float(average_precision_score(came.to_numpy(), said.to_numpy())) if came.any() else None


def brier(said: pl.Series, came: pl.Series) -> float | None:
    """The mean squared distance between probability and what came (0 is perfect); None without rows."""
    return None if came.is_empty() else float(((said - came.cast(pl.Float64)) ** 2).sum()) / came.len()


def lift(said: pl.Series, came: pl.Series, share: float = 0.1) -> float | None:
    """How many times more often it came in the `share` with the highest scores than in all; None without a hit.

    Rows whose scores tie at the border count in proportion, so that no order of rows makes a difference.
    """
    rows, hits = came.len(), float(came.sum())
    if not hits:
        return None
    wanted = max(1.0, rows * share)
    tied = pl.DataFrame({"said": said, "came": came}).group_by("said").agg(n=pl.len(), hits=pl.col("came").sum())
    left, found = wanted, 0.0
    for count, came_true in tied.sort("said", descending=True).select("n", "hits").iter_rows():
        taken = min(left, float(count))
        found += came_true * taken / count
        left -= taken
        if left <= 0:
            break
    return (found / wanted) / (hits / rows)


def log_odds(said: pl.Series) -> pl.Series:
    """The logarithm of the odds of probabilities."""
    inside = said.clip(TINY, 1 - TINY)
    return (inside / (1 - inside)).log()


def wilson(hits: int, rows: int) -> tuple[float, float]:
    """The 95 % interval of a share, by Wilson: within 0 and 1, not zero wide where all or none were hit."""
    share, square = hits / rows, Z95**2
    centre = (share + square / (2 * rows)) / (1 + square / rows)
    half = Z95 * sqrt(share * (1 - share) / rows + square / (4 * rows * rows)) / (1 + square / rows)
    return 0.0 if hits == 0 else centre - half, 1.0 if hits == rows else centre + half


def bins(said: pl.Series, came: pl.Series, count: int = 10) -> list[dict[str, Any]]:
    """What was said beside what came, in up to `count` bins of equally many rows, the lowest probabilities first.

    Equal probabilities stay together. Each bin: bin, row_count, event_count, predicted, observed, low, high (Wilson).
    """
    frame = pl.DataFrame({"said": said, "came": came}).with_columns(
        bin=((pl.col("said").rank("max") - 1) * count / pl.len()).floor().cast(pl.Int64)
    )
    grouped = frame.group_by("bin").agg(n=pl.len(), hits=pl.col("came").sum(), said=pl.col("said").sort().mean())
    made = []
    for place, row in enumerate(grouped.sort("bin").iter_rows(named=True), start=1):
        low, high = wilson(row["hits"], row["n"])
        made.append(
            {
                "bin": place,
                "row_count": row["n"],
                "event_count": row["hits"],
                "predicted": row["said"],
                "observed": row["hits"] / row["n"],
                "low": low,
                "high": high,
            }
        )
    return made
