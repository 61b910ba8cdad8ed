"""Records, decisions and links renewed in place are what making them anew gives, whatever happened in between."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any

import duckdb
import polars as pl
import pytest

from models.identity import company_decision, company_record, deciding
from tests.models.identity_rows import (
    DECISION,
    LOADED_AT,
    STEPS,
    TRUST,
    Frames,
    company_frames,
    no_founders,
    policies,
    scored,
    staged,
    store,
    told,
    warehouse,
)

COLUMNS = {
    "company": "source_system source_record_id external_id parent_company_id name country phone",
    "company_domain": "source_system company_id domain",
    "contact": "source_system source_record_id external_id name country",
    "contact_email": "source_system contact_id address",
    "contact_phone": "source_system contact_id phone",
    "job_role": "source_system contact_id company_id job_title source_record_id",
    "team_member": "source_system source_record_id email",
}
KEYED = ("company", "contact", "team_member")
HOSTS = ["webpost.example", "agency.example", "lumenly.example", *(f"d{n}.example" for n in range(5)), "eu.d1.example"]
NAMES = ["Ada Byron", "ada  byron", "Byron, Ada", "Eva Maria Stone", "Eva Stone", "E.", None]
MAILBOXES = ["ada", "eva", "info", "noreply-x"]


class World:
    """What sources, policies, the model and people say; `happen` changes something of it."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.rows: dict[str, dict[Any, tuple[Any, ...]]] = {name: {} for name in COLUMNS}
        self.pairs: dict[str, dict[tuple[str, str], float]] = {"company": {}, "contact": {}}
        self.late: set[str] = set()
        self.said: list[tuple[Any, ...]] = []
        self.settings: dict[str, Any] = {}
        self.trust = list(TRUST)
        self.numbers = count()
        for _ in range(120):
            self.put()

    def key(self) -> tuple[str, str]:
        return self.rng.choice(TRUST), str(self.rng.randrange(5))

    def put(self) -> None:
        """Some source says something, perhaps of what it said something else before."""
        rng, (source, number) = self.rng, self.key()
        other = ":".join(self.key())
        external = rng.choice([None, None, other, f"*:{rng.randrange(5)}"])
        phone, address = f"+4930{rng.randrange(4)}345678", f"{rng.choice(MAILBOXES)}@{rng.choice(HOSTS)}"
        parent, title = rng.choice([None, None, other[-1]]), rng.choice(["Owner", "CTO"])
        made = {
            "company": (external, parent, f"Acme {number}", rng.choice(["DE", None]), phone),
            "company_domain": (rng.choice(HOSTS),),
            "contact": (external, rng.choice(NAMES), "DE"),
            "contact_email": (address,),
            "contact_phone": (phone,),
            "job_role": (other[-1], title, f"{number}:{other[-1]}:{title}"),
            "team_member": (rng.choice([None, address]),),
        }
        table = rng.choice(list(COLUMNS))
        key = (source, number) if table in KEYED else (source, number, *made[table])
        self.rows[table][key] = (source, number, *made[table])

    def happen(self) -> None:
        """One or a few things that happen from one run to the next."""
        rng = self.rng
        kind = rng.choice(["put", "put", "gone", "gone", "pair", "pair", "late", "say", "say", "undo", "policy"])
        if kind == "put":
            self.put()
        elif kind == "gone":
            rows = self.rows[rng.choice(list(COLUMNS))]
            rows.pop(rng.choice([*rows, None]), None)
        elif kind == "pair":
            pairs = self.pairs[rng.choice(["company", "contact"])]
            left, right = sorted(":".join(self.key()) for _ in range(2))
            pairs.pop(rng.choice([*pairs, None]), None)  # type: ignore[arg-type]
            pairs |= {(left, right): rng.uniform(0, 14)} if left != right else {}
        elif kind == "late":
            self.late ^= {":".join(self.key())}
        elif kind == "say":
            number, keys = next(self.numbers), [":".join(self.key()) for _ in range(2)]
            at, verdict = LOADED_AT + timedelta(hours=number), rng.choice(["same", "different"])
            self.said.append((str(number), rng.choice(KEYED), verdict, *keys, "ada", at, "so", None, None, number))
        elif kind == "undo" and self.said:
            place = rng.randrange(len(self.said))
            self.said[place] = (*self.said[place][:8], datetime(2027, 1, 1), "bo", self.said[place][10])
        elif kind == "policy":
            choices = {"merge_at": ["0.9", "0.99"], "cluster_cap": [3, 50], "ask_at": ["0.5", "1"]}
            name = rng.choice([*choices, "free_mail_domains", "trust"])
            if name == "trust":
                rng.shuffle(self.trust)
            else:
                self.settings[name] = rng.choice(choices.get(name, [["webpost.example"], ["d0.example"]]))

    def frames(self) -> Frames:
        """All that is read, its rows in any order."""
        found = policies(**self.settings)
        found["policy.source_rank"] = pl.DataFrame({"source": self.trust, "trust": range(len(TRUST))})
        found["policy.match_decision"] = pl.DataFrame(self.said, schema=DECISION, orient="row")
        for name, columns in COLUMNS.items():
            rows = list(self.rows[name].values())
            self.rng.shuffle(rows)
            found[f"staging.{name}"] = staged(name, columns, rows)
        for name in KEYED:
            key = pl.col("source_system") + ":" + pl.col("source_record_id")
            is_late = key.is_in(pl.Series(sorted(self.late), dtype=pl.String).implode())
            at = pl.when(is_late).then(pl.lit(LOADED_AT + timedelta(days=9))).otherwise("loaded_at")
            found[f"staging.{name}"] = found[f"staging.{name}"].with_columns(loaded_at=at)
        return found | {f"identity.{name}_pair": scored(pairs, list(pairs)[::3]) for name, pairs in self.pairs.items()}


def renewed(con: duckdb.DuckDBPyConnection, frames: Frames) -> Frames:
    """The tables of identity of all objects, made from what is there."""
    for table, rows in frames.items():
        store(con, table, rows)
    found = {}
    for name, steps in STEPS.items():
        for step in steps:
            step.renew(con)
            table = f"identity.{step.__name__.split('.')[-1]}"
            found[table] = told(con, table)
        con.execute(f"drop table identity.{name}_pair" if name != "team_member" else "select 1").fetchall()
    return found


def found_names(con: duckdb.DuckDBPyConnection) -> None:
    """Note who gives a name, as a run does."""
    for name in KEYED:
        con.execute(
            f"""
            insert into ledger.founder
            select
                '{name}', source_key, null,
                (select count(*) from ledger.founder) + row_number() over (order by source_key)
            from identity.{name}_link
            where source_key = {name}_id and source_key not in (
                select f.source_key from ledger.founder as f where f.object = '{name}'
            )
            """
        ).fetchall()


@pytest.mark.parametrize("seed", range(6))
def test_what_is_renewed_is_what_is_made_anew(seed: int) -> None:
    world, seen = World(seed), set()
    with warehouse({"ledger.founder": no_founders()}) as con:
        before: Frames = {}
        for _ in range(8):
            for _ in range(world.rng.choice([0, 1, 3, 8])):
                world.happen()
            frames, founders = world.frames(), told(con, "ledger.founder")
            now = renewed(con, frames)
            with warehouse({"ledger.founder": founders}) as other:
                anew = renewed(other, frames)
            assert [name for name in anew if not anew[name].equals(now[name])] == []
            seen |= {name for name in before if not before[name].equals(now[name])}
            before = now
            found_names(con)
    assert seen >= {
        f"identity.{name}_{kind}" for name in ("company", "contact") for kind in ("record", "decision", "link")
    }


@pytest.fixture
def many() -> Iterator[duckdb.DuckDBPyConnection]:
    """Sixty companies, each in two sources, their records and decisions made."""
    rows = [(source, str(n), f"crm:{n}" if source == "desk" else None) for source in ("crm", "desk") for n in range(60)]
    frames = company_frames(rows, [("crm", str(n), f"d{n}.example") for n in range(60)])  # type: ignore[arg-type]
    with warehouse(frames | {"identity.company_pair": scored({}), "policy.match_decision": no_decisions()}) as con:
        company_record.renew(con)
        company_decision.renew(con)
        yield con


def no_decisions() -> pl.DataFrame:
    return pl.DataFrame(schema=DECISION)


def test_only_what_changed_is_cleaned_and_decided(
    many: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    cleaned, followed = [], []
    build, follow = company_record._build, deciding.Walk.follow

    def counted(parts: Any, policies: Any) -> pl.DataFrame:
        cleaned.extend(parts["company"]["source_key"])
        return build(parts, policies)

    def noted(walk: deciding.Walk, opinion: deciding.Opinion) -> str | None:
        followed.append(opinion)
        return follow(walk, opinion)

    monkeypatch.setattr(company_record, "_build", counted)
    monkeypatch.setattr(deciding.Walk, "follow", noted)
    domain = "select 'desk' as source_system, '9' as company_id, 'd8.example' as domain"
    for change, records, opinions in (
        ("select 1", [], 0),
        ("update staging.company set name = 'New' where source_record_id = '7'", ["crm:7", "desk:7"], 0),
        ("update staging.company set parent_company_id = '1' where source_record_id = '5'", ["crm:5", "desk:5"], 1),
        (f"insert into staging.company_domain by name {domain}", ["desk:9"], 3),
    ):
        cleaned.clear()
        followed.clear()
        many.execute(change).fetchall()
        company_record.renew(many)
        company_decision.renew(many)
        assert (sorted(cleaned), len(followed)) == (records, opinions)
