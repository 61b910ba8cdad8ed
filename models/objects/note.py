"""What a note is: something a team member wrote down."""

from __future__ import annotations

from models.schema import Flag, Instant, Object, Text, field


class Note(Object):
    """One note about a customer."""

    note_id: Text = field("Id of the note.", key=True)
    company_id: Text = field(
        "The company; where the source names none, the contact's main one of that day.", references="company"
    )
    contact_id: Text = field("The contact.", references="contact", personal=True)
    opportunity_id: Text = field("The opportunity.", references="opportunity")
    ticket_id: Text = field("The ticket.", references="ticket")
    service_id: Text = field("The service.", references="service")
    project_id: Text = field("The project.", references="project")
    author_id: Text = field("Team member who wrote it.", references="team_member")
    title: Text = field("Heading.")
    body: Text = field("Text.", required=True, personal=True)
    noted_at: Instant = field("When it was written.", required=True)
    is_pinned: Flag = field("True when it is kept on top.")
