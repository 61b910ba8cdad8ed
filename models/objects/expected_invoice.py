"""What an expected invoice is: an invoice that a contract or subscription calls for."""

from __future__ import annotations

from models.schema import Day, Instant, Money, Object, Text, field


class ExpectedInvoice(Object):
    """One invoice that is called for by agreed terms, and the real one that answers it."""

    expected_invoice_id: Text = field("Id of the row.", key=True)
    company_id: Text = field("The company.", references="company")
    contract_id: Text = field("The contract that calls for it.", references="contract")
    subscription_id: Text = field("The subscription that calls for it.", references="subscription")
    issue_on: Day = field("Day it should be issued.", required=True)
    due_on: Day = field("Last day to pay.", required=True)
    period_start: Instant = field("Start of the service period.")
    period_end: Instant = field("End of the service period, half-open.")
    currency: Text = field("ISO 4217 currency.", required=True, matches=r"^[A-Z]{3}$")
    amount: Money = field("Amount without tax.", required=True)
    invoice_id: Text = field(
        "The billing system's invoice that answers it; null when there is none.", references="invoice"
    )
