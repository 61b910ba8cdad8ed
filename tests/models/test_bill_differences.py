"""Bills and calls of every odd kind: all at once, they differ by what bill by bill they differ by."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Any

import bill_oracle
import polars as pl
import pytest

from models.behaviour import period_reduction
from models.intermediate import reconciled_difference

START, END = datetime(2026, 1, 1), datetime(2026, 2, 1)
MONEY, EXACT = pl.Decimal(18, 4), pl.Decimal(38, 12)
NAMES = ("subscription_id", "item", "product_id", "currency", "billed_currency", "expected_invoice_id")
NAMES = (*NAMES, "invoice_line_id", "subscription_discount_id")
TYPES: dict[str, Any] = dict.fromkeys(NAMES, pl.String) | {"places": pl.Int32}
TYPES |= dict.fromkeys(("period_start", "period_end", "starts_at"), pl.Datetime)
TYPES |= dict.fromkeys(("amount", "gross_amount", "net_amount"), MONEY)
TYPES |= dict.fromkeys(("quantity", "percent_off", "amount_off"), EXACT)
TYPES |= dict.fromkeys(("is_called", "is_running", "is_part"), pl.Boolean)
PERIOD = " ".join(period_reduction.PERIOD)
COLUMNS = {
    "behaviour.billing_period": f"{PERIOD} item product_id places quantity amount",
    "behaviour.period_discount": f"{PERIOD} subscription_discount_id item percent_off amount_off starts_at",
    "intermediate.reconciled_call": f"{PERIOD} expected_invoice_id amount is_called is_running",
    "intermediate.reconciled_line": (
        "invoice_line_id expected_invoice_id billed_currency product_id quantity is_part gross_amount net_amount"
    ),
}
PLACES = {"EUR": 2, "JPY": 0, "KWD": 3}
PRODUCTS = ("a", "a", "b", "c", None)


def agreed(rng: Random, name: str, currency: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The items and the discounts of one subscription's month."""
    month = {"subscription_id": name, "currency": currency, "period_start": START, "period_end": END}
    places = PLACES[currency]
    items = [
        month | {"item": f"{name} {place}", "product_id": rng.choice(PRODUCTS), "places": places}
        | {"quantity": rng.choice((None, 0, 1, 2, 3, 7, Decimal("2.5"))), "amount": money(rng, places)}
        for place in range(rng.choice((0, 1, 1, 2, 3)))
    ]  # fmt: skip
    discounts = [
        month | {"subscription_discount_id": f"{name} off {place}", "item": rng.choice([None, f"{name} {place % 2}"])}
        | {"percent_off": rng.choice((None, 0, 10, 33, Decimal("12.5"))), "starts_at": datetime(2025, 1, place % 2 + 1)}
        | {"amount_off": rng.choice((None, None, 5, Decimal("0.125"), 1000))}
        for place in range(rng.choice((0, 0, 1, 2, 4)))
    ]  # fmt: skip
    return items, discounts


def money(rng: Random, places: int) -> Decimal:
    return Decimal(rng.choice((rng.randint(1, 40), rng.randint(1, 90000)))).scaleb(-places)


def billed(rng: Random, call: str, currency: str, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines that answer a call: some as agreed, some not."""
    is_part, rows = rng.random() < 0.1, []
    for place in range(rng.choice((1, 1, 2, 3, 4))):
        like = rng.choice(items) if items and rng.random() < 0.7 else {}
        gross = (
            like.get("amount", 0) if rng.random() < 0.5 else money(rng, PLACES[currency]) * rng.choice((1, 1, 1, -1))
        )
        off = rng.choice((0, 0, gross / 10))
        rows.append(
            {"invoice_line_id": f"{call} {place}", "expected_invoice_id": call, "billed_currency": currency}
            | {"product_id": like.get("product_id") if rng.random() < 0.8 else rng.choice(PRODUCTS), "is_part": is_part}
            | {"quantity": rng.choice((like.get("quantity"), 1, 2, 4, None)), "gross_amount": round(gross, 4)}
            | {"net_amount": round(gross - off, 4)}
        )  # fmt: skip
    return rows


def books(seed: int, number: int = 400) -> dict[str, pl.DataFrame]:
    """Calls of subscriptions and of contracts, with their bills."""
    rng = Random(seed)
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in COLUMNS}
    for place in range(number):
        name, currency = f"s{place}", rng.choice(("EUR", "EUR", "JPY", "KWD"))
        items, discounts = agreed(rng, name, currency)
        called = sum((item["amount"] for item in items), Decimal(0)) or money(rng, PLACES[currency])
        call = {"subscription_id": name if rng.random() < 0.9 else None, "currency": currency, "period_start": START}
        call |= {"expected_invoice_id": f"call {place}", "period_end": END, "amount": called}
        call |= {"is_called": rng.random() < 0.95, "is_running": rng.random() < 0.5}
        rows["behaviour.billing_period"] += items
        rows["behaviour.period_discount"] += discounts if items else []
        rows["intermediate.reconciled_call"].append(call)
        paid_in = currency if rng.random() < 0.95 else "USD"
        lines = billed(rng, f"call {place}", currency, items) if rng.random() < 0.95 else []
        rows["intermediate.reconciled_line"] += [line | {"billed_currency": paid_in} for line in lines]
    places = {"currency": ["JPY", "KWD"], "places": [0, 3]}
    frames = {
        name: pl.DataFrame(rows[name], schema={one: TYPES[one] for one in columns.split()}, orient="row")
        for name, columns in COLUMNS.items()
    }
    return frames | {"behaviour.minor_unit": pl.DataFrame(places, schema_overrides={"places": pl.Int32})}


@pytest.mark.parametrize("seed", range(8))
def test_bills_differ_by_what_each_differs_by(seed: int) -> None:
    frames = books(seed)
    found, expected = reconciled_difference.build(frames), bill_oracle.differences(frames)
    order = ["expected_invoice_id", "reason"]
    assert found.sort(order).rows() == expected.sort(order).rows()
    assert found.schema == expected.schema
    reasons = {"timing", *reconciled_difference.REASONS}
    assert set(found["reason"]) == reasons
    assert found.height > 500


@pytest.mark.parametrize("seed", range(8))
def test_discounts_take_off_what_they_take_off_each_bill(seed: int) -> None:
    frames = books(seed)
    found, expected = period_reduction.build(frames), bill_oracle.reductions(frames)
    assert found.rows() == expected.rows()
    assert found.schema == expected.schema
    assert found.filter(pl.col("reduction") > 0).height > 100


def test_nothing_to_compare_is_nothing_found() -> None:
    frames = {name: rows.clear() for name, rows in books(0, 1).items()}
    assert reconciled_difference.build(frames).is_empty()
    assert period_reduction.build(frames).is_empty()
