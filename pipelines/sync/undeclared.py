"""What arrived and has no column of its own yet, and what is declared and never arrived. Shown by `rapport status`."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.reading.bench import ident
from connectors.reading.resource import Resource, snake
from pipelines.declared import current, taken_from_custom
from pipelines.rooms import catalogue, resources
from pipelines.schemas import literal
from pipelines.sync.raw import SYSTEM_COLUMNS
from pipelines.warehouse import Connection, columns, table_names

LOOKED_AT = 10_000
"""Rows whose values say what type a column may be."""
HOW = "Declare a field in config/custom.toml to have it as a column (pipelines/custom_example.toml shows how)."
_SHAPES = {
    "flag": r"true|false",
    "whole": r"[-+]?\d{1,18}",
    "number": r"[-+]?\d+(\.\d+)?",
    "day": r"\d{4}-\d\d-\d\d",
    "instant": r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*",
    "list": r"\[.*\]|[^;]+(;[^;]+)+",
    "json": r"\{.*\}",
}
"""Which texts make a type; the first that all values of a column have is the one to declare."""


@dataclass(frozen=True)
class Arrived:
    """A raw column that no mapping reads and no declaration names: where, rows that have it, a type to declare."""

    source: str
    resource: str
    objects: tuple[str, ...]
    name: str
    filled: int
    type: str


def undeclared(con: Connection, source: str) -> list[Arrived]:
    """The columns that are kept in `custom` only, per resource in the order in which they arrived."""
    there = table_names(con)
    return [
        found
        for resource in resources(source)
        if f"raw_{source}.{resource.name}" in there
        for found in _of_resource(con, source, resource)
    ]


def never_sent(con: Connection, source: str) -> list[str]:
    """The declared fields whose key no delivery of this source has had, as `object.field (key)`."""
    there = table_names(con)
    missing = []
    custom = current().custom
    for name in dict.fromkeys([found.object for found in custom.field] + [found.name for found in custom.object]):
        table = catalogue().get(f"staging_{source}.{name}")
        raw = [read for read in table.reads if read in there and _has_rows(con, read)] if table else []
        arrived = {column for read in raw for column in columns(con, read)}
        for declared in custom.fields_of(name):
            key = declared.sources.get(source)
            if raw and key is not None and not arrived & _spellings(key):
                missing.append(f"{name}.{declared.name} ({key})")
    return missing


def _has_rows(con: Connection, table: str) -> bool:
    return bool(con.execute(f"select 1 from {table} limit 1").fetchall())


def _of_resource(con: Connection, source: str, resource: Resource) -> list[Arrived]:
    table = f"raw_{source}.{resource.name}"
    fed = [t for t in catalogue().values() if t.kind == "staging" and t.source == source and table in t.reads]
    objects = tuple(sorted(t.object_name for t in fed if "custom" in (t.sql or "")))
    taken = {
        spelling
        for found in fed
        for key, _ in taken_from_custom(found.object_name, source).values()
        for spelling in _spellings(key)
    }
    ours = {*SYSTEM_COLUMNS, *resource.columns, *taken}
    extra = [name for name in columns(con, table) if name not in ours]
    if not extra:
        return []
    counted = con.execute(f"select {', '.join(f'count({ident(name)})' for name in extra)} from {table}").fetchall()[0]
    kinds = con.execute(
        f"select {', '.join(_kind(ident(name)) for name in extra)} from (from {table} limit {LOOKED_AT})"
    ).fetchall()[0]
    return [
        Arrived(source, resource.name, objects, *found) for found in zip(extra, counted, kinds, strict=True) if found[1]
    ]


def _spellings(key: str) -> set[str]:
    """How a raw column may be called that holds a key of `custom`."""
    return {key, snake(key), snake(key.partition(".")[0])}


def _kind(column: str) -> str:
    whens = " ".join(
        f"when bool_and(regexp_full_match({column}, {literal(shape)}, 's')) then {literal(kind)}"
        for kind, shape in _SHAPES.items()
    )
    return f"case {whens} else 'text' end"
