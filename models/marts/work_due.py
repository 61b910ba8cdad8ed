"""What there is to do: the schema of `marts.work_due`."""

from __future__ import annotations

from models.schema import Day, Schema, Text, Whole, field


class WorkDue(Schema):
    """One row per task that is not done and per e-mail of a workflow that is due."""

    work_id: Text = field("Id of the task or e-mail.", key=True)
    kind: Text = field("What it is.", required=True, isin=["task", "email"])
    description: Text = field("What is to be done; of an e-mail, its subject.", required=True, personal=True)
    details: Text = field("Further text; of an e-mail, its body.", personal=True)
    status: Text = field(
        "Where it stands.", required=True, isin=["to_do", "in_progress", "blocked", "pending_customer"]
    )
    priority: Text = field("Priority.", isin=["low", "normal", "high", "urgent"])
    due_on: Day = field("Last day.")
    days_late: Whole = field("Days past the last day; 0 while it is not, null where there is none.", ge=0)
    company_id: Text = field("The company.", references="company")
    company_name: Text = field("Its name.")
    contact_id: Text = field("The contact, where it is about just one.", references="contact", personal=True)
    contact_name: Text = field("Their name.", personal=True)
    owner_id: Text = field("Team member who is to do it.", references="team_member")
    owner_name: Text = field("Their name.")
    owner_email: Text = field("Their e-mail address.")
    owner_group: Text = field("Group that is to do it, where no one person is.")
    workflow: Text = field("Workflow that made it.")
    source_system: Text = field("Connector it comes from; workspace for the workspace's own workflows.", required=True)
