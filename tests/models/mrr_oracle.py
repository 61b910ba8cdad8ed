"""What MRR must be, computed the slow and obvious way: instant by instant, in fractions, one company at a time.

Written from the definitions, not from the models; it shares no rule with their SQL. What runs at an instant stands
here, what it is worth in `mrr_oracle_worth`, months, days and movements in `mrr_oracle_days`. No test stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction


@dataclass(frozen=True, eq=False)
class Version:
    """One stretch of an item's life."""

    subscription: str
    item: str
    start: datetime
    end: datetime | None
    quantity: Fraction
    amount: Fraction
    currency: str
    interval: str
    count: int
    status: str
    metered: bool = False
    deleted: datetime | None = None
    minimum: Fraction | None = None


@dataclass(frozen=True)
class Subscription:
    """What a subscription says of itself as a whole; most say nothing."""

    status: str = "active"
    ends: datetime | None = None
    renews: bool = False
    cancel: datetime | None = None
    told: datetime | None = None
    paused: datetime | None = None
    updated: datetime | None = None
    deleted: datetime | None = None
    replaced_by: str | None = None
    created: datetime | None = None


@dataclass(frozen=True, eq=False)
class Discount:
    """One discount on a subscription or, with `item`, on one of its items."""

    subscription: str
    item: str | None
    percent: Fraction | None
    fixed: Fraction | None
    currency: str | None
    duration: str
    start: datetime
    end: datetime | None


@dataclass(frozen=True, eq=False)
class Line:
    """One line of an invoice: `amount` before `off`, its own discount."""

    amount: Fraction
    off: Fraction
    start: datetime | None
    end: datetime | None
    subscription: str | None = None
    product: str | None = None
    kind: str | None = "recurring"
    proration: bool = False


@dataclass(frozen=True, eq=False)
class Invoice:
    """One invoice; `rest` is what it is discounted beyond its lines' own discounts."""

    number: str
    status: str
    currency: str
    issued: date
    lines: tuple[Line, ...]
    subscription: str | None = None
    rest: Fraction = Fraction(0)
    deleted: datetime | None = None
    copy_of: str | None = None


@dataclass
class Company:
    """All that is known of one company's revenue."""

    name: str
    versions: list[Version] = field(default_factory=list)
    discounts: list[Discount] = field(default_factory=list)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    invoices: list[Invoice] = field(default_factory=list)
    parent: str | None = None


@dataclass(frozen=True)
class Rules:
    """The switches of one set of the revenue policy."""

    basis: str = "subscription"
    statuses: frozenset[str] = frozenset({"active", "past_due"})
    durations: frozenset[str] = frozenset({"once", "repeating", "forever"})
    months: Mapping[str, Fraction] = field(
        default_factory=lambda: {
            "year": Fraction(1, 12),
            "month": Fraction(1),
            "week": Fraction(52, 12),
            "day": Fraction(365, 12),
        }
    )
    past_due_days: int = 0
    cancellation: str = "at_end"
    committed_minimum: str = "out"
    grain: str = "customer"
    snapshot: str = "last_instant"
    reactivation: str = "always"
    reactivation_days: int = 90
    conversion: str = "month_rate"
    fixed_rate_on: date | None = None
    rounding: str = "exact"


STANDARD = Rules()
STRIPE = Rules(durations=frozenset({"forever"}))
CHARTMOGUL = Rules(basis="invoice_line", statuses=frozenset({"active", "past_due", "paused"}), rounding="per_item")
PLANHAT = Rules(statuses=frozenset({"active", "past_due", "unpaid", "paused"}), reactivation="never")
SHIPPED = {"standard": STANDARD, "stripe": STRIPE, "chartmogul": CHARTMOGUL, "planhat": PLANHAT}


def whole(numerator: int, denominator: int) -> int:
    """A quotient as a whole number, half away from zero."""
    nearest = (2 * abs(numerator) + denominator) // (2 * denominator)
    return nearest if numerator >= 0 else -nearest


def rounded(value: Fraction, places: int) -> Fraction:
    """Half away from zero."""
    return Fraction(whole(value.numerator * 10**places, value.denominator), 10**places)


# --- what runs at an instant, whatever the policy ---------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class State:
    """What runs at one instant: items with the status of then, discounts, paid periods of invoices.

    `due_since` is when each subscription that is past due became so without a break.
    """

    items: tuple[tuple[Version, str], ...]
    discounts: tuple[Discount, ...]
    lines: tuple[tuple[Invoice, Line], ...]
    due_since: Mapping[str, datetime]


def over(version: Version, subscription: Subscription, instant: datetime) -> bool:
    """Whether a version has ended by an instant that is not after as-of."""
    for end in (version.end, version.deleted, subscription.deleted):
        if end is not None and end <= instant:
            return True
    planned = subscription.ends or subscription.cancel
    if planned is not None:
        return planned <= instant
    if subscription.status == "canceled" and version.end is None:
        said = subscription.told or subscription.updated
        assert said is not None
        return said <= instant
    return False


def known_to_end(version: Version, subscription: Subscription, as_of: datetime) -> bool:
    """Whether a version ends some day, by all that is known at as-of."""
    if version.end or version.deleted or subscription.deleted:
        return True
    is_called_off = subscription.status == "canceled" or (subscription.told is not None and subscription.told < as_of)
    if subscription.ends is None:
        return subscription.cancel is not None or is_called_off
    if subscription.cancel is not None and (subscription.cancel >= as_of or subscription.cancel <= subscription.ends):
        return True
    return subscription.ends <= as_of or not subscription.renews or is_called_off


def status_at(version: Version, subscription: Subscription, instant: datetime) -> str:
    """Paused since the subscription says so, for what began before; else what the version says."""
    since = subscription.paused
    if subscription.status != "paused" or since is None or instant < since or version.start > since:
        return version.status
    return "paused" if version.status in ("trialing", "active", "past_due", "unpaid") else version.status


def running(company: Company, instant: datetime, as_of: datetime | None = None) -> tuple[tuple[Version, str], ...]:
    """Of each item the version that began last among those that have not ended, with its status.

    With `as_of`, at the end of time, as far as it is known then.
    """
    last: dict[tuple[str, str], Version] = {}
    for version in company.versions:
        own = company.subscriptions.get(version.subscription, Subscription())
        if known_to_end(version, own, as_of) if as_of else version.start > instant or over(version, own, instant):
            continue
        key = version.subscription, version.item
        if key not in last or version.start > last[key].start:
            last[key] = version
    return tuple(
        (version, status_at(version, company.subscriptions.get(version.subscription, Subscription()), instant))
        for version in last.values()
    )


def given(company: Company, instant: datetime) -> tuple[Discount, ...]:
    """The discounts that run at an instant."""
    return tuple(d for d in company.discounts if d.start <= instant and (d.end is None or instant < d.end))


def counting_lines(company: Company) -> list[tuple[Invoice, Line]]:
    """The lines that tell of recurring revenue over a stretch of time."""
    return [
        (invoice, line)
        for invoice in company.invoices
        if invoice.status not in ("void", "draft") and invoice.deleted is None and invoice.copy_of is None
        for line in invoice.lines
        if line.kind in ("recurring", None) and not line.proration
        if line.start is not None and line.end is not None and line.start < line.end
    ]


def during(line: Line, instant: datetime) -> bool:
    """Whether what a line bills is had at an instant."""
    return line.start is not None and line.end is not None and line.start <= instant < line.end


def life(company: Company) -> list[tuple[datetime, State]]:
    """What runs from each instant on at which anything of the company begins, ends or is said."""
    lines = counting_lines(company)
    told: list[datetime | None] = [moment for v in company.versions for moment in (v.start, v.end, v.deleted)]
    for own in company.subscriptions.values():
        told += [own.ends, own.cancel, own.told, own.paused, own.updated, own.deleted]
    told += [moment for d in company.discounts for moment in (d.start, d.end)]
    told += [moment for _, line in lines for moment in (line.start, line.end)]
    since: dict[str, datetime] = {}
    states = []
    for moment in sorted({moment for moment in told if moment is not None}):
        items = running(company, moment)
        due = {version.subscription for version, status in items if status == "past_due"}
        since = {subscription: since.get(subscription, moment) for subscription in due}
        paid = tuple((invoice, line) for invoice, line in lines if during(line, moment))
        states.append((moment, State(items, given(company, moment), paid, since)))
    return states
