"""What a discount is: a reduction that may be given (Stripe: coupon)."""

from __future__ import annotations

from models.schema import Exact, Flag, Instant, Object, Text, Whole, field


class Discount(Object):
    """One discount as defined; where it was given stands in `subscription_discount`."""

    discount_id: Text = field("Id of the discount.", key=True)
    name: Text = field("Name.")
    code: Text = field("Code a buyer may type.")
    percent_off: Exact = field("Per cent taken off, 0 to 100.", ge=0, le=100)
    amount_off: Exact = field("Amount taken off, in `currency`.", ge=0)
    currency: Text = field("ISO 4217 currency of `amount_off`.", matches=r"^[A-Z]{3}$")
    duration: Text = field("How long it lasts.", isin=["once", "repeating", "forever"])
    duration_months: Whole = field("Months a repeating one lasts.", ge=0)
    product_id: Text = field("The product it is for, where it is for just one.", references="product")
    is_active: Flag = field("False once it can no longer be given.")
    valid_until: Instant = field("Last instant at which it can be given.")
    max_redemptions: Whole = field("How often it may be given.", ge=0)
