"""Records kept from run to run: only those of which a source says something else than before are cleaned. What a clean
record is stands in `<object>_record`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

import duckdb
import polars as pl

from models.identity.matching import code, ensure

Parts = Mapping[str, pl.DataFrame]
_CHANGED = """
create temp table reading as
select source_key, hash(sum(word), '{digest}') as print
from ({words})
group by source_key
having bool_or(is_record);
create temp table fresh as select source_key, print from reading as r anti join {table} as t on r.print = t.print;
delete from {table} where print not in (select print from reading);
"""


def clean(
    con: duckdb.DuckDBPyConnection,
    table: str,
    columns: Mapping[str, str],
    parts: Mapping[str, str],
    build: Callable[[Parts, Parts], pl.DataFrame],
) -> None:
    """Make `table` (`columns` and `print`) what it must be, starting from what it is: one row per record.

    `parts`: SQL for what sources say, each with the record's source_key; the first has a row per record, and what the
    others say of no such record is left out. `build` makes the rows of records out of their parts and the policies; a
    row must follow from the record's own parts and the policies alone, in whatever order they come.
    """
    ensure(con, table, {**columns, "print": "UBIGINT"})
    policies = _policies(con)
    told = f"{table} {code()} {[sorted(map(repr, frame.rows())) for frame in policies.values()]}"
    digest = hashlib.sha256(told.encode()).hexdigest()[:16]
    words = " union all ".join(_words(con, place, sql) for place, sql in enumerate(parts.values()))
    con.execute(_CHANGED.format(digest=digest, table=table, words=words)).fetchall()
    wanted = "select p.* from ({}) as p semi join fresh as f on p.source_key = f.source_key"
    found = {name: con.sql(wanted.format(sql)).pl() for name, sql in parts.items()}
    con.register("cleaned", build(found, policies))
    cleaned = "select c.*, f.print from cleaned as c join fresh as f on c.source_key = f.source_key"
    con.execute(f"insert into {table} by name {cleaned}").fetchall()
    con.unregister("cleaned")
    con.execute("drop table temp.reading; drop table temp.fresh").fetchall()


def _words(con: duckdb.DuckDBPyConnection, place: int, sql: str) -> str:
    """SQL for source_key, word (one number for what a row of a part says), is_record."""
    said = ", ".join(con.sql(sql).columns)
    return f"select source_key, hash({place}, {said}) as word, {place == 0} as is_record from ({sql})"


def _policies(con: duckdb.DuckDBPyConnection) -> dict[str, pl.DataFrame]:
    """`value`s of the lists that say whose an address is, and under `members` the addresses of our own people."""
    lists = ("free_mail_domains", "shared_domains", "own_domains", "role_local_parts", "automatic_prefixes")
    found = {name: con.sql(f"select value from policy.email_{name}").pl() for name in lists}
    members = "select distinct lower(trim(email)) as value from staging.team_member where email is not null"
    return found | {"members": con.sql(members).pl()}
