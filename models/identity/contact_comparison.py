"""Which people are compared, and how each field of a pair agrees; what that weighs stands in `contact_pair`."""

from __future__ import annotations

import duckdb

from models.identity.comparing import compare
from models.identity.contact_plan import PLAN

INPUTS = ("identity.contact_record", "policy.identity")


def renew(con: duckdb.DuckDBPyConnection) -> None:
    """The columns of `compare`; starts from what the table says, so that only what is new is compared."""
    cap = con.execute("select block_cap from policy.identity").fetchall()[0][0]
    compare(con, PLAN, "identity.contact_record", "identity.contact_comparison", cap)
