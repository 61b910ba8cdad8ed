"""What a workflow run is: a template at work on one company or contact."""

from __future__ import annotations

from models.schema import Day, Exact, Object, Text, field


class WorkflowRun(Object):
    """One run of one template on one company or contact."""

    workflow_run_id: Text = field("Id of the run.", key=True)
    workflow_template_id: Text = field("The template.", required=True, references="workflow_template")
    company_id: Text = field("The company.", references="company")
    contact_id: Text = field("The contact, for a template on contacts.", references="contact", personal=True)
    status: Text = field("Where it stands.", required=True, isin=["running", "done", "exited", "paused"])
    started_on: Day = field("First day.", required=True)
    expected_end_on: Day = field("Day on which the last step is due.")
    ended_on: Day = field("Day it ended.")
    percent_done: Exact = field("Steps done, as per cent of all.", ge=0, le=100)
