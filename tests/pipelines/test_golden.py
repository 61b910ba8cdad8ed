"""Which value survives: every rule against a plain re-telling of it, on random records; and mistakes in the policy."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from models.policy.loading import PolicyError
from pipelines.schemas import Column, columns_of, schema_of
from pipelines.tables import golden
from pipelines.tables.golden import Rule, Rules
from pipelines.warehouse import Connection
from tests.models import databases

Record = dict[str, Any]
TRUST = {"hubspot": 0, "stripe": 1, "zendesk": 2}
FIELDS = ("name", "city", "employee_count", "tags")
KEEPS = ("source_priority", "newest", "most_frequent", "longest")
NEVER = datetime(1900, 1, 1)


def company_columns() -> tuple[Column, ...]:
    schema = schema_of("objects.company")
    assert schema is not None
    return columns_of(schema)


def random_records(chance: random.Random) -> list[Record]:
    """Records of a few companies, with many empty, blank, equal and nearly equal values and equal times."""
    days = [None, *(datetime(2026, 1, day) for day in (1, 2, 3))]
    words = [None, "", "  ", "\t", "Acme", "ACME ", "acme", "Acme Works", "Beta", "Gamma Ltd"]
    return [
        {
            "company_id": f"c{chance.randrange(3)}",
            "source_system": chance.choice(sorted(TRUST)),
            "source_record_id": str(number),
            "name": chance.choice(["", "  ", "Acme", "acme", "ACME Ltd", "Beta"]),
            "city": chance.choice(words),
            "employee_count": chance.choice([None, 0, 7, 50]),
            "tags": chance.choice(words),
            "created_at": chance.choice(days),
            "updated_at": chance.choice(days),
            "source_deleted_at": chance.choice([None, None, *days]),
            "loaded_at": datetime(2026, 2, 1) + timedelta(days=chance.randrange(3)),
            "custom": chance.choice([None, f'{{"n": {number}}}']),
        }
        for number in range(chance.randrange(1, 14))
    ]


def asked(con: Connection, records: Sequence[Record], by: Rules) -> dict[str, Record]:
    """The golden rows as the SQL gives them, by id."""
    types = {column.name: column.sql_type for column in company_columns()}
    frame = pl.DataFrame(
        [{**record, "_priority": TRUST[record["source_system"]], "_row_id": "x"} for record in records],
        infer_schema_length=None,
    )
    con.register("given", frame)
    listed = ", ".join(
        f'cast({name if name in frame.columns else "null"} as {kind}) as "{name}"' for name, kind in types.items()
    )
    con.execute(f"create or replace temp table resolved as select {listed}, _priority, _row_id from given").fetchall()
    found = con.sql(golden.traced("company", company_columns(), "resolved", None, by)).pl().to_dicts()
    plain = con.sql(golden.merged("company", company_columns(), "resolved", None, by)).pl().to_dicts()
    assert {row["company_id"]: row for row in plain} == {
        row["company_id"]: {name: value for name, value in row.items() if not name.startswith("_")} for row in found
    }
    return {row["company_id"]: row for row in found}


# --- the rules told again, plainly -----------------------------------------------------------------------------------


def is_filled(value: Any) -> bool:
    return value is not None and (not isinstance(value, str) or value.strip(" \t\r\n") != "")


def alike(value: Any) -> str:
    return re.sub(r"\s", "", str(value)).lower()


def trusted(record: Record, order: Sequence[str] = ()) -> tuple[Any, ...]:
    source = record["source_system"]
    return (
        order.index(source) if source in order else len(order) + TRUST[source],
        record["source_deleted_at"] is not None,
        NEVER - (record["updated_at"] or NEVER),
        record["source_record_id"],
    )


def expected(records: Sequence[Record], field: str, rule: Rule) -> Record | None:
    """The record whose value is to be kept; None when no record says anything."""
    said = [record for record in records if is_filled(record[field])]

    def rank(record: Record) -> tuple[Any, ...]:
        last = trusted(record, rule.sources)
        if rule.keep == "newest":
            newest = (NEVER - (record["updated_at"] or NEVER), NEVER - record["loaded_at"])
            return (record["source_deleted_at"] is not None, *newest, *last)
        if rule.keep == "longest":
            return (-len(str(record[field]).strip()), *last)
        if rule.keep == "most_frequent":
            there = [one for one in said if one["source_deleted_at"] is None]
            return (-sum(alike(one[field]) == alike(record[field]) for one in there), *last)
        return last

    return min(said, key=rank) if said else None


@pytest.mark.parametrize("seed", range(40))
def test_every_rule_keeps_what_it_says(seed: int) -> None:
    chance = random.Random(seed)
    records = random_records(chance)
    by = Rules(
        Rule(chance.choice(KEEPS)),
        {
            field: Rule(chance.choice(KEEPS), tuple(chance.sample(sorted(TRUST), chance.randrange(3))))
            for field in FIELDS
            if chance.random() < 0.7
        },
    )
    with databases.fresh() as con:
        found = asked(con, records, by)
        chance.shuffle(records)
        assert asked(con, records, by) == found, "the order in which records come makes no difference"
    assert found.keys() == {record["company_id"] for record in records}
    for company_id, row in found.items():
        own = sorted((record for record in records if record["company_id"] == company_id), key=trusted)
        assert row["_records"] == [f"{one['source_system']}:{one['source_record_id']}" for one in own]
        for field in FIELDS:
            winner = expected(own, field, by.of(field))
            assert row["_won"][field] == (own.index(winner) + 1 if winner else None), field
            if winner or field != "name":
                assert row[field] == (winner[field] if winner else None), field
            else:
                assert row[field] is not None, "a name has to stand there, be it empty"
        assert (row["source_system"], row["source_record_id"]) == (own[0]["source_system"], own[0]["source_record_id"])
        check_times(row, own)


def check_times(row: Record, own: Sequence[Record]) -> None:
    created = [one["created_at"] for one in own if one["created_at"]]
    assert row["created_at"] == min(created, default=None)
    assert row["updated_at"] == max((one["updated_at"] for one in own if one["updated_at"]), default=None)
    assert row["loaded_at"] == max(one["loaded_at"] for one in own)
    gone = [one["source_deleted_at"] for one in own]
    assert row["source_deleted_at"] == (max(gone) if all(gone) else None)
    if created:
        assert own[row["_won"]["created_at"] - 1]["created_at"] == row["created_at"]
        assert min(created) not in [one["created_at"] for one in own[: row["_won"]["created_at"] - 1]]


def test_versions_are_merged_by_other_keys() -> None:
    """One row per golden id and instant, as history asks for it."""
    records = [
        {**record, "company_id": "c0", "valid_from": datetime(2026, 1, 1 + number % 2)}
        for number, record in enumerate(random_records(random.Random(4)))
    ]
    listed = ", ".join(
        f'cast(null as {c.sql_type}) as "{c.name}"' for c in company_columns() if c.name not in records[0]
    )
    with databases.fresh() as con:
        con.register("given", pl.DataFrame(records, infer_schema_length=None))
        con.execute(
            f"create temp table rows as select *, {listed}, 0 as _priority, 'x' as _row_id from given"
        ).fetchall()
        sql = golden.merged("company", company_columns(), "rows", ("company_id", "valid_from"), Rules())
        found = con.sql(f"select company_id, valid_from from ({sql}) order by all").fetchall()
    assert found == [("c0", datetime(2026, 1, 1)), ("c0", datetime(2026, 1, 2))]


# --- the policy ------------------------------------------------------------------------------------------------------


def mistakes(folder: Path, *rules: Mapping[str, str]) -> list[str]:
    entries = ["[[rule]]\n" + "\n".join(f"{key} = {value}" for key, value in rule.items()) for rule in rules]
    (folder / "golden.toml").write_text('default_rule = "newest"\n' + "\n".join(entries) + "\n")
    with pytest.raises(PolicyError) as caught:
        golden.check(folder)
    return [line.replace(f"{folder / 'golden.toml'}:", "") for line in str(caught.value).splitlines()]


def test_what_the_policy_names_must_be_there(tmp_path: Path) -> None:
    golden.check(tmp_path)  # the shipped one
    field = {"object": '"company"', "field": '"citty"'}
    assert mistakes(tmp_path, field)[0].startswith("4: company has no field 'citty'. Its fields are name, legal_name")
    good = {"object": '"company"', "field": '"city"'}
    told = mistakes(tmp_path, good, good | {"sources": '["stripe", "strip"]'})
    assert told[0] == "7: company.city has a rule above already. Keep one of the two."
    assert told[1].startswith("8: no source is called 'strip'. There are ")
    assert mistakes(tmp_path, good | {"field": '"created_at"'})[0].startswith("4: company.created_at follows no rule")
    assert "3: " in mistakes(tmp_path, good | {"object": '"ticket"'})[0]
    assert "keep" in mistakes(tmp_path, good | {"keep": '"oldest"'})[0]
    assert "named twice" in mistakes(tmp_path, good | {"sources": '["stripe", "stripe"]'})[0]
