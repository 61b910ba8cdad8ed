"""What an issue is: a fault or wish in the tracker, shared by the customers it touches."""

from __future__ import annotations

from models.schema import Day, Instant, Object, Text, field


class Issue(Object):
    """One issue; whom it touches stands in `issue_link`, what they pay in `marts.issue_value`."""

    issue_id: Text = field("Id of the issue.", key=True)
    title: Text = field("Title.", required=True)
    description: Text = field("Text.", personal=True)
    status: Text = field("Where it stands, in the tracker's words.")
    status_category: Text = field("Where it stands, in ours.", isin=["to_do", "in_progress", "done"])
    tracker_key: Text = field("Key in the tracker, such as ABC-123.")
    tracker_url: Text = field("Web address in the tracker.")
    issue_type: Text = field("Kind, in the tracker's words: bug, feature request ...")
    priority: Text = field("Priority, in the tracker's words.")
    labels: Text = field("Labels, separated by semicolons.")
    assignee_id: Text = field("Team member who works on it.", references="team_member")
    reporter_id: Text = field("Team member who reported it.", references="team_member")
    parent_issue_id: Text = field("The issue it is part of.", references="issue")
    due_on: Day = field("Day it is promised for.")
    resolved_at: Instant = field("When it was resolved.")
