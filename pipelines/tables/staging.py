"""From raw to staging: run a mapping, read its text as the schema's types, set aside what breaks the schema.

A row that fails goes to `quarantine.<source>__<object>` with file, line, every reason and its text; the rest goes on.
The table is made anew each time, so a row comes back by itself once its cause is mended.
"""

from __future__ import annotations

import json

from connectors.reading.resource import snake
from connectors.reading.sorting import pointer
from pipelines.declared import taken_from_custom
from pipelines.rooms import Table
from pipelines.schemas import (
    KERNEL_FIELDS,
    Column,
    cast_from_text,
    cast_reason,
    check_reasons,
    columns_of,
    literal,
    missing_reason,
    schema_of,
)
from pipelines.sync import absent
from pipelines.sync.raw import SYSTEM_COLUMNS, quarantine_table
from pipelines.warehouse import Connection, columns, replace_table, scalar

REFUSED = "_refused"
"""A column in which a mapping may say itself why a row is refused: where it knows better than the schema."""
_PLUMBING = json.dumps(dict.fromkeys(SYSTEM_COLUMNS))
"""A JSON patch that takes our own columns, and every empty field, out of a row's text."""


class MappingError(ValueError):
    """A connector's SQL gives columns that its object does not have."""


def build(con: Connection, table: Table) -> int:
    """Make `staging_<source>.<object>` and its quarantine; return the number of good rows.

    Of a source that sent nothing for it nothing is mapped. Raises `MappingError` when the mapping's columns are not the
    schema's.
    """
    return build_empty(con, table) if has_nothing(con, table) else build_mapped(con, table)


def build_empty(con: Connection, table: Table) -> int:
    """Make the table of a source that sent nothing for it, and empty its quarantine; return its number of rows: none.

    Raises `MappingError` when there is no such object.
    """
    name = quarantine_table(con, str(table.source), table.object_name)
    con.execute(f"delete from {name} where stage in ('map', 'reference')").fetchall()
    room = table.name.split(".")[0]
    con.execute(
        f"create schema if not exists {room}; create or replace table {table.name} ({_definition(table)})"
    ).fetchall()
    return 0


def build_mapped(con: Connection, table: Table) -> int:
    """Make the table and its quarantine by running the mapping; return the number of good rows.

    Raises `MappingError` when the mapping's columns are not the schema's.
    """
    fields = judge(con, table)
    _quarantine(con, table)
    rows = replace_table(con, table.name, good(table, fields, absent.told("judged", table, fields)))
    con.execute("drop table mapped; drop table judged").fetchall()
    return rows


def has_nothing(con: Connection, table: Table) -> bool:
    """Whether no raw table that a mapping reads holds a row: mapping nothing would take as long as mapping little."""
    raws = [name for name in table.reads if name.startswith("raw_")]
    found = " or ".join(f"exists (from {name})" for name in raws)
    return bool(raws) and not scalar(con, f"select {found}")


def _definition(table: Table) -> str:
    """SQL of the staging table's columns with their types."""
    schema = schema_of(f"objects.{table.object_name}")
    if schema is None:
        raise MappingError(f"{table.path}: there is no models/objects/{table.object_name}.py")
    listed = ", ".join(
        f'"{column.name}" {column.sql_type}'
        for column in columns_of(schema)
        if column.name not in KERNEL_FIELDS and column.name != f"{table.object_name}_id"
    )
    return f"source_system varchar, {listed}, loaded_at timestamp, _row_id varchar"


def judge(con: Connection, table: Table) -> list[str]:
    """Run a mapping into the temporary table `judged`: typed, each row with its `_reasons`; return the object's fields.

    Raises `MappingError` when the mapping's columns are not the schema's.
    """
    assert table.sql is not None
    schema = schema_of(f"objects.{table.object_name}")
    if schema is None:
        raise MappingError(f"{table.path}: there is no models/objects/{table.object_name}.py")
    declared = {column.name: column for column in columns_of(schema)}
    required = _map(con, table)
    given = columns(con, "mapped")
    _check_columns(table, given, declared)
    fields = [name for name in declared if name not in KERNEL_FIELDS and name != f"{table.object_name}_id"]
    con.execute(
        f"create or replace temp table judged as {_judged(given, [declared[name] for name in fields], required)}"
    ).fetchall()
    return fields


def good(table: Table, fields: list[str], rows: str) -> str:
    """SQL of the staging rows: those of `rows`, judged ones, that have no reason to be refused."""
    listed = ", ".join(f'"{name}"' for name in fields)
    return (
        f"select {literal(table.source)} as source_system, {listed}, _loaded_at as loaded_at, _row_id "
        f"from {rows} where len(_reasons) = 0 order by source_record_id"
    )


def _map(con: Connection, table: Table) -> set[str]:
    """Run the mapping, and give each field the workspace declares what its key says in `custom`.

    Returns the declared fields that every row of this source must have. What the mapping itself gives is left alone.
    """
    con.execute(f"create or replace temp table mapped as {table.sql}").fetchall()
    given = columns(con, "mapped")
    wanted = taken_from_custom(table.object_name, str(table.source))
    taken = {name: key for name, (key, _) in wanted.items() if name not in given and "custom" in given}
    if taken:
        listed = ", ".join(f'{custom_value("m.custom", key)} as "{name}"' for name, key in taken.items())
        con.execute(f"create or replace temp table mapped as select m.*, {listed} from mapped as m").fetchall()
    return {name for name, (_, is_required) in wanted.items() if is_required}


def custom_value(custom: str, key: str) -> str:
    """SQL for the text under a key of a `custom` column: the key as written, else as a raw column is named.

    A key with a point reaches one level down, into an object or into a list whose items have that `id`.
    """
    spelled = dict.fromkeys((key, snake(key)))
    found = [f"json_extract_string({custom}, {literal(pointer(one))})" for one in spelled if one]
    outer, _, inner = key.partition(".")
    if inner:
        nested = f"json_extract_string({custom}, {literal(pointer(snake(outer)))})"
        items = f"list_filter(cast({nested} as json[]), lambda i: i ->> '$.id' = {literal(inner)})"
        found.append(
            f"case when not json_valid({nested}) then null "
            f"when json_type({nested}) = 'ARRAY' then {items}[1] ->> '$.value' "
            f"else json_extract_string({nested}, {literal(pointer(inner))}) end"
        )
    return f"coalesce({', '.join(found)})"


def _check_columns(table: Table, given: dict[str, str], declared: dict[str, Column]) -> None:
    plumbing = {"_row_id", "_loaded_at", "source_record_id"}
    forbidden = {*KERNEL_FIELDS, f"{table.object_name}_id"}
    allowed = {*declared, *plumbing, REFUSED}
    unknown = [name for name in given if name not in allowed or name in forbidden]
    missing = plumbing - given.keys()
    if unknown or missing:
        raise MappingError(
            f"{table.path}: "
            + "; ".join(
                [f"column {name} is no field of {table.object_name} that a connector fills" for name in unknown]
                + [f"column {name} is missing" for name in sorted(missing)]
            )
        )


def _judged(given: dict[str, str], fields: list[Column], required: set[str]) -> str:
    """SQL that gives every field its type and each row the list of its reasons (empty when it is good)."""
    typed, reasons = [], []
    refused = [f"m.{REFUSED}"] if REFUSED in given else []
    for column in fields:
        source = f'm."{column.name}"'
        if column.name not in given:
            typed.append(f'cast(null as {column.sql_type}) as "{column.name}"')
        elif given[column.name] == "VARCHAR":
            value = cast_from_text(column, source)
            typed.append(f'{value} as "{column.name}"')
            if column.sql_type != "VARCHAR":
                refused.append(cast_reason(column, source, f"({value})"))
        else:
            typed.append(f'cast({source} as {column.sql_type}) as "{column.name}"')
        if not column.nullable or column.name in required:
            missing = missing_reason(column, source) if column.name in given else f"'{column.name} is missing'"
            said = f"contains(coalesce(m.{REFUSED}, ''), {literal(column.name + ': ')})"
            refused.append(f"case when not {said} then {missing} end" if REFUSED in given else missing)
        reasons += check_reasons(column)
    listed = ", ".join(refused) or "null"
    same_id = (
        "case when count(*) over (partition by source_record_id) > 1 "
        "then 'source_record_id: \"' || source_record_id || '\" stands more than once' end"
    )
    found = ", ".join([same_id, *reasons])
    return (
        f"with typed as (select _row_id, _loaded_at, {', '.join(typed)}, [{listed}] as _cast from mapped as m) "
        f"select * exclude (_cast), list_filter(list_concat(_cast, [{found}]), lambda r: r is not null) as _reasons "
        "from typed"
    )


def _quarantine(con: Connection, table: Table) -> None:
    name = quarantine_table(con, str(table.source), table.object_name)
    con.execute(f"delete from {name} where stage in ('map', 'reference')").fetchall()
    raw_rows = " union all by name ".join(
        f"select r._row_id, r._delivery_id, r._line, "
        f"json_merge_patch(json_merge_patch('{{}}', to_json(r)), {literal(_PLUMBING)}) as _text from {raw} as r "
        "where r._row_id in (select _row_id from bad)"
        for raw in sorted(table.reads)
        if raw.startswith("raw_")
    )
    con.execute(
        f"""
        insert into {name} by name
        with bad as (select _row_id, source_record_id, array_to_string(_reasons, '; ') as reason
            from judged where len(_reasons) > 0),
        place as (select * from ({raw_rows})
            qualify row_number() over (partition by _row_id order by cast(_text as varchar)) = 1)
        select d.file, p._line as line, b.reason, cast(p._text as varchar) as row, d.delivered_at, 'map' as stage,
            b.source_record_id
        from bad as b
        left join place as p on p._row_id = b._row_id
        left join (
            select distinct sha256, file, delivered_at from meta.delivery where source = {literal(table.source)}
        ) as d on d.sha256 = p._delivery_id
        """
    ).fetchall()
