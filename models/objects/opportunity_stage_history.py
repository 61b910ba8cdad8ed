"""What an opportunity's stage history is."""

from __future__ import annotations

from models.schema import Happening, Instant, Text, field


class OpportunityStageHistory(Happening):
    """One stay of an opportunity in one stage."""

    opportunity_stage_history_id: Text = field("Id of the row.", key=True)
    opportunity_id: Text = field("The opportunity.", required=True, references="opportunity")
    stage: Text = field("Stage in the source's words.", required=True)
    entered_at: Instant = field("When the stage was entered.", required=True)
