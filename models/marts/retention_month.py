"""What retention of a month is: how much of what customers paid some months ago they still pay."""

from __future__ import annotations

from models.schema import Day, Exact, Flag, Number, Schema, Text, Whole, field


class Retained(Schema):
    """What is left of what some companies paid at the start of a window."""

    is_complete: Flag = field("False in the month that is not over.", required=True)
    currency: Text = field("The reporting currency, ISO 4217.", required=True)
    net_revenue_retention: Number = field("ending_mrr / starting_mrr.")
    gross_revenue_retention: Number = field("retained_mrr / starting_mrr.", ge=0, le=1)
    logo_retention: Number = field("remaining_customers / starting_customers.", ge=0, le=1)
    starting_mrr: Exact = field("What those companies paid at the start.", required=True)
    ending_mrr: Exact = field("What the same companies pay at the end.", required=True)
    retained_mrr: Exact = field("The same, but of each company at most what it paid at the start.", required=True)
    starting_customers: Whole = field("Companies that paid at the start.", required=True)
    remaining_customers: Whole = field("Those of them that pay at the end.", required=True)


class RetentionMonth(Retained):
    """One month and length of window: the companies that paid `window_months` before the month's end, and what is left.

    New and returning companies are not in it. Both ends are valued at the exchange rates of the last month, so rates
    move nothing. Ratios are null when nobody paid at the start.
    """

    policy_id: Text = field("Set of rules of the revenue policy.", key=True)
    month: Day = field("First day of the window's last month.", key=True)
    window_months: Whole = field("Length of the window in months.", key=True)
