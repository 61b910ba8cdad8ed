"""Which pairs are compared and how each field agrees, remembered from run to run. What an agreement weighs: `weighing`.

The table holds a row per pair that shares something, named by the `print`s of its two records, with one number for the
levels of all fields; and a row per record itself (both prints the same) with its key, with what it shares (`blocks`)
and with what of it too many others share. A pair stays in the table when both records read as then and nothing they
share has become, or ceased to be, too common; only the others are taken out, found and compared anew. The result is
that of comparing all anew.
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from models.identity.matching import Plan, block_sql, ensure, levels, make_features, scratch

CHUNK = 500_000
"""Pairs compared at a time, about: bounds the memory."""
COLUMNS: Mapping[str, str] = {
    "left_print": "UBIGINT",
    "right_print": "UBIGINT",
    "source_key": "VARCHAR",
    "blocks": "UBIGINT[]",
    "left_out": "VARCHAR[]",
    "pattern": "INTEGER",
}
_CHANGED = """
create temp table known as select left_print as print, blocks from {table} where source_key is not null;
create temp table gone as select k.print from known as k anti join feature as f on k.print = f.print;
create temp table changing as select f.* from feature as f anti join known as k on f.print = k.print;
create temp table said as {said};
create temp table member as
with before as (
    select print, unnest(blocks) as id from known
)
select print, id, true as is_now, false as is_before from said
union all
select b.print, b.id, g.print is null, true from before as b left join gone as g on b.print = g.print;
create temp table turned as
with touched as (
    select distinct id from member where is_now <> is_before
)
select m.id
from member as m semi join touched as t on m.id = t.id
group by m.id
having (count(*) filter (where m.is_now) > {cap}) <> (count(*) filter (where m.is_before) > {cap});
create temp table dirty as
select print from changing
union
select m.print from member as m semi join turned as t on m.id = t.id where m.is_now;
create temp table again as
select f.* from feature as f semi join dirty as d on f.print = d.print anti join changing as c on f.print = c.print;
"""
_FRESH = """
insert into said {said_again};
create temp table size as
select m.id, count(*) as records from member as m semi join said as s on m.id = s.id where m.is_now group by m.id;
create temp table open_block as
select m.print, m.id, d.print is not null as is_dirty
from member as m
join size as z on m.id = z.id
left join dirty as d on m.print = d.print
where m.is_now and z.records between 2 and {cap};
create temp table fresh as
select least(a.print, b.print) as left_print, greatest(a.print, b.print) as right_print, min(a.id) as id
from open_block as a join open_block as b on a.id = b.id
where a.is_dirty and a.print <> b.print and (a.print < b.print or not b.is_dirty)
group by 1, 2;
"""
_RENEW_RECORDS = """
create temp table lost as select print from gone union all select print from again;
delete from {table} where left_print in (select print from lost) or right_print in (select print from lost);
insert into {table} by name
with shared as (
    select
        s.print,
        list(s.id order by s.id) as blocks,
        coalesce(list(s.name order by s.name) filter (where z.records > {cap}), []) as left_out
    from said as s join size as z on s.id = z.id
    group by s.print
)
select d.print as left_print, d.print as right_print, f.source_key, b.blocks, b.left_out
from dirty as d join feature as f on d.print = f.print left join shared as b on d.print = b.print;
"""


def compare(con: duckdb.DuckDBPyConnection, plan: Plan, records: str, table: str, cap: int) -> None:
    """Make `table` (`COLUMNS`) what it must be for table `records`, starting from what it is.

    source_key, blocks and left_out are of a record itself; pattern (see `level_sql`) is of a pair. What more than `cap`
    records share is left out.
    """
    ensure(con, table, COLUMNS)
    with scratch(con, records):
        make_features(con, plan, cap)
        con.execute(_CHANGED.format(table=table, cap=cap, said=block_sql(plan, "changing"))).fetchall()
        con.execute(_FRESH.format(cap=cap, said_again=block_sql(plan, "again"))).fetchall()
        con.execute(_RENEW_RECORDS.format(table=table, cap=cap)).fetchall()
        for name in ("known", "member", "said", "open_block"):  # large, and nothing more is asked of them
            con.execute(f"drop table temp.{name}").fetchall()
        _insert_pairs(con, plan, table)


def _insert_pairs(con: duckdb.DuckDBPyConnection, plan: Plan, table: str) -> None:
    """Compare the pairs of table `fresh`, some at a time: those that share one thing together, for they are of few."""
    count = con.execute("select count(*) from fresh").fetchall()[0][0]
    chunks = -(-count // CHUNK)
    for chunk in range(chunks):
        con.execute(
            "create or replace temp table chunk as "
            f"select left_print, right_print from fresh where id % {chunks} = {chunk}"
        ).fetchall()
        features = con.sql(
            "select * from feature where print in "
            "(select left_print from chunk union all select right_print from chunk)"
        ).pl()
        con.register("found", levels(plan, con.sql("from chunk").pl(), features))
        con.execute(f"insert into {table} by name select * from found").fetchall()
        con.unregister("found")
