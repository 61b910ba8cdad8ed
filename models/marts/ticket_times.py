"""What a ticket's times are: the schema of `marts.ticket_times`. How they are measured stands in the SQL beside it."""

from __future__ import annotations

from models.schema import Flag, Instant, Schema, Text, Whole, field


class TicketTimes(Schema):
    """One row per ticket: how long everything took, in whole minutes of the calendar and of opening hours."""

    ticket_id: Text = field("The ticket.", key=True, references="ticket")
    company_id: Text = field("Its company.", references="company")
    requester_id: Text = field("Contact who asked.", references="contact", personal=True)
    assignee_id: Text = field("Team member who works on it.", references="team_member")
    segment: Text = field("The company's segment, else not stated.", required=True)
    priority: Text = field("Priority, else not stated.", required=True)
    channel: Text = field("How it came in, else not stated.", required=True)
    opened_at: Instant = field("When it was opened.", required=True)
    first_replied_at: Instant = field("First public answer by a team member; null while there is none.")
    first_solved_at: Instant = field("When it was first solved.")
    solved_at: Instant = field("When it was solved for the last time; null while it is open.")
    is_solved: Flag = field("True when it is solved or closed.", required=True)
    csat: Text = field("Requester's rating.", isin=["good", "bad", "offered", "unoffered"])
    first_reply_minutes: Whole = field("From opening to the first public answer.", ge=0)
    first_reply_business_minutes: Whole = field("The same within opening hours.", ge=0)
    first_resolution_minutes: Whole = field("From opening to the first time it was solved.", ge=0)
    first_resolution_business_minutes: Whole = field("The same within opening hours.", ge=0)
    full_resolution_minutes: Whole = field("From opening to the last time it was solved; null while it is open.", ge=0)
    full_resolution_business_minutes: Whole = field("The same within opening hours.", ge=0)
    requester_wait_minutes: Whole = field("Time as new, open or on hold; null without history.", ge=0)
    requester_wait_business_minutes: Whole = field("The same within opening hours.", ge=0)
    agent_wait_minutes: Whole = field("Time pending, waiting for the requester; null without history.", ge=0)
    agent_wait_business_minutes: Whole = field("The same within opening hours.", ge=0)
    agent_work_minutes: Whole = field("Time as new or open; null without history.", ge=0)
    agent_work_business_minutes: Whole = field("The same within opening hours.", ge=0)
    on_hold_minutes: Whole = field("Time on hold, waiting for others; null without history.", ge=0)
    on_hold_business_minutes: Whole = field("The same within opening hours.", ge=0)
    reopen_count: Whole = field("Times it was opened again after it was solved.", ge=0)
    reply_count: Whole = field("Public answers by team members.", ge=0)
    is_one_touch: Flag = field("True when solved with one public answer and never reopened; null while open.")
