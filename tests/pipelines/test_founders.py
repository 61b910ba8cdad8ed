"""Golden ids over time: who is not touched keeps the id, what is undone has its back, no old id leads nowhere."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from models.identity import company_decision, company_link, company_record
from pipelines.match import decisions
from pipelines.match.decisions import Decision
from pipelines.rooms import MODELS, Table
from pipelines.tables import founders
from pipelines.warehouse import Connection, transaction
from tests.models import databases
from tests.models.identity_rows import TRUST, Rows, company_frames, frame, linked, scored, store, told

LINK = Table("identity.company_link", "model", frozenset(), Path("company_link.py"))
SUCCESSION = (MODELS / "identity" / "id_succession.sql").read_text()
START = datetime(2026, 1, 1)
Ids = dict[str, str]


@dataclass
class Life:
    """A warehouse with just what golden ids follow from, taken from one build to the next."""

    con: Connection
    rows: Rows = field(default_factory=list)
    said: list[Decision] = field(default_factory=list)
    days: int = 0
    seed: int = 0

    def deliver(self, *rows: tuple[str | None, ...]) -> None:
        """New records `(source, id, external id)`, a day after the last ones."""
        self.days += 1
        self.rows += rows
        at = START + timedelta(days=self.days)
        self.con.execute("insert into meta.delivery values (?)", [at]).fetchall()

    def say(self, verdict: str, left: str, right: str) -> str:
        """A decision in the hour after the last delivery; returns its id."""
        self.said = decisions.added(self.said, "company", verdict, left, right, "ada", self._now(), None)
        return self.said[-1].id

    def take_back(self, *ids: str) -> None:
        self.said = decisions.undone(self.said, list(ids), "bo", self._now())

    def _now(self) -> datetime:
        return START + timedelta(days=self.days, hours=1, seconds=len(self.said))

    def build(self) -> Ids:
        """Make the link table as `build` does; golden id by source key."""
        with transaction(self.con):
            return self.make()

    def make(self) -> Ids:
        """The same within a transaction that is open, from rows in any order."""
        self.seed += 1
        frames = company_frames(self.rows)
        frames["staging.company"] = frames["staging.company"].sample(fraction=1, shuffle=True, seed=self.seed)
        said = decisions.frame(self.said)
        frames |= {"policy.match_decision": said, "identity.company_pair": scored({})}
        anew = linked("company", frames | {"ledger.founder": self.con.sql("from ledger.founder").pl()})
        for name, rows in frames.items():
            store(self.con, name, rows)
        company_record.renew(self.con)
        company_decision.renew(self.con)
        with founders.noted(self.con, LINK):
            company_link.renew(self.con)
        found = told(self.con, "identity.company_link")
        assert found.equals(anew["identity.company_link"]), "what is renewed is what would be made anew"
        return dict(zip(found["source_key"], found["company_id"], strict=True))

    def succession(self) -> dict[tuple[str, str], str]:
        """How an old id goes on, by the old and the new id."""
        rows = self.con.execute(f"select old_id, new_id, how from ({SUCCESSION})").fetchall()
        return {(old, new): how for old, new, how in rows}


@pytest.fixture
def life() -> Iterator[Life]:
    con = databases.fresh()
    for schema in ("meta", "policy", "identity"):
        con.execute(f"create schema {schema}").fetchall()
    con.execute("create table meta.delivery (delivered_at timestamp)").fetchall()
    con.execute("create table meta.run as select timestamp '2026-07-01' as as_of").fetchall()
    founders.prepare(con)
    made = Life(con)
    ranks = pl.DataFrame({"source": TRUST, "trust": list(range(len(TRUST)))})
    store(con, "policy.source_rank", ranks)
    for name in ("contact", "team_member"):
        store(con, f"identity.{name}_link", frame(f"source_key source_system source_record_id {name}_id", []))
    yield made
    con.close()


def clusters(ids: Ids) -> dict[frozenset[str], str]:
    """Golden id by the records that have it."""
    members: dict[str, set[str]] = {}
    for key, golden in ids.items():
        members.setdefault(golden, set()).add(key)
    return {frozenset(keys): golden for golden, keys in members.items()}


# --- a few lives by hand ---------------------------------------------------------------------------------------------


def test_the_most_trusted_record_of_a_new_group_names_it(life: Life) -> None:
    life.deliver(("desk", "1", "crm:1"), ("crm", "1", None))
    assert set(life.build().values()) == {"crm:1"}


def test_a_more_trusted_source_that_comes_later_renames_nobody(life: Life) -> None:
    life.deliver(("desk", "1", None))
    life.build()
    life.deliver(("crm", "1", "desk:1"))
    assert set(life.build().values()) == {"desk:1"}
    assert life.succession() == {}


def test_two_customers_that_become_one_go_by_the_older_id(life: Life) -> None:
    life.deliver(("desk", "1", None))
    life.build()
    life.deliver(("crm", "1", None))
    before = life.build()
    merge = life.say("same", "crm:1", "desk:1")
    assert set(life.build().values()) == {"desk:1"}
    assert life.succession() == {("crm:1", "desk:1"): "merged"}
    (since,) = life.con.sql(f"select since from ({SUCCESSION})").fetchall()
    assert since == (life.said[0].decided_at,)
    life.take_back(merge)
    assert life.build() == before
    assert life.succession() == {}


def test_a_part_that_is_split_off_has_its_own_id_and_the_rest_keeps_theirs(life: Life) -> None:
    life.deliver(("desk", "1", None))
    life.build()
    life.deliver(("crm", "1", "desk:1"))
    before = life.build()
    split = life.say("different", "crm:1", "desk:1")
    assert life.build() == {"crm:1": "crm:1", "desk:1": "desk:1"}
    assert life.succession() == {("desk:1", "crm:1"): "split"}
    life.take_back(split)
    assert life.build() == before, "though the more trusted record has had a name of its own on the same day"
    assert life.succession() == {("crm:1", "desk:1"): "merged"}, "who saw that name meanwhile finds the customer"


def test_founders_are_told_from_the_day_of_the_delivery(life: Life) -> None:
    life.deliver(("crm", "1", None), ("crm", "2", None))
    life.build()
    life.build()
    rows = life.con.sql("from ledger.founder order by place").fetchall()
    first = START + timedelta(days=1)
    assert rows == [("company", "crm:1", first, 1), ("company", "crm:2", first, 2)]


def test_a_build_that_fails_founds_nobody(life: Life) -> None:
    life.deliver(("crm", "1", None))
    before = life.build()
    life.deliver(("crm", "2", None), ("desk", "3", "crm:1"))
    with pytest.raises(RuntimeError, match="after all"):
        _fail(life)
    assert life.con.sql("select source_key from ledger.founder").fetchall() == [("crm:1",)]
    assert life.con.sql("select source_key from identity.company_link").fetchall() == [(key,) for key in before]


def _fail(life: Life) -> None:
    """A build that ends after its links were made."""
    with transaction(life.con):
        life.make()
        raise RuntimeError("it was all in vain, after all")


def test_a_build_without_records_founds_nobody(life: Life) -> None:
    assert life.build() == {}
    assert life.con.sql("from ledger.founder").fetchall() == []


def test_ids_are_not_remembered_for_other_tables(life: Life) -> None:
    with founders.noted(life.con, replace(LINK, name="identity.company_record")):
        pass
    assert life.con.sql("from ledger.founder").fetchall() == []


# --- any life --------------------------------------------------------------------------------------------------------


def _happen(life: Life, rng: random.Random) -> None:
    """One thing that happens: records come, some of a source that was not there before, or somebody decides."""
    keys = [f"{source}:{record}" for source, record, *_ in life.rows]
    live = [one.id for one in life.said if one.is_live]
    kind = rng.choice(["records", "same", "different", "undo"]) if len(keys) > 3 else "records"
    if kind == "records" or (kind == "undo" and not live):
        count = rng.randint(1, 3)
        sources = TRUST[rng.randrange(len(TRUST)) :]
        new = [(rng.choice(sources), str(len(keys) + n), rng.choice([None, *keys[-6:]])) for n in range(count)]
        life.deliver(*new)
    elif kind == "undo":
        life.take_back(*rng.sample(live, rng.randint(1, len(live))))
    else:
        life.say(kind, *rng.sample(keys, 2))


@pytest.mark.parametrize("seed", range(12))
def test_no_life_renames_anybody_who_was_not_touched(life: Life, seed: int) -> None:
    rng = random.Random(seed)
    named: dict[frozenset[str], str] = {}
    ever: set[str] = set()
    hows: set[str] = set()
    for _ in range(14):
        _happen(life, rng)
        ids = life.build()
        now = clusters(ids)
        assert all(golden in keys for keys, golden in now.items()), "an id is that of one of its records"
        assert {keys: named[keys] for keys in now.keys() & named.keys()} == {
            keys: now[keys] for keys in now.keys() & named.keys()
        }, "the same records have the id they always had"
        _grown_keep_their_id(named, now)
        named |= now
        ever |= set(now.values())
        successors = life.succession()
        hows |= set(successors.values())
        merged = {old: new for (old, new), how in successors.items() if how == "merged"}
        assert set(merged) == ever - set(now.values()), "every id that names nobody any more goes on as one"
        assert {new for _, new in successors} <= set(now.values())
        assert all(old != new for old, new in successors)
    assert life.build() == ids, "building again changes nothing"
    if seed == 0:
        assert hows == {"merged", "split"}


def _grown_keep_their_id(before: dict[frozenset[str], str], now: dict[frozenset[str], str]) -> None:
    """Records that only came to a group leave it its id."""
    known = {key for keys in before for key in keys}
    for keys, golden in now.items():
        old = frozenset(keys & known)
        if old in before:
            assert golden == before[old]


@pytest.mark.parametrize("seed", range(6))
def test_undoing_everything_gives_the_same_table_back(life: Life, seed: int) -> None:
    rng = random.Random(seed)
    for number in range(8):
        external = f"{life.rows[0][0]}:0" if number > 3 and rng.random() < 0.7 else None
        life.deliver((rng.choice(TRUST), str(number), external))
        life.build()
    before, table = life.build(), told(life.con, "identity.company_link").rows()
    keys = sorted(before)
    other = next(key for key in keys if before[key] != before[keys[0]])
    said = [life.say("same", keys[0], other)]
    said += [life.say(rng.choice(["same", "different"]), *rng.sample(keys, 2)) for _ in range(4)]
    changed = life.build()
    life.take_back(*said[:2])
    life.build()
    life.take_back(*said[2:])
    assert life.build() == before
    assert told(life.con, "identity.company_link").rows() == table
    assert changed != before
