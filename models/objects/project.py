"""What a project is: work for a company between two days."""

from __future__ import annotations

from models.schema import Day, Money, Object, Text, field


class Project(Object):
    """One project of one company."""

    project_id: Text = field("Id of the project.", key=True)
    company_id: Text = field("The company.", references="company")
    name: Text = field("Name.", required=True)
    status: Text = field("Where it stands, in the source's words.")
    objective: Text = field("What it is for.")
    starts_on: Day = field("First day.", required=True)
    ends_on: Day = field("Day after the last day (half-open).")
    mrr: Money = field("Monthly value the source states, in `currency`; no part of recurring revenue.")
    currency: Text = field("ISO 4217 currency.", matches=r"^[A-Z]{3}$")
    owner_id: Text = field("Team member who answers for it.", references="team_member")
