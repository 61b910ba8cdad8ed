"""What the ARR bridge is: how the business's annual recurring revenue came from one month to the next."""

from __future__ import annotations

from models.schema import Day, Exact, Flag, Schema, Text, Whole, field


class ArrBridge(Schema):
    """One month of the whole business: ARR (12 times MRR) in the reporting currency, and how many customers moved.

    closing = opening + new + reactivation + expansion - contraction - churn + fx, exactly.
    """

    policy_id: Text = field("Set of rules of the revenue policy.", key=True)
    month: Day = field("First day of the month.", key=True)
    is_complete: Flag = field("False in the month that is not over: it is valued at the run's as-of.", required=True)
    currency: Text = field("The reporting currency, ISO 4217.", required=True)
    opening: Exact = field("ARR at the end of the month before.", required=True)
    new: Exact = field("ARR of companies that never paid before.", required=True)
    reactivation: Exact = field("ARR of companies that come back.", required=True)
    expansion: Exact = field("More from companies that already paid.", required=True)
    contraction: Exact = field("Less from companies that still pay.", required=True)
    churn: Exact = field("ARR of companies that pay nothing any more.", required=True)
    fx: Exact = field("What the opening ARR gained or lost by the month's exchange rates.", required=True)
    closing: Exact = field("ARR at the end of the month.", required=True)
    gross_arr: Exact = field("ARR at the end of the month before discounts.", required=True)
    customers_opening: Whole = field("Paying companies at the end of the month before.", required=True)
    customers_new: Whole = field("Companies that paid for the first time.", required=True)
    customers_reactivated: Whole = field("Companies that came back.", required=True)
    customers_churned: Whole = field("Companies that pay nothing any more.", required=True)
    customers_closing: Whole = field("Paying companies at the end of the month.", required=True)
