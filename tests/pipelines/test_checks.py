"""A check that does not hold says which rows, stops the publish, and goes on stopping it until it holds."""

from __future__ import annotations

from collections.abc import Callable

import dagster as dg
import pytest

from pipelines import runs
from pipelines.assets import SNAPSHOT, Workspace, all_assets, all_checks
from pipelines.home import Home
from pipelines.rooms import Invariant, catalogue, invariants
from pipelines.tables import build, checks
from pipelines.warehouse import Connection, open_warehouse, replace_table
from tests.pipelines import small_world
from tests.pipelines.conftest import build_all

Run = Callable[[], runs.RunResult]


@pytest.fixture
def run(copied: Home, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the copied home; Dagster's history of it is kept in memory."""
    monkeypatch.setattr(dg.DagsterInstance, "get", dg.DagsterInstance.ephemeral)
    return lambda: runs.run(copied, small_world.LAST_DAY, lambda _: None, lambda *_: None)


def corrupt(home: Home, statement: str, table: str) -> None:
    """Change a built table as a fault in its model would have made it, before anybody looked at it."""
    with open_warehouse(home, "a test") as con:
        con.execute(statement).fetchall()
        looked = [f"schema of {table}", *(found.name for found in invariants() if table in found.reads)]
        con.execute("delete from meta.check_state where list_contains(?, name)", [looked]).fetchall()


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("update objects.ticket set status = 'lost'", "isin"),
        ("insert into objects.ticket select * from objects.ticket", "rows with the same key"),
        (
            "alter table objects.ticket alter column subject drop not null; update objects.ticket set subject = null",
            "null",
        ),
        ("alter table objects.ticket drop column custom", "custom"),
        ("alter table objects.ticket add column surprise varchar", "surprise"),
        ("alter table objects.ticket alter column opened_at type date", "dtype"),
    ],
)
def test_a_schema_check_finds_what_is_planted(copied: Home, statement: str, words: str) -> None:
    with open_warehouse(copied, "a test") as con:
        assert checks.check_schema(con, "objects.ticket") == checks.Verdict(True, 0, "")
        con.execute(statement).fetchall()
        verdict = checks.check_schema(con, "objects.ticket")
        assert not verdict.holds
        assert verdict.offenders >= 1
        assert words in verdict.examples
        assert "objects.ticket" in checks.unfinished(con)


def test_a_large_table_is_checked_to_its_end(copied: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "BATCH", 2)
    with open_warehouse(copied, "a test") as con:
        replace_table(
            con,
            "objects.ticket",
            "select t.* replace (t.ticket_id || n.n as ticket_id, case when n.n = 4 then 'lost' else status end as "
            "status) from objects.ticket as t, range(5) as n (n) order by n.n",
        )
        verdict = checks.check_schema(con, "objects.ticket")
    assert not verdict.holds
    assert "lost" in verdict.examples


def planted(sql: str, *, is_blocking: bool = True) -> Invariant:
    return Invariant("planted", "All is well.", sql, frozenset({"marts.portfolio"}), is_blocking)


def test_an_invariant_shows_what_breaks_it(copied: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    holds = planted("-- All is well.\nselect 1 as one where false;")
    broken = planted("select 7 as culprit -- why")
    with open_warehouse(copied, "a test") as con:
        monkeypatch.setattr(checks, "invariants", lambda: (holds,))
        assert checks.check_invariant(con, holds) == checks.Verdict(True, 0, "")
        assert checks.unfinished(con) == []
        monkeypatch.setattr(checks, "invariants", lambda: (broken,))
        assert checks.unfinished(con) == ["marts.portfolio"], "another text is another check"
        verdict = checks.check_invariant(con, broken)
        assert (verdict.holds, verdict.offenders) == (False, 1)
        assert "culprit" in verdict.examples
        assert checks.unfinished(con) == ["marts.portfolio"]


def test_an_invariant_about_what_sources_send_is_told_but_stops_nothing(
    copied: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = planted("-- All is well.\n-- severity: warn\nselect 7 as culprit", is_blocking=False)
    monkeypatch.setattr(checks, "invariants", lambda: (broken,))
    with open_warehouse(copied, "a test") as con:
        assert checks.unfinished(con) == ["marts.portfolio"]
        assert not checks.check_invariant(con, broken).holds
        assert checks.unfinished(con) == []


def unproved(con: Connection, changed: str) -> set[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "stale", lambda _: [])
        con.execute("update meta.table_state set fingerprint = 'other' where name = ?", [changed]).fetchall()
        return set(checks.unfinished(con))


@pytest.mark.parametrize("invariant", invariants(), ids=lambda invariant: invariant.name)
def test_every_invariant_is_asked_again_when_anything_it_reads_has_changed(
    invariant: Invariant, small_warehouse: Connection
) -> None:
    watched = checks.watched(invariant)
    assert watched in invariant.reads
    for name in invariant.reads & catalogue().keys():
        small_warehouse.execute("begin").fetchall()
        assert watched in unproved(small_warehouse, name)
        small_warehouse.execute("rollback").fetchall()


def test_a_check_that_does_not_hold_stops_the_publish_until_it_does(copied: Home, run: Run) -> None:
    assert not run().published, "nothing has changed"
    before = copied.snapshot.read_bytes()
    corrupt(copied, "update marts.arr_bridge set closing = closing + 1", "marts.arr_bridge")
    for _ in range(2):
        result = run()
        assert not result.succeeded
        assert not result.published
        assert "marts.arr_bridge: the check arr_bridge_closes does not hold" in "\n".join(result.failures)
        assert not any("DagsterAssetCheckFailedError" in failure for failure in result.failures)
        assert copied.snapshot.read_bytes() == before
    with open_warehouse(copied, "a test") as con:
        con.execute("update marts.arr_bridge set closing = closing - 1").fetchall()
    result = run()
    assert result.succeeded
    assert result.published
    assert result.built == {}, "the table was right again; it only had to be checked"


def test_a_schema_that_does_not_hold_stops_the_publish_too(copied: Home, run: Run) -> None:
    before = copied.snapshot.read_bytes()
    corrupt(copied, "update objects.ticket set status = 'lost'", "objects.ticket")
    for _ in range(2):
        result = run()
        assert any("objects.ticket: the check schema does not hold" in failure for failure in result.failures)
        assert copied.snapshot.read_bytes() == before


def test_a_run_that_ended_before_its_checks_is_checked_before_it_is_published(copied: Home, run: Run) -> None:
    """As after a kill between building and checking: the tables are there, nothing is stale, nobody looked at them."""
    with open_warehouse(copied, "a test") as con:
        con.execute("delete from meta.check_state").fetchall()
        build_all(con, copied)
        assert build.stale(con) == []
        assert len(checks.unfinished(con)) > 40


def test_the_snapshot_alone_refuses_what_is_not_checked(copied: Home) -> None:
    before = copied.snapshot.read_bytes()
    corrupt(copied, "select 1", "marts.portfolio")
    job = dg.Definitions(
        assets=all_assets(), asset_checks=all_checks(), resources={"workspace": Workspace(path=str(copied.path))}
    ).resolve_implicit_global_asset_job_def()
    with dg.DagsterInstance.ephemeral() as instance:
        outcome = job.execute_in_process(instance=instance, asset_selection=[SNAPSHOT], raise_on_error=False)
    (failed,) = [event for event in outcome.all_events if event.is_step_failure]
    said = failed.step_failure_data.user_failure_data
    assert said is not None
    assert "nothing was published" in str(said.description)
    assert "marts.portfolio" in str(said.description)
    assert copied.snapshot.read_bytes() == before
