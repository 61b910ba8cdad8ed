"""Stripe's demo: the exports have their faults, lose nothing, and what the world holds comes back exactly."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from connectors.stripe.demo import write_exports
from models.demo.frames import World
from models.demo.world import make_world
from pipelines.home import ROOT
from tests.connectors.conftest import Delivered, Judged

OBJECTS = sorted(path.stem for path in (ROOT / "connectors" / "stripe").glob("*.sql"))


@pytest.fixture(scope="session")
def whole() -> World:
    return make_world(seed=3, companies=60, months=24, as_of=datetime(2026, 7, 1))


@pytest.fixture(scope="session")
def world(whole: World) -> World:
    """What is to be billed here: everything but what belongs to companies that another system bills."""
    elsewhere = set(whole["companies"].filter(pl.col("billing") == "chargebee")["company_no"])
    gone = {
        key: set(whole[frame].filter(pl.col("company_no").is_in(elsewhere))[key])
        for key, frame in (("company_no", "companies"), ("sub_no", "subscriptions"), ("invoice_no", "invoices"))
    }
    assert gone["invoice_no"]
    gone["payment_no"] = set(whole["payments"].filter(pl.col("invoice_no").is_in(gone["invoice_no"]))["payment_no"])
    found = dict(whole)
    for key, numbers in gone.items():
        for name, frame in found.items():
            if key in frame.columns:
                found[name] = frame.filter(~pl.col(key).is_in(numbers).fill_null(False))
    return found


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory, whole: World) -> Path:
    folder = tmp_path_factory.mktemp("stripe_demo") / "inbox"
    write_exports(whole, folder, 3)
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
    assert set_aside[0].note.startswith("not valid JSON at line 1")
    assert {delivery.file for delivery in found if delivery.rows_repeated} == {"invoices_1_again.json"}
    stored = Counter[str]()
    for delivery in found:
        stored[delivery.resource] += delivery.rows_stored
    assert stored["invoices"] == len(world["invoices"])
    assert stored["customers"] > world["companies"]["in_billing"].sum()  # some came twice, corrected


def test_the_demo_is_the_same_for_the_same_seed(tmp_path: Path, exported: Path, whole: World) -> None:
    write_exports(whole, tmp_path, 3)
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
    fields = (
        *("valid_from", "valid_to", "quantity", "unit_amount", "currency"),
        *("billing_interval", "interval_count", "status", "is_metered"),
    )
    told = {
        (f"sub_{row['sub_no']:06d}", f"si_{row['item_no']:06d}", *(row[name] for name in fields))
        for row in world["subscription_versions"].to_dicts()
    }
    rows = judged("stripe", "subscription_version", exported)[0].to_dicts()
    assert told == {(row["subscription_id"], row["item"], *(row[name] for name in fields)) for row in rows}
    assert len(rows) == len(told)


def test_subscriptions_and_discounts_come_back_exactly(exported: Path, judged: Judged, world: World) -> None:
    same = ("status", "trial_ends_at", "paused_at", "cancel_at", "canceled_at")
    rows = judged("stripe", "subscription", exported)[0].to_dicts()
    assert {
        (number(row["source_record_id"]), row["starts_at"], row["ends_at"], number(row["replaced_by_id"]))
        for row in rows
    } == {
        (row["sub_no"], row["started_at"], row["ended_at"] or row["cancel_at"], row["replaced_by_sub_no"])
        for row in world["subscriptions"].to_dicts()
    }
    assert {(number(row["source_record_id"]), *(row[name] for name in same)) for row in rows} == {
        (row["sub_no"], *(row[name] for name in same)) for row in world["subscriptions"].to_dicts()
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
