"""What a group of companies pays month by month: the schema of `marts.company_group_month`."""

from __future__ import annotations

from models.schema import Day, Exact, Flag, Schema, Text, Whole, field


class CompanyGroupMonth(Schema):
    """One row per company of a group and month: `company_month` of it and all companies below it, added up.

    The group is the one of today. Each company's movement is counted as its own: a daughter that joins is new.
    """

    policy_id: Text = field("Set of rules of the revenue policy.", key=True)
    company_id: Text = field("The company at the top of what is added up.", key=True, references="company")
    month: Day = field("First day of the month.", key=True)
    is_complete: Flag = field("False in the month that is not over: it is valued at the run's as-of.", required=True)
    currency: Text = field("The reporting currency, ISO 4217.", required=True)
    mrr: Exact = field("Net MRR at the end of the month.", required=True)
    arr: Exact = field("Twelve times `mrr`.", required=True)
    gross_mrr: Exact = field("MRR at the end of the month before discounts.", required=True)
    opening: Exact = field("Net MRR at the end of the month before, at the rates of that month.", required=True)
    new: Exact = field("MRR of companies that never paid before.", required=True)
    reactivation: Exact = field("MRR of companies that come back.", required=True)
    expansion: Exact = field("More from companies that already paid.", required=True)
    contraction: Exact = field("Less from companies that still pay.", required=True)
    churn: Exact = field("MRR of companies that pay nothing any more.", required=True)
    fx: Exact = field("What the opening MRR gained or lost by the month's exchange rates.", required=True)
    closing: Exact = field("Same as `mrr`.", required=True)
    customer_count: Whole = field("Companies that pay at the end of the month.", required=True, ge=0)
