"""QuickBooks' demo: the exports have their faults, lose nothing, and what the world holds comes back exactly."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from connectors.quickbooks.demo import write_exports
from connectors.quickbooks.demo_shapes import INVOICE, PAYMENT
from models.demo.frames import World
from models.demo.world import make_world
from pipelines.home import ROOT
from tests.connectors.conftest import Delivered, Judged

ALL = sorted(path.stem for path in (ROOT / "connectors" / "quickbooks").glob("*.sql"))


@pytest.fixture(scope="session")
def world() -> World:
    return make_world(seed=3, companies=120, months=24, as_of=datetime(2026, 7, 1))


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory, world: World) -> Path:
    folder = tmp_path_factory.mktemp("quickbooks_demo") / "inbox"
    write_exports(world, folder, 7)
    return folder


def own(world: World, name: str) -> list[dict[str, object]]:
    """The world's rows that are the accounting's."""
    companies = world["companies"].filter(pl.col("billing") == "chargebee").select("company_no")
    bills = world["invoices"].join(companies, on="company_no", how="semi").filter(pl.col("sub_no").is_null())
    if name == "companies":
        here = world["company_spellings"].filter(pl.col("system") == "quickbooks")
        return here.join(bills.select("company_no"), on="company_no", how="semi").to_dicts()
    sent = bills.filter(pl.col("status") != "draft").select("invoice_no")
    return world[name].join(sent, on="invoice_no", how="semi").to_dicts()


def test_the_demo_has_faults_and_loses_nothing(delivered: Delivered, exported: Path, world: World) -> None:
    found = delivered("quickbooks", exported)
    assert {delivery.file for delivery in found} == {path.name for path in exported.iterdir()}
    assert [delivery.file for delivery in found if delivery.rows_quarantined] == []
    assert "query_Invoice_1_again.json" in {delivery.file for delivery in found if delivery.rows_repeated}
    stored = Counter[str]()
    for delivery in found:
        stored[delivery.resource] += delivery.rows_stored
    assert stored["invoices"] == len(own(world, "invoices")) > 0
    known = len(own(world, "companies"))
    assert known <= stored["customers"] <= known + 1, "one is told again by the change feed"


def test_the_demo_is_the_same_for_the_same_seed(tmp_path: Path, exported: Path, world: World) -> None:
    write_exports(world, tmp_path, 7)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        path.name: path.read_bytes() for path in exported.iterdir()
    }


@pytest.mark.parametrize("object_name", ALL)
def test_nothing_of_the_demo_is_set_aside(object_name: str, exported: Path, judged: Judged) -> None:
    assert judged("quickbooks", object_name, exported)[1] == []


def test_customers_can_be_told(exported: Path, judged: Judged, world: World) -> None:
    rows = {row["source_record_id"]: row for row in judged("quickbooks", "company", exported)[0].to_dicts()}
    known = {str(1000 + row["company_no"]): row for row in own(world, "companies")}  # type: ignore[operator]
    assert rows.keys() == known.keys()
    domains = dict(judged("quickbooks", "company_domain", exported)[0].select("company_id", "domain").rows())
    for record_id, row in rows.items():
        assert row["name"] == known[record_id]["name"]
        link = f"chargebee:cb_{known[record_id]['company_no']:06d}"
        place = [known[record_id][name] for name in ("address", "postal_code", "city")]
        assert [row[name] for name in ("address", "postal_code", "city")] == place
        assert row["external_id"] == (link if known[record_id]["is_linked"] else None)
        assert domains.get(record_id) == known[record_id]["domain"]


def test_money_comes_back_exactly(exported: Path, judged: Judged, world: World) -> None:
    bills = [row for row in own(world, "invoices") if row["status"] != "void"]
    days = {"issued_on": "issued_at", "due_on": "due_at"}
    bills = [row | {day: row[at].date() for day, at in days.items()} for row in bills]  # type: ignore[attr-defined]
    same = ("number", "issued_on", "due_on", "currency")
    amounts = ("subtotal", "discount_amount", "tax_amount", "total", "amount_paid")
    rows = judged("quickbooks", "invoice", exported)[0].filter(pl.col("status") != "void").to_dicts()
    assert {(int(row["source_record_id"]) - INVOICE, *(row[name] for name in (*same, *amounts))) for row in rows} == {
        (row["invoice_no"], *(row[name] for name in (*same, *amounts))) for row in bills
    }
    sales = judged("quickbooks", "sale", exported)[0].select("sold_on", "amount", "currency", "description")
    sold = {row["invoice_no"] for row in bills}
    assert sorted(sales.rows()) == sorted(
        (row["sold_at"].date(), row["amount"], row["currency"], row["description"])  # type: ignore[attr-defined]
        for row in own(world, "sales")
        if row["invoice_no"] in sold
    )
    paid = [row for row in own(world, "payments") if row["status"] == "succeeded"]
    payments = judged("quickbooks", "payment", exported)[0].filter(pl.col("amount") > 0).to_dicts()
    assert {
        (int(row["source_record_id"].split(":")[0]) - PAYMENT, int(row["invoice_id"]) - INVOICE, row["amount"])
        for row in payments
    } == {(row["payment_no"], row["invoice_no"], row["amount"]) for row in paid}
    lines = judged("quickbooks", "invoice_line", exported)[0]
    assert lines["amount"].sum() == sum((row["subtotal"] for row in bills), Decimal(0))  # type: ignore[misc]
