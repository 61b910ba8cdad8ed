"""What an MRR movement is: how a company's monthly revenue in one currency came from one month to the next."""

from __future__ import annotations

from models.schema import Day, Exact, Flag, Schema, Text, field


class MrrMovement(Schema):
    """One company, currency and month, in that currency. There is no row while the company pays nothing in it.

    What a change is called is decided for the company as a whole: one who only changes currency shows a contraction in
    the old and an expansion in the new one.
    """

    policy_id: Text = field("Set of rules of the revenue policy.", key=True)
    company_id: Text = field("The company.", key=True, references="company")
    currency: Text = field("ISO 4217 currency of all amounts of the row.", key=True)
    month: Day = field("First day of the month.", key=True)
    is_complete: Flag = field("False in the month that is not over: it is valued at the run's as-of.", required=True)
    opening: Exact = field("Net MRR at the end of the month before.", required=True)
    new: Exact = field("MRR of a company that never paid before.", required=True)
    reactivation: Exact = field("MRR of a company that comes back after a month end without any.", required=True)
    expansion: Exact = field("More from a company that already paid.", required=True)
    contraction: Exact = field("Less from a company that still pays.", required=True)
    churn: Exact = field("MRR of a company that pays nothing any more.", required=True)
    fx: Exact = field("Always 0 here: within one currency nothing is revalued.", required=True)
    closing: Exact = field("Net MRR at the end of the month.", required=True)
    gross_mrr: Exact = field("MRR at the end of the month before discounts.", required=True)
