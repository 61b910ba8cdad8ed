"""What the back-test of the ARR forecast is: past forecasts beside what came. How they are made is in
`intermediate.arr_outlook`, which also says what of the past is not known as of then."""

from __future__ import annotations

from models.schema import Day, Exact, Flag, Schema, Text, Whole, field


class ArrForecastTest(Schema):
    """One forecast of ARR (scenario base) as it would have been made at the end of a past month, for one month ahead.

    It knows only what was known then, and so does its interval. The last columns are the same for a horizon.
    """

    made_on: Day = field("Day on which the forecast would have been made.", key=True)
    horizon: Whole = field("Months ahead.", key=True, ge=1)
    month: Day = field("First day of the month that was forecast.", required=True)
    policy_id: Text = field("Set of rules of the revenue policy.", required=True)
    currency: Text = field("The reporting currency, ISO 4217.", required=True)
    forecast: Exact = field("ARR forecast, at the rates of then.", required=True)
    actual: Exact = field("ARR that came: the closing of `marts.arr_bridge`.", required=True)
    error: Exact = field("forecast - actual.", required=True)
    percentage_error: Exact = field("error / actual; null where nothing came.")
    low: Exact = field("Lower end of the interval, from the errors known then; null of too few.")
    high: Exact = field("Upper end of the interval; null as `low`.")
    is_covered: Flag = field("True when what came lies in the interval; null without one.")
    start_count: Whole = field("Forecasts from which the interval comes.", required=True, ge=0)
    forecast_count: Whole = field("Forecasts of this horizon whose percentage error is known.", required=True, ge=0)
    mean_absolute_percentage_error: Exact = field("Average of this horizon's percentage errors, signs aside.", ge=0)
    interval_count: Whole = field("Forecasts of this horizon that have an interval.", required=True, ge=0)
    interval_coverage: Exact = field("Of those, the share in whose interval lies what came.", ge=0, le=1)
