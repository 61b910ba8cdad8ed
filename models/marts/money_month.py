"""What a month of money is: what was sold, billed and collected, side by side."""

from __future__ import annotations

from models.schema import Day, Exact, Money, Schema, Text, field


class MoneyMonth(Schema):
    """One company, month and currency in which money was agreed, billed, paid, credited or paid back.

    Each column counts in the month of its own day: of winning or signing, of issue, of payment, of sale. Billed,
    collected, credited and refunded are without tax.
    """

    company_id: Text = field("The company.", key=True, references="company")
    month: Day = field("First day of the month.", key=True)
    currency: Text = field("ISO 4217 currency of the amounts.", key=True)
    booked: Money = field(
        "Worth of the opportunities that were won and of the signed contracts that name none.", required=True
    )
    billed: Money = field("Invoices, after discounts.", required=True)
    collected: Money = field("Payments less what was paid back.", required=True)
    sold: Money = field("What was sold once.", required=True)
    credited: Money = field("Credit notes.", required=True)
    refunded: Money = field("What was paid back.", required=True)
    reporting_currency: Text = field("Currency of the columns that end in `_reporting`, ISO 4217.", required=True)
    booked_reporting: Exact = field("`booked` at the month's rate; null where no rate is known.")
    billed_reporting: Exact = field("`billed` at the month's rate.")
    collected_reporting: Exact = field("`collected` at the month's rate.")
    sold_reporting: Exact = field("`sold` at the month's rate.")
    credited_reporting: Exact = field("`credited` at the month's rate.")
    refunded_reporting: Exact = field("`refunded` at the month's rate.")
