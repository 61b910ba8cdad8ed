"""Tables of the models made in memory beside a published file, with other policies or for a narrower question.

What is asked of them belongs to whoever asks; the published file is only read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from pipelines.rooms import SOURCED, Table, catalogue
from pipelines.schemas import definition, literal, schema_of
from pipelines.warehouse import Connection, connect


class Beside:
    """A database in memory. What is published stands in it as it is; what is not is made when it is asked for.

    Tables of `given` stand in the place of published or made ones.
    """

    def __init__(self, con: Connection, given: Mapping[str, pl.DataFrame]) -> None:
        self.con = con
        self._published = {
            f"{schema}.{name}"
            for schema, name in con.execute(
                "select schema_name, table_name from duckdb_tables() where database_name = 'published'"
            ).fetchall()
        }
        self._there: set[str] = set()
        for name, frame in given.items():
            self._store(name, frame)

    def need(self, name: str) -> None:
        """Have a table as it is published; where it is not, as the models make it.

        What sources sent, before any rule added to it, is what is published without the rows that rules derived.
        """
        if name in self._there:
            return
        room, short = name.split(".")
        if name in self._published:
            self._create(name, f"view {name} as select * from published.{name}")
        elif room == SOURCED and f"objects.{short}" in self._published:
            self._create(name, f"view {name} as select * from published.objects.{short} where derived_by is null")
        else:
            self.make(name)

    def make(self, name: str) -> None:
        """Make a table by its model, from what there is here, though it may be published."""
        table = catalogue()[name]
        for read in sorted(table.reads):
            self.need(read)
        self._make(table)

    def _make(self, table: Table) -> None:
        if table.build is not None:
            self._store(table.name, table.build({read: self.con.sql(f"from {read}").pl() for read in table.inputs}))
            return
        schema = schema_of(table.name)
        if schema is None:
            self._create(table.name, f"table {table.name} as {table.sql}")
        else:
            self._create(table.name, f"table {table.name} ({definition(schema)})")
            self.con.execute(f"insert into {table.name} by name {table.sql}").fetchall()

    def _store(self, name: str, frame: pl.DataFrame) -> None:
        self.con.register("given", frame)
        self._create(name, f"table {name} as select * from given")
        self.con.unregister("given")

    def _create(self, name: str, what: str) -> None:
        self.con.execute(f"create schema if not exists {name.split('.')[0]}; create {what}").fetchall()
        self._there.add(name)


@contextmanager
def beside(snapshot: Path, given: Mapping[str, pl.DataFrame]) -> Iterator[Beside]:
    """Open one beside a published file, until the end of the block."""
    with TemporaryDirectory() as scratch:
        con = connect(Path(":memory:"))
        try:
            con.execute(f"set temp_directory = {literal(scratch)}").fetchall()
            con.execute(f"attach {literal(snapshot)} as published (read_only)").fetchall()
            yield Beside(con, given)
        finally:
            con.close()
