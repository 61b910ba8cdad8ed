"""Homes to work in: an empty one with a way to drop files into its inbox, and a small one, built and published."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from pipelines import publish
from pipelines.assets import as_of_instant
from pipelines.home import Home
from pipelines.rooms import catalogue, invariants, sources
from pipelines.schemas import schema_of
from pipelines.sync import apis
from pipelines.sync.ingest import Delivery, sync
from pipelines.tables import build, checks
from pipelines.warehouse import Connection, open_warehouse
from tests.connectors.api_server import ApiServer, Reader, give_empty_warehouse
from tests.pipelines import small_world, toy_api
from tests.pipelines.custom_workspace import workspace as workspace
from tests.pipelines.toy_api import Toy

Drop = Callable[[str, str], Path]
ENVIRONMENT = (
    "RAPPORT_HOME",
    "DAGSTER_HOME",
    "DLT_DATA_DIR",
    "RUNTIME__DLTHUB_TELEMETRY",
    "DAGSTER_DISABLE_TELEMETRY",
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """An empty home; the environment that points to it is put back afterwards."""
    place = Home(tmp_path / "home")
    for name in ENVIRONMENT:
        monkeypatch.setenv(name, "")
    place.create(list(sources()))
    place.prepare_environment()
    return place


@pytest.fixture(scope="session")
def small_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The small world, built, checked and published. No test may change it: see `copied`."""
    place = Home(tmp_path_factory.mktemp("small") / "home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ENVIRONMENT:
            patch.setenv(name, "")
        place.create(list(sources()))
        place.prepare_environment()
        for name, text in small_world.files().items():
            (place.inbox / name).write_text(text)
        sync(place, list(sources()), small_world.DELIVERED_AT, lambda _: None)
        with open_warehouse(place, "a test") as con:
            build_all(con, place)
            broken = [check for check, verdict in check_all(con).items() if not verdict.holds]
            assert broken == []
            publish.publish(con, place)
    return place


@pytest.fixture
def copied(small_home: Home, home: Home) -> Home:
    """A copy of the small world's home, to change at will."""
    shutil.copytree(small_home.path, home.path, dirs_exist_ok=True)
    return home


@pytest.fixture(scope="module")
def small_warehouse(small_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """A copy of the small world's warehouse, open for a whole module; what a test changes it must roll back."""
    place = Home(tmp_path_factory.mktemp("copy") / "home")
    shutil.copytree(small_home.path, place.path)
    with open_warehouse(place, "a test") as con:
        yield con


def build_all(con: Connection, home: Home, day: date = small_world.LAST_DAY) -> list[str]:
    """Build what is stale as of a day; return the names."""
    build.prepare(con, home, as_of_instant(day))
    stale, wanted = build.stale(con), build.fingerprints(con)
    for table in stale:
        build.build(con, table, wanted[table.name])
    return [table.name for table in stale]


def check_all(con: Connection) -> dict[str, checks.Verdict]:
    """Every check's verdict, by the name of the table or of the invariant."""
    found = {name: checks.check_schema(con, name) for name in catalogue() if schema_of(name)}
    return found | {invariant.name: checks.check_invariant(con, invariant) for invariant in invariants()}


@pytest.fixture
def toy() -> Toy:
    """A made-up vendor with an API."""
    return Toy()


@pytest.fixture
def server(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> Iterator[ApiServer]:
    """Its server, standing in Zendesk's place."""
    monkeypatch.setattr(apis, "apis", toy_api.toy_apis)
    with ApiServer(toy).running() as running:
        yield running


@pytest.fixture
def reader(home: Home, server: ApiServer) -> Reader:
    """A home that reads it."""
    return toy_api.reader(home, server)


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
    give_empty_warehouse(home)
    (synced,) = sync(home, [source], None, lambda _: None)
    return list(synced.deliveries)
