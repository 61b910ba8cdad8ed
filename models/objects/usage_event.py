"""What a usage event is: one act in the product."""

from __future__ import annotations

from models.schema import Exact, Happening, Instant, Json, Text, field


class UsageEvent(Happening):
    """One act of one user in the product."""

    usage_event_id: Text = field("Id of the event.", key=True)
    event_name: Text = field("Name of the act.", required=True)
    occurred_at: Instant = field("When it happened.", required=True)
    external_user_id: Text = field("Id the product knows the user by.")
    product_user_id: Text = field("The user.", references="product_user")
    contact_id: Text = field(
        "The person; from the user where the source names none.", references="contact", personal=True
    )
    company_id: Text = field("The company; from the user where the source names none.", references="company")
    asset_id: Text = field("The asset used.", references="asset")
    project_id: Text = field("The project used.", references="project")
    weight: Exact = field("How much the act counts; 1 where the source does not say.", ge=0)
    properties: Json = field("What else the source says, as JSON.", json=True)
