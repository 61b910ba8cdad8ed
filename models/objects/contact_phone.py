"""What a contact's telephone number is."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from models.identity.contact_points import phones
from models.schema import Object, Text, field

INPUTS = ("sourced", "objects.contact")


class ContactPhone(Object):
    """One telephone number of one contact."""

    contact_phone_id: Text = field("Id of the row.", key=True)
    contact_id: Text = field("The contact.", required=True, references="contact", personal=True)
    phone: Text = field("Number as the source has it.", required=True, personal=True)
    e164: Text = field("Number in E.164 form; null when it cannot be read as a number.", personal=True)
    phone_type: Text = field("Kind of line.", isin=["work", "mobile", "home", "fax", "other"])


def build(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """All sources' numbers with `e164`: national ones are read as of the contact's country, where its code is known."""
    countries = frames["objects.contact"].select("contact_id", "country")
    rows = frames["sourced"].drop("e164").join(countries, on="contact_id", how="left")
    return rows.join(phones(rows), on=["phone", "country"], how="left", nulls_equal=True).drop("country")
