"""What an issue's history is."""

from __future__ import annotations

from models.schema import Happening, Instant, Text, field


class IssueEvent(Happening):
    """One change of one field of an issue."""

    issue_event_id: Text = field("Id of the row.", key=True)
    issue_id: Text = field("The issue.", required=True, references="issue")
    occurred_at: Instant = field("When it changed.", required=True)
    field_name: Text = field("What changed, in the tracker's words.", required=True)
    old_value: Text = field("Before.")
    new_value: Text = field("After.")
    team_member_id: Text = field("Who changed it.", references="team_member")
