"""What a health factor is: the schema of `marts.health_factor`. How signs are read and weighed is in intermediate."""

from __future__ import annotations

from models.schema import Day, Exact, Schema, Text, field


class HealthFactor(Schema):
    """One row per customer and sign that is known: its value, points and part of the score.

    The contributions of a customer add up to the score exactly.
    """

    company_id: Text = field("The customer.", key=True, references="company")
    as_of: Day = field("Day the value was read.", key=True)
    factor: Text = field("The sign, as the health policy names it.", key=True)
    theme: Text = field("What the sign is about.", required=True)
    raw_value: Exact = field("Its value: days, a count, a share or a score, as the policy says.", required=True)
    points: Exact = field("What the value is worth, 0 (bad) to 100 (good).", required=True, ge=0, le=100)
    weight: Exact = field("How much the sign counts in the customer's profile.", required=True, ge=0)
    contribution: Exact = field("Its part of the score; null where there is no score.", ge=0, le=100)
    points_lost: Exact = field("By how much it holds the score below 100; null where there is no score.")
    words: Text = field("What it says in words: the good words where no point is lost, else its value.", required=True)
