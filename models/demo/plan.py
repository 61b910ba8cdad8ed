"""A plan is what is to happen to one subscription; carrying it out gives its rows. Who plans what is in `features`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from models.demo.catalogue import CALLS, NEW, OLD, Catalogue, Interval, Price
from models.demo.clock import add_months
from models.demo.frames import Row


@dataclass
class Change:
    """Something that changes at an instant.

    `kind`: quantity (of line `line`), product (of line `line`), interval (of all lines), generation (of all prices),
    status, add (a line: product, quantity) or drop (line `line`).
    """

    at: datetime
    kind: str
    value: Any
    line: int = 0


@dataclass
class Discount:
    """A discount on the whole subscription from `starts_at`; `duration`: once, repeating (for `months`) or forever."""

    starts_at: datetime
    duration: str
    percent_off: Decimal | None = None
    amount_off: Decimal | None = None
    months: int | None = None
    ends_at: datetime | None = None
    no: int = 0


@dataclass
class Plan:
    """One subscription to be: its lines (product, quantity), interval, changes, discounts and end."""

    company_no: int
    currency: str
    interval: Interval
    started_at: datetime
    lines: list[tuple[int, int]]
    generation: str = NEW
    changes: list[Change] = field(default_factory=list)
    discounts: list[Discount] = field(default_factory=list)
    trial_ends_at: datetime | None = None
    first_status: str = "active"
    end_at: datetime | None = None
    notice_at: datetime | None = None
    reason: str | None = None
    comment: str | None = None
    follower: Plan | None = None
    is_sold: bool = False
    deal_no: int | None = None
    no: int = 0
    versions: list[Row] = field(default_factory=list)

    @property
    def anchor(self) -> datetime:
        """Start of the first paid period."""
        return self.trial_ends_at or self.started_at

    def periods(self) -> Iterator[tuple[datetime, datetime]]:
        """The billing periods one after another, without end; a new interval starts its own count."""
        swaps = sorted((change.at, change.value) for change in self.changes if change.kind == "interval")
        first, interval, count = self.anchor, self.interval, 0
        while True:
            start = add_months(first, count * length(interval))
            end = add_months(first, (count + 1) * length(interval))
            if swaps and swaps[0][0] <= end:
                at, interval = swaps.pop(0)
                first, count, end = at, -1, at
            if start < end:
                yield start, end
            count += 1

    def boundary_after(self, moment: datetime) -> datetime:
        """The first end of a period later than `moment`."""
        return next(end for _, end in self.periods() if end > moment)


def length(interval: Interval) -> int:
    """Months in a billing period."""
    return interval[1] * (12 if interval[0] == "year" else 1)


class Agreements:
    """Carries plans out up to `as_of` and keeps the rows of the three subscription frames."""

    def __init__(self, catalogue: Catalogue, as_of: datetime) -> None:
        self.catalogue, self.as_of = catalogue, as_of
        self.subscriptions: list[Row] = []
        self.versions: list[Row] = []
        self.discounts: list[Row] = []
        self._items = 0

    def carry_out(self, plans: list[Plan]) -> None:
        """Number the plans and make their rows; plans name each other by their numbers."""
        for number, plan in enumerate(plans, start=len(self.subscriptions) + 1):
            plan.no = number
        for plan in plans:
            plan.versions = self._versions(plan)
            self.versions += plan.versions
            self.subscriptions.append(self._subscription(plan))
            for discount in plan.discounts:
                if discount.starts_at < min(plan.end_at or self.as_of, self.as_of):
                    self.discounts.append(self._discount(plan, discount))

    def _versions(self, plan: Plan) -> list[Row]:
        changes = list(plan.changes)
        status = "trialing" if plan.trial_ends_at else plan.first_status
        if plan.trial_ends_at and plan.end_at != plan.trial_ends_at:
            changes.append(Change(plan.trial_ends_at, "status", "active"))
        run = _Run(plan, self.catalogue, status)
        for product_no, quantity in plan.lines:
            self._items += 1
            run.open(self._items, product_no, quantity, plan.started_at)
        end = min(plan.end_at or self.as_of, self.as_of)
        for change in sorted(changes, key=lambda change: change.at):
            if plan.started_at < change.at < end:
                self._items += change.kind == "add"
                run.apply(change, self._items)
        if plan.end_at and plan.end_at <= self.as_of:
            run.close(plan.end_at)
        return run.done + [version for version in run.current.values() if version]

    def _subscription(self, plan: Plan) -> Row:
        ended = plan.end_at is not None and plan.end_at <= self.as_of
        status = str(plan.versions[-1]["status"])
        if ended:
            status = "incomplete_expired" if plan.first_status == "incomplete" else "canceled"
        known = plan.notice_at is not None and plan.notice_at <= self.as_of
        paused = [change.at for change in plan.changes if change.value == "paused" and change.at < self.as_of]
        return {
            "sub_no": plan.no,
            "company_no": plan.company_no,
            "deal_no": plan.deal_no,
            "currency": plan.currency,
            "started_at": plan.started_at,
            "ended_at": plan.end_at if ended else None,
            "trial_ends_at": plan.trial_ends_at,
            "cancel_at": plan.end_at if known and plan.notice_at != plan.end_at else None,
            "canceled_at": plan.notice_at if known else plan.end_at if ended else None,
            "cancel_reason": plan.reason if known or ended else None,
            "cancel_comment": plan.comment if known or ended else None,
            "paused_at": max(paused) if paused and status == "paused" else None,
            "status": status,
            "replaced_by_sub_no": plan.follower.no if plan.follower and ended else None,
        }

    def _discount(self, plan: Plan, discount: Discount) -> Row:
        discount.no = len(self.discounts) + 1
        if discount.duration == "once":
            discount.ends_at = plan.boundary_after(discount.starts_at)
        elif discount.months:
            discount.ends_at = add_months(discount.starts_at, discount.months)
        return {
            "sub_no": plan.no,
            "discount_no": discount.no,
            "percent_off": discount.percent_off,
            "amount_off": discount.amount_off,
            "currency": plan.currency if discount.amount_off is not None else None,
            "duration": discount.duration,
            "months": discount.months,
            "starts_at": discount.starts_at,
            "ends_at": discount.ends_at,
        }


class _Run:
    """One subscription while its plan is carried out: the open version of each line, and the closed ones."""

    def __init__(self, plan: Plan, catalogue: Catalogue, status: str) -> None:
        self.plan, self.catalogue, self.status = plan, catalogue, status
        self.interval, self.generation = plan.interval, plan.generation
        self.products: list[int] = []
        self.current: dict[int, Row | None] = {}
        self.done: list[Row] = []

    def open(self, item_no: int, product_no: int, quantity: int, at: datetime) -> None:
        self.products.append(product_no)
        version = self._priced(product_no) | {
            "sub_no": self.plan.no,
            "item_no": item_no,
            "quantity": quantity,
            "status": self.status,
            "is_metered": product_no == CALLS,
            "valid_from": at,
            "valid_to": None,
        }
        self.current[len(self.products) - 1] = version

    def apply(self, change: Change, item_no: int) -> None:
        if change.kind == "add":
            product_no, quantity = change.value
            self.open(item_no, product_no, quantity, change.at)
        elif change.kind == "drop":
            self._renew(change.line, change.at, None)
        elif change.kind == "quantity":
            self._renew(change.line, change.at, {"quantity": change.value})
        elif change.kind == "product":
            self.products[change.line] = change.value
            self._renew(change.line, change.at, self._priced(change.value))
        elif change.kind == "status":
            self.status = change.value
            for line in self.current:
                self._renew(line, change.at, {"status": change.value})
        else:
            setattr(self, change.kind, change.value)
            for line, product_no in enumerate(self.products):
                self._renew(line, change.at, self._priced(product_no))

    def close(self, at: datetime) -> None:
        for line in self.current:
            self._renew(line, at, None)

    def _renew(self, line: int, at: datetime, new: Row | None) -> None:
        """End the line's open version at `at` and, unless it is dropped, start one with `new` values if any differ."""
        old = self.current[line]
        if old is None or (new is not None and new.items() <= old.items()):
            return
        if old["valid_from"] < at:
            self.done.append(old | {"valid_to": at})
        self.current[line] = None if new is None else old | new | {"valid_from": at}

    def _priced(self, product_no: int) -> Row:
        price: Price = self.catalogue.price(product_no, self.plan.currency, self.interval, self.generation)
        return {
            "price_no": price.no,
            "unit_amount": price.unit_amount,
            "currency": price.currency,
            "billing_interval": price.interval[0],
            "interval_count": price.interval[1],
        }


def generation_at(moment: datetime, rise_at: datetime) -> str:
    """Which generation of prices a sale made at `moment` gets."""
    return OLD if moment < rise_at else NEW
