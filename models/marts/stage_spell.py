"""What a time at a stage is: the schema of `marts.stage_spell`. What held the person there is `stage_evidence`."""

from __future__ import annotations

from models.policy.path import STAGES
from models.schema import Day, Schema, Text, Whole, field


class StageSpell(Schema):
    """One person's unbroken time at one stage of the value path, up to the run's as-of day."""

    contact_id: Text = field("The person.", key=True, references="contact", personal=True)
    from_on: Day = field("First day at the stage.", key=True)
    to_on: Day = field("First day at another one; null while it lasts.")
    stage: Text = field("The stage.", required=True, isin=[*STAGES])
    stage_no: Whole = field("Its place on the path, 1 to 8.", required=True, ge=1, le=8)
    company_id: Text = field(
        "The person's main company on the first day; null where none is known.", references="company"
    )
    direction: Text = field(
        "How the person came there: first of all, forward or back.", required=True, isin=["first", "forward", "back"]
    )
    rules: Text = field("Rules of the path policy that held in that time, in the order of their names.", required=True)
    days_held: Whole = field("Days of it, the as-of day counted where it lasts.", required=True, ge=1)
    evidence_count: Whole = field("Pieces of evidence that counted in it.", required=True, ge=1)
