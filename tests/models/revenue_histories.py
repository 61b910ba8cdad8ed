"""Random lives of companies for the revenue tests, as the oracle takes them and as rows of objects. No test here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from random import Random
from typing import Any

import revenue_bills as bills
from mrr_oracle import Company, Discount, Subscription, Version
from revenue_bills import instant, number

STATUSES = ("active",) * 6 + ("past_due", "past_due", "trialing", "paused", "unpaid", "canceled")


def make(seed: int, companies: int, *, odd: bool = True) -> list[Company]:
    """Companies with one to three subscriptions each, their items' versions, ends and discounts; some get credits.

    Some get invoices, some only those; some stand under another. Without `odd` no versions overlap, and subscriptions
    end and pause with their versions only.
    """
    random = Random(seed)
    made: list[Company] = []
    for place in range(companies):
        company = _company(random, f"c{place:05d}", odd=odd)
        if made and random.random() < 0.15:
            company.parent = random.choice(made[-20:]).name
        made.append(company)
    return made


def _company(random: Random, name: str, *, odd: bool) -> Company:
    company = Company(name)
    if random.random() < 0.12:
        company.invoices = list(bills.of_nobody(random, name))
        if random.random() < 0.1:
            company.subscriptions[f"{name}s"] = Subscription()
        return company
    for place in range(random.choice((1, 1, 2, 3))):
        subscription = f"{name}s{place}"
        currency = random.choice(("EUR", "EUR", "USD", "JPY"))
        for item in range(random.choice((1, 1, 2, 3))):
            company.versions += _versions(random, subscription, f"i{item}", currency)
            if odd and random.random() < 0.15:
                company.versions += _crowding(random, company.versions)
        said = _subscription(random) if odd and random.random() < 0.3 else Subscription()
        if place and random.random() < 0.25:
            old = f"{name}s{random.randrange(place)}"
            company.subscriptions[old] = replace(company.subscriptions[old], replaced_by=subscription)
            if random.random() < 0.1:
                said = replace(said, replaced_by=random.choice((old, f"{name}gone")))
        company.subscriptions[subscription] = replace(said, created=_created(company, subscription))
        for _ in range(random.choice((0, 0, 1, 1, 2))):
            company.discounts.append(_discount(random, subscription, currency))
        if random.random() < 0.2:
            company.invoices += bills.of(random, subscription, currency)
    return company


def _created(company: Company, subscription: str) -> datetime | None:
    """Every second one was signed up to a third of a year before it starts, or a day late."""
    random = Random(subscription)  # of its own, so that the rest of the life is as it is without
    first = min(version.start for version in company.versions if version.subscription == subscription)
    return None if random.random() < 0.5 else first - timedelta(days=random.randrange(-1, 120))


def _versions(random: Random, subscription: str, item: str, currency: str) -> Iterable[Version]:
    moments = sorted({instant(random) for _ in range(random.choice((2, 2, 3, 4, 6)))})
    interval = random.choice(("month", "month", "year", "week", "day"))
    count = random.choice((1, 1, 1, 2, 3, 6))
    status = random.choice(STATUSES)
    for place, start in enumerate(moments):
        end = moments[place + 1] if place + 1 < len(moments) else None
        if end and random.random() < 0.15:
            end -= (end - start) / 2
            end = end.replace(microsecond=0)
        status = status if random.random() < 0.2 else random.choice(STATUSES)
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
            status=status,
            metered=(is_metered := random.random() < 0.07),
            minimum=Fraction(random.randrange(0, 300000), 100) if is_metered and random.random() < 0.7 else None,
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


def tables(companies: Iterable[Company], as_of: datetime) -> dict[str, list[dict[str, Any]]]:
    """The same lives as rows of objects."""
    companies = list(companies)
    versions = [version for company in companies for version in company.versions]
    told = {name: (company, said) for company in companies for name, said in company.subscriptions.items()}
    first: dict[str, datetime] = {}
    for version in versions:
        first[version.subscription] = min(first.get(version.subscription, version.start), version.start)
    invoices = [row for company in companies for row in bills.invoice_rows(company)]
    return {
        "meta.run": [{"as_of": as_of}],
        "objects.company": [
            {"company_id": company.name, "name": company.name, "parent_company_id": company.parent}
            for company in companies
        ],
        "objects.subscription": [
            {
                "subscription_id": name,
                "company_id": company.name,
                "starts_at": first.get(name, bills.START),
                "currency": "EUR",
            }
            | subscription_row(said)
            for name, (company, said) in told.items()
        ],
        "objects.subscription_version": [version_row(version) for version in versions],
        "objects.subscription_discount": [
            {
                "subscription_id": d.subscription,
                "item": d.item,
                "percent_off": number(d.percent),
                "amount_off": number(d.fixed),
                "currency": d.currency,
                "duration": d.duration,
                "starts_at": d.start,
                "ends_at": d.end,
            }
            for company in companies
            for d in company.discounts
        ],
        "sourced.invoice": invoices,
        "objects.invoice": invoices,
        "objects.invoice_line": [row for company in companies for row in bills.line_rows(company)],
    }


def version_row(version: Version) -> dict[str, Any]:
    """One version as a row of `objects.subscription_version`."""
    return {
        "subscription_id": version.subscription,
        "item": version.item,
        "valid_from": version.start,
        "valid_to": version.end,
        "quantity": number(version.quantity),
        "unit_amount": number(version.amount),
        "currency": version.currency,
        "billing_interval": version.interval,
        "interval_count": version.count,
        "status": version.status,
        "is_metered": version.metered,
        "committed_amount": number(version.minimum),
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
        "replaced_by_id": said.replaced_by,
        "created_at": said.created,
    }
