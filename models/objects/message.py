"""What a message is: one e-mail or comment in a conversation."""

from __future__ import annotations

from models.schema import Flag, Happening, Instant, Text, field


class Message(Happening):
    """One message of a conversation."""

    message_id: Text = field("Id of the message.", key=True)
    conversation_id: Text = field("The conversation.", required=True, references="conversation")
    sent_at: Instant = field("When it was sent.", required=True)
    author_contact_id: Text = field("Contact who wrote it.", references="contact", personal=True)
    author_team_member_id: Text = field("Team member who wrote it.", references="team_member")
    subject: Text = field("Subject.", personal=True)
    body: Text = field("Text without quoted text and signature.", personal=True)
    is_public: Flag = field("False for internal notes.")
    is_automatic: Flag = field("True for bounces, out-of-office answers and other mail no person wrote: no engagement.")
    is_bounce: Flag = field("True for a notice that mail could not be delivered.")
    in_reply_to: Text = field("Message id it answers, as the source has it.")
    has_attachments: Flag = field("True when a file was attached.")
