"""What calibration is: what was said of later months beside what came, from the least likely to the likeliest."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from models.risk import scores
from models.schema import Number, Schema, Text, Whole, field

INPUTS = ("intermediate.risk_prediction", "policy.risk")
COLUMNS = ("predicted", "observed", "low", "high")
PLACES = 4


class RiskCalibration(Schema):
    """One group of customers and month ends that were thought about equally likely, of the months that judge a model.

    The probabilities are right where `predicted` lies within the interval in about 95 of 100 groups. There are no rows
    where there is too little to learn from.
    """

    kind: Text = field("What is foretold: churn or expansion.", key=True, isin=["churn", "expansion"])
    bin: Whole = field("Number of the group, 1 for the least likely.", key=True, ge=1)
    row_count: Whole = field("Customers times month ends in it.", required=True, ge=1)
    event_count: Whole = field("Those followed by it within the horizon.", required=True, ge=0)
    predicted: Number = field("Mean probability.", required=True, ge=0, le=1)
    observed: Number = field("Share to whom it came.", required=True, ge=0, le=1)
    low: Number = field("Lower end of the 95 % interval of that share (Wilson).", required=True, ge=0, le=1)
    high: Number = field("Upper end of it.", required=True, ge=0, le=1)


def build(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """As many groups of equal size for each kind as the policy says; equal probabilities are in one."""
    count = int(frames["policy.risk"].row(0, named=True)["calibration_bins"])
    said = frames["intermediate.risk_prediction"]
    rows = [
        {"kind": kind, **row}
        for (kind,), own in sorted(said.group_by("kind"), key=lambda item: str(item[0]))
        for row in scores.bins(own["probability"], own["came"], count)
    ]
    types = {column: dtype.type for column, dtype in RiskCalibration.to_schema().dtypes.items()}
    return pl.DataFrame(rows, schema=types).with_columns(pl.col(COLUMNS).round(PLACES))
