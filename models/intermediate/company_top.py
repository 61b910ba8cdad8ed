"""Which company stood at the top of whose group, month by month, by the parents that history tells of.

What a parent was at a month stands in `company_attribute`; sums over groups belong to marts.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

INPUTS = ("intermediate.company_attribute",)
SCHEMA = {
    "policy_id": pl.String(),
    "company_id": pl.String(),
    "top_id": pl.String(),
    "from_no": pl.Int64(),
    "until_no": pl.Int64(),
}
WHEN = ["policy_id", "epoch_no"]
"""A set of rules, and one of the stretches of months in which no company of it gets or loses a parent."""


def build(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """policy_id, company_id, top_id, from_no, until_no: the ultimate parent over [from_no, until_no).

    Only of companies that have a parent or a child then. A company that is its own ancestor stands at the top itself:
    its link to a parent is not followed.
    """
    links = _links(frames["intermediate.company_attribute"])
    if links.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    epochs = _epochs(links)
    links = links.join(epochs, on="policy_id").filter(
        pl.col("starts_no") >= pl.col("from_no"), pl.col("starts_no") < pl.col("until_no")
    )
    tops = _tops(links.select(*WHEN, "company_id", "parent_id")).join(epochs, on=WHEN)
    run = pl.col("epoch_no") - pl.int_range(pl.len()).over("policy_id", "company_id", "top_id")
    return (
        tops.sort(*WHEN, "company_id")
        .group_by("policy_id", "company_id", "top_id", run.alias("run"))
        .agg(from_no=pl.col("starts_no").min(), until_no=pl.col("ends_no").max())
        .sort("policy_id", "company_id", "from_no")
        .select(list(SCHEMA))
    )


def _links(attributes: pl.DataFrame) -> pl.DataFrame:
    """Who stood under whom, from when to when: stretches that differ in something else are one."""
    own = ["policy_id", "company_id"]
    parent = pl.col("parent_company_id")
    rows = attributes.select(*own, "from_no", "until_no", parent).sort(*own, "from_no")
    begins = parent.ne_missing(parent.shift(1)).or_(pl.int_range(pl.len()) == 0).over(own)
    runs = rows.with_columns(run=begins.cast(pl.Int64).cum_sum().over(own))
    return (
        runs.filter(parent.is_not_null())
        .group_by(*own, "run")
        .agg(parent_id=parent.first(), from_no=pl.col("from_no").min(), until_no=pl.col("until_no").max())
        .drop("run")
    )


def _epochs(links: pl.DataFrame) -> pl.DataFrame:
    """The stretches of months between which a link begins or ends, numbered for each set of rules."""
    borders = pl.concat(
        [links.select("policy_id", border=pl.col("from_no")), links.select("policy_id", border=pl.col("until_no"))]
    )
    return (
        borders.unique()
        .sort("policy_id", "border")
        .with_columns(
            epoch_no=pl.int_range(pl.len()).over("policy_id"),
            ends_no=pl.col("border").shift(-1).over("policy_id"),
        )
        .drop_nulls("ends_no")
        .rename({"border": "starts_no"})
    )


def _tops(links: pl.DataFrame) -> pl.DataFrame:
    """Every company that has a parent or a child in an epoch, with the one at its top."""
    cyclic = _in_cycle(links)
    followed = links.join(cyclic, on=[*WHEN, "company_id"], how="anti")
    above = followed.rename({"company_id": "top_id", "parent_id": "next_id"})
    alone = pl.concat([links.select(*WHEN, company_id="parent_id"), cyclic.select(*WHEN, "company_id")]).unique()
    found = [alone.join(followed, on=[*WHEN, "company_id"], how="anti").with_columns(top_id=pl.col("company_id"))]
    walking = followed.rename({"parent_id": "top_id"})
    while walking.height:
        step = walking.join(above, on=[*WHEN, "top_id"], how="left", maintain_order="left")
        found.append(step.filter(pl.col("next_id").is_null()).select(*WHEN, "company_id", "top_id"))
        walking = step.drop_nulls("next_id").select(*WHEN, "company_id", top_id="next_id")
    return pl.concat(found)


def _in_cycle(links: pl.DataFrame) -> pl.DataFrame:
    """The links of companies that are their own ancestor: what is left when the ends of chains are taken off."""
    left = links
    while True:
        parents = left.select(*WHEN, company_id="parent_id").unique()
        children = left.select(*WHEN, parent_id="company_id").unique()
        kept = left.join(parents, on=[*WHEN, "company_id"], how="semi").join(
            children, on=[*WHEN, "parent_id"], how="semi"
        )
        if kept.height == left.height:
            return kept
        left = kept
