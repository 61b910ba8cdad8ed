"""What an appointment is: a meeting at a set time."""

from __future__ import annotations

from models.schema import Flag, Instant, Object, Text, field


class Appointment(Object):
    """One meeting; each occurrence of a recurring one is a row."""

    appointment_id: Text = field("Id of the appointment.", key=True)
    company_id: Text = field(
        "The company; where the source names none, that of the first outside attendee on that day.",
        references="company",
    )
    service_id: Text = field("The service it is part of.", references="service")
    organizer_id: Text = field("Team member who called it.", references="team_member")
    title: Text = field("Title.", required=True, personal=True)
    starts_at: Instant = field("Begin.", required=True)
    ends_at: Instant = field("End, half-open.")
    is_all_day: Flag = field("True when it takes whole days.")
    timezone: Text = field("Time zone it was made in, an IANA name where the source gives one.")
    pipeline_stage: Text = field(
        "Where it stands; derived from its times where the source does not say.",
        isin=["scheduling", "preparation", "execution", "follow_up", "done", "canceled"],
    )
    appointment_type: Text = field("Kind of meeting, in the source's words.")
    agenda: Text = field("What is to be talked about.", personal=True)
    outcome: Text = field("What came of it.", personal=True)
    next_actions: Text = field("What was agreed to be done.", personal=True)
    location: Text = field("Place.")
    conference_url: Text = field("Web address of the call.")
    is_recurring: Flag = field("True for an occurrence of a series.")
    series_id: Text = field("Id the source gives the series.")
