"""What survival is: which share of the customers that began still pays, so many months later, by Kaplan and Meier.

Whose months count stands in `intermediate.first_life`; what one cohort paid stands in `cohort_month`.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from importlib.util import find_spec
from math import isfinite
from typing import Any

import polars as pl

from models.schema import Number, Schema, Text, Whole, field

INPUTS = ("intermediate.first_life",)
NEEDS = ("lifelines",)
"""What is not installed with everything else but with the extra `learning`; the table is empty without it."""
PLACES = 12
COLUMNS = {
    "policy_id": pl.String(),
    "segment": pl.String(),
    "month_of_life": pl.Int64(),
    "at_risk": pl.Int64(),
    "churned": pl.Int64(),
    "survival": pl.Float64(),
    "survival_low": pl.Float64(),
    "survival_high": pl.Float64(),
    "median_months": pl.Int64(),
}


class Survival(Schema):
    """Companies of one segment so many months after they first paid: how many still did, and how sure that is.

    Estimated over all companies by Kaplan and Meier, with the 95 % interval of Greenwood's variance on the log-log
    scale. Those who still pay at the run's as-of count as long as they have paid (censored); what is paid after a
    return is no part of it. The table is empty where the extra `learning` is not installed: `rapport doctor` says so.
    """

    policy_id: Text = field("Set of rules of the revenue policy.", key=True)
    segment: Text = field("Segment the companies were in when they first paid; '(all)' for all of them.", key=True)
    month_of_life: Whole = field("Months since the first one paid for: 0 in that month.", key=True, ge=0)
    at_risk: Whole = field("Companies that paid until then, and could have been lost in the month.", required=True)
    churned: Whole = field("Those of them that stopped paying in the month.", required=True)
    survival: Number = field("Estimated share that still pays at the end of the month.", required=True, ge=0, le=1)
    survival_low: Number = field("Lower end of its 95 % interval.", required=True, ge=0, le=1)
    survival_high: Number = field("Upper end of its 95 % interval.", required=True, ge=0, le=1)
    median_months: Whole = field(
        "The segment's median life: the first month at whose end no more than half still pays; null if not reached."
    )


def build(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Every month of life of every set of rules and segment, up to the longest life seen; empty without lifelines."""
    lives = frames["intermediate.first_life"]
    if lives.is_empty() or find_spec(NEEDS[0]) is None:
        return pl.DataFrame(schema=COLUMNS)
    everyone = lives.with_columns(segment=pl.lit("(all)"))
    return pl.concat(_curves(pl.concat([lives, everyone]))).sort("policy_id", "segment", "month_of_life")


def _curves(lives: pl.DataFrame) -> list[pl.DataFrame]:
    """One curve for each set of rules and segment, from the number of companies that lived so long."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the library and those under it say of each other
        from lifelines import KaplanMeierFitter

        return [
            _curve(rows, KaplanMeierFitter())
            .with_columns(policy_id=pl.lit(key[0]), segment=pl.lit(key[1]))
            .select(pl.col(name).cast(kind) for name, kind in COLUMNS.items())
            for key, rows in lives.group_by("policy_id", "segment")
        ]


def _curve(lives: pl.DataFrame, fitter: Any) -> pl.DataFrame:
    """One row per month of life, from 0 to the longest."""
    counted = lives.group_by("months", "is_lost").agg(pl.col("companies").sum()).sort("months", "is_lost")
    months = range(int(counted["months"].to_list()[-1]) + 1)
    fitter.fit(
        counted["months"].to_numpy(),
        event_observed=counted["is_lost"].to_numpy(),
        weights=counted["companies"].to_numpy(),
        timeline=months,
    )
    ended = pl.DataFrame({"months": months}, schema={"months": pl.Int64}).join(
        counted.group_by("months").agg(
            ended=pl.col("companies").sum(), churned=pl.col("companies").filter(pl.col("is_lost")).sum()
        ),
        on="months",
        how="left",
        maintain_order="left",
    )
    low, high = fitter.confidence_interval_survival_function_.to_numpy().T
    median = fitter.median_survival_time_
    return ended.fill_null(0).select(
        month_of_life="months",
        at_risk=pl.col("ended").cum_sum(reverse=True),
        churned="churned",
        survival=pl.Series(fitter.survival_function_.to_numpy()[:, 0]).round(PLACES),
        survival_low=pl.Series(low).round(PLACES),
        survival_high=pl.Series(high).round(PLACES),
        median_months=pl.lit(int(median) if isfinite(median) else None),
    )
