"""What the unified view of a company is: the schema of `marts.company_360`. Each part is made in intermediate."""

from __future__ import annotations

from models.schema import Day, Exact, Flag, Instant, Money, Number, Schema, Text, Whole, field


class Company360(Schema):
    """One row per company: who they are, what they pay, how they are, and what is going on with them."""

    company_id: Text = field("The company.", key=True, references="company")
    name: Text = field("Name people use.", required=True)
    legal_name: Text = field("Registered name.")
    domains: Text = field("Its internet domains, without those of free mail.")
    website: Text = field("Web address.")
    industry: Text = field("Industry.")
    employee_count: Whole = field("Number of employees.", ge=0)
    country: Text = field("Country.")
    city: Text = field("City.")
    segment: Text = field("Segment, else not stated.", required=True)
    lifecycle_phase: Text = field("Phase in the source's words.")
    lead_source: Text = field("Where the company was first heard of.")
    tags: Text = field("Labels, separated by semicolons.")
    customer_status: Text = field(
        "What its subscriptions make of it.",
        required=True,
        isin=["prospect", "coming", "customer", "canceled", "lost"],
    )
    customer_since: Day = field("First day it paid for.")
    customer_to: Day = field("Day its last subscription ends or ended; null while an end is not known.")
    renewal_on: Day = field("Next day on which something that is worth preparing for renews.")
    parent_company_id: Text = field("The company above it.", references="company")
    parent_name: Text = field("That company's name.")
    ultimate_parent_id: Text = field(
        "The company at the top of its group: itself where none is above it.", required=True, references="company"
    )
    depth: Whole = field("Steps up to that company; 0 for the top.", required=True, ge=0)
    descendant_count: Whole = field("Companies below it, however deep.", required=True, ge=0)
    is_in_parent_cycle: Flag = field(
        "True when it is its own ancestor: its parent is then not followed.", required=True
    )
    owner_id: Text = field("Team member who owns the account.", references="team_member")
    owner_name: Text = field("Owner's name.")
    csm_id: Text = field("Second owner: the success manager.", references="team_member")
    csm_name: Text = field("Success manager's name.")
    currency: Text = field("The reporting currency: of every amount here.", required=True)
    mrr: Exact = field("Monthly recurring revenue now.", required=True)
    arr: Exact = field("Twelve times `mrr`.", required=True)
    mrr_total: Exact = field("MRR with all companies below it, each once.", required=True)
    arr_total: Exact = field("Twelve times `mrr_total`.", required=True)
    overdue_amount: Money = field("Unpaid and past its due date.", required=True)
    overdue_count: Whole = field("Invoices overdue.", required=True, ge=0)
    overdue_days: Whole = field("Days the oldest of them is overdue.", required=True, ge=0)
    open_opportunity_count: Whole = field("Open opportunities.", required=True, ge=0)
    open_pipeline_amount: Money = field("Their amounts.", required=True)
    weighted_pipeline_amount: Money = field("Their amounts × likelihood.", required=True)
    health_score: Exact = field("0 (bad) to 100 (good); null for who is no customer or where too little is known.")
    health_band: Text = field("What the score means.", isin=["at_risk", "needs_attention", "thriving"])
    health_coverage: Exact = field("Weight of the signs known, as a share of all; null for who is no customer.")
    health_reasons: Text = field("The signs that cost most points, worst first.")
    churn_probability: Number = field(
        "That it is lost within the horizon of `risk_model`; null where `account_risk` gives none.", ge=0, le=1
    )
    stage: Text = field("Where it stands on the value path by its people; null where nobody did anything yet.")
    stage_since_on: Day = field("Since when somebody of it stands there without a break.")
    engagement: Exact = field(
        "What is left of everything its people did, by `interest`; null where nobody did anything yet.", ge=0
    )
    engagement_trend: Text = field("How that goes: new, rising, steady, fading, or past.")
    active_users: Whole = field(
        "People who used the product within the policy's window; null where nothing is known.", ge=0
    )
    usage_trend: Number = field("Change of their acts from the window before, as a share of them.", ge=-1)
    licences_bought: Exact = field("Licences of what runs now; null without any.", ge=0)
    licences_used: Exact = field("Licences in use: the newest reading, else the active users.", ge=0)
    licence_use: Number = field("Licences in use per licence bought; null without any bought.", ge=0)
    last_used_at: Instant = field("Last act in the product.")
    running_service_count: Whole = field("Services we deliver now.", required=True, ge=0)
    late_service_count: Whole = field("Of those, ones where something due is missing.", required=True, ge=0)
    open_expansion_ask_count: Whole = field("Times they asked for more that nothing came of yet.", required=True, ge=0)
    csm_score: Whole = field("Success manager's own judgement, 1 to 5.")
    nps_score: Number = field("Net promoter score of its people within the policy's window.", ge=-100, le=100)
    nps_last_score: Whole = field("The last answer, 0 to 10.", ge=0, le=10)
    nps_response_count: Whole = field("People who answered.", required=True, ge=0)
    csat: Number = field(
        "Share of good ratings, of tickets and in surveys, within the health policy's `csat_days`.", ge=0, le=1
    )
    csat_count: Whole = field("Ratings, good and bad.", required=True, ge=0)
    ces: Number = field("Share of answers in effort surveys that call it easy, within the same days.", ge=0, le=1)
    ces_count: Whole = field("Answers to effort surveys.", required=True, ge=0)
    ticket_count: Whole = field("Tickets in all.", required=True, ge=0)
    open_ticket_count: Whole = field("Tickets that are not solved.", required=True, ge=0)
    open_severe_ticket_count: Whole = field("Of those, severe ones.", required=True, ge=0)
    last_touch_at: Instant = field("When a person of either side last wrote, called or met.")
    last_touch_channel: Text = field("How.")
    last_touch_direction: Text = field("Who: in = the customer, out = we.")
    contact_count: Whole = field("People whose main company it is.", required=True, ge=0)
    champion_names: Text = field("Champions who are still there.", personal=True)
    sources: Text = field("Sources that know it.", required=True)
    source_count: Whole = field("How many.", required=True, ge=1)
    created_at: Instant = field("When a source first had it.")
    updated_at: Instant = field("When a source last changed it.")
