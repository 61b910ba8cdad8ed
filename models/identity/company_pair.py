"""Which companies may be the same, how probable that is and why. Whether they are joined is decided elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from models.identity.company_plan import PLAN
from models.identity.training import stored
from models.identity.weighing import weighed

INPUTS = (
    "identity.company_record",
    "identity.company_comparison",
    "identity.company_pair",
    "policy.identity",
    "policy.match_model",
)


def build(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The columns of `weighed`, for pairs at or above the policy's ask_at; what it said before is not told anew."""
    model = stored("company", PLAN, frames["policy.match_model"])
    ask_at = frames["policy.identity"]["ask_at"].item()
    records, memory = frames["identity.company_record"], frames["identity.company_comparison"]
    return weighed(PLAN, model, records, memory, ask_at, frames.get("identity.company_pair"))
