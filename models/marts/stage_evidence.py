"""What the evidence of a stage is: the schema of `marts.stage_evidence`. The stages themselves are `stage_spell`."""

from __future__ import annotations

from models.schema import Day, Exact, Schema, Text, field


class StageEvidence(Schema):
    """One piece of evidence that held a person at a stage of the value path, for one time there and one rule."""

    contact_id: Text = field("The person.", key=True, references="contact", personal=True)
    from_on: Day = field("First day of the time at the stage.", key=True)
    rule: Text = field(
        "Rule of the path policy that it counted for; audience where it is just the first thing known of the person.",
        key=True,
    )
    object: Text = field("Object that the evidence is a row of.", key=True)
    object_id: Text = field("That row's id.", key=True)
    kind: Text = field("Kind of evidence.", key=True)
    stage: Text = field("The stage.", required=True)
    occurred_on: Day = field("Day it happened.", required=True)
    counts_from_on: Day = field("First day it counted on; later than it happened where nobody was a customer yet.")
    counts_to_on: Day = field("First day it does not count on any more; null where it never ends.")
    strength: Exact = field("What it counts on the day it happened.", required=True, ge=0)
