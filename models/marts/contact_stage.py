"""Where a person stands: the schema of `marts.contact_stage`. All times at stages are `stage_spell`."""

from __future__ import annotations

from models.policy.path import STAGES
from models.schema import Day, Schema, Text, Whole, field


class ContactStage(Schema):
    """One row per person of whom anything is known: the stage of the value path on the run's as-of day."""

    contact_id: Text = field("The person.", key=True, references="contact", personal=True)
    company_id: Text = field("The person's main company now.", references="company")
    stage: Text = field("The stage.", required=True, isin=[*STAGES])
    stage_no: Whole = field("Its place on the path, 1 to 8.", required=True, ge=1, le=8)
    since_on: Day = field("First day of the present time there.", required=True)
    days_held: Whole = field("Days of it, the as-of day counted.", required=True, ge=1)
    first_reached_on: Day = field("First day at that stage ever.", required=True)
    furthest_stage: Text = field("The furthest stage ever.", required=True, isin=[*STAGES])
    furthest_stage_no: Whole = field("Its place on the path.", required=True, ge=1, le=8)
    weeks_engaged: Whole = field("Weeks, from Monday, with at least one piece of evidence.", required=True, ge=1)
    evidence_count: Whole = field("Pieces of evidence ever.", required=True, ge=1)
    last_evidence_on: Day = field("Day of the last one.", required=True)
    would_fall_on: Day = field("Day on which the stage is lost if nothing more happens; null where it never is.")
    next_step: Text = field("What to do next, by the path policy.", required=True)
