"""The months of the business: from the first subscription to the month in which the run's as-of instant falls.

Only the calendar stands here; what a month is worth is computed from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

INPUTS = ("intermediate.revenue_start", "meta.run", "policy.revenue")
SCHEMA = {
    "month_no": pl.Int64(),
    "month": pl.Date(),
    "starts_at": pl.Datetime("us"),
    "ends_at": pl.Datetime("us"),
    "previous_snapshot_at": pl.Datetime("us"),
    "snapshot_at": pl.Datetime("us"),
    "snapshot_on": pl.Date(),
    "is_complete": pl.Boolean(),
}


def build(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per month: `month_no` counts without a gap, `starts_at` and `ends_at` are UTC instants (half-open).

    Revenue of a month is what runs just before `snapshot_at`: the month's end, or as-of in the month that is not over.
    An as-of instant on the border of two months closes the earlier and opens no empty one. `snapshot_on` is the
    snapshot's day in the policy's zone: what was quoted before it was known. `previous_snapshot_at` of the first month
    lies before all time, so that every instant before as-of falls into one month.
    """
    as_of: datetime = frames["meta.run"].item(0, "as_of")
    first_at: datetime = frames["intermediate.revenue_start"].item(0, "first_at") or as_of
    zone = ZoneInfo(frames["policy.revenue"].item(0, "time_zone"))
    last = _month_no(as_of - timedelta(microseconds=1), zone)
    rows: list[tuple[object, ...]] = []
    previous = datetime(1, 1, 1)
    for number in range(min(_month_no(first_at, zone), last), last + 1):
        ends_at = _starts_at(number + 1, zone)
        snapshot_at = min(ends_at, as_of)
        snapshot_on = snapshot_at.replace(tzinfo=UTC).astimezone(zone).date()
        month = date(number // 12, number % 12 + 1, 1)
        rows.append(
            (number, month, _starts_at(number, zone), ends_at, previous, snapshot_at, snapshot_on, ends_at <= as_of)
        )
        previous = snapshot_at
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _month_no(instant: datetime, zone: ZoneInfo) -> int:
    local = instant.replace(tzinfo=UTC).astimezone(zone)
    return local.year * 12 + local.month - 1


def _starts_at(month_no: int, zone: ZoneInfo) -> datetime:
    local = datetime(month_no // 12, month_no % 12 + 1, 1, tzinfo=zone)
    return local.astimezone(UTC).replace(tzinfo=None)
