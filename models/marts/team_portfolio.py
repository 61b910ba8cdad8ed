"""What a team's portfolio is: the schema of `marts.team_portfolio`. Those of its people are `marts.portfolio`."""

from __future__ import annotations

from models.marts.portfolio import AccountSum
from models.schema import Day, Text, Whole, field


class TeamPortfolio(AccountSum):
    """One row per team of account owners: the sum of its people's portfolios. The teams together are all of them."""

    team: Text = field("The team; not stated for owners without one, nobody for companies nobody owns.", key=True)
    as_of: Day = field("Day of the overview.", required=True)
    owner_count: Whole = field("People of the team who own companies.", required=True, ge=0)
