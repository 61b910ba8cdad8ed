"""What somebody who takes over an account needs to know: the schema of `marts.handover`."""

from __future__ import annotations

from models.schema import Schema, Text, Whole, field

SECTIONS = (
    *("account", "risk", "renewal", "people", "promise", "task", "ticket", "opportunity"),
    *("delivery", "touch", "note"),
)
"""What a handover tells, in the order in which it is read."""


class Handover(Schema):
    """One row per fact about an account, and the record it is read from.

    Told of customers, of who will be one, and of companies with an open opportunity. Promises and notes are those of
    the policy's days, notes kept on top always.
    """

    company_id: Text = field("The company.", key=True, references="company")
    section: Text = field("What it is about.", key=True, isin=[*SECTIONS])
    place: Whole = field("Place in the section: what matters or is due first.", key=True, ge=1)
    sentence: Text = field("The fact in a sentence.", required=True, personal=True)
    object: Text = field("Kind of record it is read from: a standard object, or renewal.", required=True)
    object_id: Text = field("That record.", required=True, personal=True)
