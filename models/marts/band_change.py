"""What a change of a customer's health band is: the schema of `marts.band_change`. What alerts say of it is policy."""

from __future__ import annotations

from models.schema import Day, Exact, Schema, Text, field

BANDS = ["at_risk", "needs_attention", "thriving"]


class BandChange(Schema):
    """One row per customer and day on which its health came into another band that it then held.

    Only bands held for the policy's `alert_after_days` count, within the last `daily_days`.
    """

    company_id: Text = field("The customer.", key=True, references="company")
    changed_on: Day = field("First day in the new band.", key=True)
    from_band: Text = field("The band held before.", required=True, isin=BANDS)
    to_band: Text = field("The band held from then on.", required=True, isin=BANDS)
    since_on: Day = field(
        "Day, of the last 30 in the band before, on which the score stood farthest from the new one.", required=True
    )
    score_before: Exact = field("The score on that day.", required=True, ge=0, le=100)
    score: Exact = field("The score on the first day in the new band.", required=True, ge=0, le=100)
    cause: Text = field("The theme of signs that did most of the change between them.", required=True)
    arr: Exact = field("Annual recurring revenue now, in `currency`.", required=True)
    currency: Text = field("The reporting currency.", required=True)
