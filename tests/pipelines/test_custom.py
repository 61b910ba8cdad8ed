"""Fields and objects that a workspace declares: from the declaration to a published, documented, queryable table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from pipelines import assets, build, checks, declarations, docs, publish, report
from pipelines.assets import as_of_instant
from pipelines.declared import cached, current, put_in_force
from pipelines.home import Home
from pipelines.rooms import catalogue
from pipelines.schemas import columns_of, schema_of
from pipelines.undeclared import HOW
from pipelines.warehouse import Connection, columns, open_warehouse
from tests.pipelines.conftest import ENVIRONMENT, take

CUSTOM = """\
[[field]]
object = "company"
name = "plan"
type = "enum"
values = ["basic", "plus"]
description = "Plan the company is on"
from = { hubspot = "plan__c", zendesk = "organization_fields.plan" }
required = true

[[field]]
object = "company"
name = "list_price"
type = "money"
currency = "currency"
description = "What it would pay at list price."

[[field]]
object = "company"
name = "seats"
type = "whole"
description = "Seats."

[[field]]
object = "company"
name = "usage_share"
type = "number"
description = "Share of the seats in use."

[[field]]
object = "company"
name = "is_reference"
type = "flag"
description = "True when it may be named."

[[field]]
object = "company"
name = "visited_on"
type = "day"
description = "Last visit."

[[field]]
object = "company"
name = "scored_at"
type = "instant"
description = "When it was scored."

[[field]]
object = "company"
name = "interests"
type = "list"
description = "What it asked about."

[[field]]
object = "company"
name = "scores"
type = "json"
description = "Scores by theme."

[[field]]
object = "company"
name = "nickname"
type = "text"
description = "What we call it."
personal = true

[[object]]
name = "machine"
description = "One machine we delivered."

  [[object.field]]
  name = "serial_number"
  type = "text"
  key = true
  description = "Serial number."

  [[object.field]]
  name = "company_id"
  type = "text"
  references = "company"
  required = true
  description = "Where it stands."

  [[object.field]]
  name = "spare_for_id"
  type = "text"
  references = "machine"
  description = "The machine it replaces when that breaks."
"""
FILES = """\
[[collection]]
name = "machines"
files = ["machines*"]
key = ["No"]
object = "machine"

  [collection.fields]
  serial_number = "No"
  company_id = "Customer"
  spare_for_id = { header = "Spare for", optional = true }
"""
HEADER = (
    "Record ID,Company name,Company Domain Name,Create Date,Last Modified Date,plan__c,list_price,seats,usage_share,"
    "is_reference,visited_on,scored_at,interests,scores,nickname,Favourite colour"
)
GOOD = (
    "1,Acme,acme.example,2025-01-01,2026-01-01,plus,12.50,3,0.125,true,2026-05-04,2026-05-04T10:00:00+02:00,"
    'GPS; cold start,"{""a"": 1}",Ace,red'
)
BAD = "2,Beta,beta.example,2025-01-01,2026-01-01,gold,much,2.5,half,perhaps,04/05/2026,soon,,{,,blue"
LACKS = "3,Gamma,gamma.example,2025-01-01,2026-01-01,,,,,,,,,,,"
ORGANIZATION = (
    '{"organizations": [{"id": 9, "name": "Delta", "shared_tickets": false, '
    '"created_at": "2025-01-01T00:00:00Z", "updated_at": "2025-01-01T00:00:00Z", '
    '"organization_fields": {"plan": "basic"}}]}'
)
NAMES = ("objects.company", "objects.machine", "objects.company_domain")


def make(con: Connection, home: Home, names: tuple[str, ...] = NAMES) -> list[str]:
    """Build what is stale of these tables and of all they are made from; return the names."""
    build.prepare(con, home, as_of_instant(date(2026, 6, 30)))
    needed: set[str] = set()
    waiting = [name for name in names if name in catalogue()]
    while waiting:
        name = waiting.pop()
        if name not in needed and name in catalogue():
            needed.add(name)
            waiting += catalogue()[name].reads
    stale = [table for table in build.stale(con) if table.name in needed]
    for table in stale:
        build.build(con, table)
    return [table.name for table in stale]


def rows(con: Connection, query: str) -> list[dict[str, Any]]:
    return con.sql(query).pl().to_dicts()


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home with fields and an object of its own, synced, built and published."""
    home = Home(tmp_path_factory.mktemp("custom") / "home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ENVIRONMENT:
            patch.setenv(name, "")
        home.create(["hubspot", "zendesk", "files"])
        home.prepare_environment()
        (home.config / "custom.toml").write_text(CUSTOM)
        (home.config / "files.toml").write_text(FILES)
        (home.inbox / "hubspot" / "companies.csv").write_text("\n".join([HEADER, GOOD, BAD, LACKS, ""]))
        (home.inbox / "zendesk" / "organizations.json").write_text(ORGANIZATION)
        machines = "No,Customer,Spare for\nM-1,acme.example,\nM-2,hubspot:1,M-1\nM-3,nobody.example,\n"
        (home.inbox / "files" / "machines.csv").write_text(machines)
        for source in ("hubspot", "zendesk", "files"):
            take(home, source)
        with open_warehouse(home, "a test") as con:
            make(con, home)
            for name in NAMES:
                assert checks.check_schema(con, name).holds, name
            publish.publish(con, home)
        yield home
        declarations.use(None)


@pytest.fixture
def own(workspace: Home) -> Iterator[Connection]:
    with open_warehouse(workspace, "a test") as con:
        yield con


def test_fields_are_typed_columns_of_their_object(own: Connection) -> None:
    types = columns(own, "objects.company")
    assert [types[name] for name in ("plan", "list_price", "seats", "usage_share", "is_reference", "visited_on")] == [
        "VARCHAR", "DECIMAL(18,4)", "BIGINT", "DECIMAL(38,12)", "BOOLEAN", "DATE",
    ]  # fmt: skip
    assert [types[name] for name in ("scored_at", "interests", "scores", "nickname")] == [
        "TIMESTAMP", "VARCHAR[]", "JSON", "VARCHAR",
    ]  # fmt: skip
    (acme,) = rows(own, "select * from objects.company where name = 'Acme'")
    assert (acme["plan"], acme["list_price"], acme["seats"], acme["usage_share"], acme["is_reference"]) == (
        "plus", Decimal("12.5"), 3, Decimal("0.125"), True,
    )  # fmt: skip
    assert (acme["visited_on"], acme["scored_at"], acme["interests"], acme["scores"], acme["nickname"]) == (
        date(2026, 5, 4), datetime(2026, 5, 4, 8), ["GPS", "cold start"], '{"a": 1}', "Ace",
    )  # fmt: skip


def test_a_key_inside_an_object_is_found(own: Connection) -> None:
    found = rows(own, "select plan from objects.company where name = 'Delta'")
    assert found == [{"plan": "basic"}]


def test_bad_values_are_set_aside_with_their_reasons(own: Connection) -> None:
    found = rows(own, "select line, file, reason from quarantine.hubspot__company order by line")
    assert [(row["file"], row["line"]) for row in found] == [("companies.csv", 3), ("companies.csv", 4)]
    assert found[1]["reason"] == "plan is missing"
    assert sorted(found[0]["reason"].split("; ")) == [
        'is_reference: "perhaps" is not true or false',
        'list_price: "much" is not a decimal number with at most 4 places',
        'plan: "gold" is none of basic, plus',
        'scored_at: "soon" is not a date and time such as 2026-03-31T14:05:00Z',
        'scores: "{" is not a JSON document',
        'seats: "2.5" is not a whole number',
        'usage_share: "half" is not a decimal number with at most 12 places',
        'visited_on: "04/05/2026" is not a date such as 2026-03-31',
    ]


def test_an_object_of_its_own_is_a_table_like_any(own: Connection) -> None:
    assert rows(own, "select machine_id, company_id, spare_for_id from objects.machine order by 1") == [
        {"machine_id": "files:M-1", "company_id": "hubspot:1", "spare_for_id": None},
        {"machine_id": "files:M-2", "company_id": "hubspot:1", "spare_for_id": "files:M-1"},
    ]
    (lost,) = rows(own, "select * from quarantine.files__machine")
    assert lost["reason"] == 'company_id: "nobody.example" is no company that was delivered'


def test_it_is_published_described_and_exported(workspace: Home) -> None:
    with duckdb.connect(str(workspace.snapshot), read_only=True) as con:
        query = "select comment from duckdb_columns() where table_name = ? and column_name = ?"
        assert con.execute(query, ["company", "list_price"]).fetchall() == [
            ("What it would pay at list price. In `currency`.",)
        ]
        assert con.execute(query, ["company", "plan"]).fetchall() == [("Plan the company is on.",)]
        assert con.execute(query, ["machine", "company_id"]).fetchall() == [("Where it stands. References company.",)]
        assert con.execute("select comment from duckdb_tables() where table_name = 'machine'").fetchall() == [
            ("One machine we delivered.",)
        ]
        assert con.execute("select count(*) from objects.machine").fetchall() == [(2,)]
    parquet = workspace.published / "parquet" / "objects"
    assert pl.read_parquet(parquet / "machine.parquet").height == 2
    assert pl.read_parquet(parquet / "company.parquet").schema["interests"] == pl.List(pl.String)


def test_the_home_has_its_dictionary(workspace: Home) -> None:
    text = (workspace.published / "README.md").read_text()
    assert "Declared in config/custom.toml: machine, company.plan, company.list_price," in text
    assert "### objects.machine\n\nOne machine we delivered. Made from:" in text
    assert "| company_id | VARCHAR | yes | Where it stands. → company |" in text
    assert "| interests | VARCHAR[] |  | What it asked about. |" in text
    assert docs.stale() is not None
    assert current().digest == "", "the documents of the project know no workspace"


def test_dagster_shows_the_columns(workspace: Home) -> None:
    declarations.use(workspace)
    found = {key: asset for asset in assets.all_assets() for key in asset.keys}
    machine = found[assets.key("objects.machine")].metadata_by_key[assets.key("objects.machine")]
    shown = {column.name: column for column in machine["dagster/column_schema"].columns}
    assert (shown["company_id"].type, shown["company_id"].constraints.nullable) == ("VARCHAR", False)
    assert assets.key("staging_files.machine") in found
    assert assets.key("raw_files.machines") in found
    declarations.use(None)
    assert assets.key("objects.machine") not in {key for asset in assets.all_assets() for key in asset.keys}


def test_status_lists_what_is_not_declared(workspace: Home, capsys: pytest.CaptureFixture[str]) -> None:
    found = report.status(workspace)
    (hubspot,) = (source for source in found if source["source"] == "hubspot")
    assert [(field["name"], field["filled"], field["type"]) for field in hubspot["undeclared_fields"]] == [
        ("favourite_colour", 2, "text")
    ]
    assert "company" in hubspot["undeclared_fields"][0]["objects"]
    report.print_status(report.Console(width=200), found)
    told = capsys.readouterr().out
    assert "not declared: hubspot companies: favourite_colour (text, 2 filled)" in told
    assert HOW in told


# --- when declarations change ----------------------------------------------------------------------------------------


@pytest.fixture
def changed(workspace: Home, tmp_path: Path) -> Iterator[Home]:
    """The workspace's files in a home of their own, to change at will."""
    home = Home(tmp_path / "home")
    home.create([])
    for name, text in (("custom.toml", CUSTOM), ("files.toml", FILES)):
        (home.config / name).write_text(text)
    home.warehouse.write_bytes(workspace.warehouse.read_bytes())
    yield home
    declarations.use(None)


def test_nothing_is_rebuilt_for_nothing(changed: Home) -> None:
    (changed.config / "custom.toml").write_text("# a remark\n" + CUSTOM)
    (changed.config / "files.toml").write_text("# a remark\n" + FILES)
    with open_warehouse(changed, "a test") as con:
        assert make(con, changed) == []


def test_a_changed_field_rebuilds_what_it_touches(changed: Home) -> None:
    (changed.config / "custom.toml").write_text(CUSTOM.replace('"basic", "plus"', '"basic", "plus", "gold"'))
    with open_warehouse(changed, "a test") as con:
        made = make(con, changed)
        assert {"staging_hubspot.company", "identity.company_link", "objects.company"} <= set(made)
        assert "staging_hubspot.company_domain" not in made
        assert "staging_files.machine" not in made
        (row,) = rows(con, "select reason from quarantine.hubspot__company where line = 3")
        assert "plan" not in row["reason"]
    (changed.config / "custom.toml").write_text(CUSTOM.replace("Serial number.", "Number on the plate."))
    with open_warehouse(changed, "a test") as con:
        build.prepare(con, changed, as_of_instant(date(2026, 6, 30)))
        stale = {table.name for table in build.stale(con) if table.name.split(".")[1] in ("machine", "company_domain")}
        assert stale >= {"staging_files.machine", "objects.machine"}
        assert "staging_hubspot.company_domain" not in stale


def test_what_is_taken_back_is_gone(changed: Home) -> None:
    (changed.config / "custom.toml").unlink()
    (changed.config / "files.toml").unlink()
    with open_warehouse(changed, "a test") as con:
        make(con, changed)
        assert "seats" not in columns(con, "objects.company")
        assert rows(con, "select count(*) as n from quarantine.files__machine") == [{"n": 0}]
        there = con.execute("select count(*) from duckdb_tables() where table_name = 'machine'").fetchall()
        assert there == [(0,)]
        publish.publish(con, changed)
    assert not (changed.published / "parquet" / "objects" / "machine.parquet").exists()
    assert "Declared in" not in (changed.published / "README.md").read_text()


def test_homes_in_one_process_do_not_mix(workspace: Home, home: Home) -> None:
    with open_warehouse(home, "a test"):
        assert "objects.machine" not in catalogue()
        bare = schema_of("objects.company")
    with open_warehouse(workspace, "a test"):
        schema = schema_of("objects.company")
        assert schema is not None
        assert "plan" in {column.name for column in columns_of(schema)}
        assert "objects.machine" in catalogue()
    with open_warehouse(home, "a test"):
        assert schema_of("objects.company") is bare, "and it is not made anew"


def test_what_follows_is_kept_for_few_declarations() -> None:
    calls: list[int] = []

    @cached
    def twice(number: int) -> int:
        calls.append(number)
        return 2 * number

    before = current()
    try:
        for digest in ("a", "b", "c", "d", "e", "a"):
            put_in_force(type(before)(digest=digest))
            assert (twice(4), twice(4)) == (8, 8)
    finally:
        put_in_force(before)
    assert len(calls) == 6
