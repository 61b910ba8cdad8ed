"""What a source row is: the place in a delivered file where a row of money or terms comes from."""

from __future__ import annotations

from models.schema import Instant, Schema, Text, Whole
from models.schema import field as column


class SourceRow(Schema):
    """Where each row of the objects that revenue is made of comes from: the file and line of its newest version.

    A row that a rule derived leads to the record the rule made it from: a won opportunity's subscription to the
    opportunity. Golden rows, made of several records, have identity.provenance instead.
    """

    object: Text = column("Kind of the row: subscription_version, invoice_line ...", key=True)
    object_id: Text = column("Id of the row.", key=True)
    rule: Text = column("Rule that derived the row; null where a source sent it as it is.")
    source_object: Text = column("What the record gives: the object itself, or for a derived row another one.")
    source_system: Text = column("Connector the record comes from.", required=True)
    source_record_id: Text = column("The record's own id in its source.", required=True)
    file: Text = column("File within the source's inbox folder; null where that is not known.")
    line: Whole = column("Line in that file; the position of the record in a JSON list.")
    loaded_at: Instant = column("When the delivery with this version arrived (UTC).")
