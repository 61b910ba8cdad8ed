"""Which source's organisation is which company. Which pairs are the same is decided in `company_decision`."""

from __future__ import annotations

import duckdb

from models.identity.links import link

INPUTS = ("identity.company_record", "identity.company_decision", "ledger.founder")


def renew(con: duckdb.DuckDBPyConnection) -> None:
    """Link every source's company, as `links.link` says (companies have no address rows)."""
    link(con, "company", "select *, false as is_ours from identity.company_record")
