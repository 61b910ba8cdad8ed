"""The raw tables and their newest-version views, which a connector's SQL reads; how rows come into them is in `raw`."""

from __future__ import annotations

import hashlib
from datetime import datetime

from connectors.reading.resource import Resource
from pipelines.rooms import resources, sources
from pipelines.schemas import literal
from pipelines.warehouse import Connection, columns

SYSTEM_COLUMNS = {
    "_delivery_id": "varchar",
    "_line": "bigint",
    "_key": "varchar",
    "_hash": "bigint",
    "_arrival": "bigint",
    "_loaded_at": "timestamp",
    "_row_id": "varchar generated always as (_delivery_id || ':' || _line) virtual",
}


def ensure_table(con: Connection, source: str, resource: Resource, data: list[str], existing: set[str]) -> None:
    """Create the raw table, or add the columns it lacks, and renew its newest-version view when something changed."""
    table = f"raw_{source}.{resource.name}"
    present = columns(con, table) if table in existing else {}
    wanted = dict.fromkeys([*resource.columns, *data], "varchar")
    if not present:
        listed = ", ".join(f'"{name}" {kind}' for name, kind in {**SYSTEM_COLUMNS, **wanted}.items())
        con.execute(f"create table {table} ({listed})").fetchall()
    for name in wanted:
        if present and name not in present:
            con.execute(f'alter table {table} add column "{name}" varchar').fetchall()
    existing.add(table)
    _show(con, table, latest_query(table, resource, [*dict.fromkeys([*present, *wanted])]))


def whole(con: Connection) -> set[str]:
    """The raw tables for which `ensure_table` with the declared columns would change nothing: asked once for all.

    Each view says in its comment what it was made from, so that none is made anew for nothing.
    """
    held = dict(
        con.execute(
            "select schema_name || '.' || table_name, list(column_name) from duckdb_columns() "
            "where database_name = current_database() and starts_with(schema_name, 'raw_') group by all"
        ).fetchall()
    )
    said = dict(
        con.execute(
            "select schema_name || '.' || view_name, comment from duckdb_views() "
            "where database_name = current_database() and starts_with(schema_name, 'raw_')"
        ).fetchall()
    )
    declared = {f"raw_{source}.{resource.name}": resource for source in sources() for resource in resources(source)}
    return {
        table
        for table, resource in declared.items()
        if set(resource.columns) <= set(held.get(table, ()))
        and said.get(f"{table}__latest") == _word(latest_query(table, resource, held[table]))
    }


def _show(con: Connection, table: str, latest: str) -> None:
    view = f"{table}__latest"
    con.execute(
        f"create or replace view {view} as {latest}; comment on view {view} is {literal(_word(latest))}"
    ).fetchall()


def _word(query: str) -> str:
    return hashlib.sha256(query.encode()).hexdigest()[:16]


def show_latest(con: Connection, source: str, resource: Resource, valid_to: datetime | None) -> None:
    """Let the newest-version view show each record's newest version from before an instant; with None, the newest."""
    table = f"raw_{source}.{resource.name}"
    _show(con, table, latest_query(table, resource, list(columns(con, table)), valid_to=valid_to))


def version_time(resource: Resource) -> str:
    """SQL for how new a row of a resource with a version column says it is, as a number; of an instant its seconds."""
    version = f'"{resource.version}"'
    return f"coalesce(try_cast({version} as double), epoch(try_cast({version} as timestamptz)))"


def latest_query(
    table: str,
    resource: Resource,
    names: list[str],
    loaded_to: datetime | None = None,
    valid_to: datetime | None = None,
) -> str:
    """SQL of the newest version per key: by the version column, an older version never wins; then by order of arrival.

    `names` are the columns the raw table (or another relation like it) has. With `loaded_to` only what had been loaded
    by that instant counts; with `valid_to` the newest version from before that instant, or else the oldest one.
    """
    own = sorted(set(names) - {*resource.columns, *SYSTEM_COLUMNS})  # whichever file came first
    packed = ", ".join(f'"{name}" := "{name}"' for name in own)
    custom = f"json_merge_patch('{{}}', to_json(struct_pack({packed})))" if own else "null"
    order = "_arrival desc, _line desc"
    if resource.version:
        value = version_time(resource)
        order = f"{value} desc nulls last, {order}"
        if valid_to:
            later = f"coalesce({value} >= epoch(timestamp '{valid_to}'), false)"
            order = f"{later}, case when {later} then {value} end, {order}"
    known = f"where _loaded_at <= timestamp '{loaded_to}' " if loaded_to else ""
    listed = ", ".join(f'"{name}"' for name in resource.columns)
    return (
        f"select {listed}, nullif({custom}, '{{}}') as custom, _row_id, _loaded_at from {table} "
        f"{known}qualify row_number() over (partition by _key order by {order}) = 1"
    )
