"""What a product is: something we sell."""

from __future__ import annotations

from models.schema import Flag, Object, Text, field


class Product(Object):
    """One thing we sell."""

    product_id: Text = field("Id of the product.", key=True)
    sku: Text = field("Code of the product; the source's id where it has no code.", required=True)
    name: Text = field("Name.", required=True)
    description: Text = field("Description.")
    category: Text = field("Category.")
    is_active: Flag = field("False once it is no longer sold.")
