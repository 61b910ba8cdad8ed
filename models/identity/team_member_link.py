"""Which source's user is which team member. Which pairs are the same is decided in `team_member_decision`."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from models.identity.links import linked
from models.identity.team_member_decision import records

INPUTS = ("staging.team_member", "policy.source_rank", "identity.team_member_decision", "ledger.founder")


def build(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Link every source's team member; returns the columns of `links.linked`."""
    members = records(frames)
    addresses = members.select("source_key", "address").drop_nulls("address")
    return linked("team_member", members, frames["identity.team_member_decision"], frames["ledger.founder"], addresses)
