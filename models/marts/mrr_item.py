"""What an item of MRR is: what one thing a company pays for is worth a month, for how long, and why."""

from __future__ import annotations

from models.schema import Exact, Instant, Schema, Text, Whole, field


class MrrItem(Schema):
    """One item over one stretch of time in which it counts and nothing about it changes.

    What a company pays is the sum of its items that run at the snapshot (of each unit, where movements are told of
    subscriptions or items), rounded to 6 places and never below 0.
    """

    policy_id: Text = field("Set of rules of the revenue policy.", key=True)
    mrr_item_id: Text = field("Where it is read from, and since when.", key=True)
    company_id: Text = field("The company it counts for.", required=True, references="company")
    subscription_id: Text = field("The subscription, where there is one.", references="subscription")
    item: Text = field("The item within the subscription; null for a line of an invoice.")
    product_id: Text = field("The product.", references="product")
    basis: Text = field("What it is read from.", required=True, isin=["subscription", "invoice_line"])
    runs_from: Instant = field("First instant.", required=True)
    runs_to: Instant = field("End, half-open; null while none is known.")
    quantity: Exact = field("How many.")
    unit_amount: Exact = field(
        "Price of one, before discounts and tax; of a metered item the minimum committed for it."
    )
    currency: Text = field("ISO 4217 currency of all amounts of the row.", required=True)
    billing_interval: Text = field("Length of a billing period; null for a line of an invoice.")
    interval_count: Whole = field("How many intervals make a period.")
    gross_mrr: Exact = field("What it is worth a month before discounts.", required=True)
    net_mrr: Exact = field("What it is worth a month after discounts.", required=True)
    discounts: Text = field("The discounts that run and count, in words; null where there is none.")
    rule: Text = field("How it comes to a month, in words.", required=True)
    subscription_version_id: Text = field("The version it is read from.", references="subscription_version")
    invoice_line_id: Text = field("The line of an invoice it is read from.", references="invoice_line")
