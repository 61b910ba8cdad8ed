"""Answers of invoices to calls, against brute force on many small customers of made-up habits."""

from __future__ import annotations

import os
from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any

import polars as pl
from invoice_answer_oracle import Bill, Call, Case, Stretch

if TYPE_CHECKING:
    from conftest import Bench

AS_OF = datetime(2026, 7, 1)
SEEDS = int(os.environ.get("RAPPORT_HISTORIES", "0")) // 250 or 2
CUSTOMERS = 250
CALLED = {
    "expected_invoice_id": pl.String,
    "company_id": pl.String,
    "contract_id": pl.String,
    "subscription_id": pl.String,
    "issue_on": pl.Date,
    "due_on": pl.Date,
    "is_by_due_day": pl.Boolean,
    "period_start": pl.Datetime("us"),
    "period_end": pl.Datetime("us"),
    "currency": pl.String,
    "amount": pl.Decimal(18, 4),
    "is_in_window": pl.Boolean,
}


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)


def calls_of(rng: Random, company: str) -> list[Call]:
    """Up to two subscriptions and a contract's schedule, of the same agreement or not."""
    linked = rng.random() < 0.5
    calls = []
    for name in rng.choice((["s"], ["s"], ["s", "t"], [])):
        first, step = date(2026, 6, rng.randint(1, 9)), rng.choice((7, 7, 14, 30))
        subscription = f"{company}{name}"
        links = {subscription} | ({f"{company}c"} if linked else set())
        for number in range(rng.randint(1, 4)):
            day = first + timedelta(step * number)
            amount = Decimal(rng.choice((100, 100, 60)))
            calls.append(
                Call(f"{subscription}{number}", company, subscription, frozenset(links), "EUR", day, None, amount)
            )
            start = midnight(day) + timedelta(hours=rng.choice((0, 0, 5)))
            calls[-1] = Call(**{**calls[-1].__dict__, "start": start, "end": start + timedelta(step)})
    if rng.random() < 0.4:
        links = {f"{company}c"} | ({f"{company}s", f"{company}t"} if linked else set())
        by_due = rng.random() < 0.5
        for number in range(rng.randint(1, 3)):
            day = date(2026, 6, 3) + timedelta(14 * number)
            due = day + timedelta(20) if by_due else None
            calls.append(Call(f"{company}p{number}", company, None, frozenset(links), "EUR", day, due, Decimal(100)))
    return calls


def bill_of(rng: Random, company: str, number: int, calls: list[Call]) -> Bill:
    """A bill near some call: on time, late or early; with or without a service period; for whom it is or not."""
    near = rng.choice(calls)
    issued = near.issue_on + timedelta(rng.choice((0, 0, 1, 4, 6, -2, 9, 16)))
    subscription = rng.choice((near.subscription, near.subscription, f"{company}s", f"{company}t", None, "unknown"))
    contract = rng.choice((None, None, f"{company}c"))
    amount = rng.choice((near.amount, near.amount, Decimal(60), Decimal(45)))
    name = f"{company}b{number}"
    stretches = []
    if rng.random() < 0.6:
        length = near.end - near.start if near.start and near.end else timedelta(14)
        for part in range(rng.choice((1, 1, 1, 2))):
            start = (near.start or midnight(near.issue_on)) + timedelta(rng.choice((0, 0, 0, 1, 5))) + part * length
            end = start + length * rng.choice((1, 1, 1, 2, 4)) // rng.choice((1, 1, 1, 2))
            own = rng.choice((subscription, subscription, near.subscription))
            key = f"{name}|{own or ''}|{start:%Y-%m-%dT%H:%M:%S}|{end:%Y-%m-%dT%H:%M:%S}"
            if key not in {stretch.id for stretch in stretches}:
                # a line that names no subscription is of the invoice's
                stretches.append(Stretch(key, own or subscription, start, end, amount))
    stretches = [Stretch(**{**one.__dict__, "id": _key(name, one)}) for one in stretches]
    real = rng.random() < 0.85
    currency = "USD" if rng.random() < 0.05 else "EUR"
    due = issued + timedelta(rng.choice((20, 30)))
    unique = tuple({stretch.id: stretch for stretch in stretches}.values())
    return Bill(name, company, subscription, contract, currency, issued, due, amount, real, unique)


def _key(name: str, stretch: Stretch) -> str:
    return f"{name}|{stretch.subscription or ''}|{stretch.start:%Y-%m-%dT%H:%M:%S}|{stretch.end:%Y-%m-%dT%H:%M:%S}"


def tables(rng: Random, calls: list[Call], bills: list[Bill]) -> dict[str, Any]:
    """The rows the models read."""
    called = [
        {
            "expected_invoice_id": call.id,
            "company_id": call.company,
            "contract_id": None if call.subscription else f"{call.company}c",
            "subscription_id": call.subscription,
            "issue_on": call.issue_on,
            "due_on": call.due_on,
            "is_by_due_day": call.due_on is not None,
            "period_start": call.start,
            "period_end": call.end,
            "currency": call.currency,
            "amount": call.amount,
            "is_in_window": True,
        }
        for call in calls
    ]
    links = {
        (link, f"{call.company}c")
        for call in calls
        if f"{call.company}c" in call.links
        for link in call.links
        if not link.endswith("c")
    }
    invoices, lines = [], []
    for bill in bills:
        row: dict[str, Any] = {"invoice_id": bill.id, "company_id": bill.company, "currency": bill.currency}
        row |= {"subscription_id": bill.subscription, "contract_id": bill.contract, "total": bill.amount}
        row |= {"issued_on": bill.issued_on, "due_on": bill.due_on, "status": "open", "is_generated": False}
        if not bill.is_real:
            row |= rng.choice(({"status": "draft"}, {"status": "void"}, {"is_generated": True}))
        if len(bill.stretches) == 1 and bill.stretches[0].subscription == bill.subscription and rng.random() < 0.5:
            row |= {"period_start": bill.stretches[0].start, "period_end": bill.stretches[0].end}
        else:
            for stretch in bill.stretches:
                line = {"invoice_id": bill.id, "currency": bill.currency, "amount": stretch.amount}
                line |= {"period_start": stretch.start, "period_end": stretch.end}
                lines.append({**line, "subscription_id": stretch.subscription, "revenue_type": "recurring"})
                usage = {"period_start": stretch.start - timedelta(30), "period_end": stretch.start}
                lines.append({**line, **usage, "revenue_type": "usage", "amount": 7})
        invoices.append(row)
    return {
        "behaviour.called_for_invoice": pl.DataFrame(called, schema=CALLED),
        "behaviour.agreement_link": pl.DataFrame(
            sorted(links), schema={"subscription_id": pl.String, "contract_id": pl.String}, orient="row"
        ),
        "behaviour.renewed_term": pl.DataFrame(
            schema={"first_subscription_id": pl.String, "subscription_id": pl.String, "term_no": pl.Int64}
        ),
        "sourced.invoice": invoices,
        "objects.invoice_line": lines,
    }


def test_answers_are_those_of_brute_force(bench: type[Bench]) -> None:
    answered = asked = 0
    for seed in range(SEEDS):
        rng = Random(seed)
        cases: dict[str, tuple[list[Call], list[Bill]]] = {}
        for number in range(CUSTOMERS):
            company = f"k{number:03}"
            calls = calls_of(rng, company)
            if calls:
                cases[company] = calls, [bill_of(rng, company, no, calls) for no in range(rng.randint(0, 5))]
        every_call = [call for calls, _ in cases.values() for call in calls]
        every_bill = [bill for _, bills in cases.values() for bill in bills]
        found = bench({"meta.run": [{"as_of": AS_OF}], **tables(rng, every_call, every_bill)})
        answers: dict[str, dict[str, str]] = defaultdict(dict)
        for call, bill in found.want("behaviour.invoice_answer").iter_rows():
            answers[call[:4]][call] = bill
        for company, (calls, bills) in cases.items():
            wrong = Case(calls, bills, AS_OF.date(), 15).verdict(answers[company])
            assert wrong is None, f"seed {seed}, {company}: {wrong}\n{calls}\n{bills}"
        answered, asked = answered + sum(map(len, answers.values())), asked + len(every_call)
    assert asked / 5 < answered < asked, "the made-up customers leave nothing to decide"
