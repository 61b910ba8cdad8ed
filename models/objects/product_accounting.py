"""What a product's accounting data is: how its revenue is booked."""

from __future__ import annotations

from models.schema import Object, Text, field


class ProductAccounting(Object):
    """How one product is booked."""

    product_accounting_id: Text = field("Id of the row.", key=True)
    product_id: Text = field("The product.", required=True, references="product")
    gl_account: Text = field("Account of the general ledger its revenue goes to.")
    tax_code: Text = field("Tax code.")
    revenue_type: Text = field("Kind of revenue.", isin=["recurring", "one_time", "usage"])
    deferral: Text = field("How revenue is spread over time, in the source's words.")
