"""Versions and histories made by hand: rows that arrive, links that say who is one, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from pipelines.rooms import MERGED, catalogue
from pipelines.sync import raw
from pipelines.tables import history, versions
from pipelines.warehouse import Connection, table_names, transaction

START = datetime(2026, 1, 1)
Row = dict[str, Any]


def hour(number: float) -> datetime:
    return START + timedelta(hours=number)


def made(con: Connection, name: str, text: str = "as written") -> list[Row]:
    """Bring the versions of an object up to date and give them; `text`: what is written about its mappings."""
    staged = [t for t in catalogue().values() if t.kind == "staging" and t.object_name == name]
    with transaction(con):
        versions.build(con, catalogue()[f"version.{name}"], {table.name: text for table in staged})
    return con.sql(f"select * from version.{name} order by all").pl().to_dicts()


def told(con: Connection, name: str) -> list[Row]:
    """Make an object's history and give it."""
    with transaction(con):
        history.build(con, catalogue()[f"history.{name}"], "as written")
    return con.sql(f"select * from history.{name} order by {name}_id, valid_from").pl().to_dicts()


def link(con: Connection, name: str, golden_ids: Row) -> None:
    """Say which source key belongs to which golden id."""
    con.execute(
        f"create schema if not exists identity; "
        f"create or replace table identity.{name}_link (source_key varchar, {name}_id varchar)"
    ).fetchall()
    for source_key, target in golden_ids.items():
        con.execute(f"insert into identity.{name}_link values (?, ?)", [source_key, target]).fetchall()


def prepare(con: Connection) -> Connection:
    """Raw tables, links that know nobody, and no rule of survivorship but trust."""
    raw.prepare(con)
    con.execute(
        "create schema if not exists policy; create schema if not exists meta;"
        "create table meta.table_state (name varchar, fingerprint varchar, rows bigint, seconds double);"
        "create or replace table policy.golden as select 'source_priority' as default_rule;"
        "create or replace table policy.golden_rule"
        " (object varchar, field varchar, keep varchar, sources varchar[])"
    ).fetchall()
    for name in MERGED:
        link(con, name, {})
    return con


def load(
    con: Connection, at: datetime, rows: Iterable[Row], resource: str = "companies", source: str = "hubspot"
) -> None:
    """Rows of one resource arrive, as raw holds them: rows of one file in the order given."""
    ((arrival,),) = con.execute("select coalesce(max(arrival), 0) + 1 from meta.delivery").fetchall()
    given, sha = list(rows), f"sha{arrival}"
    for line, row in enumerate(given, 2):
        values = {"_delivery_id": sha, "_line": line, "_key": row["id"], "_hash": line, "_arrival": arrival}
        values |= {"_loaded_at": at, **row}
        con.execute(
            f"insert into raw_{source}.{resource} ({', '.join(values)}) values ({', '.join('?' * len(values))})",
            list(values.values()),
        ).fetchall()
    con.execute(
        "insert into meta.delivery values (?, 'file', ?, ?, ?, ?, 0, 0, ?, null, null, 'reader', ?)",
        [source, resource, sha, len(given), len(given), at, arrival],
    ).fetchall()


def company(number: int, name: str, changed: float | None, **more: Any) -> Row:
    shown = None if changed is None else f"{hour(changed):%Y-%m-%dT%H:%M:%SZ}"
    return {"id": str(number), "name": name, "updated_at": shown, **more}


def spans(rows: Iterable[Row], *fields: str) -> list[tuple[Any, ...]]:
    """Since when, until when, and the fields; instants as hours."""

    def shown(value: Any) -> Any:
        return (value - START) / timedelta(hours=1) if isinstance(value, datetime) else value

    return [tuple(shown(row[name]) for name in ("valid_from", "valid_to", *fields)) for row in rows]


def rows_of(con: Connection, table: str) -> list[Row]:
    return con.sql(f"select * from {table}").pl().to_dicts()


def put(con: Connection, rows: Iterable[Row], name: str = "company") -> None:
    """Say which versions of an object there are."""
    if f"version.{name}" not in table_names(con):
        made(con, name)
    con.execute(f"delete from version.{name}").fetchall()
    for row in rows:
        values = {"source_system": "hubspot", "loaded_at": row["known_from"], "_row_id": "a:1", **row}
        con.execute(
            f"insert into version.{name} ({', '.join(values)}) values ({', '.join('?' * len(values))})",
            list(values.values()),
        ).fetchall()
