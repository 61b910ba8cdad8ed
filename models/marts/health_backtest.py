"""What the back-test of the health score is: how well past scores told who would be lost.

What a score is stands in `health_score`; losses, notices and scores of the past are in `intermediate.risk_snapshot`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from models.risk import scores
from models.schema import Flag, Number, Schema, Text, Whole, field

INPUTS = ("intermediate.risk_snapshot", "meta.run", "policy.health", "policy.risk", "policy.risk_backtest_days")
EVERYONE = "(all)"
PLACES = 4
GREEN_DAYS = (30, 60, 90)
NEAR_DAYS = 31
"""The score of a day is the newest of a month end up to so many days before it."""


class HealthBacktest(Schema):
    """One segment and number of days ahead: whether the scores at past month ends told the losses that followed.

    Counted are customers that paid, had a score and had not given notice; a loss is the house's churn. The segment is
    the one a company is in now, and so is the rest of what sources tell only as it is now (who is a champion, which
    records belong together): those are taken to have been so always.
    """

    segment: Text = field("Segment; '(all)' for all of them.", key=True)
    horizon_days: Whole = field("Losses within so many days after a month end count.", key=True, ge=1)
    snapshot_count: Whole = field("Customers times month ends whose outcome is known.", required=True, ge=0)
    account_count: Whole = field("Customers among them.", required=True, ge=0)
    churn_count: Whole = field("Customers lost within the days of one of their month ends.", required=True, ge=0)
    noticed_count: Whole = field("Customers times month ends left out because notice was given.", required=True, ge=0)
    mean_coverage: Number = field("Mean coverage of the scores.", ge=0, le=1)
    auc: Number = field("Of a customer lost and one kept, how often the lost one had the lower score.", ge=0, le=1)
    auc_low: Number = field("Lower end of its 95 % interval (Newcombe, by customers).", ge=0, le=1)
    auc_high: Number = field("Upper end of it.", ge=0, le=1)
    lift_top_decile: Number = field("How many times more losses the lowest tenth of scores had than all.", ge=0)
    loss_count: Whole = field("Losses, notice given before or not, with a score before them.", required=True, ge=0)
    median_lead_days: Number = field(
        "Days below thriving, unbroken, by month ends, before notice or else loss: half had so many or more.", ge=0
    )
    green_share_30: Number = field("Share of the losses that were thriving 30 days before.", ge=0, le=1)
    green_share_60: Number = field("Share of the losses that were thriving 60 days before.", ge=0, le=1)
    green_share_90: Number = field("Share of the losses that were thriving 90 days before.", ge=0, le=1)
    is_thin: Flag = field("True where there are too few losses to rely on the figures.", required=True)
    words: Text = field("The same in plain words.", required=True)


def build(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per segment, all of them first, and number of days of the policy."""
    policy = frames["policy.risk"].row(0, named=True)
    thriving = float(frames["policy.health"].row(0, named=True)["thriving_from"])
    told = (
        frames["intermediate.risk_snapshot"].with_columns(pl.col("score").cast(pl.Float64)).sort("company_id", "day_on")
    )
    closed_on = frames["meta.run"].item(0, "as_of_on")
    rows = []
    for segment in (EVERYONE, *sorted(told["segment"].unique())):
        own = told if segment == EVERYONE else told.filter(segment=segment)
        past = _losses(own, thriving)
        for days in sorted(frames["policy.risk_backtest_days"]["value"]):
            row = {"segment": segment, "horizon_days": days, **_telling(own, days, closed_on), **past}
            row["is_thin"] = row["churn_count"] < policy["minimum_backtest_losses"]
            rows.append({**row, "words": _words(row, policy["minimum_backtest_losses"])})
    types = {column: dtype.type for column, dtype in HealthBacktest.to_schema().dtypes.items()}
    return pl.DataFrame(rows, schema=types)


def _telling(told: pl.DataFrame, days: int, closed_on: date) -> dict[str, Any]:
    """How well the scores of month ends that are so many days ago told the losses of the days after them."""
    end = pl.col("day_on") + pl.duration(days=days)
    known = told.filter(pl.col("is_paying") & pl.col("score").is_not_null() & (end <= closed_on))
    rows = known.filter(pl.col("notice_on").is_null()).with_columns(
        came=(pl.col("lost_on") <= end).fill_null(value=False)
    )
    hits = rows.filter("came")["company_id"].n_unique()
    misses = rows["company_id"].n_unique() - hits
    said, came = -rows["score"], rows["came"]
    area = scores.auc(said, came)
    low, high = (None, None) if area is None else scores.auc_interval(area, hits, max(misses, 1))
    return {
        "snapshot_count": rows.height,
        "account_count": hits + misses,
        "churn_count": hits,
        "noticed_count": known.height - rows.height,
        "mean_coverage": _rounded(rows["coverage"].cast(pl.Float64).mean()),
        "auc": _rounded(area),
        "auc_low": _rounded(low),
        "auc_high": _rounded(high),
        "lift_top_decile": _rounded(scores.lift(said, came)),
    }


def _losses(told: pl.DataFrame, thriving: float) -> dict[str, Any]:
    """What the scores before each loss said, and how long before notice or loss they had left thriving."""
    leads: list[int] = []
    greens: dict[int, list[bool]] = {days: [] for days in GREEN_DAYS}
    before = told.filter(pl.col("lost_on").is_not_null() & pl.col("score").is_not_null())
    ways = before.group_by("company_id", "lost_on").agg("day_on", "score", notice_on=pl.col("notice_on").min())
    for lost_on, days, points, notice_on in ways.select("lost_on", "day_on", "score", "notice_on").iter_rows():
        way = list(zip(days, points, strict=True))
        leads.append(_lead(way, notice_on or lost_on, thriving))
        for back, found in greens.items():
            near = [(day, score) for day, score in way if back <= (lost_on - day).days <= back + NEAR_DAYS]
            if near:
                found.append(near[-1][1] >= thriving)
    shares = {f"green_share_{back}": _rounded(pl.Series(found).mean()) for back, found in greens.items() if found}
    return {
        "loss_count": len(leads),
        "median_lead_days": pl.Series(leads, dtype=pl.Int64).median(),
        **dict.fromkeys(f"green_share_{back}" for back in GREEN_DAYS),
        **shares,
    }


def _lead(way: list[tuple[date, float]], until: date, thriving: float) -> int:
    """Days from the first of the unbroken run of scores below thriving, up to `until`; 0 where the last one was not."""
    began = until
    for day, score in reversed([(day, score) for day, score in way if day < until]):
        if score >= thriving:
            break
        began = day
    return (until - began).days


def _words(row: Mapping[str, Any], needed: int) -> str:
    """What the figures mean, for somebody who has not met such figures."""
    days, lost = row["horizon_days"], row["churn_count"]
    if row["auc"] is None:
        return f"Nothing can be said yet: {lost or 'no'} customers with a score were lost within {days} days."
    area, low, high = (f"{100 * row[name]:.0f}" for name in ("auc", "auc_low", "auc_high"))
    said = (
        f"Of a customer lost within {days} days and one kept, the lost one had the lower score in {area} of 100 cases "
        f"(95 % interval {low} to {high}; 50 is chance). The lowest tenth of scores held {row['lift_top_decile']:.1f} "
        "times its share of losses."
    )
    if row["loss_count"]:
        lead = row["median_lead_days"]
        said += (
            f" Half of those lost were below thriving for {lead:.0f} days or more before notice or loss"
            if lead
            else " Half of those lost or more were thriving to the last month end before notice or loss"
        )
        green = row["green_share_30"]
        said += "." if green is None else f"; {100 * green:.0f} % were still thriving 30 days before the loss."
    thin = f" Few losses: {lost}, and {needed} are needed to rely on this." if row["is_thin"] else ""
    return said + thin


def _rounded(value: Any) -> float | None:
    return None if value is None else round(float(value), PLACES)
