"""What a day of health is: the schema of `marts.health_day`. The present, with its reasons, is `health_score`."""

from __future__ import annotations

from models.schema import Day, Exact, Flag, Schema, Text, Whole, field


class HealthDay(Schema):
    """One row per customer and scored day: each of the policy's last days, and the month ends before them.

    A day's score counts what was known at its end, by the weights, points and segment of now.
    """

    company_id: Text = field("The customer.", key=True, references="company")
    day_on: Day = field("The day, at its end.", key=True)
    profile: Text = field("Profile of weights used.", required=True)
    score: Exact = field("0 to 100, higher is better; null where too little was known.", ge=0, le=100)
    band: Text = field(
        "at_risk, needs_attention or thriving; null without a score.", isin=["at_risk", "needs_attention", "thriving"]
    )
    coverage: Exact = field("Weight of the signs known / weight of all.", required=True, ge=0, le=1)
    factor_count: Whole = field("Signs known.", required=True, ge=0)
    is_month_end: Flag = field("True on the last day of a month.", required=True)
