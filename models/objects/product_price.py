"""What a product's price is."""

from __future__ import annotations

from models.schema import Exact, Flag, Json, Object, Text, Whole, field


class ProductPrice(Object):
    """One price of one product."""

    product_price_id: Text = field("Id of the price.", key=True)
    product_id: Text = field("The product.", required=True, references="product")
    currency: Text = field("ISO 4217 currency.", required=True, matches=r"^[A-Z]{3}$")
    unit_amount: Exact = field("Price of one unit in whole `currency` units; null for tiered prices.")
    billing_interval: Text = field(
        "Length of a billing period; null for one-time prices.", isin=["day", "week", "month", "year"]
    )
    interval_count: Whole = field("How many intervals make a period.", ge=1)
    pricing_model: Text = field(
        "How the price is worked out.", isin=["flat", "per_unit", "tiered", "volume", "metered"]
    )
    tiers: Json = field("Tiers as the source has them.", json=True)
    is_active: Flag = field("False once it is no longer offered.")
