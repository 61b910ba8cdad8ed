"""The instant a run is computed for, and what the sources' own clocks say about it: records as they were by then.

Here belongs which raw tables hold versions from that instant on, and that what is built from those sees the versions
before it. How a newest-version view is written belongs to `raw_tables`.
"""

from __future__ import annotations

from datetime import datetime

import duckdb

from connectors.reading.resource import Resource
from pipelines.rooms import Table, resources, sources
from pipelines.sync.raw_tables import show_latest, version_time
from pipelines.warehouse import Connection, columns, scalar

SCHEMA = """
create schema if not exists meta;
create table if not exists meta.run (as_of timestamp not null, as_of_on date not null, known_until timestamp);
alter table meta.run add column if not exists known_until timestamp;
create table if not exists meta.newest_version (
    source varchar not null, resource varchar not null, newest double, primary key (source, resource)
);
"""
"""The one run this warehouse is built for; and the newest version time of each raw table, in seconds since 1970."""


def note(con: Connection, as_of: datetime, known_until: datetime | None) -> None:
    """Write down what is built from now on: for which instant and, for a past picture, from deliveries before which."""
    con.execute("delete from meta.run").fetchall()
    last_day = "cast($as_of - interval 1 microsecond as date)"
    con.execute(
        f"insert into meta.run by name select $as_of as as_of, {last_day} as as_of_on, $known as known_until",
        {"as_of": as_of, "known": known_until},
    ).fetchall()


def measure(con: Connection) -> None:
    """Look once through the raw tables whose newest version nobody noted; from then on `raise_newest` keeps it true."""
    noted = set(con.execute("select source, resource from meta.newest_version").fetchall())
    there = {
        (room.removeprefix("raw_"), name)
        for room, name in con.execute(
            "select schema_name, table_name from duckdb_tables() "
            "where database_name = current_database() and starts_with(schema_name, 'raw_')"
        ).fetchall()
    }
    looks = [
        f"select '{source}', '{resource.name}', max({version_time(resource)}) from raw_{source}.{resource.name}"
        for source in sources()
        for resource in resources(source)
        if resource.version and (source, resource.name) in there - noted
    ]
    if looks:
        con.execute("insert into meta.newest_version " + " union all ".join(looks)).fetchall()


def raise_newest(con: Connection, source: str, resource: Resource, rows: str) -> None:
    """Take note of rows that were just added: `rows` is a table that holds them."""
    if resource.version in columns(con, rows):
        con.execute(
            "update meta.newest_version set newest = greatest(newest, "
            f"(select max({version_time(resource)}) from {rows})) where source = ? and resource = ?",
            [source, resource.name],
        ).fetchall()


def forget(con: Connection, source: str) -> None:
    """Rows of this source are about to be taken away: the next run measures its raw tables anew."""
    con.execute("delete from meta.newest_version where source = ?", [source]).fetchall()


def fingerprints(con: Connection) -> dict[str, str]:
    """The raw tables that hold versions from the run's instant on: what is built from them depends on that instant."""
    try:
        rows = con.execute(
            "select 'raw_' || n.source || '.' || n.resource, 'as of ' || r.as_of "
            "from meta.newest_version as n join meta.run as r on n.newest >= epoch(r.as_of)"
        ).fetchall()
    except duckdb.CatalogException:  # nothing was ever built here
        return {}
    return dict(rows)


def show(con: Connection, table: Table) -> None:
    """Before a mapping is run: let the newest-version views it reads show what the run's instant lets them show."""
    later = fingerprints(con)
    for source, resource in [(str(table.source), one) for one in resources(str(table.source))]:
        name = f"raw_{source}.{resource.name}"
        if name in table.reads:
            at = scalar(con, "select as_of from meta.run") if name in later else None
            show_latest(con, source, resource, at)
