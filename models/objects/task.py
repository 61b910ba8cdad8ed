"""What a task is: something to be done."""

from __future__ import annotations

from models.schema import Day, Instant, Json, Object, Text, field


class Task(Object):
    """One thing to be done, for whom stands in `task_link`."""

    task_id: Text = field("Id of the task.", key=True)
    company_id: Text = field(
        "The main company; where the source names none, the first linked contact's main one when done, or now.",
        references="company",
    )
    description: Text = field("What is to be done.", required=True, personal=True)
    details: Text = field("Further text.", personal=True)
    task_type: Text = field("Kind, in the source's words: call, email, to-do ...")
    status: Text = field(
        "Where it stands.",
        required=True,
        isin=["to_do", "in_progress", "blocked", "pending_customer", "done", "ignored"],
    )
    priority: Text = field("Priority.", isin=["low", "normal", "high", "urgent"])
    starts_on: Day = field("First day to work on it.")
    due_on: Day = field("Last day.")
    completed_at: Instant = field("When it was done.")
    owner_id: Text = field("Team member who is to do it.", references="team_member")
    owner_group: Text = field("Group that is to do it, where no one person is.")
    opportunity_id: Text = field("The opportunity it is about.", references="opportunity")
    ticket_id: Text = field("The ticket it is about.", references="ticket")
    service_id: Text = field("The service it is part of.", references="service")
    checklist: Json = field("Steps with their state, as the source has them.", json=True)
    workflow_step_id: Text = field("The workflow step that made it.", references="workflow_step")
    workflow_run_id: Text = field("The workflow run that made it.", references="workflow_run")
