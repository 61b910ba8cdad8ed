"""What was learned from all of the past: how much each thing known of a customer adds to the log odds.

There are no rows where there is too little to learn from. How well this does is judged by `risk_prediction`.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from models.risk import fitting, learning

INPUTS = learning.INPUTS
SCHEMA = {
    "kind": pl.String(),
    "feature": pl.String(),
    "level": pl.String(),
    "typical": pl.Float64(),
    "spread": pl.Float64(),
    "farthest": pl.Float64(),
    "slope": pl.Float64(),
    "intercept": pl.Float64(),
}


def build(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per kind and term: `level` is 'value', or 'unknown' for what not knowing it means.

    A value counts as (value - typical) / spread, from -farthest to farthest, times slope; `intercept` is what a typical
    customer has.
    """
    rows = []
    for kind, parts in learning.splits(frames).items():
        if parts.refusal is None:
            model = learning.learn(frames, kind, parts.whole)
            for term in model.terms:
                counted = (term.typical, term.spread, fitting.FAR, term.slope)
                rows.append((kind, term.feature, term.level or "value", *counted, model.intercept))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")
