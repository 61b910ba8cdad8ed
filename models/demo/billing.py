"""Bills: what is asked for each billing period and each service sold once; whether it is paid stands in `payments`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from models.demo.catalogue import MIGRATION, PRODUCTS, TRAINING, Catalogue
from models.demo.clock import Clock, between, days
from models.demo.companies import Company
from models.demo.frames import Row
from models.demo.pipeline import Deal
from models.demo.plan import Discount, Plan

CENT = Decimal("0.01")
TAX = {"DE": Decimal("0.19"), "GB": Decimal("0.20")}
PRODUCT_OF = {price.no: price.product_no for price in Catalogue().prices}
NAMES = {product_no: name for product_no, _, name, _ in PRODUCTS}
BILLED = ("active", "past_due")


@dataclass(eq=False)
class Bill:
    """One invoice in the making; `status` is set in advance only for drafts and void bills.

    `flaw`: what was done to it on purpose, `forgotten` (it is never made), `late`, `unpaid` or `beyond` (it should not
    be); `honest_at` is when it should be issued.
    """

    company: Company
    plan: Plan | None
    currency: str
    issued_at: datetime
    period_start: datetime
    period_end: datetime
    lines: list[Row]
    discount: Decimal = Decimal(0)
    status: str | None = None
    paid_at: datetime | None = None
    attempts: list[tuple[datetime, Decimal, str]] = field(default_factory=list)
    no: int = 0
    flaw: str | None = None
    honest_at: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.honest_at = self.issued_at

    @property
    def subtotal(self) -> Decimal:
        """Sum of the lines, before discounts and tax."""
        return sum((line["amount"] for line in self.lines), Decimal(0))

    @property
    def tax(self) -> Decimal:
        """Tax on what is left after discounts."""
        return cents((self.subtotal - self.discount) * TAX.get(self.company.country, Decimal(0)))

    @property
    def total(self) -> Decimal:
        """What is to be paid."""
        return self.subtotal - self.discount + self.tax


def cents(amount: Decimal) -> Decimal:
    """`amount` rounded half up to two places."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def plan_bills(clock: Clock, company: Company, plan: Plan) -> Iterator[Bill]:
    """The bills of one subscription, each at the start of the period it asks for."""
    rng = clock.rng("bills", plan.no)
    before: tuple[datetime, datetime] | None = None
    for start, end in plan.periods():
        if start >= min(plan.end_at or clock.as_of, clock.as_of):
            return
        running = [row for row in plan.versions if covers(row, start)]
        if running and (running[0]["status"] in BILLED or plan.first_status == "incomplete"):
            flat = [line_of(plan, row, start, end) for row in running if not row["is_metered"]]
            extra = _prorations(plan, *before) + _usage(rng, plan, running, *before) if before else []
            bill = Bill(company, plan, plan.currency, start, start, end, flat + extra)
            bill.discount = _discount(plan, start, sum((line["amount"] for line in flat), Decimal(0)))
            bill.status = "void" if plan.first_status == "incomplete" else None
            yield bill
        before = start, end


def covers(version: Row, moment: datetime) -> bool:
    """Whether the version holds at `moment`."""
    return bool(version["valid_from"] <= moment and (version["valid_to"] is None or moment < version["valid_to"]))


def line_of(plan: Plan, version: Row, start: datetime, end: datetime, **other: object) -> Row:
    """A bill's line for one version over [start, end), with `other` values in place of its own."""
    product_no = product_of(version)
    line: Row = {
        "sub_no": plan.no,
        "product_no": product_no,
        "price_no": version["price_no"],
        "description": f"{version['quantity']} × {NAMES[product_no]}",
        "quantity": version["quantity"],
        "unit_amount": version["unit_amount"],
        "amount": cents(version["unit_amount"] * version["quantity"]),
        "period_start": start,
        "period_end": end,
        "is_proration": False,
        "revenue_type": "recurring",
    }
    return line | other


def product_of(version: Row) -> int:
    """The product a version sells."""
    return PRODUCT_OF[version["price_no"]]


def _usage(rng: Random, plan: Plan, running: Sequence[Row], start: datetime, end: datetime) -> list[Row]:
    lines = []
    for row in running:
        if row["is_metered"]:
            calls = rng.randint(2_000, 90_000)
            words = f"{calls} × {NAMES[product_of(row)]}"
            amount = cents(row["unit_amount"] * calls)
            lines.append(
                line_of(plan, row, start, end, quantity=calls, amount=amount, description=words, revenue_type="usage")
            )
    return lines


def _prorations(plan: Plan, start: datetime, end: datetime) -> list[Row]:
    """Lines that settle what changed inside the period before: the rest of it at the old and at the new price."""
    quiet = {change.at for change in plan.changes if change.kind == "generation"}
    lines = []
    for old in plan.versions:
        at = old["valid_to"]
        if at is None or not start < at < end or at in quiet or old["is_metered"] or old["status"] not in BILLED:
            continue
        new = next((row for row in plan.versions if row["item_no"] == old["item_no"] and row["valid_from"] == at), None)
        if new is None or _price(old) != _price(new):
            lines.append(_share(plan, old, at, start, end, -1, "Unused time"))
            lines += [_share(plan, new, at, start, end, 1, "Remaining time")] if new else []
    for new in plan.versions:
        is_added = new["valid_from"] == min(r["valid_from"] for r in plan.versions if r["item_no"] == new["item_no"])
        if is_added and start < new["valid_from"] < end and new["valid_from"] > plan.started_at:
            lines.append(_share(plan, new, new["valid_from"], start, end, 1, "Remaining time"))
    return lines


def _price(version: Row) -> tuple[object, ...]:
    return version["price_no"], version["quantity"]


def _share(plan: Plan, row: Row, at: datetime, start: datetime, end: datetime, sign: int, words: str) -> Row:
    whole, rest = int((end - start).total_seconds()), int((end - at).total_seconds())
    amount = cents(row["unit_amount"] * row["quantity"] * sign * rest / whole)
    text = f"{words} on {row['quantity']} × {NAMES[product_of(row)]} after {at:%d %b %Y}"
    return line_of(plan, row, at, end, amount=amount, description=text, is_proration=True)


def _discount(plan: Plan, at: datetime, amount: Decimal) -> Decimal:
    """What comes off `amount` at `at`."""
    return taken_off([row for row in plan.discounts if runs(row, at)], amount)


def runs(discount: Discount, at: datetime) -> bool:
    """Whether the discount holds at `at`."""
    return discount.starts_at <= at and (discount.ends_at is None or at < discount.ends_at)


def taken_off(running: Sequence[Discount], amount: Decimal) -> Decimal:
    """What `running` take off `amount`: percentages one after another, then fixed amounts, at most all of it."""
    left = amount
    for row in running:
        left -= cents(left * (row.percent_off or 0) / 100)
    for row in running:
        left -= min(left, row.amount_off or Decimal(0))
    return amount - left


def service_bills(
    clock: Clock, companies: Sequence[Company], deals: Sequence[Deal], catalogue: Catalogue
) -> Iterator[Bill]:
    """Bills of services sold once: with a deal, on their own, and a few drafts."""
    for deal in deals:
        if deal.service and deal.status == "won" and deal.ended_at and deal.company.in_billing:
            yield _service(deal.company, catalogue, deal.service, deal.ended_at + days(0.02), deal.currency)
    for company in companies:
        rng = clock.rng("services", company.no)
        if company.story.feature == "one_time":
            for product_no in (TRAINING, MIGRATION):
                yield _service(company, catalogue, product_no, between(rng, company.story.signed_at, clock.as_of))
        if company.in_billing and company.pays_at(clock.as_of - days(3)) and rng.random() < 0.03:
            bill = _service(company, catalogue, TRAINING, clock.as_of - days(rng.uniform(0.1, 2.5)))
            bill.status = "draft"
            yield bill


def _service(company: Company, catalogue: Catalogue, product_no: int, at: datetime, currency: str = "") -> Bill:
    price = catalogue.price(product_no, currency or company.currency)
    line: Row = {
        "sub_no": None,
        "product_no": product_no,
        "price_no": price.no,
        "description": NAMES[product_no],
        "quantity": 1,
        "unit_amount": price.unit_amount,
        "amount": price.unit_amount,
        "period_start": at,
        "period_end": at,
        "is_proration": False,
        "revenue_type": "one_time",
    }
    return Bill(company, None, price.currency, at, at, at, [line])
