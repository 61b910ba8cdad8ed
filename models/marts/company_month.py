"""What a company's month is: what it pays, and how that came from the month before, in the reporting currency."""

from __future__ import annotations

from models.schema import Day, Exact, Flag, Schema, Text, Whole, field


class CompanyMonth(Schema):
    """One company and month, from its first with revenue to the one at which it is gone, and again when it returns.

    closing = opening + new + reactivation + expansion - contraction - churn + fx, exactly.
    """

    policy_id: Text = field("Set of rules of the revenue policy.", key=True)
    company_id: Text = field("The company.", key=True, references="company")
    month: Day = field("First day of the month.", key=True)
    is_complete: Flag = field("False in the month that is not over: it is valued at the run's as-of.", required=True)
    currency: Text = field("The reporting currency, ISO 4217.", required=True)
    segment: Text = field("Segment the company is in now, else 'not stated'.", required=True)
    country: Text = field("Country the company is in now, else 'not stated'.", required=True)
    mrr: Exact = field("Net MRR at the end of the month.", required=True)
    arr: Exact = field("Twelve times `mrr`.", required=True)
    gross_mrr: Exact = field("MRR at the end of the month before discounts.", required=True)
    opening: Exact = field("Net MRR at the end of the month before, at the rates of that month.", required=True)
    new: Exact = field("MRR of a company that never paid before.", required=True)
    reactivation: Exact = field("MRR of a company that comes back after a month end without any.", required=True)
    expansion: Exact = field("More from a company that already paid.", required=True)
    contraction: Exact = field("Less from a company that still pays.", required=True)
    churn: Exact = field("MRR of a company that pays nothing any more.", required=True)
    fx: Exact = field("What the opening MRR gained or lost by the month's exchange rates.", required=True)
    closing: Exact = field("Same as `mrr`.", required=True)
    movement: Text = field(
        "The month's change in one word, revaluation aside.",
        required=True,
        isin=["new", "reactivation", "expansion", "contraction", "churn", "none"],
    )
    is_customer: Flag = field("True when the company pays at the end of the month.", required=True)
    was_customer: Flag = field("True when it paid at the end of the month before.", required=True)
    months_since_first: Whole = field("Months since its first month with revenue: 0 in that month.")
