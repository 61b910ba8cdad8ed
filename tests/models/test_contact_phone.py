"""Telephone numbers become E.164 where they can be read as numbers."""

from __future__ import annotations

import pytest

from models.identity.contact_points import e164


@pytest.mark.parametrize(
    ("phone", "country", "wanted"),
    [
        ("+49 30 1234567", None, "+49301234567"),
        ("030 / 123 45 67", "DE", "+49301234567"),
        ("(415) 555-2671", "US", "+14155552671"),
        ("020 7946 0958", "GB", "+442079460958"),
        ("030 1234567", None, None),
        ("ask Ann", "DE", None),
        ("1", "US", None),
        ("030 1234567", "Germany", None),
    ],
)
def test_numbers_are_read_as_of_the_country(phone: str, country: str | None, wanted: str | None) -> None:
    assert e164(phone, country) == wanted
