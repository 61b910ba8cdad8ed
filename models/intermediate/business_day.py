"""When support was open: every open stretch in UTC, with the open seconds that went before. Tickets are not known here.

One row is one open stretch of one local day (a day with a break has two). The open time between two instants is the
difference of what had been open by each of them, so tickets need no loop over days.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Literal

import holidays
import polars as pl

INPUTS = (
    "meta.run",
    "intermediate.first_ticket",
    "policy.support",
    "policy.support_opening_hours",
    "policy.support_own_holidays",
)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def build(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Open stretches from the first ticket's day to the day after the run's as-of day.

    Returns day_on (local date), opens_at, closes_at, next_opens_at (UTC instants; the row holds from `opens_at` up to
    `next_opens_at`) and open_seconds_before (whole seconds open before `opens_at`).
    """
    policy = frames["policy.support"].row(0, named=True)
    last = frames["meta.run"]["as_of"][0].date() + timedelta(days=2)
    opened = frames["intermediate.first_ticket"]["first_opened_at"][0]
    # A day earlier than UTC says, since the local day may have begun before.
    first = (opened.date() if opened else last) - timedelta(days=1)
    closed = _closed_days(policy, first, last) | {
        date.fromisoformat(day) for day in frames["policy.support_own_holidays"]["value"]
    }
    days = pl.DataFrame({"day_on": pl.date_range(first, last, eager=True)})
    stretches = (
        days.filter(~pl.col("day_on").is_in(sorted(closed)))
        .with_columns(
            weekday=pl.col("day_on").dt.weekday().replace_strict(range(1, 8), WEEKDAYS, return_dtype=pl.String)
        )
        .join(frames["policy.support_opening_hours"], on="weekday")
        .select(
            "day_on",
            opens_at=_instant("opens", policy["time_zone"], "earliest"),
            closes_at=_instant("closes", policy["time_zone"], "latest"),
        )
        .sort("opens_at")
    )
    seconds = (pl.col("closes_at") - pl.col("opens_at")).dt.total_seconds()
    return stretches.with_columns(
        next_opens_at=pl.col("opens_at").shift(-1).fill_null(pl.lit(last + timedelta(days=7)).cast(pl.Datetime("us"))),
        open_seconds_before=seconds.cum_sum() - seconds,
    )


def _closed_days(policy: Mapping[str, str], first: date, last: date) -> set[date]:
    """The public holidays of the policy's country and part of it, from `first` to `last`."""
    known = holidays.country_holidays(
        policy["holiday_country"],
        subdiv=policy["holiday_subdivision"] or None,
        years=range(first.year, last.year + 1),
    )
    return {day for day in known if first <= day <= last}


def _instant(clock: str, zone: str, ambiguous: Literal["earliest", "latest"]) -> pl.Expr:
    """The UTC instant of a local time of day; a time that a clock change skips is the instant of the change."""
    hours, minutes = pl.col(clock).str.head(2).cast(pl.Int64), pl.col(clock).str.tail(2).cast(pl.Int64)
    local = pl.col("day_on").cast(pl.Datetime("us")) + pl.duration(hours=hours, minutes=minutes)
    known = local.dt.replace_time_zone(zone, ambiguous=ambiguous, non_existent="null")
    skipped = (
        local.dt.offset_by("1h").dt.truncate("1h").dt.replace_time_zone(zone, non_existent="null", ambiguous=ambiguous)
    )
    return known.fill_null(skipped).dt.convert_time_zone("UTC").dt.replace_time_zone(None)
