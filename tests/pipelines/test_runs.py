"""One run as Dagster sees it: told whole, and able to go on after one that was killed."""

from __future__ import annotations

import dagster as dg

from pipelines import runs
from pipelines.assets import POOL
from pipelines.home import Home
from pipelines.warehouse import open_warehouse
from tests.pipelines import small_world


def run(home: Home) -> runs.RunResult:
    return runs.run(home, small_world.LAST_DAY, lambda _: None, lambda *_: None)


def leave_killed_run(instance: dg.DagsterInstance) -> str:
    """What a run leaves in Dagster's books when its process is killed in a step: it is started, and holds the pool."""
    killed = instance.add_run(
        dg.DagsterRun("__ASSET_JOB", status=dg.DagsterRunStatus.STARTED, tags={runs.COMMAND: "run"})
    )
    books = instance.event_log_storage
    books.initialize_concurrency_limit_to_default(POOL)
    assert books.claim_concurrency_slot(POOL, killed.run_id, "marts__portfolio").is_claimed
    assert not books.claim_concurrency_slot(POOL, "another", "marts__portfolio").is_claimed
    return killed.run_id


def test_a_killed_run_is_closed_and_holds_nobody_up(home: Home) -> None:
    with dg.DagsterInstance.get() as instance:
        killed = leave_killed_run(instance)
        by_hand = instance.add_run(dg.DagsterRun("everything", status=dg.DagsterRunStatus.STARTED))
        runs.settle(home)
        ended = instance.get_run_by_id(killed)
        assert ended is not None
        assert ended.status == dg.DagsterRunStatus.FAILURE
        left = instance.get_run_by_id(by_hand.run_id)
        assert left is not None
        assert left.status == dg.DagsterRunStatus.STARTED, "somebody else's run is theirs to end"
        assert instance.event_log_storage.claim_concurrency_slot(POOL, "next", "marts__portfolio").is_claimed


def test_a_run_goes_on_after_a_killed_one_and_is_told_whole(copied: Home) -> None:
    with open_warehouse(copied, "a test") as con:
        con.execute("drop table marts.portfolio").fetchall()
    with dg.DagsterInstance.get() as instance:
        leave_killed_run(instance)
        result = run(copied)
        assert result.published
        assert result.failures == []
        assert list(result.built) == ["marts.portfolio"]
        (latest,) = instance.get_runs(limit=1)
        assert latest.status == dg.DagsterRunStatus.SUCCESS
        assert latest.tags[runs.COMMAND] == "run"
        event = instance.get_latest_materialization_event(dg.AssetKey(["marts", "portfolio"]))
        assert event is not None
        assert event.run_id == latest.run_id
