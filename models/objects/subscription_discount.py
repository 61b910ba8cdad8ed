"""What a subscription's discount is."""

from __future__ import annotations

from models.schema import Exact, Instant, Object, Text, field


class SubscriptionDiscount(Object):
    """One discount on a whole subscription, or on one of its items, over [starts_at, ends_at)."""

    subscription_discount_id: Text = field("Id of the row.", key=True)
    subscription_id: Text = field("The subscription.", required=True, references="subscription")
    item: Text = field("The item it is on; null for the whole subscription.")
    percent_off: Exact = field("Per cent taken off, 0 to 100.", ge=0, le=100)
    amount_off: Exact = field("Amount taken off each billing period, in `currency` units.", ge=0)
    currency: Text = field("ISO 4217 currency of `amount_off`.", matches=r"^[A-Z]{3}$")
    duration: Text = field("How long it lasts.", required=True, isin=["once", "repeating", "forever"])
    starts_at: Instant = field("First instant.", required=True)
    ends_at: Instant = field(
        "End, half-open; null when it never ends. For `once`: the end of the first billing period."
    )
