"""Where a company's people stand: the schema of `marts.company_stage`. Each person's stage is `contact_stage`."""

from __future__ import annotations

from models.policy.path import STAGES
from models.schema import Day, Schema, Text, Whole, field


class CompanyStage(Schema):
    """One row per company with people of whom anything is known: the stage that the path policy makes of theirs.

    `highest`: that of the furthest of them; `most_common`: that where most of them are, the furthest of several.
    """

    company_id: Text = field("The company.", key=True, references="company")
    stage: Text = field("The company's stage.", required=True, isin=[*STAGES])
    stage_no: Whole = field("Its place on the path, 1 to 8.", required=True, ge=1, le=8)
    since_on: Day = field(
        "Since when the one of its people who is at it longest has been there; of who came from another company, at "
        "the earliest the day on which they came.",
        required=True,
    )
    contact_count: Whole = field("People with a stage.", required=True, ge=1)
    audience_count: Whole = field("People in the audience.", required=True, ge=0)
    researcher_count: Whole = field("Researchers.", required=True, ge=0)
    hand_raiser_count: Whole = field("Hand-raisers.", required=True, ge=0)
    buyer_count: Whole = field("Buyers.", required=True, ge=0)
    value_creator_count: Whole = field("Value creators.", required=True, ge=0)
    adopter_count: Whole = field("Adopters.", required=True, ge=0)
    advocate_count: Whole = field("Advocates.", required=True, ge=0)
    champion_count: Whole = field(
        "Champions: people at the last stage, whatever their part in buying.", required=True, ge=0
    )
