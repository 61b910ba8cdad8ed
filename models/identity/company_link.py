"""Which sources' organisations are the same company: ids that name each other, or a domain of its own.

A domain counts as a company's own when it is no free-mail or shared domain, and no single source gives it to two of its
companies: subsidiaries and agencies that share a domain are never joined by it.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from models.identity.clusters import components, external_links
from models.identity.links import ranked, with_aliases

INPUTS = (
    "staging.company",
    "staging.company_domain",
    "policy.source_rank",
    "policy.email_free_mail_domains",
    "policy.email_shared_domains",
)


def build(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Link every source's company; returns the columns of `links.with_aliases` (companies have no address rows)."""
    records = ranked(frames["staging.company"], frames["policy.source_rank"])
    edges = pl.concat([external_links(records), _own_domains(records, frames)])
    no_addresses = pl.DataFrame(schema={"source_key": pl.String, "address": pl.String})
    return with_aliases("company", records, components(records, edges), edges, no_addresses)


def _own_domains(records: pl.DataFrame, frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Links between companies of different sources that claim one domain as their own: left, right, rule, evidence."""
    common = pl.concat(
        [frames["policy.email_free_mail_domains"]["value"], frames["policy.email_shared_domains"]["value"]]
    )
    claims = (
        frames["staging.company_domain"]
        .select(
            "source_system",
            source_key=pl.col("source_system") + ":" + pl.col("company_id"),
            domain=pl.col("domain").str.to_lowercase(),
        )
        .unique()
        .filter(~pl.col("domain").is_in(common.implode()))
        .join(records.select("source_key", "rank"), on="source_key")
    )
    shared = claims.group_by("source_system", "domain").len().filter(pl.col("len") > 1).select("domain").unique()
    own = claims.join(shared, on="domain", how="anti")
    first = own.sort("rank").group_by("domain", maintain_order=True).agg(pl.col("source_key").first().alias("right"))
    return (
        own.join(first, on="domain")
        .filter(pl.col("source_key") != pl.col("right"))
        .select(left="source_key", right="right", rule=pl.lit("own_domain"), evidence="domain")
    )
