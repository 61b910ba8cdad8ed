"""Where every golden value comes from: `identity.provenance`, read from the same table as the values themselves; and
whether every other row names a record or the rule that made it.

Which record wins is settled in `golden`; what is said about it to a person, in `explain`.
"""

from __future__ import annotations

from pipelines.rooms import MERGED, SOURCED, Table
from pipelines.schemas import Column, columns_of, literal, schema_of
from pipelines.tables import golden, objects
from pipelines.tables.golden import OF_THE_ROW, TIMES, Rules
from pipelines.warehouse import Connection, scalar

PEACEFUL = (*TIMES, "external_id")
"""Fields in which records of one thing differ by nature, each speaking of itself."""
_SAME_RECORD = "s.source_system = o.source_system and s.source_record_id = o.source_record_id"
_COLUMNS = (
    "object varchar not null, object_id varchar not null, field varchar not null, value varchar not null, "
    "source_system varchar not null, source_record_id varchar not null, row_id varchar, file varchar, line bigint, "
    "loaded_at timestamp, rule varchar not null, competing json, is_conflict boolean not null"
)


def build(con: Connection, table: Table) -> int:
    """Make the table: a row per golden value that says something; return their number.

    `competing` lists what the other records say of that field, the most trusted first; `is_conflict` is true when one
    of them says something else than the value that was kept, letter case and spaces aside.
    """
    con.execute(f"create or replace table {table.name} ({_COLUMNS})").fetchall()
    for name in MERGED:
        schema = schema_of(f"objects.{name}")
        assert schema is not None
        fields = [c for c in columns_of(schema) if c.name != f"{name}_id" and c.name not in OF_THE_ROW]
        con.execute(f"create or replace temp table said as {_said(con, name, fields)}").fetchall()
        by = golden.rules(con, name)
        for column in fields:
            con.execute(f"insert into {table.name} by name {_told(name, column, by)}").fetchall()
    con.execute("drop table if exists temp.said").fetchall()
    return int(scalar(con, f"select count(*) from {table.name}"))


def _said(con: Connection, name: str, fields: list[Column]) -> str:
    """Every record's row, with its place in the inbox and among its golden row's records; and of each field the value
    that was kept (`_kept_<field>`) and the place of the record that won (`_won_<field>`).
    """
    kept = ", ".join(f'g."{c.name}" as "_kept_{c.name}", g._won."{c.name}" as "_won_{c.name}"' for c in fields)
    return f"""
        with place as (
            select source, sha256, min(file) as file from meta.delivery group by all
        )
        select r.*, d.file as _file, try_cast(split_part(r._row_id, ':', 2) as bigint) as _line,
            list_position(g._records, r.source_system || ':' || r.source_record_id) as _place, {kept}
        from ({objects.resolved(con, name)}) as r
        join {SOURCED}.{name} as g on g.{name}_id = r.{name}_id
        left join place as d on d.source = r.source_system and d.sha256 = split_part(r._row_id, ':', 1)
    """


def _text(value: str, column: Column) -> str:
    return f"cast({f'to_json({value})' if column.sql_type == 'VARCHAR[]' else value} as varchar)"


def _told(name: str, column: Column, by: Rules) -> str:
    """SQL of one field's rows: the record that won, and what the others say."""
    said, kept, won = (f'"{prefix}{column.name}"' for prefix in ("", "_kept_", "_won_"))
    rule = TIMES[column.name] if column.name in TIMES else by.of(column.name).keep
    differs = f"{said} <> {kept} and {golden.plain(said, column)} <> {golden.plain(kept, column)}"
    return f"""
        with other as (
            select {name}_id, bool_or({"false" if column.name in PEACEFUL else differs}) as is_conflict,
                string_agg(to_json({{'source_system': source_system, 'source_record_id': source_record_id,
                    'value': {_text(said, column)}}}), ',' order by _place) as competing
            from said where _place <> {won} and {golden.filled(column)} and {kept} is not null group by {name}_id
        )
        select {literal(name)} as object, s.{name}_id as object_id, {literal(column.name)} as field,
            {_text(kept, column)} as value, s.source_system, s.source_record_id, s._row_id as row_id,
            s._file as file, s._line as line, s.loaded_at, {literal(rule)} as rule,
            '[' || coalesce(o.competing, '') || ']' as competing, coalesce(o.is_conflict, false) as is_conflict
        from said as s
        left join other as o on o.{name}_id = s.{name}_id
        where s._place = {won} and {kept} is not null
    """


def unsourced(con: Connection, table: Table) -> str:
    """SQL of the rows of an object that name neither a record that stands in its source now nor a rule."""
    staged = objects.staged_tables(con, table.object_name)
    rows = " union all ".join(f"select source_system, source_record_id from {name}" for name in staged)
    is_known = f"exists (select 1 from ({rows}) as s where {_SAME_RECORD})" if rows else "false"
    return f"select * from {table.name} as o where o.derived_by is null and not {is_known}"
