"""What a contact's e-mail address is."""

from __future__ import annotations

from models.schema import Flag, Object, Text, field


class ContactEmail(Object):
    """One e-mail address of one contact."""

    contact_email_id: Text = field("Id of the row.", key=True)
    contact_id: Text = field("The contact.", required=True, references="contact", personal=True)
    address: Text = field("Address in lower case.", required=True, personal=True)
    is_primary: Flag = field("True for the address the source uses first.")
    is_work: Flag = field("True where the source says it is a work address.")
    is_role_address: Flag = field("True for shared mailboxes such as info@ or billing@.")
    is_free_mail: Flag = field("True for addresses at a public mail provider.")
    is_valid_syntax: Flag = field("True when the address is well formed.")
