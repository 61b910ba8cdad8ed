"""Writes the part of the demo's bills that is the accounting's, as its API and a report give them; maps nothing.

That is what companies billed by Chargebee bought outside a subscription. The faults: a page that was fetched twice, a
change feed that tells a customer again, and a report with titles above its header and a line of its own at the end.
"""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from connectors.quickbooks import demo_shapes as shapes
from connectors.quickbooks.demo_shapes import Record

Rows = Mapping[str, list[Record]]

PAGE_SIZE = 1000
HOME_CURRENCY = "EUR"
FRAMES = (
    *(
        "company_spellings",
        "contacts",
        "products",
        "prices",
        "invoices",
        "invoice_lines",
        "payments",
        "refunds",
        "credit_notes",
    ),
)


def write_exports(world: Mapping[str, pl.DataFrame], folder: Path, seed: int) -> None:
    """Write customers, items, one-time bills and the money for them into `folder`; same seed, same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    known = {name: world[name].to_dicts() for name in FRAMES}
    known["companies"] = [row for row in known["company_spellings"] if row["system"] == "quickbooks"]
    rows = _own(known)
    opened = min((row["created_at"] for row in rows["companies"]), default=datetime(2020, 1, 1))
    _write_lists(folder, opened)
    _write_customers(folder, rows)
    _write_items(folder, rows, opened)
    _write_invoices(folder, rows)
    _write_money(folder, rows)


def _own(rows: Rows) -> dict[str, list[Record]]:
    """The one-time bills of companies billed by Chargebee, and what belongs to them; drafts are not sent yet."""
    billed = {row["company_no"] for row in rows["companies"] if row["billing"] == "chargebee"}
    kept = dict(rows)
    bills = [row for row in rows["invoices"] if row["sub_no"] is None and row["company_no"] in billed]
    own = {row["company_no"] for row in bills}
    for name in ("companies", "contacts"):
        kept[name] = [row for row in rows[name] if row["company_no"] in own]
    kept["invoices"] = [row for row in bills if row["status"] != "draft"]
    sent = {row["invoice_no"] for row in kept["invoices"]}
    for name in ("invoice_lines", "payments", "credit_notes"):
        kept[name] = [row for row in rows[name] if row["invoice_no"] in sent]
    kept["payments"] = [row for row in kept["payments"] if row["status"] == "succeeded"]
    paid = {row["payment_no"] for row in kept["payments"]}
    kept["refunds"] = [row for row in rows["refunds"] if row["payment_no"] in paid]
    once = {row["product_no"] for row in rows["prices"] if row["billing_interval"] is None}
    kept["products"] = [row for row in rows["products"] if row["product_no"] in once]
    return kept


def _write_lists(folder: Path, opened: datetime) -> None:
    terms = [
        {"Name": "Net 30", "Active": True, "Type": "STANDARD", "DueDays": 30} | shapes.stamped(shapes.TERM, opened)
    ]
    _write_pages(folder, "Term", terms)
    named = [{"Name": name, "Active": True} | shapes.stamped(no, opened) for no, name in shapes.METHOD_NAMES.items()]
    _write_pages(folder, "PaymentMethod", named)
    prefs = {"CurrencyPrefs": {"MultiCurrencyEnabled": True, "HomeCurrency": {"value": HOME_CURRENCY}}}
    _write_pages(folder, "Preferences", [prefs | shapes.stamped(1, opened)])


def _write_customers(folder: Path, rows: Rows) -> None:
    """Most name the billing system's customer; the others are known by their web address."""
    people: dict[int, list[Record]] = _grouped(rows["contacts"], "company_no")
    records, listed = [], []
    for row in rows["companies"]:
        own = [one for one in people[row["company_no"]] if one["email"].lower().endswith(f"@{row['domain']}")]
        payer = next(iter([one for one in own if one["is_role_address"]] or own), None)
        mail, phone = (payer["email"], payer["phone"]) if payer else (None, row["phone"])
        name = f"{row['name']} ({row['company_no']})"  # names must be unique in QuickBooks
        records.append(shapes.customer(row, name, mail, phone))
        listed.append([name, f"Phone:{phone}" if phone else "", mail or "", "", f"{row['city']} {row['country']}", ""])
    _write_pages(folder, "Customer", records)
    again = {"CDCResponse": [{"QueryResponse": [{"Customer": records[:1]}]}], "time": "2026-07-01T02:00:00-08:00"}
    (folder / "cdc_2026-07-01.json").write_text(_json(again), encoding="utf-8")
    (folder / "Lumenly_Customer Contact List.csv").write_text(_report(listed), encoding="utf-8", newline="")


def _report(lines: Sequence[Sequence[str]]) -> str:
    """The customer contact list as QuickBooks exports it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    header = ["Customer full name", "Phone numbers", "Email", "Full name", "Bill address", "Ship address"]
    blank = [""] * (len(header) - 1)
    writer.writerows([["Lumenly", *blank], ["Customer Contact List", *blank]])
    out.write("\r\n")
    writer.writerows([header, *lines])
    out.write("\r\n\r\n\r\n")
    writer.writerow([" Wednesday, July 01, 2026 02:00 AM GMT-08:00", *blank])
    return out.getvalue()


def _write_items(folder: Path, rows: Rows, opened: datetime) -> None:
    asked = {row["product_no"]: row["unit_amount"] for row in rows["prices"] if row["currency"] == HOME_CURRENCY}
    items = [shapes.item(row, asked.get(row["product_no"]), opened) for row in rows["products"]]
    _write_pages(folder, "Item", items)


def _write_invoices(folder: Path, rows: Rows) -> None:
    """All invoices with their lines; the page was fetched twice."""
    lines, payments = _grouped(rows["invoice_lines"], "invoice_no"), _grouped(rows["payments"], "invoice_no")
    products = {row["product_no"]: row for row in rows["products"]}
    records = []
    for row in rows["invoices"]:
        paid = payments[row["invoice_no"]]
        made = [shapes.line(part, products[part["product_no"]]) for part in lines[row["invoice_no"]]]
        changed = max([row["issued_at"], *(payment["paid_at"] for payment in paid)])
        paid_by = [str(shapes.PAYMENT + payment["payment_no"]) for payment in paid]
        records.append(shapes.invoice(row, made, paid_by, changed))
    _write_pages(folder, "Invoice", records)
    (folder / "query_Invoice_1_again.json").write_text(
        _page("Invoice", records[:PAGE_SIZE], 1) + "\n", encoding="utf-8"
    )


def _write_money(folder: Path, rows: Rows) -> None:
    payers = {row["payment_no"]: row["company_no"] for row in rows["payments"]}
    _write_pages(folder, "Payment", [shapes.payment(row) for row in rows["payments"]])
    _write_pages(folder, "RefundReceipt", [shapes.refund(row, payers[row["payment_no"]]) for row in rows["refunds"]])
    _write_pages(folder, "CreditMemo", [shapes.credit_memo(row) for row in rows["credit_notes"]])


def _grouped(rows: Iterable[Record], key: str) -> dict[Any, list[Record]]:
    groups: dict[Any, list[Record]] = defaultdict(list)
    for row in rows:
        groups[row[key]].append(row)
    return groups


def _write_pages(folder: Path, kind: str, records: Sequence[Record]) -> None:
    """Answers to a query, a page each; one that finds nothing is not kept."""
    for page, start in enumerate(range(0, len(records), PAGE_SIZE), start=1):
        text = _page(kind, records[start : start + PAGE_SIZE], start + 1)
        (folder / f"query_{kind}_{page}.json").write_text(text, encoding="utf-8")


def _page(kind: str, records: Sequence[Record], start: int) -> str:
    found = {kind: records, "startPosition": start, "maxResults": len(records)}
    return _json({"QueryResponse": found, "time": "2026-07-01T02:00:00.000-08:00"})


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
