"""What every room's tests may use: dlt without telemetry, and a way to see what a connector lands from given files."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import dlt
import duckdb
import pytest

from connectors.reading.resource import Export
from pipelines import declared

# Thousands of small tests make few cycles: looking for them less often saves a twentieth of the time.
gc.set_threshold(100_000, 50, 50)

Content = str | bytes | Path
Tables = dict[str, list[dict[str, Any]]]
LandFiles = Callable[[Callable[..., Any], Mapping[str, Content]], Tables]


def write_inbox(folder: Path, files: Mapping[str, Content]) -> list[Export]:
    """Write files (text, bytes, or a path to copy from) into a folder; the delivery id of each is its name."""
    exports = []
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Path):
            content = content.read_bytes()
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        exports.append(Export(path, name, name))
    return exports


@pytest.fixture(scope="module", autouse=True)
def _no_declarations_of_other_homes() -> Iterator[None]:
    """What a workspace of one module's tests declares is not in force in the next module."""
    before = declared.current()
    yield
    declared.put_in_force(before)


@pytest.fixture
def land_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LandFiles:
    """`land_files(hubspot, {"companies.csv": "id,name\\n1,A\\n"})` runs a dlt source into a throw-away DuckDB.

    Gives back its tables as rows, in the order of file and line.
    """
    monkeypatch.setenv("RUNTIME__DLTHUB_TELEMETRY", "false")

    def run(source: Callable[..., Any], files: Mapping[str, Content]) -> Tables:
        database = tmp_path / "files.duckdb"
        pipeline = dlt.pipeline(
            "land_files",
            pipelines_dir=str(tmp_path / "dlt"),
            destination=dlt.destinations.duckdb(str(database)),
            dataset_name="landing",
        )
        pipeline.config.restore_from_destination = False  # as `ingest` does
        pipeline.run(source(write_inbox(tmp_path / "inbox", files), tmp_path / "scratch"))
        with duckdb.connect(str(database)) as con:
            names = con.execute("select table_name from duckdb_tables() where table_name not like '_dlt%'").fetchall()
            return {name: _rows(con, name) for (name,) in names}

    return run


def _rows(con: duckdb.DuckDBPyConnection, name: str) -> list[dict[str, Any]]:
    order = "" if name == "_read" else "order by _delivery_id, _line"
    return con.sql(f'select * from landing."{name}" {order}').pl().to_dicts()
