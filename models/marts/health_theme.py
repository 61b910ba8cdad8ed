"""What a theme of health is: the schema of `marts.health_theme`. Its signs are in `health_factor`, `health_change`."""

from __future__ import annotations

from models.schema import Exact, Schema, Text, Whole, field


class HealthTheme(Schema):
    """One row per customer, span and theme of signs: what the theme costs now, and what it did to the score since.

    Several signs of one cause stand together here, so that it leads though each of them may cost little.
    """

    company_id: Text = field("The customer.", key=True, references="company")
    span: Text = field("Back to how many days before the as-of day.", key=True, isin=["7d", "30d", "90d"])
    theme: Text = field("What its signs are about.", key=True)
    change: Exact = field(
        "Its part of the change of the score over the span; 0 where it had none, null without a score on both days."
    )
    points_lost: Exact = field(
        "What it costs of 100 now; null without a score, and where none of its signs is known any more."
    )
    place: Whole = field(
        "1 for the theme to speak of first: by the points it costs, those it came to cost in the span counted twice.",
        required=True,
        ge=1,
    )
