"""How far off forecasts may be, by how far they look ahead: from the errors of earlier ones that were known by then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal

import polars as pl

INPUTS = ("intermediate.forecast_start", "intermediate.forecast_error", "policy.forecast")
NANO = Decimal("0.000000001")
SCHEMA = {
    "month_no": pl.Int64(),
    "horizon": pl.Int64(),
    "start_count": pl.Int64(),
    "low_error": pl.Decimal(38, 12),
    "high_error": pl.Decimal(38, 12),
}


def build(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per forecast (`month_no`) and months ahead; errors as shares of the forecast, null of too few starts."""
    policy = frames["policy.forecast"].row(0, named=True)
    rest = (1 - policy["interval_share"]) / 2
    by_horizon = defaultdict(list)
    errors = frames["intermediate.forecast_error"].drop_nulls("relative_error")
    for target_no, horizon, error in errors.select("target_no", "horizon", "relative_error").iter_rows():
        by_horizon[horizon].append((target_no, error))
    rows: list[tuple[object, ...]] = []
    for month_no, first_no in frames["intermediate.forecast_start"].select("month_no", "first_no").iter_rows():
        for horizon in range(1, policy["horizon_months"] + 1):
            known = sorted(error for target_no, error in by_horizon[horizon] if target_no < first_no)
            ends: tuple[Decimal | None, Decimal | None] = (None, None)
            if len(known) >= policy["minimum_starts"]:
                ends = (quantile(known, rest), quantile(known, 1 - rest))
            rows.append((month_no, horizon, len(known), *ends))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def quantile(values: Sequence[Decimal], share: Decimal) -> Decimal:
    """The value below which a share of the sorted values lies, between its two neighbours in proportion."""
    place = share * (len(values) - 1)
    below = int(place)
    above = min(below + 1, len(values) - 1)
    return (values[below] + (values[above] - values[below]) * (place - below)).quantize(NANO, ROUND_HALF_EVEN)
