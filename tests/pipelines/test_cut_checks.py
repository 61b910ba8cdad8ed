"""A cut of the bridge that is wrong stops the publish until it is right; and what an extra brings."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from models.marts import survival
from pipelines import doctor
from pipelines.home import Home
from pipelines.rooms import catalogue, invariants
from pipelines.tables import build
from pipelines.warehouse import Connection, open_warehouse
from tests.pipelines.test_checks import Run, corrupt
from tests.pipelines.test_checks import run as run

CUTS = (
    "bridge_cut_closes",
    "bridge_cut_continues",
    "cuts_sum_to_total",
    "transfers_net_to_zero",
    "cohort_starts_whole",
)


def test_a_cut_that_is_wrong_stops_the_publish_until_it_is_right(copied: Home, run: Run) -> None:
    assert {found.name for found in invariants() if found.is_blocking} >= set(CUTS)
    assert not run().published, "nothing has changed"
    before = copied.snapshot.read_bytes()
    place = "where dimension = 'owner' and month = date '2026-03-01'"
    corrupt(copied, f"update marts.bridge_cut set transfer_in = transfer_in + 1 {place}", "marts.bridge_cut")
    result = run()
    assert not result.published
    told = "\n".join(result.failures)
    assert "marts.bridge_cut: the check bridge_cut_closes does not hold" in told
    assert "marts.bridge_cut: the check transfers_net_to_zero does not hold" in told
    assert copied.snapshot.read_bytes() == before
    with open_warehouse(copied, "a test") as con:
        con.execute(f"update marts.bridge_cut set transfer_in = transfer_in - 1 {place}").fetchall()
    assert run().published


def test_a_table_is_made_again_once_what_it_needs_is_installed(
    small_warehouse: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    (needy,) = [table for table in catalogue().values() if table.needs]
    assert needy.name == "marts.survival"
    with_it = build.fingerprints(small_warehouse)
    monkeypatch.setattr(build, "find_spec", lambda _: None)
    without = build.fingerprints(small_warehouse)
    assert {name for name in with_it if with_it[name] != without[name]} == {"marts.survival"}


def test_workflows_are_looked_at_again_only_for_a_mart_that_they_ask(small_warehouse: Connection) -> None:
    def touched(mart: str) -> bool:
        before = build.fingerprints(small_warehouse)
        with pytest.MonkeyPatch.context() as patch:
            text = build._text
            patch.setattr(build, "_text", lambda table: text(table) + ("!" if table.name == f"marts.{mart}" else ""))
            after = build.fingerprints(small_warehouse)
        assert before[f"marts.{mart}"] != after[f"marts.{mart}"]
        return before["ledger.workflow_run"] != after["ledger.workflow_run"]

    assert not touched("leak")
    assert touched("company_360")
    small_warehouse.execute("begin").fetchall()
    template = "select 'leak' as mart, true as is_active"
    small_warehouse.execute(f"create or replace table policy.workflow_template as {template}").fetchall()
    assert touched("leak")
    small_warehouse.execute("rollback").fetchall()


def test_the_doctor_says_what_stays_empty(copied: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    words = "marts.survival stays empty without lifelines: `uv sync --extra learning` installs it"
    assert find_spec(survival.NEEDS[0])
    assert words not in [finding.what for finding in doctor.examine(copied)]
    monkeypatch.setattr(doctor.importlib.util, "find_spec", lambda _: None)
    assert words in [finding.what for finding in doctor.examine(copied)]
