"""What a month of NPS is: the schema of `marts.nps_month`. How it is computed is in the SQL beside it."""

from __future__ import annotations

from models.schema import Day, Number, Schema, Text, Whole, field


class NpsMonth(Schema):
    """One row per month and segment, and one per month for everybody: pooled counts, score and 95 % interval."""

    month: Day = field("First day of the month (UTC).", key=True)
    segment: Text = field("Segment of the company; (all) for everybody.", key=True)
    promoter_count: Whole = field("People whose last answer of the month was 9 or 10.", required=True, ge=0)
    passive_count: Whole = field("People whose last answer of the month was 7 or 8.", required=True, ge=0)
    detractor_count: Whole = field("People whose last answer of the month was 0 to 6.", required=True, ge=0)
    response_count: Whole = field("People who answered.", required=True, ge=1)
    nps_score: Number = field(
        "100 × (promoters − detractors) / people, rounded once to two places.", required=True, ge=-100, le=100
    )
    nps_low: Number = field("Lower end of the interval.", required=True, ge=-100, le=100)
    nps_high: Number = field("Upper end of the interval.", required=True, ge=-100, le=100)
