"""The raw tables and their newest-version views, which a connector's SQL reads; how rows come into them is in `raw`."""

from __future__ import annotations

from connectors.reading.resource import Resource
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
    con.execute(_latest_view(table, resource, [*dict.fromkeys([*present, *wanted])])).fetchall()


def _latest_view(table: str, resource: Resource, names: list[str]) -> str:
    """The newest version per key: by the version column, an older version never wins; then by order of arrival."""
    own = sorted(set(names) - {*resource.columns, *SYSTEM_COLUMNS})  # whichever file came first
    packed = ", ".join(f'"{name}" := "{name}"' for name in own)
    custom = f"json_merge_patch('{{}}', to_json(struct_pack({packed})))" if own else "null"
    version = f'"{resource.version}"' if resource.version else None
    order = "_arrival desc, _line desc"
    if version:
        value = f"coalesce(try_cast({version} as double), epoch(try_cast({version} as timestamptz)))"
        order = f"{value} desc nulls last, {order}"
    listed = ", ".join(f'"{name}"' for name in resource.columns)
    return (
        f"create or replace view {table}__latest as select {listed}, nullif({custom}, '{{}}') as custom, "
        f"_row_id, _loaded_at from {table} "
        f"qualify row_number() over (partition by _key order by {order}) = 1"
    )
