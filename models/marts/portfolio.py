"""What an account owner's portfolio is: the schema of `marts.portfolio`. Its accounts are `portfolio_account`."""

from __future__ import annotations

from models.schema import Day, Exact, Money, Schema, Text, Whole, field


class AccountSum(Schema):
    """What is counted and added up of accounts, whoever they are the accounts of."""

    company_count: Whole = field("Companies.", required=True, ge=0)
    customer_count: Whole = field("Of those, customers, also ones that gave notice.", required=True, ge=0)
    currency: Text = field("The reporting currency: of every amount here.", required=True)
    arr: Exact = field("Annual recurring revenue now.", required=True)
    leaving_count: Whole = field("Of the customers, those that gave notice.", required=True, ge=0)
    arr_leaving: Exact = field("Their ARR.", required=True)
    thriving_count: Whole = field("Customers in good health.", required=True, ge=0)
    needs_attention_count: Whole = field("Customers in fair health.", required=True, ge=0)
    at_risk_count: Whole = field("Customers in bad health.", required=True, ge=0)
    unscored_count: Whole = field("Customers too little is known of.", required=True, ge=0)
    arr_at_risk: Exact = field("ARR of the customers in bad health.", required=True)
    renewal_count: Whole = field("Customers with a renewal within the policy's days.", required=True, ge=0)
    renewal_arr: Exact = field("Their ARR.", required=True)
    overdue_amount: Money = field("Unpaid and past its due date.", required=True)
    untouched_count: Whole = field(
        "Customers not touched for longer than the policy's days, or never.", required=True, ge=0
    )
    weighted_pipeline_amount: Money = field("Open opportunities × likelihood.", required=True)


class Portfolio(AccountSum):
    """One row per account owner, and one for the companies nobody owns. Every count and amount adds up over rows."""

    team_member_id: Text = field("Owner, or nobody.", key=True)
    owner_name: Text = field("Owner's name.", required=True)
    team: Text = field("Owner's team; not stated where none is known, nobody where nobody owns them.", required=True)
    as_of: Day = field("Day of the overview.", required=True)
