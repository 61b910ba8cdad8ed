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
def _engine() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute("set global TimeZone = 'UTC'; set preserve_insertion_order = false").fetchall()
    return con


def fresh() -> duckdb.DuckDBPyConnection:
    """A connection of its own to an empty database of its own, in UTC; it is gone with the connection."""
    con, name = _engine().cursor(), f"bench_{next(_numbers)}"
    con.execute(f"attach ':memory:' as {name}; use {name}").fetchall()
    weakref.finalize(con, _forget, name)
    return con


def _forget(name: str) -> None:
    _engine().execute(f"detach {name}").fetchall()
