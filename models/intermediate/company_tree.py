"""Which companies stand under which, however deep. Parents come from the sources; sums over the tree belong to marts.

A company that is its own ancestor is reported and its link to a parent not followed, so every walk ends.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

INPUTS = ("intermediate.company_parent",)


def build(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Every pair of a company and one above it, for the companies that have a parent or a child.

    Returns company_id, ancestor_id, depth (0: the company itself; each pair once) and is_in_cycle (of the company).
    """
    links = frames["intermediate.company_parent"].select("company_id", "parent_company_id")
    cyclic = _in_cycle(links)
    followed = links.filter(~pl.col("company_id").is_in(cyclic.implode()))
    members = pl.concat([links["company_id"], links["parent_company_id"]]).unique().sort()
    level = pl.DataFrame({"company_id": members, "ancestor_id": members})
    levels: list[pl.DataFrame] = []
    while level.height:
        levels.append(level.with_columns(depth=pl.lit(len(levels), dtype=pl.Int64)))
        level = level.join(followed, left_on="ancestor_id", right_on="company_id").select(
            "company_id", ancestor_id="parent_company_id"
        )
    schema = {"company_id": pl.String, "ancestor_id": pl.String, "depth": pl.Int64}
    pairs = pl.concat(levels) if levels else pl.DataFrame(schema=schema)
    return pairs.with_columns(is_in_cycle=pl.col("company_id").is_in(cyclic.implode()))


def _in_cycle(links: pl.DataFrame) -> pl.Series:
    """The companies that are their own ancestor: what is left when ends of chains are taken off from both sides."""
    left = links
    while True:
        kept = left.filter(
            pl.col("parent_company_id").is_in(left["company_id"].implode())
            & pl.col("company_id").is_in(left["parent_company_id"].implode())
        )
        if kept.height == left.height:
            return kept["company_id"]
        left = kept
