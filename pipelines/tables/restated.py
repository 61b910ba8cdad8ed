"""What the search for the causes of restatements starts from: what each number is made from, and what arrived when.

What was said and is said belongs to `publications`; which cause explains which restatement, to `models/intermediate`.
"""

from __future__ import annotations

import polars as pl

from models.schema import Happening
from pipelines.rooms import Table, catalogue
from pipelines.schemas import literal, schema_of
from pipelines.tables import metrics, publications
from pipelines.tables.changes import MAIN_JOB, Shape, company, joins, shape
from pipelines.tables.saying import MACROS, called, capital, words
from pipelines.warehouse import Connection, replace_table, scalar

_ROWS = """
create or replace table {table} (
    publication bigint, object varchar, object_id varchar, company_id varchar, changed_at timestamp,
    source_key varchar, file varchar, line bigint, sentence varchar
);
create or replace temp table arrived as
select p.publication, d.delivered_at
from ledger.publication as p
join ledger.publication as b on b.publication = p.publication - 1
join meta.delivery as d on d.arrival > b.arrival and d.arrival <= p.arrival
group by all;
create or replace temp table place as
select source, sha256, min(file) as file from meta.delivery group by all;
"""
_CHANGES = """
with seen as (
    select a.publication, c.* from history.change as c join arrived as a on c.loaded_at = a.delivered_at
    union
    select p.publication, c.* from ledger.publication as p
    join ledger.publication as b on b.publication = p.publication - 1
    join history.change as c on c.changed_at >= b.last_as_of and c.changed_at < p.as_of
)
select publication, object, object_id, company_id, changed_at, source_key, file, line, sentence from seen
"""
"""What changed by a delivery between two publications, or by its own time between the two days they are for."""
_TOLD = "select distinct publication, object, object_id from {table}"


def build(con: Connection, table: Table, kernel: str) -> int:
    """Make one of the tables that remember publications or are worked out from that memory; return its rows.

    `kernel` is the fingerprint of the code that every table is made with.
    """
    if table.name == "ledger.published_value":
        return publications.build(con, kernel)
    return _build_inputs(con, table) if table.object_name == "metric_input" else _build_rows(con, table)


def _build_inputs(con: Connection, table: Table) -> int:
    """Make `intermediate.metric_input`: what each metric is made from, and in how many steps; return its rows."""
    found = [(one.name, name, steps) for one in metrics.declared() for name, steps in origins(one.mart).items()]
    shape = {"metric": pl.String, "name": pl.String, "steps": pl.Int64}
    con.register("found", pl.DataFrame(found, schema=shape, orient="row"))
    rows = replace_table(con, table.name, "select * from found")
    con.unregister("found")
    return rows


def origins(mart: str) -> dict[str, int]:
    """The objects, marts, policies and raw tables that a mart is made from, with the fewest steps to each.

    Of objects only those count that are read themselves: one that is looked at to find out who is the same says nothing
    of its own. Policies and raw tables count however they are reached.
    """
    read, wholly = _reached(mart, through_identity=False), _reached(mart, through_identity=True)
    found: dict[str, int] = {}
    for name, steps in read.items():
        room, short = name.split(".")
        known = f"objects.{short}" if room == "sourced" else name
        if room in ("objects", "sourced", "marts"):
            found[known] = min(steps, found.get(known, steps))
    return found | {name: steps for name, steps in wholly.items() if name.startswith(("policy.", "raw_"))}


def _reached(start: str, *, through_identity: bool) -> dict[str, int]:
    made, found, edge = catalogue(), {start: 0}, [start]
    while edge:
        name = edge.pop(0)
        if name in made and (through_identity or made[name].layer != "identity"):
            for read in sorted(made[name].reads - found.keys()):
                found[read] = found[name] + 1
                edge.append(read)
    return found


def _build_rows(con: Connection, table: Table) -> int:
    """Make `intermediate.late_row`: each change, and each other row, that came between two publications, in words.

    Objects without a history tell no changes: of them, and of what changed in nothing that is told, stands here that
    it arrived. Returns the number of rows.
    """
    con.execute(_ROWS.format(table=table.name)).fetchall()
    con.execute(MAIN_JOB).fetchall()
    con.execute(MACROS).fetchall()
    con.execute(f"insert into {table.name} by name {_CHANGES}").fetchall()
    con.execute(f"create or replace temp table told as {_TOLD.format(table=table.name)}").fetchall()
    has_arrived = bool(scalar(con, "select count(*) from arrived"))
    for name in sorted(read for read in table.reads if has_arrived and read.startswith("objects.")):
        con.execute(f"insert into {table.name} by name {_arrived(name.removeprefix('objects.'))}").fetchall()
    con.execute("drop table arrived; drop table place; drop table told; drop table main_job").fetchall()
    return int(scalar(con, f"select count(*) from {table.name}"))


def _values(made: Shape) -> str:
    """SQL of a list of what a row without a history says: its numbers and words, for it tells no changes."""
    schema = schema_of(f"objects.{made.name}")
    assert schema is not None
    if not issubclass(schema, Happening):
        return "null"
    said = [
        f"""case when n."{name}" is not null then {literal(told.label)} || ' ' || say_value({literal(told.kind)},
            cast(n."{name}" as varchar), null, {f'n."{told.currency}"' if told.currency else "null"}) end"""
        for name, told in made.told.items()
        if told.kind in ("money", "number", "word")
    ]
    return ", ".join(said) or "null"


def _arrived(name: str) -> str:
    """SQL of an object's rows that arrived between two publications and of which no change is told."""
    made = shape(name)
    word = called(made.fields)
    label = f'coalesce(n."{word}", n.{name}_id)' if word else f"n.{name}_id"
    staged = [t.name for t in catalogue().values() if t.kind == "staging" and t.object_name == name]
    if not staged:
        return "select null as publication where false"
    rows = " union all ".join(f"select source_system, source_record_id, _row_id from {one}" for one in sorted(staged))
    return f"""
        with placed as (
            select s.source_system, s.source_record_id, min(p.file) as file,
                min(try_cast(split_part(s._row_id, ':', 2) as bigint)) as line
            from ({rows}) as s
            join place as p on p.source = s.source_system and p.sha256 = split_part(s._row_id, ':', 1)
            group by all
        )
        select a.publication, {literal(name)} as object, n.{name}_id as object_id, {company(made)} as company_id,
            coalesce(n.updated_at, n.created_at, n.loaded_at) as changed_at,
            n.source_system || ':' || n.source_record_id as source_key, p.file, p.line,
            {literal(capital(words(name)) + " ")} || say_short({label}) || ' arrived or was changed'
                || coalesce(': ' || nullif(concat_ws(', ', {_values(made)}), ''), '') || '.' as sentence
        from objects.{name} as n
        join arrived as a on n.loaded_at = a.delivered_at
        {joins(made)}
        left join placed as p on p.source_system = n.source_system and p.source_record_id = n.source_record_id
        left join told as t
            on t.publication = a.publication and t.object = {literal(name)} and t.object_id = n.{name}_id
        where n.derived_by is null and t.object_id is null"""
