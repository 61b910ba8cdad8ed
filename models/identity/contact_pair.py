"""Which people may be the same, how probable that is and why. Whether they are joined is decided elsewhere."""

from __future__ import annotations

import duckdb

from models.identity.contact_plan import PLAN
from models.identity.training import stored
from models.identity.weighing import Tables, weigh

INPUTS = ("identity.contact_record", "identity.contact_comparison", "policy.identity", "policy.match_model")


def renew(con: duckdb.DuckDBPyConnection) -> None:
    """The columns of `weigh`, for pairs at or above the policy's ask_at; what it says already is not told anew."""
    model = stored("contact", PLAN, con.sql("from policy.match_model").pl())
    ask_at = con.execute("select ask_at from policy.identity").fetchall()[0][0]
    tables = Tables("identity.contact_record", "identity.contact_comparison", "identity.contact_pair")
    weigh(con, PLAN, model, tables, ask_at)
