"""What a stage of the pipeline is: the schema of `marts.pipeline_stage`. How it is counted is in the SQL beside it."""

from __future__ import annotations

from models.schema import Number, Schema, Text, Whole, field


class PipelineStage(Schema):
    """One row per pipeline and stage: how many opportunities came in, and what became of them."""

    pipeline: Text = field("Pipeline, else not stated.", key=True)
    stage: Text = field("Stage, in the source's words.", key=True)
    entered_count: Whole = field("Opportunities that were ever in the stage.", required=True, ge=0)
    present_count: Whole = field("Of those, undecided ones still in it.", required=True, ge=0)
    moved_on_count: Whole = field(
        "Of those, ones won, or moved to a stage that did not lose them.", required=True, ge=0
    )
    won_count: Whole = field("Of those, ones won by now.", required=True, ge=0)
    lost_count: Whole = field("Of those, ones lost by now, here or later.", required=True, ge=0)
    conversion: Number = field("Moved on / those no longer present; null while all are.", ge=0, le=1)
    win_rate: Number = field("Won / (won + lost); null while none is decided.", ge=0, le=1)
    median_days: Number = field("Median days of the stays that are over.", ge=0)
