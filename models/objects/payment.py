"""What a payment is."""

from __future__ import annotations

from models.schema import Instant, Money, Object, Text, field


class Payment(Object):
    """One payment, or (negative) one refund."""

    payment_id: Text = field("Id of the payment.", key=True)
    company_id: Text = field("The company.", references="company")
    invoice_id: Text = field("The invoice.", references="invoice")
    paid_at: Instant = field("When it was paid.", required=True)
    amount: Money = field("Amount, in `currency`; a refund is negative.", required=True)
    currency: Text = field("ISO 4217 currency.", required=True, matches=r"^[A-Z]{3}$")
    method: Text = field("How it was paid.")
    status: Text = field("How it ended.", required=True, isin=["succeeded", "pending", "failed", "canceled"])
    reason: Text = field("Reason of a failure or refund.")
