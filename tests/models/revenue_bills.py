"""Random invoices for the revenue tests, as the oracle takes them and as rows of objects. No test stands here."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

from mrr_oracle import Company, Invoice, Line

START = datetime(2023, 3, 1)
FIRST = START - timedelta(seconds=1)
DAYS = 760
STATUSES = ("paid",) * 7 + ("open", "partly_paid", "overdue", "uncollectible", "void", "draft")
KINDS = ("recurring",) * 6 + (None, "one_time", "usage")
Row = dict[str, Any]


def instant(random: Random) -> datetime:
    """Any second of the time under test; often a month's first, or the seconds around it."""
    day = START + timedelta(days=random.randrange(DAYS))
    if random.random() < 0.4:
        return day.replace(day=1) + timedelta(seconds=random.choice((-1, 0, 0, 0, 1)))
    return day + timedelta(seconds=random.randrange(86400))


def number(value: Fraction | None) -> Decimal | None:
    """As a row of objects has it."""
    return None if value is None else Decimal(value.numerator) / Decimal(value.denominator)


def later(moment: datetime, months: int) -> datetime:
    """The same day so many months on, or the last of a month that is shorter."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))


def of_nobody(random: Random, company: str) -> Iterator[Invoice]:
    """Bills of a company that no subscription is known of; in one case of three from a second start on too."""
    for series in range(random.choice((1, 1, 2))):
        yield from _series(random, f"{company}b{series}", None, random.choice(("EUR", "EUR", "USD", "JPY")))


def of(random: Random, subscription: str, currency: str) -> Iterator[Invoice]:
    """Bills of a subscription, which need not agree with what it says."""
    return _series(random, f"{subscription}b", subscription, currency)


def _series(random: Random, name: str, subscription: str | None, currency: str) -> Iterator[Invoice]:
    first = instant(random)
    months, days = random.choice(((1, 0), (1, 0), (1, 0), (3, 0), (12, 0), (0, 7), (0, 30), (0, 45)))
    products = ("p0", "p1", None)[: random.choice((1, 1, 2, 3))]
    prices = [Fraction(random.randrange(1, 500000), 100) for _ in products]
    for place in range(random.choice((1, 2, 4, 8, 12))):
        start, end = (later(first, months * each) + timedelta(days=days * each) for each in (place, place + 1))
        if random.random() < 0.1:
            prices[0] = Fraction(random.randrange(-20000, 500000), 100)
        lines = tuple(
            _line(random, price, start, end, product) for price, product in zip(prices, products, strict=True)
        )
        if random.random() < 0.1:
            continue
        cost = sum((line.amount - line.off for line in lines), Fraction(0))
        has_rest = all(line.amount > 0 for line in lines) and cost and random.random() < 0.2
        bill = Invoice(
            number=f"{name}-{place}",
            status=random.choice(STATUSES),
            currency=currency,
            issued=start.date(),
            lines=tuple(replace(each, subscription=subscription) if random.random() < 0.8 else each for each in lines),
            subscription=subscription,
            rest=Fraction(random.randrange(int(cost * 50) + 1), 100) if has_rest else Fraction(0),
            deleted=instant(random) if random.random() < 0.03 else None,
        )
        yield bill
        if random.random() < 0.05:
            yield replace(bill, number=f"{name}-{place}-again", copy_of=bill.number)


def _line(random: Random, price: Fraction, start: datetime, end: datetime, product: str | None) -> Line:
    is_off = price > 0 and random.random() < 0.2
    off = Fraction(int(price * random.choice((10, 25, 100))), 100) if is_off else Fraction(0)
    chance = random.random()
    if chance < 0.03:
        end = start + (end - start) / 2
        end = end.replace(microsecond=0)
    return Line(
        amount=price,
        off=off,
        start=None if 0.03 < chance < 0.05 else start,
        end=start if 0.05 < chance < 0.06 else None if 0.06 < chance < 0.07 else end,
        product=product,
        kind=random.choice(KINDS),
        proration=random.random() < 0.06,
    )


def invoice_rows(company: Company) -> Iterable[Row]:
    """A company's invoices as rows of `objects.invoice`; a copy stands in the books with the name of its original."""
    for invoice in company.invoices:
        subtotal = sum((line.amount for line in invoice.lines), Fraction(0))
        off = sum((line.off for line in invoice.lines), invoice.rest)
        yield {
            "invoice_id": invoice.number,
            "number": invoice.number,
            "company_id": company.name,
            "subscription_id": invoice.subscription,
            "status": invoice.status,
            "issued_on": invoice.issued,
            "currency": invoice.currency,
            "subtotal": number(subtotal),
            "discount_amount": number(off),
            "total": number(subtotal - off),
            "source_system": "books" if invoice.copy_of else "bills",
            "external_id": f"bills:{invoice.copy_of}" if invoice.copy_of else None,
            "source_deleted_at": invoice.deleted,
        }


def line_rows(company: Company) -> Iterable[Row]:
    """A company's invoice lines as rows of `objects.invoice_line`."""
    for invoice in company.invoices:
        for place, line in enumerate(invoice.lines):
            yield {
                "invoice_line_id": f"{invoice.number}/{place}",
                "invoice_id": invoice.number,
                "subscription_id": line.subscription,
                "product_id": line.product,
                "amount": number(line.amount),
                "discount_amount": number(line.off),
                "currency": invoice.currency,
                "period_start": line.start,
                "period_end": line.end,
                "is_proration": line.proration,
                "revenue_type": line.kind,
            }
