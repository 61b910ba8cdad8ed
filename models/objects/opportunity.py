"""What an opportunity is: a possible sale."""

from __future__ import annotations

from models.schema import Day, Exact, Instant, Money, Object, Text, Whole, field


class Opportunity(Object):
    """One possible sale to a company."""

    opportunity_id: Text = field("Id of the opportunity.", key=True)
    company_id: Text = field("The company.", references="company")
    title: Text = field("Title.", required=True)
    opportunity_type: Text = field(
        "Kind of sale.", isin=["new_business", "renewal", "upsell", "cross_sell", "downsell"]
    )
    status: Text = field("Where it stands.", required=True, isin=["open", "won", "lost", "suspended"])
    stage: Text = field("Stage in the source's words.", required=True)
    stage_entered_at: Instant = field("When the present stage was entered.")
    pipeline: Text = field("Pipeline it belongs to.")
    amount: Money = field("Total value, in `currency`.")
    currency: Text = field("ISO 4217 currency.", matches=r"^[A-Z]{3}$")
    mrr: Money = field("Recurring part a month, in `currency`.")
    one_time_amount: Money = field("One-time part, in `currency`.")
    probability: Exact = field("Likelihood of winning, 0 to 1.", ge=0, le=1)
    contract_length_months: Whole = field("Length sold.", ge=0)
    expected_close_on: Day = field("Day it is expected to close.")
    closed_at: Instant = field("When it was won or lost.")
    lost_reason: Text = field("Why it was lost.")
    next_steps: Text = field("What is to be done next.")
    lead_source: Text = field("Where it came from.")
    owner_id: Text = field("Team member who owns it.", references="team_member")
