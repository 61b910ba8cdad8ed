"""Stripe: every shape of export lands, every mapping keeps to its object, and the demo's billing comes back exactly."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from connectors.stripe.demo import write_exports
from models.demo.frames import World
from models.demo.world import make_world
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
    files: dict[str, object] = {f"{name}.json": json.dumps(record) for name, record in true.items()}
    folder = write(tmp_path / "inbox", files | {"all.json": json.dumps({"resources": true})})
    found = {delivery.file: delivery for delivery in delivered("stripe", folder)}
    assert found["all.json"].rows_quarantined == 1, "a collection of examples is no export"
    assert "needs object = customer or" in found["all.json"].note
    assert {name for name in mine if found[f"{name}.json"].rows_stored != 1} == set()
    for name in true:
        assert found[f"{name}.json"].rows_stored + found[f"{name}.json"].rows_quarantined == 1, name
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
        *(f"{name}.sql" for name in ("credit_note", "invoice", "invoice_line", "payment", "product_price", "sale")),
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


# --- the demo --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def world() -> World:
    return make_world(seed=3, companies=60, months=24, as_of=datetime(2026, 7, 1))


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory, world: World) -> Path:
    folder = tmp_path_factory.mktemp("stripe_demo") / "inbox"
    write_exports(world, folder, 3)
    return folder


def money(value: Decimal | None) -> Decimal:
    return Decimal(0) if value is None else value.normalize()


def number(record_id: str | None) -> int | None:
    """The world's number in a record id such as `sub_000012`."""
    return None if record_id is None else int(record_id.split("_")[1])


def test_the_demo_has_faults_and_loses_nothing(delivered: Delivered, exported: Path, world: World) -> None:
    found = delivered("stripe", exported)
    assert {delivery.file for delivery in found} == {path.name for path in exported.iterdir()}
    set_aside = [delivery for delivery in found if delivery.rows_quarantined]
    assert [delivery.file for delivery in set_aside] == ["subscriptions_download.json"]
    assert "the text ends too early" in set_aside[0].note
    assert {delivery.file for delivery in found if delivery.rows_repeated} == {"invoices_1_again.json"}
    stored = Counter[str]()
    for delivery in found:
        stored[delivery.resource] += delivery.rows_stored
    assert stored["invoices"] == len(world["invoices"])
    assert stored["customers"] > world["companies"]["in_billing"].sum()  # some came twice, corrected


def test_the_demo_is_the_same_for_the_same_seed(tmp_path: Path, exported: Path, world: World) -> None:
    write_exports(world, tmp_path, 3)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        path.name: path.read_bytes() for path in exported.iterdir()
    }


@pytest.mark.parametrize("object_name", OBJECTS)
def test_nothing_of_the_demo_is_set_aside(object_name: str, exported: Path, judged: Judged) -> None:
    rows, reasons = judged("stripe", object_name, exported)
    assert reasons == []
    assert len(rows) > 0


def test_the_demo_customers_hold_their_later_correction_and_their_link(
    exported: Path, judged: Judged, world: World
) -> None:
    rows = judged("stripe", "company", exported)[0].with_columns(
        pl.col("source_record_id").str.slice(4).cast(int).alias("no")
    )
    known = world["companies"].filter(pl.col("in_billing"))
    both = rows.join(known, left_on="no", right_on="company_no", suffix="_world")
    assert len(both) == len(rows) == len(known)
    assert both.filter(
        (pl.col("name") != pl.col("name_world")) & (pl.col("name") != pl.col("legal_name_world"))
    ).is_empty()
    linked = both.filter(pl.col("external_id").is_not_null())
    assert 0.5 < len(linked) / len(both.filter("in_crm")) < 0.9
    assert (linked["external_id"] == "hubspot:" + (linked["no"] + 10_000_000_000).cast(str)).all()
    domains = dict(judged("stripe", "company_domain", exported)[0].select("company_id", "domain").rows())
    for row in both.filter(pl.col("external_id").is_null() & pl.col("domain").is_not_null()).to_dicts():
        assert domains[row["source_record_id"]] == row["domain"], "else nothing links it"


def test_versions_come_back_exactly(exported: Path, judged: Judged, world: World) -> None:
    fields = ("quantity", "unit_amount", "currency", "billing_interval", "interval_count", "status", "is_metered")
    told = {
        (f"sub_{row['sub_no']:06d}", f"si_{row['item_no']:06d}", row["valid_from"], row["valid_to"])
        + tuple(row[name] for name in fields)
        for row in world["subscription_versions"].to_dicts()
    }
    rows = judged("stripe", "subscription_version", exported)[0].to_dicts()
    assert told == {
        (row["subscription_id"], row["item"], row["valid_from"], row["valid_to"]) + tuple(row[name] for name in fields)
        for row in rows
    }
    assert len(rows) == len(told)


def test_subscriptions_and_discounts_come_back_exactly(exported: Path, judged: Judged, world: World) -> None:
    times = ("trial_ends_at", "paused_at", "cancel_at", "canceled_at")
    rows = judged("stripe", "subscription", exported)[0].to_dicts()
    assert {
        (
            number(row["source_record_id"]),
            row["status"],
            row["starts_at"],
            row["ends_at"],
            number(row["replaced_by_id"]),
        )
        + tuple(row[name] for name in times)
        for row in rows
    } == {
        (
            row["sub_no"],
            row["status"],
            row["started_at"],
            row["ended_at"] or row["cancel_at"],
            row["replaced_by_sub_no"],
        )
        + tuple(row[name] for name in times)
        for row in world["subscriptions"].to_dicts()
    }
    deals = {row["opportunity_id"] for row in rows if row["opportunity_id"]}
    assert deals == {f"hubspot:{30_000_000_000 + no}" for no in world["subscriptions"]["deal_no"].drop_nulls()}
    terms = ("percent_off", "amount_off", "currency", "duration", "starts_at", "ends_at")
    discounts = judged("stripe", "subscription_discount", exported)[0].to_dicts()
    assert {(number(row["source_record_id"]), *(row[name] for name in terms)) for row in discounts} == {
        (row["discount_no"], *(row[name] for name in terms)) for row in world["subscription_discounts"].to_dicts()
    }


def test_money_comes_back_exactly(exported: Path, judged: Judged, world: World) -> None:
    fields = ("number", "paid_at", "period_start", "period_end", "currency")
    amounts = ("subtotal", "discount_amount", "tax_amount", "total", "amount_paid")
    bills = judged("stripe", "invoice", exported)[0].to_dicts()
    assert {
        (
            number(row["source_record_id"]),
            row["issued_on"],
            *(row[f] for f in fields),
            *(money(row[a]) for a in amounts),
        )
        for row in bills
    } == {
        (row["invoice_no"], row["issued_at"].date(), *(row[f] for f in fields), *(money(row[a]) for a in amounts))
        for row in world["invoices"].to_dicts()
    }
    payments = judged("stripe", "payment", exported)[0].to_dicts()
    assert {
        (
            number(row["source_record_id"]),
            number(row["invoice_id"]),
            row["paid_at"],
            money(row["amount"]),
            row["status"],
        )
        for row in payments
        if row["amount"] > 0
    } == {
        (row["payment_no"], row["invoice_no"], row["paid_at"], money(row["amount"]), row["status"])
        for row in world["payments"].to_dicts()
    }
    assert sum(row["amount"] for row in payments if row["amount"] < 0) == -world["refunds"]["amount"].sum()
    lines = judged("stripe", "invoice_line", exported)[0]
    assert lines["amount"].sum() == world["invoice_lines"]["amount"].sum()
    assert lines["discount_amount"].sum() == world["invoices"]["discount_amount"].sum()
    assert Counter(lines["revenue_type"]) == Counter(world["invoice_lines"]["revenue_type"])
    sales = judged("stripe", "sale", exported)[0].select("sold_on", "amount", "currency", "description")
    assert sorted(sales.rows()) == sorted(
        (row["sold_at"].date(), row["amount"], row["currency"], row["description"]) for row in world["sales"].to_dicts()
    )
