"""`meta.source_row`: the file and line of every row that revenue is made of; for derived rows, of what they came from.

Where golden values come from belongs to `provenance`; what rules derive, to `models/objects` and `models/behaviour`.
"""

from __future__ import annotations

from pipelines.rooms import PLACED
from pipelines.schemas import definition, literal, schema_of
from pipelines.tables.objects import no_rows, staged_tables
from pipelines.warehouse import Connection, scalar

TABLE = "meta.source_row"
ORIGINS: dict[tuple[str, str], str] = {
    (
        "subscription",
        "won_opportunity",
    ): "select subscription_id, 'opportunity', opportunity_id from objects.subscription",
    (
        "subscription",
        "signed_contract_makes_revenue",
    ): "select subscription_id, 'contract', contract_id from objects.subscription",
    ("subscription", "subscription_renews_itself"): (
        "select subscription_id, 'subscription', first_subscription_id from behaviour.renewed_term"
    ),
    ("subscription_version", "won_opportunity"): (
        "select subscription_version_id, 'subscription', subscription_id from objects.subscription_version"
    ),
    ("subscription_version", "signed_contract_makes_revenue"): (
        "select subscription_version_id, 'subscription', subscription_id from objects.subscription_version"
    ),
    ("subscription_version", "subscription_renews_itself"): """
        select n.subscription_version_id, 'subscription_version', o.subscription_version_id
        from objects.subscription_version as n
        join behaviour.renewed_term as t on t.subscription_id = n.subscription_id
        join objects.subscription_version as o on o.subscription_id = t.first_subscription_id
            and o.source_system = n.source_system and o.source_record_id = n.source_record_id and o.item = n.item""",
    ("contract", "won_opportunity"): "select contract_id, 'opportunity', opportunity_id from objects.contract",
    ("invoice", "expected_invoices"): """
        select i.invoice_id,
            case when s.object_id is not null then 'contract_payment_schedule'
                when i.subscription_id is not null then 'subscription' else 'contract' end,
            coalesce(s.object_id, i.subscription_id, i.contract_id)
        from objects.invoice as i
        left join meta.source_row as s on s.object = 'contract_payment_schedule'
            and 'schedule:' || s.object_id = i.invoice_id""",
    ("opportunity", "renewal_opportunity_opens"): (
        "select ending_id || ':renewal', kind, ending_id from behaviour.renewal_opportunity"
    ),
}
"""For what each rule derives: SQL of (id, the object it was made from, that one's id)."""
_PLACES = """
create or replace temp table place as
select source, sha256, min(file) as file from meta.delivery group by all
"""


def build(con: Connection) -> int:
    """Make `meta.source_row`: a row per row of each object, at its newest version; return their number.

    What was derived from something derived is led on to the record at the beginning. Where a rule left no trace of
    what it made a row from, the row's own source record stands here, without file and line.
    """
    schema = schema_of(TABLE)
    assert schema is not None
    con.execute(f"create schema if not exists meta; create or replace table {TABLE} ({definition(schema)})").fetchall()
    con.execute(_PLACES).fetchall()
    for name in PLACED:
        con.execute(f"insert into {TABLE} by name {_sent(con, name)}").fetchall()
    while sum(int(scalar(con, f"insert into {TABLE} by name {_derived(*rule)}")) for rule in ORIGINS):
        pass
    for name in PLACED:
        con.execute(f"insert into {TABLE} by name {_unplaced(name)}").fetchall()
    con.execute("drop table place").fetchall()
    return int(scalar(con, f"select count(*) from {TABLE}"))


def _sent(con: Connection, name: str) -> str:
    """SQL of an object's rows as sources sent them, each with its place."""
    tables = staged_tables(con, name)
    listed = " union all by name ".join(
        f"select source_system, source_record_id, _row_id, loaded_at from {table}" for table in tables
    )
    return f"""
        select {literal(name)} as object, o.{name}_id as object_id, {literal(name)} as source_object,
            s.source_system, s.source_record_id, p.file,
            try_cast(split_part(s._row_id, ':', 2) as bigint) as line, s.loaded_at
        from objects.{name} as o
        join ({listed or no_rows(name)}) as s
            on s.source_system = o.source_system and s.source_record_id = o.source_record_id
        left join place as p on p.source = s.source_system and p.sha256 = split_part(s._row_id, ':', 1)
        where o.derived_by is null"""


def _derived(name: str, rule: str) -> str:
    """SQL of the rows a rule derived that have no place yet, and whose origin has one."""
    return f"""
        select {literal(name)} as object, o.{name}_id as object_id, o.derived_by as rule, s.source_object,
            s.source_system, s.source_record_id, s.file, s.line, s.loaded_at
        from objects.{name} as o
        join ({ORIGINS[name, rule]}) as f(object_id, origin, origin_id) on f.object_id = o.{name}_id
        join {TABLE} as s on s.object = f.origin and s.object_id = f.origin_id
        where o.derived_by = {literal(rule)} and {_missing(name)}"""


def _unplaced(name: str) -> str:
    return f"""
        select {literal(name)} as object, o.{name}_id as object_id, o.derived_by as rule, o.source_system,
            o.source_record_id, o.loaded_at
        from objects.{name} as o
        where {_missing(name)}"""


def _missing(name: str) -> str:
    return (
        f"not exists (select 1 from {TABLE} as known where known.object = {literal(name)} "
        f"and known.object_id = o.{name}_id)"
    )
