"""Chargebee: every shape of export lands and reads alike, and every mapping keeps to its object."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.home import ROOT
from tests.connectors.chargebee_cases import epoch, item, page, price, subscription, write
from tests.connectors.conftest import Delivered, Judged, Staged

CONNECTOR = ROOT / "connectors" / "chargebee"
SAMPLE = CONNECTOR / "sample"
OBJECTS = sorted(path.stem for path in CONNECTOR.glob("*.sql"))


def by_id(rows: pl.DataFrame) -> dict[str, dict[str, Any]]:
    return {row["source_record_id"]: row for row in rows.to_dicts()}


# --- the shapes ------------------------------------------------------------------------------------------------------


def test_every_shape_of_the_sample_lands(delivered: Delivered) -> None:
    deliveries = delivered("chargebee", SAMPLE)
    assert {delivery.file for delivery in deliveries} == {path.name for path in SAMPLE.iterdir()}
    assert sum(delivery.rows_quarantined for delivery in deliveries) == 0
    read = Counter[str]()
    for delivery in deliveries:
        read[delivery.resource] += delivery.rows_read
    assert read == {
        "customers": 6,
        "subscriptions": 8,
        "subscription_items": 1,
        "items": 6,
        "item_prices": 8,
        "coupons": 3,
        "events": 6,
        "contract_terms": 1,
        "invoices": 7,
        "invoice_line_items": 2,
        "credit_notes": 2,
        "transactions": 8,
    }


@pytest.mark.parametrize("object_name", OBJECTS)
def test_every_mapping_keeps_to_its_object(object_name: str, staged: Staged, judged: Judged) -> None:
    rows = staged("chargebee", object_name, SAMPLE)
    good, reasons = judged("chargebee", object_name, SAMPLE)
    assert reasons == []
    assert len(good) == len(rows) > 0


def test_all_mappings_share_one_table_of_minor_units() -> None:
    tables = {
        path.name: tuple(re.findall(r"strpos\('([A-Z ]+)'", path.read_text()))
        for path in CONNECTOR.glob("*.sql")
        if "strpos(" in path.read_text()
    }
    assert len(set(tables.values())) == 1
    assert len(tables) == 11
    none, three = next(iter(tables.values()))
    assert {"JPY", "KRW", "ISK", "UGX"} <= set(none.split())
    assert three.split() == ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]


def test_a_page_may_have_any_name_and_a_record_may_stand_alone(
    tmp_path: Path, delivered: Delivered, judged: Judged
) -> None:
    sub = subscription("alone", item("month"))
    customer = {"id": "c1", "company": "Beside", "created_at": 1, "updated_at": 2}
    invoice = {"id": "I1", "customer_id": "c1", "status": "paid", "total": 100, "date": 5, "currency_code": "EUR"}
    files = {
        "page.json": {"list": [{"subscription": sub, "customer": customer}], "next_offset": '["1","2"]'},
        "retrieved.json": {"customer": customer, "card": {"last4": "4242"}},
        "one_by_one.ndjson": "".join(json.dumps({"invoice": invoice | {"id": f"I{n}"}}) + "\n" for n in (1, 2)),
    }
    folder = write(tmp_path / "inbox", files)
    assert {(one.file, one.resource, one.rows_stored) for one in delivered("chargebee", folder)} == {
        ("page.json", "subscriptions", 1),
        ("retrieved.json", "customers", 1),
        ("one_by_one.ndjson", "invoices", 2),
    }
    (company,) = judged("chargebee", "company", folder)[0].to_dicts()
    assert company["name"] == "Beside"
    assert "4242" not in str(company["custom"])


def test_newer_versions_hold_whatever_the_order_of_delivery(tmp_path: Path, judged: Judged) -> None:
    def at(moment: int, **more: object) -> dict[str, Any]:
        return {"id": "c1", "created_at": 1, "updated_at": moment, "company": "Acme"} | more

    files = {
        "a.json": page("customer", at(epoch("2024-03-01"), company="Newest", deleted=True)),
        "b.csv": "Customer Id,Company,Created At,Updated At\r\nc1,From CSV,2024-01-01,2024-02-01 10:00:00\r\n",
        "c.json": page("customer", at(epoch("2024-01-01"), company="Oldest")),
    }
    (row,) = judged("chargebee", "company", write(tmp_path / "inbox", files))[0].to_dicts()
    assert (row["name"], row["source_deleted_at"]) == ("Newest", datetime(2024, 3, 1))


# --- the sample's rows -----------------------------------------------------------------------------------------------


def test_customers_are_companies_with_people(judged: Judged) -> None:
    rows = by_id(judged("chargebee", "company", SAMPLE)[0])
    assert {row["name"]: (row["external_id"], row["country"]) for row in rows.values()} == {
        "Pellworm Analytik GmbH": ("hubspot:10000000061", "DE"),
        "星野製菓株式会社": ("salesforce:001LU0000000000017", "JP"),
        "Cardiff Rowing Ltd": (None, "GB"),
        "Severn Sports Group plc": (None, None),
        "Probe Konto": (None, None),
        "Kopieladen Pfaff & Söhne, KG": ("zendesk:50000077", "AT"),
    }
    assert rows["AzqYbZTeXn0kD2"]["parent_company_id"] == "AzqYbZTeXn0kA1"
    assert rows["AzyuT9TfQ2Ww7Z"]["source_deleted_at"] == datetime(2024, 5, 20, 8)
    assert json.loads(rows["AzZlGASt8Qz1G3K"]["custom"])["cf_segment"] == "mid-market"
    people = by_id(judged("chargebee", "contact", SAMPLE)[0])
    assert people["AzZlGASt8Qz1G3K:contact_AzZlGASt8R02f"]["name"] == "Ole Brodersen"
    roles = by_id(judged("chargebee", "job_role", SAMPLE)[0])
    assert roles["AzZlGASt8Qz1G3K:contact_AzZlGASt8R02f"]["job_title"] == "Accountant"


def test_chargebees_own_mrr_is_kept_but_not_believed(judged: Judged) -> None:
    rows = by_id(judged("chargebee", "subscription", SAMPLE)[0])
    assert json.loads(rows["16CM4STaHmpAW1"]["custom"])["mrr"] == "50400"
    assert json.loads(rows["KOPIE-1"]["custom"])["mrr"] == "74.70"
    versions = judged("chargebee", "subscription_version", SAMPLE)[0].filter(pl.col("valid_to").is_null())
    now = versions.filter(pl.col("subscription_id") == "16CM4STaHmpAW1").sort("item")
    assert now.select("item", "quantity", "unit_amount", "interval_count", "is_metered").rows() == [
        ("api-calls-EUR-Monthly", Decimal(1), Decimal("0.0025"), 1, True),
        ("team-EUR-Monthly", Decimal(20), Decimal("24.9"), 1, False),
        ("vault-EUR-Quarterly", Decimal(2), Decimal(9), 3, False),
    ]


def test_contract_terms_are_contracts(judged: Judged) -> None:
    rows = by_id(judged("chargebee", "contract", SAMPLE)[0])
    assert len(rows) == 4
    term = rows["AzqYbZTeXn2aG8"]
    assert [term[name] for name in ("starts_on", "ends_on", "length_months", "contract_value", "auto_renew")] == [
        date(2024, 2, 15),
        date(2025, 2, 15),
        12,
        Decimal(720),
        True,
    ]
    assert [term[name] for name in ("renewal_on", "renewal_period_months", "notice_period_days")] == [
        date(2025, 2, 15),
        12,
        60,
    ]
    assert rows["AzqYbZTeXn1tT1"]["cancel_on"] == date(2024, 7, 1)
    subs = by_id(judged("chargebee", "subscription", SAMPLE)[0])
    assert subs["AzqYbZTeXn2aF4"]["contract_id"] == "AzqYbZTeXn2aG8"
    assert (subs["AzqgN8TaHvQ5u5"]["status"], subs["AzqgN8TaHvQ5u5"]["value"]) == ("past_due", Decimal(420000))


def test_bills_read_alike_from_every_shape(judged: Judged) -> None:
    fields = ("status", "currency", "subtotal", "discount_amount", "tax_amount", "total", "amount_paid", "amount_due")
    rows = by_id(judged("chargebee", "invoice", SAMPLE)[0])
    assert {
        no: " ".join(f"{row[name]:f}" if name not in fields[:2] else row[name] for name in fields)
        for no, row in rows.items()
    } == {
        "LUM-1001": "paid EUR 1816.8000 63.3600 333.1600 2086.6000 2086.6000 0.0000",
        "LUM-1002": "partly_paid EUR 652.7900 0.0000 124.0400 776.8300 400.0000 376.8300",
        "LUM-1003": "open JPY 420000.0000 0.0000 0.0000 420000.0000 0.0000 420000.0000",
        "LUM-1004": "paid GBP 145.0000 5.0000 0.0000 140.0000 140.0000 0.0000",
        "LUM-1005": "paid GBP 1000.0000 0.0000 200.0000 1200.0000 1200.0000 0.0000",
        "LUM-1006": "void GBP 145.0000 0.0000 0.0000 145.0000 0.0000 0.0000",
        "LUM-2001": "paid EUR 123.7000 0.0000 24.7400 148.4400 148.4400 0.0000",
    }
    for no in ("LUM-1001", "LUM-1002", "LUM-1004", "LUM-1005", "LUM-2001"):
        row = rows[no]
        assert row["subtotal"] - row["discount_amount"] + row["tax_amount"] == row["total"]
    lines = judged("chargebee", "invoice_line", SAMPLE)[0]
    sums = dict(lines.group_by("invoice_id").agg(pl.col("amount").sum()).rows())
    assert {no: row["subtotal"] for no, row in rows.items()} == sums
    kinds = {row["source_record_id"]: (row["revenue_type"], row["is_proration"]) for row in lines.to_dicts()}
    assert kinds["li_16CM4STaHmp5"] == ("recurring", True)
    assert kinds["li_16CM4STaHmp6"] == ("usage", False)
    sales = judged("chargebee", "sale", SAMPLE)[0]
    assert Counter(sales["amount"]) == {Decimal(1500): 1, Decimal(1000): 1, Decimal(49): 1}


def test_payments_find_their_bills(judged: Judged) -> None:
    rows = by_id(judged("chargebee", "payment", SAMPLE)[0])
    assert {no: (row["invoice_id"], row["amount"]) for no, row in rows.items() if no.startswith("txn_AzqYbZTeXn")} == {
        "txn_AzqYbZTeXn1:LUM-1004": ("LUM-1004", Decimal(140)),
        "txn_AzqYbZTeXn1:LUM-1005": ("LUM-1005", Decimal(1200)),
        "txn_AzqYbZTeXn1:unused": (None, Decimal(60)),
        "txn_AzqYbZTeXn2": ("LUM-1004", Decimal("-46.67")),
    }
    assert rows["txn_16CM4STaHmpF3"]["status"] == "failed"
    assert rows["txn_AzyuT9TfQ3x1"]["source_deleted_at"] is not None


# --- what is broken --------------------------------------------------------------------------------------------------


def test_what_cannot_be_read_is_set_aside_with_its_reason(tmp_path: Path, judged: Judged) -> None:
    bill = {"customer_id": "c1", "date": epoch("2024-01-01"), "currency_code": "EUR", "total": 100, "status": "paid"}
    bill |= {"sub_total": 100, "tax": 0, "amount_paid": 100, "amount_due": 0, "updated_at": 5}
    files = {
        "invoices.json": page(
            "invoice",
            bill | {"id": "good"},
            bill | {"id": "word", "status": "half_paid"},
            bill | {"id": "money", "total": "hundred"},
            bill | {"id": "currency", "currency_code": "euro"},
            bill | {"id": "day", "date": "soon"},
            bill | {"id": "huge", "total": 99999999999999999999999},
        ),
        "item_prices.json": page("item_price", price("odd", pricing_model="haggled"), price("day", period_unit="eon")),
        "subscriptions.json": page("subscription", subscription("s1", item("day"), status="asleep")),
    }
    folder = write(tmp_path / "inbox", files)
    good, reasons = judged("chargebee", "invoice", folder)
    assert good["source_record_id"].to_list() == ["good"]
    assert [reason.split(":")[0] for reason in sorted(reasons)] == ["currency", "issued_on", "status", "total", "total"]
    assert len(judged("chargebee", "product_price", folder)[1]) == 2
    assert judged("chargebee", "subscription", folder)[1][0].startswith('status: "asleep" is none of')
    assert len(judged("chargebee", "subscription_version", folder)[1]) == 1
