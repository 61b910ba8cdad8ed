"""What a visitor is: an anonymous id of a browser or device, and who it turned out to be."""

from __future__ import annotations

from models.schema import Instant, Object, Text, field


class Visitor(Object):
    """One anonymous id; once it is known whose it is, what it did belongs to that person."""

    visitor_id: Text = field("Id of the row.", key=True)
    anonymous_id: Text = field("Id that the tracker gave the browser or device.", required=True)
    contact_id: Text = field("The person it turned out to be.", references="contact", personal=True)
    product_user_id: Text = field("The product user it turned out to be.", references="product_user")
    identified_at: Instant = field("When that became known.")
