"""Turns export files into dlt resources: which reader takes a file, what dlt is given. Reading is in the readers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Any

import dlt
import polars as pl
from dlt.common.schema.typing import TColumnSchema
from dlt.extract import DltResource

from connectors.reading.bench import Bench, Part, literal
from connectors.reading.columnar import read_parquet
from connectors.reading.containers import is_zip
from connectors.reading.delimited import read_delimited
from connectors.reading.documents import read_json
from connectors.reading.resource import BOOKKEEPING, FILE, Export, Resource
from connectors.reading.text import Refused, readable, unpack
from connectors.reading.workbook import read_workbook

_WHOLE = frozenset({"_line", "_hash", "rows_read"})
_JSON = frozenset({".json", ".ndjson", ".jsonl"})
_DELIMITED = frozenset({".csv", ".tsv", ".tab", ".txt"})
_NOT_TEXT = (
    (b"%PDF", "a PDF cannot be read; export CSV, JSON, Parquet or XLSX"),
    (
        b"\xd0\xcf\x11\xe0",
        "an old Excel file (.xls), or one with a password, cannot be read; save it as .xlsx without one, or as CSV",
    ),
)
SMALL_PART_ROWS = 100_000
"""Parts below this are joined into one file per resource: every file costs the loader the same, however small."""


def land(resources: Sequence[Resource], exports: Sequence[Export], scratch: Path) -> Iterator[DltResource]:
    """Read every export and yield one dlt resource per raw table, plus the books `_rejected` and `_read`.

    Every file is accounted for: rows landed + rows rejected = `rows_read`. A file nothing can read is one rejected row.
    The Parquet files are in `scratch` and must stay there until dlt has loaded them.
    """
    yield from landed(resources, scratch, lambda bench: read_all(bench, resources, exports))


def landed(resources: Sequence[Resource], scratch: Path, read: Callable[[Bench], None]) -> Iterator[DltResource]:
    """Yield what `read` puts on a bench: one dlt resource per raw table, plus the books."""
    bench = Bench(scratch)
    try:
        read(bench)
        for resource in resources:
            parts = _joined(bench, [part for part in bench.parts if part.resource.name == resource.name])
            if parts:
                yield _dlt_resource(resource.name, parts)
        for name, table in (("_rejected", "rejected"), ("_read", "read_")):
            yield _dlt_resource(name, [_book(bench, table)])
    finally:
        bench.close()


def read_all(bench: Bench, resources: Sequence[Resource], exports: Sequence[Export]) -> None:
    """Put every file on the bench: its rows, or why it has none."""
    for export in exports:
        _read(bench, resources, export)


def _read(bench: Bench, resources: Sequence[Resource], export: Export) -> None:
    """Land one file whole, or book it as rejected with the reason."""
    if settled(bench, export):
        return
    try:
        with bench.one_file():
            _read_by_format(bench, of_api(resources, export), export)
    except Refused as refusal:
        refuse(bench, export, str(refusal), refusal.line)
    except Exception as error:
        # One unreadable file must not keep the others out; its user sees what went wrong.
        message = str(error).strip().partition("\n")[0]
        refuse(bench, export, f"{type(error).__name__}: {message}", 0)


def of_api(resources: Sequence[Resource], export: Export) -> Sequence[Resource]:
    """For what a live API gave, only the resource that its folder names, as bare records; else all. Raises Refused."""
    if export.resource is None:
        return resources
    for resource in resources:
        if resource.name == export.resource:
            return [replace(resource, records=None, where={})]
    raise Refused(f"this source has no collection called {export.resource}")


def _read_by_format(bench: Bench, resources: Sequence[Resource], export: Export) -> None:
    path = unpack(export.path, bench.folder)
    with path.open("rb") as file:
        head = file.read(1 << 12)
    suffix = PurePath(export.name.casefold().removesuffix(".gz")).suffix
    if head.startswith(b"PAR1"):
        read_parquet(bench, resources, export, path)
        return
    if is_zip(path):
        read_workbook(bench, resources, export, path)
        return
    reason = next((reason for mark, reason in _NOT_TEXT if head.startswith(mark)), None)
    if reason is not None:
        raise Refused(reason)
    text = readable(path, bench.folder)
    with text.path.open("rb") as file:
        start = file.read(1 << 12).removeprefix(b"\xef\xbb\xbf").lstrip()
    if suffix in _JSON or (suffix not in _DELIMITED and start[:1] in (b"{", b"[")):
        read_json(bench, resources, export, text)
    else:
        read_delimited(bench, resources, export, text)


def settled(bench: Bench, export: Export) -> bool:
    """Book a delivery that no reader need look at: one known to be unreadable, one that only holds others."""
    if export.refusal is not None:
        refuse(bench, export, export.refusal, 0)
    elif export.contents is not None:
        bench.read(export, FILE, 0, {}, export.contents)
    return export.refusal is not None or export.contents is not None


def refuse(bench: Bench, export: Export, reason: str, line: int) -> None:
    """Book a file that cannot be read at all as one rejected row."""
    bench.reject(export, FILE, line, reason)
    bench.read(export, FILE, 1, {}, reason)


def _joined(bench: Bench, parts: list[Part]) -> list[Part]:
    """The parts with all small ones of the resource made one; columns a part lacks are null."""
    small = [part for part in parts if part.rows < SMALL_PART_ROWS]
    if len(small) < 2:
        return parts
    columns = tuple(dict.fromkeys(column for part in small for column in part.columns))
    path = bench.scratch / f"{bench.name(small[0].resource.name)}.parquet"
    files = ", ".join(literal(str(part.path)) for part in small)
    bench.sql(
        f"copy (select * from read_parquet([{files}], union_by_name = true))"
        f" to {literal(str(path))} (format parquet, compression lz4)"
    )
    one = Part(small[0].resource, path, sum(part.rows for part in small), columns)
    return [part for part in parts if part.rows >= SMALL_PART_ROWS] + [one]


def _book(bench: Bench, table: str) -> Part:
    path = bench.scratch / f"{bench.name(table)}.parquet"
    names = [row[0] for row in bench.sql(f"describe {table}")]
    rows = int(bench.sql(f"copy {table} to {literal(str(path))} (format parquet, compression lz4)")[0][0])
    return Part(Resource(table, tuple(names)), path, rows, tuple(names))


def _dlt_resource(name: str, parts: Sequence[Part]) -> DltResource:
    def files() -> Iterator[Any]:
        for part in parts:
            columns = dict.fromkeys((*BOOKKEEPING, *part.columns)) if name[0] != "_" else dict.fromkeys(part.columns)
            hints: dict[str, TColumnSchema] = {
                column: {"name": column, "data_type": "bigint" if column in _WHOLE else "text"} for column in columns
            }
            if not part.rows:
                # dlt makes no table of an imported file without rows.
                empty = {column: pl.Int64 if column in _WHOLE else pl.String for column in columns}
                yield pl.DataFrame(schema=empty).to_arrow()
                return
            yield dlt.mark.with_file_import(
                str(part.path), "parquet", part.rows, hints=dlt.mark.make_hints(columns=hints)
            )

    return dlt.resource(files, name=name, write_disposition="append")
