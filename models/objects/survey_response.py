"""What a survey response is: an answer about satisfaction or effort. NPS answers are `nps_response`."""

from __future__ import annotations

from models.schema import Exact, Happening, Instant, Text, field


class SurveyResponse(Happening):
    """One answer to a satisfaction (CSAT) or effort (CES) question."""

    survey_response_id: Text = field("Id of the response.", key=True)
    survey_type: Text = field("What was asked: csat = satisfaction, ces = effort.", required=True, isin=["csat", "ces"])
    contact_id: Text = field("Who answered.", references="contact", personal=True)
    company_id: Text = field(
        "The company; where the source names none, the respondent's main one of that day.", references="company"
    )
    respondent: Text = field("Who answered, as the source has it.", personal=True)
    ticket_id: Text = field("The ticket it is about.", references="ticket")
    score: Exact = field("The answer, on the scale beside it.", required=True)
    scale_min: Exact = field("Worst answer of the scale.", required=True)
    scale_max: Exact = field("Best answer of the scale.", required=True)
    comment: Text = field("Comment.", personal=True)
    sent_at: Instant = field("When it was asked.")
    answered_at: Instant = field("When it was answered.", required=True)
    campaign: Text = field("Campaign.")
