"""What revenue rates of a cut are: how fast a segment, country ... loses and wins, what its customers are worth."""

from __future__ import annotations

from models.schema import Day, Exact, Flag, Number, Schema, Text, Whole, field


class RevenueRateCut(Schema):
    """One month of one member of a dimension: `revenue_rate_month`, cut as `bridge_cut` is.

    What and who was there at the start is counted after transfers: a company that moves to another member counts there.
    A rate is null, never 0 or infinite, where there is nothing to divide by. Members with nothing in a month have no
    row.
    """

    policy_id: Text = field("Set of rules of the revenue policy.", key=True)
    dimension: Text = field("By what is cut.", key=True, isin=["segment", "country", "owner", "parent"])
    member: Text = field("As in `bridge_cut`.", key=True)
    month: Day = field("First day of the month.", key=True)
    member_name: Text = field("Name of the team member or parent; else the same as `member`.", required=True)
    is_complete: Flag = field("False in the month that is not over.", required=True)
    currency: Text = field("The reporting currency, ISO 4217.", required=True)
    gross_mrr_churn_rate: Number = field("(churn + contraction) / opening.")
    net_mrr_churn_rate: Number = field("(churn + contraction - expansion - reactivation) / opening.")
    logo_churn_rate: Number = field("Companies that stopped paying / companies that paid at the start.", ge=0, le=1)
    trailing_logo_churn_rate: Number = field(
        "The same over the policy's trailing months: all that stopped / the sum of those who paid at each start.",
        ge=0,
        le=1,
    )
    quick_ratio: Number = field("(new + reactivation + expansion) / (churn + contraction).")
    arpa: Exact = field("MRR per paying company.")
    asp: Exact = field("MRR of new companies per new company.")
    ltv: Exact = field("`arpa` / `trailing_logo_churn_rate`.")
    closing_mrr: Exact = field("Net MRR at the end of the month.", required=True)
    customers_closing: Whole = field("Paying companies at the end of the month.", required=True)
