"""What an appointment's attendee is."""

from __future__ import annotations

from models.schema import Flag, Object, Text, field


class AppointmentAttendee(Object):
    """One contact or team member at one appointment."""

    appointment_attendee_id: Text = field("Id of the row.", key=True)
    appointment_id: Text = field("The appointment.", required=True, references="appointment")
    contact_id: Text = field(
        "The contact; null for a team member or an unknown address.", references="contact", personal=True
    )
    team_member_id: Text = field("The team member; null for a contact or an unknown address.", references="team_member")
    address: Text = field("E-mail address invited, in lower case.", personal=True)
    response: Text = field("Answer to the invitation.", isin=["accepted", "declined", "tentative", "none"])
    is_organizer: Flag = field("True for who called the meeting.")
    is_optional: Flag = field("True when the attendee need not come.")
