"""The work bench of one `land()` call: DuckDB connection, Parquet parts, books. No file format belongs here."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

import duckdb
import polars as pl

from connectors.reading.resource import Export, Resource

AS_JSON = "to_json(record)::text"
BOOKS = ("rejected", "read_")
MEMORY_LIMIT = "1GB"
"""Beyond this DuckDB moves its tables to the scratch folder, so a file may be larger than memory."""


def ident(name: str) -> str:
    """Quote a name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str | None) -> str:
    """Quote a text for SQL."""
    return "null" if value is None else "'" + value.replace("'", "''") + "'"


@dataclass(frozen=True)
class Part:
    """One Parquet file of one resource, with its bookkeeping columns first."""

    resource: Resource
    path: Path
    rows: int
    columns: tuple[str, ...]


class Bench:
    """One DuckDB in memory plus a scratch folder; collects parts, rejected rows and what was read."""

    def __init__(self, scratch: Path) -> None:
        scratch.mkdir(parents=True, exist_ok=True)
        self.scratch = scratch
        self.folder = scratch
        self.parts: list[Part] = []
        self._number = 0
        self._connection = duckdb.connect(":memory:")
        self.sql(f"set memory_limit = '{MEMORY_LIMIT}'")
        self.sql(f"set temp_directory = {literal(str(scratch / 'spill'))}")
        self.sql("set preserve_insertion_order = true")
        self.sql("set TimeZone = 'UTC'")
        # With statistics DuckDB marks Parquet columns without nulls as required; dlt then rewrites every file.
        self.sql("set disabled_optimizers = 'statistics_propagation'")
        self.sql("create table rejected (_delivery_id text, _resource text, _line bigint, reason text, row text)")
        self.sql("create table read_ (_delivery_id text, _resource text, rows_read bigint, columns text, note text)")

    def close(self) -> None:
        """Give up the connection; the Parquet files stay."""
        self._connection.close()

    def sql(self, query: str, values: Sequence[Any] | None = None) -> list[tuple[Any, ...]]:
        """Run one statement to its end and return its rows."""
        return self._connection.execute(query, values).fetchall()

    def put(self, table: str, frame: pl.DataFrame) -> None:
        """Append a frame to a table, column by name."""
        self._connection.register("incoming_frame", frame)
        self.sql(f"insert into {table} by name select * from incoming_frame")
        self._connection.unregister("incoming_frame")

    @contextmanager
    def one_file(self) -> Iterator[None]:
        """Take in one file whole or not at all: on an error nothing of it stays but the exception.

        `folder` is a folder for the time being, gone afterwards like every table made meanwhile.
        """
        parts, books = len(self.parts), {book: self.count(book) for book in BOOKS}
        self.folder = Path(mkdtemp(dir=self.scratch))
        try:
            yield
        except BaseException:
            del self.parts[parts:]
            for book, rows in books.items():
                if self.count(book) > rows:
                    self.sql(f"create or replace table {book} as select * from {book} order by rowid limit {rows}")
            raise
        finally:
            rmtree(self.folder)
            self.folder = self.scratch
            for name, temporary in self.sql("select table_name, temporary from duckdb_tables()"):
                if name not in BOOKS:
                    self.sql(f"drop table {'temp.' if temporary else ''}{name}")

    def name(self, stem: str) -> str:
        """A name not used before on this bench, for a table or a file."""
        self._number += 1
        return f"{stem}_{self._number}"

    def reject(self, export: Export, resource: str, line: int, reason: str, row: str | None = None) -> None:
        """Write one row, or a file as a whole, into the book of rejected rows."""
        self.sql("insert into rejected values (?, ?, ?, ?, ?)", [export.delivery_id, resource, line, reason, row])

    def read(self, export: Export, resource: str, rows: int, columns: Mapping[str, str], note: str) -> None:
        """Write down how many rows of a file were read for a resource."""
        sent = json.dumps(dict(columns), ensure_ascii=False)
        self.sql("insert into read_ values (?, ?, ?, ?, ?)", [export.delivery_id, resource, rows, sent, note])

    def count(self, table: str) -> int:
        """Rows of a table."""
        return int(self.sql(f"select count(*) from {table}")[0][0])

    def land(
        self,
        export: Export | None,
        resource: Resource,
        source: str,
        columns: Sequence[str],
        rows: int,
        row: str = AS_JSON,
    ) -> None:
        """Write a relation of so many `rows` (`_line` plus text columns) as a part.

        A row with an empty key value is rejected; `row` is the SQL of such a row's text, which calls the row `record`.
        Without an export the relation says in `_delivery_id` where each row is from.
        """
        delivery = literal(export.delivery_id) if export else "_delivery_id"
        empty = {key: f"coalesce({ident(key)}, '') = ''" if key in columns else "true" for key in resource.key}
        without_key = " or ".join(empty.values()) or "false"
        path = self.scratch / f"{self.name(resource.name)}.parquet"
        data = "".join(f", {ident(column)}" for column in columns)
        order = "" if resource.key else " order by _line"
        hashed = ", ".join(ident(column) for column in sorted(columns)) or "null"
        landed = self.copied(
            f"copy (select {delivery} as _delivery_id, _line, {_key(resource, columns)} as _key,"
            f" (hash({hashed}) >> 1)::bigint as _hash{data} from {source} where not ({without_key}){order})"
            f" to {literal(str(path))} (format parquet, compression lz4, dictionary_size_limit 1)"
        )
        if landed:
            self.parts.append(Part(resource, path, landed, tuple(columns)))
        if landed < rows:
            which = " ".join(f"when {test} then {literal(key)}" for key, test in empty.items())
            self.sql(
                f"insert into rejected select {delivery}, {literal(resource.name)}, _line,"
                f" 'key column ' || case {which} end || ' is empty', {row} from {source} as record where {without_key}"
            )

    def copied(self, statement: str) -> int:
        """Run an INSERT or COPY and return how many rows it wrote."""
        return int(self.sql(statement)[0][0])


def _key(resource: Resource, columns: Sequence[str]) -> str:
    """SQL of the key: its values, or for a keyless row a digest of what it says and which repetition it is."""
    if resource.key:
        return " || chr(31) || ".join(ident(column) for column in resource.key)
    said = ", ".join(f"{literal(column + '=')} || {ident(column)}" for column in sorted(columns)) or "''"
    digest = f"md5(concat_ws(chr(31), {said}))"
    return f"{digest} || '#' || (row_number() over (partition by {digest} order by _line))"
