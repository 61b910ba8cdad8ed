"""What a reason of a risk is: one thing known of a customer and how far it moves the probability."""

from __future__ import annotations

from models.schema import Exact, Number, Schema, Text, Whole, field


class RiskReason(Schema):
    """One customer, kind of probability and thing known of the customer: what it adds, in log odds.

    The parts of a customer and kind, and the typical customer's log odds, add up to the log odds of `account_risk`. A
    sign stands in points (0 bad, 100 good), a move of the score in points, `tenure` in days, `arr` in the reporting
    currency. What moves a probability went together with what came in the past; that is no proof that it causes it.
    """

    company_id: Text = field("The customer.", key=True, references="company")
    kind: Text = field("What is foretold: churn or expansion.", key=True, isin=["churn", "expansion"])
    factor: Text = field(
        "Sign of the health score, score_change_last_month or score_change_earlier (the two before), tenure, or arr.",
        key=True,
    )
    value: Number = field("What is known of the customer now; null if nothing is.")
    typical_value: Number = field("What was typical in the past (of tenure and arr, the middle of their orders).")
    words: Text = field("What is known of the customer now, in words.", required=True)
    log_odds: Exact = field("What it adds to the log odds: above 0 it makes the thing likelier.", required=True)
    place: Whole = field("1 for what moves the probability most, up or down.", required=True, ge=1)
