"""What the timeline is: the schema of `marts.timeline`. What counts as happening is in intermediate."""

from __future__ import annotations

from models.schema import Instant, Schema, Text, field


class Timeline(Schema):
    """One row per thing that happened with a company or contact up to as-of; of a day alone, at its first instant."""

    company_id: Text = field("The company.", references="company")
    contact_id: Text = field("The main person outside.", references="contact", personal=True)
    happened_at: Instant = field("When.", required=True)
    kind: Text = field(
        "What happened: message_in, message_out, internal_note, bounce, automatic_message, a kind of conversation, "
        "ticket_opened, ticket_solved, ticket_reopened, nps_answer, opportunity_created, opportunity_stage, "
        "opportunity_won, opportunity_lost, contract_signed, subscription_started, subscription_canceled, "
        "subscription_ended, churn_event, invoice_issued, invoice_overdue, payment, payment_failed, refund, "
        "credit_note, sale, meeting, meeting_canceled, note, a kind of signal, csat_answer, ces_answer, "
        "service_started, service_completed, deliverable_delivered, milestone_reached, issue_opened, issue_resolved "
        "or workflow_started.",
        key=True,
    )
    title: Text = field("It in a few words.", required=True, personal=True)
    object: Text = field("The standard object it is about.", key=True)
    object_id: Text = field("Its id; a ticket's changes add their number after a stroke.", key=True)
