"""What is rebuilt, and when: just what depends on something that changed, with the same result as from scratch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from models.policy.loading import PolicyError
from pipelines import publish
from pipelines.home import ROOT, Home
from pipelines.rooms import catalogue, sources
from pipelines.sync.ingest import sync
from pipelines.tables import build
from pipelines.warehouse import Connection, open_warehouse
from tests.pipelines import small_world
from tests.pipelines.conftest import as_of_instant, build_all

TICKET = '{"id": 2, "subject": "Again", "status": "open", "created_at": "2026-06-11T09:00:00Z", '
TICKET += '"updated_at": "2026-06-11T09:00:00Z"}'


def dependents(*inputs: str) -> set[str]:
    """Every table that is made from one of these, directly or through others."""
    found: set[str] = set()
    for table in catalogue().values():
        if table.kind != "raw" and table.reads & {*inputs, *found}:
            found.add(table.name)
    return found


@pytest.fixture
def con(copied: Home) -> Iterator[Connection]:
    """The small world's warehouse, prepared for the day it was built for."""
    with open_warehouse(copied, "a test") as connection:
        build.prepare(connection, copied, as_of_instant(small_world.LAST_DAY))
        yield connection


def stale(con: Connection) -> set[str]:
    return {table.name for table in build.stale(con)}


def test_nothing_is_stale_after_a_run(con: Connection, copied: Home) -> None:
    assert stale(con) == set()
    assert publish.is_current(con, copied)
    again = build.build(con, catalogue()["marts.company_360"])
    assert not again.is_fresh
    assert again.rows == 3


def test_another_day_makes_stale_what_reads_the_day(con: Connection, copied: Home) -> None:
    build.prepare(con, copied, as_of_instant(small_world.LAST_DAY + timedelta(days=1)))
    assert stale(con) == dependents("meta.run")
    assert "staging_hubspot.company" not in stale(con)
    build.prepare(con, copied, as_of_instant(small_world.LAST_DAY))
    assert stale(con) == set()


def test_a_changed_policy_makes_stale_what_reads_it(con: Connection, copied: Home) -> None:
    shipped = (ROOT / "models" / "policy" / "portfolio.toml").read_text()
    changed = shipped.replace("untouched_days = 3", "untouched_days = 4")
    own = copied.config / "portfolio.toml"
    own.write_text(shipped + "\n# a remark changes nothing\n")
    build.prepare(con, copied, as_of_instant(small_world.LAST_DAY))
    assert stale(con) == set()
    before = set(build.fingerprints(con).items())
    own.write_text(changed)
    build.prepare(con, copied, as_of_instant(small_world.LAST_DAY))
    moved = {name for name, _ in set(build.fingerprints(con).items()) - before if name.startswith("policy.")}
    assert moved
    assert stale(con) == dependents(*moved)
    assert stale(con) != set(catalogue())


def test_a_change_of_what_marts_share_makes_stale_all_of_them(con: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    shared, read = ROOT / "models" / "marts" / "churn_month.py", Path.read_text
    changed = lambda path: read(path) + ("# another column" if path == shared else "")  # noqa: E731
    monkeypatch.setattr(Path, "read_text", changed)
    monkeypatch.setattr(build, "_text", build._text.__wrapped__)  # as it reads in a process that read nothing before
    assert {"marts.churn_month", "marts.churn_cut"} <= stale(con)
    assert "marts.retention_cut" not in stale(con)


def test_a_broken_policy_changes_nothing(con: Connection, copied: Home) -> None:
    (copied.config / "nps.toml").write_text("nonsense = 1\n")
    with pytest.raises(PolicyError):
        build.prepare(con, copied, as_of_instant(small_world.LAST_DAY + timedelta(days=1)))
    assert con.execute("select as_of_on from meta.run").fetchall() == [(small_world.LAST_DAY,)]
    assert stale(con) == set()


def deliver(home: Home, name: str, text: str) -> None:
    (home.inbox / name).write_text(text)
    sync(home, list(sources()), small_world.DELIVERED_AT, lambda _: None)


def test_a_new_delivery_makes_stale_what_is_made_from_it(copied: Home) -> None:
    deliver(copied, "zendesk/tickets 2.json", f'{{"tickets": [{TICKET}]}}')
    with open_warehouse(copied, "a test") as con:
        assert stale(con) == dependents("raw_zendesk.tickets")
        assert not publish.is_current(con, copied)


def test_a_delivery_that_says_nothing_new_makes_nothing_stale(copied: Home) -> None:
    deliver(copied, "hubspot/companies again.csv", small_world.COMPANIES)
    with open_warehouse(copied, "a test") as con:
        assert stale(con) == set()
        assert not publish.is_current(con, copied), "the ledger tells of it"


def test_a_mended_reader_makes_stale_what_it_read_again(copied: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.sync.ingest.reader_version", lambda source: "mended")
    deliver(copied, "hubspot/.hidden", "")
    with open_warehouse(copied, "a test") as con:
        again = "select resource from meta.delivery where source = 'hubspot' and reader_version = 'mended'"
        assert con.execute(again).fetchall() == [("companies",)], "only the file with a refused row"
        assert stale(con) == dependents("raw_hubspot.companies")


def test_a_table_that_is_gone_is_stale(con: Connection) -> None:
    con.execute("drop table marts.portfolio").fetchall()
    assert "marts.portfolio" in stale(con)


def test_a_failing_table_keeps_its_old_rows(con: Connection) -> None:
    table = catalogue()["marts.company_360"]
    con.execute("delete from meta.table_state where name = ?", [table.name]).fetchall()
    for sql in ("select nothing from nowhere", f"{table.sql} where cast('x' as bigint) = 1"):
        with pytest.raises(Exception, match=r"nowhere|Could not convert"):
            build.build(con, replace(table, sql=sql))
        assert con.execute("select count(*) from marts.company_360").fetchall() == [(3,)]
        assert "marts.company_360" in stale(con)
    assert build.build(con, table).is_fresh


def contents(con: Connection) -> dict[str, pl.DataFrame]:
    """Every table that is published, in order, but for the ledger and what tells of earlier publications."""
    memory = ("meta.delivery", "meta.publication", "marts.restatement")
    names = [name for name in publish.published_tables(con) if name not in memory]
    return {name: con.sql(f"select * from {name} order by all").pl() for name in names}


def test_step_by_step_comes_to_the_same_as_from_scratch(copied: Home) -> None:
    last = small_world.LAST_DAY
    deliver(copied, "zendesk/tickets 2.json", f'{{"tickets": [{TICKET}]}}')
    newer = small_world.COMPANIES.replace("Quiet Lead", "Loud Lead").replace("2026-05-01 09:00\n", "2026-06-20 09:00\n")
    deliver(copied, "hubspot/later.csv", newer)
    with open_warehouse(copied, "a test") as con:
        build.prepare(con, copied, as_of_instant(last - timedelta(days=40)))
        first = {table.name for table in build.stale(con)}
        for name in [name for name in catalogue() if name in first][:60]:
            build.build(con, catalogue()[name])
        build_all(con, copied, last)
        stepwise = contents(con)
        con.execute("delete from meta.table_state").fetchall()
        for table in catalogue().values():
            if table.kind != "raw":
                con.execute(f"drop table {table.name}").fetchall()
        assert len(build_all(con, copied, last)) == len([t for t in catalogue().values() if t.kind != "raw"])
        scratch = contents(con)
    assert "Loud Lead" in scratch["marts.company_360"]["name"].to_list()
    assert stepwise.keys() == scratch.keys()
    assert [name for name in scratch if not scratch[name].equals(stepwise[name])] == []
