"""What complete exports no longer hold is deleted at the source; what shrank too much is refused until confirmed."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime

import pytest

from models.policy.loading import PolicyError
from pipelines.assets import as_of_instant
from pipelines.home import Home
from pipelines.rooms import catalogue
from pipelines.sync import apis
from pipelines.sync.ingest import Synced, sync
from pipelines.tables import build
from pipelines.warehouse import open_warehouse, scalar
from tests.connectors.api_server import Answer, ApiServer
from tests.pipelines import small_world, toy_api
from tests.pipelines.conftest import Drop
from tests.pipelines.toy_api import Toy

with warnings.catch_warnings():
    # typer before 0.26 imports a name that click 8.5 warns about
    warnings.filterwarnings("ignore", "'click.utils", DeprecationWarning)
    from typer.testing import CliRunner

    from pipelines.cli import app

HEADER = "Record ID,Company name,Create Date,Last Modified Date\n"
COMPLETE = 'shrink_limit = 0.5\n[[full_export]]\nsource = "hubspot"\nresource = "companies"\n'
Export = Callable[..., Synced]


def day(number: int) -> datetime:
    return datetime(2026, 6, number)


@pytest.fixture
def policy(home: Home) -> Callable[[str], None]:
    """Write the home's own `sync.toml`."""
    return lambda text: (home.config / "sync.toml").write_text(text) and None


@pytest.fixture
def export(home: Home, drop: Drop, policy: Callable[[str], None]) -> Export:
    """`export(3, [1, 2], file=...)`: on the third, a complete export of companies 1 and 2 arrives and is taken."""
    policy(COMPLETE)

    def deliver(number: int, ids: Iterable[int], file: str = "", confirmed: Collection[str] = ()) -> Synced:
        rows = "".join(f"{i},Company {i},2025-01-01,2026-01-01\n" for i in ids)
        drop(f"hubspot/{file or f'companies {number}'}.csv", HEADER + rows)
        (synced,) = sync(home, ["hubspot"], day(number), lambda _: None, confirmed)
        return synced

    return deliver


def deleted(home: Home) -> dict[str, datetime | None]:
    """Company id -> when it was deleted at the source, as staging has it."""
    with open_warehouse(home, "a test") as con:
        build.prepare(con, home, as_of_instant(small_world.LAST_DAY))
        build.build(con, catalogue()["staging_hubspot.company"])
        rows = con.execute("select source_record_id, source_deleted_at from staging_hubspot.company").fetchall()
    return dict(rows)


def test_what_a_complete_export_lacks_is_gone_since_it_arrived(home: Home, export: Export) -> None:
    export(1, [1, 2, 3, 4])
    assert deleted(home) == {"1": None, "2": None, "3": None, "4": None}
    export(2, [1, 2, 3])
    export(3, [1, 2])
    assert deleted(home) == {"1": None, "2": None, "3": day(3), "4": day(2)}
    export(4, [1, 2, 3, 5])
    assert deleted(home) == {"1": None, "2": None, "3": None, "4": day(2), "5": None}


def test_a_record_comes_back_with_the_very_file_that_held_it(home: Home, export: Export) -> None:
    export(1, [1, 2], "companies")
    export(2, [1], "companies")
    assert deleted(home)["2"] == day(2)
    synced = export(3, [1, 2], "companies")
    assert deleted(home) == {"1": None, "2": None}
    assert [delivery.rows_read for delivery in synced.deliveries] == [2]
    (home.inbox / "hubspot" / "companies.csv").rename(home.inbox / "hubspot" / "companies renamed.csv")
    (again,) = sync(home, ["hubspot"], day(4), lambda _: None)
    assert again.deliveries == ()
    with open_warehouse(home, "a test") as con:
        assert scalar(con, "select count(*) from raw_hubspot.companies") == 2


def test_all_files_of_one_sync_are_one_export(home: Home, drop: Drop, export: Export) -> None:
    drop("hubspot/companies 1 a.csv", HEADER + "7,Company 7,2025-01-01,2026-01-01\n")
    export(1, [1, 2])
    drop("hubspot/companies 2 a.csv", HEADER + "8,Company 8,2025-01-01,2026-01-01\n")
    export(2, [1, 7])
    assert deleted(home) == {"1": None, "2": day(2), "7": None, "8": None}


def test_nothing_is_gone_unless_an_export_is_said_to_be_complete(
    home: Home, export: Export, policy: Callable[[str], None]
) -> None:
    policy("shrink_limit = 0.5\n")
    export(1, [1, 2, 3])
    export(2, [1])
    assert deleted(home) == {"1": None, "2": None, "3": None}
    policy(COMPLETE)  # counts from the next export on
    sync(home, ["hubspot"], day(3), lambda _: None)
    assert deleted(home) == {"1": None, "2": None, "3": None}
    export(4, [1, 3])
    assert deleted(home) == {"1": None, "2": day(4), "3": None}
    policy("shrink_limit = 0.5\n")
    sync(home, ["hubspot"], day(5), lambda _: None)
    assert deleted(home) == {"1": None, "2": None, "3": None}


def test_an_export_with_rows_set_aside_says_nothing_of_what_it_lacks(home: Home, drop: Drop, export: Export) -> None:
    export(1, [1, 2, 3])
    drop("hubspot/companies 2.csv", HEADER + "1,Company 1,2025-01-01,2026-01-01\n,Unknown,2025-01-01,2026-01-01\n")
    sync(home, ["hubspot"], day(2), lambda _: None, ["hubspot/companies 2.csv"])
    assert deleted(home) == {"1": None, "2": None, "3": None}
    export(3, [1, 2])
    assert deleted(home) == {"1": None, "2": None, "3": day(3)}


def test_an_export_that_shrank_is_refused_until_it_is_confirmed(home: Home, export: Export) -> None:
    export(1, range(1, 11))
    synced = export(2, [1, 2, 3, 4])
    assert synced.deliveries == ()
    assert synced.refused == (
        "hubspot/companies 2.csv: 4 companies, where 10 are known; a complete export this small is refused and stays "
        "in the inbox. If it is true: rapport sync hubspot --confirm 'hubspot/companies 2.csv'",
    )
    (still,) = sync(home, ["hubspot"], day(3), lambda _: None)
    assert still.refused == synced.refused
    assert set(deleted(home).values()) == {None}
    runner = CliRunner()
    arguments = ["sync", "hubspot", "--home", str(home.path), "--delivered-at", "2026-06-04T00:00:00"]
    refused = runner.invoke(app, arguments)
    assert refused.exit_code == 1
    assert "a complete export this small is refused" in " ".join(
        re.sub(r"\x1b\[[0-9;?]*\w", "", refused.output).split()
    )
    confirmed = runner.invoke(app, [*arguments, "--confirm", "hubspot/companies 2.csv", "--json"])
    assert confirmed.exit_code == 0
    assert json.loads(confirmed.stdout)[0]["refused"] == []
    gone = {number for number, since in deleted(home).items() if since == day(4)}
    assert gone == {str(number) for number in range(5, 11)}


def test_an_empty_export_is_refused(home: Home, export: Export) -> None:
    export(1, [1, 2])
    assert "0 companies, where 2 are known" in export(2, []).refused[0]
    assert deleted(home) == {"1": None, "2": None}


def test_names_that_are_none_are_told(home: Home, policy: Callable[[str], None]) -> None:
    policy(COMPLETE.replace("companies", "compnies"))
    with pytest.raises(PolicyError, match=r"sync\.toml: hubspot has no 'compnies' whose records have a key"):
        sync(home, ["hubspot"], None, lambda _: None)
    policy(COMPLETE.replace("hubspot", "hubspt"))
    with pytest.raises(PolicyError, match=r"sync\.toml: no source is called 'hubspt'"):
        sync(home, ["hubspot"], None, lambda _: None)


@pytest.fixture
def toy_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ApiServer]:
    monkeypatch.setattr(apis, "apis", toy_api.toy_apis)
    monkeypatch.setattr("pipelines.sync.complete.apis", toy_api.toy_apis)
    with ApiServer(Toy(tickets=3)).running() as running:
        yield running


def test_what_a_whole_pull_lacks_is_gone_but_not_what_a_broken_one_lacks(home: Home, toy_server: ApiServer) -> None:
    reader = toy_api.reader(home, toy_server)
    toy = toy_server.adapter
    assert isinstance(toy, Toy)

    def gone() -> list[str]:
        with open_warehouse(home, "a test") as con:
            return [key for (key,) in con.execute("select _key from meta.absent order by all").fetchall()]

    reader.sync()
    assert gone() == []
    removed = toy.groups.pop(4)
    reader.sync()
    assert gone() == [removed["id"]]
    toy.groups.append(removed)
    toy.groups.sort(key=lambda one: str(one["id"]))
    reader.sync()
    assert gone() == []
    del toy.groups[20:]
    toy_server.adapter = lambda ask: Answer("", 400) if ask.query.get("after") else toy(ask)
    reader.sync()
    assert gone() == []
