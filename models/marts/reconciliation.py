"""What a reconciliation row is: why what was agreed, billed and collected differ in a month."""

from __future__ import annotations

from models.schema import Day, Exact, Money, Schema, Text, field


class Reconciliation(Schema):
    """One reason for a difference between what was agreed and billed, or billed and collected, in a month.

    The amounts of a company, currency, month and comparison add up to the difference exactly: `contracted` less
    `billed`, or `billed` less `collected`. Nothing is taxed here. A month counts by the day on which a bill should be,
    or was, issued, and by the day of a payment. The months are those of the behaviour policy's window for expected
    invoices.
    """

    company_id: Text = field("The company.", key=True, references="company")
    currency: Text = field("Currency of the amounts, ISO 4217.", key=True)
    month: Day = field("First day of the month.", key=True)
    comparison: Text = field(
        "`billed`: agreed against billed; `collected`: billed against collected.",
        key=True,
        isin=["billed", "collected"],
    )
    reason: Text = field(
        "Why they differ; `none` where they do not.",
        key=True,
        isin=[
            "not_billed",
            "billed_without_contract",
            "price_differs",
            "quantity_differs",
            "discount",
            "proration",
            "usage",
            "one_time",
            "fx",
            "timing",
            "unpaid",
            "credited",
            "unexplained",
            "none",
        ],
    )
    amount: Money = field(
        "How much of the difference it explains; negative where more was billed, or collected.", required=True
    )
    contracted: Money = field("What agreed terms call for in the month; the same in all its rows.", required=True)
    billed: Money = field("What was billed in the month, after discounts; the same in all its rows.", required=True)
    collected: Money = field(
        "What was paid in the month less what was paid back; the same in all its rows.", required=True
    )
    reporting_currency: Text = field("Currency of `amount_reporting`, ISO 4217.", required=True)
    amount_reporting: Exact = field("`amount` at the month's rate; null where no rate is known.")
