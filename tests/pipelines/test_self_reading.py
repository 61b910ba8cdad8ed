"""A table renewed in place finds what it said last time, nothing the first time, and does not wait for itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.rooms import Table, catalogue
from pipelines.tables import build
from pipelines.warehouse import Connection, connect, transaction


def counting(con: Connection) -> None:
    con.execute("create table if not exists identity.visit (visit bigint)").fetchall()
    con.execute("insert into identity.visit select count(*) + 1 from identity.visit").fetchall()


def failing(con: Connection) -> None:
    counting(con)
    raise ValueError("half done")


def test_a_table_finds_what_it_said_last_time(tmp_path: Path) -> None:
    table = Table("identity.visit", "model", frozenset(), tmp_path, renew=counting)
    with connect(tmp_path / "warehouse.duckdb") as con:
        rows = [build._make(con, table) for _ in range(3)]
        assert rows == [1, 2, 3]
        assert con.execute("select visit from identity.visit order by visit").fetchall() == [(1,), (2,), (3,)]


def test_a_table_that_could_not_be_renewed_says_what_it_said_before(tmp_path: Path) -> None:
    table = Table("identity.visit", "model", frozenset(), tmp_path, renew=counting)
    with connect(tmp_path / "warehouse.duckdb") as con:
        build._make(con, table)
        with pytest.raises(ValueError, match="half done"), transaction(con):
            build._make(con, Table("identity.visit", "model", frozenset(), tmp_path, renew=failing))
        assert con.execute("select visit from identity.visit").fetchall() == [(1,)]


def test_a_table_does_not_wait_for_itself() -> None:
    for step in ("comparison", "pair"):
        for name in (f"identity.company_{step}", f"identity.contact_{step}"):
            table = catalogue()[name]
            assert table.renew is not None
            assert name not in table.reads
