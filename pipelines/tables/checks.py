"""What must hold of the tables: their Pandera schemas, and the sentences of `models/invariants`.

Each check returns what is wrong in words, and notes for which state of the tables it held: what was not checked since
it changed is not published.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import pandera.errors
import polars as pl

from pipelines.rooms import MERGED, Invariant, Table, catalogue, invariants
from pipelines.schemas import columns_of, schema_of
from pipelines.tables import build, provenance
from pipelines.warehouse import Connection, scalar

BATCH = 1_000_000
SHOWN = 10


@dataclass(frozen=True)
class Verdict:
    """Whether a check holds, how many rows break it, and the first of them as text."""

    holds: bool
    offenders: int
    examples: str


def unfinished(con: Connection) -> list[str]:
    """The tables that are stale or hold something unchecked, in the order of the catalogue: none may be, to publish."""
    wanted = _wanted(con)
    held = dict(con.execute("select name, fingerprint from meta.check_state").fetchall())
    open_tables = {table.name for table in build.stale(con)}
    open_tables |= {table for check, (table, state) in wanted.items() if held.get(check) != state}
    return [name for name in catalogue() if name in open_tables]


def told(table: str, check: str, examples: str) -> str:
    """A check that does not hold, in words."""
    return f"{table}: the check {check} does not hold\n{examples}"


def watched(invariant: Invariant) -> str:
    """The table an invariant is checked with: the last to be built of those it reads."""
    order = list(catalogue())
    return max((name for name in invariant.reads if name in order), key=order.index)


def _wanted(con: Connection) -> dict[str, tuple[str, str]]:
    """Every check by its name: the table it belongs to, and the state of all that it looks at."""
    states = _states(con)
    wanted = {f"schema of {name}": (name, states.get(name, "")) for name in catalogue() if schema_of(name)}
    return wanted | {one.name: (watched(one), _looked_at(one, states)) for one in invariants()}


def _states(con: Connection) -> dict[str, str]:
    return dict(con.execute("select name, fingerprint from meta.table_state").fetchall())


def _looked_at(invariant: Invariant, states: Mapping[str, str]) -> str:
    """The state of all that an invariant reads."""
    return build.digest(invariant.sql, *(f"{name}={states.get(name, '')}" for name in sorted(invariant.reads)))


def _note(con: Connection, check: str, state: str, verdict: Verdict, *, is_done: bool) -> Verdict:
    """Write down for which state of the tables a check needs no second look."""
    con.execute("delete from meta.check_state where name = ?", [check]).fetchall()
    if is_done:
        con.execute("insert into meta.check_state values (?, ?)", [check, state]).fetchall()
    return verdict


def check_schema(con: Connection, table: str) -> Verdict:
    """Validate a table with its Pandera schema, a million rows at a time, and its key over the whole table.

    A row of an object must also name a record of its source or the rule that made it (golden rows: see the invariants).
    """
    verdict = _schema_verdict(con, table)
    made = catalogue()[table]
    if verdict.holds and made.kind == "objects" and made.object_name not in MERGED:
        verdict = _origin_verdict(con, made)
    return _note(con, f"schema of {table}", _states(con).get(table, ""), verdict, is_done=verdict.holds)


def _origin_verdict(con: Connection, table: Table) -> Verdict:
    rows = provenance.unsourced(con, table)
    offenders = int(scalar(con, f"select count(*) from ({rows})"))
    said = "rows that name neither a record that stands in its source nor a rule:\n"
    shown = said + str(con.sql(f"{rows} limit {SHOWN}").pl()) if offenders else ""
    return Verdict(offenders == 0, offenders, shown)


def check_invariant(con: Connection, invariant: Invariant) -> Verdict:
    """Run the query of an invariant: any row it returns breaks the sentence."""
    offenders = con.sql(f"select * from ({invariant.sql.rstrip().rstrip(';')}\n)").pl()
    examples = str(offenders.head(SHOWN)) if offenders.height else ""
    verdict = Verdict(offenders.is_empty(), offenders.height, examples)
    is_done = verdict.holds or not invariant.is_blocking
    return _note(con, invariant.name, _looked_at(invariant, _states(con)), verdict, is_done=is_done)


def _schema_verdict(con: Connection, table: str) -> Verdict:
    schema = schema_of(table)
    assert schema is not None
    key = [f'"{column.name}"' for column in columns_of(schema) if column.key]
    repeated = con.sql(
        f"select {', '.join(key)}, count(*) as times from {table} group by all having count(*) > 1 limit {SHOWN}"
    ).pl()
    if repeated.height:
        return Verdict(False, repeated.height, f"rows with the same key:\n{repeated}")
    rows = scalar(con, f"select count(*) from {table}")
    for offset in range(0, rows, BATCH):
        frame = con.sql(f"select * from {table} limit {BATCH} offset {offset}").pl()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                schema.validate(frame, lazy=True)
            except pandera.errors.SchemaErrors as error:
                failures: pl.DataFrame = error.failure_cases
                return Verdict(False, failures.height, str(failures.head(SHOWN)))
    return Verdict(True, 0, "")
