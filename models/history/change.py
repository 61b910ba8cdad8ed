"""What a change is: one thing that a source said differently from before."""

from __future__ import annotations

from models.schema import Instant, Schema, Text, Whole
from models.schema import field as column


class Change(Schema):
    """One field of one object that changed, or one object that was added, deleted or came back.

    Read it newest first as the log of a company or a person. Fields of bookkeeping (when a source last touched or
    delivered a record, its ids, the unmapped rest) are not told of.
    """

    object: Text = column("Kind of the object: company, contact, subscription ...", key=True)
    object_id: Text = column("The object.", key=True)
    field: Text = column("The field that changed; (record) where the whole object was added or deleted.", key=True)
    changed_at: Instant = column("Since when it is so, by the source's own time.", key=True)
    company_id: Text = column("The company it is about, its own or that of what it belongs to.", references="company")
    contact_id: Text = column("The person it is about.", references="contact", personal=True)
    old_value: Text = column("The value before, as text; null where there was none.", personal=True)
    new_value: Text = column(
        "The value since, as text; null where there is none; added, deleted or restored for a (record).", personal=True
    )
    loaded_at: Instant = column("When the delivery that told it arrived.", required=True)
    source_key: Text = column("The record that tells it: <source>:<record id>.", required=True)
    file: Text = column("File that told it, within the source's inbox folder; null where that is not known.")
    line: Whole = column("Line in that file; the position of the record in a JSON list.")
    sentence: Text = column("The change in plain English.", required=True, personal=True)
