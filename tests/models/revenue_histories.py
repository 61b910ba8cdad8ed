"""Random lives of companies for the revenue tests, as the oracle takes them and as rows of objects. No test here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

from mrr_oracle import Company, Discount, Subscription, Version

START = datetime(2023, 3, 1)
DAYS = 760
STATUSES = ("active",) * 6 + ("past_due", "trialing", "paused", "unpaid", "canceled")


def instant(random: Random) -> datetime:
    """Any second of the time under test; often a month's first, or the seconds around it."""
    day = START + timedelta(days=random.randrange(DAYS))
    if random.random() < 0.4:
        return day.replace(day=1) + timedelta(seconds=random.choice((-1, 0, 0, 0, 1)))
    return day + timedelta(seconds=random.randrange(86400))


def make(seed: int, companies: int, *, odd: bool = True) -> list[Company]:
    """Companies with one to three subscriptions each, their items' versions, ends and discounts; some get credits.

    Without `odd` no versions overlap, and subscriptions end and pause with their versions only.
    """
    random = Random(seed)
    return [_company(random, f"c{number:05d}", odd=odd) for number in range(companies)]


def _company(random: Random, name: str, *, odd: bool) -> Company:
    company = Company(name)
    for number in range(random.choice((1, 1, 2, 3))):
        subscription = f"{name}s{number}"
        currency = random.choice(("EUR", "EUR", "USD", "JPY"))
        for item in range(random.choice((1, 1, 2, 3))):
            company.versions += _versions(random, subscription, f"i{item}", currency)
            if odd and random.random() < 0.15:
                company.versions += _crowding(random, company.versions)
        if odd and random.random() < 0.3:
            company.subscriptions[subscription] = _subscription(random)
        for _ in range(random.choice((0, 0, 1, 1, 2))):
            company.discounts.append(_discount(random, subscription, currency))
    return company


def _versions(random: Random, subscription: str, item: str, currency: str) -> Iterable[Version]:
    moments = sorted({instant(random) for _ in range(random.choice((2, 2, 3, 4, 6)))})
    interval = random.choice(("month", "month", "year", "week", "day"))
    count = random.choice((1, 1, 1, 2, 3, 6))
    for place, start in enumerate(moments):
        end = moments[place + 1] if place + 1 < len(moments) else None
        if end and random.random() < 0.15:
            end -= (end - start) / 2
            end = end.replace(microsecond=0)
        if random.random() < 0.1:
            interval, count = random.choice(("month", "year", "week", "day")), random.choice((1, 2, 3))
        yield Version(
            subscription=subscription,
            item=item,
            start=start,
            end=None
            if end is None and random.random() < 0.6
            else end or start + timedelta(days=random.randrange(1, 300)),
            quantity=Fraction(random.choice((0, 1, 1, 2, 3, 10, 250))),
            amount=Fraction(random.randrange(0, 500000) * random.choice((1,) * 19 + (-1,)), 100),
            currency=currency,
            interval=interval,
            count=count,
            status=random.choice(STATUSES),
            metered=random.random() < 0.05,
            deleted=instant(random) if random.random() < 0.02 else None,
        )


def _crowding(random: Random, versions: list[Version]) -> Iterable[Version]:
    """More versions of the last item, which lie over those it has; never two that begin together."""
    item = versions[-1].subscription, versions[-1].item
    taken = {version.start for version in versions if (version.subscription, version.item) == item}
    for start in sorted({instant(random) for _ in range(random.choice((1, 1, 2, 5)))} - taken):
        yield replace(
            versions[-1],
            start=start,
            end=None if random.random() < 0.2 else start + timedelta(days=random.randrange(1, 400)),
            amount=Fraction(random.randrange(-200000, 500000), 100),
            status=random.choice(STATUSES),
        )


def _subscription(random: Random) -> Subscription:
    """How a subscription ends or pauses without any of its versions saying so."""

    def maybe(share: float) -> datetime | None:
        return instant(random) if random.random() < share else None

    status = random.choice(("active", "canceled", "canceled", "paused"))
    return Subscription(
        status=status,
        ends=maybe(0.3),
        renews=random.random() < 0.3,
        cancel=maybe(0.4),
        told=maybe(0.5),
        paused=maybe(0.8) if status == "paused" else maybe(0.1),
        updated=instant(random),
        deleted=maybe(0.05),
    )


def _discount(random: Random, subscription: str, currency: str) -> Discount:
    start = instant(random)
    duration = random.choice(("once", "repeating", "forever"))
    percent = Fraction(random.choice((1000, 1250, 2000, 3333, 10000)), 100) if random.random() < 0.6 else None
    fixed = None if percent is not None else Fraction(random.randrange(1, 200000), 100)
    return Discount(
        subscription=subscription,
        item=random.choice((None, None, "i0", "i1")),
        percent=percent,
        fixed=fixed,
        currency=None if fixed is None else currency if random.random() < 0.9 else "GBP",
        duration=duration,
        start=start,
        end=None if duration == "forever" else start + timedelta(days=random.choice((7, 30, 31, 92, 400))),
    )


def _number(value: Fraction | None) -> Decimal | None:
    return None if value is None else Decimal(value.numerator) / Decimal(value.denominator)


def tables(companies: Iterable[Company], as_of: datetime) -> dict[str, list[dict[str, Any]]]:
    """The same lives as rows of objects."""
    companies = list(companies)
    versions = [version for company in companies for version in company.versions]
    owner = {version.subscription: company.name for company in companies for version in company.versions}
    told = {name: said for company in companies for name, said in company.subscriptions.items()}
    first: dict[str, datetime] = {}
    for version in versions:
        first[version.subscription] = min(first.get(version.subscription, version.start), version.start)
    return {
        "meta.run": [{"as_of": as_of}],
        "objects.company": [{"company_id": company.name, "name": company.name} for company in companies],
        "objects.subscription": [
            {"subscription_id": s, "company_id": owner[s], "starts_at": first[s], "currency": "EUR"}
            | subscription_row(told.get(s, Subscription()))
            for s in owner
        ],
        "objects.subscription_version": [version_row(version) for version in versions],
        "objects.subscription_discount": [
            {
                "subscription_id": d.subscription,
                "item": d.item,
                "percent_off": _number(d.percent),
                "amount_off": _number(d.fixed),
                "currency": d.currency,
                "duration": d.duration,
                "starts_at": d.start,
                "ends_at": d.end,
            }
            for company in companies
            for d in company.discounts
        ],
    }


def version_row(version: Version) -> dict[str, Any]:
    """One version as a row of `objects.subscription_version`."""
    return {
        "subscription_id": version.subscription,
        "item": version.item,
        "valid_from": version.start,
        "valid_to": version.end,
        "quantity": _number(version.quantity),
        "unit_amount": _number(version.amount),
        "currency": version.currency,
        "billing_interval": version.interval,
        "interval_count": version.count,
        "status": version.status,
        "is_metered": version.metered,
        "source_deleted_at": version.deleted,
    }


def subscription_row(said: Subscription) -> dict[str, Any]:
    """What a subscription says of itself, as columns of `objects.subscription`."""
    return {
        "status": said.status,
        "ends_at": said.ends,
        "auto_renew": said.renews,
        "cancel_at": said.cancel,
        "canceled_at": said.told,
        "paused_at": said.paused,
        "updated_at": said.updated,
        "source_deleted_at": said.deleted,
    }
