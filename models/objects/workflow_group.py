"""What a workflow group is: steps of a template that belong together."""

from __future__ import annotations

from models.schema import Object, Text, Whole, field


class WorkflowGroup(Object):
    """One group of steps."""

    workflow_group_id: Text = field("Id of the group.", key=True)
    workflow_template_id: Text = field("The template.", required=True, references="workflow_template")
    name: Text = field("Name.", required=True)
    position: Whole = field("Place in the template, from 1.", required=True, ge=1)
