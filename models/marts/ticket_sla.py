"""What was promised on a ticket and whether it is kept: the schema of `marts.ticket_sla`."""

from __future__ import annotations

from models.schema import Flag, Instant, Schema, Text, Whole, field


class TicketSla(Schema):
    """One row per ticket and measure: the promise of the contract, how far its clock has run, and whether it is kept.

    Minutes are open minutes of the ticket's calendar. A promise used up to the last second is kept.
    """

    ticket_id: Text = field("The ticket.", key=True, references="ticket")
    measure: Text = field(
        "What was promised: the first public answer (or, without one, the solution), or the last solution.",
        key=True,
        isin=["first_response", "resolution"],
    )
    company_id: Text = field("Its company.", references="company")
    subject: Text = field("The ticket's subject.", required=True, personal=True)
    assignee_id: Text = field("Team member who works on it.", references="team_member")
    assignee_name: Text = field("Their name.")
    segment: Text = field("The company's segment, else not stated.", required=True)
    priority: Text = field("Priority it was opened with, else not stated.", required=True)
    contract_id: Text = field("The contract that promises it; null where nothing is promised.", references="contract")
    sla_name: Text = field("Service level of that contract, else not stated.", required=True)
    calendar: Text = field("Calendar of opening hours in which it is counted.", required=True)
    target_minutes: Whole = field("Open minutes promised.", ge=1)
    elapsed_minutes: Whole = field("Open minutes the clock has run, cut to whole ones; null without a promise.", ge=0)
    left_minutes: Whole = field(
        "Open minutes left, of those begun the whole; below 0 when late. Null without a promise."
    )
    opened_at: Instant = field("When the clock began.", required=True)
    due_at: Instant = field(
        "When the promise falls or fell due; of a clock that stands still, if it went on now. "
        "Null more than 400 days ahead."
    )
    ended_at: Instant = field("When the clock ended; null while it runs.")
    is_paused: Flag = field("True while the clock stands still.", required=True)
    state: Text = field(
        "Kept or not: met, missed; still open: running, at_risk (little time left), overdue; unknown where it is "
        "solved and no source says when; no_target where nothing is promised.",
        required=True,
        isin=["met", "missed", "running", "at_risk", "overdue", "unknown", "no_target"],
    )
