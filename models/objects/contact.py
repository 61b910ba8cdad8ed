"""What a contact is: a person at a company."""

from __future__ import annotations

from models.schema import Object, Text, field


class Contact(Object):
    """One person; merged from every source that knows the person."""

    contact_id: Text = field("Golden id of the person.", key=True)
    name: Text = field("Full name, or the e-mail address where no name is known.", required=True, personal=True)
    first_name: Text = field("Given name.", personal=True)
    last_name: Text = field("Family name.", personal=True)
    timezone: Text = field("IANA time zone.")
    language: Text = field("Language code.")
    country: Text = field("Country.")
    lifecycle_phase: Text = field("Phase in the source's words.")
    lead_source: Text = field("Where the person was first heard of.")
    decision_role: Text = field(
        "Part played in buying.",
        isin=["champion", "economic_buyer", "technical_buyer", "user", "influencer", "blocker", "unknown"],
    )
    owner_id: Text = field("Team member who owns the contact.", references="team_member")
    reports_to_id: Text = field("The contact this person reports to.", references="contact", personal=True)
    tags: Text = field("Labels, separated by semicolons.")
