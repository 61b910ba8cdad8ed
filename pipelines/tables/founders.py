"""The memory of golden ids: which record first gave a company or person its name, and which records changed their id.

Like the rest of the ledger it is only ever added to, and cannot be worked out anew. Who is the same is decided in
`models/identity`; here is only noted what came of it, in the transaction in which a link table is made.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pipelines.rooms import MERGED, Table
from pipelines.warehouse import Connection, table_names

_LEDGER = """
create schema if not exists ledger;
create table if not exists ledger.founder (
    object varchar not null, source_key varchar not null, founded_at timestamp not null, place bigint not null,
    primary key (object, source_key)
);
create table if not exists ledger.id_change (
    object varchar not null, source_key varchar not null, old_id varchar not null, new_id varchar not null,
    changed_at timestamp not null, place bigint not null
);
"""
_BEFORE = "temp.link_before"
_NOW = """
    select greatest(
        (select max(delivered_at) from meta.delivery),
        (select max(greatest(decided_at, undone_at)) from policy.match_decision),
        case when not exists (select 1 from meta.delivery) then (select as_of from meta.run) end
    )
"""
"""The newest instant from which anything here is known, whether a file or a decision."""


def prepare(con: Connection) -> None:
    """Make the ledger's tables where they are missing."""
    con.execute(_LEDGER).fetchall()


@contextmanager
def noted(con: Connection, table: Table) -> Iterator[None]:
    """While a table is made: if it is one of links, note who founded a name in it, and whose id is another than before.

    `founded_at` is the newest delivery known; `place` counts on, so that the earlier is known also within one instant.
    """
    name = table.object_name.removesuffix("_link")
    if table.name != f"identity.{name}_link" or name not in MERGED:
        yield
        return
    is_known = table.name in table_names(con)
    if is_known:
        con.execute(
            f"create or replace temp table link_before as select source_key, {name}_id as id from {table.name} "
            f"where source_system <> 'email' and {name}_id is not null"
        ).fetchall()
    yield
    _note_founders(con, name)
    if is_known:
        _note_changes(con, name)
        con.execute(f"drop table {_BEFORE}").fetchall()


def _note_founders(con: Connection, name: str) -> None:
    con.execute(
        f"""
        insert into ledger.founder by name
        select $name as object, l.source_key,
            coalesce((select max(delivered_at) from meta.delivery), (select as_of from meta.run)) as founded_at,
            (select coalesce(max(place), 0) from ledger.founder) + row_number() over (
                order by r.trust nulls last, l.source_system, l.source_record_id
            ) as place
        from identity.{name}_link as l
        left join policy.source_rank as r on r.source = l.source_system
        where l.source_key = l.{name}_id
            and l.source_key not in (select f.source_key from ledger.founder as f where f.object = $name)
        """,
        {"name": name},
    ).fetchall()


def _note_changes(con: Connection, name: str) -> None:
    con.execute(
        f"""
        insert into ledger.id_change by name
        select $name as object, l.source_key, b.id as old_id, l.{name}_id as new_id, ({_NOW}) as changed_at,
            (select coalesce(max(place), 0) from ledger.id_change) + row_number() over (order by l.source_key) as place
        from identity.{name}_link as l
        join {_BEFORE} as b on b.source_key = l.source_key
        where l.{name}_id <> b.id
        """,
        {"name": name},
    ).fetchall()
