"""What a leak is: money that was agreed or billed and did not come in, or was billed without being agreed."""

from __future__ import annotations

from models.schema import Day, Exact, Flag, Money, Schema, Text, Whole, field


class Leak(Schema):
    """One difference in a month that loses money, or (`is_overbilled`) that asks the customer for too much.

    The list says nothing else than `reconciliation`: its amounts are those of the same reasons there. Timing, usage,
    corrections, one-time sales, credits and currencies are no leaks.
    """

    leak_id: Text = field("Id of the row: the reason, and the expected invoice or the invoice.", key=True)
    rank: Whole = field("Place by money in the reporting currency; over-billing is counted apart.", required=True)
    is_overbilled: Flag = field("True when the customer was billed too much.", required=True)
    reason: Text = field(
        "What went wrong, as in `reconciliation`.",
        required=True,
        isin=["not_billed", "price_differs", "quantity_differs", "discount", "billed_without_contract", "unpaid"],
    )
    company_id: Text = field("The company.", required=True, references="company")
    month: Day = field("First day of the month in which it stands.", required=True)
    amount: Money = field("How much, without tax, in `currency`; never negative.", required=True)
    currency: Text = field("ISO 4217 currency of the agreement or bill.", required=True)
    reporting_currency: Text = field("Currency of `amount_reporting`, ISO 4217.", required=True)
    amount_reporting: Exact = field("`amount` at the month's rate; null where no rate is known.")
    since_on: Day = field(
        "First day of the unbroken run of bills with the same fault; for what is unpaid, the last day to pay.",
        required=True,
    )
    expected_invoice_id: Text = field("What is called for.", references="expected_invoice")
    invoice_id: Text = field("The bill.", references="invoice")
    subscription_id: Text = field("The subscription.", references="subscription")
    contract_id: Text = field("The contract.", references="contract")
    evidence: Text = field("What was found, in a sentence.", required=True)
