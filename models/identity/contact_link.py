"""Which source's person is which contact. Which pairs are the same is decided in `contact_decision`.

Records of our own people are team members, never contacts: they get no contact (rule `team_member`).
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from models.identity.links import linked

INPUTS = ("identity.contact_record", "identity.contact_decision", "ledger.founder")


def build(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Link every source's contact; returns the columns of `links.linked`, contact_id null for team members."""
    records, decisions = frames["identity.contact_record"], frames["identity.contact_decision"]
    listed = records.select("source_key", "is_ours", address="addresses").explode("address").drop_nulls("address")
    theirs, ours = listed.filter(~pl.col("is_ours")), listed.filter("is_ours")
    addresses = pl.concat([theirs, ours.join(theirs, on="address", how="anti")])
    links = linked("contact", records, decisions, frames["ledger.founder"], addresses)
    is_ours = pl.col("contact_id").is_in(records.filter("is_ours")["source_key"].implode())
    return links.with_columns(
        contact_id=pl.when(is_ours).then(None).otherwise("contact_id"),
        rule=pl.when(is_ours).then(pl.lit("team_member")).otherwise("rule"),
    )
