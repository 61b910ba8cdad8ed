"""What a contact's telephone number is."""

from __future__ import annotations

from models.schema import Object, Text, field


class ContactPhone(Object):
    """One telephone number of one contact."""

    contact_phone_id: Text = field("Id of the row.", key=True)
    contact_id: Text = field("The contact.", required=True, references="contact", personal=True)
    phone: Text = field("Number as the source has it.", required=True, personal=True)
    e164: Text = field("Number in E.164 form; null when it cannot be read as a number.", personal=True)
    phone_type: Text = field("Kind of line.", isin=["work", "mobile", "home", "fax", "other"])
