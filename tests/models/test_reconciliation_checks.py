"""Reconciliation's invariants hold and name a planted mistake; the demo's world is reconciled as it knows itself."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from reconciliation_rows import INVARIANTS, OTHERS, TAXED, business
from test_revenue_invariants import without, wrong
from world_books import books, told

from models.demo.world import AS_OF, make_world

if TYPE_CHECKING:
    from conftest import Bench

MADE = (
    "intermediate.billed_line",
    "intermediate.reconciled_payment",
    "marts.reconciliation",
    "marts.leak",
)
MISTAKES: dict[str, tuple[str, Any]] = {
    "billed_lines_sum_to_invoice": (
        "intermediate.billed_line",
        lambda t: wrong(t, pl.col("issued_on") == date(2026, 2, 10), net_amount=Decimal(99)),
    ),
    "reconciled_bills_sum_to_invoices": (
        "marts.reconciliation",
        lambda t: without(t, pl.col("month") == date(2026, 2, 1)),
    ),
    "reconciled_money_sums_to_payments": (
        "intermediate.reconciled_payment",
        lambda t: without(t, pl.col("month") == date(2026, 2, 1)),
    ),
    "reconciliation_parts_sum": (
        "marts.reconciliation",
        lambda t: wrong(t, (pl.col("reason") == "unpaid"), amount=Decimal(99)),
    ),
    "leaks_are_reconciled": ("marts.leak", lambda t: without(t, pl.col("reason") == "unpaid")),
}


@pytest.mark.parametrize("invariant", INVARIANTS)
def test_the_invariant_names_a_planted_mistake(bench: type[Bench], invariant: str) -> None:
    given = business(m3=TAXED, payments=OTHERS)
    built = bench(given)
    sound = given | {name: built.want(name) for name in MADE}
    assert bench(sound).offenders(invariant).is_empty()
    name, spoil = MISTAKES[invariant]
    assert not bench(sound | {name: spoil(sound[name])}).offenders(invariant).is_empty()


def test_the_demo_world_is_reconciled_as_it_knows_itself(bench: type[Bench]) -> None:
    """Every reason of every company, currency and month, where sources give all and give it rightly."""
    world = make_world(seed=11, companies=120, months=24)
    eve = AS_OF.replace(month=AS_OF.month - 1, day=30, hour=23, minute=59, second=59)
    found = bench({"meta.run": [{"as_of": eve}], **books(world)})
    ours = found.want("marts.reconciliation").with_columns(pl.col("company_id").cast(pl.Int64))
    assert told(ours, "company_id") == told(world["truth_reconciliation"], "company_no")
    for invariant in INVARIANTS:
        assert found.offenders(invariant).is_empty(), invariant
