"""What a sale is: a non-recurring sale, counted whole in the month sold."""

from __future__ import annotations

from models.schema import Day, Money, Object, Text, field


class Sale(Object):
    """One non-recurring sale."""

    sale_id: Text = field("Id of the sale.", key=True)
    company_id: Text = field("The company.", references="company")
    product_id: Text = field("The product.", references="product")
    opportunity_id: Text = field("The opportunity it came from.", references="opportunity")
    sold_on: Day = field("Day sold.", required=True)
    amount: Money = field("Amount without tax, in `currency`.", required=True)
    currency: Text = field("ISO 4217 currency.", required=True, matches=r"^[A-Z]{3}$")
    description: Text = field("What was sold.")
