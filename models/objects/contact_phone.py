"""What a contact's telephone number is."""

from __future__ import annotations

from collections.abc import Mapping

import phonenumbers
import polars as pl

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
    written = rows.select("phone", "country").unique()
    read = written.with_columns(
        e164=pl.struct("phone", "country").map_elements(
            lambda row: e164(row["phone"], row["country"]), return_dtype=pl.String
        )
    )
    return rows.join(read, on=["phone", "country"], how="left", nulls_equal=True).drop("country")


def e164(phone: str, country: str | None) -> str | None:
    """A number in E.164 form, such as +493012345678; None when it is no valid number. `country`: ISO 3166 code."""
    try:
        number = phonenumbers.parse(phone, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
