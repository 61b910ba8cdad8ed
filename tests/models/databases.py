"""New databases in memory for tests: each with nothing in it, all in one DuckDB, for starting one takes ten times as
long as making a database in it. What stands in a database belongs to the test.
"""

from __future__ import annotations

import itertools
import weakref
from functools import cache

import duckdb

_numbers = itertools.count()


@cache
def _engine(in_order: bool) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(config={"preserve_insertion_order": in_order})
    con.execute("set global TimeZone = 'UTC'").fetchall()
    return con


def fresh(*, in_order: bool = True) -> duckdb.DuckDBPyConnection:
    """A connection of its own to an empty database of its own, in UTC; it is gone with the connection.

    Rows need not come in the order in which they went in, unless `in_order`.
    """
    con, name = _engine(in_order).cursor(), f"bench_{next(_numbers)}"
    con.execute(f"attach ':memory:' as {name}; use {name}").fetchall()
    weakref.finalize(con, _forget, in_order, name)
    return con


def _forget(in_order: bool, name: str) -> None:
    _engine(in_order).execute(f"detach {name}").fetchall()
