"""What a channel of touch is: the schema of `marts.touch_channel`. The whole of it is `marts.relationship`."""

from __future__ import annotations

from models.schema import Instant, Schema, Text, Whole, field


class TouchChannel(Schema):
    """One channel by which we were or will be in touch with a company or a person: the last time and the next.

    Channels are the kinds of conversations (email, call, chat ...), meeting, ticket, and of what is to come also task.
    """

    subject_type: Text = field("With whom.", key=True, isin=["company", "contact"])
    subject_id: Text = field("Id of the company or contact.", key=True, personal=True)
    channel: Text = field("The channel.", key=True)
    last_at: Instant = field("Last touch; null while there was none.")
    last_direction: Text = field("Who it came from: in = them, out = us; null of meetings.", isin=["in", "out"])
    last_object: Text = field("Object that the last touch is a row of.")
    last_object_id: Text = field("That row's id.")
    in_count: Whole = field("Touches that came from them in the policy's `cover_days`.", required=True, ge=0)
    out_count: Whole = field("Touches that came from us in those days.", required=True, ge=0)
    next_at: Instant = field("The next one: begin of a meeting, or the day something is due, also where it is late.")
    next_object: Text = field("Object that it is a row of.")
    next_object_id: Text = field("That row's id.")
