"""A mapping's good rows get the schema's types; every other row is set aside with its file, line, reasons and text."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines.home import Home
from pipelines.rooms import Table, catalogue
from pipelines.sync import raw
from pipelines.sync.raw import SYSTEM_COLUMNS
from pipelines.tables import staging
from pipelines.warehouse import Connection, columns, open_warehouse, replace_table
from tests.pipelines.conftest import Drop, take

FIELDS = ("id", "name", "size", "turnover", "money", "touched")
COMPANY = (
    "select _row_id, _loaded_at, id as source_record_id, name, size as employee_count, turnover as annual_revenue, "
    "money as currency, touched as updated_at from raw_acme.parties"
)
Stage = Callable[[list[tuple[str | None, ...]]], int]


def mapping(sql: str, name: str = "company") -> Table:
    return Table(
        f"staging_acme.{name}",
        "staging",
        frozenset({"raw_acme.parties"}),
        Path("connectors/acme") / f"{name}.sql",
        sql=sql,
    )


@pytest.fixture
def stage(warehouse: Connection) -> Stage:
    """Deliver rows of one file of a source that exists only here, and run its mapping of companies."""
    raw.prepare(warehouse)
    listed = ", ".join(
        f"{name} {kind}" for name, kind in {**SYSTEM_COLUMNS, **dict.fromkeys(FIELDS, "varchar")}.items()
    )
    warehouse.execute(f"create schema raw_acme; create table raw_acme.parties ({listed})").fetchall()

    def run(rows: list[tuple[str | None, ...]]) -> int:
        warehouse.execute("delete from raw_acme.parties; delete from meta.delivery where source = 'acme'").fetchall()
        warehouse.execute(
            "insert into meta.delivery values ('acme', 'folder/parties.csv', 'parties', 'abc', ?, ?, 0, 0, "
            "timestamp '2026-07-01', null, null, 'v', 1)",
            [len(rows), len(rows)],
        ).fetchall()
        for number, row in enumerate(rows):
            warehouse.execute(
                f"insert into raw_acme.parties (_delivery_id, _line, _key, _arrival, _loaded_at, {', '.join(FIELDS)}) "
                "values ('abc', ?, ?, 1, timestamp '2026-07-01', ?, ?, ?, ?, ?, ?)",
                [number + 2, row[0], *row],
            ).fetchall()
        return staging.build(warehouse, mapping(COMPANY))

    return run


def quarantined(con: Connection) -> list[dict[str, Any]]:
    return con.sql("select * from quarantine.acme__company order by line").pl().to_dicts()


def test_good_rows_get_the_types_of_the_schema(warehouse: Connection, stage: Stage) -> None:
    rows = stage([("1", "Acme", "12", "1000.5", "EUR", "2026-03-01T10:00:00+02:00"), ("2", "Beta", *[None] * 4)])
    assert rows == 2
    assert quarantined(warehouse) == []
    typed = columns(warehouse, "staging_acme.company")
    assert (typed["employee_count"], typed["annual_revenue"], typed["updated_at"]) == (
        "BIGINT",
        "DECIMAL(18,4)",
        "TIMESTAMP",
    )
    assert typed["custom"] == "JSON", "fields the source lacks are there all the same"
    assert "company_id" not in typed
    assert "derived_by" not in typed
    found = warehouse.execute(
        "select source_system, source_record_id, employee_count, annual_revenue, updated_at, loaded_at, _row_id "
        "from staging_acme.company"
    ).fetchall()
    assert found[0] == (
        "acme",
        "1",
        12,
        Decimal("1000.5"),
        datetime(2026, 3, 1, 8, 0),
        datetime(2026, 7, 1),
        "abc:2",
    )
    assert found[1][2:5] == (None, None, None)


def test_a_bad_row_is_set_aside_with_place_reasons_and_text(warehouse: Connection, stage: Stage) -> None:
    assert stage([("1", None, "1.5", "2.12345", "euro", "yesterday"), ("2", "Beta", "3", "1", "USD", None)]) == 1
    (row,) = quarantined(warehouse)
    assert row["reason"].split("; ") == [
        "name is missing",
        'employee_count: "1.5" is not a whole number',
        'annual_revenue: "2.12345" is not a decimal number with at most 4 places',
        'updated_at: "yesterday" is not a date and time such as 2026-03-31T14:05:00Z',
        'currency: "euro" does not look as expected',
    ]
    assert (row["file"], row["line"], row["stage"], row["source_record_id"]) == ("folder/parties.csv", 2, "map", "1")
    assert row["delivered_at"] == datetime(2026, 7, 1)
    assert json.loads(row["row"])["touched"] == "yesterday"


def test_rows_of_one_id_are_all_set_aside(warehouse: Connection, stage: Stage) -> None:
    twice = [("1", name, None, None, None, None) for name in ("Acme", "Acme Ltd")]
    assert stage([*twice, ("2", "Beta", *[None] * 4), (None, "Gamma", *[None] * 4), (None, "Delta", *[None] * 4)]) == 1
    reasons = [(row["line"], row["reason"]) for row in quarantined(warehouse)]
    assert reasons == [
        (2, 'source_record_id: "1" stands more than once'),
        (3, 'source_record_id: "1" stands more than once'),
        (5, "source_record_id is missing"),
        (6, "source_record_id is missing"),
    ]


def test_a_row_comes_back_once_its_cause_is_mended(warehouse: Connection, stage: Stage) -> None:
    assert stage([("1", "Acme", "many", *[None] * 3)]) == 0
    assert len(quarantined(warehouse)) == 1
    assert stage([("1", "Acme", "12", *[None] * 3)]) == 1
    assert quarantined(warehouse) == []


def test_rows_refused_by_another_step_are_left_alone(warehouse: Connection, stage: Stage) -> None:
    table = raw.quarantine_table(warehouse, "acme", "company")
    for step in ("read", "map", "reference"):
        warehouse.execute(f"insert into {table} (stage) values (?)", [step]).fetchall()
    stage([("1", "Acme", *[None] * 4)])
    assert [row["stage"] for row in quarantined(warehouse)] == ["read"]


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        (COMPANY.replace("name,", "name, id as colour,"), "column colour is no field of company"),
        (COMPANY.replace("name,", "name, id as company_id,"), "column company_id is no field of company that a conn"),
        (COMPANY.replace("name,", "name, id as source_system,"), "column source_system is no field of company"),
        (COMPANY.replace("name,", "name, id as derived_by,"), "column derived_by is no field of company"),
        (COMPANY.replace("_row_id, ", ""), "column _row_id is missing"),
        (COMPANY.replace("id as source_record_id, ", ""), "column source_record_id is missing"),
    ],
)
def test_a_mapping_gives_fields_of_its_object_only(warehouse: Connection, stage: Stage, sql: str, words: str) -> None:
    stage([("1", "Acme", *[None] * 4)])
    with pytest.raises(staging.MappingError, match=words) as caught:
        staging.build(warehouse, mapping(sql))
    assert "connectors/acme/company.sql" in str(caught.value)


def test_a_row_that_two_raw_tables_share_has_one_text(warehouse: Connection, stage: Stage) -> None:
    rows = [("1", "Acme", "many", *[None] * 3)]
    stage(rows)
    replace_table(warehouse, "raw_acme.persons", "select * exclude (name), 'Ada' as name from raw_acme.parties")
    table = Table(
        "staging_acme.company",
        "staging",
        frozenset({"raw_acme.parties", "raw_acme.persons"}),
        Path("x.sql"),
        sql=COMPANY,
    )
    staging.build(warehouse, table)
    (row,) = quarantined(warehouse)
    assert json.loads(row["row"])["name"] == "Acme"


def test_a_mended_file_clears_what_a_connector_could_not_map(home: Home, drop: Drop) -> None:
    header = "Record ID,Company name,Number of Employees,Create Date,Last Modified Date\n"
    drop("hubspot/companies.csv", header + "1,Acme,about 20,2025-01-01,2026-01-01\n2,Beta,7,2025-01-01,2026-01-01\n")
    table = catalogue()["staging_hubspot.company"]
    aside = "select file, line, reason from quarantine.hubspot__company"
    take(home, "hubspot")
    with open_warehouse(home, "a test") as con:
        assert staging.build(con, table) == 1
        assert con.execute(aside).fetchall() == [
            ("companies.csv", 2, 'employee_count: "about 20" is not a whole number')
        ]
    drop("hubspot/companies.csv", header + "1,Acme,20,2025-01-01,2026-01-01\n2,Beta,7,2025-01-01,2026-01-01\n")
    take(home, "hubspot")
    with open_warehouse(home, "a test") as con:
        assert staging.build(con, table) == 2
        assert con.execute(aside).fetchall() == []
