"""Stripe's subscriptions case by case: what was agreed and when, by events, by the record itself, or by both."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.connectors.conftest import Judged
from tests.connectors.stripe_cases import Record, epoch, event, item, page, price, subscription, write

MONTHLY, YEARLY = price("m"), price("y", 10000, interval="year")
TIERS = [
    {"up_to": 5, "unit_amount": 2000, "flat_amount": None},
    {"up_to": None, "unit_amount": 1500, "flat_amount": 500},
]
GRADUATED = price("g", None, billing_scheme="tiered", tiers_mode="graduated", tiers=TIERS)
VOLUME = price("v", None, billing_scheme="tiered", tiers_mode="volume", tiers=TIERS)
HIDDEN = price("h", None, billing_scheme="tiered", tiers_mode="volume")
YEN = price("j", 3500, currency="jpy")
USAGE = price("u", None, unit_amount_decimal="0.25", usage_type="metered")
PLAN = {"id": "plan_1", "currency": "usd", "amount": 700, "interval": "week", "interval_count": 2}
UNPAID: Record = {"cancellation_details": {"reason": "payment_failed", "feedback": None, "comment": None}}
TOO_DEAR: Record = {
    "cancellation_details": {"reason": "cancellation_requested", "feedback": "too_expensive", "comment": "Sorry"}
}


def bare(priced: Record) -> Record:
    """The price as it stands in an item: Stripe leaves the tiers out."""
    return {key: value for key, value in priced.items() if key != "tiers"}


def discount(no: str, start: str, **terms: object) -> Record:
    coupon = {"id": f"c{no}", "percent_off": None, "amount_off": None, "currency": None} | terms
    return {"id": f"di_{no}", "object": "discount", "start": epoch(start), "end": None, "coupon": coupon}


ENDING = subscription(
    "end", item("c", MONTHLY), cancel_at=epoch("2024-04-10"), canceled_at=epoch("2024-03-20"), cancel_at_period_end=True
)
ENDED = ENDING | TOO_DEAR | {"status": "canceled", "ended_at": epoch("2024-04-10")}
OPEN = subscription("pause", item("b", MONTHLY))
PAUSED = OPEN | {"pause_collection": {"behavior": "void"}}
LONG_AGO = "2023-01-10T00:00:00"
KNOWN = subscription("known", item("e", MONTHLY, 9), start=LONG_AGO)


def told() -> list[Record]:
    """Events, in no order; at 10 January two of `blink` fall into one second."""
    swap = [subscription("swap", item("a", priced, 3)) for priced in (MONTHLY, YEARLY)]
    later = subscription("known", item("e", YEARLY, 9), start=LONG_AGO)
    blink = subscription("blink", item("n", MONTHLY))
    return [
        event("01", "2024-05-10", "updated", later, {"items": {"data": KNOWN["items"]["data"]}, "status": "past_due"}),
        event("02", "2024-01-10", "created", swap[0]),
        event("03", "2024-02-10", "updated", swap[0] | {"metadata": {"note": "nothing that matters"}}),
        event("04", "2024-03-10", "updated", swap[1]),
        event("05", "2024-01-10", "created", OPEN),
        event("06", "2024-02-01", "updated", PAUSED),
        event("07", "2024-02-20", "updated", OPEN),
        event("08", "2024-01-10", "created", ENDING | {"cancel_at": None, "canceled_at": None}),
        event("09", "2024-03-20", "updated", ENDING),
        event("10", "2024-04-10T00:00:02", "deleted", ENDED),
        event("11", "2024-01-10", "updated", blink),
        event("12", "2024-01-10", "created", blink | {"status": "incomplete"}),
        event("13", "2024-01-10", "created", subscription("grown", item("q", MONTHLY))),
        event("14", "2024-02-10", "updated", subscription("two", item("r", MONTHLY)), {"items": {"data": []}}),
        event("15", "2024-03-01", "updated", subscription("two", item("r", MONTHLY), item("s", YEARLY))),
        event("16", "2024-04-01", "updated", subscription("two", item("s", YEARLY))),
    ]


def recorded() -> list[Record]:
    """Subscriptions as they are now; of most of these nobody kept events."""
    off = [discount("1", "2024-01-10", percent_off=12.5, duration="forever")]
    once = [discount("2", "2024-02-15", amount_off=500, currency="jpy", duration="once")]
    quarter = [discount("3", "2024-01-31", percent_off=5, duration="repeating", duration_in_months=3)]
    packs = MONTHLY | {"transform_quantity": {"divide_by": 5, "round": "up"}}
    trial = {"trial_end": epoch("2024-01-24")}
    return [
        subscription("tiers", item("f", bare(GRADUATED), 8), item("g", bare(VOLUME), 8), item("h", bare(HIDDEN), 2)),
        subscription("other", item("i", YEN, 2), item("j", USAGE, None)),
        subscription("packs", item("k", packs, 12)),
        subscription("old", {"id": "si_l", "quantity": 2, "plan": PLAN}),
        subscription("trial", item("d", MONTHLY), status="canceled", ended_at=epoch("2024-01-20"), **trial, **UNPAID),
        subscription("tried", item("m", MONTHLY), **trial),
        subscription("grown", item("q", MONTHLY, 4), current_period_start=epoch("2024-06-10")),
        subscription("cut", item("o", YEN, discounts=once), discounts=off, currency="jpy"),
        subscription("thrice", item("p", MONTHLY), discount=quarter[0]),
        OPEN,
        ENDED,
    ]


@pytest.fixture(scope="session")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lines = "".join(json.dumps(record) + "\n" for record in told())
    files = {"subscriptions.json": page(*recorded()), "events.ndjson": lines, "prices.json": page(GRADUATED, VOLUME)}
    return write(tmp_path_factory.mktemp("stripe") / "inbox", files)


def shown(row: dict[str, Any]) -> str:
    """`a 01-10..03-10 active 3 x 10 per month`"""
    days = (
        f"{row['valid_from']:%m-%d}..{row['valid_to'] or '':%m-%d}"
        if row["valid_to"]
        else f"{row['valid_from']:%m-%d}.."
    )
    amount = f"{row['quantity'].normalize():f} x {row['unit_amount'].normalize():f}"
    return f"{row['item'][3:]} {days} {row['status']} {amount} per {row['billing_interval']}"


@pytest.mark.parametrize(
    ("no", "expected"),
    [
        ("swap", ["a 01-10..03-10 active 3 x 10 per month", "a 03-10.. active 3 x 100 per year"]),
        (
            "pause",
            [
                "b 01-10..02-01 active 1 x 10 per month",
                "b 02-01..02-20 paused 1 x 10 per month",
                "b 02-20.. active 1 x 10 per month",
            ],
        ),
        ("end", ["c 01-10..04-10 active 1 x 10 per month"]),
        ("trial", ["d 01-10..01-20 trialing 1 x 10 per month"]),
        ("tried", ["m 01-10..01-24 trialing 1 x 10 per month", "m 01-24.. active 1 x 10 per month"]),
        ("known", ["e 01-10..05-10 past_due 9 x 10 per month", "e 05-10.. active 9 x 100 per year"]),
        ("tiers", ["f 01-10.. active 8 x 18.75 per month", "g 01-10.. active 8 x 15.625 per month"]),
        ("other", ["i 01-10.. active 2 x 3500 per month", "j 01-10.. active 1 x 0.0025 per month"]),
        ("packs", ["k 01-10.. active 3 x 10 per month"]),
        ("old", ["l 01-10.. active 2 x 7 per week"]),
        ("blink", ["n 01-10.. active 1 x 10 per month"]),
        ("grown", ["q 01-10..06-10 active 1 x 10 per month", "q 06-10.. active 4 x 10 per month"]),
        ("two", ["r 02-10..04-01 active 1 x 10 per month", "s 03-01.. active 1 x 100 per year"]),
    ],
)
def test_versions_tell_what_an_item_was_and_when(judged: Judged, cases: Path, no: str, expected: list[str]) -> None:
    rows = judged("stripe", "subscription_version", cases)[0].filter(pl.col("subscription_id") == f"sub_{no}")
    assert [shown(row) for row in rows.sort("item", "valid_from").to_dicts()] == expected


def test_only_a_price_that_hides_its_tiers_is_set_aside(judged: Judged, cases: Path) -> None:
    assert judged("stripe", "subscription_version", cases)[1] == ["unit_amount is missing"]


def test_versions_never_overlap(judged: Judged, cases: Path) -> None:
    rows = judged("stripe", "subscription_version", cases)[0].sort("item", "valid_from")
    following = rows.with_columns(pl.col("valid_from").shift(-1).over("item").alias("next_from"))
    assert following.filter(pl.col("next_from") < pl.col("valid_to").fill_null(datetime.max)).is_empty()
    assert following.filter(pl.col("valid_to") <= pl.col("valid_from")).is_empty()


def test_the_order_of_files_changes_nothing(tmp_path: Path, judged: Judged, cases: Path) -> None:
    parts = {
        f"part_{number:02d}.json": record for number, record in enumerate([*reversed(told()), *reversed(recorded())])
    }
    other = write(tmp_path / "inbox", parts | {"zz_prices.json": page(VOLUME, GRADUATED)})
    for object_name in ("subscription", "subscription_version", "subscription_discount"):
        one, two = (judged("stripe", object_name, folder)[0].drop("_row_id", "loaded_at") for folder in (cases, other))
        assert one.equals(two), object_name


def test_endings_trials_and_pauses(judged: Judged, cases: Path) -> None:
    found = judged("stripe", "subscription", cases)[0].to_dicts()
    rows = {row["source_record_id"][4:]: row for row in found}
    assert {name: str(rows["end"][name])[:10] for name in ("starts_at", "ends_at", "canceled_at", "cancel_at")} == {
        "starts_at": "2024-01-10",
        "ends_at": "2024-04-10",
        "canceled_at": "2024-03-20",
        "cancel_at": "2024-04-10",
    }
    assert [rows["end"][name] for name in ("cancel_reason", "renewal_status", "auto_renew")] == [
        "too_expensive",
        "lost",
        False,
    ]
    assert [rows["tried"][name] for name in ("is_open_ended", "renewal_status", "auto_renew")] == [
        True,
        "ongoing",
        True,
    ]
    assert (rows["pause"]["status"], rows["pause"]["paused_at"]) == ("active", None)
    assert rows["tiers"]["product_id"] == "prod_1"
    churned = judged("stripe", "churn_event", cases)[0].sort("churned_on")
    assert churned.select("subscription_id", "primary_reason", "is_voluntary", "comment").rows() == [
        ("sub_trial", "payment_failed", False, None),
        ("sub_end", "too_expensive", True, "Sorry"),
    ]


def test_discounts_of_subscriptions_and_items(judged: Judged, cases: Path) -> None:
    rows = judged("stripe", "subscription_discount", cases)[0]
    fields = ("item", "percent_off", "amount_off", "currency", "duration", "ends_at")
    assert {row["source_record_id"]: tuple(row[name] for name in fields) for row in rows.to_dicts()} == {
        "di_1": (None, Decimal("12.5"), None, None, "forever", None),
        "di_2": ("si_o", None, Decimal(500), "JPY", "once", datetime(2024, 3, 10)),
        "di_3": (None, Decimal(5), None, None, "repeating", datetime(2024, 4, 30)),
    }
