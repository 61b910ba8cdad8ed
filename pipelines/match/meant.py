"""Which two records somebody means by what they typed: source keys, golden ids, names, domains or e-mail addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipelines.answers.lookup import NothingFoundError, find_company, find_contact, rows
from pipelines.rooms import MERGED
from pipelines.warehouse import Connection


@dataclass(frozen=True)
class Meant:
    """One record: its source key, the golden id it belongs to now, and the name people know that by."""

    key: str
    golden: str
    name: str


@dataclass(frozen=True)
class Pair:
    """Two records of one object, in the order in which they were named."""

    object: str
    left: Meant
    right: Meant


def pair(con: Connection, left: str, right: str, name: str | None = None) -> Pair:
    """The two records that are meant, of an object that is named or that the words tell.

    Two source keys are of the object that has both; an e-mail address is a contact's; all else is a company's. A name,
    domain or address stands for the record that gave the golden row its id. Raises `NothingFoundError`.
    """
    left, right = left.strip(), right.strip()
    if name is not None and name not in MERGED:
        raise NothingFoundError(f"{name!r} is nothing that is merged. There are: {', '.join(MERGED)}.")
    found = name or _object(con, left, right)
    meant = Pair(found, record(con, found, left), record(con, found, right))
    if meant.left.key == meant.right.key:
        raise NothingFoundError(
            f"{left!r} and {right!r} are both the record {meant.left.key}. Name two records: "
            f"`rapport explain {found} {meant.left.key}` lists those it is made of."
        )
    return meant


def _object(con: Connection, left: str, right: str) -> str:
    for name in MERGED:
        if _linked(con, name, left) and _linked(con, name, right):
            return name
    return "contact" if "@" in left or "@" in right else "company"


def record(con: Connection, name: str, words: str) -> Meant:
    """The record of one object that is meant. Raises `NothingFoundError`, naming who comes near."""
    linked = _linked(con, name, words)
    if linked:
        return linked[0]
    if name == "company":
        row = find_company(con, words)
        return Meant(row["company_id"], row["company_id"], row["name"])
    if name == "contact" and "@" in words:
        row = find_contact(con, words)
        return Meant(row["contact_id"], row["contact_id"], row["name"])
    return _by_name(con, name, words)


def _linked(con: Connection, name: str, key: str) -> list[Meant]:
    found = rows(
        con,
        f"select l.source_key, l.{name}_id as golden, o.name from identity.{name}_link as l "
        f"join objects.{name} as o on o.{name}_id = l.{name}_id where l.source_key = ? and l.source_system <> 'email'",
        [key],
    )
    return [Meant(row["source_key"], row["golden"], row["name"]) for row in found]


def _by_name(con: Connection, name: str, words: str) -> Meant:
    known = "lower(name) = lower($words)" + (" or lower(email) = lower($words)" if name == "team_member" else "")
    query = f"select {name}_id as golden, name from objects.{name} where {known} order by 1"
    found: list[dict[str, Any]] = rows(con, query, {"words": words})
    if len(found) == 1:
        return Meant(found[0]["golden"], found[0]["golden"], found[0]["name"])
    if found:
        listed = "".join(f"\n  {row['name']}  ({row['golden']})" for row in found[:10])
        raise NothingFoundError(f"{len(found)} go by {words!r}; name one by its id:{listed}")
    near = rows(
        con,
        f"select distinct name, jaro_winkler_similarity(lower(name), lower(?)) as how from objects.{name} "
        "order by how desc, name limit 3",
        [words],
    )
    hint = f" Did you mean {', '.join(row['name'] for row in near)}?" if near else ""
    raise NothingFoundError(f"No {name.replace('_', ' ')} goes by {words!r}.{hint}")
