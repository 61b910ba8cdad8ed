"""People's decisions, followed and taken back: everything is built as if they had never been made."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from pipelines.home import Home
from pipelines.match import decisions
from pipelines.rooms import catalogue, invariants, sources
from pipelines.sync.ingest import sync
from pipelines.tables import checks
from pipelines.warehouse import Connection, open_warehouse, table_names
from tests.pipelines import small_world
from tests.pipelines.custom_workspace import make

BUILT = (
    *("marts.company_360", "marts.company_month", "marts.contact_360", "identity.id_succession"),
    *(name for name in catalogue() if name.startswith(("identity.", "objects."))),
)
TOUCHED_BY_TIME = {"identity.id_succession", "policy.match_decision"}
"""What tells of decisions that were taken back."""
NOON = datetime(2026, 7, 1, 12)


@pytest.fixture
def con(home: Home) -> Iterator[Connection]:
    """The small world, built as far as the tables that are looked at."""
    for name, text in small_world.files().items():
        (home.inbox / name).write_text(text)
    sync(home, list(sources()), small_world.DELIVERED_AT, lambda _: None)
    with open_warehouse(home, "a test") as connection:
        make(connection, home, BUILT)
        yield connection


def picture(con: Connection) -> dict[str, list[str]]:
    """Every table that is built, row by row, as text."""
    made = sorted((table_names(con) & catalogue().keys()) - TOUCHED_BY_TIME)
    return {
        name: sorted(repr(row) for row in con.execute(f"select * from {name}").fetchall())
        for name in made
        if not name.startswith("raw_")
    }


def random_decisions(con: Connection, rng: random.Random) -> list[decisions.Decision]:
    """Ten decisions about companies and contacts."""
    keys = {
        name: sorted(key for (key,) in con.execute(f"select source_key from identity.{name}_record").fetchall())
        for name in ("company", "contact")
    }
    said: list[decisions.Decision] = []
    for number in range(10):
        name = rng.choice(["company", "contact"])
        left, right = rng.sample(keys[name], 2)
        at = NOON + timedelta(minutes=number)
        said = decisions.added(said, name, rng.choice(decisions.VERDICTS), left, right, "ada", at, "by chance")
    return said


def test_decisions_taken_back_leave_nothing_behind(home: Home, con: Connection) -> None:
    before = picture(con)
    said = random_decisions(con, random.Random(1))
    decisions.write(home.config, said)
    made = make(con, home, BUILT)
    assert {"identity.company_link", "objects.company", "marts.company_360"} <= set(made)
    between = picture(con)
    assert between["identity.company_link"] != before["identity.company_link"]
    assert between["objects.company"] != before["objects.company"]
    for invariant in invariants():
        if invariant.name in ("people_keep_apart", "record_has_golden_id"):
            assert checks.check_invariant(con, invariant).holds
    taken_back = decisions.undone(said, [one.id for one in said], "bo", NOON + timedelta(hours=1))
    decisions.write(home.config, taken_back)
    make(con, home, BUILT)
    after = picture(con)
    assert after.keys() == before.keys()
    assert [name for name in before if before[name] != after[name]] == []
    stale = con.execute("select old_id, how from identity.id_succession").fetchall()
    once = {key for (key,) in con.execute("select source_key from ledger.founder").fetchall()}
    assert {old for old, _ in stale} <= once
    assert {how for _, how in stale} <= {"merged"}
