"""What an NPS response is."""

from __future__ import annotations

from models.schema import Happening, Instant, Text, Whole, field


class NpsResponse(Happening):
    """One answer to: how likely are you to recommend us?"""

    nps_response_id: Text = field("Id of the response.", key=True)
    contact_id: Text = field("Who answered.", references="contact", personal=True)
    company_id: Text = field(
        "The company; where the source names none, the respondent's main one of that day.", references="company"
    )
    respondent: Text = field(
        "Who answered, as the source has it (e-mail address or id); responses of one respondent share it.",
        personal=True,
    )
    score: Whole = field("0 to 10.", required=True, ge=0, le=10)
    comment: Text = field("Comment.", personal=True)
    sent_at: Instant = field("When it was asked.")
    answered_at: Instant = field("When it was answered.", required=True)
    campaign: Text = field("Campaign.")
    segment: Text = field("Segment, in the source's words.")
