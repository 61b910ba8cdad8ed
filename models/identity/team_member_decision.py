"""Which pairs of sources' users are the same team member: people's word, an e-mail address. What
follows for the golden id is said in `team_member_link`.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from models.identity.deciding import PAIRS, decide
from models.identity.links import ranked
from models.identity.opinions import of_shared_values

INPUTS = ("staging.team_member", "policy.source_rank", "policy.identity", "policy.match_decision")


def records(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The columns of `links.ranked`, with address (lower case) and loaded_at."""
    rows = frames["staging.team_member"].select(
        "source_system",
        "source_record_id",
        "loaded_at",
        address=pl.col("email").str.strip_chars().str.to_lowercase(),
    )
    once = rows.unique(["source_system", "source_record_id"], keep="first", maintain_order=True)
    ordered = ranked(frames["staging.team_member"], frames["policy.source_rank"])
    return ordered.join(once, on=["source_system", "source_record_id"])


def build(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Decide on every pair of team members somebody has an opinion on; returns `deciding.DECISION`."""
    members = records(frames)
    claims = members.select("source_key", "rank", value="address", evidence="address").drop_nulls("value")
    no_pairs = pl.DataFrame(schema={**PAIRS, "reasons": pl.String})
    return decide("team_member", members, [of_shared_values("email", claims)], no_pairs, frames)
