"""What a counted survey answer is: the schema of `marts.survey_answer`. NPS answers are in `marts.nps_answer`."""

from __future__ import annotations

from models.schema import Day, Exact, Instant, Schema, Text, Whole, field


class SurveyAnswer(Schema):
    """One row per kind of survey, respondent, ticket asked about and month: the last answer, read as good or bad.

    Counts add up over rows; shares are taken of sums, never averaged.
    """

    survey_response_id: Text = field("The answer.", key=True, references="survey_response")
    survey_type: Text = field("What was asked: csat = satisfaction, ces = effort.", required=True, isin=["csat", "ces"])
    month: Day = field("First day of the month (UTC) in which it was answered.", required=True)
    answered_at: Instant = field("When it was answered.", required=True)
    contact_id: Text = field("Who answered.", references="contact", personal=True)
    company_id: Text = field("The company.", references="company")
    ticket_id: Text = field("The ticket it is about.", references="ticket")
    segment: Text = field("Segment of the company, else not stated.", required=True)
    score_share: Exact = field("Place of the answer on its scale: 0 worst, 1 best.", required=True, ge=0, le=1)
    good_count: Whole = field("1 for a satisfied or easy answer.", required=True, ge=0, le=1)
    neutral_count: Whole = field("1 for an answer between.", required=True, ge=0, le=1)
    bad_count: Whole = field("1 for a dissatisfied or hard answer.", required=True, ge=0, le=1)
