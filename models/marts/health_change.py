"""What a part of a change of health is: the schema of `marts.health_change`. How it is cut is in `health_part`."""

from __future__ import annotations

from models.schema import Day, Exact, Schema, Text, field


class HealthChange(Schema):
    """One row per customer, span and sign that had a part in the change of the score from the span's first day to now.

    The parts of a customer and span add up to the difference of the two scores exactly. Without a score on both days
    there are none.
    """

    company_id: Text = field("The customer.", key=True, references="company")
    span: Text = field("Back to how many days before the as-of day.", key=True, isin=["7d", "30d", "90d"])
    factor: Text = field("The sign, as the health policy names it.", key=True)
    theme: Text = field("What the sign is about.", required=True)
    from_on: Day = field("The day compared with.", required=True)
    to_on: Day = field("The as-of day.", required=True)
    points_before: Exact = field("What the sign was worth then; null where it was not known.", ge=0, le=100)
    points: Exact = field("What it is worth now; null where it is not known any more.", ge=0, le=100)
    kind: Text = field(
        "moved: other points; appeared, gone: known on one of the days only; reweighed: the same points, but others "
        "came or went beside it.",
        required=True,
        isin=["moved", "appeared", "gone", "reweighed"],
    )
    change: Exact = field("Its part of the change of the score.", required=True)
    score_before: Exact = field("The score then.", required=True, ge=0, le=100)
    score_after: Exact = field("The score now.", required=True, ge=0, le=100)
