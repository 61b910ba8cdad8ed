"""What a product user is: a contact who uses the product (Planhat: End User)."""

from __future__ import annotations

from models.schema import Instant, Object, Text, Whole, field


class ProductUser(Object):
    """One user account in the product."""

    product_user_id: Text = field("Id of the user.", key=True)
    contact_id: Text = field(
        "The person; found by the user's e-mail address where the source names none.",
        references="contact",
        personal=True,
    )
    company_id: Text = field(
        "The company; where the source names none, the contact's main one now.", references="company"
    )
    external_user_id: Text = field("Id the product knows the user by.", required=True)
    name: Text = field("Full name as the product has it.", personal=True)
    email: Text = field("E-mail address as the product has it, in lower case.", personal=True)
    plan: Text = field("Plan the user is on.")
    signed_up_at: Instant = field("When the account was made.")
    first_active_at: Instant = field("First use; from usage events where the source does not say.")
    last_active_at: Instant = field("Last use; from usage events where the source does not say.")
    status: Text = field("Whether the account is in use.", isin=["invited", "active", "inactive", "deactivated"])
    website_visits: Whole = field("Visits of the website the source counts.", ge=0)
