"""Workflows over any mart: one run per cause its key tells apart, from day to day, and what a file may not ask."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from models.policy.condition import marts_about
from models.policy.loading import PolicyError, load_policies
from pipelines.rooms import catalogue
from pipelines.tables import workflows
from tests.models import databases

DAY = date(2026, 6, 1)
PLAN = """\
[[template]]
id = "talk"
name = "Talk about the renewal"
subject = "company"
mart = "renewal"
key = ["renewal_id"]
starts_when = "status = 'open' and notice_on <= as_of_on + 30"
ends_when = "status <> 'open'"

[[template]]
id = "bill"
name = "Bill it"
subject = "company"
mart = "leak"
key = ["company_id", "reason"]
starts_when = "amount_reporting >= 500"
repeats = true

[[template]]
id = "welcome"
name = "Welcome at the new company"
subject = "contact"
mart = "job_change"
key = ["contact_id", "changed_on"]
starts_when = "was_champion"

[[step]]
template = "talk"
id = "call"
name = "Call"

[[step]]
template = "talk"
id = "visit"
name = "Visit"
only_if = "base_mrr >= 1000"

[[step]]
template = "bill"
id = "look"
name = "Look"

[[step]]
template = "welcome"
id = "write"
name = "Write"
"""
TABLES = {
    "renewal": "renewal_id varchar, company_id varchar, status varchar, notice_on date, base_mrr decimal(38, 12)",
    "leak": "company_id varchar, reason varchar, amount_reporting decimal(38, 12)",
    "job_change": "contact_id varchar, changed_on date, was_champion boolean",
    "contact_360": "contact_id varchar, company_id varchar",
}


class World:
    """A warehouse with just the marts that the plan's conditions ask."""

    def __init__(self, folder: Path) -> None:
        (folder / "workflow.toml").write_text(PLAN)
        self.con = databases.fresh()
        self.con.execute("create schema policy; create schema meta; create schema marts").fetchall()
        for name, frame in load_policies(folder).items():
            self.con.register("frame", frame)
            self.con.execute(f"create table policy.{name} as select * from frame").fetchall()
            self.con.unregister("frame")
        workflows.prepare(self.con)

    def run(self, day: date, **marts: Sequence[tuple[Any, ...]]) -> None:
        """What one day's run does for workflows, when the marts hold these rows and nothing else."""
        as_of = datetime.combine(day + timedelta(days=1), time())
        query = "create or replace table meta.run as select ? as as_of, ? as as_of_on"
        self.con.execute(query, [as_of, day]).fetchall()
        for name, columns in TABLES.items():
            self.con.execute(f"create or replace table marts.{name} ({columns})").fetchall()
            for row in marts.get(name, ()):
                self.con.execute(f"insert into marts.{name} values ({', '.join('?' * len(row))})", row).fetchall()
        workflows.build_runs(self.con)
        workflows.build_steps(self.con)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of a query."""
        return self.con.execute(query).fetchall()

    def runs(self, template: str) -> list[tuple[Any, ...]]:
        """The runs of a template: cause, company, contact, first day, end, and since when it does not hold any more."""
        return self.rows(
            "select subject_id, company_id, contact_id, started_on, exited_on, lapsed_on from ledger.workflow_run "
            f"where template = '{template}' order by 1, 4"
        )

    def settle(self, run: str, step: str, on: date) -> None:
        """Do a step."""
        workflows.settle(self.con, f"workspace:{run}:{step}", "done", on)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.con.close()


def later(days: int) -> date:
    return DAY + timedelta(days=days)


def test_every_renewal_is_one_cause(world: World) -> None:
    near, far = ("r1", "acme", "open", later(30), 10), ("r2", "acme", "open", later(31), 1000)
    for _ in range(2):
        world.run(DAY, renewal=[near, far])
    assert world.runs("talk") == [("r1", "acme", None, DAY, None, None)]
    world.run(later(1), renewal=[near, far])
    assert [(row[0], row[3]) for row in world.runs("talk")] == [("r1", DAY), ("r2", later(1))]
    assert world.rows("select workflow_run_id || ':' || step, company_id from ledger.workflow_step order by 1") == [
        ("workspace:talk:r1:2026-06-01:call", "acme"),
        ("workspace:talk:r2:2026-06-02:call", "acme"),
        ("workspace:talk:r2:2026-06-02:visit", "acme"),
    ]
    world.run(later(2), renewal=[("r1", "acme", "renewed", later(30), 10), far])
    assert world.runs("talk")[0] == ("r1", "acme", None, DAY, later(2), later(2))
    world.run(later(3), renewal=[near, far])
    assert len(world.runs("talk")) == 2


def test_what_is_in_the_mart_no_more_has_lapsed_and_ended_where_an_end_is_told(world: World) -> None:
    world.run(DAY, renewal=[("r1", "acme", "open", DAY, 1)], leak=[("acme", "uplift", 500)])
    world.run(later(1))
    assert world.runs("talk") == [("r1", "acme", None, DAY, later(1), later(1))]
    assert world.runs("bill") == [("acme/uplift", "acme", None, DAY, None, later(1))]


def test_a_cause_that_comes_back_is_another_run_once_the_first_is_done(world: World) -> None:
    leak = [("acme", "uplift", 500), ("acme", "uplift", 1), ("beta", "uplift", 499)]
    world.run(DAY, leak=leak)
    world.run(later(1))
    world.run(later(2), leak=leak)
    assert len(world.runs("bill")) == 1, "the first is not done yet"
    world.settle("bill:acme/uplift:2026-06-01", "look", later(2))
    world.run(later(3), leak=leak)
    world.run(later(3), leak=leak)
    assert [row[3] for row in world.runs("bill")] == [DAY, later(3)]
    world.settle("bill:acme/uplift:2026-06-04", "look", later(3))
    world.run(later(4), leak=leak)
    assert len(world.runs("bill")) == 2, "it held all the while"


def test_causes_are_told_apart_whatever_stands_in_their_keys(world: World) -> None:
    world.run(DAY, leak=[("a/b", "c", 900), ("a", "b/c", 900), ("a~", "b", 900), ("a", "~b", 900), ("a", None, 900)])
    found = world.runs("bill")
    assert len({row[0] for row in found}) == 5
    assert sorted(row[1] for row in found) == ["a", "a", "a", "a/b", "a~"]


def test_a_person_is_of_their_company_where_the_mart_does_not_say(world: World) -> None:
    changes = [("ann", DAY, True), ("ben", DAY, False), ("cid", DAY, True), (None, DAY, True)]
    world.run(DAY, job_change=changes, contact_360=[("ann", "acme"), ("ben", "acme")])
    assert world.runs("welcome") == [
        ("ann/2026-06-01", "acme", "ann", DAY, None, None),
        ("cid/2026-06-01", None, "cid", DAY, None, None),
    ]
    world.run(later(1), job_change=[*changes, ("ann", later(1), True)], contact_360=[("ann", "beta")])
    assert [row[0] for row in world.runs("welcome")] == ["ann/2026-06-01", "ann/2026-06-02", "cid/2026-06-01"]


@pytest.mark.parametrize("seed", range(3))
def test_thirty_days_of_causes_that_come_and_go(world: World, seed: int) -> None:
    """Random rows on random days, some run twice, against a simulation of each cause by itself."""
    chance = random.Random(seed)
    causes = [(company, reason) for company in "abcd" for reason in "xyz"]
    expected: dict[tuple[str, str], list[date]] = {cause: [] for cause in causes}
    lapsed, done = dict.fromkeys(causes, True), dict.fromkeys(causes, True)
    amounts = dict.fromkeys(causes, 0)
    for number in range(30):
        day = later(number)
        for cause in causes:
            if chance.random() < 0.3:
                amounts[cause] = chance.choice([0, 499, 500, 900])
        there = [(*cause, amount) for cause, amount in amounts.items() if amount]
        for _ in range(chance.choice([0, 1, 2])):
            world.run(day, leak=there)
            for cause in causes:
                holds = amounts[cause] >= 500
                if holds and lapsed[cause] and done[cause]:
                    expected[cause].append(day)
                    lapsed[cause] = done[cause] = False
                elif not holds:
                    lapsed[cause] = True
        for cause in causes:
            if not done[cause] and chance.random() < 0.4:
                world.settle(f"bill:{'/'.join(cause)}:{expected[cause][-1]}", "look", day)
                done[cause] = True
    found: dict[tuple[str, str], list[date]] = {cause: [] for cause in causes}
    for cause, company, _, started_on, *_ in world.runs("bill"):
        found[company, cause.split("/")[1]].append(started_on)
    assert found == expected
    assert sum(map(len, found.values())) > 15


@pytest.mark.parametrize(
    ("old", "new", "line", "sentence"),
    [
        ('mart = "renewal"', 'mart = "renewall"', 5, "there is no mart 'renewall'; did you mean 'renewal'"),
        ('mart = "renewal"', 'mart = "work_due"', 5, "made from what workflows noted.*company may ask: .*company_360"),
        ('mart = "renewal"', 'mart = "arr_bridge"', 5, "has no company_id.*company may ask: .*company_360.*renewal"),
        ('mart = "job_change"', 'mart = "renewal"', 23, "has no contact_id.*contact may ask: .*contact_360"),
        ('mart = "renewal"\n', "", 1, "key tells the rows of a mart apart, and no mart is named"),
        ('key = ["renewal_id"]\n', "", 1, "key"),
        ('key = ["renewal_id"]', "key = []", 6, "one or more columns"),
        ('key = ["renewal_id"]', 'key = ["id"]', 6, "one or more columns of marts.renewal.*'id'"),
        ('key = ["renewal_id"]', 'key = ["status"]', 6, "company_id in it or all of renewal_id"),
        ("status = 'open' and", "stattus = 'open' and", 7, "marts.renewal has no column stattus"),
        ("status <> 'open'", "status < current_date", 8, "without today's date"),
        ("base_mrr >= 1000", "health_band = 'x'", None, "marts.renewal has no column health_band"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, old: str, new: str, line: int | None, sentence: str) -> None:
    assert old in PLAN
    path = tmp_path / "workflow.toml"
    path.write_text(PLAN.replace(old, new, 1))
    place = f"{path}:{line}" if line else f"{path}"
    with pytest.raises(PolicyError, match=rf"(?s)^{place}: .*{sentence}"):
        load_policies(tmp_path)


def test_the_unified_view_is_asked_where_no_mart_is_named(tmp_path: Path) -> None:
    plain = 'id = "a"\nname = "A"\nsubject = "contact"\nstarts_when = "true"\n'
    (tmp_path / "workflow.toml").write_text(f"step = []\n[[template]]\n{plain}")
    (template,) = load_policies(tmp_path)["workflow_template"].to_dicts()
    assert (template["mart"], template["key"]) == ("contact_360", ["contact_id"])


def test_every_mart_that_may_be_asked_is_made_before_the_ledger() -> None:
    asked = {f"marts.{name}" for name in {*marts_about("company_id"), *marts_about("contact_id")}}
    assert {"marts.renewal", "marts.leak", "marts.company_360", "marts.week_change"} <= asked
    for ledger in ("ledger.workflow_run", "ledger.workflow_step"):
        assert asked <= catalogue()[ledger].reads
    assert "marts.work_due" not in catalogue()["ledger.workflow_run"].reads
