"""Which source's user is which team member. Which pairs are the same is decided in `team_member_decision`."""

from __future__ import annotations

import duckdb

from models.identity.links import link
from models.identity.team_member_decision import RECORDS

INPUTS = ("staging.team_member", "policy.source_rank", "identity.team_member_decision", "ledger.founder")


def renew(con: duckdb.DuckDBPyConnection) -> None:
    """Link every source's team member, as `links.link` says."""
    link(con, "team_member", RECORDS, "select source_key, address from record where address is not null")
