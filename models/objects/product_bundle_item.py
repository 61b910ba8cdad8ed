"""What a product's bundle item is: one product that is part of another."""

from __future__ import annotations

from models.schema import Exact, Flag, Object, Text, field


class ProductBundleItem(Object):
    """One product inside a bundle."""

    product_bundle_item_id: Text = field("Id of the row.", key=True)
    bundle_product_id: Text = field("The product that is sold as a bundle.", required=True, references="product")
    product_id: Text = field("The product inside.", required=True, references="product")
    quantity: Exact = field("How many of it.", required=True, ge=0)
    is_optional: Flag = field("True when the buyer may leave it out.")
