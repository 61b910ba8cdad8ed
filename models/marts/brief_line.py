"""What a line of a brief is: the schema of `marts.brief_line`. The rows behind each line are `brief_source`."""

from __future__ import annotations

from models.schema import Day, Schema, Text, Whole, field


class BriefLine(Schema):
    """One sentence of the brief of a company or a person worth one by the brief policy, as of the run's day."""

    subject_type: Text = field("Whom the brief is of.", key=True, isin=["company", "contact"])
    subject_id: Text = field("Id of the company or contact.", key=True, personal=True)
    section: Text = field(
        "What it is about: first (what matters most), who, touch, path, use, needs, said, delivery, money, sales, "
        "health, people, changed, promised or next.",
        key=True,
    )
    place: Whole = field("Its place in the section, from 1.", key=True, ge=1)
    sentence: Text = field("What is said.", required=True, personal=True)
    occurred_on: Day = field("Day of what it tells, the last of several; null where it has none.")
