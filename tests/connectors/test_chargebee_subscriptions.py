"""Chargebee's subscriptions case by case: what was agreed and when, by events, by the record itself, or by both."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.connectors.chargebee_cases import Record, epoch, event, item, page, price, subscription, write
from tests.connectors.conftest import Judged

TIERS = [{"starting_unit": 1, "ending_unit": 5, "price": 2000}, {"starting_unit": 6, "price": 1500}]
PRICES = [
    price("month"),
    price("year", 10000, period_unit="year"),
    price("quarter", 3000, period=3),
    price("flat", 5000, pricing_model="flat_fee"),
    price("tiered", None, pricing_model="tiered", tiers=TIERS),
    price("volume", None, pricing_model="volume", tiers=TIERS),
    price("steps", None, pricing_model="stairstep", tiers=TIERS),
    price("packs", 1000, pricing_model="package", package_size=10),
    price("hidden", None, pricing_model="volume"),
    price("yen", 3500, currency_code="JPY"),
    price("dinar", 3500, currency_code="KWD"),
    price("calls", None, item_id="calls", item_type="addon", price_in_decimal="0.0025"),
    price("seats", 300, item_id="seats", item_type="addon"),
    price("setup", 99900, item_id="setup", item_type="charge"),
]
ITEMS = [
    {"id": "team", "name": "Team", "type": "plan", "metered": False, "updated_at": epoch("2023-01-01")},
    {"id": "calls", "name": "Calls", "type": "addon", "metered": True, "updated_at": epoch("2023-01-01")},
]
COUPONS = [
    {"id": "TEN", "discount_type": "percentage", "discount_percentage": 10.0, "duration_type": "forever"},
    {"id": "ONCE", "discount_type": "fixed_amount", "discount_amount": 500, "currency_code": "JPY"}
    | {"duration_type": "one_time", "apply_on": "invoice_amount"},
    {"id": "SEATS", "discount_type": "percentage", "discount_percentage": 25, "duration_type": "limited_period"}
    | {"period": 2, "period_unit": "month", "apply_on": "each_specified_item"}
    | {"item_constraints": [{"item_type": "plan", "constraint": "none"}, {"item_type": "addon", "constraint": "all"}]},
    {"id": "SETUP", "discount_type": "percentage", "discount_percentage": 100, "duration_type": "forever"}
    | {"apply_on": "each_specified_item", "item_constraints": [{"item_type": "charge", "constraint": "all"}]},
]


def charge() -> Record:
    return item("setup", 1, 99900, item_type="charge")


def seats(quantity: int) -> Record:
    return item("seats", quantity, 300, item_type="addon")


def calls() -> Record:
    return item("calls", None, None, item_type="addon", unit_price_in_decimal="0.0025")


GROWN = subscription("grown", item("month", 3), seats(5), calls(), charge())
LEFT: Record = {"status": "cancelled", "cancelled_at": epoch("2024-04-10"), "updated_at": epoch("2024-04-10T00:00:02")}
ENDING = subscription("end", item("month"), status="non_renewing", cancelled_at=epoch("2024-04-10"))
PAUSED = subscription("pause", item("month"), status="paused", pause_date=epoch("2024-02-01"))
TRIED = subscription("tried", item("month"), status="in_trial", trial_end=epoch("2024-01-24"))
TEN = {"coupons": [{"coupon_id": "TEN", "applied_count": 1}]}
ONCE = {"coupons": [{"coupon_id": "ONCE", "applied_count": 1}], "currency_code": "JPY"}
SEATS = {"coupons": [{"coupon_id": "SEATS", "apply_till": epoch("2024-03-10")}, {"coupon_id": "SETUP"}]}


def told() -> list[Record]:
    """Events in no order; two of `blink` fall into one second."""
    blink = subscription("blink", item("month"))
    later = subscription("later", item("month"), start="2024-06-01T00:00:00", status="future")
    return [
        event(
            "02", "2024-03-10", "changed", GROWN | {"subscription_items": [item("year", 3, 10000), seats(7), calls()]}
        ),
        event("01", "2024-01-10", "created", GROWN),
        event(
            "03", "2024-03-20", "renewed", GROWN | {"subscription_items": [item("year", 3, 10000), seats(7), calls()]}
        ),
        event("04", "2024-01-10", "created", PAUSED | {"status": "active"}),
        event("05", "2024-02-01", "paused", PAUSED),
        event("06", "2024-02-20", "resumed", PAUSED | {"status": "active"}),
        event("07", "2024-01-10", "created", ENDING | {"status": "active", "cancelled_at": None}),
        event("08", "2024-03-20", "cancellation_scheduled", ENDING),
        event("09", "2024-04-10T00:00:02", "cancelled", ENDING | LEFT),
        event("11", "2024-01-10", "changed", blink | {"subscription_items": [item("month", 4)]}),
        event("10", "2024-01-10", "created", blink),
        event("12", "2024-02-01", "created", later),
        event("13", "2024-06-01", "started", later | {"status": "active"}),
        event("14", "2024-01-10", "created", subscription("stale", item("month"))),
        event(
            "15",
            "2024-01-10",
            "created",
            subscription("cut", item("yen"), **ONCE, current_term_end=epoch("2024-02-10")),
        ),
        event("16", "2024-02-15", "changed", subscription("ten", item("month"), **TEN)),
        event("17", "2024-01-10", "created", subscription("ten", item("month"))),
        event("18", "2024-05-15", "changed", subscription("ten", item("month"))),
        event("19", "2024-01-10", "created", subscription("gone", item("month"))),
        event("20", "2024-02-10", "deleted", subscription("gone", item("month"))),
    ]


def recorded() -> list[Record]:
    """Subscriptions as they are now; of most of these nobody kept events."""
    base = [item("tiered", 8, None), item("volume", 8, None), item("steps", 8, None), item("hidden", 2, None)]
    own = {"item_tiers": [{"item_price_id": "tiered", "starting_unit": 1, "price": 1000}]}
    return [
        subscription("tiers", *base),
        subscription("bent", item("tiered", 8, None), **own),
        subscription("told", item("volume", 8, None, amount=9999), item("packs", 25, 1000, amount=3000)),
        subscription("flat", item("flat", 7, 5000, amount=5000), item("quarter", 2, 3000)),
        subscription("free", item("month", 10, 1000, amount=7000, free_quantity=3)),
        subscription("yen", item("yen", 2, 3500), currency_code="JPY"),
        subscription("dinar", item("dinar", 2, 3500), currency_code="KWD"),
        subscription("exact", item("month", None, None, unit_price_in_decimal="12.505", quantity_in_decimal="1.5")),
        subscription("unlisted", item("nowhere", 4, 2500), billing_period=2, billing_period_unit="week"),
        subscription("stale", item("month", 4), updated_at=epoch("2024-06-10")),
        subscription("aimed", item("month"), seats(4), charge(), **SEATS),
        subscription("byhand", item("month"), discounts=[by_hand()]),
        TRIED | {"status": "active", "updated_at": epoch("2024-03-01")},
        subscription("quit", item("month"), **LEFT, trial_end=epoch("2024-01-20")),
        PAUSED | {"id": "rests", "updated_at": epoch("2024-02-01")},
        ENDING | LEFT,
        GROWN | {"subscription_items": [item("year", 3, 10000), seats(7), calls()], "updated_at": epoch("2024-03-20")},
    ]


def by_hand() -> Record:
    terms = {"id": "d1", "type": "percentage", "percentage": 12.5, "duration_type": "limited_period", "period": 1}
    times = {"period_unit": "year", "created_at": epoch("2024-02-01"), "apply_till": epoch("2025-02-01")}
    return terms | times | {"apply_on": "specific_item_price", "item_price_id": "month"}


@pytest.fixture(scope="session")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    files = {
        "subscriptions.json": page("subscription", *recorded()),
        "events.json": page("event", *told()),
        "item_prices.json": page("item_price", *PRICES),
        "items.json": page("item", *ITEMS),
        "coupons.json": page("coupon", *({"name": row["id"], "updated_at": 1} | row for row in COUPONS)),
    }
    return write(tmp_path_factory.mktemp("chargebee") / "inbox", files)


def shown(row: dict[str, Any]) -> str:
    """`month 01-10..03-10 active 3 x 10 per month`"""
    end = f"{row['valid_to']:%m-%d}" if row["valid_to"] else ""
    amount = f"{row['quantity'].normalize():f} x {row['unit_amount'].normalize():f}"
    each = f"{row['interval_count']} {row['billing_interval']}".removeprefix("1 ")
    meter = " metered" if row["is_metered"] else ""
    return f"{row['item']} {row['valid_from']:%m-%d}..{end} {row['status']} {amount} per {each}{meter}"


@pytest.mark.parametrize(
    ("no", "expected"),
    [
        (
            "grown",
            [
                "calls 01-10.. active 1 x 0.0025 per month metered",
                "month 01-10..03-10 active 3 x 10 per month",
                "seats 01-10..03-10 active 5 x 3 per month",
                "seats 03-10.. active 7 x 3 per month",
                "year 03-10.. active 3 x 100 per year",
            ],
        ),
        (
            "pause",
            [
                "month 01-10..02-01 active 1 x 10 per month",
                "month 02-01..02-20 paused 1 x 10 per month",
                "month 02-20.. active 1 x 10 per month",
            ],
        ),
        ("rests", ["month 01-10..02-01 active 1 x 10 per month", "month 02-01.. paused 1 x 10 per month"]),
        ("end", ["month 01-10..04-10 active 1 x 10 per month"]),
        ("gone", ["month 01-10..02-10 active 1 x 10 per month"]),
        ("blink", ["month 01-10.. active 4 x 10 per month"]),
        ("later", ["month 06-01.. active 1 x 10 per month"]),
        ("stale", ["month 01-10..06-10 active 1 x 10 per month", "month 06-10.. active 4 x 10 per month"]),
        ("tried", ["month 01-10..01-24 trialing 1 x 10 per month", "month 01-24.. active 1 x 10 per month"]),
        ("quit", ["month 01-10..01-20 trialing 1 x 10 per month", "month 01-20..04-10 active 1 x 10 per month"]),
        (
            "tiers",
            [
                "steps 01-10.. active 8 x 1.875 per month",
                "tiered 01-10.. active 8 x 18.125 per month",
                "volume 01-10.. active 8 x 15 per month",
            ],
        ),
        ("bent", ["tiered 01-10.. active 8 x 10 per month"]),
        ("told", ["packs 01-10.. active 25 x 1.2 per month", "volume 01-10.. active 8 x 15 per month"]),
        ("flat", ["flat 01-10.. active 1 x 50 per month", "quarter 01-10.. active 2 x 30 per 3 month"]),
        ("free", ["month 01-10.. active 7 x 10 per month"]),
        ("yen", ["yen 01-10.. active 2 x 3500 per month"]),
        ("dinar", ["dinar 01-10.. active 2 x 3.5 per month"]),
        ("exact", ["month 01-10.. active 1.5 x 12.505 per month"]),
        ("unlisted", ["nowhere 01-10.. active 4 x 25 per 2 week"]),
    ],
)
def test_versions_tell_what_an_item_was_and_when(judged: Judged, cases: Path, no: str, expected: list[str]) -> None:
    rows = judged("chargebee", "subscription_version", cases)[0].filter(pl.col("subscription_id") == no)
    assert [shown(row) for row in rows.sort("item", "valid_from").to_dicts()] == expected


def test_only_a_price_that_hides_its_tiers_is_set_aside(judged: Judged, cases: Path) -> None:
    assert judged("chargebee", "subscription_version", cases)[1] == ["unit_amount is missing"]


def test_versions_never_overlap(judged: Judged, cases: Path) -> None:
    rows = judged("chargebee", "subscription_version", cases)[0].sort("subscription_id", "item", "valid_from")
    following = rows.with_columns(pl.col("valid_from").shift(-1).over("subscription_id", "item").alias("next_from"))
    assert following.filter(pl.col("next_from") < pl.col("valid_to").fill_null(datetime.max)).is_empty()
    assert following.filter(pl.col("valid_to") <= pl.col("valid_from")).is_empty()


def test_the_order_of_files_changes_nothing(tmp_path: Path, judged: Judged, cases: Path) -> None:
    records = [("event", row) for row in reversed(told())] + [("subscription", row) for row in reversed(recorded())]
    parts = {f"part_{number:02d}.json": {wrapper: row} for number, (wrapper, row) in enumerate(records)}
    parts |= {"zz_prices.json": page("item_price", *reversed(PRICES)), "zz_items.json": page("item", *ITEMS)}
    parts |= {"zz_coupons.json": page("coupon", *({"name": row["id"], "updated_at": 1} | row for row in COUPONS))}
    other = write(tmp_path / "inbox", parts)
    for object_name in ("subscription", "subscription_version", "subscription_discount"):
        one, two = (
            judged("chargebee", object_name, folder)[0].drop("_row_id", "loaded_at") for folder in (cases, other)
        )
        assert one.equals(two), object_name


def test_statuses_endings_and_trials(judged: Judged, cases: Path) -> None:
    rows = {row["source_record_id"]: row for row in judged("chargebee", "subscription", cases)[0].to_dicts()}
    assert {no: rows[no]["status"] for no in ("flat", "tried", "quit", "rests", "end")} == {
        "flat": "active",
        "tried": "active",
        "quit": "canceled",
        "rests": "paused",
        "end": "canceled",
    }
    assert [rows["end"][name] for name in ("ends_at", "auto_renew", "renewal_status")] == [
        datetime(2024, 4, 10),
        False,
        "lost",
    ]
    assert rows["rests"]["paused_at"] == datetime(2024, 2, 1)


def test_discounts_of_subscriptions_and_items(judged: Judged, cases: Path) -> None:
    rows, reasons = judged("chargebee", "subscription_discount", cases)
    fields = ("percent_off", "amount_off", "currency", "duration", "starts_at", "ends_at")
    assert reasons == []
    assert {row["source_record_id"]: tuple(row[name] for name in fields) for row in rows.to_dicts()} == {
        "ten:TEN": (Decimal(10), None, None, "forever", datetime(2024, 2, 15), datetime(2024, 5, 15)),
        "cut:ONCE": (None, Decimal(500), "JPY", "once", datetime(2024, 1, 10), datetime(2024, 2, 10)),
        "aimed:SEATS:seats": (Decimal(25), None, None, "repeating", datetime(2024, 1, 10), datetime(2024, 3, 10)),
        "byhand:d1:month": (Decimal("12.5"), None, None, "repeating", datetime(2024, 2, 1), datetime(2025, 2, 1)),
    }
