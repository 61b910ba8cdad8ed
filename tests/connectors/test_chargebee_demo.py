"""Chargebee's demo: the exports have their faults, lose nothing, and what the world holds comes back exactly."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from connectors.chargebee.demo import write_exports
from models.demo.frames import World
from models.demo.world import make_world
from pipelines.home import ROOT
from tests.connectors.conftest import Delivered, Judged

ALL = sorted(path.stem for path in (ROOT / "connectors" / "chargebee").glob("*.sql"))
WITHOUT = {"contract", "sale"}
"""The demo's contracts are the CRM's, its sales the accounting's."""


@pytest.fixture(scope="session")
def world() -> World:
    return make_world(seed=3, companies=150, months=24, as_of=datetime(2026, 7, 1))


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory, world: World) -> Path:
    folder = tmp_path_factory.mktemp("chargebee_demo") / "inbox"
    write_exports(world, folder, 3)
    return folder


def own(world: World, name: str) -> list[dict[str, object]]:
    """The world's rows that are Chargebee's."""
    companies = world["companies"].filter(pl.col("billing") == "chargebee").select("company_no")
    subs = world["subscriptions"].join(companies, on="company_no", how="semi").select("sub_no")
    if name in ("companies", "subscriptions"):
        return world[name].join(companies, on="company_no", how="semi").to_dicts()
    bills = world["invoices"].join(subs, on="sub_no", how="semi").select("invoice_no")
    key, ids = ("sub_no", subs) if name.startswith("subscription") else ("invoice_no", bills)
    return world[name].join(ids, on=key, how="semi").to_dicts()


def money(value: Decimal | None) -> Decimal:
    return Decimal(0) if value is None else value.normalize()


def number(record_id: str | None) -> int | None:
    """The world's number in a record id such as `cbsub_000012`."""
    return None if record_id is None else int(record_id.split("_")[-1])


def test_the_demo_has_faults_and_loses_nothing(delivered: Delivered, exported: Path, world: World) -> None:
    found = delivered("chargebee", exported)
    assert {delivery.file for delivery in found} == {path.name for path in exported.iterdir()}
    set_aside = [delivery for delivery in found if delivery.rows_quarantined]
    assert [delivery.file for delivery in set_aside] == ["subscriptions_download.json"]
    assert {delivery.file for delivery in found if delivery.rows_repeated} == {"invoices_1_again.json"}
    stored = Counter[str]()
    for delivery in found:
        stored[delivery.resource] += delivery.rows_stored
    assert stored["invoices"] == len(own(world, "invoices"))
    assert stored["customers"] > len(own(world, "companies"))  # some came twice, corrected


def test_the_demo_is_the_same_for_the_same_seed(tmp_path: Path, exported: Path, world: World) -> None:
    write_exports(world, tmp_path, 3)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        path.name: path.read_bytes() for path in exported.iterdir()
    }


@pytest.mark.parametrize("object_name", ALL)
def test_nothing_of_the_demo_is_set_aside(object_name: str, exported: Path, judged: Judged) -> None:
    rows, reasons = judged("chargebee", object_name, exported)
    assert reasons == []
    assert (len(rows) > 0) == (object_name not in WITHOUT)


def test_customers_hold_their_later_correction_and_their_link(exported: Path, judged: Judged, world: World) -> None:
    rows = {number(row["source_record_id"]): row for row in judged("chargebee", "company", exported)[0].to_dicts()}
    known = {row["company_no"]: row for row in own(world, "companies")}
    assert rows.keys() == known.keys()
    domains = dict(judged("chargebee", "company_domain", exported)[0].select("company_id", "domain").rows())
    for no, row in rows.items():
        company = known[no]
        assert row["name"] in (company["name"], company["legal_name"])
        links = {"hubspot": f"hubspot:{10_000_000_000 + no}", "salesforce": f"salesforce:001LU{no:013d}"}
        assert row["external_id"] in (None, links.get(str(company["crm"])))
        if row["external_id"] is None:
            assert domains[row["source_record_id"]] == company["domain"], "else nothing links it"


def test_versions_come_back_exactly(exported: Path, judged: Judged, world: World) -> None:
    fields = ("valid_from", "valid_to", "quantity", "unit_amount", "currency", "billing_interval", "interval_count")
    counted = ("active", "past_due")

    def joined(rows: list[dict[str, object]], key: str, item: str) -> list[tuple[object, ...]]:
        """Stretches that count, those that differ in status alone made one: what a subscription owes changes none."""
        made: list[dict[str, object]] = []
        for row in sorted(rows, key=lambda row: (row[key], row[item], row["valid_from"])):  # type: ignore[type-var]
            same = made and all(made[-1][name] == row[name] for name in (key, item, *fields[2:]))
            if same and made[-1]["valid_to"] == row["valid_from"]:
                made[-1] = made[-1] | {"valid_to": row["valid_to"]}
            else:
                made.append(dict(row))
        return sorted(((row[key], *(row[name] for name in fields)) for row in made), key=str)

    told = [row for row in own(world, "subscription_versions") if row["status"] in counted and not row["is_metered"]]
    rows = judged("chargebee", "subscription_version", exported)[0].to_dicts()
    given = [
        row | {"subscription_id": number(row["subscription_id"])}
        for row in rows
        if row["status"] in counted and not row["is_metered"]
    ]
    assert joined(given, "subscription_id", "item") == joined(told, "sub_no", "price_no")


def test_subscriptions_and_discounts_come_back_exactly(exported: Path, judged: Judged, world: World) -> None:
    rows = judged("chargebee", "subscription", exported)[0].to_dicts()
    subs = own(world, "subscriptions")
    whole = {row["sub_no"] for row in subs if not str(row["status"]).startswith("incomplete")}
    assert {
        (number(row["source_record_id"]), row["starts_at"], row["ends_at"], number(row["replaced_by_id"]))
        for row in rows
        if number(row["source_record_id"]) in whole
    } == {
        (row["sub_no"], row["started_at"], row["ended_at"] or row["cancel_at"], row["replaced_by_sub_no"])
        for row in subs
        if row["sub_no"] in whole
    }
    terms = ("percent_off", "amount_off", "duration", "starts_at", "ends_at")
    found = judged("chargebee", "subscription_discount", exported)[0].to_dicts()
    assert Counter((number(row["subscription_id"]), *(row[name] for name in terms)) for row in found) == Counter(
        (row["sub_no"], *(row[name] for name in terms)) for row in own(world, "subscription_discounts")
    )


def test_money_comes_back_exactly(exported: Path, judged: Judged, world: World) -> None:
    fields = ("paid_at", "period_start", "period_end", "currency")
    amounts = ("subtotal", "discount_amount", "tax_amount", "total", "amount_paid")
    bills = judged("chargebee", "invoice", exported)[0].to_dicts()
    assert {
        (row["number"], row["issued_on"], *(row[f] for f in fields), *(money(row[a]) for a in amounts)) for row in bills
    } == {
        (row["number"], row["issued_at"].date(), *(row[f] for f in fields), *(money(row[a]) for a in amounts))  # type: ignore
        for row in own(world, "invoices")
    }
    payments = judged("chargebee", "payment", exported)[0].to_dicts()
    numbers = {row["invoice_no"]: row["number"] for row in own(world, "invoices")}
    assert {
        (number(row["source_record_id"]), row["invoice_id"], row["paid_at"], money(row["amount"]), row["status"])
        for row in payments
        if row["amount"] > 0
    } == {
        (row["payment_no"], numbers[row["invoice_no"]], row["paid_at"], money(row["amount"]), row["status"])  # type: ignore
        for row in own(world, "payments")
    }
    lines = judged("chargebee", "invoice_line", exported)[0]
    told = own(world, "invoice_lines")
    assert lines["amount"].sum() == sum(row["amount"] for row in told)  # type: ignore[misc]
    assert lines["discount_amount"].sum() == sum(row["discount_amount"] for row in own(world, "invoices"))  # type: ignore
    assert Counter(lines["revenue_type"]) == Counter(row["revenue_type"] for row in told)
    assert Counter(lines["is_proration"]) == Counter(row["is_proration"] for row in told)
    notes = judged("chargebee", "credit_note", exported)[0].select("number", "amount")
    assert Counter(notes.rows()) == Counter((row["number"], row["amount"]) for row in own(world, "credit_notes"))
