"""A telephone of a person's own tells who it is, together with the name; one that several share tells nothing."""

from __future__ import annotations

import pytest

from tests.models.identity_rows import Rows, contact_frames, golden, linked

MOBILE = "+4915150000001"


@pytest.mark.parametrize(
    ("others", "switchboard", "is_one"),
    [
        ([("desk", "9", "Berg, Ada", MOBILE)], None, True),
        ([("crm", "2", "Ada Berg", MOBILE)], None, True),
        ([("desk", "9", "Ada Berg", MOBILE)], MOBILE, False),
        ([("desk", "9", "Ada Moser", MOBILE)], None, False),
        ([("desk", "9", "Ada Berg", MOBILE), ("billing", "5", "Ida Moser", MOBILE)], None, False),
        ([("desk", "9", "Ada Berg", "+4915150000002")], None, False),
        ([("desk", "9", "Ada", MOBILE)], None, False),
        ([("desk", "9", "Ada Berg-Moser", MOBILE)], None, True),
        ([("desk", "9", "Berg, Ada", MOBILE), ("billing", "5", "Ada Borg", MOBILE)], None, True),
        ([("desk", "9", "Ida Berg", MOBILE)], None, False),
        ([("desk", "9", "A. Berg", MOBILE)], None, False),
    ],
    ids=[
        "another job",
        "twice in one source",
        "switchboard",
        "other name",
        "shared",
        "other number",
        "half a name",
        "two family names",
        "another spelling beside",
        "a sister",
        "an initial",
    ],
)
def test_a_telephone_of_ones_own_goes_with_the_person(others: Rows, switchboard: str | None, *, is_one: bool) -> None:
    people: Rows = [("crm", "1", "Ada Berg", MOBILE), *others]
    rows: Rows = [(source, record, None, name) for source, record, name, _ in people]
    emails: Rows = [(source, record, f"a{n}@x{n}.example") for n, (source, record, *_) in enumerate(people)]
    phones: Rows = [(source, record, phone) for source, record, _, phone in people]
    found = golden("contact", linked("contact", contact_frames(rows, emails, None, phones, switchboard)))
    assert (found[f"{others[0][0]}:{others[0][1]}"] == "crm:1") == is_one
