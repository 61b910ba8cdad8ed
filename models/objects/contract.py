"""What a contract is: what was agreed with a company."""

from __future__ import annotations

from models.schema import Day, Exact, Flag, Money, Object, Text, Whole, field


class Contract(Object):
    """One agreement with a company. Its status is derived: see the glossary."""

    contract_id: Text = field("Id of the contract.", key=True)
    company_id: Text = field("The company.", references="company")
    opportunity_id: Text = field("The opportunity that led to it.", references="opportunity")
    name: Text = field("Name.", required=True)
    status: Text = field(
        "Derived from its dates at the run's as-of instant.",
        isin=["draft", "scheduled", "live", "out_of_contract", "ended"],
    )
    signed_on: Day = field("Day of signature.")
    starts_on: Day = field("First day.")
    ends_on: Day = field("Day after the last day (half-open).")
    contract_value: Money = field("Total value, in `currency`.")
    currency: Text = field("ISO 4217 currency.", matches=r"^[A-Z]{3}$")
    term_type: Text = field("Fixed term or until ended.", isin=["fixed", "evergreen"])
    length_months: Whole = field("Length of the term.", ge=0)
    auto_renew: Flag = field("True when it renews by itself.")
    renewal_period_months: Whole = field("Length of a renewed term.", ge=0)
    notice_period_days: Whole = field("Days of notice.", ge=0)
    renewal_on: Day = field("Next day on which it renews.")
    billing_interval: Text = field("How often it is billed.", isin=["day", "week", "month", "year"])
    interval_count: Whole = field("How many intervals make a billing period; 1 where null.", ge=1)
    due_days: Whole = field("Days to pay an invoice.", ge=0)
    terms_url: Text = field("Where the terms are.")
    terms_text: Text = field("The terms.")
    cancel_on: Day = field("Day from which it was called off.")
    renewal_likelihood: Exact = field("How likely it renews, 0 to 1: see the behaviour policy.", ge=0, le=1)
    sla_name: Text = field("Name of the service level agreed.")
    sla_first_response_minutes: Whole = field("Minutes to a first answer.", ge=0)
    sla_resolution_minutes: Whole = field("Minutes to a solution.", ge=0)
    sla_uptime_percent: Exact = field("Share of time the product is up, 0 to 100.", ge=0, le=100)
    owner_id: Text = field("Team member who owns it.", references="team_member")
