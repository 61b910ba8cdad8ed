"""A home folder to work in, and a way to drop a file into its inbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipelines.home import Home
from pipelines.ingest import Delivery, sync
from pipelines.rooms import sources
from pipelines.warehouse import Connection, open_warehouse

Drop = Callable[[str, str], Path]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """An empty home; the environment that points to it is put back afterwards."""
    place = Home(tmp_path / "home")
    for name in (
        "RAPPORT_HOME",
        "DAGSTER_HOME",
        "DLT_DATA_DIR",
        "RUNTIME__DLTHUB_TELEMETRY",
        "DAGSTER_DISABLE_TELEMETRY",
    ):
        monkeypatch.setenv(name, "")
    place.create(list(sources()))
    place.prepare_environment()
    return place


@pytest.fixture
def drop(home: Home) -> Drop:
    """Write a text file into the inbox: `drop("hubspot/companies.csv", "...")`."""

    def write(name: str, text: str) -> Path:
        path = home.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        return path

    return write


@pytest.fixture
def warehouse(home: Home) -> Iterator[Connection]:
    """The home's warehouse, open for writing."""
    with open_warehouse(home, "a test") as con:
        yield con


def take(home: Home, source: str) -> list[Delivery]:
    """Sync one source and return what came of it."""
    (synced,) = sync(home, [source], None, lambda _: None)
    return list(synced.deliveries)
