"""What a workflow template is: a plan of steps for a company or contact (Planhat: playbook)."""

from __future__ import annotations

from models.schema import Flag, Object, Text, field


class WorkflowTemplate(Object):
    """One plan of steps."""

    workflow_template_id: Text = field("Id of the template.", key=True)
    name: Text = field("Name.", required=True)
    description: Text = field("What it is for.")
    subject_type: Text = field("What it runs on.", required=True, isin=["company", "contact"])
    entry_condition: Text = field("When a run starts, as SQL over the unified view.")
    exit_condition: Text = field("When a run ends early, as SQL over the unified view.")
    is_active: Flag = field("False when no new runs start.")
