"""How much agreed terms call for: exact to the currency's smallest unit, as a bill would be."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from expected_rows import CONTRACT, calls, due_calls, running

from models.behaviour.period_reduction import PERIOD, build

if TYPE_CHECKING:
    from conftest import Bench

Made = Callable[..., "Bench"]


@pytest.mark.parametrize(
    ("currency", "quantity", "price", "amount"),
    [
        ("EUR", 3, "0.335", "1.01"),
        ("EUR", 1, "10.005", "10.01"),
        ("JPY", 3, "33.5", "101"),
        ("KWD", 1, "1.0005", "1.001"),
        ("EUR", "0.333333", "100", "33.33"),
        ("IDR", 1_000_000, "1000000", "1000000000000"),
    ],
)
def test_a_line_is_rounded_as_a_bill_rounds(
    made: Made, currency: str, quantity: object, price: str, amount: str
) -> None:
    given = running({"currency": currency, "quantity": quantity, "unit_amount": price}, currency=currency)
    assert due_calls(made(given))["amount"].to_list() == [Decimal(amount)] * 6


def test_lines_are_rounded_one_by_one_and_a_discount_of_the_whole_once(made: Made) -> None:
    halves = [{"item": name, "quantity": 1, "unit_amount": "0.125"} for name in "ab"]
    assert due_calls(made(running(*halves)))["amount"].to_list() == [Decimal("0.26")] * 6
    given = running(*halves)
    off = {"subscription_id": "sub", "percent_off": 25, "duration": "forever", "starts_at": "2026-01-10"}
    given["objects.subscription_discount"] = [off]
    assert due_calls(made(given))["amount"].to_list() == [Decimal("0.19")] * 6  # 0.26 - 0.07
    given["objects.subscription_discount"] = [{**off, "item": "a"}]
    assert due_calls(made(given))["amount"].to_list() == [Decimal("0.23")] * 6  # 0.13 - 0.03 + 0.13


@pytest.mark.parametrize(
    ("discounts", "off"),
    [
        ([(None, 10, None)], "10.01"),
        ([(None, 10, None), (None, 20, None)], "28.02"),  # 100.05 - 10.01 = 90.04, - 18.01
        ([(None, None, 30)], "30"),
        ([(None, None, 300)], "100.05"),
        ([("a", None, 300)], "60.05"),
        ([("a", None, 10), (None, 50, None)], "60.03"),
        ([("a", None, 300), (None, 50, None)], "80.05"),  # the other item keeps its half: 20
        ([("a", 100, None), (None, None, 1)], "61.05"),
        ([("b", "33.333333", None)], "13.33"),
    ],
)
def test_discounts_come_off_in_the_order_of_a_bill(discounts: list[tuple[Any, Any, Any]], off: str) -> None:
    bill = dict.fromkeys(PERIOD, "one")
    lines = pl.DataFrame([bill | {"item": "a", "amount": "60.05"}, bill | {"item": "b", "amount": "40"}])
    rows = [
        bill | {"starts_at": place, "subscription_discount_id": "x", "item": item}
        | {"percent_off": percent and str(percent), "amount_off": amount and str(amount)}
        for place, (item, percent, amount) in enumerate(discounts)
    ]  # fmt: skip
    exact = dict.fromkeys(("percent_off", "amount_off"), pl.Decimal(38, 12))
    frames = {
        "behaviour.billing_period": lines.cast({"amount": pl.Decimal(18, 4)}).with_columns(places=2),
        "behaviour.period_discount": pl.DataFrame(rows, infer_schema_length=None).cast({"item": pl.String, **exact}),
    }
    assert build(frames)["reduction"].to_list() == [Decimal(off)]


@pytest.mark.parametrize(
    ("value", "currency", "months", "parts"),
    [
        ("200", "EUR", 3, ["66.67", "66.67", "66.66"]),
        ("1000", "JPY", 3, ["333", "333", "334"]),
        ("10", "KWD", 3, ["3.333", "3.333", "3.334"]),
        ("99999999999999.99", "EUR", 2, ["50000000000000.00", "49999999999999.99"]),
        ("0.05", "EUR", 2, ["0.03", "0.02"]),
    ],
)
def test_equal_parts_are_whole_units_and_add_up(
    made: Made, value: str, currency: str, months: int, parts: list[str]
) -> None:
    given = running() | {"sourced.subscription": [], "sourced.subscription_version": []}
    given["sourced.contract"] = [
        {
            **CONTRACT,
            "length_months": months,
            "billing_interval": "month",
            "contract_value": value,
            "currency": currency,
        }
    ]
    assert calls(made(given))["amount"].to_list() == [Decimal(part) for part in parts]
