"""What an account's risk is: how likely a customer is to be lost, or to pay more, soon. Health is another thing."""

from __future__ import annotations

from models.schema import Day, Exact, Number, Schema, Text, Whole, field


class AccountRisk(Schema):
    """One customer at the run's as-of day and kind of probability: what it is, or in words why none is given.

    Learned from what came of customers in the past, and calibrated: of customers said to be at 20 %, about one in five
    is lost. How good that is stands in `risk_model` and `risk_calibration`; why it is so, in `risk_reason`.
    """

    company_id: Text = field("The customer.", key=True, references="company")
    kind: Text = field("What is foretold: churn or expansion.", key=True, isin=["churn", "expansion"])
    as_of: Day = field("Day of which it is said.", required=True)
    owner_id: Text = field("Team member who owns the account.", references="team_member")
    arr: Exact = field("Annual recurring revenue now, in `currency`.", required=True)
    currency: Text = field("The reporting currency.", required=True)
    state: Text = field(
        "Whether a probability is given, and if not why: notice given, nothing paid, too little past, a model that is "
        "no better than saying the usual, too few signs.",
        required=True,
        isin=["scored", "gave_notice", "not_paying", "too_thin", "no_better", "unknown_signs"],
    )
    probability: Number = field("That it comes within the horizon of `risk_model`.", ge=0, le=1)
    base_rate: Number = field("How often it came in the past, of all customers.", ge=0, le=1)
    decile: Whole = field("1 for the likeliest tenth of the customers that have a probability.", ge=1, le=10)
    words: Text = field("The same in a sentence.", required=True)
    reasons: Text = field("What makes it likelier than is typical, in words: up to three, with the factor on its odds.")
