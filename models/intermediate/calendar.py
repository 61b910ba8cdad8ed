"""Stretches of time in which a change is first seen in one day and one month: what brings instants to periods.

An instant is looked up by its UTC date, which names two or three stretches, and by their borders.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import pairwise

import polars as pl

INPUTS = ("intermediate.period",)
MOMENT = timedelta(microseconds=1)
SCHEMA = {
    "policy_id": pl.String(),
    "utc_on": pl.Date(),
    "seen_from": pl.Datetime("us"),
    "seen_to": pl.Datetime("us"),
    "month_no": pl.Int64(),
    "day_no": pl.Int64(),
}


def build(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Stretches [seen_from, seen_to) that no UTC midnight divides, with the first period of each grain that sees them.

    A change is seen in the first period whose `valued_at` is not before it; `month_no` is null where none is.
    """
    rows: list[tuple[object, ...]] = []
    periods = frames["intermediate.period"].sort("policy_id", "period_no")
    for (policy_id,), of_set in periods.group_by("policy_id", maintain_order=True):
        days, months = (of_set.filter(grain=grain) for grain in ("day", "month"))
        borders = {grain["starts_at"][0] for grain in (days, months)}
        borders |= {at + MOMENT for grain in (days, months) for at in grain["valued_at"]}
        borders |= set(_midnights(min(borders), max(borders)))
        ordered = sorted(border for border in borders if border <= days["valued_at"][-1] + MOMENT)
        of_days, of_months = days["valued_at"].to_list(), months["valued_at"].to_list()
        for start, end in pairwise(ordered):
            month, day = bisect_left(of_months, end - MOMENT), bisect_left(of_days, end - MOMENT)
            month_no = months["period_no"][month] if month < len(of_months) else None
            rows.append((policy_id, start.date(), start, end, month_no, days["period_no"][day]))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _midnights(first: datetime, last: datetime) -> list[datetime]:
    day = first.replace(hour=0, minute=0, second=0, microsecond=0)
    return [day + timedelta(days=number) for number in range(1, (last - day).days + 1)]
