"""What a signal is: something a person did that tells where they stand."""

from __future__ import annotations

from models.schema import Exact, Happening, Instant, Json, Text, field


class Signal(Happening):
    """One act of one person or anonymous visitor."""

    signal_id: Text = field("Id of the signal.", key=True)
    contact_id: Text = field(
        "The person; for an anonymous visitor, filled once it is known who it was.", references="contact", personal=True
    )
    company_id: Text = field(
        "The company; where the source names none, the contact's main one of that day.", references="company"
    )
    anonymous_id: Text = field("Id of the browser or device.", personal=True)
    signal_type: Text = field(
        "Kind: page_view, content_view, return_visit, form_fill, download, event_registration, event_attendance, "
        "assessment, newsletter, social, reply, referral, product_milestone, review, expansion_request, "
        "or the workspace's own.",
        required=True,
    )
    topic: Text = field("What it was about.")
    title: Text = field("What was seen, filled in or asked, for people.")
    strength: Text = field("How strong, in the source's words.")
    score: Exact = field("Points the source gives it.")
    occurred_at: Instant = field("When it happened.", required=True)
    url: Text = field("Web address.")
    campaign: Text = field("Campaign it came from.")
    properties: Json = field("What else the source says, as JSON.", json=True)
