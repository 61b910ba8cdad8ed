"""What an invoice line is."""

from __future__ import annotations

from models.schema import Exact, Flag, Instant, Money, Object, Text, field


class InvoiceLine(Object):
    """One line of an invoice."""

    invoice_line_id: Text = field("Id of the line.", key=True)
    invoice_id: Text = field("The invoice.", required=True, references="invoice")
    subscription_id: Text = field("The subscription.", references="subscription")
    product_id: Text = field("The product.", references="product")
    description: Text = field("Text of the line.")
    quantity: Exact = field("How many.")
    unit_amount: Exact = field("Price of one.")
    amount: Money = field("Amount without tax, in `currency`.", required=True)
    discount_amount: Money = field("Discounts on the line.")
    tax_amount: Money = field("Tax on the line.")
    currency: Text = field("ISO 4217 currency.", required=True, matches=r"^[A-Z]{3}$")
    period_start: Instant = field("Start of the service period.")
    period_end: Instant = field("End of the service period, half-open.")
    is_proration: Flag = field("True when the line corrects a part of a period.")
    revenue_type: Text = field("Kind of revenue.", isin=["recurring", "one_time", "usage"])
