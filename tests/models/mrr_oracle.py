"""What MRR must be, computed the slow and obvious way: instant by instant, in fractions, one company at a time.

Written from the definitions, not from the models; it shares no rule with their SQL. No test stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from math import floor
from zoneinfo import ZoneInfo

MOMENT = timedelta(microseconds=1)
MOVEMENTS = ("new", "reactivation", "expansion", "contraction", "churn", "fx")


@dataclass(frozen=True)
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
    metered: bool
    deleted: datetime | None = None


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


@dataclass(frozen=True)
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


@dataclass
class Company:
    """All that is known of one company's subscriptions."""

    name: str
    versions: list[Version] = field(default_factory=list)
    discounts: list[Discount] = field(default_factory=list)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)


@dataclass(frozen=True)
class Rules:
    """The switches of the policy that the oracle knows."""

    zone: str = "UTC"
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


def rounded(value: Fraction, places: int = 6) -> Fraction:
    """Half away from zero."""
    scaled = abs(value) * 10**places
    whole = floor(scaled + Fraction(1, 2))
    return Fraction(whole if value >= 0 else -whole, 10**places)


def month_ends(first: datetime, as_of: datetime, zone: str) -> list[tuple[date, datetime]]:
    """(first day, snapshot instant in UTC) of every month from the one of `first` to the one before `as_of`."""
    here = ZoneInfo(zone)
    local = first.replace(tzinfo=UTC).astimezone(here)
    year, month = local.year, local.month
    ends = []
    while True:
        start = datetime(year, month, 1, tzinfo=here).astimezone(UTC).replace(tzinfo=None)
        if start >= as_of:
            return ends
        next_year, next_month = (year + 1, 1) if month == 12 else (year, month + 1)
        end = datetime(next_year, next_month, 1, tzinfo=here).astimezone(UTC).replace(tzinfo=None)
        ends.append((date(year, month, 1), min(end, as_of)))
        year, month = next_year, next_month


Running = tuple[tuple[Version, ...], tuple[Discount, ...]]


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


def running(company: Company, instant: datetime, rules: Rules, as_of: datetime | None = None) -> Running:
    """What counts at one instant: of each item the version that began last among those that have not ended.

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
    items = tuple(
        version
        for version in last.values()
        if not version.metered
        and status_at(version, company.subscriptions.get(version.subscription, Subscription()), instant)
        in rules.statuses
    )
    discounts = tuple(
        d
        for d in company.discounts
        if d.start <= instant and (d.end is None or instant < d.end) and d.duration in rules.durations
    )
    return items, discounts


def mrr_of(what: Running, rules: Rules) -> dict[str, tuple[Fraction, Fraction]]:
    """(net, gross) MRR per currency of what runs at one instant, exact; credits take off no more than there is."""
    items, discounts = what
    totals: dict[str, tuple[Fraction, Fraction]] = {}
    for subscription in {v.subscription for v in items}:
        mine = [v for v in items if v.subscription == subscription]
        for currency in {v.currency for v in mine}:
            net = _net([v for v in mine if v.currency == currency], discounts, rules)
            gross = sum(
                (_factor(v, rules) * v.quantity * v.amount for v in mine if v.currency == currency), Fraction(0)
            )
            before = totals.get(currency, (Fraction(0), Fraction(0)))
            totals[currency] = (before[0] + net, before[1] + gross)
    return {currency: (max(net, Fraction(0)), max(gross, Fraction(0))) for currency, (net, gross) in totals.items()}


def _factor(version: Version, rules: Rules) -> Fraction:
    return rules.months[version.interval] / version.count


def _net(items: list[Version], discounts: tuple[Discount, ...], rules: Rules) -> Fraction:
    """Net MRR of one subscription's items of one currency: percents, then amounts on an item, then amounts on all.

    What is negative is a credit, which no discount touches.
    """
    currency = items[0].currency
    credits = sum((_factor(v, rules) * v.quantity * v.amount for v in items if v.amount < 0), Fraction(0))
    items = [v for v in items if v.amount >= 0]
    left: list[Fraction] = []
    shared = Fraction(0)
    for version in items:
        price = version.quantity * version.amount
        here = [d for d in discounts if d.subscription == version.subscription and d.item in (None, version.item)]
        for d in here:
            if d.percent is not None:
                price *= 1 - d.percent / 100
        for d in here:
            if d.fixed is not None and d.item is not None and d.currency == currency:
                price -= d.fixed
        left.append(max(price, Fraction(0)))
        shared = sum((d.fixed for d in here if d.fixed and d.item is None and d.currency == currency), Fraction(0))
    monthly = [price * _factor(version, rules) for price, version in zip(left, items, strict=True)]
    whole = sum(monthly, Fraction(0))
    if not whole:
        return credits
    return credits + sum(
        (
            max(worth - shared * (worth / whole) * _factor(version, rules), Fraction(0))
            for worth, version in zip(monthly, items, strict=True)
        ),
        Fraction(0),
    )


Row = dict[str, Fraction]


def movements(
    company: Company, ends: list[tuple[date, datetime]], rules: Rules
) -> tuple[dict[tuple[str, date], Row], dict[date, str]]:
    """Rows by (currency, month) in that currency, and what each month is called for the company as a whole."""
    rows: dict[tuple[str, date], Row] = {}
    called: dict[date, str] = {}
    before: dict[str, Fraction] = {}
    known = False
    last, worth = ((), ()), dict[str, tuple[Fraction, Fraction]]()
    for month, end in ends:
        what: Running = running(company, end - MOMENT, rules)
        if what != last:
            last, worth = what, mrr_of(what, rules)
        now = {currency: rounded(net) for currency, (net, _) in worth.items()}
        paid, pays = any(before.values()), any(now.values())
        kind = "change" if paid and pays else "churn" if paid else "none"
        if pays and not paid:
            kind = "reactivation" if known else "new"
        known = known or pays
        for currency in sorted(before.keys() | now.keys()):
            opening, closing = before.get(currency, Fraction(0)), now.get(currency, Fraction(0))
            if opening or closing:
                gross = rounded(worth[currency][1]) if closing else None
                rows[currency, month] = _row(opening, closing, kind) | (
                    {"gross_mrr": gross} if gross is not None else {}
                )
        if paid or pays:
            called[month] = kind
        before = now
    return rows, called


def committed(company: Company, as_of: datetime, rules: Rules) -> dict[str, Fraction]:
    """MRR per currency once everything has happened that is known at as-of; nothing that is 0."""
    worth = mrr_of(running(company, datetime.max, rules, as_of), rules)
    return {currency: rounded(net) for currency, (net, _) in worth.items() if rounded(net)}


def _row(opening: Fraction, closing: Fraction, kind: str) -> Row:
    change = closing - opening
    row = dict.fromkeys(MOVEMENTS, Fraction(0)) | {"opening": opening, "closing": closing}
    if kind == "change":
        row["expansion" if change > 0 else "contraction"] = abs(change)
    elif kind in ("new", "reactivation", "churn"):
        row[kind] = abs(change)
    return row


def company_rows(
    rows: Mapping[tuple[str, date], Row],
    called: Mapping[date, str],
    rates: Mapping[tuple[str, date], Fraction],
) -> dict[date, Row]:
    """Rows by month in the reporting currency: revaluation first, then the company's one net change."""
    found: dict[date, Row] = {}
    months = sorted(called)
    for month in months:
        last_month = date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)
        here = {currency: row for (currency, day), row in rows.items() if day == month}
        opening = sum(
            (rounded(r["opening"] * rates.get((c, last_month), Fraction(0))) for c, r in here.items()), Fraction(0)
        )
        revalued = sum((rounded(r["opening"] * rates[c, month]) for c, r in here.items()), Fraction(0))
        closing = sum((rounded(r["closing"] * rates[c, month]) for c, r in here.items()), Fraction(0))
        found[month] = _row(revalued, closing, called[month]) | {"opening": opening, "fx": revalued - opening}
    return found
