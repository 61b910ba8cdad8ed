"""What a milestone is: a point a service or project is to reach."""

from __future__ import annotations

from models.schema import Day, Object, Text, field


class Milestone(Object):
    """One point to be reached."""

    milestone_id: Text = field("Id of the milestone.", key=True)
    service_id: Text = field("The service.", references="service")
    project_id: Text = field("The project.", references="project")
    name: Text = field("Name.", required=True)
    due_on: Day = field("Day it is to be reached.")
    reached_on: Day = field("Day it was reached.")
