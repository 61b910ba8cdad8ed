"""How far a service is: the schema of `marts.service_progress`."""

from __future__ import annotations

from models.schema import Day, Flag, Instant, Schema, Text, Whole, field


class ServiceProgress(Schema):
    """One row per service: what was handed over of what was agreed, whether it is in time, and that in a sentence."""

    service_id: Text = field("The service.", key=True, references="service")
    company_id: Text = field("The company.", references="company")
    delivery_owner_id: Text = field("Team member who answers for it.", references="team_member")
    name: Text = field("Name.", required=True)
    service_type: Text = field("Kind, in the source's words.")
    status: Text = field("Whether it runs.", required=True, isin=["active", "paused", "complete"])
    health: Text = field("How it goes, as its people say.", isin=["on_track", "needs_attention", "at_risk"])
    state: Text = field(
        "How it goes, dates and people taken together: late where something due is missing.",
        required=True,
        isin=["complete", "paused", "planned", "late", "at_risk", "needs_attention", "on_track"],
    )
    starts_on: Day = field("First day.")
    due_on: Day = field("Day it is to be complete.")
    completed_on: Day = field("Day it was complete.")
    deliverable_count: Whole = field("Things to hand over.", required=True, ge=0)
    delivered_count: Whole = field("Of those, handed over.", required=True, ge=0)
    accepted_count: Whole = field("Of those handed over, accepted by the customer.", required=True, ge=0)
    delivered_late_count: Whole = field("Of those handed over, after the day they were due.", required=True, ge=0)
    late_count: Whole = field("Things due before today and not handed over.", required=True, ge=0)
    next_due_on: Day = field("Day the next thing not handed over is due, today or later.")
    milestone_count: Whole = field("Points to reach.", required=True, ge=0)
    reached_count: Whole = field("Of those, reached.", required=True, ge=0)
    last_session_at: Instant = field("Last session with the customer.")
    next_session_at: Instant = field("Next session with the customer.")
    days_late: Whole = field(
        "Days since the first due day that was missed: of a deliverable, a milestone or the service. 0 when in time; "
        "null unless it runs.",
        ge=0,
    )
    is_on_track: Flag = field("True when nothing due is missing and nobody says otherwise; null unless it runs.")
    sentence: Text = field("All of it in a sentence.", required=True)
