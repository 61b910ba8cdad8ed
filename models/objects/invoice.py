"""What an invoice is."""

from __future__ import annotations

from models.schema import Day, Flag, Instant, Money, Object, Text, field


class Invoice(Object):
    """One invoice to a company."""

    invoice_id: Text = field("Id of the invoice.", key=True)
    company_id: Text = field("The company.", references="company")
    contract_id: Text = field("The contract.", references="contract")
    subscription_id: Text = field("The subscription.", references="subscription")
    number: Text = field("Number on the invoice.")
    status: Text = field(
        "Where it stands; overdue is derived from the due date and the as-of instant.",
        required=True,
        isin=["draft", "open", "paid", "partly_paid", "overdue", "void", "uncollectible", "scheduled"],
    )
    issued_on: Day = field("Day of issue.")
    due_on: Day = field("Last day to pay.")
    paid_at: Instant = field("When it was paid in full.")
    period_start: Instant = field("Start of the service period.")
    period_end: Instant = field("End of the service period, half-open.")
    currency: Text = field("ISO 4217 currency.", required=True, matches=r"^[A-Z]{3}$")
    subtotal: Money = field("Before discounts and tax.")
    discount_amount: Money = field("Discounts.")
    tax_amount: Money = field("Tax.")
    total: Money = field("To be paid in all.", required=True)
    amount_paid: Money = field("Paid so far.")
    amount_due: Money = field("Still to be paid.")
    payment_terms: Text = field("Terms of payment.")
    is_generated: Flag = field("True for an invoice we expect, false for one a source sent.")
