"""What a model that had learned from the older past alone says of the later one, beside what came of it.

There are no rows where there is too little to learn from. What is said of customers now comes from `risk_weight`.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from models.risk import fitting, learning

INPUTS = learning.INPUTS
SCHEMA = {
    "kind": pl.String(),
    "company_id": pl.String(),
    "day_on": pl.Date(),
    "probability": pl.Float64(),
    "came": pl.Boolean(),
}


def build(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per kind, customer and day that judges."""
    made = []
    for kind, rows in learning.splits(frames).items():
        if rows.refusal is None:
            model = learning.learn(frames, kind, rows.train)
            test, _ = learning.valued(rows.test, frames["intermediate.risk_feature"])
            said = fitting.predict(model, test).round(fitting.PLACES)
            told = test.with_columns(kind=pl.lit(kind), probability=said, came=pl.col(learning.KINDS[kind]))
            made.append(told.select(*SCHEMA))
    return pl.concat(made) if made else pl.DataFrame(schema=SCHEMA)
