"""What a conversion is: the schema of `marts.stage_conversion`. Who stood where when is `stage_spell`."""

from __future__ import annotations

from models.policy.path import STAGES
from models.schema import Day, Number, Schema, Text, Whole, field


class StageConversion(Schema):
    """The people who came to a stage for the first time in a month, and what share of them came to the next one.

    Who comes to a stage has come to all before it, on that day at the latest. Those of the last months have had less
    time: compare months that are equally long ago.
    """

    month: Day = field("First day of the month.", key=True)
    from_stage: Text = field("The stage come to in the month.", key=True, isin=[*STAGES[:-1]])
    to_stage: Text = field("The stage after it.", key=True, isin=[*STAGES[1:]])
    entered_count: Whole = field("People who came to the stage.", required=True, ge=1)
    converted_count: Whole = field("Those of them who have come to the next one by now.", required=True, ge=0)
    median_days: Number = field("Half of those took no more days to it; null without any.", ge=0)
