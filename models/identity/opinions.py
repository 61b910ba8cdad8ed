"""Who says that two records are the same, or are not: people, exact rules, the matching model. Nothing is decided here.

Every function returns opinions: left_key < right_key, is_same, rule, evidence, decided_by, decided_at.
"""

from __future__ import annotations

import polars as pl

COLUMNS = {
    "left_key": pl.String(),
    "right_key": pl.String(),
    "is_same": pl.Boolean(),
    "rule": pl.String(),
    "evidence": pl.String(),
    "decided_by": pl.String(),
    "decided_at": pl.Datetime("us"),
}
STRENGTH = {"person": 0, "external_id": 1, "email": 2, "own_phone": 2, "own_domain": 3, "model": 3}
"""Rules by strength, the strongest first: the order in which opinions are followed; of one strength, by weight."""
_REASONS = pl.List(pl.Struct({"field": pl.String, "weight": pl.Float64}))


def of_people(name: str, decisions: pl.DataFrame) -> pl.DataFrame:
    """What people decided about one object and did not take back; of two decisions on one pair the later holds.

    `decisions`: the rows of `policy.match_decision`.
    """
    live = (
        decisions.filter((pl.col("object") == name) & pl.col("undone_at").is_null())
        .sort("decided_at", "place")
        .select(
            left="left",
            right="right",
            is_same=pl.col("verdict") == "same",
            rule=pl.lit("person"),
            evidence="reason",
            decided_by="by",
            decided_at="decided_at",
        )
    )
    return _ordered(live).unique(["left_key", "right_key"], keep="last", maintain_order=True)


def of_external_ids(records: pl.DataFrame) -> pl.DataFrame:
    """What sources state themselves through `external_id`: `<source>:<id>`, or `*:<id>` for "some other source".

    `records`: source_key, source_system, source_record_id, external_id. An id that no record has links nothing; a `*`
    link holds only when exactly one record of the other sources has that id.
    """
    named = records.filter(pl.col("external_id").is_not_null())
    exact = named.join(records.select(external_id="source_key"), on="external_id", how="semi").select(
        left="source_key", right="external_id", evidence="external_id"
    )
    any_source = named.filter(pl.col("external_id").str.starts_with("*:")).select(
        "source_key", "source_system", "external_id", wanted=pl.col("external_id").str.strip_prefix("*:")
    )
    found = (
        any_source.join(
            records.select(target="source_key", target_system="source_system", wanted="source_record_id"),
            on="wanted",
        )
        .filter(pl.col("source_system") != pl.col("target_system"))
        .filter(pl.len().over("source_key") == 1)
        .select(left="source_key", right="target", evidence="external_id")
    )
    return _by_rule("external_id", pl.concat([exact, found]))


def of_shared_values(rule: str, claims: pl.DataFrame) -> pl.DataFrame:
    """Records that claim one value are the same: each is paired with the most trusted that claims it.

    `claims`: source_key, rank, value (what must be equal), evidence (how it is told).
    """
    first = claims.sort("rank").group_by("value", maintain_order=True).agg(pl.col("source_key").first().alias("right"))
    pairs = claims.join(first, on="value").select("right", "evidence", left="source_key")
    return _by_rule(rule, pairs)


def of_model(pairs: pl.DataFrame) -> pl.DataFrame:
    """What the matching model found; the evidence names the fields that speak for it, the weightiest first.

    `pairs`: left_key, right_key, weight, reasons.
    """
    told = (
        pairs.select("left_key", "right_key", reason=pl.col("reasons").str.json_decode(_REASONS))
        .explode("reason")
        .unnest("reason")
        .filter((pl.col("weight") > 0) & (pl.col("field") != "prior"))
        .sort("left_key", "right_key", "weight", "field", descending=[False, False, True, False])
        .group_by("left_key", "right_key", maintain_order=True)
        .agg(evidence=pl.col("field").str.join(", "))
    )
    found = pairs.select("left_key", "right_key").join(told, on=["left_key", "right_key"], how="left")
    return _by_rule("model", found.select("evidence", left="left_key", right="right_key"))


def _by_rule(rule: str, pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs that no person decided, each once."""
    opinions = pairs.select(
        "left",
        "right",
        is_same=pl.lit(True),
        rule=pl.lit(rule),
        evidence="evidence",
        decided_by=pl.lit(None, dtype=pl.String),
        decided_at=pl.lit(None, dtype=pl.Datetime("us")),
    )
    return (
        _ordered(opinions)
        .sort("left_key", "right_key", "evidence", nulls_last=True)
        .unique(["left_key", "right_key"], keep="first", maintain_order=True)
    )


def _ordered(opinions: pl.DataFrame) -> pl.DataFrame:
    """`left` and `right` as left_key < right_key; what names one record twice is left out."""
    is_ordered = pl.col("left") < pl.col("right")
    return opinions.filter(pl.col("left") != pl.col("right")).select(
        left_key=pl.when(is_ordered).then("left").otherwise("right"),
        right_key=pl.when(is_ordered).then("right").otherwise("left"),
        **{column: pl.col(column).cast(kind) for column, kind in list(COLUMNS.items())[2:]},
    )
