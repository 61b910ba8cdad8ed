"""Fields and objects that a workspace declares: typed, checked, described, published, shown, and told when missing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

import duckdb
import polars as pl
import pytest

from pipelines import assets, declarations, docs
from pipelines.answers import report
from pipelines.declared import current
from pipelines.home import Home
from pipelines.sync.undeclared import HOW
from pipelines.warehouse import Connection, columns, open_warehouse
from tests.pipelines.custom_workspace import rows


@pytest.fixture
def own(workspace: Home) -> Iterator[Connection]:
    with open_warehouse(workspace, "a test") as con:
        yield con
    declarations.use(None)


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
    declarations.use(None)
    (hubspot,) = (source for source in found if source["source"] == "hubspot")
    assert [(field["name"], field["filled"], field["type"]) for field in hubspot["undeclared_fields"]] == [
        ("favourite_colour", 2, "text")
    ]
    assert "company" in hubspot["undeclared_fields"][0]["objects"]
    report.print_status(report.Console(width=200), found)
    told = capsys.readouterr().out
    assert "not declared: hubspot companies: favourite_colour (text, 2 filled)" in told
    assert HOW in told
