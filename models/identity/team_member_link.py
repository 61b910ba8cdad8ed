"""Which sources' users are the same team member: those with the same e-mail address."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from models.identity.clusters import components
from models.identity.links import ranked, with_aliases

INPUTS = ("staging.team_member", "policy.source_rank")


def build(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Link every source's team member; returns the columns of `links.with_aliases`."""
    rows = frames["staging.team_member"].with_columns(email=pl.col("email").str.strip_chars().str.to_lowercase())
    records = ranked(rows, frames["policy.source_rank"])
    addresses = records.join(
        rows.select("source_system", "source_record_id", address="email").drop_nulls("address"),
        on=["source_system", "source_record_id"],
    ).select("source_key", "address")
    first = (
        addresses.sort("source_key")
        .group_by("address", maintain_order=True)
        .agg(pl.col("source_key").first().alias("right"))
    )
    edges = addresses.join(first, on="address").select(
        left="source_key", right="right", rule=pl.lit("email"), evidence="address"
    )
    return with_aliases("team_member", records, components(records, edges), edges, addresses)
