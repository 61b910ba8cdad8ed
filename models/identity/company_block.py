"""What companies have in common too often to be compared for it: one row per value left out of the search."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from models.identity.comparing import too_common

INPUTS = ("identity.company_comparison",)


def build(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The columns of `too_common`."""
    return too_common(frames["identity.company_comparison"])
