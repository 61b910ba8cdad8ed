"""Groups of records that belong together: connected components of a list of links. Knows nothing of what is linked."""

from __future__ import annotations

import polars as pl


def components(records: pl.DataFrame, edges: pl.DataFrame) -> pl.DataFrame:
    """Give every record the smallest `rank` it can reach over the edges.

    `records`: source_key (unique), rank (unique integer). `edges`: left, right (source keys; unknown ones are left
    out). Returns source_key, root (the rank of the group's first record). Every pass lets each record take the smallest
    root among its neighbours and then that root's own root, so long chains close in a few passes.
    """
    ranks = dict(zip(records["source_key"], records["rank"], strict=True))
    pairs = (
        edges.select(
            left=pl.col("left").replace_strict(ranks, default=None, return_dtype=pl.Int64),
            right=pl.col("right").replace_strict(ranks, default=None, return_dtype=pl.Int64),
        )
        .drop_nulls()
        .filter(pl.col("left") != pl.col("right"))
    )
    pairs = pl.concat([pairs, pairs.select(left="right", right="left")]).unique()
    roots = records.select("rank", root="rank")
    while pairs.height:
        neighbours = (
            pairs.join(roots, left_on="right", right_on="rank").group_by("left").agg(pl.col("root").min().alias("near"))
        )
        nearer = roots.join(neighbours, left_on="rank", right_on="left", how="left").select(
            "rank", root=pl.min_horizontal("root", "near")
        )
        shortened = nearer.join(nearer.rename({"rank": "root", "root": "top"}), on="root").select("rank", root="top")
        if shortened.sort("rank").equals(roots.sort("rank")):
            break
        roots = shortened
    return records.join(roots, on="rank").select("source_key", "root")


def external_links(records: pl.DataFrame) -> pl.DataFrame:
    """Links that sources state themselves through `external_id`: `<source>:<id>`, or `*:<id>` for "some other source".

    `records`: source_key, source_system, source_record_id, external_id. A `*` link holds only when exactly one record
    of the other sources has that id. Returns left, right, rule, evidence.
    """
    named = records.filter(pl.col("external_id").is_not_null())
    exact = named.filter(~pl.col("external_id").str.starts_with("*:")).select(
        left="source_key", right="external_id", rule=pl.lit("external_id"), evidence="external_id"
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
        .select(left="source_key", right="target", rule=pl.lit("external_id"), evidence="external_id")
    )
    return pl.concat([exact, found])
