"""The shape every link table has, and the steps all three share. Which records match is said in `<object>_link.py`."""

from __future__ import annotations

import polars as pl


def ranked(rows: pl.DataFrame, source_rank: pl.DataFrame) -> pl.DataFrame:
    """Staging rows as records to link: source_key, source_system, source_record_id, external_id, rank.

    The rank orders records by trust in their source, then by id; the first of a group names the group, so the golden
    id does not depend on the order of deliveries.
    """
    wanted = ["source_system", "source_record_id", "external_id"]
    return (
        rows.select(wanted)
        .unique(["source_system", "source_record_id"])
        .join(source_rank, left_on="source_system", right_on="source", how="left")
        .with_columns(source_key=pl.col("source_system") + ":" + pl.col("source_record_id"))
        .sort("trust", "source_system", "source_record_id", nulls_last=True)
        .drop("trust")
        .with_row_index("rank")
        .with_columns(pl.col("rank").cast(pl.Int64))
    )


def with_aliases(
    name: str, records: pl.DataFrame, groups: pl.DataFrame, edges: pl.DataFrame, addresses: pl.DataFrame
) -> pl.DataFrame:
    """The link table of one object.

    One row per record and, under the key `email:<address>`, one per address that belongs to just one golden row.
    Columns: source_key (unique), source_system, source_record_id, <name>_id, rule, evidence. The golden id is the
    source key of the group's first record. `rule` is `source` for the record that names the group or stands alone.
    """
    names = records.select(root="rank", golden="source_key")
    why = (
        pl.concat(
            [edges.select("left", "rule", "evidence"), edges.select(left="right", rule="rule", evidence="evidence")]
        )
        .sort("left", "rule", "evidence")
        .unique("left", keep="first", maintain_order=True)
    )
    linked = (
        records.join(groups, on="source_key")
        .join(names, on="root")
        .join(why, left_on="source_key", right_on="left", how="left")
        .select(
            "source_key",
            "source_system",
            "source_record_id",
            pl.col("golden").alias(f"{name}_id"),
            rule=pl.when(pl.col("golden") == pl.col("source_key")).then(pl.lit("source")).otherwise(pl.col("rule")),
            evidence=pl.when(pl.col("golden") == pl.col("source_key")).then(None).otherwise(pl.col("evidence")),
        )
    )
    owners = (
        addresses.join(linked.select("source_key", f"{name}_id"), on="source_key")
        .select("address", f"{name}_id")
        .unique()
    )
    aliases = owners.filter(pl.len().over("address") == 1).select(
        source_key="email:" + pl.col("address"),
        source_system=pl.lit("email"),
        source_record_id="address",
        **{f"{name}_id": f"{name}_id"},
        rule=pl.lit("email"),
        evidence="address",
    )
    return pl.concat([linked, aliases]).sort("source_key")
