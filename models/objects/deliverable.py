"""What a deliverable is: one thing a service hands over."""

from __future__ import annotations

from models.schema import Day, Object, Text, field


class Deliverable(Object):
    """One thing to be handed over within a service."""

    deliverable_id: Text = field("Id of the deliverable.", key=True)
    service_id: Text = field("The service.", required=True, references="service")
    name: Text = field("Name.", required=True)
    description: Text = field("Text.")
    status: Text = field(
        "Where it stands.", required=True, isin=["planned", "scheduled", "in_progress", "delivered", "accepted"]
    )
    due_on: Day = field("Day it is due.")
    delivered_on: Day = field("Day it was handed over.")
    acceptance: Text = field("What the customer said on taking it over.")
    accepted_on: Day = field("Day the customer accepted it.")
    owner_id: Text = field("Team member who makes it.", references="team_member")
