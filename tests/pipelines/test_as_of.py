"""Records as they were on a day of the sources' own time: cut only where a later version is stored."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from pipelines.assets import as_of_instant
from pipelines.home import Home
from pipelines.rooms import catalogue, sources
from pipelines.sync.ingest import sync
from pipelines.tables import as_of, build
from pipelines.warehouse import Connection, open_warehouse, scalar
from tests.pipelines import small_world
from tests.pipelines.conftest import Drop

HEADER = "Record ID,Company name,Create Date,Last Modified Date\n"
FIRST = date(2026, 1, 1)
STAGED = "staging_hubspot.company"


def seen_on(home: Home, day: date) -> dict[str, str]:
    """Company id -> name, as staging has it for a run as of that day."""
    with open_warehouse(home, "a test") as con:
        build.prepare(con, home, as_of_instant(day))
        build.build(con, catalogue()[STAGED])
        return dict(con.execute(f"select source_record_id, name from {STAGED}").fetchall())


def deliver(home: Home, drop: Drop, number: int, rows: list[tuple[int, str, datetime]]) -> None:
    text = "".join(f"{key},{name},2025-01-01 00:00,{at:%Y-%m-%d %H:%M}\n" for key, name, at in rows)
    drop(f"hubspot/companies {number}.csv", HEADER + text)
    sync(home, ["hubspot"], datetime(2026, 6, number), lambda _: None)


def test_a_day_sees_the_newest_version_from_before_its_end(home: Home, drop: Drop) -> None:
    deliver(home, drop, 1, [(1, "Old", datetime(2026, 1, 10)), (2, "Late", datetime(2026, 3, 1))])
    deliver(home, drop, 2, [(1, "New", datetime(2026, 2, 10, 23, 59)), (3, "Only", datetime(2026, 5, 1))])
    assert seen_on(home, date(2026, 2, 9)) == {"1": "Old", "2": "Late", "3": "Only"}
    assert seen_on(home, date(2026, 2, 10)) == {"1": "New", "2": "Late", "3": "Only"}
    assert seen_on(home, date(2025, 1, 1))["1"] == "Old", "the oldest is the nearest that is known"
    assert seen_on(home, date(2026, 6, 30))["1"] == "New"


@pytest.mark.parametrize("seed", range(3))
def test_like_the_simplest_way_to_say_it(home: Home, drop: Drop, seed: int) -> None:
    """Against every version by hand, over days before, between and after them; whatever order the days come in."""
    rng = random.Random(seed)
    told: list[tuple[int, str, datetime]] = []
    for number in range(1, 4):
        rows = [
            (
                key,
                f"{key} {number}",
                datetime.combine(FIRST, datetime.min.time()) + timedelta(hours=rng.randrange(1200)),
            )
            for key in rng.sample(range(8), 5)
        ]
        deliver(home, drop, number, rows)
        told += rows
    for day in rng.sample([FIRST + timedelta(days=number) for number in range(-1, 52)], 6):
        expected = {}
        for key in sorted({key for key, _, _ in told}):
            versions = [(at, place, name) for place, (of, name, at) in enumerate(told) if of == key]
            before = [version for version in versions if version[0] < as_of_instant(day)]
            oldest = min(at for at, _, _ in versions)
            expected[str(key)] = max(before or [version for version in versions if version[0] == oldest])[2]
        assert seen_on(home, day) == expected, day


@pytest.fixture
def con(copied: Home) -> Iterator[Connection]:
    """The small world's warehouse, prepared for the day it was built for."""
    with open_warehouse(copied, "a test") as connection:
        build.prepare(connection, copied, as_of_instant(small_world.LAST_DAY))
        yield connection


def test_no_fingerprint_knows_the_day_where_nothing_is_later(con: Connection, copied: Home) -> None:
    assert as_of.fingerprints(con) == {}
    newest = scalar(con, "select newest from meta.newest_version where resource = 'companies' and source = 'hubspot'")
    assert datetime.fromtimestamp(newest, UTC).replace(tzinfo=None) == datetime(2026, 6, 18, 9, 12)
    before = build.fingerprints(con)
    build.prepare(con, copied, as_of_instant(date(2026, 6, 18)))
    assert as_of.fingerprints(con) == {}
    assert build.fingerprints(con)[STAGED] == before[STAGED]
    build.prepare(con, copied, as_of_instant(date(2026, 6, 17)))
    assert set(as_of.fingerprints(con)) == {"raw_hubspot.companies", "raw_hubspot.contacts"}
    moved = {name for name, word in build.fingerprints(con).items() if before[name] != word}
    assert {name for name in moved if name.startswith("staging_")} == {
        name
        for name, table in catalogue().items()
        if table.kind == "staging" and table.reads & {"raw_hubspot.companies", "raw_hubspot.contacts"}
    }
    build.prepare(con, copied, as_of_instant(small_world.LAST_DAY))
    assert build.fingerprints(con) == before


def test_what_is_read_again_is_measured_again(home: Home, drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    path = drop("hubspot/companies.csv", HEADER + "1,Acme,2025-01-01,2026-01-05\n2,Acme,2025-01-01\n")
    sync(home, list(sources()), datetime(2026, 6, 1), lambda _: None)
    assert seen_on(home, date(2026, 6, 1)) == {"1": "Acme"}
    monkeypatch.setattr("pipelines.sync.ingest.reader_version", lambda source: "mended")
    path.write_bytes(path.read_bytes())
    sync(home, ["hubspot"], datetime(2026, 6, 2), lambda _: None)
    with open_warehouse(home, "a test") as con:
        query = "select count(*) from meta.newest_version where source = 'hubspot'"
        assert scalar(con, query) == 0
        build.prepare(con, home, as_of_instant(date(2026, 6, 2)))
        newest = scalar(
            con, "select newest from meta.newest_version where resource = 'companies' and source = 'hubspot'"
        )
    assert datetime.fromtimestamp(newest, UTC).replace(tzinfo=None) == datetime(2026, 1, 5)


def test_what_goes_missing_later_is_not_yet_gone(home: Home, drop: Drop) -> None:
    (home.config / "sync.toml").write_text(
        'shrink_limit = 0.1\n[[full_export]]\nsource = "hubspot"\nresource = "companies"\n'
    )
    deliver(home, drop, 1, [(1, "Stays", datetime(2026, 1, 1)), (2, "Goes", datetime(2026, 1, 1))])
    deliver(home, drop, 2, [(1, "Stays", datetime(2026, 1, 1))])
    query = f"select source_deleted_at from {STAGED} where source_record_id = '2'"
    for day, gone in (
        (date(2026, 6, 2), datetime(2026, 6, 2)),
        (date(2026, 6, 1), None),
        (date(2026, 6, 3), datetime(2026, 6, 2)),
    ):
        seen_on(home, day)
        with open_warehouse(home, "a test") as con:
            assert scalar(con, query) == gone, day
