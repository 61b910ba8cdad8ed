"""Which people are compared, and how each field of a pair agrees; what that weighs stands in `contact_pair`."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from models.identity.comparing import compared
from models.identity.contact_plan import PLAN

INPUTS = ("identity.contact_record", "policy.identity", "identity.contact_comparison")


def build(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The columns of `compared`; reads what it said before, so that only what is new is compared."""
    cap = frames["policy.identity"]["block_cap"].item()
    return compared(PLAN, frames["identity.contact_record"], frames.get("identity.contact_comparison"), cap)
