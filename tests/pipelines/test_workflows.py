"""Workflows over many days: every step once, on its day, whatever happens in between; and what follows from them."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from models.policy.loading import PolicyError, load_policies
from pipelines.rooms import catalogue
from pipelines.tables import workflows
from tests.models import databases

sys.path.append(str(Path(__file__).parents[1] / "models"))

FIRST_DAY = date(2026, 6, 1)
PLAN = """
[[template]]
id = "onboarding"
name = "Onboarding"
subject = "company"
starts_when = "customer_status = 'customer' and segment <> 'startup'"
ends_when = "customer_status = 'lost'"

[[template]]
id = "rescue"
name = "Rescue"
subject = "company"
starts_when = "health_band = 'at_risk'"
repeats = true

[[step]]
template = "onboarding"
id = "welcome"
group = "First week"
name = "Welcome"
type = "email"
days = 1

[[step]]
template = "onboarding"
id = "kickoff"
group = "First week"
name = "Kick-off"
days = 3

[[step]]
template = "onboarding"
id = "review"
group = "Later"
name = "Review"
days = 5
after = "kickoff"

[[step]]
template = "onboarding"
id = "visit"
group = "Later"
name = "Visit"
days = 7
only_if = "segment = 'enterprise'"
assignee = "co_owner"

[[step]]
template = "rescue"
id = "call"
name = "Call them"
days = 0
"""


class Days:
    """A warehouse with just what workflows read, taken from day to day."""

    def __init__(self, folder: Path) -> None:
        (folder / "workflow.toml").write_text(PLAN)
        self.con = databases.fresh()
        self.con.execute("create schema policy; create schema meta; create schema marts").fetchall()
        for name, frame in load_policies(folder).items():
            self.con.register("frame", frame)
            self.con.execute(f"create table policy.{name} as select * from frame").fetchall()
            self.con.unregister("frame")
        workflows.prepare(self.con)

    def run(self, day: date, companies: dict[str, dict[str, str]]) -> None:
        """What one day's run does for workflows, when the unified view says this of the companies."""
        as_of = datetime.combine(day + timedelta(days=1), time())
        self.con.execute(
            "create or replace table meta.run as select ? as as_of, ? as as_of_on", [as_of, day]
        ).fetchall()
        self.con.execute(
            "create or replace table marts.company_360 (company_id varchar, customer_status varchar, segment varchar, "
            "health_band varchar)"
        ).fetchall()
        for name, said in companies.items():
            row = [name, said["status"], said["segment"], said["band"]]
            self.con.execute("insert into marts.company_360 values (?, ?, ?, ?)", row).fetchall()
        workflows.build_runs(self.con)
        workflows.build_steps(self.con)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of a query."""
        return self.con.execute(query).fetchall()


@pytest.fixture
def days(tmp_path: Path) -> Iterator[Days]:
    made = Days(tmp_path)
    yield made
    made.con.close()


def told(status: str = "customer", segment: str = "enterprise", band: str = "thriving") -> dict[str, str]:
    return {"status": status, "segment": segment, "band": band}


def steps(days: Days) -> list[tuple[str, date, date]]:
    return days.rows("select company_id || ' ' || step, made_on, due_on from ledger.workflow_step order by 1, 2")


def settle(days: Days, company: str, step: str, on: date, status: str = "done") -> None:
    (task,) = days.rows(
        f"select workflow_run_id || ':' || step from ledger.workflow_step "
        f"where company_id = '{company}' and step = '{step}'"
    )[-1]
    workflows.settle(days.con, task, status, on)


def test_a_run_starts_once_and_steps_follow_one_another(days: Days) -> None:
    days.run(FIRST_DAY, {"a": told("prospect")})
    assert days.rows("select * from ledger.workflow_run") == []
    second = FIRST_DAY + timedelta(days=1)
    for _ in range(3):
        days.run(second, {"a": told()})
    assert [step for step, _, _ in steps(days)] == ["a kickoff", "a visit", "a welcome"]
    assert steps(days)[0] == ("a kickoff", second, date(2026, 6, 5))
    settle(days, "a", "kickoff", date(2026, 6, 8))
    days.run(date(2026, 6, 7), {"a": told()})
    assert len(steps(days)) == 3
    days.run(date(2026, 6, 8), {"a": told()})
    assert ("a review", date(2026, 6, 8), date(2026, 6, 13)) in steps(days)


def test_the_exit_condition_ends_a_run_and_its_steps(days: Days) -> None:
    days.run(FIRST_DAY, {"a": told(segment="mid_market")})
    assert [step for step, _, _ in steps(days)] == ["a kickoff", "a welcome"]
    settle(days, "a", "kickoff", FIRST_DAY + timedelta(days=1))
    days.run(FIRST_DAY + timedelta(days=2), {"a": told("lost", "enterprise")})
    assert days.rows("select exited_on from ledger.workflow_run") == [(date(2026, 6, 3),)]
    assert len(steps(days)) == 2
    days.run(FIRST_DAY + timedelta(days=3), {"a": told()})
    assert len(days.rows("select * from ledger.workflow_run")) == 1


def test_one_that_repeats_waits_until_it_has_ended_and_the_condition_lapsed(days: Days) -> None:
    def day(number: int, band: str) -> int:
        days.run(FIRST_DAY + timedelta(days=number), {"a": told(segment="startup", band=band)})
        return len(days.rows("select * from ledger.workflow_run"))

    assert [day(0, "thriving"), day(1, "at_risk"), day(2, "at_risk"), day(3, "thriving"), day(4, "at_risk")] == [
        0,
        1,
        1,
        1,
        1,
    ]
    settle(days, "a", "call", FIRST_DAY + timedelta(days=5))
    assert [day(5, "at_risk"), day(6, "at_risk")] == [2, 2]
    assert [step for step, _, _ in steps(days)] == ["a call", "a call"]


def test_what_nobody_made_cannot_be_settled_nor_anything_twice(days: Days) -> None:
    with pytest.raises(workflows.NoSuchTaskError, match="rapport tasks"):
        workflows.settle(days.con, "workspace:x", "done", FIRST_DAY)
    days.run(FIRST_DAY, {"a": told()})
    settle(days, "a", "kickoff", FIRST_DAY)
    with pytest.raises(workflows.NoSuchTaskError, match="settled before"):
        settle(days, "a", "kickoff", FIRST_DAY)


def test_the_switch_stops_everything(days: Days) -> None:
    days.con.execute("update policy.behaviour set workflows_run = false").fetchall()
    days.run(FIRST_DAY, {"a": told()})
    assert days.rows("select * from ledger.workflow_run") == []


@pytest.mark.parametrize("seed", range(5))
def test_thirty_days_with_no_step_doubled_or_missed(days: Days, seed: int) -> None:
    """Random days of random companies, some run twice and some left out, against a simulation written step by step."""
    chance = random.Random(seed)
    names = [f"c{number}" for number in range(20)]
    now = {name: told("prospect", chance.choice(["startup", "mid_market", "enterprise"])) for name in names}
    expected: dict[tuple[str, str, date], date] = {}
    started: dict[str, date] = {}
    over: set[str] = set()
    done: dict[tuple[str, str], date] = {}
    for number in range(30):
        day = FIRST_DAY + timedelta(days=number)
        for name in names:
            if chance.random() < 0.15:
                now[name]["status"] = chance.choice(["prospect", "customer", "lost"])
            if chance.random() < 0.1:
                now[name]["segment"] = chance.choice(["startup", "mid_market", "enterprise"])
        if chance.random() < 0.1:
            continue  # nobody ran anything that day
        for name in names:
            said = now[name]
            if name in started and said["status"] == "lost":
                over.add(name)
            if name not in started and said["status"] == "customer" and said["segment"] != "startup":
                started[name] = day
            if name not in started or name in over:
                continue
            wanted = {"welcome": 1, "kickoff": 3} | ({"visit": 7} if said["segment"] == "enterprise" else {})
            for step, offset in wanted.items():
                if not any(key[:2] == (name, step) for key in expected):
                    expected[(name, step, day)] = started[name] + timedelta(days=offset)
            if (name, "kickoff") in done and not any(key[:2] == (name, "review") for key in expected):
                expected[(name, "review", day)] = done[(name, "kickoff")] + timedelta(days=5)
        for _ in range(chance.choice([1, 1, 2])):
            days.run(day, now)
        for name, step, _made in list(expected):
            if (name, step) not in done and chance.random() < 0.2:
                done[(name, step)] = day
                settle(days, name, step, day)
    found = days.rows(
        "select company_id, step, made_on, due_on from ledger.workflow_step where template = 'onboarding'"
    )
    assert len(found) == len({row[:2] for row in found})
    assert {(name, step, made): due for name, step, made, due in found} == expected
    assert len(expected) > 20


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("customer_status = 'lost'", "moood = 'lost'", "has no column moood"),
        ("customer_status = 'lost'", "customer_status = (select 1)", "without a subquery"),
        ("customer_status = 'lost'", "customer_since < current_date", "without today's date"),
        ("customer_status = 'lost'", "customer_status = ", "no SQL condition"),
        ('after = "kickoff"', 'after = "visit"', "must stand above"),
        ('assignee = "co_owner"', 'assignee = "nobody"', "owner, co_owner or an e-mail"),
        ('template = "rescue"', 'template = "resuce"', "no such template"),
        ('id = "visit"', 'id = "review"', "twice"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    (tmp_path / "workflow.toml").write_text(PLAN.replace(old, new, 1))
    with pytest.raises(PolicyError, match=sentence):
        load_policies(tmp_path)


def test_what_does_not_fit_together_is_said_of_the_file_not_of_its_first_line(tmp_path: Path) -> None:
    file = tmp_path / "workflow.toml"
    file.write_text(PLAN.replace('assignee = "co_owner"', 'assignee = "nobody"'))
    with pytest.raises(PolicyError) as refused:
        load_policies(tmp_path)
    assert str(refused.value).startswith(f"{file}: step ")


def test_the_ledger_is_built_after_what_its_conditions_read_and_before_what_follows() -> None:
    order = list(catalogue())
    assert order.index("marts.company_360") < order.index("ledger.workflow_run") < order.index("objects.task")
