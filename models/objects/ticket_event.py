"""What a ticket's history is."""

from __future__ import annotations

from models.schema import Happening, Instant, Text, field


class TicketEvent(Happening):
    """One change of one field of a ticket."""

    ticket_event_id: Text = field("Id of the row.", key=True)
    ticket_id: Text = field("The ticket.", required=True, references="ticket")
    occurred_at: Instant = field("When it changed.", required=True)
    field_name: Text = field(
        "What changed: status, priority or assignee.", required=True, isin=["status", "priority", "assignee"]
    )
    old_value: Text = field("Before.")
    new_value: Text = field("After.")
