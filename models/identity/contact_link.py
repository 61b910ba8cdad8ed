"""Which sources' people are the same contact: ids that name each other, or the same e-mail address.

A shared mailbox (info@, billing@) joins two records only when they give the same name. Records with an address of our
own people are team members, never contacts: they get no contact (rule `team_member`) and link nobody to anybody.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from models.identity.clusters import components, external_links
from models.identity.links import ranked, with_aliases

INPUTS = (
    "staging.contact",
    "staging.contact_email",
    "staging.team_member",
    "policy.source_rank",
    "policy.email_role_local_parts",
    "policy.email_own_domains",
)


def build(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Link every source's contact; returns the columns of `links.with_aliases`, contact_id null for team members."""
    rows = frames["staging.contact"]
    records = ranked(rows, frames["policy.source_rank"])
    addresses = _addresses(records, frames)
    own = _own_records(addresses, frames)
    theirs = addresses.join(own, on="source_key", how="anti")
    ours = addresses.join(own, on="source_key", how="semi").join(theirs, on="address", how="anti")
    people = records.join(own, on="source_key", how="anti")
    edges = pl.concat([external_links(people), _same_address(theirs, rows)])
    links = with_aliases("contact", records, components(records, edges), edges, pl.concat([theirs, ours]))
    is_own = pl.col("contact_id").is_in(own["source_key"].implode())
    return links.with_columns(
        contact_id=pl.when(is_own).then(None).otherwise("contact_id"),
        rule=pl.when(is_own).then(pl.lit("team_member")).otherwise("rule"),
    )


def _addresses(records: pl.DataFrame, frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """source_key, address, is_role: every address of every contact record."""
    local = pl.col("address").str.split("@").list.first().str.split("+").list.first()
    roles = frames["policy.email_role_local_parts"]["value"]
    return (
        frames["staging.contact_email"]
        .select(
            source_key=pl.col("source_system") + ":" + pl.col("contact_id"),
            address=pl.col("address").str.strip_chars().str.to_lowercase(),
        )
        .unique()
        .join(records.select("source_key"), on="source_key")
        .with_columns(is_role=local.is_in(roles.implode()))
        .sort("source_key", "address")
    )


def _own_records(addresses: pl.DataFrame, frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """source_key of the records with an address of a team member or at one of our own domains."""
    members = frames["staging.team_member"]["email"].drop_nulls().str.strip_chars().str.to_lowercase()
    domains = frames["policy.email_own_domains"]["value"].str.to_lowercase()
    domain = pl.col("address").str.split("@").list.last()
    is_own = pl.col("address").is_in(members.implode()) | domain.is_in(domains.implode())
    return addresses.filter(is_own).select("source_key").unique()


def _same_address(addresses: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Links between records with one address: left, right, rule, evidence. Shared mailboxes need the same name too."""
    names = rows.select(
        source_key=pl.col("source_system") + ":" + pl.col("source_record_id"),
        who=pl.col("name").str.to_lowercase().str.strip_chars(),
    )
    keyed = addresses.join(names, on="source_key", how="left").with_columns(
        match=pl.when("is_role").then(pl.col("address") + "|" + pl.col("who").fill_null("")).otherwise("address")
    )
    first = (
        keyed.sort("source_key").group_by("match", maintain_order=True).agg(pl.col("source_key").first().alias("right"))
    )
    return (
        keyed.join(first, on="match")
        .filter(pl.col("source_key") != pl.col("right"))
        .select(left="source_key", right="right", rule=pl.lit("email"), evidence="address")
    )
