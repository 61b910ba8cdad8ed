"""What a communication preference is: whether a person takes messages by one channel."""

from __future__ import annotations

from models.schema import Instant, Object, Text, field


class CommunicationPreference(Object):
    """One contact's wish for one channel."""

    communication_preference_id: Text = field("Id of the row.", key=True)
    contact_id: Text = field("The contact.", required=True, references="contact", personal=True)
    channel: Text = field("Channel.", required=True, isin=["email", "phone", "sms", "chat", "post", "push"])
    address: Text = field(
        "E-mail address it was said of, in lower case; null where the source does not name one.", personal=True
    )
    topic: Text = field("List or kind of message the wish is about; null for all of the channel.")
    preference: Text = field(
        "The wish, or what is known of the channel.",
        required=True,
        isin=["subscribed", "unsubscribed", "bounced", "unknown"],
    )
    stated_at: Instant = field("When it was last stated.")
