"""Stripe: every shape of export lands and reads alike, and every mapping keeps to its object."""

from __future__ import annotations

import json
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.home import ROOT
from tests.connectors.conftest import REAL_DATA, Delivered, Judged, Staged
from tests.connectors.stripe_cases import write

CONNECTOR = ROOT / "connectors" / "stripe"
SAMPLE = CONNECTOR / "sample"
OBJECTS = sorted(path.stem for path in CONNECTOR.glob("*.sql"))


def by_id(rows: pl.DataFrame) -> dict[str, dict[str, Any]]:
    return {row["source_record_id"]: row for row in rows.to_dicts()}


# --- the shapes ------------------------------------------------------------------------------------------------------


def test_every_shape_of_the_sample_lands(delivered: Delivered) -> None:
    deliveries = delivered("stripe", SAMPLE)
    assert {delivery.file for delivery in deliveries} == {path.name for path in SAMPLE.iterdir()}
    assert sum(delivery.rows_quarantined for delivery in deliveries) == 0
    read = Counter[str]()
    for delivery in deliveries:
        read[delivery.resource] += delivery.rows_read
    assert read == {
        "customers": 7,
        "products": 5,
        "prices": 11,
        "subscriptions": 7,
        "subscription_items": 3,
        "events": 5,
        "invoices": 6,
        "invoice_line_items": 2,
        "charges": 7,
        "refunds": 2,
        "credit_notes": 1,
        "coupons": 2,
        "dashboard_invoices": 2,
        "dashboard_payments": 3,
    }


@pytest.mark.parametrize("object_name", OBJECTS)
def test_every_mapping_keeps_to_its_object(object_name: str, staged: Staged, judged: Judged) -> None:
    rows = staged("stripe", object_name, SAMPLE)
    good, reasons = judged("stripe", object_name, SAMPLE)
    assert reasons == []
    assert len(good) == len(rows) > 0


@pytest.mark.skipif(not REAL_DATA.exists(), reason="the folder of real exports is not here")
def test_true_objects_of_the_api_land_one_by_one(tmp_path: Path, delivered: Delivered, judged: Judged) -> None:
    true = json.loads((REAL_DATA / "stripe" / "fixtures3.json").read_text())["resources"]
    mine = [
        *("customer", "product", "price", "coupon", "subscription", "event"),
        *("invoice", "line_item", "charge", "refund", "credit_note"),
    ]
    files: dict[str, object] = {f"{name}.json": true[name] for name in mine}
    others = [json.dumps(record) for name, record in true.items() if name not in mine]
    files |= {"others.ndjson": "\n".join(others), "all.json": {"resources": true}}
    folder = write(tmp_path / "inbox", files)
    found = {(delivery.file, delivery.resource): delivery for delivery in delivered("stripe", folder)}
    assert found["all.json", "_file"].rows_quarantined == 1, "a collection of examples is no export"
    assert "needs object = customer or" in found["all.json", "_file"].note
    assert {file for (file, _), one in found.items() if one.rows_stored} == {
        *(f"{name}.json" for name in mine),
        "others.ndjson",
    }
    read = sum(one.rows_stored + one.rows_quarantined + one.rows_repeated for one in found.values())
    assert read == sum(one.rows_read for one in found.values()) == len(true) + 1
    for object_name in OBJECTS:
        assert judged("stripe", object_name, folder)[1] == [], object_name
    assert judged("stripe", "company", folder)[0]["name"].to_list() == ["cus_QXg1o8vcGmoR32"]
    assert judged("stripe", "invoice", folder)[0].select("status", "total", "currency").rows() == [
        ("draft", Decimal(10), "USD")
    ]
    assert judged("stripe", "subscription", folder)[0]["status"].to_list() == ["paused"]
    assert judged("stripe", "credit_note", folder)[0]["amount"].to_list() == [Decimal("16.9")]
    assert sorted(judged("stripe", "payment", folder)[0]["amount"]) == [Decimal(-1), Decimal(1)]


def test_all_mappings_share_one_table_of_minor_units() -> None:
    tables = {
        path.name: tuple(re.findall(r"strpos\('([A-Z ]+)'", path.read_text()))
        for path in CONNECTOR.glob("*.sql")
        if "strpos(" in path.read_text()
    }
    assert len(set(tables.values())) == 1
    assert set(tables) == {
        *(
            f"{name}.sql"
            for name in ("credit_note", "discount", "invoice", "invoice_line", "payment", "product_price", "sale")
        ),
        *("subscription_discount.sql", "subscription_version.sql"),
    }
    none, three = next(iter(tables.values()))
    assert {"JPY", "KRW", "MGA"} <= set(none.split())
    assert not {"ISK", "UGX", "HUF", "TWD"} & set(none.split())
    assert three.split() == ["BHD", "JOD", "KWD", "OMR", "TND"]


# --- the sample's rows -----------------------------------------------------------------------------------------------


def test_customers_are_companies_with_a_billing_contact(judged: Judged) -> None:
    rows = by_id(judged("stripe", "company", SAMPLE)[0])
    assert {row["name"]: row["external_id"] for row in rows.values()} == {
        "Harbour & Pike Ltd": "hubspot:10000000017",
        "Kitakaze Shokai": "salesforce:0015g00000XyZabAAB",
        "Nowak Warsztat": None,
        "Lumière Santé SAS": "hubspot:10000000031",
        "Orchard, Stone & Co": None,
        "Fjordline Data AS": "hubspot:10000000052",
        "Walk-in": None,
    }
    french = rows["cus_RaA1sLm0pQ2wXe"]
    assert (french["address"], french["city"], french["country"]) == ("8 rue de la Paix, Bâtiment B", "Lyon", "FR")
    assert json.loads(rows["cus_QkT3mB1x0aLw2E"]["custom"])["website"] == "https://www.harbourpike.example/en"
    domains = judged("stripe", "company_domain", SAMPLE)[0]
    assert dict(domains.select("domain", "is_primary").rows()) == {
        "harbourpike.example": True,
        "kitakaze.example": False,
        "gmail.com": False,
        "lumiere-sante.example": False,
        "orchardstone.example": False,
        "fjordline-data.example": True,
    }
    contacts = by_id(judged("stripe", "contact", SAMPLE)[0])
    assert contacts["cus_QkT3mB1x0aLw2E"]["name"] == "accounts@harbourpike.example"
    assert [contacts["cus_QpX2cV9t3hJk6G"][name] for name in ("first_name", "last_name")] == ["Jan", "Nowak"]


def test_prices_of_all_shapes_are_in_whole_units(judged: Judged) -> None:
    rows = by_id(judged("stripe", "product_price", SAMPLE)[0])
    assert {
        key[6:]: (str(row["unit_amount"] and row["unit_amount"].normalize()), row["pricing_model"])
        for key, row in rows.items()
    } == {
        "1OtTeamGbpM": ("24", "per_unit"),
        "1OtTeamGbpY": ("288", "per_unit"),
        "1OtTeamJpyM": ("3.5E+3", "per_unit"),
        "1OtCallsGbp": ("0.0016", "metered"),
        "1OtOnbrdGbp": ("2E+3", "per_unit"),
        "1OtTierEurM": ("None", "tiered"),
        "1RaSoloEurQ": ("1.5E+2", "per_unit"),
        "1RaSoloUsdM": ("12.505", "per_unit"),
        "1SbTeamEurM": ("27", "per_unit"),
        "1SbTeamEurY": ("276", "per_unit"),
        "1SbSetupEur": (str(Decimal("0E-12")), "per_unit"),
    }
    assert rows["price_1OtOnbrdGbp"]["billing_interval"] is None
    assert (rows["price_1RaSoloEurQ"]["billing_interval"], rows["price_1RaSoloEurQ"]["interval_count"]) == ("month", 3)


def test_bills_read_alike_from_every_shape(judged: Judged) -> None:
    rows = by_id(judged("stripe", "invoice", SAMPLE)[0])
    fields = ("status", "currency", "subtotal", "discount_amount", "tax_amount", "total", "amount_due", "paid_at")
    shown = {row["number"]: tuple("" if row[f] is None else str(row[f]) for f in fields) for row in rows.values()}
    assert shown == {
        "HARB-0001": ("paid", "GBP", "144.0000", "28.8000", "23.0400", "138.2400", "0.0000", "2024-02-09 11:41:00"),
        "HARB-0002": ("partly_paid", "GBP", "323.4300", "48.0000", "55.0900", "330.5200", "230.5200", ""),
        "HARB-0003": ("paid", "GBP", "2000.0000", "0.0000", "400.0000", "2400.0000", "0.0000", "2024-02-12 15:00:00"),
        "KITA-0001": ("paid", "JPY", "14000.0000", "0.0000", "", "14000.0000", "0.0000", "2024-02-16 01:32:10"),
        "NOWA-0013": ("paid", "EUR", "150.0000", "0.0000", "", "150.0000", "0.0000", "2025-04-20 19:05:14"),
        "LUMI-0001": ("paid", "EUR", "300.0000", "", "60.0000", "360.0000", "0.0000", "2024-06-28 12:00:00"),
        "FJOR-0001": ("paid", "EUR", "108.0000", "0.0000", "21.6000", "129.6000", "0.0000", "2024-10-01 09:12:00"),
        "FJOR-0009": ("partly_paid", "EUR", "108.0000", "0.0000", "21.6000", "129.6000", "79.6000", ""),
    }
    assert {
        row["number"]: str(row["period_end"]) for row in rows.values() if row["number"][:4] in ("LUMI", "FJOR")
    } == {
        "LUMI-0001": "2024-09-03 08:20:00",
        "FJOR-0001": "2024-10-24 07:35:00",
        "FJOR-0009": "2025-06-24 07:35:00",
    }
    lines = by_id(judged("stripe", "invoice_line", SAMPLE)[0])
    kinds = {key[3:]: (row["revenue_type"], row["is_proration"]) for key, row in lines.items()}
    assert kinds["1OvHarb0202"] == ("recurring", True)
    assert kinds["1OvHarb0203"] == ("usage", False)
    assert kinds["1OuHarb0301"] == ("one_time", False)
    assert kinds["1RkNowak0102"] == ("recurring", False)
    sales = judged("stripe", "sale", SAMPLE)[0]
    assert sales.select("product_id", "amount").rows() == [("prod_QaOnbrd3", Decimal(2000))]


def test_payments_find_their_invoice_and_refunds_are_negative(judged: Judged) -> None:
    rows = by_id(judged("stripe", "payment", SAMPLE)[0])
    assert {row["source_record_id"]: row["amount"] for row in rows.values() if row["amount"] < 0} == {
        "re_3OvKitakaze1": Decimal(-3500),  # inside its charge
        "re_3OuHarbour03": Decimal(-240),
        "re_3RaLumiere01": Decimal(-60),
        "ch_3SbWalkin001:refund": Decimal(-49),
    }
    assert rows["re_3OvKitakaze1"]["invoice_id"] == "in_1OvKitakaze1"
    assert rows["ch_3RkNowak0001"]["invoice_id"] == "in_1RkNowak0001", "found by the payment intent"
    assert {row["status"] for row in rows.values()} == {"succeeded", "failed"}


def test_a_pause_is_dated_by_its_event(judged: Judged) -> None:
    rows = by_id(judged("stripe", "subscription", SAMPLE)[0])
    paused = {key: str(row["paused_at"]) for key, row in rows.items() if row["status"] == "paused"}
    assert paused == {"sub_1OwNowakEur": "2025-05-02 08:00:00"}
