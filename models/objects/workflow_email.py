"""What a workflow e-mail is: an e-mail that a workflow step says is due."""

from __future__ import annotations

from models.schema import Day, Instant, Object, Text, field


class WorkflowEmail(Object):
    """One e-mail that is due or was sent."""

    workflow_email_id: Text = field("Id of the e-mail.", key=True)
    workflow_run_id: Text = field("The run.", required=True, references="workflow_run")
    workflow_step_id: Text = field("The step.", required=True, references="workflow_step")
    company_id: Text = field("The company.", references="company")
    contact_id: Text = field("Who is to get it.", references="contact", personal=True)
    sender_id: Text = field("Team member who is to send it.", references="team_member")
    subject: Text = field("Subject.", required=True)
    body: Text = field("Text.", personal=True)
    due_on: Day = field("Day it is due.", required=True)
    status: Text = field("Whether it went out.", required=True, isin=["due", "sent", "canceled"])
    sent_at: Instant = field("When it went out.")
