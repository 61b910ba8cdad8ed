"""What a company is: one organisation we sell to or may sell to."""

from __future__ import annotations

from models.schema import Instant, Money, Object, Text, Whole, field


class Company(Object):
    """One organisation; merged from every source that knows it."""

    company_id: Text = field("Golden id of the company.", key=True)
    name: Text = field("Name people use.", required=True)
    legal_name: Text = field("Registered name.")
    website: Text = field("Web address as the source has it.")
    industry: Text = field("Industry, in the source's words.")
    sub_industry: Text = field("Narrower industry.")
    employee_count: Whole = field("Number of employees.", ge=0)
    year_founded: Whole = field("Year founded.", ge=1000, le=2200)
    annual_revenue: Money = field("Yearly turnover the source states, in `currency`.")
    currency: Text = field("ISO 4217 currency of the amounts here.", matches=r"^[A-Z]{3}$")
    country: Text = field("Country, ISO 3166 two-letter code where the source gives one, else its words.")
    state: Text = field("State, region or county.")
    city: Text = field("City.")
    address: Text = field("Street address.")
    postal_code: Text = field("Postal code.")
    phone: Text = field("Main telephone as the source has it.")
    lifecycle_phase: Text = field("Phase in the source's words: lead, customer, former customer ...")
    phase_since: Instant = field("Since when the company is in that phase.")
    lead_source: Text = field("Where the company was first heard of.")
    segment: Text = field("Segment the workspace puts the company in.")
    icp_fit: Text = field("How well it fits the ideal customer profile.")
    tags: Text = field("Labels, separated by semicolons.")
    owner_id: Text = field("Team member who owns the account.", references="team_member")
    co_owner_id: Text = field("Second owner.", references="team_member")
    parent_company_id: Text = field("The company this one belongs to.", references="company")
    csm_score: Whole = field("Success manager's own judgement, 1 (poor) to 5 (great).", ge=1, le=5)
    csm_score_at: Instant = field("When that judgement was made.")
