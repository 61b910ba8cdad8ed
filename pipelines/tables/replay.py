"""Raw as it was: what a mapping makes of the rows that had been loaded by an instant, once more for late ones.

A row is late when a newer version of its record was there as it arrived, as with a pile of old exports: no run of a
mapping has ever shown it, and each round here shows one late row of every record that has so many.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from connectors.reading.resource import Resource
from pipelines.rooms import Table, resources
from pipelines.schemas import literal
from pipelines.sync.raw_tables import latest_query, version_time
from pipelines.tables import staging
from pipelines.warehouse import Connection, columns, scalar

_GONE = """
select source, resource, row_id, since, coalesce(noted_at, since) as noted_at, cast(null as timestamp) as back_at
from meta.absent
union all by name
select source, resource, row_id, since, coalesce(noted_at, since) as noted_at, back_at from meta.absent_before
"""
"""Which rows were held to be gone at the source: since when, from which load on and, if they came back, until which."""
_YEARS = "between epoch(timestamp '1970-01-02') and epoch(timestamp '2200-01-01')"
"""Versions that are instants; a counter is none."""


def read(mapping: Table) -> list[Resource]:
    """The resources a mapping reads."""
    return [one for one in resources(str(mapping.source)) if f"raw_{mapping.source}.{one.name}" in mapping.reads]


def _named(mapping: Table) -> str:
    """SQL that says: of these resources."""
    names = ", ".join(literal(resource.name) for resource in read(mapping))
    return f"source = {literal(mapping.source)} and resource in ({names})"


def instants(con: Connection, mappings: Sequence[Table]) -> dict[str, list[datetime]]:
    """When something was loaded, or found to be gone or back, that mappings read: per source of them, in order."""
    parts = []
    for mapping in mappings:
        named, gone = f"select {literal(mapping.source)} as source", f"from gone where {_named(mapping)}"
        parts += [f"{named}, _loaded_at as instant from raw_{mapping.source}.{one.name}" for one in read(mapping)]
        parts += [f"{named}, noted_at as instant {gone}", f"{named}, back_at as instant {gone}"]
    rows = con.execute(
        f"with gone as ({_GONE}), load as ({' union all '.join(parts)}) "
        "select source, list(distinct instant order by instant) from load where instant is not null group by source"
    )
    return dict(rows.fetchall())


def loaded(con: Connection, mapping: Table, known_to: datetime) -> list[tuple[object, ...]]:
    """Everything that a mapping's results up to an instant depend on, as far as it stands in the ledgers."""
    deliveries = con.execute(
        "select resource, sha256, reader_version, rows_stored, arrival, delivered_at from meta.delivery "
        f"where {_named(mapping)} and rows_stored > 0 and delivered_at <= ? order by all",
        [known_to],
    ).fetchall()
    gone = con.execute(
        "select resource, row_id, since, noted_at, case when back_at <= $at then back_at end as back_at "
        f"from ({_GONE}) where {_named(mapping)} and noted_at <= $at order by all",
        {"at": known_to},
    ).fetchall()
    return [*deliveries, *gone]


def stand(con: Connection, mapping: Table, instant: datetime, round_no: int = 0) -> None:
    """Make the temporary table `stood`: the staging rows of a mapping by an instant; for a round of late rows, theirs.

    In a round a record with a late row of that number is as that row says, every other one as it was by the instant.
    """
    for resource in read(mapping):
        raw, shown = f"raw_{mapping.source}.{resource.name}", f'replay."{resource.name}"'
        names = list(columns(con, raw))
        con.execute(
            f"create or replace view {shown} as select * from {raw} where _loaded_at <= timestamp '{instant}'"
        ).fetchall()
        rows = shown
        if round_no:
            late = f"select {{}} from late where resource = {literal(resource.name)} and round_no = {round_no}"
            rows = (
                f"(select * from {shown} where _key not in ({late.format('_key')}) "
                f"or (_key, _row_id) in ({late.format('_key, row_id')}))"
            )
        con.execute(
            f'create or replace view replay."{resource.name}__latest" as {latest_query(rows, resource, names)}'
        ).fetchall()
    sql = re.sub(rf"\braw_{mapping.source}\.", "replay.", str(mapping.sql))
    fields = staging.judge(con, replace(mapping, sql=sql))
    rows = _told(mapping, fields, instant)
    con.execute(f"create or replace temp table stood as {staging.good(mapping, fields, rows)}").fetchall()


def _told(mapping: Table, fields: list[str], instant: datetime) -> str:
    """SQL for the judged rows, those whose record was held to be gone by an instant with the time since when."""
    if "source_deleted_at" not in fields:
        return "judged"
    at = f"timestamp '{instant}'"
    return (
        "(select j.* replace (coalesce(j.source_deleted_at, a.since) as source_deleted_at) from judged as j "
        f"left join (select row_id, min(since) as since from ({_GONE}) where {_named(mapping)} "
        f"and noted_at <= {at} and coalesce(back_at > {at}, true) group by row_id) as a on a.row_id = j._row_id)"
    )


def find_late(con: Connection, mapping: Table, instant: datetime) -> int:
    """Make the temporary table `late`: the rows loaded at an instant that were not their record's newest, in rounds.

    Each with the time from which it was so by its version, and the row and the time that came next. Returns the number
    of rounds: of the record that has most.
    """
    parts = []
    for resource in read(mapping):
        raw = f"raw_{mapping.source}.{resource.name}"
        if resource.version:
            parts.append(_late(raw, resource, f"timestamp '{instant}'"))
    if not parts:
        return 0
    con.execute(f"create or replace temp table late as {' union all '.join(parts)}").fetchall()
    return int(scalar(con, "select coalesce(max(round_no), 0) from late"))


def _late(raw: str, resource: Resource, at: str) -> str:
    instant = f"case when version {_YEARS} then make_timestamp(cast(version * 1000000 as bigint)) end"
    return f"""
        select {literal(resource.name)} as resource, _key, row_id, stood_from, stood_to, next_row_id,
            row_number() over (partition by _key order by place) as round_no
        from (
            select _key, _row_id as row_id, _loaded_at, version, {instant} as stood_from,
                row_number() over newest as place, lag({instant}) over newest as stood_to,
                lag(_row_id) over newest as next_row_id
            from (select _key, _row_id, _loaded_at, _arrival, _line, {version_time(resource)} as version from {raw})
            where _loaded_at <= {at} and _key in (select _key from {raw} where _loaded_at = {at})
            window newest as (partition by _key order by version desc nulls last, _arrival desc, _line desc)
        )
        where _loaded_at = {at} and place > 1 and version is not null
    """
