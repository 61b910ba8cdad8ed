"""What the ARR forecast is: the months ahead in three scenarios. How it is made is in `intermediate.arr_outlook`."""

from __future__ import annotations

from models.schema import Day, Exact, Schema, Text, Whole, field


class ArrForecast(Schema):
    """ARR at the end of a month ahead, in the reporting currency at present rates, in one scenario.

    arr = running + renewals + new_business + further_business + expected_loss + expected_expansion, exactly.
    """

    month: Day = field("First day of the month.", key=True)
    scenario: Text = field("Scenario.", key=True, isin=["base", "optimistic", "pessimistic"])
    horizon: Whole = field("Months ahead: 1 is the first that ends after the forecast is made.", required=True, ge=1)
    made_on: Day = field("Day on which the forecast is made.", required=True)
    policy_id: Text = field("Set of rules of the revenue policy.", required=True)
    currency: Text = field("The reporting currency, ISO 4217.", required=True)
    arr: Exact = field("ARR forecast.", required=True)
    running: Exact = field("What runs or is agreed, until it is known to end or comes up for renewal.", required=True)
    renewals: Exact = field(
        "What has come up for renewal by then, by its likelihood; optimistic: all that is not lost; pessimistic: by "
        "its likelihood where it renews by itself, else nothing.",
        required=True,
    )
    new_business: Exact = field(
        "Open opportunities of companies that pay nothing yet, by the history of their stage, else the likelihood "
        "stated; optimistic the higher of both, pessimistic the lower.",
        required=True,
    )
    further_business: Exact = field(
        "New business of opportunities that do not exist yet: what new and returning customers brought a month in the "
        "last months of history, less what `new_business` brings in the month; optimistic as in a good month, "
        "pessimistic as in a bad one.",
        required=True,
        ge=0,
    )
    expected_loss: Exact = field(
        "What customers without a term lose, as in the last months of history (0 or less); optimistic as in a good "
        "month, pessimistic as in a bad one.",
        required=True,
        le=0,
    )
    expected_expansion: Exact = field("What they add, in the same way.", required=True)
    low: Exact = field("Lower end of the interval; null of too few past forecasts, and in the other scenarios.")
    high: Exact = field("Upper end of the interval; null as `low`.")
    start_count: Whole = field("Past forecasts that looked as far ahead and whose month is over.", required=True, ge=0)
    interval_from: Text = field(
        "What the interval comes from.",
        required=True,
        isin=["errors of past forecasts", "none: too few past forecasts", "none: a scenario"],
    )
