"""What a relationship is: the schema of `marts.relationship`. Touch by channel is `touch_channel`."""

from __future__ import annotations

from models.schema import Day, Flag, Instant, Number, Schema, Text, Whole, field


class Relationship(Schema):
    """One row per company with people or touches: how the relationship goes on the run's as-of day.

    Counts and answers are of the policy's `cover_days`; people are those whose main company it is now.
    """

    company_id: Text = field("The company.", key=True, references="company")
    last_touch_at: Instant = field("Last touch of any kind; null while there was none.")
    last_heard_at: Instant = field("Last time the company wrote to us or sat with us.")
    next_touch_at: Instant = field("Next meeting, task or e-mail due, also where it is late.")
    our_reply_count: Whole = field("Times we answered what they wrote, tickets aside.", required=True, ge=0)
    our_reply_minutes: Number = field("Median minutes until we did; null without any.", ge=0)
    their_reply_count: Whole = field("Times they answered what we wrote, tickets aside.", required=True, ge=0)
    their_reply_minutes: Number = field("Median minutes until they did; null without any.", ge=0)
    people: Whole = field("People there.", required=True, ge=0)
    people_touched: Whole = field("Those of them we were in touch with.", required=True, ge=0)
    roles_known: Text = field("Parts in buying that they play.")
    roles_covered: Text = field("Parts the policy wants covered that somebody plays whom we were in touch with.")
    roles_missing: Text = field("Parts the policy wants covered that are not.")
    champion_left_id: Text = field(
        "Champion who left the company last; null without any.", references="contact", personal=True
    )
    champion_left_name: Text = field("Their name.", personal=True)
    champion_left_on: Day = field("Day from which they were not there any more.")
    champion_went_to: Text = field("Company they went to, where it is known.")
    is_single_threaded: Flag = field("True when it hangs by no more people than the policy's few.", required=True)
    is_unowned: Flag = field("True when nobody of ours who is still active owns the account.", required=True)
