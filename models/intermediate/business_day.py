"""When support is open: every open stretch in UTC, with the open seconds that went before. Tickets are not known here.

One row is one open stretch of one local day (a day with a break has two) of one calendar. The open time between two
instants is the difference of what had been open by each of them, so tickets need no loop over days.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Literal

import holidays
import polars as pl

INPUTS = (
    "meta.run",
    "intermediate.first_ticket",
    "policy.support",
    "policy.support_opening_hours",
    "policy.support_own_holidays",
    "policy.support_calendar",
)
DEFAULT = "default"
AHEAD = timedelta(days=400)
"""How far ahead the calendars go: a promise that falls due later has no time to it yet."""
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def build(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Open stretches of every calendar from the first ticket's day to 400 days after the run's as-of day.

    Returns calendar, day_on (local date), opens_at, closes_at (UTC instants) and open_seconds_before (whole seconds
    open before `opens_at`).
    """
    last = frames["meta.run"]["as_of"][0].date() + AHEAD
    opened = frames["intermediate.first_ticket"]["first_opened_at"][0]
    # A day earlier than UTC says, since the local day may have begun before.
    first = (opened.date() if opened else frames["meta.run"]["as_of"][0].date()) - timedelta(days=1)
    days = pl.DataFrame({"day_on": pl.date_range(first, last, eager=True)}).with_columns(
        weekday=pl.col("day_on").dt.weekday().replace_strict(range(1, 8), WEEKDAYS, return_dtype=pl.String)
    )
    own = frames["policy.support_own_holidays"]["value"].to_list()
    default = frames["policy.support"].row(0, named=True) | {
        "name": DEFAULT,
        "own_holidays": own,
        "is_always_open": False,
    }
    calendars = [default, *frames["policy.support_calendar"].rows(named=True)]
    hours = frames["policy.support_opening_hours"]
    return pl.concat([_stretches(calendar, hours, days) for calendar in calendars])


def _stretches(calendar: Mapping[str, Any], hours: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """The open stretches of one calendar, in order of time."""
    if calendar["is_always_open"]:
        hours = pl.DataFrame({"weekday": WEEKDAYS, "opens": "00:00", "closes": "24:00"})
        closed: set[date] = set()
    else:
        hours = hours.filter(pl.col("calendar") == calendar["name"]).drop("calendar")
        closed = _closed_days(calendar, days["day_on"][0], days["day_on"][-1])
    stretches = (
        days.filter(~pl.col("day_on").is_in(sorted(closed)))
        .join(hours, on="weekday")
        .select(
            pl.lit(calendar["name"]).alias("calendar"),
            "day_on",
            opens_at=_instant("opens", calendar["time_zone"], "earliest"),
            closes_at=_instant("closes", calendar["time_zone"], "latest"),
        )
        .sort("opens_at")
    )
    seconds = (pl.col("closes_at") - pl.col("opens_at")).dt.total_seconds()
    return stretches.with_columns(open_seconds_before=seconds.cum_sum() - seconds)


def _closed_days(calendar: Mapping[str, Any], first: date, last: date) -> set[date]:
    """The calendar's own holidays, and the public ones of its country and part of it, from `first` to `last`."""
    own = {date.fromisoformat(day) for day in calendar["own_holidays"]}
    if not calendar["holiday_country"]:
        return own
    known = holidays.country_holidays(
        calendar["holiday_country"],
        subdiv=calendar["holiday_subdivision"] or None,
        years=range(first.year, last.year + 1),
    )
    return own | {day for day in known if first <= day <= last}


def _instant(clock: str, zone: str, ambiguous: Literal["earliest", "latest"]) -> pl.Expr:
    """The UTC instant of a local time of day; a time that a clock change skips is the instant of the change."""
    hours, minutes = pl.col(clock).str.head(2).cast(pl.Int64), pl.col(clock).str.tail(2).cast(pl.Int64)
    local = pl.col("day_on").cast(pl.Datetime("us")) + pl.duration(hours=hours, minutes=minutes)
    known = local.dt.replace_time_zone(zone, ambiguous=ambiguous, non_existent="null")
    skipped = (
        local.dt.offset_by("1h").dt.truncate("1h").dt.replace_time_zone(zone, non_existent="null", ambiguous=ambiguous)
    )
    return known.fill_null(skipped).dt.convert_time_zone("UTC").dt.replace_time_zone(None)
