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
from typing import Any

import polars as pl

from models.identity.matching import Comparison, Plan, database, in_order, remembered

_WEIGHED = """
create table side as
with often as (
    select {name} as name, max(records) as records
    from (select {name}, source_system, count(*) as records from record where {name} is not null group by 1, 2)
    group by 1
)
select m.left_print as print, m.source_key, o.records
from memory as m
join record as r on m.source_key = r.source_key
left join often as o on r.{name} = o.name
where m.left_print = m.right_print;
create table summed as
with likely as (
    select * exclude (source_key, blocks, left_out) from memory
    where left_print <> right_print and {prior} + {most} >= {least}
),
weighed as (
    select m.*, o.source_key as one_key, r.source_key as other_key, {weights}
    from likely as m
    join side as o on m.left_print = o.print
    join side as r on m.right_print = r.print
)
select
    *,
    least(one_key, other_key) as left_key,
    greatest(one_key, other_key) as right_key,
    round({prior} + {total}, 4) as weight,
    hash(concat_ws(' ', '{digest}', left_print, right_print, weight_{name_field})) as print
from weighed
where round({prior} + {total}, 4) >= {least};
"""
_TOLD = """
select
    s.left_key,
    s.right_key,
    s.weight,
    round(1 / (1 + pow(2, -s.weight)), 6) as probability,
    '[' || concat_ws(', ', '{{"field": "prior", "weight": ' || {prior} || '}}', {reasons}) || ']' as reasons,
    s.print
from summed as s
join record as a on s.left_key = a.source_key
join record as b on s.right_key = b.source_key
anti join before as t on s.print = t.print
"""


def weighed(
    plan: Plan,
    model: Mapping[str, Any],
    records: pl.DataFrame,
    memory: pl.DataFrame,
    ask_at: Decimal,
    before: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """left_key < right_key, weight, probability, reasons, print: the pairs of `compared` at or above `ask_at`.

    The weights of `reasons` (JSON: prior first, then each field of which something is known) sum to `weight`. `before`
    is what this function gave last time: what reads as then (`print`) is taken over instead of told anew.
    """
    words = _words(plan, model, float(ask_at))
    told = remembered(before, PAIR)
    with database() as con:
        con.register("record", records)
        con.register("memory", memory)
        con.register("before", told.select("print"))
        con.execute(_WEIGHED.format(**words)).fetchall()
        found = con.sql(_TOLD.format(**words)).pl().select(*PAIR)
        wanted = con.sql("select print from summed").pl()
    kept: pl.DataFrame = told.filter(pl.col("print").is_in(wanted["print"].implode()))
    return in_order(kept, found, "left_key", "right_key")


PAIR: Mapping[str, pl.DataType] = {
    "left_key": pl.String(),
    "right_key": pl.String(),
    "weight": pl.Float64(),
    "probability": pl.Float64(),
    "reasons": pl.String(),
    "print": pl.UInt64(),
}


def _words(plan: Plan, model: Mapping[str, Any], ask: float) -> dict[str, Any]:
    """What the plan and the model put into the SQL."""
    prior = model["probability_two_random_records_match"]
    weights = [_field_sql(comparison, model) for comparison in plan.comparisons]
    fields = [comparison.field for comparison in plan.comparisons]
    named = next(comparison for comparison in plan.comparisons if comparison.frequency)
    words = {
        "prior": f"cast({round(math.log2(prior / (1 - prior)), 4)} as double)",
        "least": "'infinity'::double" if ask >= 1 else round(math.log2(ask / (1 - ask)), 4),
        "name": named.frequency,
        "name_field": named.field,
        "most": " + ".join(weight.replace("o.records", "1") for weight in weights),
        "weights": ", ".join(f"{weight} as weight_{field}" for weight, field in zip(weights, fields, strict=True)),
        "total": " + ".join(f"weight_{field}" for field in fields),
        "reasons": ", ".join(_reason_sql(comparison) for comparison in plan.comparisons),
    }
    return words | {"digest": hashlib.sha256(repr(words).encode()).hexdigest()[:16]}


def level_weights(comparison: Comparison, model: Mapping[str, Any]) -> dict[int, float]:
    """The weight of each level of one field, the best having the highest number; 0 where nothing is known (-1)."""
    told = next(c for c in model["comparisons"] if c["output_column_name"] == comparison.field)
    known = [level for level in told["comparison_levels"] if not level.get("is_null_level")]
    factors = [math.log2(level["m_probability"] / level["u_probability"]) for level in known]
    return {len(factors) - 1 - place: round(factor, 4) for place, factor in enumerate(factors)} | {-1: 0.0}


def _field_sql(comparison: Comparison, model: Mapping[str, Any]) -> str:
    """SQL for the weight of one field, out of its level `<field>` and, for a name, its frequency `o.records`."""
    weights = level_weights(comparison, model)
    cases = {level: str(weight) for level, weight in weights.items()}
    if comparison.frequency:
        told = next(c for c in model["comparisons"] if c["output_column_name"] == comparison.field)
        best = next(level for level in told["comparison_levels"] if not level.get("is_null_level"))
        others = f"{best['u_probability']} + (o.records - 1) * {best['tf_minimum_u_value']}"
        cases[max(weights)] = f"round(log2({best['m_probability']} / ({others})), 4)"
    whens = " ".join(f"when {level} then {weight}" for level, weight in cases.items())
    return f"cast(case {comparison.field}_level {whens} end as double)"


def _reason_sql(comparison: Comparison) -> str:
    """SQL for one element of `reasons`; null, and so left out, where nothing is known of the field."""
    words = [words for words, _ in comparison.levels][::-1]
    named = " ".join(f"when {place} then '{text}'" for place, text in enumerate([comparison.otherwise, *words]))
    shown = ", ".join(f"'{side}', {table}.{comparison.shown}" for side, table in (("left", "a"), ("right", "b")))
    return (
        f"case when s.{comparison.field}_level >= 0 then cast(json_object('field', '{comparison.field}', {shown}, "
        f"'agreement', case s.{comparison.field}_level {named} end, "
        f"'weight', s.weight_{comparison.field}) as varchar) end"
    )
