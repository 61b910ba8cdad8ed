"""The versions that raw tells, and between which loads each stood: the same step by step as from scratch."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import pytest

from pipelines.home import Home
from pipelines.rooms import catalogue
from pipelines.sync.ingest import sync
from pipelines.tables import staging, versions
from pipelines.warehouse import Connection, open_warehouse
from tests.pipelines.conftest import Drop
from tests.pipelines.version_world import Row, company, hour, link, load, made, prepare, rows_of, spans, told

HEADER = "Record ID,Company name,Number of Employees,Company owner,Create Date,Last Modified Date\n"


@pytest.fixture
def con(warehouse: Connection) -> Connection:
    return prepare(warehouse)


def known(rows: Iterable[Row], *fields: str) -> list[tuple[Any, ...]]:
    found = [{**row, "valid_from": row["known_from"], "valid_to": row["known_to"]} for row in rows]
    return sorted(spans(found, *fields), key=str)


def test_a_version_stands_from_load_to_load(con: Connection) -> None:
    load(con, hour(10), [company(1, "Acme", 1), company(2, "Beta", 2)])
    load(con, hour(20), [company(1, "Acme Ltd", 11)])
    assert known(made(con, "company"), "source_record_id", "name") == [
        (10.0, 20.0, "1", "Acme"),
        (10.0, None, "2", "Beta"),
        (20.0, None, "1", "Acme Ltd"),
    ]


def test_a_load_that_tells_nothing_new_of_a_record_makes_no_version(con: Connection) -> None:
    load(con, hour(10), [company(1, "Acme", 1)])
    load(con, hour(20), [company(1, "Acme", 1)])
    load(con, hour(30), [company(2, "Beta", 1)])
    assert known(made(con, "company"), "name") == [(10.0, None, "Acme"), (30.0, None, "Beta")]


def test_a_row_that_broke_the_schema_is_left_out_while_it_did(con: Connection) -> None:
    for at, count in ((10, "5"), (20, "many"), (30, "7")):
        load(con, hour(at), [company(1, "Acme", at, numberofemployees=count)])
    assert known(made(con, "company"), "employee_count") == [(10.0, 20.0, 5), (30.0, None, 7)]


def test_what_another_table_tells_of_a_record_makes_a_version_too(con: Connection) -> None:
    """The owner is given by name; when two people go by it, it names nobody."""
    owner = {"first_name": "Eva", "last_name": "Lund"}
    load(con, hour(10), [{"id": "7", **owner}], "owners")
    load(con, hour(11), [company(1, "Acme", 1, hubspot_owner_id="Eva Lund")])
    load(con, hour(20), [{"id": "8", **owner}], "owners")
    found = known([row for row in made(con, "company") if row["name"]], "owner_id")
    assert found == [(11.0, 20.0, "7"), (20.0, None, "Eva Lund")]


def test_a_pile_of_old_exports_keeps_every_version(con: Connection) -> None:
    link(con, "company", {"hubspot:1": "hubspot:1"})
    load(con, hour(100), [company(1, "Third", 30), company(1, "First", 10), company(1, "Second", 20)])
    late = known(made(con, "company"), "name")
    assert late == [(100.0, 100.0, "First"), (100.0, 100.0, "Second"), (100.0, None, "Third")]
    load(con, hour(200), [company(1, "Between", 25), company(1, "Fourth", 150)])
    made(con, "company")
    assert spans(told(con, "company"), "name", "known_from") == [
        (10.0, 20.0, "First", 100.0),
        (20.0, 25.0, "Second", 100.0),
        (25.0, 30.0, "Between", 200.0),
        (30.0, 150.0, "Third", 100.0),
        (150.0, None, "Fourth", 200.0),
    ]


def test_what_one_old_row_in_several_told_ends_with_it(con: Connection) -> None:
    """A company's domains come from its row: an old row names one that the next row does not."""
    link(con, "company", {"hubspot:1": "hubspot:1"})
    rows = [("a.example", 10), ("b.example", 20), ("a.example", 30)]
    load(con, hour(100), [company(1, "Acme", changed, domain=domain) for domain, changed in rows])
    made(con, "company_domain")
    assert spans(told(con, "company_domain"), "domain") == [
        (10.0, 20.0, "a.example"),
        (100.0, None, "a.example"),
        (20.0, 30.0, "b.example"),
    ]


@pytest.mark.parametrize("seed", range(6))
def test_step_by_step_comes_to_the_same_as_from_scratch_and_as_staging_did(home: Home, seed: int) -> None:
    """Random deliveries; after each the staging table is made as a run makes it, and kept to compare with."""
    rng = random.Random(seed)
    mapping = catalogue()["staging_hubspot.company"]
    seen: dict[datetime, dict[str, Row]] = {}
    with open_warehouse(home, "a test") as con:
        prepare(con)
        at = 100.0
        for _ in range(6):
            at += rng.randint(0, 2) * 5  # deliveries of one instant, too
            for resource in rng.sample(["companies", "owners"], k=rng.randint(1, 2)):
                load(con, hour(at), (thing(rng, resource) for _ in range(rng.randint(1, 5))), resource)
            staging.build(con, mapping)
            seen[hour(at)] = {row["source_record_id"]: row for row in rows_of(con, "staging_hubspot.company")}
            if rng.random() < 0.6:
                made(con, "company")
        stepwise = made(con, "company")
        assert made(con, "company", "written anew") == stepwise
        con.execute("drop table version.company").fetchall()
        assert made(con, "company") == stepwise
    fields = set(stepwise[0]) - {"loaded_at", "_row_id", *versions.SPAN}
    for instant, rows in seen.items():
        stood = [v for v in stepwise if v["known_from"] <= instant]
        stood = [v for v in stood if v["known_to"] is None or instant < v["known_to"]]
        assert {v["source_record_id"]: {name: v[name] for name in fields} for v in stood} == {
            key: {name: row[name] for name in fields} for key, row in rows.items()
        }


def thing(rng: random.Random, resource: str) -> Row:
    """A random row: few records, few names, some that break the schema; the first company is always whole."""
    if resource == "owners":
        return {"id": rng.choice("789"), "first_name": rng.choice(["Eva", "Tom"]), "last_name": "Lund"}
    count = rng.choice(["5", "6", None, "many"])
    number = rng.randint(1, 3)
    return company(
        number,
        rng.choice(["Acme", "Beta", "Gamma"]),
        rng.choice([None, *range(0, 60, 10)]),
        numberofemployees="5" if number == 1 else count,
        hubspot_owner_id=rng.choice(["Eva Lund", "7", None]),
    )


def test_only_what_is_new_is_replayed(con: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    replayed: list[tuple[str | None, datetime]] = []
    replay = versions._replay

    def watched(con: Connection, mapping: Any, target: str, fields: list[str], instant: datetime) -> None:
        replayed.append((mapping.source, instant))
        replay(con, mapping, target, fields, instant)

    monkeypatch.setattr(versions, "_replay", watched)

    def again(text: str = "as written") -> list[tuple[str | None, datetime]]:
        replayed.clear()
        made(con, "company", text)
        return list(replayed)

    load(con, hour(10), [company(1, "Acme", 1)])
    load(con, hour(20), [company(1, "Beta", 2)])
    assert again() == [("hubspot", hour(10)), ("hubspot", hour(20))]
    assert again() == []
    load(con, hour(30), [company(1, "Gamma", 3)])
    assert again() == [("hubspot", hour(30))]
    load(con, hour(25), [company(1, "Delta", 4)])
    assert again() == [("hubspot", hour(at)) for at in (10, 20, 25, 30)], "one that states to have arrived before"
    con.execute("update meta.delivery set reader_version = 'mended' where delivered_at = ?", [hour(20)]).fetchall()
    assert again() == [("hubspot", hour(at)) for at in (10, 20, 25, 30)], "a delivery that was read again"
    assert len(again("written otherwise")) == 4
    load(con, hour(40), [{"id": "cus_1", "name": "Acme"}], "customers", "stripe")
    assert again("written otherwise") == [("stripe", hour(40))]


# --- deletions by absence, through the whole of a sync ---------------------------------------------------------------


def test_what_complete_exports_lack_is_deleted_then_and_there_again_later(home: Home, drop: Drop) -> None:
    (home.config / "sync.toml").write_text(
        'shrink_limit = 0\n[[full_export]]\nsource = "hubspot"\nresource = "companies"\n'
    )
    held = {1: [1, 2], 3: [1], 5: [1], 7: [1, 2]}
    for day, ids in held.items():
        rows = "".join(f"{i},Company {i},{day},,2025-01-01,2026-01-01\n" for i in ids)
        drop(f"hubspot/companies {day}.csv", HEADER + rows.replace(f",{day},,", ",4,,"))
        sync(home, ["hubspot"], datetime(2026, 6, day), lambda _: None)
    with open_warehouse(home, "a test") as con:
        prepare(con)
        link(con, "company", {"hubspot:1": "hubspot:1", "hubspot:2": "hubspot:2"})
        made(con, "company")
        rows = [row for row in told(con, "company") if row["company_id"] == "hubspot:2"]
        again = made(con, "company", "written anew")
    days = [(row["valid_from"], row["valid_to"], row["source_deleted_at"]) for row in rows]
    gone, back = datetime(2026, 6, 3), datetime(2026, 6, 7)
    assert days == [(datetime(2025, 1, 1), gone, None), (gone, back, gone), (back, None, None)]
    assert {row["known_from"] for row in again if row["source_record_id"] == "2"} == {datetime(2026, 6, 1), gone, back}
