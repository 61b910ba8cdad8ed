"""What a team member is: one of our own people."""

from __future__ import annotations

from models.schema import Flag, Object, Text, field


class TeamMember(Object):
    """One of our own people: owner, success manager, account executive, assignee."""

    team_member_id: Text = field("Golden id of the team member.", key=True)
    name: Text = field("Full name.", required=True, personal=True)
    email: Text = field("E-mail address in lower case.", personal=True)
    roles: Text = field("Roles, separated by semicolons.")
    team: Text = field("Team.")
    is_active: Flag = field("False once the person has left or was switched off.")
