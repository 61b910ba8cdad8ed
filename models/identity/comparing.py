"""Which pairs are compared and how each field agrees, remembered from run to run. What an agreement weighs: `weighing`.

The table holds a row per pair that shares something, named by the `print`s of its two records, with one level per
field; and a row per record itself (both prints the same) with its key, with what it shares (`blocks`) and with what of
it too many others share. A pair is taken over from the table's own past when both records read as then and nothing
they share has become, or ceased to be, too common; only the others are found and compared anew. The result is that of
comparing all anew.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from models.identity.matching import Plan, block_sql, database, in_order, levels, make_features, remembered

_KNOWN = """
create table known as select left_print as print, blocks from remembered;
create table changing as
select * from feature where print not in (select print from known);
create table said as {said};
create table member as
select print, id, true as is_now, false as is_before from said
union all
select k.print, unnest(k.blocks), f.print is not null, true
from known as k left join feature as f on k.print = f.print;
create table turned as
with touched as (
    select distinct id from member where is_now <> is_before
)
select m.id
from member as m semi join touched as t on m.id = t.id
group by m.id
having (count(*) filter (where m.is_now) > {cap}) <> (count(*) filter (where m.is_before) > {cap});
create table dirty as
select print from changing
union
select print from member where is_now and id in (select id from turned);
"""
_FRESH = """
create table again as
select * from feature where print in (select print from dirty) and print not in (select print from changing);
insert into said {said_again};
create table open_block as
with wanted as (
    select distinct id from said
)
select m.print, m.id, d.print is not null as is_dirty
from member as m semi join wanted as w on m.id = w.id
left join dirty as d on m.print = d.print
where m.is_now
qualify count(*) over (partition by m.id) between 2 and {cap};
create table fresh as
select distinct least(a.print, b.print) as left_print, greatest(a.print, b.print) as right_print
from open_block as a join open_block as b on a.id = b.id
where a.is_dirty and a.print <> b.print and (a.print < b.print or not b.is_dirty);
create table too_common as
with wanted as (
    select distinct id from said
)
select m.id from member as m semi join wanted as w on m.id = w.id where m.is_now group by m.id having count(*) > {cap};
"""
_LOST = "select print from dirty union select print from known where print not in (select print from feature)"
_RESULT = """
with shared as (
    select
        s.print,
        list(s.id order by s.id) as blocks,
        coalesce(list(s.name order by s.name) filter (where c.id is not null), []) as left_out
    from said as s left join too_common as c on s.id = c.id
    group by s.print
),
self as (
    select d.print as left_print, d.print as right_print, f.source_key, b.blocks, b.left_out
    from dirty as d join feature as f on d.print = f.print left join shared as b on d.print = b.print
)
select * from self
union all by name select * from levelled
"""


def compared(plan: Plan, records: pl.DataFrame, memory: pl.DataFrame | None, cap: int) -> pl.DataFrame:
    """left_print, right_print, source_key, blocks and left_out (of a record itself), a level per field (of a pair).

    `records`: the record table. `memory`: what this function gave before, None at first, without effect where it has
    other columns. `cap`: what more records than this share is left out.
    """
    fields = [f"{comparison.field}_level" for comparison in plan.comparisons]
    before = remembered(memory, _schema(fields))
    with database(record=records, remembered=before.filter(pl.col("source_key").is_not_null())) as con:
        make_features(con, plan, cap)
        con.execute(_KNOWN.format(cap=cap, said=block_sql(plan, "changing"))).fetchall()
        con.execute(_FRESH.format(cap=cap, said_again=block_sql(plan, "again"))).fetchall()
        levels(con, plan)
        lost = con.sql(_LOST).pl()["print"].implode()
        found = con.sql(_RESULT).pl().select(*_schema(fields))
    kept: pl.DataFrame = before.filter(~pl.col("left_print").is_in(lost), ~pl.col("right_print").is_in(lost))
    return in_order(kept, found, "left_print", "right_print")


def too_common(memory: pl.DataFrame) -> pl.DataFrame:
    """rule, value, records: what so many records share that nobody is compared for sharing it."""
    left_out = memory.lazy().select("left_out").drop_nulls().explode("left_out", empty_as_null=False)
    counted = left_out.group_by("left_out").len("records").collect()
    parts = pl.col("left_out").str.extract_groups(r"(?s)^([^:]+): (.*)$")
    return counted.select(rule=parts.struct[0], value=parts.struct[1], records=pl.col("records").cast(pl.Int64)).sort(
        "rule", "value"
    )


def _schema(fields: list[str]) -> Mapping[str, pl.DataType]:
    prints: dict[str, pl.DataType] = {"left_print": pl.UInt64(), "right_print": pl.UInt64()}
    of_record: dict[str, pl.DataType] = {
        "source_key": pl.String(),
        "blocks": pl.List(pl.UInt64()),
        "left_out": pl.List(pl.String()),
    }
    return prints | of_record | dict.fromkeys(fields, pl.Int8())
