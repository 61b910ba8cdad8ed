"""Rows of all sources become the standard objects: references followed, one row per merged thing, nothing dangling."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines.home import Home
from pipelines.rooms import MERGED, Table
from pipelines.schemas import columns_of, schema_of
from pipelines.sync import raw
from pipelines.tables import objects
from pipelines.tables.build import prepare
from pipelines.warehouse import Connection

LOADED = datetime(2026, 7, 1)
SOME = {"VARCHAR": "EUR", "TIMESTAMP": LOADED, "DECIMAL(18,4)": 1}


@pytest.fixture
def con(warehouse: Connection, home: Home) -> Connection:
    """A warehouse with the ledger, the policies, one delivered file, and links that know nobody yet."""
    raw.prepare(warehouse)
    prepare(warehouse, home, LOADED)
    warehouse.execute("create schema identity").fetchall()
    warehouse.execute(
        "insert into meta.delivery values ('hubspot', 'contacts.csv', 'contacts', 'abc', 9, 9, 0, 0, "
        "timestamp '2026-07-01', null, null, 'v', 1)"
    ).fetchall()
    for name in MERGED:
        link(warehouse, name, {})
    return warehouse


def link(con: Connection, name: str, golden: dict[str, str | None]) -> None:
    """Say which source key belongs to which golden id."""
    con.execute(
        f"create or replace table identity.{name}_link (source_key varchar, {name}_id varchar, rule varchar)"
    ).fetchall()
    for source_key, target in golden.items():
        con.execute(f"insert into identity.{name}_link values (?, ?, 'test')", [source_key, target]).fetchall()


def stage(con: Connection, source: str, name: str, rows: list[dict[str, Any]]) -> str:
    """Make a source's staging table of an object from the fields given; other required fields get some value."""
    schema = schema_of(f"objects.{name}")
    assert schema is not None
    table = f"staging_{source}.{name}"
    fields = [c for c in columns_of(schema) if c.name not in (f"{name}_id", "derived_by")]
    listed = ", ".join(f'"{column.name}" {column.sql_type}' for column in fields)
    con.execute(f"create schema if not exists staging_{source}").fetchall()
    con.execute(f"create or replace table {table} ({listed}, _row_id varchar)").fetchall()
    filled: dict[str, Any] = {column.name: SOME[column.sql_type] for column in fields if not column.nullable}
    for number, row in enumerate(rows):
        values = {**filled, "source_system": source, "_row_id": f"abc:{number + 2}", **row}
        con.execute(
            f"insert into {table} ({', '.join(values)}) values ({', '.join('?' * len(values))})", list(values.values())
        ).fetchall()
    return table


def build(con: Connection, name: str, *staged: str) -> list[dict[str, Any]]:
    table = Table(f"objects.{name}", "objects", frozenset(staged), Path("x.py"), sql="select * from sourced")
    rows = objects.build(con, table)
    found = con.sql(f"select * from objects.{name} order by 1").pl().to_dicts()
    assert len(found) == rows
    return found


def set_aside(con: Connection, table: str) -> list[tuple[Any, ...]]:
    return con.execute(f"select file, line, stage, reason from quarantine.{table} order by line, reason").fetchall()


def test_a_plain_object_is_named_for_its_source(con: Connection) -> None:
    rows = [{"source_record_id": "p1", "name": "Plan"}]
    (product,) = build(con, "product", stage(con, "stripe", "product", rows))
    assert (product["product_id"], product["source_system"], product["derived_by"]) == ("stripe:p1", "stripe", None)
    assert product["loaded_at"] == LOADED


def test_references_are_followed_by_own_id_foreign_id_and_address(con: Connection) -> None:
    link(con, "contact", {"hubspot:7": "hubspot:7", "zendesk:u1": "hubspot:7", "email:ada@acme.example": "hubspot:7"})
    link(con, "company", {"zendesk:o1": "hubspot:1", "hubspot:1": "hubspot:1"})
    link(con, "team_member", {"zendesk:a1": "hubspot:90", "email:eva@lumenly.example": "hubspot:90"})
    tickets = [
        {"source_record_id": "1", "requester_id": "u1", "company_id": "o1", "assignee_id": "a1"},
        {"source_record_id": "2", "requester_id": "hubspot:7", "company_id": "hubspot:1"},
        {"source_record_id": "3", "requester_id": "Ada@ACME.example ", "assignee_id": "eva@lumenly.example"},
        {"source_record_id": "4", "requester_id": "u9", "company_id": "hubspot:99", "assignee_id": "x@y.example"},
        {"source_record_id": "5"},
    ]
    found = build(con, "ticket", stage(con, "zendesk", "ticket", tickets))
    assert [(row["requester_id"], row["company_id"], row["assignee_id"]) for row in found] == [
        ("hubspot:7", "hubspot:1", "hubspot:90"),
        ("hubspot:7", "hubspot:1", None),
        ("hubspot:7", None, "hubspot:90"),
        (None, None, None),
        (None, None, None),
    ]


def test_references_to_plain_objects_carry_their_source(con: Connection) -> None:
    link(con, "company", {"stripe:c1": "stripe:c1"})
    rows = [
        {"source_record_id": "i1", "company_id": "c1", "subscription_id": "s1"},
        {"source_record_id": "i2", "company_id": "c1", "subscription_id": "hubspot:s1"},
        {"source_record_id": "i3", "company_id": "c1"},
    ]
    found = build(con, "invoice", stage(con, "stripe", "invoice", rows))
    assert [row["subscription_id"] for row in found] == ["stripe:s1", "hubspot:s1", None]


def test_a_records_own_id_may_be_an_address(con: Connection) -> None:
    """Two people share info@, so the address names nobody; yet the mailbox that calls itself so is one of them."""
    link(con, "contact", {"mail:info@acme.example": "mail:info@acme.example", "hubspot:7": "hubspot:7"})
    rows = [
        {"source_record_id": "info", "contact_id": "info@acme.example", "address": "info@acme.example"},
        {"source_record_id": "7", "contact_id": "hubspot:7", "address": "info@acme.example"},
    ]
    found = build(con, "contact_email", stage(con, "mail", "contact_email", rows))
    assert [row["contact_id"] for row in found] == ["hubspot:7", "mail:info@acme.example"]
    assert set_aside(con, "mail__contact_email") == []


def test_a_row_whose_company_or_person_never_came_is_set_aside(con: Connection) -> None:
    link(con, "contact", {"hubspot:1": "hubspot:1"})
    link(con, "company", {"hubspot:1": "hubspot:1"})
    rows = [
        {"source_record_id": "1", "contact_id": "1", "company_id": "1"},
        {"source_record_id": "2", "contact_id": "9", "company_id": "1"},
        {"source_record_id": "3", "contact_id": "8", "company_id": "stripe:7"},
    ]
    table = stage(con, "hubspot", "job_role", rows)
    found = build(con, "job_role", table)
    assert [row["job_role_id"] for row in found] == ["hubspot:1"]
    told = [
        ("contacts.csv", 3, "reference", 'contact_id: "9" is no contact that was delivered'),
        ("contacts.csv", 4, "reference", 'company_id: "stripe:7" is no company that was delivered'),
        ("contacts.csv", 4, "reference", 'contact_id: "8" is no contact that was delivered'),
    ]
    assert set_aside(con, "hubspot__job_role") == told
    link(con, "contact", {"hubspot:1": "hubspot:1", "hubspot:9": "hubspot:9"})
    assert len(build(con, "job_role", table)) == 2
    assert set_aside(con, "hubspot__job_role") == told[1:], "it came back, and nothing is told twice"


def test_what_hangs_on_a_team_member_is_no_contacts(con: Connection) -> None:
    link(con, "contact", {"zendesk:a1": None, "zendesk:u1": "zendesk:u1"})
    staged = stage(
        con,
        "zendesk",
        "contact",
        [{"source_record_id": "a1", "name": "Eva"}, {"source_record_id": "u1", "name": "Ada"}],
    )
    emails = stage(
        con,
        "zendesk",
        "contact_email",
        [
            {"source_record_id": "e1", "contact_id": "a1", "address": "eva@lumenly.example"},
            {"source_record_id": "e2", "contact_id": "u1", "address": "ada@acme.example"},
        ],
    )
    assert [row["name"] for row in build(con, "contact", staged)] == ["Ada"]
    assert [row["address"] for row in build(con, "contact_email", emails)] == ["ada@acme.example"]
    assert set_aside(con, "zendesk__contact_email") == [], "that is no mistake of the source"


def test_each_field_is_the_most_trusted_sources_then_the_newest_rows(con: Connection) -> None:
    golden = dict.fromkeys(("hubspot:1", "hubspot:2", "stripe:c1"), "hubspot:1")
    link(con, "company", golden)
    day = datetime(2026, 1, 1)
    hubspot = stage(
        con,
        "hubspot",
        "company",
        [
            {"source_record_id": "1", "name": "Old", "city": "Cork", "updated_at": day, "created_at": day},
            {"source_record_id": "2", "name": "New", "updated_at": day.replace(day=2), "custom": '{"a": 1}'},
        ],
    )
    stripe = stage(
        con,
        "stripe",
        "company",
        [
            {
                "source_record_id": "c1",
                "name": "Billing name",
                "country": "IE",
                "annual_revenue": Decimal("5.5"),
                "created_at": day.replace(year=2020),
                "updated_at": day.replace(month=9),
                "loaded_at": LOADED.replace(day=9),
                "custom": '{"b": 2}',
            }
        ],
    )
    (company,) = build(con, "company", hubspot, stripe)
    assert company["company_id"] == "hubspot:1"
    assert (company["name"], company["city"], company["country"]) == ("New", "Cork", "IE")
    assert company["annual_revenue"] == Decimal("5.5")
    assert (company["source_system"], company["source_record_id"]) == ("hubspot", "2")
    assert company["created_at"] == day.replace(year=2020)
    assert company["updated_at"] == day.replace(month=9)
    assert company["loaded_at"] == LOADED.replace(day=9)
    assert json.loads(company["custom"]) == {"hubspot": {"a": 1}, "stripe": {"b": 2}}


def test_a_merged_thing_is_deleted_only_when_every_source_has_deleted_it(con: Connection) -> None:
    link(con, "company", {"hubspot:1": "hubspot:1", "hubspot:2": "hubspot:1", "stripe:c1": "hubspot:1"})
    gone = datetime(2026, 2, 1)
    hubspot = stage(
        con,
        "hubspot",
        "company",
        [
            {"source_record_id": "1", "name": "Gone", "source_deleted_at": gone, "updated_at": gone},
            {"source_record_id": "2", "name": "Kept"},
        ],
    )
    live = {"source_record_id": "c1", "name": "Billing"}
    (company,) = build(con, "company", hubspot, stage(con, "stripe", "company", [live]))
    assert company["source_deleted_at"] is None
    assert company["name"] == "Kept", "a row that is still there is believed before a deleted one"
    stripe = stage(con, "stripe", "company", [{**live, "source_deleted_at": gone.replace(month=5)}])
    con.execute("update staging_hubspot.company set source_deleted_at = ?", [gone]).fetchall()
    (company,) = build(con, "company", hubspot, stripe)
    assert company["source_deleted_at"] == gone.replace(month=5)


def test_an_object_that_no_source_gives_is_empty_with_all_its_columns(con: Connection) -> None:
    assert build(con, "contract") == []
    described = {row[0]: row[1] for row in con.execute("describe objects.contract").fetchall()}
    schema = schema_of("objects.contract")
    assert schema is not None
    assert described == {column.name: column.sql_type for column in columns_of(schema)}
