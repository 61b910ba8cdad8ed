"""What a ticket is: a request to the help desk."""

from __future__ import annotations

from models.schema import Flag, Instant, Object, Text, Whole, field


class Ticket(Object):
    """One request to the help desk."""

    ticket_id: Text = field("Id of the ticket.", key=True)
    company_id: Text = field(
        "The company; where the source names none, the requester's main one of that day.", references="company"
    )
    requester_id: Text = field("Contact who asked.", references="contact", personal=True)
    assignee_id: Text = field("Team member who works on it.", references="team_member")
    service_id: Text = field("The service it is about.", references="service")
    subject: Text = field("Subject.", required=True, personal=True)
    description: Text = field("First text.", personal=True)
    status: Text = field("Status now.", required=True, isin=["new", "open", "pending", "hold", "solved", "closed"])
    priority: Text = field("Priority.", isin=["low", "normal", "high", "urgent"])
    category: Text = field("Kind of request.")
    severity: Text = field("Severity, in the source's words.")
    channel: Text = field("How it came in.")
    opened_at: Instant = field("When it was opened.", required=True)
    first_replied_at: Instant = field("First public answer by a team member, where the source states it.")
    solved_at: Instant = field("Last time it was solved, where the source states it.")
    reopen_count: Whole = field("Times reopened, where the source states it.", ge=0)
    reply_count: Whole = field("Public answers, where the source states it.", ge=0)
    csat: Text = field("Requester's rating.", isin=["good", "bad", "offered", "unoffered"])
    csat_comment: Text = field("Requester's comment on it.", personal=True)
    is_expansion_signal: Flag = field("True when the text asks for more.")
    tags: Text = field("Labels, separated by semicolons.")
