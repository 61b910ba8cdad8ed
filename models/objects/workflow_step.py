"""What a workflow step is: one task or e-mail of a template."""

from __future__ import annotations

from models.schema import Object, Text, Whole, field


class WorkflowStep(Object):
    """One step of a template."""

    workflow_step_id: Text = field("Id of the step.", key=True)
    workflow_template_id: Text = field("The template.", required=True, references="workflow_template")
    workflow_group_id: Text = field("The group.", references="workflow_group")
    position: Whole = field("Place in the template, from 1.", required=True, ge=1)
    name: Text = field("What is to be done.", required=True)
    step_type: Text = field("Kind of step.", required=True, isin=["task", "email"])
    description: Text = field("Further text; for an e-mail, its body.")
    offset_days: Whole = field(
        "Days from the start of the run, or from the end of the step it waits for, to its due day.", required=True
    )
    depends_on_id: Text = field("The step that must be done before.", references="workflow_step")
    entry_condition: Text = field("When the step is wanted, as SQL over the unified view; always where null.")
    assignee: Text = field("Who is to do it: owner, co_owner or a team member's e-mail address.")
