"""Declarations that change: what is rebuilt, what goes, and that homes in one process do not mix."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from pipelines import declarations, publish
from pipelines.assets import as_of_instant
from pipelines.declared import cached, current, put_in_force
from pipelines.home import Home
from pipelines.rooms import catalogue
from pipelines.schemas import columns_of, schema_of
from pipelines.tables import build
from pipelines.warehouse import columns, open_warehouse
from tests.pipelines.custom_workspace import CUSTOM, FILES, make, rows


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
