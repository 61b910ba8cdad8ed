"""What must hold of the tables: their Pandera schemas, and the sentences of `models/invariants`.

Each check returns what is wrong in words; Dagster's asset checks and the tests both call these.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import pandera.errors
import polars as pl

from pipelines.rooms import Invariant
from pipelines.schemas import columns_of, schema_of
from pipelines.warehouse import Connection, scalar

BATCH = 1_000_000
SHOWN = 10


@dataclass(frozen=True)
class Verdict:
    """Whether a check holds, how many rows break it, and the first of them as text."""

    holds: bool
    offenders: int
    examples: str


def check_schema(con: Connection, table: str) -> Verdict:
    """Validate a table with its Pandera schema, a million rows at a time, and its key over the whole table."""
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


def check_invariant(con: Connection, invariant: Invariant) -> Verdict:
    """Run the query of an invariant: any row it returns breaks the sentence."""
    offenders = con.sql(f"select * from ({invariant.sql.rstrip().rstrip(';')}\n)").pl()
    return Verdict(offenders.is_empty(), offenders.height, str(offenders.head(SHOWN)) if offenders.height else "")
