"""The demo world is repeatable, consistent and believable; peculiarities and truth are tested beside."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime
from decimal import Decimal

import polars as pl
import pytest

from models.demo.frames import COLUMNS, World, schema_of
from models.demo.world import AS_OF, make_world
from tests.models.world_keys import KEYS, TARGETS

LATER = {"trial_ends_at", "cancel_at", "ends_at", "due_at", "period_end", "ended_at", "valid_to"}


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


def joined(world: World, left: str, right: str, key: str) -> pl.DataFrame:
    return world[left].join(world[right], on=key, how="inner", suffix="_other")


def test_two_makes_are_equal_and_another_seed_is_another_world(world: World) -> None:
    again = make_world()
    assert world.keys() == again.keys()
    assert all(world[name].equals(again[name]) for name in world)
    assert not make_world(seed=8, companies=20)["companies"].equals(make_world(seed=9, companies=20)["companies"])


def test_another_process_makes_the_same_world() -> None:
    code = "from models.demo.world import make_world as m; [print(f.write_json()) for f in m(companies=12).values()]"
    env = os.environ | {"PYTHONHASHSEED": "1", "PYTHONIOENCODING": "utf-8"}
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env=env, encoding="utf-8")
    assert other.stdout.splitlines() == [frame.write_json() for frame in make_world(companies=12).values()]


def test_frames_have_their_columns_types_and_keys(world: World) -> None:
    assert list(world) == list(COLUMNS)
    for name, frame in world.items():
        assert dict(frame.schema) == schema_of(name)
        assert len(frame), name
        if name in KEYS:
            assert not frame.select(KEYS[name]).is_duplicated().any(), name


@pytest.mark.parametrize(
    ("seed", "companies", "months", "as_of"),
    [
        (1, 1, 1, datetime(2026, 7, 1)),
        (2, 9, 3, datetime(2024, 3, 1)),
        (3, 60, 6, datetime(2025, 10, 27, 13, 5, 9)),
        (4, 60, 60, datetime(2024, 2, 29, 23, 59, 59)),
    ],
)
def test_any_size_and_span_makes_a_consistent_world(seed: int, companies: int, months: int, as_of: datetime) -> None:
    world = make_world(seed, companies, months, as_of)
    assert len(world["companies"]) == companies
    check_references(world)
    check_instants(world, as_of)
    check_versions(world)


def test_a_world_needs_a_company_a_month_and_a_naive_instant() -> None:
    for wrong in ({"companies": 0}, {"months": 0}, {"as_of": datetime.fromisoformat("2026-07-01T00:00:00+00:00")}):
        with pytest.raises(ValueError, match="at least one company"):
            make_world(**wrong)


def test_references_instants_and_versions_hold(world: World) -> None:
    check_references(world)
    check_instants(world, AS_OF)
    check_versions(world)


def check_references(world: World) -> None:
    for name, frame in world.items():
        for column in frame.columns:
            is_own = KEYS.get(name) == (column,) and not name.startswith("truth_")
            if column.endswith("_no") and column in TARGETS and not is_own:
                target, key = TARGETS[column]
                missing = set(frame[column].drop_nulls()) - set(world[target][key])
                assert not missing, (name, column, missing)


def check_instants(world: World, as_of: datetime) -> None:
    for name, frame in world.items():
        for column, kind in frame.schema.items():
            if kind == pl.Datetime("us"):
                values = frame[column].drop_nulls()
                assert not (values.dt.microsecond() != 0).any(), (name, column)
                assert column in LATER or not (values >= as_of).any(), (name, column)


def check_versions(world: World) -> None:
    versions = world["subscription_versions"].sort("item_no", "valid_from")
    assert set(versions["sub_no"]) == set(world["subscriptions"]["sub_no"])
    after = pl.col("valid_from").shift(-1).over("item_no")
    assert versions.filter(pl.col("valid_to") <= pl.col("valid_from")).is_empty()
    assert versions.filter(
        after.is_not_null() & (pl.col("valid_to").is_null() | (pl.col("valid_to") > after))
    ).is_empty()
    ends = versions.join(world["subscriptions"], on="sub_no", suffix="_sub")
    assert ends.filter(
        pl.col("ended_at").is_not_null() & (pl.col("valid_to").fill_null(datetime.max) > pl.col("ended_at"))
    ).is_empty()
    assert ends.filter(pl.col("valid_from") < pl.col("started_at")).is_empty()
    assert ends.filter(pl.col("currency") != pl.col("currency_sub")).is_empty()
    prices = versions.join(world["prices"], on="price_no", suffix="_price")
    for column in ("unit_amount", "currency", "billing_interval", "interval_count"):
        assert (prices[column] == prices[f"{column}_price"]).all(), column
    periods = versions.filter(~pl.col("is_metered")).group_by("sub_no", "valid_from")
    assert (periods.agg(pl.col("billing_interval").n_unique())["billing_interval"] == 1).all()


def test_each_record_belongs_to_the_company_that_its_parent_belongs_to(world: World) -> None:
    for left, right, key in (
        ("subscriptions", "deals", "deal_no"),
        ("invoices", "subscriptions", "sub_no"),
        ("payments", "invoices", "invoice_no"),
        ("credit_notes", "invoices", "invoice_no"),
        ("sales", "invoices", "invoice_no"),
        ("nps_responses", "contacts", "contact_no"),
    ):
        both = joined(world, left, right, key)
        assert len(both)
        assert (both["company_no"] == both["company_no_other"]).all(), (left, right)


def test_systems_hold_only_what_they_know(world: World) -> None:
    known = {
        name: set(world["companies"].filter(f"in_{name}")["company_no"]) for name in ("crm", "billing", "helpdesk")
    }
    assert set(world["deals"]["company_no"]) <= known["crm"]
    assert set(world["contacts"].filter("in_crm")["company_no"]) <= known["crm"]
    assert set(world["subscriptions"]["company_no"]) == known["billing"]
    assert set(world["invoices"]["company_no"]) <= known["billing"]
    assert set(world["tickets"]["company_no"].drop_nulls()) <= known["helpdesk"]
    people = {
        name: set(world["contacts"].filter(f"in_{name}")["contact_no"])
        for name in ("crm", "helpdesk", "mail", "survey")
    }
    assert set(world["deal_contacts"]["contact_no"]) <= people["crm"]
    assert set(world["tickets"]["requester_no"]) <= people["helpdesk"]
    assert set(world["mail_recipients"]["contact_no"].drop_nulls()) <= people["mail"]
    assert set(world["nps_responses"]["contact_no"]) <= people["survey"]
    assert set(world["contacts"]["contact_no"]) == set.union(*people.values())


def test_won_deals_are_named_by_a_subscription_exactly_where_billing_knows_the_company(world: World) -> None:
    won = world["deals"].filter(pl.col("status") == "won").join(world["companies"], on="company_no")
    named = won["deal_no"].is_in(world["subscriptions"]["deal_no"].drop_nulls().implode())
    assert (named == won["in_billing"]).all()


def test_invoices_add_up(world: World) -> None:
    lines = world["invoice_lines"].group_by("invoice_no").agg(pl.col("amount").sum().alias("lines"))
    paid = world["payments"].filter(pl.col("status") == "succeeded").group_by("invoice_no").agg(pl.col("amount").sum())
    invoices = world["invoices"].join(lines, on="invoice_no").join(paid, on="invoice_no", how="left")
    assert len(invoices) == len(world["invoices"])
    for row in invoices.to_dicts():
        assert row["subtotal"] == row["lines"]
        assert row["total"] == row["subtotal"] - row["discount_amount"] + row["tax_amount"]
        assert row["amount_paid"] == (row["amount"] or 0)
        assert (row["status"] == "paid") == (row["paid_at"] is not None)
        assert row["status"] != "paid" or row["amount_paid"] == max(row["total"], Decimal(0))
    refunds = joined(world, "refunds", "payments", "payment_no")
    assert (refunds["amount"] <= refunds["amount_other"]).all()
    assert (refunds["status"] == "succeeded").all()


def test_monthly_bills_of_undiscounted_unchanged_subscriptions_equal_their_revenue(world: World) -> None:
    versions = world["subscription_versions"]
    simple = versions.group_by("sub_no").agg(
        pl.len(), pl.first("status"), pl.first("billing_interval"), pl.first("interval_count")
    )
    simple = simple.filter(
        (pl.col("len") == 1) & (pl.col("status") == "active") & (pl.col("billing_interval") == "month")
    )
    simple = simple.join(world["subscription_discounts"], on="sub_no", how="anti")
    wrong = world["truth_leak"].filter("is_planted")
    honest = world["invoices"].join(wrong, on="invoice_no", how="anti")
    bills = honest.join(simple, on="sub_no").join(versions, on="sub_no", suffix="_version")
    assert len(bills) > 100
    assert (bills["subtotal"] == bills["unit_amount"] * bills["quantity"]).all()


def test_the_last_status_event_is_the_tickets_status_and_comments_start_with_the_description(world: World) -> None:
    events = world["ticket_events"].filter(pl.col("field_name") == "status").sort("occurred_at", "event_no")
    chained = pl.col("new_value").shift(1).over("ticket_no")
    assert events.filter(chained.is_not_null() & (chained != pl.col("old_value"))).is_empty()
    last = events.group_by("ticket_no").agg(pl.last("new_value"))
    both = world["tickets"].join(last, on="ticket_no")
    assert (both["status"] == both["new_value"]).all()
    assert len(both) == len(world["tickets"])
    first = (
        world["ticket_comments"].sort("comment_no").group_by("ticket_no").agg(pl.first("body"), pl.first("created_at"))
    )
    opened = world["tickets"].join(first, on="ticket_no")
    assert (opened["body"] == opened["description"]).all()
    assert (opened["created_at"] == opened["opened_at"]).all()


def test_stages_lead_to_the_deals_stage(world: World) -> None:
    last = (
        world["deal_stages"]
        .group_by("deal_no", maintain_order=True)
        .agg(pl.last("stage").alias("end"), pl.col("entered_at"))
    )
    both = world["deals"].join(last, on="deal_no")
    assert len(both) == len(world["deals"])
    assert (both["stage"] == both["end"]).all()
    assert all(moments == sorted(moments) for moments in both["entered_at"].to_list())
    assert ((both["closed_at"].is_null()) == (both["status"] == "open")).all()


def test_domains_are_invented_and_addresses_unique(world: World) -> None:
    companies, contacts = world["companies"], world["contacts"]
    domains = companies["domain"].drop_nulls().to_list() + companies["second_domain"].drop_nulls().to_list()
    assert len(domains) == len(set(domains))
    assert all(domain.endswith(".example") for domain in domains)
    emails = contacts["email"].str.to_lowercase()
    assert emails.n_unique() == len(emails)
    assert (emails.str.ends_with(".example") != contacts["is_free_mail"]).all()
    assert emails.str.contains(r"^[a-z0-9.\-]+@[a-z0-9.\-]+$").all()


def test_about_two_thirds_are_or_were_customers_and_most_are_content(world: World) -> None:
    companies = world["companies"]
    customers = companies.filter(pl.col("lifecycle_phase") != "lead")
    assert 180 <= len(customers) <= 215
    assert companies.filter(pl.col("lifecycle_phase") == "former customer").height >= 20
    scores = companies["csm_score"].drop_nulls()
    assert (scores >= 4).sum() > (scores <= 3).sum()
    assert (scores <= 3).sum() >= 8
    down = world["truth_decline"].filter(~pl.col("is_recovered"), pl.col("lost_on").is_null())
    sad = companies.join(down, on="company_no", how="semi")["csm_score"].drop_nulls()
    glad = companies.join(down, on="company_no", how="anti")["csm_score"].drop_nulls()
    assert len(sad) > 15
    assert sad.sum() / len(sad) < glad.sum() / len(glad) - 0.4
