"""Takes a folder of exports through the real way into raw and runs a connector's mapping on what is there."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest

from pipelines.home import ROOT, Home
from pipelines.rooms import catalogue
from pipelines.schemas import KERNEL_FIELDS, columns_of, schema_of
from pipelines.sync.ingest import Delivery, sync
from pipelines.tables import staging
from pipelines.warehouse import open_warehouse
from tests.connectors.api_server import new_home

REAL_DATA = ROOT.parent / "shared" / "data"
"""Real exports that nobody here wrote; tests that need them skip where the folder is not."""
_ENVIRONMENT = (
    "RAPPORT_HOME",
    "DAGSTER_HOME",
    "DLT_DATA_DIR",
    "RUNTIME__DLTHUB_TELEMETRY",
    "DAGSTER_DISABLE_TELEMETRY",
)

Delivered = Callable[[str, Path], list[Delivery]]
Staged = Callable[[str, str, Path], pl.DataFrame]
Judged = Callable[[str, str, Path], tuple[pl.DataFrame, list[str]]]


class Homes:
    """One home per source and folder of exports, each synced once."""

    def __init__(self, base: Path) -> None:
        self._base = base
        self._made: dict[tuple[str, Path], tuple[Home, list[Delivery]]] = {}

    def take(self, source: str, folder: Path) -> tuple[Home, list[Delivery]]:
        """Sync a copy of the folder; the home and what each file brought."""
        if (source, folder) not in self._made:
            home = new_home(self._base / f"home_{len(self._made)}")
            shutil.copytree(folder, home.inbox / source, dirs_exist_ok=True)
            (synced,) = sync(home, [source], None, lambda _: None)
            self._made[(source, folder)] = (home, list(synced.deliveries))
        return self._made[(source, folder)]


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Homes]:
    """The homes of this test run; the environment is put back at its end."""
    with pytest.MonkeyPatch.context() as patch:
        for name in _ENVIRONMENT:
            patch.setenv(name, "")
        yield Homes(tmp_path_factory.mktemp("connectors"))


@pytest.fixture(scope="session")
def delivered(homes: Homes) -> Delivered:
    """`delivered(source, folder)`: what each file of the folder brought."""
    return lambda source, folder: homes.take(source, folder)[1]


@pytest.fixture(scope="session")
def staged(homes: Homes) -> Staged:
    """`staged(source, object, folder)`: the mapping's rows as its SQL gives them.

    Every mapping must give its bookkeeping columns, unique record ids, and otherwise only fields of the object.
    """

    def run(source: str, object_name: str, folder: Path) -> pl.DataFrame:
        home, _ = homes.take(source, folder)
        sql = catalogue()[f"staging_{source}.{object_name}"].sql
        with open_warehouse(home, "a test") as con:
            rows = con.sql(str(sql)).pl()
        schema = schema_of(f"objects.{object_name}")
        assert schema is not None
        fields = {column.name for column in columns_of(schema)} - {*KERNEL_FIELDS, f"{object_name}_id"}
        plumbing = {"_row_id", "_loaded_at", "source_record_id"}
        assert plumbing <= set(rows.columns) <= fields | plumbing
        assert rows["source_record_id"].is_unique().all()
        return rows.sort("source_record_id")

    return run


@pytest.fixture(scope="session")
def judged(homes: Homes) -> Judged:
    """`judged(source, object, folder)`: the rows that keep to the schema, with its types, and the others' reasons."""

    def run(source: str, object_name: str, folder: Path) -> tuple[pl.DataFrame, list[str]]:
        home, _ = homes.take(source, folder)
        table = catalogue()[f"staging_{source}.{object_name}"]
        with open_warehouse(home, "a test") as con:
            staging.build(con, table)
            rows = con.sql(f"select * from {table.name} order by source_record_id").pl()
            reasons = con.execute(
                f"select reason from quarantine.{source}__{object_name} where stage = 'map' order by file, line, reason"
            ).fetchall()
        return rows, [reason for (reason,) in reasons]

    return run
