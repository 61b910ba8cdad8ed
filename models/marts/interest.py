"""What an interest is: the schema of `marts.interest`. The evidence it is read from is `intermediate.evidence`."""

from __future__ import annotations

from models.schema import Day, Exact, Schema, Text, Whole, field


class Interest(Schema):
    """One topic that a person, or a company's people, showed interest in: how much of it is left on the as-of day.

    The topic (all) is everything they did, whether about a topic or not: how engaged they are.
    Each piece of evidence counts its strength on its day and half as much every `interest_half_life_days`.
    A company's interest is that of what its people did while it was their main company.
    """

    subject_type: Text = field("Whose interest it is.", key=True, isin=["company", "contact"])
    subject_id: Text = field("Id of the company or contact.", key=True, personal=True)
    topic: Text = field("The topic, in lower case; (all) for everything done.", key=True)
    evidence_count: Whole = field("Pieces of evidence ever.", required=True, ge=1)
    contact_count: Whole = field("People it comes from.", required=True, ge=1)
    first_on: Day = field("Day of the first one.", required=True)
    last_on: Day = field("Day of the last one.", required=True)
    intensity: Exact = field("What is left of it now.", required=True, ge=0)
    intensity_before: Exact = field(
        "What was left of it `interest_trend_days` ago; 0 where nothing had been shown yet.", required=True, ge=0
    )
    trend: Text = field(
        "How the two compare; past where next to nothing is left.",
        required=True,
        isin=["new", "rising", "steady", "fading", "past"],
    )
