"""Which companies are compared, and how each field of a pair agrees; what that weighs stands in `company_pair`."""

from __future__ import annotations

import duckdb

from models.identity.company_plan import PLAN
from models.identity.comparing import compare

INPUTS = ("identity.company_record", "policy.identity")


def renew(con: duckdb.DuckDBPyConnection) -> None:
    """The columns of `compare`; starts from what the table says, so that only what is new is compared."""
    cap = con.execute("select block_cap from policy.identity").fetchall()[0][0]
    compare(con, PLAN, "identity.company_record", "identity.company_comparison", cap)
