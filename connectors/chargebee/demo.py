"""Writes the part of the demo's billing that is Chargebee's as files that its API would give; maps nothing.

That is what companies of `billing = chargebee` are asked for again and again; what they buy once is not billed here.
The faults: a page that was fetched twice, customers corrected later, a page cut short whose records stand elsewhere.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from connectors.chargebee import demo_shapes as shapes
from connectors.chargebee.demo_shapes import Record
from connectors.chargebee.demo_subscriptions import Life

Rows = Mapping[str, list[Record]]

PAGE_SIZE = 100
FRAMES = (
    *("companies", "company_spellings", "contacts", "products", "prices", "subscriptions", "subscription_versions"),
    *("subscription_discounts", "invoices", "invoice_lines", "payments", "refunds", "credit_notes"),
)


def write_exports(world: Mapping[str, pl.DataFrame], folder: Path, seed: int) -> None:
    """Write customers, catalogue, subscriptions, their events, bills and money into `folder`; same seed, same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(f"chargebee:{seed}")
    rows = _own({name: world[name].to_dicts() for name in FRAMES})
    opened = min((row["created_at"] for row in rows["companies"]), default=datetime(2020, 1, 1))
    prices = _write_catalogue(folder, rows, opened)
    _write_customers(folder, rows, rng)
    _write_subscriptions(folder, rows, prices)
    _write_invoices(folder, rows, prices)
    _write_money(folder, rows)


def _own(rows: Rows) -> dict[str, list[Record]]:
    """The rows of companies billed here; of bills and money only those of subscriptions."""
    own = {row["company_no"] for row in rows["companies"] if row["billing"] == "chargebee"}
    kept = dict(rows)
    for name in ("companies", "contacts", "subscriptions"):
        kept[name] = [row for row in rows[name] if row["company_no"] in own]
    spelled = [row for row in rows["company_spellings"] if row["system"] == "chargebee"]
    linked = {row["company_no"] for row in spelled if row["is_linked"]}
    kept["companies"] = [row | {"is_linked": row["company_no"] in linked} for row in kept["companies"]]
    subs = {row["sub_no"] for row in kept["subscriptions"]}
    for name in ("subscription_versions", "subscription_discounts", "invoices"):
        kept[name] = [row for row in rows[name] if row["sub_no"] in subs]
    bills = {row["invoice_no"] for row in kept["invoices"]}
    for name in ("invoice_lines", "payments", "credit_notes"):
        kept[name] = [row for row in rows[name] if row["invoice_no"] in bills]
    paid = {row["payment_no"] for row in kept["payments"]}
    kept["refunds"] = [row for row in rows["refunds"] if row["payment_no"] in paid]
    return kept


def _write_customers(folder: Path, rows: Rows, rng: random.Random) -> None:
    """Two of a hundred were first typed wrongly; their right version came later."""
    people = _grouped(rows["contacts"], "company_no")
    right, wrong = [], {}
    for row in rows["companies"]:
        is_linked, spelling, is_wrong = row["is_linked"], rng.random(), rng.random() < 0.02
        name = row["legal_name"] if spelling < 0.6 and row["legal_name"] else row["name"]
        person = _payer(row, people[row["company_no"]], is_linked and row["in_crm"])
        record = shapes.customer(row, name, person, row["domain"], is_linked)
        right.append(record)
        if is_wrong or len(right) == 3:
            wrong[record["id"]] = record | {"company": name[:-1], "updated_at": record["updated_at"] - 1}
    _write_pages(folder, "customers", [wrong.get(record["id"], record) for record in right])
    _write_pages(folder, "customers", [record for record in right if record["id"] in wrong], "_later")


def _payer(row: Record, people: Sequence[Record], is_linked: bool) -> Record | None:
    """Who gets the bills: at the company's own domain where nothing else links the customer."""
    own = [person for person in people if row["domain"] and person["email"].lower().endswith(f"@{row['domain']}")]
    shared = [person for person in own if person["is_role_address"]]
    return next(iter(shared or own or (people if is_linked or not row["domain"] else [])), None)


def _write_catalogue(folder: Path, rows: Rows, opened: datetime) -> dict[int, str]:
    """Items, their prices and coupons; gives the id of each price by its number."""
    products = {row["product_no"]: row for row in rows["products"]}
    once = {row["product_no"] for row in rows["prices"] if row["billing_interval"] is None}

    def kind(product: Record) -> str:
        if product["product_no"] in once:
            return "charge"
        return "addon" if product["category"] == "usage" else "plan"

    items = [shapes.item(row, kind(row), row["category"] == "usage", opened) for row in rows["products"]]
    _write_pages(folder, "items", items)
    prices = {}
    for row in rows["prices"]:
        product = products[row["product_no"]]
        prices[row["price_no"]] = shapes.item_price(row, product["sku"], kind(product), opened)
    _write_pages(folder, "item_prices", list(prices.values()))
    given = [shapes.coupon(row, opened) for row in rows["subscription_discounts"] if row["duration"] != "once"]
    _write_pages(folder, "coupons", given)
    return {no: price["id"] for no, price in prices.items()}


def _write_subscriptions(folder: Path, rows: Rows, prices: Mapping[int, str]) -> None:
    """The subscriptions as they are now, a page of them cut short, and all that happened to them, in order of time."""
    lives = list(_lives(rows))
    now = [life.at(life.moments[-1], prices) for life in lives]
    _write_pages(folder, "subscriptions", now)
    whole = _page("subscriptions", now[:PAGE_SIZE], len(now) > PAGE_SIZE, 0)
    (folder / "subscriptions_download.json").write_text(whole[: len(whole) * 2 // 3], encoding="utf-8")
    events = [event for life in lives for event in life.events(prices)]
    events.sort(key=lambda event: (event["occurred_at"], event["id"]))
    _write_pages(folder, "events", events)


def _lives(rows: Rows) -> Iterable[Life]:
    versions = _grouped(rows["subscription_versions"], "sub_no")
    discounts = _grouped(rows["subscription_discounts"], "sub_no")
    bills = _grouped(rows["invoices"], "sub_no")
    crm = {row["company_no"]: row["crm"] for row in rows["companies"]}
    for row in rows["subscriptions"]:
        no = row["sub_no"]
        periods = sorted({(bill["period_start"], bill["period_end"]) for bill in bills[no]})
        link = shapes.deal_link(crm[row["company_no"]], row["deal_no"])
        yield Life(row, versions[no], discounts[no], periods, link)


def _write_invoices(folder: Path, rows: Rows, prices: Mapping[int, str]) -> None:
    """All invoices with their lines; the first page was fetched twice."""
    lines, payments = _grouped(rows["invoice_lines"], "invoice_no"), _grouped(rows["payments"], "invoice_no")
    records = []
    for row in rows["invoices"]:
        parts = lines[row["invoice_no"]]
        off = _shares(shapes.cents(row["discount_amount"]), parts)
        made = [shapes.line(part, prices.get(part["price_no"]), less) for part, less in zip(parts, off, strict=True)]
        touched = max([row["issued_at"], *(payment["paid_at"] for payment in payments[row["invoice_no"]])])
        records.append(shapes.invoice(row, made, touched + timedelta(seconds=5)))
    _write_pages(folder, "invoices", records)
    again = _page("invoices", records[:PAGE_SIZE], len(records) > PAGE_SIZE, 0)
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


def _write_money(folder: Path, rows: Rows) -> None:
    bills = {row["invoice_no"]: row for row in rows["invoices"]}
    paid = {row["payment_no"]: row for row in rows["payments"]}
    moved = [shapes.transaction(row, bills[row["invoice_no"]], "payment", row["paid_at"]) for row in rows["payments"]]
    moved += [
        shapes.transaction(row, bills[paid[row["payment_no"]]["invoice_no"]], "refund", row["refunded_at"])
        for row in rows["refunds"]
    ]
    _write_pages(folder, "transactions", moved)
    credited = [shapes.credit_note(row, bills[row["invoice_no"]]) for row in rows["credit_notes"]]
    _write_pages(folder, "credit_notes", credited)


def _grouped(rows: Iterable[Record], key: str) -> dict[Any, list[Record]]:
    groups: dict[Any, list[Record]] = defaultdict(list)
    for row in rows:
        groups[row[key]].append(row)
    return groups


def _write_pages(folder: Path, name: str, records: Sequence[Record], suffix: str = "") -> None:
    """Pages of a list, numbered from 1; an empty list is one empty page, as the API gives it."""
    for number, start in enumerate(range(0, max(len(records), 1), PAGE_SIZE), start=1):
        page = _page(name, records[start : start + PAGE_SIZE], start + PAGE_SIZE < len(records), start)
        (folder / f"{name}_{number}{suffix}.json").write_text(page, encoding="utf-8")


def _page(name: str, records: Sequence[Record], has_more: bool, start: int) -> str:
    wrapper = name.removesuffix("s")
    body: Record = {"list": [{wrapper: record} for record in records]}
    if has_more:
        body["next_offset"] = json.dumps([str(1_700_000_000_000 + start), str(start + PAGE_SIZE)])
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
