"""A table that reads itself finds what it said last time, and nothing the first time; it does not wait for itself."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from pipelines.rooms import Table, catalogue
from pipelines.tables import build
from pipelines.warehouse import connect


def counting(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    before = frames["identity.visit"]
    return pl.DataFrame({"visit": [*(before["visit"] if before.width else []), before.height + 1]})


def test_a_table_finds_what_it_said_last_time(tmp_path: Path) -> None:
    table = Table("identity.visit", "model", frozenset(), tmp_path, build=counting, inputs=("identity.visit",))
    with connect(tmp_path / "warehouse.duckdb") as con:
        rows = [build._make(con, table) for _ in range(3)]
        assert rows == [1, 2, 3]
        assert con.execute("select visit from identity.visit order by visit").fetchall() == [(1,), (2,), (3,)]


def test_a_table_does_not_wait_for_itself() -> None:
    for name in ("identity.company_comparison", "identity.contact_comparison"):
        table = catalogue()[name]
        assert name in table.inputs
        assert name not in table.reads
