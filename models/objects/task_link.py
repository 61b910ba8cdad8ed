"""What a task's link is: one company, contact or team member a task is about."""

from __future__ import annotations

from models.schema import Object, Text, field


class TaskLink(Object):
    """One thing one task is about."""

    task_link_id: Text = field("Id of the row.", key=True)
    task_id: Text = field("The task.", required=True, references="task")
    company_id: Text = field("The company.", references="company")
    contact_id: Text = field("The contact.", references="contact", personal=True)
    team_member_id: Text = field("The team member.", references="team_member")
