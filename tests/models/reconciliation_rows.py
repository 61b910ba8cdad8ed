"""Bills and payments of the one subscription of `expected_rows`, and what a bench says of them. No test stands here."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from expected_rows import running

if TYPE_CHECKING:
    from conftest import Bench

DAYS = [f"2026-0{month}-10" for month in range(1, 7)]
HUNDRED = Decimal(100)
MARCH = {"period_start": "2026-03-10", "period_end": "2026-04-10"}
INVARIANTS = (
    "billed_lines_sum_to_invoice",
    "leaks_are_reconciled",
    "reconciled_bills_sum_to_invoices",
    "reconciled_money_sums_to_payments",
    "reconciliation_parts_sum",
)


def bill(issued_on: str, net: object = 100, **values: Any) -> dict[str, Any]:
    """An invoice of the subscription, without tax; it names no period unless told."""
    given = {"invoice_id": f"bill {issued_on}", "company_id": "acme", "subscription_id": "sub", "status": "open"}
    given |= {"issued_on": issued_on, "due_on": issued_on, "currency": "EUR", "subtotal": net, "total": net}
    return given | values


def line(of: dict[str, Any], amount: object, **values: Any) -> dict[str, Any]:
    """A line of an invoice for the subscription's only item."""
    given = {"invoice_id": of["invoice_id"], "amount": amount, "currency": of["currency"], "quantity": 5}
    return given | {"revenue_type": "recurring", "is_proration": False} | values


def paid(of: dict[str, Any] | None, at: str, amount: object = 100, **values: Any) -> dict[str, Any]:
    """A payment, or a negative refund, of an invoice or of none."""
    given = {"invoice_id": of["invoice_id"] if of else None, "company_id": "acme", "paid_at": at, "amount": amount}
    return given | {"currency": "EUR", "status": "succeeded"} | values


def told(found: Bench, comparison: str) -> list[tuple[str, str, Decimal]]:
    """Month (and currency, where it is not the euro), reason and amount of each difference; without `none`."""
    rows = found.want("marts.reconciliation").filter(comparison=comparison).sort("month", "reason", "currency")
    for invariant in INVARIANTS:
        assert found.offenders(invariant).is_empty(), invariant
    return [
        (f"{row['month']:%m}{'' if row['currency'] == 'EUR' else row['currency']}", row["reason"], row["amount"])
        for row in rows.iter_rows(named=True)
        if row["reason"] != "none"
    ]


def business(**changes: Any) -> dict[str, Any]:
    """Six bills of 100, each paid on its day; `changes` gives other bills by their day's month, None for no bill.

    A bill that is given may be a pair of the bill and its lines.
    """
    given = running()
    bills, lines = [], []
    for number, day in enumerate(DAYS, start=1):
        one = changes.get(f"m{number}", bill(day))
        if isinstance(one, tuple):
            lines += one[1]
            one = one[0]
        bills += [one] if one else []
    bills += changes.get("others", [])
    given["sourced.invoice"] = bills
    given["objects.invoice_line"] = lines + changes.get("lines", [])
    paid_by = [paid(one, f"{one['issued_on']}T12:00:00", one["total"], currency=one["currency"]) for one in bills]
    given["objects.payment"] = changes.get("payments", paid_by)
    return given


TAXED = bill(DAYS[2], 100, total=119, tax_amount=19, due_on="2026-03-24")
OTHERS = [paid(bill(day), f"{day}T12:00:00") for day in DAYS if day != DAYS[2]]
