"""What the source of a brief's line is: the schema of `marts.brief_source`. The lines themselves are `brief_line`."""

from __future__ import annotations

from models.schema import Schema, Text, Whole, field


class BriefSource(Schema):
    """One row that one line of a brief rests on; every line has at least one."""

    subject_type: Text = field("Whom the brief is of.", key=True, isin=["company", "contact"])
    subject_id: Text = field("Id of the company or contact.", key=True, personal=True)
    section: Text = field("Section of the line.", key=True)
    place: Whole = field("Place of the line in its section.", key=True, ge=1)
    object: Text = field("Standard object.", key=True)
    object_id: Text = field("Id of its row.", key=True, personal=True)
