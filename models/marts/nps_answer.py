"""What a counted answer is: the schema of `marts.nps_answer`. Which answers count is in the SQL beside it."""

from __future__ import annotations

from models.schema import Day, Instant, Schema, Text, Whole, field


class NpsAnswer(Schema):
    """One row per person and month: the last answer given in that month (UTC). Sums of rows are pooled counts."""

    nps_response_id: Text = field("The answer.", key=True, references="nps_response")
    month: Day = field("First day of the month of the answer.", required=True)
    answered_at: Instant = field("When it was answered.", required=True)
    contact_id: Text = field("Who answered.", references="contact", personal=True)
    company_id: Text = field("Their company.", references="company")
    segment: Text = field("The company's segment, else the survey's, else not stated.", required=True)
    score: Whole = field("0 to 10.", required=True, ge=0, le=10)
    promoter_count: Whole = field("1 for a promoter, else 0.", required=True, ge=0, le=1)
    passive_count: Whole = field("1 for a passive, else 0.", required=True, ge=0, le=1)
    detractor_count: Whole = field("1 for a detractor, else 0.", required=True, ge=0, le=1)
