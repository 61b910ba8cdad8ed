"""`history.<object>`: how each thing was at any time, by the sources' own clocks, from the versions they told.

Which versions there are belongs to `versions`, since when each stood to `spans`, which records are one thing to
`models/identity`, whose value is kept to `golden`. What rules derive has no history.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable

from models.history_schema import OWN
from models.schema import Schema
from pipelines.rooms import MERGED, Table, catalogue
from pipelines.schemas import Column, columns_of, definition, literal, schema_of
from pipelines.tables import golden, objects, spans
from pipelines.warehouse import Connection, scalar, table_names

_STATE = """
create table if not exists meta.history_state (object varchar primary key, base varchar not null);
create table if not exists meta.history_said (
    object varchar not null, source_system varchar not null, source_record_id varchar not null, said hugeint not null
)
"""
"""What each history was made with, and from which versions of each record."""


def build(con: Connection, table: Table, text: str) -> int:
    """Bring `history.<object>` up to date with the object's versions; return its number of rows.

    `text`: a word for everything written about how it is made. Made anew are the things of which a record has other
    versions than last time; all of them when who is one, what references lead to or the text is otherwise.
    """
    con.execute(_STATE).fetchall()
    name, key = table.object_name, f"{table.object_name}_id"
    schema, shown = schema_of(f"objects.{name}"), schema_of(table.name)
    assert schema is not None
    assert shown is not None
    fields = columns_of(schema)
    followed = _followed(con, table) if scalar(con, f"select count(*) from version.{name}") else []
    _find_changed(con, table, hashlib.sha256(repr([text, *followed]).encode()).hexdigest(), shown)
    if scalar(con, "select count(*) from changed"):
        con.execute(f"create or replace temp table telling as {_telling(name)}").fetchall()
        _tell(con, name, fields)
        con.execute(
            f"delete from {table.name} where {key} in (select {_thing('c', name)} from changed as c {_link(name, 'c')})"
        ).fetchall()
        con.execute(f"insert into {table.name} by name {_joined(name, fields)}").fetchall()
        for left in (*spans.LEFT, "told", "followed", "row_of"):
            con.execute(f"drop table temp.{left}").fetchall()
    _note_said(con, name)
    return int(scalar(con, f"select count(*) from {table.name}"))


def _followed(con: Connection, table: Table) -> list[object]:
    """What all rows of a history depend on beside their versions: links, what companies' domains lead to, rules."""
    links = sorted(name for name in table.reads if name.startswith("identity."))
    columns = {name: f"{name.removeprefix('identity.').removesuffix('_link')}_id" for name in links}
    found: list[object] = [
        con.execute(f"select count(*), bit_xor({_word(column)}) from {name}").fetchall()
        for name, column in columns.items()
    ]
    if "identity.company_link" in links:
        rows = objects.domains(con)
        found.append(con.execute(f"select count(*), bit_xor({_word('company_id')}) from ({rows})").fetchall())
    return [*found, golden.rules(con, table.object_name)] if table.object_name in MERGED else found


def _word(column: str) -> str:
    """SQL for one number of a key and where it leads. Of both as one text: DuckDB's hash of two values mixes only the
    first, so that two keys which leave one target for another together would cancel out in `bit_xor`."""
    return f"hash(concat_ws(chr(31), source_key, {column}))"


def _find_changed(con: Connection, table: Table, base: str, shown: type[Schema]) -> None:
    """Make the temporary tables `said`, a word for all versions of each record, and `changed`, the records to renew."""
    name = table.object_name
    made = con.execute("select base from meta.history_state where object = ?", [name]).fetchall()
    if made != [(base,)] or table.name not in table_names(con):
        con.execute(f"create schema if not exists history; create or replace table {table.name} ({definition(shown)})")
        con.execute("delete from meta.history_said where object = ?", [name]).fetchall()
        con.execute("insert or replace into meta.history_state values (?, ?)", [name, base]).fetchall()
    con.execute(
        f"create or replace temp table said as select {spans.RECORD}, sum(cast(hash(v) as hugeint)) as said "
        f"from version.{name} as v group by all"
    ).fetchall()
    con.execute(
        f"create or replace temp table changed as select {spans.RECORD} from said full join (select * from "
        f"meta.history_said where object = {literal(name)}) as before using ({spans.RECORD}) "
        "where said.said is distinct from before.said"
    ).fetchall()


def _note_said(con: Connection, name: str) -> None:
    con.execute(
        "delete from meta.history_said as s where s.object = ? and exists (select 1 from changed as c "
        "where c.source_system = s.source_system and c.source_record_id = s.source_record_id)",
        [name],
    ).fetchall()
    con.execute(
        f"insert into meta.history_said by name select {literal(name)} as object, s.* from said as s "
        f"where exists (select 1 from changed as c where c.source_system = s.source_system "
        "and c.source_record_id = s.source_record_id)"
    ).fetchall()
    con.execute("drop table temp.said; drop table temp.changed").fetchall()


def _thing(rows: str, name: str) -> str:
    """SQL for the id of the thing that a record is of."""
    return f"link.{name}_id" if name in MERGED else f"{rows}.source_system || ':' || {rows}.source_record_id"


def _link(name: str, rows: str) -> str:
    """SQL that joins the link of a record of a merged object."""
    source_key = f"{rows}.source_system || ':' || {rows}.source_record_id"
    return f"join identity.{name}_link as link on link.source_key = {source_key}" if name in MERGED else ""


def _telling(name: str) -> str:
    """SQL of the versions of all records of the things of which a record changed."""
    return (
        f"select v.* from version.{name} as v {_link(name, 'v')} "
        f"where {_thing('v', name)} in (select {_thing('c', name)} from changed as c {_link(name, 'c')})"
    )


def _tell(con: Connection, name: str, fields: tuple[Column, ...]) -> None:
    """Make the temporary table `row_of`: the rows of the history, though some that follow each other may be alike."""
    for query in spans.IN_ORDER:
        con.execute(query).fetchall()
    con.execute(
        "create or replace temp table told as select v.* exclude (_row_id) replace (case when not s.is_before_deletion "
        "then v.source_deleted_at end as source_deleted_at), s._row_id from span as s join telling as v "
        "on v.rowid = s.version"
    ).fetchall()
    con.execute(f"create or replace temp table followed as {objects.resolved(con, name, ['told'])}").fetchall()
    listed = ", ".join(f'r."{field.name}"' for field in fields)
    con.execute(
        f"create or replace temp table row_of as select {listed}, r._priority, r._row_id, s.valid_from, s.valid_to, "
        "s.known_from from followed as r join span as s on s._row_id = r._row_id"
    ).fetchall()
    if name in MERGED:
        _merge(con, name, fields)


def _merge(con: Connection, name: str, fields: tuple[Column, ...]) -> None:
    """Replace the records' rows by the golden ones: at every time one of its records changes, from those then there."""
    key = f"{name}_id"
    con.execute(
        f"""
        create or replace temp table member as
        with point as (
            select {key}, valid_from as step_at from row_of
            union select {key}, valid_to as step_at from row_of where valid_to is not null
        ), stretch as (
            select {key}, step_at, lead(step_at) over (partition by {key} order by step_at) as until from point
        )
        select r.* replace (p.step_at as valid_from, p.until as valid_to)
        from stretch as p join row_of as r on r.{key} = p.{key} and r.valid_from <= p.step_at
            and (r.valid_to is null or r.valid_to > p.step_at)
        """
    ).fetchall()
    rows = golden.merged(name, fields, "member", (key, "valid_from"), golden.rules(con, name))
    con.execute(
        f"""
        create or replace temp table row_of as
        select g.*, t.valid_to, t.known_from from ({rows}) as g join (
            select {key}, valid_from, any_value(valid_to) as valid_to, max(known_from) as known_from from member
            group by {key}, valid_from
        ) as t on t.{key} = g.{key} and t.valid_from = g.valid_from
        """
    ).fetchall()
    con.execute("drop table member").fetchall()


def _joined(name: str, fields: Iterable[Column]) -> str:
    """SQL of the rows, those that follow each other and say the same as one: known from the newest delivery of them."""
    key, kept = f"{name}_id", [*fields]
    said = ", ".join(f'"{field.name}"' for field in kept if field.name not in (key, "loaded_at"))
    required = " and ".join(f'"{c.name}" is not null' for c in kept if c.references in MERGED and not c.nullable)
    listed = ", ".join(f'r."{field.name}"' for field in kept if field.name != "loaded_at")
    return f"""
        with narrow as (  -- a word for what the row says instead of all of it: sorting whole rows takes long
            select rowid as place, {key}, valid_from, valid_to, known_from, loaded_at, hash({said}) as said
            from row_of {f"where {required}" if required else ""}
        ),
        compared as (
            select *, lag(valid_to) over thing is distinct from valid_from
                or lag(said) over thing is distinct from said as is_new
            from narrow window thing as (partition by {key} order by valid_from)
        ),
        numbered as (
            select *, sum(cast(is_new as integer)) over (partition by {key} order by valid_from) as stretch
            from compared
        ),
        closed as (
            select arg_min(place, valid_from) as place, min(valid_from) as valid_from,
                case when count(*) = count(valid_to) then max(valid_to) end as valid_to,
                max(known_from) as known_from, max(loaded_at) as loaded_at
            from numbered group by {key}, stretch
        )
        select {listed}, c.loaded_at, {", ".join(f"c.{column}" for column in OWN)}
        from closed as c join row_of as r on r.rowid = c.place order by r.{key}, c.valid_from"""


def lookups(made: Collection[str], database: str) -> list[str]:
    """SQL that gives an attached database, for each history among its tables, the function that reads one moment."""
    statements = []
    for table in catalogue().values():
        if table.kind == "history" and table.name in made:
            name, cut = f"{database}.{table.name}_at", "cast(moment as timestamp)"
            statements.append(
                f"create macro {name}(moment) as table select * from {table.name} "
                f"where valid_from <= {cut} and (valid_to is null or valid_to > {cut})"
            )
            about = f"Every {table.object_name.replace('_', ' ')} as it was at a moment (UTC): one row each."
            statements.append(f"comment on macro table {name} is {literal(about)}")
    return statements
