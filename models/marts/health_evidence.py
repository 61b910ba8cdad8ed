"""What the evidence of a health sign is: the schema of `marts.health_evidence`. The signs are in `health_factor`."""

from __future__ import annotations

from models.schema import Flag, Instant, Schema, Text, field


class HealthEvidence(Schema):
    """One row per customer, sign and row of an object that the sign's present value is read from.

    Of use, the last act stands for all, with the last reading of licences, and for breadth each user; bills are told
    while they are late. Where there are no tickets or no late bills, that there are none is the value.
    """

    company_id: Text = field("The customer.", key=True, references="company")
    factor: Text = field("The sign, as the health policy names it.", key=True)
    object: Text = field("The standard object.", key=True)
    object_id: Text = field("The row's id.", key=True)
    happened_at: Instant = field("When it was, was due or began; null where that is not known.")
    is_against: Flag = field("True where it speaks against the customer's health.", required=True)
