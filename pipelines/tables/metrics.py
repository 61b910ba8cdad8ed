"""From declarations to `metrics.metric_value`: every metric by month, in total and by each of its dimensions.

What a metric means stands in `models/metrics/<metric>.toml`; here it is only computed, as sum over sum.
"""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict

from pipelines.home import ROOT
from pipelines.rooms import Table
from pipelines.schemas import columns_of, literal, schema_of
from pipelines.warehouse import Connection, replace_table


class Metric(BaseModel):
    """One declared metric: `sum(numerator) / sum(denominator)` of a mart's rows per month."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    sentence: str
    mart: str
    numerator: str
    denominator: str | None = None
    time: str
    dimensions: list[str] = []
    unit: Literal["currency", "ratio", "count", "points", "minutes", "days"]
    where: str | None = None


@cache
def declared() -> tuple[Metric, ...]:
    """Every metric of `models/metrics`; raises ValueError, naming the file, for one that is not well declared."""
    found = []
    for path in sorted((ROOT / "models" / "metrics").glob("*.toml")):
        metric = Metric.model_validate(tomllib.loads(path.read_text()))
        if metric.name != path.stem:
            raise ValueError(f"{path}: the metric is named {metric.name!r}, the file {path.stem!r}")
        found.append(metric)
    return tuple(found)


def build(con: Connection, table: Table) -> int:
    """Make `metrics.metric_value`; return its number of rows. Money and counts are exact; `value` is null where the
    denominator is 0. Of marts with several sets of rules, the main one counts."""
    selects = [_select(metric, dimension) for metric in declared() for dimension in [None, *metric.dimensions]]
    return replace_table(con, table.name, " union all ".join(selects) + " order by metric, dimension, period, member")


def _has_sets(mart: str) -> bool:
    """Whether a mart has rows of several sets of rules, of which a metric is the main one's."""
    schema = schema_of(mart)
    return schema is not None and "policy_id" in {column.name for column in columns_of(schema)}


def _select(metric: Metric, dimension: str | None) -> str:
    member = f"cast({dimension} as varchar)" if dimension else "'(all)'"
    denominator = f"cast(sum({metric.denominator}) as decimal(38, 12))" if metric.denominator else "null"
    value = "numerator / nullif(denominator, 0)" if metric.denominator else "numerator"
    kept = [f"({metric.where})"] if metric.where else []
    if _has_sets(metric.mart):
        kept.append("policy_id = (select policy_id from policy.revenue)")
    where = f"where {' and '.join(kept)}" if kept else ""
    return f"""
        select {literal(metric.name)} as metric, 'month' as grain, period, {literal(dimension or "(all)")} as dimension,
            member, numerator, denominator, cast({value} as double) as value, {literal(metric.unit)} as unit
        from (
            select cast({metric.time} as date) as period, {member} as member,
                cast(sum({metric.numerator}) as decimal(38, 12)) as numerator, {denominator} as denominator
            from {metric.mart} {where} group by all
        )"""
