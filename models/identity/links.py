"""The shape every link table has, and the steps all three share. Which records match is said in `<object>_link.py`."""

from __future__ import annotations

import polars as pl

from models.identity.clusters import components
from models.identity.opinions import STRENGTH


def ranked(rows: pl.DataFrame, source_rank: pl.DataFrame) -> pl.DataFrame:
    """Staging rows as records to link: source_key, source_system, source_record_id, external_id, rank.

    The rank orders records by trust in their source, then by id; the first of a new group names the group.
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


def linked(
    name: str, records: pl.DataFrame, decisions: pl.DataFrame, founders: pl.DataFrame, addresses: pl.DataFrame
) -> pl.DataFrame:
    """The link table of one object.

    `records`: the columns of `ranked`. `decisions`: `deciding.DECISION`. `founders`: `ledger.founder`, all objects.
    `addresses`: source_key, address. One row per record and, under the key `email:<address>`, one per address that
    belongs to just one golden row. Columns: source_key (unique), source_system, source_record_id, <name>_id, rule,
    evidence. The golden id is the source key of the record of the group that was first to give one its name; in a new
    group, of the most trusted. `rule` is `source` for the record that names the group or stands alone, else the
    strongest by which the record came in.
    """
    joined = decisions.filter(pl.col("verdict") == "joined")
    groups = components(records, joined.select(left="left_key", right="right_key"))
    rows = (
        records.join(_names(name, records, groups, founders), on="source_key")
        .join(_strongest(joined), on="source_key", how="left")
        .with_columns(is_founder=pl.col("golden") == pl.col("source_key"))
        .select(
            "source_key",
            "source_system",
            "source_record_id",
            pl.col("golden").alias(f"{name}_id"),
            rule=pl.when("is_founder").then(pl.lit("source")).otherwise("rule"),
            evidence=pl.when("is_founder").then(None).otherwise("evidence"),
        )
    )
    return pl.concat([rows, _aliases(name, rows, addresses)]).sort("source_key")


def _names(name: str, records: pl.DataFrame, groups: pl.DataFrame, founders: pl.DataFrame) -> pl.DataFrame:
    """source_key, golden: each record with the id of its group."""
    founded = founders.filter(pl.col("object") == name).select("source_key", "place")
    first = (
        groups.join(records.select("source_key", "rank"), on="source_key")
        .join(founded, on="source_key", how="left")
        .sort("place", "rank", nulls_last=True)
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


def _aliases(name: str, rows: pl.DataFrame, addresses: pl.DataFrame) -> pl.DataFrame:
    owners = (
        addresses.join(rows.select("source_key", f"{name}_id"), on="source_key")
        .select("address", f"{name}_id")
        .unique()
    )
    return owners.filter(pl.len().over("address") == 1).select(
        source_key="email:" + pl.col("address"),
        source_system=pl.lit("email"),
        source_record_id="address",
        **{f"{name}_id": f"{name}_id"},
        rule=pl.lit("email"),
        evidence="address",
    )
