"""The months and the days of the business, for each set of rules: from its first revenue to the run's as-of instant.

Only the calendar stands here; what a period is worth is computed from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

INPUTS = ("intermediate.revenue_start", "meta.run", "policy.revenue", "policy.revenue_set")
MOMENT = timedelta(microseconds=1)
COMING = 12
"""How many months after the last one stand here, too: what is known already runs in them."""
SCHEMA = {
    "policy_id": pl.String(),
    "grain": pl.String(),
    "period_no": pl.Int64(),
    "period": pl.Date(),
    "starts_at": pl.Datetime("us"),
    "ends_at": pl.Datetime("us"),
    "valued_at": pl.Datetime("us"),
    "snapshot_at": pl.Datetime("us"),
    "snapshot_on": pl.Date(),
    "is_complete": pl.Boolean(),
}


def build(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per set, grain (month, day, coming month) and period: `period_no` counts without a gap.

    `period` is its first day; `starts_at` and `ends_at` are UTC instants, half-open. A period is worth what runs at
    `valued_at`: just before `snapshot_at`, which is the period's end, or as-of in the one that is not over; for a month
    valued by its first instant, at that instant. An as-of instant on the border of two periods closes the earlier and
    opens no empty one. `snapshot_on` is the snapshot's day in the policy's zone: what was quoted before it was known.
    """
    as_of: datetime = frames["meta.run"].item(0, "as_of")
    zone = ZoneInfo(frames["policy.revenue"].item(0, "time_zone"))
    started = dict(frames["intermediate.revenue_start"].select("policy_id", "first_at").iter_rows())
    rows: list[tuple[object, ...]] = []
    for rules in frames["policy.revenue_set"].iter_rows(named=True):
        first, last = _local(started[rules["policy_id"]] or as_of, zone), _local(as_of - MOMENT, zone)
        first = min(first, last).replace(day=1)
        is_first_instant = rules["snapshot"] == "first_instant"
        for number in range(_month_no(first), _month_no(last) + 1 + COMING):
            border = _at(_month(number), zone), _at(_month(number + 1), zone)
            is_coming = number > _month_no(last)
            snapshot_at = border[0] if is_first_instant else border[1] if is_coming else min(border[1], as_of)
            valued_at = snapshot_at if is_first_instant else snapshot_at - MOMENT
            grain = "coming month" if is_coming else "month"
            rows.append((rules["policy_id"], grain, number, _month(number), *border, valued_at, snapshot_at))
        for number in range(first.toordinal(), last.toordinal() + 1):
            day = date.fromordinal(number)
            border = _at(day, zone), _at(date.fromordinal(number + 1), zone)
            snapshot_at = min(border[1], as_of)
            rows.append((rules["policy_id"], "day", number, day, *border, snapshot_at - MOMENT, snapshot_at))
    return pl.DataFrame(
        [(*row, _local(row[7], zone), row[5] <= as_of) for row in rows],  # type: ignore[arg-type, operator]
        schema=SCHEMA,
        orient="row",
    )


def _local(instant: datetime, zone: ZoneInfo) -> date:
    return instant.replace(tzinfo=UTC).astimezone(zone).date()


def _at(day: date, zone: ZoneInfo) -> datetime:
    """The UTC instant of a day's midnight in the zone."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC).replace(tzinfo=None)


def _month_no(day: date) -> int:
    return day.year * 12 + day.month - 1


def _month(month_no: int) -> date:
    return date(month_no // 12, month_no % 12 + 1, 1)
