"""What an opportunity's stakeholder is."""

from __future__ import annotations

from models.schema import Object, Text, field


class OpportunityContact(Object):
    """One contact who has a part in an opportunity."""

    opportunity_contact_id: Text = field("Id of the row.", key=True)
    opportunity_id: Text = field("The opportunity.", required=True, references="opportunity")
    contact_id: Text = field("The contact.", required=True, references="contact", personal=True)
    role: Text = field("Part played, in the source's words.")
