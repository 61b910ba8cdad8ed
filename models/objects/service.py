"""What a service is: work delivered to a company, such as an onboarding."""

from __future__ import annotations

from models.schema import Day, Exact, Instant, Money, Object, Text, field


class Service(Object):
    """One piece of delivery to a company."""

    service_id: Text = field("Id of the service.", key=True)
    company_id: Text = field("The company.", references="company")
    contract_id: Text = field("The contract it is delivered under.", references="contract")
    opportunity_id: Text = field("The opportunity that sold it.", references="opportunity")
    name: Text = field("Name.", required=True)
    service_type: Text = field("Kind, in the source's words: onboarding, training ...")
    status: Text = field("Whether it runs.", isin=["active", "paused", "complete"])
    phase: Text = field("Phase in the source's words.")
    health: Text = field("How it goes.", isin=["on_track", "needs_attention", "at_risk"])
    delivery_owner_id: Text = field("Team member who answers for it.", references="team_member")
    starts_on: Day = field("First day.")
    due_on: Day = field("Day it is to be complete.")
    completed_on: Day = field("Day it was complete.")
    last_session_at: Instant = field("Last session with the customer; from appointments where the source does not say.")
    satisfaction: Exact = field("Customer's satisfaction with it, 1 to 5.", ge=1, le=5)
    amount: Money = field("What it costs, in `currency`.")
    currency: Text = field("ISO 4217 currency.", matches=r"^[A-Z]{3}$")
