"""What a subscription's version is: one item at one price and quantity for one stretch of time."""

from __future__ import annotations

from models.schema import Exact, Flag, Happening, Instant, Text, Whole, field


class SubscriptionVersion(Happening):
    """One item of a subscription over [valid_from, valid_to) with its price, quantity and status."""

    subscription_version_id: Text = field("Id of the row.", key=True)
    subscription_id: Text = field("The subscription.", required=True, references="subscription")
    item: Text = field("The item within the subscription, in the source's id.", required=True)
    product_id: Text = field("The product.", references="product")
    valid_from: Instant = field("First instant.", required=True)
    valid_to: Instant = field("End, half-open; null while it runs.")
    status: Text = field(
        "Status of the subscription in this stretch.",
        required=True,
        isin=["trialing", "active", "past_due", "unpaid", "paused", "incomplete", "incomplete_expired", "canceled"],
    )
    quantity: Exact = field("How many.", required=True, ge=0)
    unit_amount: Exact = field(
        "List price of one for one billing period, in `currency` units, before discounts and tax.", required=True
    )
    currency: Text = field("ISO 4217 currency.", required=True, matches=r"^[A-Z]{3}$")
    billing_interval: Text = field("Length of a billing period.", required=True, isin=["day", "week", "month", "year"])
    interval_count: Whole = field("How many intervals make a period.", required=True, ge=1)
    committed_amount: Exact = field(
        "What is paid for a metered item at least, for one billing period, in `currency`; null where nothing is.", ge=0
    )
    is_metered: Flag = field("True when the amount depends on usage.", required=True)
