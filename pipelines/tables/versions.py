"""`version.<object>`: every version of every source's row of an object, and between which deliveries it was the one.

Made by running the mappings once for every instant at which something was loaded, on what raw held by then. Which
raw rows those are belongs to `replay`, how versions become a history in the sources' own time to `history`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

from pipelines.rooms import Table, catalogue, declared_columns
from pipelines.schemas import columns_of, schema_of
from pipelines.tables import replay
from pipelines.warehouse import Connection, columns, scalar, table_names

STATE = """
create schema if not exists version;
create table if not exists meta.version_state (
    object varchar not null, source varchar not null, known_to timestamp, fingerprint varchar not null,
    primary key (object, source)
)
"""
"""Up to which instant of loading the versions of a source's object are made, and from what: newer ones are added to
them while that stays as it was, else all are made anew."""
SPAN = {"known_from": "TIMESTAMP", "known_to": "TIMESTAMP", "stood_from": "TIMESTAMP", "stood_to": "TIMESTAMP"}
"""`known_from` to `known_to`: the loads between which the version was its record's newest; of one that arrived when a
newer one was there, both are the instant it arrived, and the record stood so from `stood_from` to `stood_to`."""
_PLACE = ("loaded_at", "_row_id")
"""Where a version comes from; a row that says the same from another place is no other version."""


def build(con: Connection, table: Table, mappings: Mapping[str, str]) -> int:
    """Bring `version.<object>` up to date; return its number of rows.

    `mappings`: the staging tables of the object, each with a word for everything written about how it is made.
    """
    con.execute(STATE).fetchall()
    name = table.object_name
    fields = _fields(name)
    wanted = {**fields, "_row_id": "VARCHAR", **SPAN}
    is_begun = scalar(con, "select count(*) from meta.version_state where object = ?", [name])
    if not is_begun or table.name not in table_names(con) or columns(con, table.name) != wanted:
        listed = ", ".join(f'"{column}" {kind}' for column, kind in wanted.items())
        con.execute(f"create or replace table {table.name} ({listed})").fetchall()
        con.execute("delete from meta.version_state where object = ?", [name]).fetchall()
    staged = [catalogue()[mapping] for mapping in sorted(mappings)]
    loads = replay.instants(con, staged)
    con.execute(f"delete from {table.name} where not list_contains(?, source_system)", [list(loads)]).fetchall()
    con.execute(
        "delete from meta.version_state where object = ? and not list_contains(?, source)", [name, list(loads)]
    ).fetchall()
    compared = [column for column in fields if column not in _PLACE]
    for mapping in staged:
        if mapping.source in loads:
            _follow(con, mapping, table.name, compared, loads[mapping.source], mappings[mapping.name])
    return int(scalar(con, f"select count(*) from {table.name}"))


def _fields(name: str) -> dict[str, str]:
    """A staging table's columns with their types, but for the place of the row."""
    schema = schema_of(f"objects.{name}")
    assert schema is not None
    return {c.name: c.sql_type for c in columns_of(schema) if c.name not in (f"{name}_id", "derived_by")}


def _follow(con: Connection, mapping: Table, target: str, fields: list[str], loads: list[datetime], text: str) -> None:
    """Add what was loaded since the versions of a source were made; make all of them anew when that would be wrong."""
    named = [mapping.object_name, mapping.source]
    state = con.execute(
        "select known_to, fingerprint from meta.version_state where object = ? and source = ?", named
    ).fetchall()
    done: datetime | None = state[0][0] if state else None
    if state and state[0][1] != _fingerprint(con, mapping, text, done):
        con.execute(f"delete from {target} where source_system = ?", [mapping.source]).fetchall()
        done = None
    later = [instant for instant in loads if done is None or instant > done]
    if later:
        con.execute("create schema replay").fetchall()
        for instant in later:
            _replay(con, mapping, target, fields, instant)
        con.execute("drop schema replay cascade; drop table mapped; drop table judged; drop table stood").fetchall()
        done = later[-1]
    con.execute(
        "insert or replace into meta.version_state values (?, ?, ?, ?)",
        [*named, done, _fingerprint(con, mapping, text, done)],
    ).fetchall()


def _fingerprint(con: Connection, mapping: Table, text: str, known_to: datetime | None) -> str:
    """One word for all that the versions up to an instant are made from."""
    declared = [declared_columns(resource) for resource in replay.read(mapping)]
    loaded = replay.loaded(con, mapping, known_to) if known_to else []
    return hashlib.sha256(repr([text, declared, loaded]).encode()).hexdigest()[:16]


def _replay(con: Connection, mapping: Table, target: str, fields: list[str], instant: datetime) -> None:
    """What the mapping made of raw by an instant of loading: end the versions that are no more, add the new ones."""
    replay.stand(con, mapping, instant)
    source, at = f"source_system = '{mapping.source}'", f"timestamp '{instant}'"
    compared = " and ".join(f'o."{name}" is not distinct from n."{name}"' for name in fields)
    con.execute(
        f"create or replace temp table kept as select n.source_record_id from {target} as o join stood as n "
        f"on o.source_record_id = n.source_record_id and {compared} where o.{source} and o.known_to is null"
    ).fetchall()
    con.execute(
        f"update {target} as o set known_to = {at} where o.{source} and o.known_to is null "
        "and not exists (select 1 from kept as k where k.source_record_id = o.source_record_id)"
    ).fetchall()
    con.execute(
        f"insert into {target} by name select n.*, {at} as known_from from stood as n "
        "where not exists (select 1 from kept as k where k.source_record_id = n.source_record_id)"
    ).fetchall()
    con.execute("drop table kept").fetchall()
    for round_no in range(1, replay.find_late(con, mapping, instant) + 1):
        replay.stand(con, mapping, instant, round_no)
        _add_late(con, target, source, at, round_no)


def _add_late(con: Connection, target: str, source: str, at: str, round_no: int) -> None:
    """Add versions that were older than what was there when they arrived, if it is told from when they are.

    The row after a record's own row mostly tells the record again, and then its next version ends this one; if not, the
    record was in one row of several, as an address in a person's, and was not in the next.
    """
    con.execute(
        f"""
        insert into {target} by name
        with place as (
            select row_id, min(stood_from) as stood_from, min(stood_to) as stood_to, min(next_row_id) as next_row_id
            from late where round_no = {round_no} group by row_id
        )
        select n.*, {at} as known_from, {at} as known_to, p.stood_from,
            case when not exists (select 1 from {target} as v where v.{source} and v._row_id = p.next_row_id
                and v.source_record_id = n.source_record_id) then p.stood_to end as stood_to
        from stood as n join place as p on p.row_id = n._row_id
        where coalesce(n.updated_at, p.stood_from) is not null
        """
    ).fetchall()
