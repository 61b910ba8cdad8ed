"""What an NPS is: the schema of `marts.nps_score`. `nps_month` is the part of it that looks at single months."""

from __future__ import annotations

from models.schema import Day, Number, Schema, Text, Whole, field


class NpsScore(Schema):
    """One row per month, segment and span looked at: pooled counts, score and 95 % interval.

    Surveys go out in waves, so the answers of one month may be few: `window` takes each person's last answer within the
    policy's `window_days` up to the end of the month, or up to as-of in the one that is not over. An
    as-of instant at the border of two opens none.
    """

    span: Text = field(
        "Answers that count: of the month alone, or of the policy's window up to its end.",
        key=True,
        isin=["month", "window"],
    )
    month: Day = field("First day of the month (UTC).", key=True)
    segment: Text = field("Segment of the company; (all) for everybody.", key=True)
    promoter_count: Whole = field("People whose last answer was 9 or 10.", required=True, ge=0)
    passive_count: Whole = field("People whose last answer was 7 or 8.", required=True, ge=0)
    detractor_count: Whole = field("People whose last answer was 0 to 6.", required=True, ge=0)
    response_count: Whole = field("People who answered.", required=True, ge=1)
    nps_score: Number = field(
        "100 × (promoters − detractors) / people, rounded once to two places.", required=True, ge=-100, le=100
    )
    nps_low: Number = field("Lower end of the interval.", required=True, ge=-100, le=100)
    nps_high: Number = field("Upper end of the interval.", required=True, ge=-100, le=100)
