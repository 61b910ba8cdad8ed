"""What the agreement of a pair weighs, field by field, and with it how probable it is that the two are one.

Weights are log2 Bayes factors of a trained model (see `training`), with a name weighed by how often it occurs: by how
many others any one source knows by it. All else stays as the model learned it: how many records there are changes
nothing, so new records leave the weights of old pairs alone.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

import duckdb

from models.identity.matching import Comparison, Plan, code, ensure, level_sql, scratch

COLUMNS: Mapping[str, str] = {
    "left_key": "VARCHAR",
    "right_key": "VARCHAR",
    "weight": "DOUBLE",
    "probability": "DOUBLE",
    "evidence": "VARCHAR",
    "reasons": "VARCHAR",
    "print": "UBIGINT",
}
_PATTERN = """
create temp table pattern as
with met as (
    select distinct pattern from {comparison} where pattern is not null
),
level as (
    select pattern, 1 as records, {levels} from met
),
weighed as (
    select *, {weights} from level
)
select *, {others} as others from weighed where round({prior} + {others} + weight_{name_field}, 4) >= {least};
"""
"""Every way of agreeing that occurs and may be enough: its levels and its weights, as if nobody else had the name."""
_OFTEN = """
create temp table often as
with used as (
    select {name} as name, count(*) as records from record where {name} is not null group by {name}, source_system
),
several as (
    select name, max(records) as records from used where records > 1 group by name
),
named as (
    select r.source_key, s.records from record as r join several as s on r.{name} = s.name
)
select m.left_print as print, n.records
from {comparison} as m join named as n on m.source_key = n.source_key;
"""
"""The records whose name some source gives to several."""
_SUMMED = """
create temp table summed as
with likely as (
    select m.left_print, m.right_print, m.pattern, p.others, p.{name_field}_level, coalesce(o.records, 1) as records
    from {comparison} as m
    join pattern as p on m.pattern = p.pattern
    left join often as o on m.left_print = o.print
),
exact as (
    select *, {name_weight} as name_weight from likely
)
select
    left_print,
    right_print,
    pattern,
    name_weight,
    round({prior} + others + name_weight, 4) as weight,
    hash(left_print, right_print, name_weight, '{digest}') as print
from exact
where round({prior} + others + name_weight, 4) >= {least};
"""
_RENEW = """
delete from {table} where print not in (select print from summed);
insert into {table} by name
with fresh as (
    select * from summed as s anti join {table} as t on s.print = t.print
),
keyed as (
    select
        f.*,
        least(o.source_key, r.source_key) as left_key,
        greatest(o.source_key, r.source_key) as right_key
    from fresh as f
    join {comparison} as o on f.left_print = o.left_print and o.source_key is not null
    join {comparison} as r on f.right_print = r.left_print and r.source_key is not null
)
select
    s.left_key,
    s.right_key,
    s.weight,
    round(1 / (1 + pow(2, -s.weight)), 6) as probability,
    array_to_string(
        list_transform(list_sort(list_filter([{fields}], lambda f: f.order < 0)), lambda f: f.field), ', '
    ) as evidence,
    '[' || concat_ws(', ', '{{"field": "prior", "weight": ' || {prior} || '}}', {reasons}) || ']' as reasons,
    s.print
from keyed as s
join pattern as p on s.pattern = p.pattern
join record as a on s.left_key = a.source_key
join record as b on s.right_key = b.source_key
"""


class Tables(NamedTuple):
    """The warehouse's names of the record table, the table `comparing.compare` makes, and that of the scored pairs."""

    records: str
    comparison: str
    pairs: str


def weigh(
    con: duckdb.DuckDBPyConnection, plan: Plan, model: Mapping[str, Any], tables: Tables, ask_at: Decimal
) -> None:
    """Make the table of pairs (`COLUMNS`) what it must be, starting from what it is: those at or above `ask_at`.

    left_key < right_key; the weights of `reasons` (JSON: prior first, then each field of which something is known) sum
    to `weight`. `evidence` names the fields that speak for the pair, the weightiest first. A pair that reads as before
    (`print`) is not told anew.
    """
    ensure(con, tables.pairs, COLUMNS)
    words = _words(plan, model, float(ask_at)) | {"table": tables.pairs, "comparison": tables.comparison}
    with scratch(con, tables.records):
        for step in (_PATTERN, _OFTEN, _SUMMED, _RENEW):
            con.execute(step.format(**words)).fetchall()


def _words(plan: Plan, model: Mapping[str, Any], ask: float) -> dict[str, Any]:
    """What the plan and the model put into the SQL."""
    prior = model["probability_two_random_records_match"]
    weights = {comparison.field: _field_sql(comparison, model) for comparison in plan.comparisons}
    (named,) = [comparison for comparison in plan.comparisons if comparison.frequency]
    words = {
        "prior": f"cast({round(math.log2(prior / (1 - prior)), 4)} as double)",
        "least": "'infinity'::double" if ask >= 1 else round(math.log2(ask / (1 - ask)), 4),
        "name": named.frequency,
        "name_field": named.field,
        "name_weight": weights[named.field],
        "levels": ", ".join(f"{level} as {field}_level" for field, level in level_sql(plan).items()),
        "weights": ", ".join(f"{weight} as weight_{field}" for field, weight in weights.items()),
        "others": " + ".join(f"weight_{field}" for field in weights if field != named.field),
        "fields": ", ".join(
            f"{{'order': -{_weight_of(comparison)}, 'field': '{comparison.field}'}}" for comparison in plan.comparisons
        ),
        "reasons": ", ".join(_reason_sql(comparison) for comparison in plan.comparisons),
    }
    return words | {"digest": hashlib.sha256(f"{code()} {words!r}".encode()).hexdigest()[:16]}


def level_weights(comparison: Comparison, model: Mapping[str, Any]) -> dict[int, float]:
    """The weight of each level of one field, the best having the highest number; 0 where nothing is known (-1)."""
    told = next(c for c in model["comparisons"] if c["output_column_name"] == comparison.field)
    known = [level for level in told["comparison_levels"] if not level.get("is_null_level")]
    factors = [math.log2(level["m_probability"] / level["u_probability"]) for level in known]
    return {len(factors) - 1 - place: round(factor, 4) for place, factor in enumerate(factors)} | {-1: 0.0}


def _field_sql(comparison: Comparison, model: Mapping[str, Any]) -> str:
    """SQL for the weight of one field, out of its level and, for a name, its frequency `records`."""
    weights = level_weights(comparison, model)
    cases = {level: str(weight) for level, weight in weights.items()}
    if comparison.frequency:
        told = next(c for c in model["comparisons"] if c["output_column_name"] == comparison.field)
        best = next(level for level in told["comparison_levels"] if not level.get("is_null_level"))
        others = f"{best['u_probability']} + (records - 1) * {best['tf_minimum_u_value']}"
        cases[max(weights)] = f"round(log2({best['m_probability']} / ({others})), 4)"
    whens = " ".join(f"when {level} then {weight}" for level, weight in cases.items())
    return f"cast(case {comparison.field}_level {whens} end as double)"


def _weight_of(comparison: Comparison) -> str:
    """The weight of one field of a pair that is told."""
    return "s.name_weight" if comparison.frequency else f"p.weight_{comparison.field}"


def _reason_sql(comparison: Comparison) -> str:
    """SQL for one element of `reasons`; null, and so left out, where nothing is known of the field."""
    level = f"p.{comparison.field}_level"
    words = [words for words, _ in comparison.levels][::-1]
    named = " ".join(f"when {place} then '{text}'" for place, text in enumerate([comparison.otherwise, *words]))
    shown = ", ".join(f"'{side}', {table}.{comparison.shown}" for side, table in (("left", "a"), ("right", "b")))
    return (
        f"case when {level} >= 0 then cast(json_object('field', '{comparison.field}', {shown}, "
        f"'agreement', case {level} {named} end, 'weight', {_weight_of(comparison)}) as varchar) end"
    )
