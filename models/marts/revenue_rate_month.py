"""What the month's revenue rates are: how fast revenue is lost and won, and what a customer is worth."""

from __future__ import annotations

from models.schema import Day, Exact, Flag, Number, Schema, Text, Whole, field


class RevenueRateMonth(Schema):
    """One month of the whole business. A rate is null, never 0 or infinite, where there is nothing to divide by."""

    policy_id: Text = field("Set of rules of the revenue policy.", key=True)
    month: Day = field("First day of the month.", key=True)
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
    trailing_customers_opening: Whole = field(
        "Companies paying at the start, summed over the trailing months.", required=True
    )
    trailing_customers_churned: Whole = field("Companies that stopped paying in the trailing months.", required=True)
