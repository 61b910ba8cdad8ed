"""How a thing was at any time by the sources' own clocks: what each rule says, and the same by brute force."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.schema import Happening
from pipelines.answers.lookup import open_snapshot
from pipelines.home import Home
from pipelines.rooms import catalogue, sources
from pipelines.schemas import columns_of, schema_of
from pipelines.sync.ingest import sync
from pipelines.tables import golden, history
from pipelines.warehouse import Connection, connect, open_warehouse
from tests.pipelines import small_world
from tests.pipelines.conftest import build_all
from tests.pipelines.history_oracle import stood, version, world
from tests.pipelines.version_world import Row, hour, link, prepare, put, rows_of, spans, told


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """One warehouse for the many tries of a property; each clears what it needs."""
    with connect(tmp_path_factory.mktemp("history") / "warehouse.duckdb") as con:
        yield prepare(con)


CASES: dict[str, tuple[list[Row], list[tuple[Any, ...]]]] = {
    "by the time of change, the first from when it was created": (
        [version(10, 20, 5, created_at=1, name="a"), version(20, None, 15, created_at=1, name="b")],
        [(1.0, 15.0, "a", None), (15.0, None, "b", None)],
    ),
    "by the time of loading, where the source tells none": (
        [version(10, 20, None, name="a"), version(20, None, None, name="b")],
        [(10.0, 20.0, "a", None), (20.0, None, "b", None)],
    ),
    "of two of one time, the later delivered": (
        [version(10, 20, 5, name="a"), version(20, None, 5, name="b")],
        [(5.0, None, "b", None)],
    ),
    "never before the one delivered earlier": (
        [version(10, 20, 3, name="a"), version(20, 30, 8, name="b"), version(30, None, 6, name="c")],
        [(3.0, 8.0, "a", None), (8.0, None, "c", None)],
    ),
    "a time the source cannot have seen is no time": (
        [version(10, 50, 9999, name="a"), version(50, None, 45, name="b")],
        [(10.0, 45.0, "a", None), (45.0, None, "b", None)],
    ),
    "deleted from when it was, not before": (
        [version(10, 20, 5, name="a"), version(20, None, 5, name="a", source_deleted_at=18)],
        [(5.0, 18.0, "a", None), (18.0, None, "a", 18.0)],
    ),
    "first heard of when it was deleted already": (
        [version(10, None, 5, name="a", created_at=2, source_deleted_at=8)],
        [(2.0, 8.0, "a", None), (8.0, None, "a", 8.0)],
    ),
    "there again: since then, which only the delivery tells": (
        [version(10, 20, 5), version(20, 30, 5, source_deleted_at=18), version(30, None, 5)],
        [(5.0, 18.0, "x", None), (18.0, 30.0, "x", 18.0), (30.0, None, "x", None)],
    ),
    "not given any more, and given again": (
        [version(10, 20, 5), version(30, 40, 5), version(50, None, 45)],
        [(5.0, 20.0, "x", None), (30.0, 40.0, "x", None), (45.0, None, "x", None)],
    ),
    "late, between others": (
        [version(10, 20, 5, name="a"), version(20, None, 15, name="c"), version(30, 30, 8, name="b")],
        [(5.0, 8.0, "a", None), (8.0, 15.0, "b", None), (15.0, None, "c", None)],
    ),
    "late, and not in its row's next version": (
        [version(10, None, None, name="a"), version(30, 30, None, name="b", stood_from=6, stood_to=8)],
        [(6.0, 8.0, "b", None), (10.0, None, "a", None)],
    ),
    "late, and later than what is newest": (
        [version(10, None, 5, name="a"), version(40, 40, None, name="z", stood_from=6)],
        [(5.0, None, "a", None)],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_version_counts(shared: Connection, case: str) -> None:
    rows, wanted = CASES[case]
    link(shared, "company", {"hubspot:1": "g"})
    put(shared, rows)
    assert spans(told(shared, "company"), "name", "source_deleted_at") == wanted


def test_a_row_that_says_the_same_as_the_one_before_is_one_with_it(shared: Connection) -> None:
    link(shared, "company", {"hubspot:1": "g", "stripe:1": "g"})
    put(
        shared,
        [
            version(10, None, 5, name="Acme"),
            version(12, 20, 3, name="Acme Ltd", city="Ulm", source_system="stripe"),
            version(20, None, 4, name="Acme Limited", city="Ulm", source_system="stripe"),
        ],
    )
    rows = told(shared, "company")
    assert spans(rows, "name", "city", "updated_at", "known_from") == [
        (3.0, 4.0, "Acme Ltd", "Ulm", 3.0, 12.0),
        (4.0, 5.0, "Acme Limited", "Ulm", 4.0, 20.0),
        (5.0, None, "Acme", "Ulm", 5.0, 20.0),
    ]


def test_records_that_go_elsewhere_together_are_followed(shared: Connection) -> None:
    put(shared, [version(10, None, 5, name="Acme"), version(10, None, 5, name="Acme", source_system="stripe")])
    for target in ("g1", "g2"):
        link(shared, "company", {"hubspot:1": target, "stripe:1": target})
        assert {row["company_id"] for row in told(shared, "company")} == {target}


# --- the same, by brute force ----------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(world=world(), moments=st.sets(st.integers(0, 4 * 70), min_size=12, max_size=12))
def test_every_moment_is_as_brute_force_finds_it(
    shared: Connection, world: tuple[list[Row], Row], moments: set[int]
) -> None:
    rows, links = world
    link(shared, "company", links)
    put(shared, rows)
    versions_now = rows_of(shared, "version.company")
    found = told(shared, "company")
    for one, after in pairwise(found):
        assert one["valid_to"] is None or one["valid_from"] < one["valid_to"]
        if one["company_id"] == after["company_id"]:
            assert one["valid_to"] is not None, "only the last row stands still"
            assert one["valid_to"] <= after["valid_from"], "rows of one thing do not overlap"
            same = {name for name in one if one[name] == after[name]}
            assert one["valid_to"] < after["valid_from"] or set(one) - same - {
                *("valid_from", "valid_to", "known_from", "loaded_at")
            }, "two rows that follow each other say different things"
    there = []
    for moment in map(hour, (number / 4 for number in moments)):
        for key, target in links.items():
            row = stood([v for v in versions_now if f"{v['source_system']}:{v['source_record_id']}" == key], moment)
            if row and target:
                there.append({**row, "company_id": target, "moment": moment})
    wanted = merged(shared, there)
    for moment in map(hour, (number / 4 for number in moments)):
        shown = [r for r in found if r["valid_from"] <= moment and (r["valid_to"] is None or moment < r["valid_to"])]
        assert [essence(row) for row in shown] == [essence(row) for row in wanted if row["moment"] == moment], moment


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(first=world(), second=world())
def test_what_is_renewed_comes_to_the_same_as_all_made_anew(
    shared: Connection, first: tuple[list[Row], Row], second: tuple[list[Row], Row]
) -> None:
    """Of the first world's records some stay as they are, some go, some come."""
    link(shared, "company", {"hubspot:1": "g1", "hubspot:2": "g2", "stripe:1": "g1", "stripe:2": None})
    put(shared, first[0])
    told(shared, "company")
    stays = [row for row in first[0] if row["source_record_id"] == "2"]
    put(shared, [*stays, *(row for row in second[0] if row["source_record_id"] == "1")])
    renewed = told(shared, "company")
    shared.execute("delete from meta.history_state").fetchall()
    assert renewed == told(shared, "company")


def test_what_did_not_change_is_left_alone(shared: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    link(shared, "company", {"hubspot:1": "g1", "hubspot:2": "g2", "stripe:1": "g1"})
    acme, beta = version(10, None, 5, name="Acme"), version(10, None, 6, name="Beta", source_record_id="2")
    put(shared, [acme, beta, {**acme, "source_system": "stripe"}])
    told(shared, "company")
    asked: list[list[str]] = []
    tell = history._tell

    def watched(con: Connection, name: str, fields: Any) -> None:
        rows = con.execute("select source_system || ':' || source_record_id from telling order by 1").fetchall()
        asked.append([key for (key,) in rows])
        tell(con, name, fields)

    monkeypatch.setattr(history, "_tell", watched)
    told(shared, "company")
    assert asked == []
    put(shared, [{**acme, "name": "Acme Ltd"}, beta, {**acme, "source_system": "stripe"}])
    assert [row["name"] for row in told(shared, "company")] == ["Acme Ltd", "Beta"]
    assert asked == [["hubspot:1", "stripe:1"]], "all records of the company that changed, and of no other"
    link(shared, "company", {"hubspot:1": "g1", "hubspot:2": "g1", "stripe:1": "g1"})
    told(shared, "company")
    assert asked[1:] == [["hubspot:1", "hubspot:2", "stripe:1"]], "who is one is otherwise now"


def essence(row: Row) -> Row:
    names = ("company_id", "source_system", "source_record_id", "name", "city", "created_at", "updated_at")
    return {name: row[name] for name in (*names, "source_deleted_at")}


def merged(con: Connection, rows: list[Row]) -> list[Row]:
    """The golden rows of these records, moment by moment."""
    schema = schema_of("objects.company")
    assert schema is not None
    fields = columns_of(schema)
    kinds = {field.name: field.sql_type for field in fields} | {"_priority": "bigint", "moment": "timestamp"}
    listed = ", ".join(f'"{name}" {kind}' for name, kind in kinds.items())
    con.execute(f"create or replace temp table one ({listed})").fetchall()
    rank = {source: number for number, source in enumerate(sources())}
    for row in rows:
        kept = {name: row.get(name) for name in kinds} | {"_priority": rank[row["source_system"]]}
        con.execute(f"insert into one values ({', '.join('?' * len(kept))})", list(kept.values())).fetchall()
    query = golden.merged("company", fields, "one", ("company_id", "moment"), golden.rules(con, "company"))
    return con.sql(f"select * from ({query}) order by company_id").pl().to_dicts()


# --- all together ----------------------------------------------------------------------------------------------------


def test_references_are_followed_and_what_points_nowhere_is_left_out(shared: Connection) -> None:
    link(shared, "company", {"hubspot:7": "hubspot:7", "stripe:cus_1": "hubspot:7"})
    domain = {"source_system": "stripe", "domain": "a.example", "source_record_id": "cus_1:a"}
    first = {"known_from": hour(10), "known_to": hour(20), "is_primary": False}
    since = {"known_from": hour(20), "known_to": None, "is_primary": True}
    rows = [{**domain, **first, "company_id": "cus_1"}, {**domain, **since, "company_id": "hubspot:7"}]
    put(shared, [*rows, {**domain, **since, "source_record_id": "cus_9:a", "company_id": "cus_9"}], "company_domain")
    assert spans(told(shared, "company_domain"), "company_domain_id", "company_id", "is_primary") == [
        (10.0, 20.0, "stripe:cus_1:a", "hubspot:7", False),
        (20.0, None, "stripe:cus_1:a", "hubspot:7", True),
    ]


# --- in the pipeline, and for readers --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def published(small_home: Home) -> Iterator[Connection]:
    with open_snapshot(small_home) as con:
        yield con


def test_what_is_so_now_is_what_the_objects_say(published: Connection) -> None:
    """But for what rules add to them."""
    for name in ("company", "contact", "ticket", "product_price"):
        fields = [
            c.name for c in columns_of(schema_of(f"objects.{name}") or Happening) if c.name != "is_expansion_signal"
        ]
        listed = ", ".join(fields)
        now = published.execute(f"select {listed} from history.{name} where valid_to is null order by all").fetchall()
        assert now == published.execute(f"select {listed} from objects.{name} order by all").fetchall(), name
        assert now, name


def test_every_object_a_source_gives_has_a_history_unless_it_happens_once() -> None:
    given = {table.object_name for table in catalogue().values() if table.kind == "staging"}
    kept = {table.object_name for table in catalogue().values() if table.kind == "history"}
    once = {name for name in given if issubclass(schema_of(f"objects.{name}") or Happening, Happening)}
    assert kept == given - once
    assert {"message", "usage_event", "signal", "subscription_version"} <= once


def test_a_moment_is_asked_for_by_a_function_of_the_published_file(published: Connection, small_home: Home) -> None:
    assert published.execute("select name from history.company_at('2025-05-31') order by 1").fetchall() == [
        ("Harbour & Finch",)
    ]
    query = "select count(*) from history.company_at(timestamp '2026-06-30 23:59:59')"
    assert published.execute(query).fetchall() == [(3,)]
    told_of = published.execute(
        "select function_name, comment from duckdb_functions() where schema_name = 'history' order by 1"
    ).fetchall()
    assert [name for name, _ in told_of] == sorted(
        f"{table.object_name}_at" for table in catalogue().values() if table.kind == "history"
    )
    assert all(comment for _, comment in told_of)
    with duckdb.connect() as con:  # the file beside others, as BI tools have it
        con.execute(f"attach '{small_home.snapshot}' as rapport (read_only); use rapport").fetchall()
        assert con.execute("select count(*) from history.ticket_at(date '2026-06-30')").fetchall() == [(1,)]


def test_a_new_file_touches_the_history_of_what_it_tells_of_and_no_other(
    copied: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    tell = history._tell

    def watched(con: Connection, name: str, fields: Any) -> None:
        asked.append(name)
        tell(con, name, fields)

    monkeypatch.setattr(history, "_tell", watched)
    ticket = '{"id": 1, "subject": "Found", "status": "solved", "created_at": "2026-06-10T09:00:00Z", '
    ticket += '"updated_at": "2026-06-12T09:00:00Z"}'
    (copied.inbox / "zendesk" / "tickets 2.json").write_text(f'{{"tickets": [{ticket}]}}')
    sync(copied, ["zendesk"], small_world.DELIVERED_AT + timedelta(days=1), lambda _: None)
    with open_warehouse(copied, "a test") as con:
        build_all(con, copied)
        rows = con.execute("select valid_from, valid_to, subject from history.ticket order by 1").fetchall()
        first, second = datetime(2026, 6, 10, 9), datetime(2026, 6, 12, 9)
        assert rows == [(first, second, "Where is my crate?"), (second, None, "Found")]
        assert set(asked) == {"ticket", "conversation"}, "a ticket is the conversation about it, too"
        assert build_all(con, copied) == []
