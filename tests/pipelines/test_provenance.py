"""Who said every golden value, what the others say, and that nothing stands anywhere that nobody said."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.rooms import MERGED, Table, catalogue, invariants
from pipelines.tables import build, checks, objects, provenance
from pipelines.warehouse import Connection
from tests.pipelines.test_objects import con as con
from tests.pipelines.test_objects import link, stage

DAY = datetime(2026, 1, 5)
HUBSPOT = [
    {"source_record_id": "1", "name": "Harbour & Finch", "city": " ", "owner_id": "90", "updated_at": DAY},
    {"source_record_id": "2", "name": "Alone", "external_id": "stripe:x", "annual_revenue": 5.5, "created_at": DAY},
]
STRIPE = [
    {
        "source_record_id": "c1",
        "name": "HARBOUR &  FINCH",
        "city": "Cork",
        "created_at": DAY,
        "parent_company_id": "c2",
    },
    {"source_record_id": "c2", "name": "Harbour Ltd", "city": "Dublin", "created_at": DAY.replace(year=2020)},
]


@pytest.fixture
def told(con: Connection) -> Connection:
    """Two companies of four records of two sources, their objects and provenance."""
    link(con, "company", {"hubspot:1": "h1", "stripe:c1": "h1", "stripe:c2": "h1", "hubspot:2": "h2"})
    link(con, "team_member", {"hubspot:90": "m"})
    staged = {stage(con, "hubspot", "company", HUBSPOT), stage(con, "stripe", "company", STRIPE)}
    staged |= {stage(con, "hubspot", "team_member", [{"source_record_id": "90", "name": "Eva"}])}
    make(con, staged)
    return con


def make(con: Connection, staged: set[str]) -> None:
    for name in MERGED:
        own = frozenset(table for table in staged if table.endswith(f".{name}"))
        objects.build_sourced(con, Table(f"sourced.{name}", "sourced", own, Path("x.py")))
        reads = frozenset({f"sourced.{name}"})
        objects.build(con, Table(f"objects.{name}", "objects", reads, Path("x.py"), sql="select * from sourced"))
        con.execute("create schema if not exists staging").fetchall()
        rows = " union all ".join(f"select * from {table}" for table in sorted(own)) or objects.no_rows(name)
        con.execute(f"create or replace view staging.{name} as {rows}").fetchall()
    objects.build(
        con, Table("objects.company_domain", "objects", frozenset(), Path("x.py"), sql="select * from sourced")
    )
    provenance.build(con, catalogue()["identity.provenance"])


def of(con: Connection, field: str, who: str = "h1") -> dict[str, Any]:
    rows = con.sql(f"select * from identity.provenance where object_id = '{who}' and field = '{field}'").pl().to_dicts()
    return rows[0] if rows else {}


def test_every_value_says_whose_it_is(told: Connection) -> None:
    name = of(told, "name")
    assert (name["value"], name["source_system"], name["source_record_id"]) == ("Harbour & Finch", "hubspot", "1")
    assert (name["file"], name["line"], name["row_id"], name["rule"]) == ("contacts.csv", 2, "abc:2", "source_priority")
    assert [(other["source_record_id"], other["value"]) for other in json.loads(name["competing"])] == [
        ("c1", "HARBOUR &  FINCH"),
        ("c2", "Harbour Ltd"),
    ]
    assert name["is_conflict"]
    city = of(told, "city")
    assert (city["value"], city["source_system"], city["is_conflict"]) == ("Cork", "stripe", True), "blank is no value"
    created = of(told, "created_at")
    assert (created["value"], created["source_record_id"], created["rule"]) == ("2020-01-05 00:00:00", "c2", "earliest")
    assert not created["is_conflict"]
    assert (of(told, "owner_id")["value"], of(told, "parent_company_id")["value"]) == ("m", "h1")
    assert of(told, "country") == {} == of(told, "source_deleted_at")
    assert json.loads(of(told, "name", "h2")["competing"]) == []


def test_letter_case_and_spaces_are_no_conflict(told: Connection) -> None:
    told.execute("delete from staging_stripe.company where source_record_id = 'c2'").fetchall()
    make(told, {"staging_hubspot.company", "staging_stripe.company"})
    name = of(told, "name")
    assert len(json.loads(name["competing"])) == 1
    assert not name["is_conflict"]


def test_a_rule_of_the_policy_is_told_with_what_it_chose(told: Connection) -> None:
    told.execute("insert into policy.golden_rule values ('company', 'name', 'longest', ['stripe'])").fetchall()
    make(told, {"staging_hubspot.company", "staging_stripe.company"})
    name = of(told, "name")
    assert (name["value"], name["rule"], name["source_record_id"]) == ("HARBOUR &  FINCH", "longest", "c1")
    assert told.execute("select name from objects.company where company_id = 'h1'").fetchall() == [(name["value"],)]


BREAKS = {
    "a record says something else now": "update staging_stripe.company set city = 'Bonn' where source_record_id = 'c1'",
    "a record is gone": "delete from staging_hubspot.company where source_record_id = '2'",
    "a record came from elsewhere": "update staging_hubspot.company set _row_id = 'abc:99'",
    "a reference leads elsewhere": "update identity.team_member_link set source_key = 'hubspot:91'",
    "another value is told": "update identity.provenance set value = 'Bonn' where field = 'city'",
    "a value is not told": "delete from identity.provenance where field = 'city'",
    "the object says something else": "update objects.company set city = 'Bonn'",
    "the object says something that nobody said": "update objects.company set country = 'IE'",
    "the object is gone": "delete from objects.company where company_id = 'h2'",
}


@pytest.mark.parametrize("statement", BREAKS.values(), ids=BREAKS.keys())
def test_invariants_find_a_golden_value_that_nobody_said(told: Connection, statement: str) -> None:
    mine = [one for one in invariants() if one.name.startswith("golden_value_")]
    told.execute(build._STATE).fetchall()
    assert [one.name for one in mine if not checks.check_invariant(told, one).holds] == []
    told.execute(statement).fetchall()
    assert [one.name for one in mine if not checks.check_invariant(told, one).holds] != []


@pytest.mark.parametrize(
    ("change", "holds"),
    [
        ("update objects.product set derived_by = 'a_rule', source_record_id = 'p2'", True),
        ("update objects.product set source_record_id = 'p2'", False),
        ("delete from staging_stripe.product", False),
        ("drop table staging_stripe.product", False),
    ],
)
def test_every_other_row_names_its_record_or_its_rule(con: Connection, change: str, holds: bool) -> None:
    product = catalogue()["objects.product"]
    staged = stage(con, "stripe", "product", [{"source_record_id": "p1", "name": "Plan"}])
    objects.build(con, Table(product.name, "objects", frozenset({staged}), product.path, sql="select * from sourced"))
    assert checks.check_schema(con, product.name).holds
    con.execute(change).fetchall()
    verdict = checks.check_schema(con, product.name)
    assert verdict.holds == holds
    assert holds or "name neither a record" in verdict.examples
