"""Reads the sheets of an XLSX workbook, every cell as text. What else may be in a ZIP archive is in `containers`."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import fastexcel
import polars as pl

from connectors.reading.bench import Bench, ident
from connectors.reading.resource import FILE, Export, Fit, Resource, recognise
from connectors.reading.text import BLOCK, Refused

MAX_BYTES = 1 << 29
"""What a workbook may unpack to: a sheet is held in memory."""
HEADER_WITHIN = 25
"""The header stands in one of the first so many rows; titles and notes may stand above it."""
_ERRORS = {
    "Div0": "#DIV/0!",
    "NA": "#N/A",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Value": "#VALUE!",
    "GettingData": "#GETTING_DATA",
}
_MIDNIGHT = r"^(\d{4}-\d\d-\d\d) 00:00:00$"
_NO_DAY = r"^1899-12-31 (\d\d:\d\d:\d\d(?:\.\d+)?)$"
"""A time of day is kept as a moment of the day before the first."""


def is_workbook(names: Sequence[str]) -> bool:
    """Whether an archive with these members is an XLSX workbook."""
    return "[Content_Types].xml" in names and "xl/workbook.xml" in names


def filled_sheets(path: Path) -> tuple[list[str], list[str]]:
    """The names of the visible sheets that hold something, and of the hidden ones that do. Raises Refused."""
    shown: list[str] = []
    hidden: list[str] = []
    with _opened(path) as book:
        for name in book.sheet_names:
            sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
            if sheet.total_height:
                (shown if sheet.visible == "visible" else hidden).append(name)
    return shown, hidden


def read_workbook(bench: Bench, resources: Sequence[Resource], export: Export, path: Path) -> None:
    """Land one sheet: the one the export stands for, else the first. Raises Refused when no resource takes it."""
    with _opened(path) as book:
        cells = _cells(book, export.sheet or book.sheet_names[0])
    if cells.is_empty():
        bench.read(export, FILE, 0, {}, "the sheet is empty")
        return
    found, names, rows = _fitted(resources, cells, export.name)
    staged = bench.name("sheet")
    bench.sql(f"create table {staged} (_line bigint{''.join(f', {ident(column)} text' for column in found.columns)})")
    bench.put(staged, rows.select("_line", *names).rename(dict(zip(names, found.columns, strict=True))))
    bench.land(export, found.resource, staged, found.columns, rows.height)
    bench.read(export, found.resource.name, rows.height, found.as_sent, "")


def _cells(book: fastexcel.ExcelReader, name: str) -> pl.DataFrame:
    """The rows of a sheet that hold something: `_line`, the row's number in the sheet, and a text column per column."""
    sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
    if not sheet.total_height:
        return pl.DataFrame()
    batch, errors = sheet.to_arrow_with_errors()
    frame = pl.DataFrame(pl.from_arrow(batch))
    frame = frame.rename({old: f"cell_{number}" for number, old in enumerate(frame.columns)}).cast(pl.String)
    marks = [(row, column, _mark(detail)) for (row, column), detail in _errors(errors)]
    for column in sorted({column for _, column, _ in marks}):
        values = {row: mark for row, at, mark in marks if at == column}
        position = pl.int_range(pl.len())
        marked = position.replace_strict(values, default=None, return_dtype=pl.String)
        frame = frame.with_columns(pl.coalesce(marked, f"cell_{column}").alias(f"cell_{column}"))
    text = pl.all().str.replace(_MIDNIGHT, "$1").str.replace(_NO_DAY, "$1").replace("-0", "0")
    filled = ~pl.all_horizontal(pl.exclude("_line").is_null())
    return frame.select(text).with_row_index("_line", 1).cast({"_line": pl.Int64}).filter(filled)


def _errors(errors: fastexcel.CellErrors | None) -> list[tuple[tuple[int, int], str]]:
    return [(error.offset_position, error.detail) for error in errors.errors] if errors else []


def _mark(detail: str) -> str | None:
    """How a sheet shows a formula that failed."""
    found = re.search(r"Error\((\w+)\)", detail)
    return _ERRORS.get(found[1]) if found else None


@contextmanager
def _opened(path: Path) -> Iterator[fastexcel.ExcelReader]:
    try:
        _check_size(path)
        yield fastexcel.read_excel(path)
    except (BadZipFile, zlib.error, EOFError, fastexcel.FastExcelError) as error:
        raise Refused(f"the workbook is damaged: {str(error).splitlines()[0]}") from error


def _check_size(path: Path) -> None:
    """Refuse a workbook that unpacks to too much, or to more than it says: its reader would take all of it."""
    with ZipFile(path) as archive:
        members = archive.infolist()
        if not is_workbook(archive.namelist()):
            raise Refused("a ZIP archive that is packed once more is not read; put the archive itself into the inbox")
        size = sum(member.file_size for member in members)
        if size > MAX_BYTES:
            raise Refused(f"the workbook unpacks to {size:,} bytes, more than {MAX_BYTES:,}; export it as CSV")
        if any(member.flag_bits & 1 for member in members):
            raise Refused("the workbook is protected by a password; save it without one")
        for member in members:
            with archive.open(member) as file:
                while file.read(BLOCK):
                    pass


def _fitted(resources: Sequence[Resource], cells: pl.DataFrame, name: str) -> tuple[Fit, list[str], pl.DataFrame]:
    """The resource of the sheet, the columns that its header heads, and the rows below; raises Refused."""
    best: tuple[Fit, list[str], pl.DataFrame] | None = None
    reason, widest = "", 0
    for at in range(min(HEADER_WITHIN, cells.height)):
        rows = cells[at + 1 :]
        header = dict(zip(cells.columns[1:], cells.row(at)[1:], strict=True))
        names = [column for column, head in header.items() if head is not None or rows[column].count()]
        found = recognise(resources, [(header[column] or "").strip() for column in names], name)
        filled = sum(head is not None for head in header.values())
        if isinstance(found, Fit):
            if best is None or found.known > best[0].known:
                best = found, names, rows
        elif filled > widest:
            reason, widest = found, filled
    if best is None:
        raise Refused(reason)
    return best
