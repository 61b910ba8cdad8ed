"""Which companies are compared, and how each field of a pair agrees; what that weighs stands in `company_pair`."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from models.identity.company_plan import PLAN
from models.identity.comparing import compared

INPUTS = ("identity.company_record", "policy.identity", "identity.company_comparison")


def build(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The columns of `compared`; reads what it said before, so that only what is new is compared."""
    cap = frames["policy.identity"]["block_cap"].item()
    return compared(PLAN, frames["identity.company_record"], frames.get("identity.company_comparison"), cap)
