"""Writes the demo's billing as files that Stripe's API would give, with the faults such exports have; maps nothing.

The faults: a page that was fetched twice, customers corrected later (Stripe does not say when a customer changed: the
later delivery holds), a page cut short in the middle whose records all stand in other files, and a coupon in a currency
without minor units.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from connectors.stripe import demo_shapes as shapes
from connectors.stripe.demo_shapes import Record
from connectors.stripe.demo_subscriptions import Life

Rows = Mapping[str, list[Record]]

PAGE_SIZE = 100
FRAMES = (
    *("companies", "contacts", "products", "prices", "subscriptions", "subscription_versions"),
    *("subscription_discounts", "invoices", "invoice_lines", "payments", "refunds", "credit_notes"),
)


def write_exports(world: Mapping[str, pl.DataFrame], folder: Path, seed: int) -> None:
    """Write customers, catalogue, subscriptions, their events, bills and money into `folder`; same seed, same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(f"stripe:{seed}")
    opened = min(world["companies"]["created_at"].to_list(), default=datetime(2020, 1, 1))
    rows = {name: frame.to_dicts() for name, frame in of_account(world).items()}
    prices = _prices(rows, opened)
    coupons = {row["discount_no"]: shapes.coupon(row, opened) for row in rows["subscription_discounts"]}

    _write_customers(folder, rows, rng)
    _write_pages(folder, "products", [shapes.product(row, opened) for row in rows["products"]])
    _write_pages(folder, "prices", list(prices.values()))
    _write_pages(folder, "coupons", [*{row["id"]: row for row in coupons.values()}.values(), _yen_coupon(opened)])
    _write_subscriptions(folder, rows, prices, {no: row["id"] for no, row in coupons.items()})
    _write_invoices(folder, rows)
    _write_payments(folder, rows)


def of_account(world: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """What the account holds: the companies that this system bills, and what belongs to them; the whole catalogue."""
    frames = {name: world[name] for name in FRAMES}
    companies = world["company_spellings"].filter(pl.col("system") == "billing")
    for name in ("contacts", "subscriptions", "invoices", "payments", "credit_notes"):
        frames[name] = _only(frames[name], "company_no", companies)
    for name, whole, key in (
        ("subscription_versions", "subscriptions", "sub_no"),
        ("subscription_discounts", "subscriptions", "sub_no"),
        ("invoice_lines", "invoices", "invoice_no"),
        ("refunds", "payments", "payment_no"),
    ):
        frames[name] = _only(frames[name], key, frames[whole])
    return frames | {"companies": companies}


def _only(frame: pl.DataFrame, key: str, known: pl.DataFrame) -> pl.DataFrame:
    return frame.filter(pl.col(key).is_in(known[key].implode()))


def _write_customers(folder: Path, rows: Rows, rng: random.Random) -> None:
    """Two of a hundred were first typed wrongly; their right version came later."""
    people = _grouped(rows["contacts"], "company_no")
    right, wrong = [], {}
    for row in rows["companies"]:
        spelling, is_wrong = rng.random(), rng.random() < 0.02
        is_linked = row["is_linked"] and row["crm"] == "hubspot"
        email, phone = _billing_address(row, people[row["company_no"]], is_linked)
        name = row["legal_name"] if spelling < 0.6 and row["legal_name"] else row["name"]
        right.append(shapes.customer(row, name, email, phone, is_linked))
        if is_wrong or len(right) == 5:
            wrong[right[-1]["id"]] = right[-1] | {"name": name[:-1], "phone": None}
    _write_pages(folder, "customers", [wrong.get(record["id"], record) for record in right])
    _write_pages(folder, "customers_later", [record for record in right if record["id"] in wrong])


def _billing_address(row: Record, people: Sequence[Record], is_linked: bool) -> tuple[str | None, str | None]:
    """E-mail address and telephone for bills, at the company's own domain where nothing else links the customer."""
    own = [person for person in people if row["domain"] and person["email"].lower().endswith(f"@{row['domain']}")]
    shared = [person for person in own if person["is_role_address"]]
    chosen = next(iter(shared or own or (people if is_linked or not row["domain"] else [])), None)
    if chosen is None:
        return (f"billing@{row['domain']}" if row["domain"] else None), None
    return chosen["email"], chosen["phone"]


def _prices(rows: Rows, opened: datetime) -> dict[int, Record]:
    usage = {row["product_no"] for row in rows["products"] if row["category"] == "usage"}
    return {row["price_no"]: shapes.price(row, opened, row["product_no"] in usage) for row in rows["prices"]}


def _yen_coupon(opened: datetime) -> Record:
    terms = {"percent_off": None, "amount_off": Decimal(30), "currency": "JPY", "duration": "once", "months": None}
    return shapes.coupon(terms, opened) | {"name": "3000 jpy once", "id": "3000-jpy-once"}


def _write_subscriptions(folder: Path, rows: Rows, prices: Mapping[int, Record], coupons: Mapping[int, str]) -> None:
    """The subscriptions as they are now, a page of them cut short, and all that happened to them, in order of time."""
    lives = list(_lives(rows))
    now = [life.at(life.moments[-1], prices, coupons) for life in lives]
    _write_pages(folder, "subscriptions", now)
    whole = _page(now[:PAGE_SIZE], "subscriptions", len(now) > PAGE_SIZE)
    (folder / "subscriptions_download.json").write_text(whole[: len(whole) * 2 // 3], encoding="utf-8")
    events = [event for life in lives for event in life.events(prices, coupons)]
    events.sort(key=lambda event: (event["created"], event["id"]))
    lines = "".join(_json(event) + "\n" for event in events)
    (folder / "subscription_events.ndjson").write_text(lines, encoding="utf-8")


def _lives(rows: Rows) -> Iterable[Life]:
    versions = _grouped(rows["subscription_versions"], "sub_no")
    discounts = _grouped(rows["subscription_discounts"], "sub_no")
    bills = _grouped(rows["invoices"], "sub_no")
    for row in rows["subscriptions"]:
        periods = sorted({(bill["period_start"], bill["period_end"]) for bill in bills[row["sub_no"]]})
        yield Life(row, versions[row["sub_no"]], discounts[row["sub_no"]], periods)


def _write_invoices(folder: Path, rows: Rows) -> None:
    """All invoices with their lines; the first page was fetched twice."""
    lines, payments = _grouped(rows["invoice_lines"], "invoice_no"), _grouped(rows["payments"], "invoice_no")
    records = []
    for row in rows["invoices"]:
        parts = lines[row["invoice_no"]]
        off = _shares(shapes.cents(row["discount_amount"]), parts)
        made = [shapes.line(part, row["currency"].lower(), less) for part, less in zip(parts, off, strict=True)]
        records.append(shapes.invoice(row, made, bool(payments[row["invoice_no"]])))
    _write_pages(folder, "invoices", records)
    again = _page(records[:PAGE_SIZE], "invoices", len(records) > PAGE_SIZE)
    (folder / "invoices_1_again.json").write_text(again + "\n", encoding="utf-8")


def _shares(discount: int, lines: Sequence[Record]) -> list[int]:
    """A discount divided among the lines of the bill's own period, by amount; the rest goes to the largest."""
    amounts = [
        0 if row["is_proration"] or row["revenue_type"] == "usage" else shapes.cents(row["amount"]) for row in lines
    ]
    whole = sum(amounts)
    parts = [discount * amount // whole if whole else 0 for amount in amounts]
    if parts:
        parts[amounts.index(max(amounts))] += discount - sum(parts)
    return parts


def _write_payments(folder: Path, rows: Rows) -> None:
    back: dict[int, Decimal] = defaultdict(Decimal)
    for row in rows["refunds"]:
        back[row["payment_no"]] += row["amount"]
    _write_pages(folder, "charges", [shapes.charge(row, back[row["payment_no"]]) for row in rows["payments"]])
    _write_pages(folder, "refunds", [shapes.refund(row) for row in rows["refunds"]])
    _write_pages(folder, "credit_notes", [shapes.credit_note(row) for row in rows["credit_notes"]])


def _grouped(rows: Iterable[Record], key: str) -> dict[Any, list[Record]]:
    groups: dict[Any, list[Record]] = defaultdict(list)
    for row in rows:
        groups[row[key]].append(row)
    return groups


def _write_pages(folder: Path, name: str, records: Sequence[Record]) -> None:
    """Pages of a list, numbered from 1; an empty list is one empty page, as the API gives it."""
    for number, start in enumerate(range(0, max(len(records), 1), PAGE_SIZE), start=1):
        page = _page(records[start : start + PAGE_SIZE], name.split("_later")[0], start + PAGE_SIZE < len(records))
        (folder / f"{name}_{number}.json").write_text(page, encoding="utf-8")


def _page(records: Sequence[Record], name: str, has_more: bool) -> str:
    return _json({"object": "list", "data": records, "has_more": has_more, "url": f"/v1/{name}"})


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
