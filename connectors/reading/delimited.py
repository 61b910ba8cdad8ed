"""Reads CSV and TSV through DuckDB: dialect, header, ragged rows, the physical line of every record."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import polars as pl

from connectors.reading.bench import Bench, ident, literal
from connectors.reading.lines import lines_at, newlines, numbered
from connectors.reading.resource import FILE, Export, Fit, Resource, recognise
from connectors.reading.text import Refused, Text, from_windows_1252, line_ends, one_line_end

DELIMITERS = ",;\t|"
MAX_RECORD_BYTES = 16 << 20
"""A longer record is rejected: most often a quote that never closes."""
_HEAD = 1 << 20
# Excel writes and reads the delimiter in a line of its own before the header.
_EXCEL_HINT = re.compile(r"sep=(.)(?:\r\n|\n|\r)", re.IGNORECASE)
# A record with several faults is booked with the one that explains the others.
_RANK = "case error_type::text when 'INVALID ENCODING' then 0 when 'LINE SIZE OVER MAXIMUM' then 1 else 2 end"
_REASON = (
    "case error when 'INVALID ENCODING' then 'not valid UTF-8; looks like Windows-1252'"
    f" when 'LINE SIZE OVER MAXIMUM' then 'the record is longer than {MAX_RECORD_BYTES:,} bytes'"
    " when 'UNQUOTED VALUE' then 'a quoted field does not end where it should'"
    " else coalesce(regexp_extract(message, 'Found: (\\d+)', 1) || ' fields where the header has '"
    " || nullif(regexp_extract(message, 'Expected Number of Columns: (\\d+)', 1), ''), message) end"
)


@dataclass(frozen=True)
class Header:
    """The header record, the delimiter it shows, how many lines stand before it, and the line it ends on."""

    names: tuple[str, ...]
    delimiter: str
    lines_before: int
    last_line: int


def read_delimited(bench: Bench, resources: Sequence[Resource], export: Export, text: Text) -> None:
    """Land one CSV file; raise Refused when it cannot be read at all."""
    header = read_header(text)
    if header is None:
        bench.read(export, FILE, 0, {}, "the file is empty")
        return
    found = recognise(resources, header.names, export.name)
    if isinstance(found, str):
        raise Refused(found)
    stage_and_land(bench, export, text, header, found)


def read_header(text: Text) -> Header | None:
    """Read the header record; None for a file without any."""
    with text.path.open("rb") as file:
        head = file.read(_HEAD).decode("utf-8-sig", "replace")
    said = _EXCEL_HINT.match(head)
    start = said.end() if said else len(head) - len(head.lstrip("\r\n"))
    if start == len(head):
        return None
    first = re.split(r"[\r\n]", head[start:], maxsplit=1)[0]
    delimiter = said[1] if said else max(DELIMITERS, key=lambda d: _outside_quotes(first).count(d))
    reader = csv.reader(io.StringIO(head[start:], newline=""), delimiter=delimiter)
    names = next((row for row in reader if row), [])
    before = line_ends(head[:start].encode())
    return Header(tuple(name.strip() for name in names), delimiter, before, before + reader.line_num)


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[0::2])


def stage_and_land(bench: Bench, export: Export, text: Text, header: Header, found: Fit) -> None:
    """Parse into a table, book what DuckDB refused, number the lines, land the rest."""
    try:
        staged, rejects = _parse(bench, text.path, header, found)
    except duckdb.InvalidInputException:
        # DuckDB refuses a file whose lines end in more than one way.
        text = replace(text, path=one_line_end(text.path, bench.folder / "one_line_end"))
        staged, rejects = _parse(bench, text.path, header, found)
    gaps, refused = book_rejects(bench, export, found.resource.name, rejects, text)
    source, note = numbered(bench, staged, found.columns, text, header.last_line, gaps)
    fields = ", ".join(_as_field(column, header.delimiter) for column in found.columns)
    row = f"concat_ws({literal(header.delimiter)}, {fields})"
    rows = bench.count(staged)
    bench.land(export, found.resource, source, found.columns, rows, row)
    notes = "; ".join(part for part in (text.note, note) if part)
    bench.read(export, found.resource.name, rows + refused, found.as_sent, notes)
    bench.sql(f"drop table {staged}")


def _parse(bench: Bench, path: Path, header: Header, found: Fit) -> tuple[str, str]:
    """Parse the file; return the names of the table of its records and of the table of DuckDB's refusals."""
    staged, rejects = bench.name("staged"), bench.name("refused")
    columns = ", ".join(f"{literal(column)}: 'varchar'" for column in found.columns)
    bench.sql(
        f"create table {staged} as select * from read_csv({literal(str(path))}, auto_detect = false, header = true,"
        f" skip = {header.lines_before},"
        f" columns = {{{columns}}}, delim = {literal(header.delimiter)}, quote = '\"', escape = '\"',"
        f" strict_mode = true, null_padding = false, max_line_size = {MAX_RECORD_BYTES},"
        f" store_rejects = true, rejects_limit = 0, rejects_table = '{rejects}', rejects_scan = '{rejects}_scan')"
    )
    return staged, rejects


def _as_field(column: str, delimiter: str) -> str:
    """SQL that writes a value as a CSV field again."""
    value = f"coalesce({ident(column)}, '')"
    special = " or ".join(f"contains({value}, {mark})" for mark in (literal(delimiter), "'\"'", "chr(10)", "chr(13)"))
    return f"case when {special} then '\"' || replace({value}, '\"', '\"\"') || '\"' else {value} end"


def book_rejects(bench: Bench, export: Export, resource: str, rejects: str, text: Text) -> tuple[str, int]:
    """Write DuckDB's refusals into the book with line, reason and text.

    Returns the table of gaps (line, span) they leave between the records, and how many they are.
    """
    faults, gaps = bench.name("faults"), bench.name("gaps")
    if not bench.count(rejects):
        bench.sql(f"create table {gaps} (line bigint, span bigint)")
        return gaps, 0
    bench.sql(
        f"create table {faults} as with one as (select line_byte_position - 1 as place, any_value(csv_line) as text,"
        f" arg_min(error_type::text, {_RANK}) as error, arg_min(error_message, {_RANK}) as message from {rejects}"
        " group by all), trimmed as (select *, ltrim(text, chr(10) || chr(13)) as body from one)"
        " select place + strlen(text) - strlen(body) as place, rtrim(body, chr(10) || chr(13)) as body, error, message,"
        " null::bigint as line from trimmed order by place"
    )
    places = [int(row[0]) for row in bench.sql(f"select place from {faults} order by place")]
    if places:
        lines = bench.name("fault_lines")
        bench.sql(f"create table {lines} (place bigint, line bigint)")
        bench.put(lines, pl.DataFrame({"place": places, "line": lines_at(text.path, places)}))
        bench.sql(f"update {faults} set line = l.line from {lines} as l where l.place = {faults}.place")
    if text.has_bad_lines:
        _restore_bad_text(bench, faults, text.path)
    bench.sql(f"create table {gaps} as select line, 1 + {newlines('body')} as span from {faults}")
    refused = bench.copied(
        f"insert into rejected select {literal(export.delivery_id)}, {literal(resource)}, line, {_REASON}, body"
        f" from {faults} order by line"
    )
    return gaps, refused


def _restore_bad_text(bench: Bench, faults: str, path: Path) -> None:
    """Give refused lines that are not UTF-8 the text they have as Windows-1252; DuckDB puts question marks there."""
    bad = bench.sql(f"select place, strlen(body) from {faults} where error = 'INVALID ENCODING' order by place")
    texts = []
    with path.open("rb") as file:
        for place, size in bad:
            file.seek(place)
            texts.append(from_windows_1252(file.read(size)))
    restored = bench.name("restored")
    bench.sql(f"create table {restored} (place bigint, body text)")
    bench.put(restored, pl.DataFrame({"place": [place for place, _ in bad], "body": texts}))
    bench.sql(f"update {faults} set body = r.body from {restored} as r where r.place = {faults}.place")
