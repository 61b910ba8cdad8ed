"""Reconciliation of many small made-up customers: all parts add up, and no money is told twice or left out."""

from __future__ import annotations

import os
from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from reconciliation_rows import INVARIANTS

if TYPE_CHECKING:
    from conftest import Bench

AS_OF = datetime(2026, 6, 17)
SEEDS = int(os.environ.get("RAPPORT_HISTORIES", "0")) // 250 or 2
CUSTOMERS = 250
CURRENCIES = ("EUR", "EUR", "EUR", "USD", "JPY")


class Books:
    """The rows of made-up customers, table by table."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for number in range(CUSTOMERS):
            self._customer(f"c{number}")

    def tables(self) -> dict[str, Any]:
        return {"meta.run": [{"as_of": AS_OF}], **self.rows}

    def _money(self, currency: str, low: int = 1, high: int = 90000) -> Decimal:
        amount = self.rng.randint(low, high)
        return Decimal(amount) if currency == "JPY" else Decimal(amount) / 100

    def _customer(self, company: str) -> None:
        for place in range(self.rng.choice((0, 1, 1, 1, 2))):
            self._subscription(company, f"{company}s{place}")
        for place in range(self.rng.choice((0, 0, 1))):
            self._bill(company, None, f"{company}x{place}", date(2026, 6, 1) - timedelta(self.rng.randint(0, 300)))
        if self.rng.random() < 0.2:
            self._pay(company, None, self.rng.choice(CURRENCIES), self._money("EUR"), date(2026, 5, 5))

    def _subscription(self, company: str, name: str) -> None:
        rng, currency = self.rng, self.rng.choice(CURRENCIES)
        start = datetime(2025, 3, 1) + timedelta(rng.randint(0, 400))
        end = start + timedelta(rng.randint(20, 400)) if rng.random() < 0.4 else None
        every = rng.choice((("month", 1), ("month", 1), ("month", 3), ("year", 1), ("week", 2)))
        term = {"subscription_id": name, "company_id": company, "status": "active", "currency": currency}
        self.rows["sourced.subscription"].append(
            term | {"starts_at": start, "ends_at": end if end and end <= AS_OF else None, "cancel_at": end}
        )
        for item in range(rng.choice((1, 1, 2))):
            version = {"subscription_id": name, "item": f"{name}{item}", "product_id": rng.choice(("p", "q", None))}
            version |= {"valid_from": start, "valid_to": None, "status": "active", "currency": currency}
            version |= {"quantity": rng.randint(1, 9), "unit_amount": self._money(currency), "is_metered": False}
            version |= {"billing_interval": every[0], "interval_count": every[1]}
            self.rows["sourced.subscription_version"].append(version)
        if rng.random() < 0.3:
            off = rng.choice(({"percent_off": rng.choice((10, 33))}, {"amount_off": 5, "currency": currency}))
            times = {"starts_at": start, "ends_at": start + timedelta(rng.randint(30, 200)), "duration": "repeating"}
            self.rows["objects.subscription_discount"].append({"subscription_id": name} | off | times)
        length = {"month": 30 * every[1], "year": 365, "week": 14}[every[0]]
        at, place = start, 0
        while at < AS_OF + timedelta(9) and place < 30:
            if rng.random() < 0.85:
                self._bill(
                    company, name, f"{name}b{place}", at.date() + timedelta(rng.choice((0, 0, 0, 1, 9, 31))), at, length
                )
            at, place = at + timedelta(length), place + 1

    def _bill(
        self, company: str, name: str | None, no: str, day: date, start: datetime | None = None, length: int = 0
    ) -> None:
        rng = self.rng
        version = rng.choice(
            [row for row in self.rows["sourced.subscription_version"] if row["subscription_id"] == name] or [{}]
        )
        currency = version.get("currency", "EUR") if rng.random() < 0.95 else "USD"
        has_period = start is not None and rng.random() < 0.8
        times = {"period_start": start, "period_end": start + timedelta(length)} if start and has_period else {}
        lines = []
        for place in range(rng.choice((0, 1, 1, 2, 3))):
            quantity = rng.choice((version.get("quantity", 1), version.get("quantity", 1), 1, 4))
            price = version.get("unit_amount", Decimal(3)) if rng.random() < 0.8 else self._money(currency)
            kind = {"revenue_type": rng.choice(("recurring",) * 5 + ("usage", "one_time", None))}
            if rng.random() < 0.1:
                kind, price = {"is_proration": True, "revenue_type": "recurring"}, -price
            line = {"invoice_id": no, "invoice_line_id": f"{no}.{place}", "quantity": quantity, "unit_amount": price}
            line |= {"amount": quantity * price, "currency": currency, "product_id": version.get("product_id")}
            line["discount_amount"] = rng.choice((None, None, line["amount"] / 10))
            lines.append(line | kind | times)
        subtotal = sum((line["amount"] for line in lines), Decimal(0)) if lines else self._money(currency)
        subtotal += rng.choice((0, 0, 0, 0, 5))
        off = rng.choice((None, Decimal(0), min(subtotal, Decimal(3))))
        tax = (subtotal - (off or 0)) * rng.choice((Decimal(0), Decimal("0.19")))
        total = subtotal - (off or 0) + (tax := tax.quantize(Decimal("0.01")))
        status = rng.choice(("open", "paid", "paid", "paid", "uncollectible", "void", "draft"))
        names = {
            "invoice_id": no,
            "company_id": company,
            "subscription_id": rng.choice((name, name, None)),
            "number": no,
        }
        money = {"currency": currency, "subtotal": subtotal, "discount_amount": off, "tax_amount": tax, "total": total}
        due = {"due_on": rng.choice((None, day + timedelta(14))), "issued_on": day, "status": status}
        self.rows["sourced.invoice"].append(names | money | due | times)
        self.rows["objects.invoice_line"] += lines
        for part in rng.choice(
            ((), (total,), (total,), (total / 3, total - total / 3), (total, -total / 2), (total * 2,))
        ):
            self._pay(company, rng.choice((no, no, no, None)), currency, part, day + timedelta(rng.randint(0, 60)))
        if rng.random() < 0.1:
            note = {"company_id": company, "invoice_id": no, "amount": abs(total) / 4, "currency": currency}
            self.rows["objects.credit_note"].append(note | {"issued_on": day + timedelta(rng.randint(0, 40))})

    def _pay(self, company: str, no: str | None, currency: str, amount: Decimal, day: date) -> None:
        paid = {"company_id": company, "invoice_id": no, "paid_at": datetime.combine(day, datetime.min.time())}
        money = {"amount": round(amount, 2), "currency": currency if self.rng.random() < 0.97 else "USD"}
        status = self.rng.choice(("succeeded",) * 9 + ("failed",))
        self.rows["objects.payment"].append(paid | money | {"status": status})


@pytest.mark.parametrize("seed", range(SEEDS))
def test_all_parts_add_up_and_no_money_is_told_twice(bench: type[Bench], seed: int) -> None:
    found = bench(Books(seed).tables())
    for invariant in INVARIANTS:
        assert found.offenders(invariant).is_empty(), invariant
    rows = found.want("marts.reconciliation")
    assert rows["reason"].n_unique() == 14, set(rows["reason"])
    difference = pl.when(comparison="billed").then(pl.col("contracted") - pl.col("billed"))
    difference = difference.otherwise(pl.col("billed") - pl.col("collected"))
    sums = rows.group_by("company_id", "currency", "month", "comparison").agg(pl.sum("amount"), difference.first())
    assert (sums["amount"] == sums["contracted"]).all()
    # a line's money answers calls or is named, and only one of the two
    lines = found.want("intermediate.billed_line").filter(pl.col("issued_on") < AS_OF.date())
    answering = found.want("intermediate.reconciled_line").group_by("invoice_line_id").agg(pl.sum("net_amount"))
    placed = lines.join(answering, on="invoice_line_id", how="left", suffix="_answering")
    answers = placed.filter(pl.col("net_amount_answering").is_not_null())
    assert (answers["net_amount"] == answers["net_amount_answering"]).all()
    named = found.want("intermediate.reconciled_bill").filter(pl.col("expected_invoice_id").is_null())
    left = placed.filter(pl.col("net_amount_answering").is_null()).group_by("invoice_id").agg(pl.sum("net_amount"))
    told = named.group_by("invoice_id").agg(-pl.sum("amount").alias("told"))
    both = left.join(told, on="invoice_id", how="full", coalesce=True)
    assert both.filter(pl.col("net_amount").fill_null(0) != pl.col("told").fill_null(0)).is_empty()
    # a call that is billed in its currency differs from its bills by its reasons
    calls = found.want("intermediate.reconciled_call").filter("is_called")
    billed = found.want("intermediate.reconciled_line").rename({"billed_currency": "currency"})
    billed = billed.group_by("expected_invoice_id", "currency").agg(pl.sum("net_amount"))
    reasons = found.want("intermediate.reconciled_difference")
    assert set(reasons["reason"]) >= {"quantity_differs", "price_differs", "discount", "billed_without_contract"}
    reasons = reasons.group_by("expected_invoice_id").agg(pl.sum("amount").alias("told"))
    both = calls.join(billed, on=["expected_invoice_id", "currency"])
    both = both.join(reasons, on="expected_invoice_id", how="left")
    assert both.height > 300
    assert (both["amount"] - both["net_amount"] == both["told"].fill_null(0)).all()
