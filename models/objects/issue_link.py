"""What an issue's link is: one company, contact, conversation or ticket an issue touches."""

from __future__ import annotations

from models.schema import Object, Text, field


class IssueLink(Object):
    """One thing one issue touches."""

    issue_link_id: Text = field("Id of the row.", key=True)
    issue_id: Text = field("The issue.", required=True, references="issue")
    company_id: Text = field(
        "The company; from the contact, ticket or conversation where the source names none.", references="company"
    )
    contact_id: Text = field("The contact.", references="contact", personal=True)
    conversation_id: Text = field("The conversation.", references="conversation")
    ticket_id: Text = field("The ticket.", references="ticket")
