"""What a credit note is."""

from __future__ import annotations

from models.schema import Day, Money, Object, Text, field


class CreditNote(Object):
    """One credit note."""

    credit_note_id: Text = field("Id of the credit note.", key=True)
    company_id: Text = field("The company.", references="company")
    invoice_id: Text = field("The invoice.", references="invoice")
    number: Text = field("Number on the credit note.")
    issued_on: Day = field("Day of issue.", required=True)
    amount: Money = field("Amount with tax, in `currency`.", required=True)
    currency: Text = field("ISO 4217 currency.", required=True, matches=r"^[A-Z]{3}$")
    status: Text = field("Whether it holds.", isin=["issued", "void"])
    reason: Text = field("Why.")
