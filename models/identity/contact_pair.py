"""Which people may be the same, how probable that is and why. Whether they are joined is decided elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from models.identity.contact_plan import PLAN
from models.identity.training import stored
from models.identity.weighing import weighed

INPUTS = (
    "identity.contact_record",
    "identity.contact_comparison",
    "identity.contact_pair",
    "policy.identity",
    "policy.match_model",
)


def build(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The columns of `weighed`, for pairs at or above the policy's ask_at; what it said before is not told anew."""
    model = stored("contact", PLAN, frames["policy.match_model"])
    ask_at = frames["policy.identity"]["ask_at"].item()
    records, memory = frames["identity.contact_record"], frames["identity.contact_comparison"]
    return weighed(PLAN, model, records, memory, ask_at, frames.get("identity.contact_pair"))
