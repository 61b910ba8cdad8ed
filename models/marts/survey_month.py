"""What a month of survey answers is: the schema of `marts.survey_month`."""

from __future__ import annotations

from models.schema import Day, Exact, Number, Schema, Text, Whole, field


class SurveyMonth(Schema):
    """One row per month, kind of survey and segment, and one for `(all)` segments: pooled from counts."""

    month: Day = field("First day of the month (UTC).", key=True)
    survey_type: Text = field("What was asked: csat = satisfaction, ces = effort.", key=True, isin=["csat", "ces"])
    segment: Text = field("Segment of the company, not stated, or (all).", key=True)
    response_count: Whole = field("Answers counted.", required=True, ge=1)
    good_count: Whole = field("Satisfied or easy ones.", required=True, ge=0)
    neutral_count: Whole = field("Those between.", required=True, ge=0)
    bad_count: Whole = field("Dissatisfied or hard ones.", required=True, ge=0)
    score_sum: Exact = field("Sum of the answers' places on their scales, 0 worst to 100 best.", required=True, ge=0)
    score: Number = field(
        "CSAT: good of good and bad, null without any; CES: easy of all answers. From 0 to 1.", ge=0, le=1
    )
    mean_place: Number = field("Mean place on the scale, 0 worst to 100 best.", required=True, ge=0, le=100)
