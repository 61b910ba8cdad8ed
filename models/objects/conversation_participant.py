"""What a participant is: someone who took part in a conversation."""

from __future__ import annotations

from models.schema import Happening, Text, field


class ConversationParticipant(Happening):
    """One contact or team member in one conversation."""

    conversation_participant_id: Text = field("Id of the row.", key=True)
    conversation_id: Text = field("The conversation.", required=True, references="conversation")
    contact_id: Text = field("The contact; null for a team member.", references="contact", personal=True)
    team_member_id: Text = field("The team member; null for a contact.", references="team_member")
    address: Text = field("E-mail address or handle used.", personal=True)
    role: Text = field("Part played.", required=True, isin=["from", "to", "cc", "bcc", "attendee"])
