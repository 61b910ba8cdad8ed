"""The raw layer: append-only tables of every version of every record, the ledger of deliveries, newest-version views.

Here belongs how landed rows become raw rows in one transaction. How files are found and landed belongs to `ingest`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from connectors.reading.resource import Export, Resource
from pipelines.rooms import resources, sources
from pipelines.schemas import literal
from pipelines.sync import absent
from pipelines.sync.complete import Completeness
from pipelines.sync.raw_tables import SYSTEM_COLUMNS as SYSTEM_COLUMNS
from pipelines.sync.raw_tables import ensure_table, whole
from pipelines.tables import as_of
from pipelines.warehouse import Connection, columns, scalar, table_names, transaction

NOTHING_COMPLETE = Completeness({})
REFUSED = "_file"
"""The resource name of a file that could not be read at all."""


class CountsDoNotAddUpError(RuntimeError):
    """Rows read are not rows stored + quarantined + repeated; the delivery was rolled back."""


_LEDGER = """
create schema if not exists meta;
create schema if not exists quarantine;
create table if not exists meta.delivery (
    source varchar not null, file varchar not null, resource varchar not null, sha256 varchar not null,
    rows_read bigint not null, rows_stored bigint not null, rows_quarantined bigint not null,
    rows_repeated bigint not null, delivered_at timestamp not null, columns varchar, note varchar,
    reader_version varchar not null, arrival bigint not null
);
create table if not exists meta.rejected (
    source varchar not null, sha256 varchar not null, resource varchar not null, line bigint, reason varchar not null,
    row_text varchar
);
"""


def prepare(con: Connection) -> None:
    """Make the ledger, and for every declared resource its raw table and newest-version view, where missing."""
    with transaction(con):
        con.execute(_LEDGER).fetchall()
        con.execute(absent.SCHEMA).fetchall()
        con.execute(as_of.SCHEMA).fetchall()
        existing, done = table_names(con), whole(con)
        for source in sources():
            con.execute(f"create schema if not exists raw_{source}").fetchall()
            for resource in resources(source):
                if f"raw_{source}.{resource.name}" not in done:
                    ensure_table(con, source, resource, list(resource.columns), existing)


def known_deliveries(con: Connection, source: str, version: str) -> set[str]:
    """Content hashes that need no reading: all of the source's, but for those refused by another reader version.

    Nor are those known that another declaration of collections took (the part of the version after its point), and an
    archive is no more known than everything in it.
    """
    rows = con.execute(
        """
        with known as (
            select sha256 from meta.delivery where source = $source group by 1
            having (sum(rows_quarantined) = 0 or max(reader_version) = $version)
                and max(split_part(reader_version, '.', 2)) = split_part($version, '.', 2)
        )
        select d.sha256 from meta.delivery as d where d.source = $source and d.sha256 in (select sha256 from known)
        group by d.sha256 having not exists (
            select 1 from meta.delivery as i where i.source = $source
                and starts_with(i.file, any_value(d.file) || '/') and i.sha256 not in (select sha256 from known)
        )
        """,
        {"source": source, "version": version},
    )
    return {sha for (sha,) in rows.fetchall()}


def reads_again(con: Connection, source: str, delivery_ids: Iterable[str]) -> bool:
    """True when one of the deliveries is in the ledger already, and what it brought will be replaced."""
    query = "select count(*) from meta.delivery where source = ? and list_contains(?, sha256)"
    return bool(scalar(con, query, [source, list(delivery_ids)]))


def take(
    con: Connection,
    landing: Path,
    source: str,
    exports: Sequence[Export],
    arrived: datetime,
    version: str,
    known: Completeness = NOTHING_COMPLETE,
) -> tuple[list[tuple[str, str, int, int, int, int, str]], list[str]]:
    """Move landed rows into raw and write the ledger, in one transaction.

    Returns (file, resource, read, stored, quarantined, repeated, note) per file and resource, and a sentence for each
    complete export that lost too many records and was left where it is. Raises `CountsDoNotAddUpError` and leaves
    everything as it was when read is not stored + quarantined + repeated.
    """
    con.execute(f"attach {literal(landing)} as landing (read_only)").fetchall()
    try:
        with transaction(con):
            return _take(con, source, exports, arrived, version, known)
    finally:
        con.execute("detach landing").fetchall()


def _take(
    con: Connection, source: str, exports: Sequence[Export], arrived: datetime, version: str, known: Completeness
) -> tuple[list[tuple[str, str, int, int, int, int, str]], list[str]]:
    landed = {
        name
        for (name,) in con.execute(
            "select table_name from information_schema.tables where table_catalog = 'landing' and table_schema = ?",
            [source],
        ).fetchall()
    }
    _register_exports(con, source, exports, arrived)
    refused = absent.refuse_shrunk(con, source, arrived, known)
    _forget_refused(con, source)
    existing = table_names(con)
    con.execute(
        "create or replace temp table moved (sha256 varchar, resource varchar, stored bigint, repeated bigint)"
    ).fetchall()
    for resource in resources(source):
        if resource.name in landed:
            _append(con, source, resource, existing)
    _write_ledger(con, source, version, landed)
    absent.mark(con, source, arrived, known)
    show_rejected(con, source)
    return _report(con, source), refused


def _register_exports(con: Connection, source: str, exports: Sequence[Export], arrived: datetime) -> None:
    """Note which files are taken, and when and after which others each arrived: one read again, when it first did."""
    con.execute(
        "create or replace temp table export (sha256 varchar, file varchar, arrival bigint, delivered_at timestamp)"
    ).fetchall()
    first = scalar(con, "select coalesce(max(arrival), 0) + 1 from meta.delivery")
    rows = [(export.delivery_id, export.name, first + number, arrived) for number, export in enumerate(exports)]
    con.executemany("insert into export values (?, ?, ?, ?)", rows)
    con.execute(
        "update export set arrival = d.arrival, delivered_at = d.delivered_at from meta.delivery as d "
        "where d.sha256 = export.sha256 and d.source = ?",
        [source],
    ).fetchall()


def _forget_refused(con: Connection, source: str) -> None:
    """A delivery that is read again because its reader was mended replaces what it had brought."""
    again = "select e.sha256 from export as e join meta.delivery as d on d.sha256 = e.sha256 and d.source = ?"
    seen = [sha for (sha,) in con.execute(again, [source]).fetchall()]
    if not seen:
        return
    as_of.forget(con, source)
    for resource in resources(source):
        con.execute(f"delete from raw_{source}.{resource.name} where list_contains(?, _delivery_id)", [seen]).fetchall()
    for table in ("meta.delivery", "meta.rejected"):
        con.execute(f"delete from {table} where source = ? and list_contains(?, sha256)", [source, seen]).fetchall()


def _append(con: Connection, source: str, resource: Resource, existing: set[str]) -> None:
    table = f"raw_{source}.{resource.name}"
    landed = f"landing.{source}.{resource.name}"
    data = [name for name in columns(con, landed) if name not in (*SYSTEM_COLUMNS, "_dlt_id", "_dlt_load_id")]
    ensure_table(con, source, resource, data, existing)
    listed = ", ".join(f'l."{name}"' for name in ["_delivery_id", "_line", "_key", "_hash", *data])
    con.execute(f"create or replace temp table known as {_repeated(con, table, landed, resource)}").fetchall()
    repeated = scalar(con, "select count(*) from known")
    only_new = (
        "where not exists (select 1 from known as k where k._delivery_id = l._delivery_id and k._line = l._line "
        "and k._key = l._key)"
    )
    con.execute(
        f"insert into {table} by name select {listed}, e.arrival as _arrival, e.delivered_at as _loaded_at "
        f"from {landed} as l join export as e on e.sha256 = l._delivery_id {only_new if repeated else ''}"
    ).fetchall()
    as_of.raise_newest(con, source, resource, landed)
    con.execute(
        f"insert into moved select sha256, ?, (select count(*) from {table} where _delivery_id = sha256), "
        "(select count(*) from known where _delivery_id = sha256) from export",
        [resource.name],
    ).fetchall()


def _repeated(con: Connection, table: str, landed: str, resource: Resource) -> str:
    """The landed rows that raw holds already, as a query of (_delivery_id, _line, _key).

    With a version column a row is repeated when the same version is there, whenever it came; without one, when it says
    the same as the row of its key that came just before it.
    """
    ((rows, keys),) = con.execute(f"select count(*), count(distinct _key) from {landed}").fetchall()
    held = scalar(con, f"select count(*) from {table}")
    if rows == keys and not held:
        return f"select _delivery_id, _line, _key from {landed} where false"
    history = (
        f"select l._delivery_id, l._line, l._key, l._hash, e.arrival, true as is_new from {landed} as l "
        f"join export as e on e.sha256 = l._delivery_id union all "
        f"select r._delivery_id, r._line, r._key, r._hash, r._arrival, false from {table} as r "
        f"where r._key in (select _key from {landed})"
    )
    window = "partition by _key, _hash" if resource.version else "partition by _key"
    before = "lag(_hash) over (" + window + " order by arrival, _line, _delivery_id)"
    return (
        f"select _delivery_id, _line, _key from (select *, {before} as _before from ({history})) "
        "where is_new and _before = _hash"
    )


def _write_ledger(con: Connection, source: str, version: str, landed: set[str]) -> None:
    if "_rejected" in landed:
        con.execute(
            "insert into meta.rejected "
            f"select ?, _delivery_id, _resource, _line, reason, row from landing.{source}._rejected "
            "where _delivery_id in (select sha256 from export)",
            [source],
        ).fetchall()
    con.execute(
        f"""
        insert into meta.delivery by name
        with read as (
            select _delivery_id as sha256, _resource as resource, sum(rows_read) as rows_read,
                max(columns) as columns, string_agg(distinct nullif(note, ''), '; ') as note
            from landing.{source}._read group by all
        ), refused as (
            select sha256, resource, count(*) as rows from meta.rejected
            where source = $source and sha256 in (select sha256 from export) group by all
        )
        select $source as source, e.file, r.resource, e.sha256, r.rows_read, coalesce(m.stored, 0) as rows_stored,
            coalesce(q.rows, 0) as rows_quarantined, coalesce(m.repeated, 0) as rows_repeated,
            e.delivered_at, r.columns, r.note, $version as reader_version, e.arrival
        from read as r
        join export as e on e.sha256 = r.sha256
        left join moved as m on m.sha256 = r.sha256 and m.resource = r.resource
        left join refused as q on q.sha256 = r.sha256 and q.resource = r.resource
        """,
        {"source": source, "version": version},
    ).fetchall()


def show_rejected(con: Connection, source: str) -> None:
    """Quarantine what could not be read: of a file name only its newest delivery, so a mended file clears its rows."""
    names = con.execute("select distinct resource from meta.rejected where source = ?", [source]).fetchall()
    for (resource,) in names:
        table = quarantine_table(con, source, resource.removeprefix("_"))
        con.execute(f"delete from {table} where stage = 'read'").fetchall()
        con.execute(
            f"""
            insert into {table} by name
            select d.file, r.line, r.reason, r.row_text as row, d.delivered_at, 'read' as stage
            from meta.rejected as r
            join meta.delivery as d on d.sha256 = r.sha256 and d.resource = r.resource and d.source = r.source
            where r.source = ? and r.resource = ? and d.arrival = (
                select max(newer.arrival) from meta.delivery as newer
                where newer.source = d.source and newer.file = d.file
            )
            """,
            [source, resource],
        ).fetchall()


def quarantine_table(con: Connection, source: str, name: str) -> str:
    """The quarantine table of an object, of a resource, or of whole files; made when it is missing."""
    table = f"quarantine.{source}__{name}"
    con.execute(
        f"create table if not exists {table} (file varchar, line bigint, reason varchar, row varchar, "
        "delivered_at timestamp, stage varchar, source_record_id varchar)"
    ).fetchall()
    return table


def _report(con: Connection, source: str) -> list[tuple[str, str, int, int, int, int, str]]:
    rows = con.execute(
        "select e.file, d.resource, d.rows_read, d.rows_stored, d.rows_quarantined, d.rows_repeated, "
        "coalesce(d.note, (select min(r.reason) from meta.rejected as r where r.source = d.source "
        "and r.sha256 = d.sha256 and r.resource = d.resource and d.resource = ?), '') "
        "from export as e left join meta.delivery as d on d.sha256 = e.sha256 and d.source = ? order by e.arrival, 2",
        [REFUSED, source],
    ).fetchall()
    for file, resource, read, stored, quarantined, repeated, _ in rows:
        if resource is None:
            raise CountsDoNotAddUpError(f"{source}/{file}: the reader said nothing about this file; nothing was stored")
        if read != stored + quarantined + repeated:
            raise CountsDoNotAddUpError(
                f"{source}/{file} ({resource}): {read} rows read, but {stored} stored + {quarantined} quarantined "
                f"+ {repeated} repeated; nothing was stored"
            )
    return rows
