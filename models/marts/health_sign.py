"""What a stretch of a health sign is: the schema of `marts.health_sign`. Its points on a day are in `health_factor`."""

from __future__ import annotations

from models.schema import Day, Exact, Schema, Text, Whole, field


class HealthSign(Schema):
    """One row per customer, sign and stretch of days through which its value stays or runs straight.

    Its value on a day is `value_at_from` + `per_day` × the days since `from_on`; days without a row have none.
    """

    company_id: Text = field("The customer.", key=True, references="company")
    factor: Text = field("The sign, as the health policy names it.", key=True)
    from_on: Day = field("First day.", key=True)
    to_on: Day = field("First day after it; null while it goes on.")
    value_at_from: Exact = field("Its value at the end of the first day.", required=True)
    per_day: Whole = field("What each further day adds: 1, 0 or -1.", required=True, ge=-1, le=1)
