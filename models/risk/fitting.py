"""Learning a probability from rows: one plain, regularised logistic regression, and its calibration. Knows no column.

Which rows may be learned from belongs to `split`, how good the result is to `scores`. scikit-learn is imported when
something is fitted, not before: most runs fit nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Any

import numpy as np
import polars as pl

from models.risk.scores import log_odds

PLACES = 6
"""Everything learned is rounded to so many places, so that the same rows give the same bytes on every machine."""
FAR = 3.0
UNKNOWN = "unknown"
FOLDS = 5


@dataclass(frozen=True)
class Term:
    """One thing the probability depends on: a number (`level` null), one of the words of a text, or not being known.

    A value counts as (value - typical) / spread times `slope`, in log odds, and as no more than `FAR` spreads: what was
    hardly ever seen teaches nothing about how far it goes. A number that is not known counts as the typical one, and
    what not knowing it means is a term of its own.
    """

    feature: str
    level: str | None
    typical: float
    spread: float
    slope: float = 0.0


@dataclass(frozen=True)
class Model:
    """What was learned: log odds of the typical row, and what each term adds to or takes from it."""

    intercept: float
    terms: tuple[Term, ...]


def fit(rows: pl.DataFrame, features: Sequence[str], came: str, strength: float) -> Model:
    """Learn `came` (Boolean) from numbers and texts; the larger `strength`, the less one feature is believed (1/C).

    The order of the rows must be the same each time for the same bytes to come out. Both outcomes must occur.
    """
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    terms = tuple(term for name in features for term in _terms(rows, name))
    learner = LogisticRegression(C=1 / strength, solver="newton-cholesky", tol=1e-8, max_iter=500)
    with threadpool_limits(1):
        learner.fit(_matrix(rows, terms), rows[came].cast(pl.Int8).to_numpy())
    slopes = [round(float(slope), PLACES) for slope in learner.coef_[0]]
    learned = tuple(replace(term, slope=slope) for term, slope in zip(terms, slopes, strict=True))
    return Model(round(float(learner.intercept_[0]), PLACES), learned)


def calibrated(rows: pl.DataFrame, features: Sequence[str], came: str, strength: float, group: str) -> Model:
    """`fit`, then Platt's line through what models that had not seen a row said of it, put into the terms.

    The rows of one `group` (a customer) are in one fold, so that no row is foretold by others of the same customer. The
    line may flatten what is said too loudly; it makes nothing louder than it was fitted, nor turns it round.
    """
    model = fit(rows, features, came, strength)
    folds = rows.with_columns(fold=folded(rows, came, group))
    said = []
    for number in range(FOLDS):
        others, own = folds.filter(pl.col("fold") != number), folds.filter(pl.col("fold") == number)
        if own.height and others[came].any() and not others[came].all():
            partial = fit(others, features, came, strength)
            said.append(own.select(came, said=predict(partial, own)))
    if not said:
        return model
    unseen = pl.concat(said)
    slope, level = line(unseen["said"], unseen[came])
    if not 0 < slope < 1:
        return model
    terms = tuple(replace(term, slope=round(term.slope * slope, PLACES)) for term in model.terms)
    return Model(round(model.intercept * slope + level, PLACES), terms)


def folded(rows: pl.DataFrame, came: str, group: str) -> pl.Series:
    """A fold from 0 to 4 for each row: groups dealt out in turn, those to whom it came first, each kind by its name."""
    groups = rows.group_by(group).agg(pl.col(came).any()).sort(pl.col(came).not_(), group)
    dealt = groups.select(group, fold=pl.int_range(pl.len()) % FOLDS)
    return rows.select(group).join(dealt, on=group, how="left", maintain_order="left")["fold"]


def line(said: pl.Series, came: pl.Series) -> tuple[float, float]:
    """Slope and level of the line from what was said to what came, both in log odds: 1 and 0 where they agree.

    A slope below 1 tells that the probabilities are too far apart, one above 1 that they are too near each other.
    """
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    learner = LogisticRegression(C=inf, solver="newton-cholesky", tol=1e-8, max_iter=500)
    with threadpool_limits(1):
        learner.fit(log_odds(said).to_numpy().reshape(-1, 1), came.cast(pl.Int8).to_numpy())
    return round(float(learner.coef_[0][0]), PLACES), round(float(learner.intercept_[0]), PLACES)


def predict(model: Model, rows: pl.DataFrame) -> pl.Series:
    """The probability of each row, by a model."""
    odds: Any = _matrix(rows, model.terms) @ np.array([term.slope for term in model.terms]) + model.intercept
    return pl.Series("said", 1 / (1 + np.exp(-odds)))


def _terms(rows: pl.DataFrame, name: str) -> list[Term]:
    """The terms of one column: those that tell rows apart."""
    column = rows[name]
    if column.dtype == pl.String:
        levels = sorted(column.drop_nulls().unique())
        wanted = [(level, (column == level).fill_null(value=False).cast(pl.Float64)) for level in levels]
    else:
        known = column.drop_nulls().cast(pl.Float64)
        filled = column.cast(pl.Float64).fill_null(_rounded(known.mean()))
        wanted = [(None, filled), (UNKNOWN, column.is_null().cast(pl.Float64))]
    found = [Term(name, level, _rounded(values.mean()), _rounded(values.std(ddof=0))) for level, values in wanted]
    return [term for term in found if term.spread > 0]


def _matrix(rows: pl.DataFrame, terms: Sequence[Term]) -> Any:
    """One column per term, each with mean 0 and spread 1 over the rows that were learned from."""
    columns = []
    for term in terms:
        column = rows[term.feature]
        if term.level is None:
            values = column.cast(pl.Float64).fill_null(term.typical)
        elif column.dtype == pl.String:
            values = (column == term.level).fill_null(value=False).cast(pl.Float64)
        else:
            values = column.is_null().cast(pl.Float64)
        columns.append(((values - term.typical) / term.spread).clip(-FAR, FAR).to_numpy())
    return np.column_stack(columns) if columns else np.zeros((rows.height, 0))


def _rounded(value: Any) -> float:
    return round(float(value or 0.0), PLACES)
