"""The shape every link table has, and the steps all three share. Which records match is said in `<object>_decision`."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import polars as pl

from models.identity.clusters import components
from models.identity.matching import code, ensure, scratch
from models.identity.opinions import STRENGTH

RANK = "lpad(coalesce(trust, 9999)::varchar, 4, '0') || ' ' || source_system || ':' || source_record_id"
"""SQL for the order of records by trust in their source (`policy.source_rank`), then by id; a text."""
_CHANGED = """
create temp table reading as
with side as (
    select left_key as source_key, print from {decision} where verdict = 'joined'
    union all
    select right_key, print from {decision} where verdict = 'joined'
),
said as (
    select source_key, sum(print) as print from side group by source_key
)
select r.source_key, hash(r.source_key, r.rank, r.is_ours, s.print, '{code}') as print
from record as r left join said as s on r.source_key = s.source_key;
create temp table known as
select l.source_key, l.{name}_id as id, l.print, f.place
from {table} as l
left join ledger.founder as f on l.source_key = f.source_key and f.object = '{name}'
where l.source_system <> 'email';
create temp table apart as
select k.id from known as k anti join reading as r on k.print = r.print
union
select id from known group by id having arg_min(source_key, place) <> id;
create temp table again as
with kept as (
    select k.source_key, k.print from known as k anti join apart as a on k.id = a.id
)
select r.* from reading as r anti join kept as k on r.print = k.print;
delete from {table}
where source_system = 'email' or {name}_id in (from apart) or print not in (select print from reading);
"""
_RECORDS = """
select a.source_key, a.print, r.source_system, r.source_record_id, r.rank, r.is_ours, f.place as founded
from again as a
join record as r on a.source_key = r.source_key
left join ledger.founder as f on a.source_key = f.source_key and f.object = '{name}'
"""
_JOINED = """
select left_key, right_key, rule, evidence, weight
from {decision}
where verdict = 'joined' and left_key in (select source_key from again)
"""
_ALIASES = """
insert into {table} by name
with owner as (
    select distinct a.address, coalesce(l.{name}_id, l.source_key) as id, l.{name}_id is null as is_ours
    from ({addresses}) as a join {table} as l on a.source_key = l.source_key
)
select
    'email:' || address as source_key,
    'email' as source_system,
    address as source_record_id,
    case when not bool_or(is_ours) then min(id) end as {name}_id,
    case when bool_or(is_ours) then 'team_member' else 'email' end as rule,
    address as evidence
from owner
group by address
having count(*) = 1
"""


def link(con: duckdb.DuckDBPyConnection, name: str, records: str, addresses: str | None = None) -> None:
    """Make `identity.<name>_link` what it must be, starting from what it is.

    `records`: SQL for source_key, source_system, source_record_id, rank, is_ours (no <name>, but a team member: gets no
    id). `addresses`: SQL for source_key, address; those of our own people stand for nobody.

    One row per record and, under the key `email:<address>`, one per address that belongs to just one golden row:
    source_key (unique), source_system, source_record_id, <name>_id, rule, evidence, print. The golden id is the source
    key of the record of the group that was first to give one its name (`ledger.founder`); in a new group, of the most
    trusted. `rule` is `source` for the record that names the group or stands alone, else the strongest by which the
    record came in. Only groups are linked again of which a record, or what joins it, reads otherwise than it did
    (`print`), or that the ledger names otherwise; addresses are few words, and always are.
    """
    table = f"identity.{name}_link"
    ensure(con, table, _columns(name))
    words = {"name": name, "table": table, "decision": f"identity.{name}_decision", "code": code()}
    with scratch(con, f"({records})"):
        con.execute(_CHANGED.format(**words)).fetchall()
        found = linked(name, con.sql(_RECORDS.format(**words)).pl(), con.sql(_JOINED.format(**words)).pl())
        con.register("linked", found)
        con.execute(f"insert into {table} by name from linked").fetchall()
        con.unregister("linked")
        if addresses is not None:
            con.execute(_ALIASES.format(addresses=addresses, **words)).fetchall()


def _columns(name: str) -> Mapping[str, str]:
    words = ("source_key", "source_system", "source_record_id", f"{name}_id", "rule", "evidence")
    return dict.fromkeys(words, "VARCHAR") | {"print": "UBIGINT"}


def linked(name: str, records: pl.DataFrame, joined: pl.DataFrame) -> pl.DataFrame:
    """The rows of these records, which nothing joins to others."""
    groups = components(records, joined.select(left="left_key", right="right_key"))
    is_founder = pl.col("golden") == pl.col("source_key")
    return (
        records.join(_names(records, groups), on="source_key")
        .join(_strongest(joined), on="source_key", how="left")
        .select(
            "source_key",
            "source_system",
            "source_record_id",
            pl.when(~pl.col("is_ours")).then("golden").alias(f"{name}_id"),
            pl.when("is_ours")
            .then(pl.lit("team_member"))
            .when(is_founder)
            .then(pl.lit("source"))
            .otherwise("rule")
            .alias("rule"),
            pl.when(~is_founder).then("evidence").alias("evidence"),
            "print",
        )
    )


def _names(records: pl.DataFrame, groups: pl.DataFrame) -> pl.DataFrame:
    """source_key, golden: each record with the id of its group."""
    first = (
        groups.join(records.select("source_key", "rank", "founded"), on="source_key")
        .sort("founded", "rank", nulls_last=True)
        .unique("root", keep="first", maintain_order=True)
        .select("root", golden="source_key")
    )
    return groups.join(first, on="root").select("source_key", "golden")


def _strongest(joined: pl.DataFrame) -> pl.DataFrame:
    """source_key, rule, evidence: the strongest decision that joined a record to another."""
    sides = [
        joined.select("rule", "evidence", "weight", source_key=side, other=other)
        for side, other in (("left_key", "right_key"), ("right_key", "left_key"))
    ]
    return (
        pl.concat(sides)
        .with_columns(strength=pl.col("rule").replace_strict(STRENGTH, return_dtype=pl.Int64), weight=-pl.col("weight"))
        .sort("source_key", "strength", "weight", "other", nulls_last=True)
        .unique("source_key", keep="first", maintain_order=True)
        .select("source_key", "rule", "evidence")
    )
