"""Whose every golden value is and why these records are one, from the published tables by SQL alone, and in words.

How values are chosen belongs to `golden`, who is the same to `models/identity`; here both are only told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from pipelines.answers.lookup import NothingFoundError, find_company, find_contact, open_snapshot, rows
from pipelines.home import Home
from pipelines.schemas import columns_of, schema_of
from pipelines.tables.saying import capital, label, words
from pipelines.warehouse import Connection, columns

KEPT = {
    "source_priority": "{source} is the most trusted source that says anything",
    "newest": "the record of {source} is the newest",
    "most_frequent": "most records say so",
    "longest": "that is the longest",
    "earliest": "the earliest of all records counts",
    "latest": "the latest of all records counts",
    "all_deleted": "every record of it is deleted",
}
"""Why a rule kept what it kept, of the source that won."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d(\.\d+)?)?$")
TOLD = 2
"""Of so many records the lines above say already what joined them."""
VERDICTS = {
    "joined": "are the same",
    "left": "are kept apart",
    "refused": "were not joined",
    "ask": "may be the same, and nobody has said yet",
}


def find(home: Home, kind: str, who: str, field: str | None = None) -> dict[str, Any]:
    """What is told, as plain values: object, object_id, name, field, values (of all fields, or the one), records
    (what it is made of, with the rule that joined each), decisions (on pairs with one of them).

    Raises `NothingFoundError` when nobody, or more than one, goes by `who`, or the object has no such field.
    """
    with open_snapshot(home) as con:
        object_id, name = _whom(con, kind, who)
        known = list(columns(con, f"objects.{kind}"))
        if field is not None and field not in known:
            raise NothingFoundError(f"A {words(kind)} has no field {field!r}. There are: {', '.join(known)}.")
        values = rows(
            con,
            "select * exclude (object, object_id) from identity.provenance "
            "where object = ? and object_id = ? and field = coalesce(?, field)",
            [kind, object_id, field],
        )
        for value in values:
            value["competing"] = json.loads(value["competing"])
        _word(con, kind, values)
        records = rows(
            con,
            f"select source_system, source_record_id, rule, evidence from identity.{kind}_link "
            f"where {kind}_id = ? and source_system <> 'email' order by rule <> 'source', source_key",
            [object_id],
        )
        decisions = rows(
            con,
            f"select * from identity.{kind}_decision where exists (select 1 from identity.{kind}_link as l "
            f"where l.{kind}_id = ? and l.source_key in (left_key, right_key)) order by left_key, right_key",
            [object_id],
        )
    values.sort(key=lambda value: known.index(value["field"]))
    told = {"object": kind, "object_id": object_id, "name": name, "field": field}
    return told | {"values": values, "records": records, "decisions": decisions}


def _whom(con: Connection, kind: str, who: str) -> tuple[str, str]:
    """The golden id and name of who is meant."""
    if kind == "company":
        row = find_company(con, who)
        return row["company_id"], row["name"]
    if kind == "contact" and "@" in who:
        row = find_contact(con, who)
        return row["contact_id"], row["name"]
    by = "email" if kind == "team_member" else f"{kind}_id"
    found = rows(
        con,
        f"select {kind}_id as id, name, {kind}_id = $who or {by} = lower($who) as is_exact from objects.{kind} "
        f"where is_exact or lower(name) = lower($who) order by is_exact desc, id",
        {"who": who.strip()},
    )
    exact = [row for row in found if row["is_exact"]] or found
    if len(exact) == 1:
        return exact[0]["id"], exact[0]["name"]
    if exact:
        raise NothingFoundError(
            f"{len(exact)} go by {who!r}; name one by its id: {', '.join(row['id'] for row in exact[:10])}."
        )
    near = rows(
        con,
        f"select distinct name from objects.{kind} "
        "order by jaro_winkler_similarity(lower(name), lower(?)) desc limit 3",
        [who],
    )
    meant = f" Did you mean {', '.join(row['name'] for row in near)}?" if near else ""
    raise NothingFoundError(f"No {words(kind)} goes by {who!r}.{meant}")


def _word(con: Connection, kind: str, values: list[dict[str, Any]]) -> None:
    """Give each value the words a person knows it by: `label` of its field, and `name` where it is a golden id."""
    schema = schema_of(f"objects.{kind}")
    assert schema is not None
    declared = {column.name: column for column in columns_of(schema)}
    for value in values:
        column = declared.get(value["field"])
        value["label"] = label(column) if column else words(value["field"])
        target = column.references if column else None
        query = f"select name from objects.{target} where {target}_id = ?"
        named = rows(con, query, [value["value"]]) if target else []
        value["name"] = named[0]["name"] if named else None


# --- in words --------------------------------------------------------------------------------------------------------


def text(found: Mapping[str, Any]) -> str:
    """What was found, to be read aloud."""
    if found["field"] is not None:
        return "\n\n".join([_one(found), _why_one(found)])
    listed = "\n".join(_line(value) for value in found["values"])
    return "\n\n".join([f"{found['name']} ({words(found['object'])} {found['object_id']})", listed, _why_one(found)])


def _line(value: Mapping[str, Any]) -> str:
    said = f"{capital(value['label'])}: {_shown(value)}. {capital(_place(value))}."
    if value["is_conflict"]:
        others = [other for other in value["competing"] if other["value"] != value["value"]]
        said += f" But {_listed([_says(other) for other in others])}; kept because {_reason(value)}."
    return said


def _one(found: Mapping[str, Any]) -> str:
    if not found["values"]:
        return f"No record says anything of the {words(found['field'])} of {found['name']}."
    (value,) = found["values"]
    said = [f"The {value['label']} of {found['name']} is {_shown(value)}.", f"{capital(_place(value))}."]
    agreeing = [f"{one['source_system']} {one['source_record_id']}" for one in _others(value, is_same=True)]
    differing = [_says(one) for one in _others(value, is_same=False)]
    if agreeing:
        said.append(f"{capital(_listed(agreeing))} {'agrees' if len(agreeing) == 1 else 'agree'}.")
    if differing:
        said.append(f"But {_listed(differing)}.")
    said.append(f"Kept because {_reason(value)}." if value["competing"] else "No other record says anything.")
    return "\n".join(said)


def _reason(value: Mapping[str, Any]) -> str:
    return KEPT[value["rule"]].format(source=value["source_system"])


def _others(value: Mapping[str, Any], *, is_same: bool) -> list[dict[str, Any]]:
    return [one for one in value["competing"] if (one["value"] == value["value"]) == is_same]


def _shown(value: Mapping[str, Any]) -> str:
    return str(value["name"] or _written(value["value"]))


def _written(text: str) -> str:
    """A value as people write it: instants and days in words, all else as it stands."""
    try:
        at = datetime.fromisoformat(text) if _DAY.match(text) else None
    except ValueError:
        at = None
    return text if at is None else f"{at:%-d %b %Y}" if at.time() == time() else f"{at:%-d %b %Y %H:%M} UTC"


def _place(value: Mapping[str, Any]) -> str:
    where = f", line {value['line']} of {value['file']}" if value["file"] else ""
    return f"from {value['source_system']} {value['source_record_id']}{where}, which came on {_day(value['loaded_at'])}"


def _says(other: Mapping[str, Any]) -> str:
    return f"{other['source_system']} {other['source_record_id']} says {_written(other['value'])!r}"


def _why_one(found: Mapping[str, Any]) -> str:
    records = found["records"]
    many = f"{len(records)} records are" if len(records) != 1 else "1 record is"
    listed = []
    for record in records:
        joined = "names it" if record["rule"] == "source" else f"joined by {words(record['rule'])}"
        evidence = f" ({record['evidence']})" if record["evidence"] and record["rule"] != "source" else ""
        listed.append(f"  {record['source_system']} {record['source_record_id']} {joined}{evidence}.")
    parts = [f"{many} this {words(found['object'])}:", *listed]
    same = [one for one in found["decisions"] if one["verdict"] == "joined"]
    told = [one for one in same if one["rule"] != "model" and len(records) > TOLD]
    decided = [one for one in found["decisions"] if one["verdict"] != "joined"] + told
    if decided:
        parts += ["What was decided about pairs of them and others:", *(f"  {_decision(one)}" for one in decided)]
    likely = len([one for one in same if one["rule"] == "model"])
    if likely and len(records) > TOLD:
        parts.append(f"The model finds {likely} {'pairs' if likely > 1 else 'pair'} of them to be the same.")
    return "\n".join(parts)


def _decision(one: Mapping[str, Any]) -> str:
    by = f"{one['decided_by']} said so" if one["decided_by"] else f"by {words(one['rule'])}"
    evidence = f" ({one['evidence']})" if one["evidence"] else ""
    sure = f", {one['probability']:.1%} sure" if one["probability"] is not None else ""
    guard = f": {one['guard']}" if one["guard"] else ""
    return f"{one['left_key']} and {one['right_key']} {VERDICTS[one['verdict']]}, {by}{evidence}{sure}{guard}."


def _listed(parts: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))


def _day(value: date | datetime | None) -> str:
    return f"{value:%-d %b %Y}" if value else "a day nobody noted"
