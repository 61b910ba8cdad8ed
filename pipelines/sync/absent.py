"""What complete exports no longer hold: which records are gone, since when, and exports too small to be believed.

Here belongs what follows from a record's absence. Which exports are complete belongs to `complete`, how rows come into
raw to `raw`, which calls this inside its transaction.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from shlex import quote

import duckdb

from connectors.reading.resource import API_FOLDER, WHOLE
from pipelines.rooms import Table
from pipelines.schemas import literal
from pipelines.sync.complete import Completeness
from pipelines.warehouse import Connection, scalar

SCHEMA = """
create table if not exists meta.full_delivery (
    source varchar not null, resource varchar not null, sha256 varchar not null, number bigint not null,
    delivered_at timestamp not null, is_whole boolean not null
);
create table if not exists meta.present (
    source varchar not null, resource varchar not null, _key varchar not null, number bigint not null
);
create table if not exists meta.absent (
    source varchar not null, resource varchar not null, _key varchar not null, row_id varchar not null,
    since timestamp not null, noted_at timestamp
);
alter table meta.absent add column if not exists noted_at timestamp;
create table if not exists meta.absent_before (
    source varchar not null, resource varchar not null, _key varchar not null, row_id varchar not null,
    since timestamp not null, noted_at timestamp, back_at timestamp not null
);
create table if not exists meta.inbox (source varchar not null, file varchar not null, sha256 varchar not null);
"""
"""Complete deliveries, each file with its number; in which number each key was last seen; which rows are gone since
when, and which delivery told so (null: the one they are gone since); which ones were held to be gone until another
delivery told otherwise; what each path of the inbox held at the last sync."""
AS_OF = "coalesce((select max(as_of) from meta.run), timestamp 'infinity')"
"""What is gone from the run's instant on is not gone as of it."""


def forget_others(con: Connection, source: str, tracked: Collection[str]) -> None:
    """Give up what was known of resources whose exports do not count as complete any more: nothing of them is gone."""
    for table in ("full_delivery", "present", "absent", "absent_before"):
        con.execute(
            f"delete from meta.{table} where source = ? and not list_contains(?, resource)", [source, list(tracked)]
        ).fetchall()


def refuse_shrunk(con: Connection, source: str, arrived: datetime, known: Completeness) -> list[str]:
    """Take complete exports that lost too many records off the table `export`; a sentence for each, with its command.

    Of an archive the rest is taken, and the archive is looked at again by the next sync.
    """
    told = []
    for resource in known.resources:
        _begin(con, source, resource)
        files = _complete_files(con, source, resource, arrived, known)
        if not files:
            continue
        before = scalar(
            con,
            "select count(*) from meta.present as p anti join meta.absent as a using (source, resource, _key) "
            "where p.source = ? and p.resource = ?",
            [source, resource],
        )
        found = _keys(con, source, resource, list(files))
        names = [f"{source}/{name}" for name in files.values()]
        if found >= known.shrink_limit * before or set(names) <= set(known.confirmed):
            continue
        command = " ".join(f"--confirm {quote(name)}" for name in names)
        told.append(
            f"{', '.join(names)}: {found:,} {resource}, where {before:,} are known; a complete export this small is "
            f"refused and stays in the inbox. If it is true: rapport sync {source} {command}"
        )
        con.execute(
            "delete from export where exists (select 1 from unnest(?) as r (name) "
            "where r.name = file or starts_with(r.name, file || '/'))",
            [list(files.values())],
        ).fetchall()
    return told


def mark(con: Connection, source: str, arrived: datetime, known: Completeness) -> None:
    """Note which keys the deliveries just taken held, and which known ones the complete ones among them lack."""
    for resource in known.resources:
        _number(con, source, resource, arrived, known)
        _see(con, source, resource)
        _find_absent(con, source, resource)
        _note_absent(con, source, resource, arrived)


def _begin(con: Connection, source: str, resource: str) -> None:
    """The first time, every key in raw counts as present: absences count from the next complete export on."""
    if scalar(con, "select count(*) from meta.present where source = ? and resource = ?", [source, resource]) == 0:
        con.execute(
            f"insert into meta.present select distinct ?, ?, _key, 0 from raw_{source}.{resource}", [source, resource]
        ).fetchall()


def _complete_files(
    con: Connection, source: str, resource: str, arrived: datetime, known: Completeness
) -> dict[str, str]:
    """The files of this sync that hold all records of the resource and came now: content -> name."""
    rows = con.execute(
        f"""
        select distinct e.sha256, e.file from export as e
        join landing.{source}._read as r on r._delivery_id = e.sha256 and r._resource = $resource
        where (list_contains($again, e.sha256) or (e.delivered_at = $arrived and not exists (
                select 1 from meta.full_delivery as f
                where f.source = $source and f.resource = $resource and f.sha256 = e.sha256
            )))
            and case when starts_with(e.file, $api) then ends_with(e.file, $whole) else $dropped end
        order by e.file
        """,
        {
            "source": source,
            "resource": resource,
            "again": list(known.again),
            "arrived": arrived,
            "api": f"{API_FOLDER}/",
            "whole": f"{WHOLE}.jsonl",
            "dropped": known.resources[resource],
        },
    ).fetchall()
    return dict(rows)


def _keys(con: Connection, source: str, resource: str, files: list[str]) -> int:
    table = f"landing.{source}.{resource}"
    if not _is_landed(con, source, resource):
        return 0
    query = f"select count(distinct _key) from {table} where list_contains(?, _delivery_id)"
    return int(scalar(con, query, [files]))


def _is_landed(con: Connection, source: str, resource: str) -> bool:
    query = (
        "select count(*) from information_schema.tables "
        "where table_catalog = 'landing' and table_schema = ? and table_name = ?"
    )
    return bool(scalar(con, query, [source, resource]))


def _number(con: Connection, source: str, resource: str, arrived: datetime, known: Completeness) -> None:
    """Number the complete files that came now, all alike; one with rows set aside says nothing of what it lacks."""
    files = list(_complete_files(con, source, resource, arrived, known))
    if files:
        con.execute(
            """
            insert into meta.full_delivery
            with newest as (
                select coalesce(max(number), 0) as number from meta.full_delivery
                where source = $source and resource = $resource
            )
            select $source, $resource, f.sha256, n.number + 1, $arrived, true
            from newest as n cross join unnest($files) as f (sha256)
            """,
            {"source": source, "resource": resource, "files": files, "arrived": arrived},
        ).fetchall()
    con.execute(
        "update meta.full_delivery set is_whole = not exists (select 1 from meta.rejected as r "
        "where r.source = full_delivery.source and r.sha256 = full_delivery.sha256) where source = ? and resource = ?",
        [source, resource],
    ).fetchall()


def _see(con: Connection, source: str, resource: str) -> None:
    """Raise each landed key to the number of the delivery that holds it; what holds no number is of the newest one."""
    if not _is_landed(con, source, resource):
        return
    con.execute(
        f"""
        create or replace temp table seen as
        with numbered as (
            select sha256, max(number) as number from meta.full_delivery
            where source = $source and resource = $resource group by sha256
        ), newest as (
            select coalesce(max(number), 0) as number from numbered
        )
        select l._key, max(coalesce(n.number, w.number)) as number
        from landing.{source}.{resource} as l
        join export as e on e.sha256 = l._delivery_id
        cross join newest as w
        left join numbered as n on n.sha256 = l._delivery_id
        group by l._key
        """,
        {"source": source, "resource": resource},
    ).fetchall()
    where = [source, resource]
    con.execute(
        "update meta.present set number = greatest(present.number, s.number) from seen as s "
        "where s._key = present._key and present.source = ? and present.resource = ?",
        where,
    ).fetchall()
    con.execute(
        "insert into meta.present select $1, $2, s._key, s.number from seen as s where not exists "
        "(select 1 from meta.present as p where p.source = $1 and p.resource = $2 and p._key = s._key)",
        where,
    ).fetchall()


def _find_absent(con: Connection, source: str, resource: str) -> None:
    """A key is gone since the first complete delivery after the last one that held it; its newest row says so."""
    con.execute(
        f"""
        create or replace temp table gone as
        with complete as (
            select number, max(delivered_at) as at from meta.full_delivery
            where source = $source and resource = $resource group by number having bool_and(is_whole)
        ), present as (
            select _key, number from meta.present where source = $source and resource = $resource
        ), since as (
            select p.number, arg_min(c.at, c.number) as at
            from (select distinct number from present) as p join complete as c on c.number > p.number
            group by p.number
        ), lacking as (
            select p._key, s.at from present as p join since as s on s.number = p.number
        )
        select distinct g._key, l._row_id as row_id, g.at as since
        from lacking as g
        join raw_{source}.{resource} as r on r._key = g._key
        join raw_{source}.{resource}__latest as l on l._row_id = r._row_id
        """,
        {"source": source, "resource": resource},
    ).fetchall()


def _note_absent(con: Connection, source: str, resource: str, arrived: datetime) -> None:
    """Bring the table of what is gone up to date; what is told otherwise now is kept with the time it held until."""
    where = (
        "source = $source and resource = $resource and not exists (select 1 from gone as g "
        "where g._key = a._key and g.row_id = a.row_id and g.since = a.since)"
    )
    named = {"source": source, "resource": resource}
    con.execute(
        "insert into meta.absent_before by name "
        f"select a.*, cast($arrived as timestamp) as back_at from meta.absent as a where {where}",
        {**named, "arrived": arrived},
    ).fetchall()
    con.execute(f"delete from meta.absent as a where {where}", named).fetchall()
    con.execute(
        "insert into meta.absent by name "
        "select $source as source, $resource as resource, g.*, cast($arrived as timestamp) as noted_at from gone as g "
        "where not exists (select 1 from meta.absent as a "
        "where a.source = $source and a.resource = $resource and a._key = g._key)",
        {**named, "arrived": arrived},
    ).fetchall()


def told(rows: str, table: Table, fields: Collection[str]) -> str:
    """SQL for a mapping's rows that gives those made from a row that is gone the time since when, if they have none."""
    if "source_deleted_at" not in fields:
        return rows
    read = ", ".join(literal(name.partition(".")[2]) for name in sorted(table.reads))
    return (
        f"(select j.* replace (coalesce(j.source_deleted_at, a.since) as source_deleted_at) from {rows} as j "
        f"left join (select row_id, min(since) as since from meta.absent where source = {literal(table.source)} "
        f"and since < {AS_OF} and resource in ({read}) group by row_id) as a on a.row_id = j._row_id)"
    )


def fingerprints(con: Connection) -> dict[str, str]:
    """Per raw table one word for the rows of it that are gone: what reads it depends on that too."""
    try:
        rows = con.execute(
            "select 'raw_' || source || '.' || resource, md5(string_agg(row_id || since, ',' order by row_id)) "
            f"from meta.absent where since < {AS_OF} group by 1"
        ).fetchall()
    except duckdb.CatalogException:  # nothing was ever delivered here
        return {}
    return dict(rows)
