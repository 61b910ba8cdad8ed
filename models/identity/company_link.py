"""Which source's organisation is which company. Which pairs are the same is decided in `company_decision`."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from models.identity.links import linked

INPUTS = ("identity.company_record", "identity.company_decision", "ledger.founder")


def build(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Link every source's company; returns the columns of `links.linked` (companies have no address rows)."""
    records, decisions = frames["identity.company_record"], frames["identity.company_decision"]
    no_addresses = pl.DataFrame(schema={"source_key": pl.String, "address": pl.String})
    return linked("company", records, decisions, frames["ledger.founder"], no_addresses)
