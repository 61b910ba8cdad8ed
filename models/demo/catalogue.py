"""What the vendor sells and at what price, with the price rise half-way through the history; not who buys it.

A price never changes: a dearer price is another price. The yearly Team price is twelve times its monthly price, so that
moving between the two moves no revenue; the other yearly prices are cheaper than twelve months.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from models.demo.frames import Row

Interval = tuple[str, int]
MONTHLY: Interval = ("month", 1)
QUARTERLY: Interval = ("month", 3)
YEARLY: Interval = ("year", 1)
TWO_YEARLY: Interval = ("year", 2)
ONCE: tuple[None, None] = (None, None)
CURRENCIES = ("USD", "EUR", "GBP")

ESSENTIALS, TEAM, BUSINESS, INSIGHTS, PRIORITY, CALLS, ONBOARDING, TRAINING, MIGRATION = range(1, 10)
PLANS = (ESSENTIALS, TEAM, BUSINESS)
PRODUCTS: tuple[tuple[int, str, str, str], ...] = (
    (ESSENTIALS, "LUM-ESS", "Lumenly Essentials", "plan"),
    (TEAM, "LUM-TEAM", "Lumenly Team", "plan"),
    (BUSINESS, "LUM-BUS", "Lumenly Business", "plan"),
    (INSIGHTS, "LUM-INS", "Insights", "add-on"),
    (PRIORITY, "LUM-PRIO", "Priority support", "add-on"),
    (CALLS, "LUM-API", "API calls", "usage"),
    (ONBOARDING, "LUM-ONB", "Onboarding", "service"),
    (TRAINING, "LUM-TRN", "Training day", "service"),
    (MIGRATION, "LUM-MIG", "Data migration", "service"),
)
NAMES_OF_PLANS = {product_no: name.removeprefix("Lumenly ") for product_no, _, name, kind in PRODUCTS if kind == "plan"}
OLD, NEW = "old", "new"
# product, generation (both where one price lasts throughout), interval, and the amounts in CURRENCIES
AMOUNTS: tuple[tuple[int, tuple[str, ...], Interval | tuple[None, None], tuple[str, str, str]], ...] = (
    (ESSENTIALS, (OLD, NEW), MONTHLY, ("12", "11", "10")),
    (ESSENTIALS, (OLD, NEW), YEARLY, ("120", "110", "100")),
    (TEAM, (OLD,), MONTHLY, ("25", "23", "20")),
    (TEAM, (OLD,), YEARLY, ("300", "276", "240")),
    (TEAM, (NEW,), MONTHLY, ("29", "27", "24")),
    (TEAM, (NEW,), YEARLY, ("348", "324", "288")),
    (BUSINESS, (OLD, NEW), MONTHLY, ("59", "54", "47.50")),
    (BUSINESS, (OLD, NEW), QUARTERLY, ("168", "153", "135")),
    (BUSINESS, (OLD, NEW), YEARLY, ("590", "540", "475")),
    (BUSINESS, (OLD, NEW), TWO_YEARLY, ("1080", "990", "870")),
    (INSIGHTS, (OLD, NEW), MONTHLY, ("149", "139", "119")),
    (INSIGHTS, (OLD, NEW), QUARTERLY, ("420", "390", "335")),
    (INSIGHTS, (OLD, NEW), YEARLY, ("1490", "1390", "1190")),
    (INSIGHTS, (OLD, NEW), TWO_YEARLY, ("2700", "2500", "2150")),
    (PRIORITY, (OLD, NEW), MONTHLY, ("240", "220", "190")),
    (PRIORITY, (OLD, NEW), YEARLY, ("2400", "2200", "1900")),
    (CALLS, (OLD, NEW), MONTHLY, ("0.002", "0.0018", "0.0016")),
    (ONBOARDING, (OLD, NEW), ONCE, ("2500", "2300", "2000")),
    (TRAINING, (OLD, NEW), ONCE, ("1200", "1100", "950")),
    (MIGRATION, (OLD, NEW), ONCE, ("3800", "3500", "3000")),
)


@dataclass(frozen=True)
class Price:
    """One price of one product; a one-time price has no interval."""

    no: int
    product_no: int
    currency: str
    unit_amount: Decimal
    interval: tuple[str | None, int | None]

    @property
    def monthly(self) -> Decimal:
        """The unit's price a month, not rounded beyond 28 digits; 0 for a one-time price."""
        unit, count = self.interval
        return self.unit_amount / ((12 if unit == "year" else 1) * count) if count else Decimal(0)


class Catalogue:
    """All prices, found by product, currency, interval and generation."""

    def __init__(self) -> None:
        self.prices: list[Price] = []
        self._found: dict[tuple[object, ...], Price] = {}
        for product_no, generations, interval, amounts in AMOUNTS:
            for currency, amount in zip(CURRENCIES, amounts, strict=True):
                price = Price(len(self.prices) + 1, product_no, currency, Decimal(amount), interval)
                self.prices.append(price)
                for generation in generations:
                    self._found[product_no, currency, interval, generation] = price

    def price(self, product_no: int, currency: str, interval: object = ONCE, generation: str = NEW) -> Price:
        """The price of a product; KeyError where it is not sold that way."""
        return self._found[product_no, currency, interval, generation]


def product_rows() -> list[Row]:
    """Rows of frame `products`."""
    return [dict(zip(("product_no", "sku", "name", "category"), product, strict=True)) for product in PRODUCTS]


def price_rows(prices: Sequence[Price]) -> list[Row]:
    """Rows of frame `prices`; one-time prices have no billing interval."""
    return [
        {
            "price_no": price.no,
            "product_no": price.product_no,
            "currency": price.currency,
            "unit_amount": price.unit_amount,
            "billing_interval": price.interval[0],
            "interval_count": price.interval[1],
        }
        for price in prices
    ]
