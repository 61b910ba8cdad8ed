"""Reads JSON documents, API pages and NDJSON into records, each as text. Where a record belongs is in `sorting`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import duckdb
import polars as pl

from connectors.reading.bench import Bench, literal
from connectors.reading.delimited import book_rejects
from connectors.reading.exact import LOOSE_OR_INEXACT, BrokenRecord, as_text, check
from connectors.reading.lines import numbered
from connectors.reading.resource import FILE, Export, Resource, fit
from connectors.reading.sorting import land_records, pointer, reject_non_objects
from connectors.reading.split import split_document
from connectors.reading.text import Refused, Text, one_line_end

MAX_DOCUMENT_BYTES = 1 << 30
"""A single document is held in memory; NDJSON may be of any size."""
_MAX_LINE_BYTES = 64 << 20
_BATCH = 10_000
_BATCH_BYTES = 16 << 20
_DELICATE = re.compile(LOOSE_OR_INEXACT)


def read_json(bench: Bench, resources: Sequence[Resource], export: Export, text: Text) -> None:
    """Land one JSON file; raise Refused when it is no JSON at all."""
    records = bench.name("records")
    bench.sql(f"create table {records} (_line bigint, via text, body text)")
    refused, note = 0, text.note
    relation = records
    if is_ndjson(export.name, text):
        relation, refused, numbering = _read_lines(bench, resources, export, text, records)
        note = "; ".join(part for part in (note, numbering) if part)
    else:
        refused = _read_document(bench, resources, export, text, records)
    refused += reject_non_objects(bench, export, records)
    land_records(bench, resources, export, relation, refused, note)


def is_ndjson(name: str, text: Text) -> bool:
    """Whether each line is a document of its own: by the file's name, else by its first two lines."""
    if name.casefold().removesuffix(".gz").endswith((".ndjson", ".jsonl")):
        return True
    with text.path.open("rb") as file:
        head = file.read(1 << 20).decode("utf-8-sig", "replace")
    lines = [line for line in re.split(r"[\r\n]", head) if line.strip()][:2]
    return len(lines) == 2 and lines[0].strip() != "[" and any(_is_json_object(line) for line in lines)


def _is_json_object(line: str) -> bool:
    try:
        check(line)
    except ValueError:
        return False
    return line.lstrip()[0] in "{["


def _read_document(bench: Bench, resources: Sequence[Resource], export: Export, text: Text, records: str) -> int:
    """Read a document's records into the table; return how many were refused."""
    if text.path.stat().st_size > MAX_DOCUMENT_BYTES:
        raise Refused(f"a JSON document over {MAX_DOCUMENT_BYTES:,} bytes; export it as NDJSON, one record per line")
    try:
        document = text.path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(f"not valid UTF-8 at byte {error.start}") from error
    numbers: dict[str, int] = {}
    cutter = _Cutter(resources)
    refused: list[str] = []

    def exact() -> Iterator[tuple[int, str, str]]:
        for via, body in cutter.records(document):
            numbers[via] = numbers.get(via, 0) + 1
            try:
                yield numbers[via], via, cutter.exact(body)
            except BrokenRecord as error:
                bench.reject(export, FILE, numbers[via], str(error), body)
                refused.append(via)

    _put(bench, records, exact())
    return len(refused)


class _Cutter:
    """Cuts a document into records whose text DuckDB reads exactly."""

    def __init__(self, resources: Sequence[Resource]) -> None:
        self._resources = resources
        self._pages = {resource.records for resource in resources if resource.records}
        self._flatten = {key for resource in resources for key in resource.flatten}

    def records(self, document: str) -> Iterator[tuple[str, str]]:
        """Page key and text of each record; raises Refused."""
        return split_document(document, self._pages, self._is_record)

    def exact(self, body: str) -> str:
        """A record's text, rewritten where DuckDB would not read it exactly; raises BrokenRecord."""
        return as_text(body, self._flatten) if _DELICATE.search(body) else body

    def checked(self, body: str) -> str:
        """A line's text, rewritten; raises BrokenRecord also where it is no JSON."""
        return as_text(body, self._flatten)

    def _is_record(self, keys: list[str]) -> bool:
        return any(resource.required and not fit(resource, keys).missing for resource in self._resources)


def _put(bench: Bench, records: str, rows: Iterable[tuple[int, str, str]]) -> None:
    batch: list[tuple[int, str, str]] = []
    size = 0
    for row in rows:
        batch.append(row)
        size += len(row[2])
        if len(batch) >= _BATCH or size > _BATCH_BYTES:
            _put_batch(bench, records, batch)
            batch, size = [], 0
    _put_batch(bench, records, batch)


def _put_batch(bench: Bench, records: str, batch: Sequence[tuple[int, str, str]]) -> None:
    bench.put(records, pl.DataFrame(batch, {"_line": pl.Int64, "via": pl.String, "body": pl.String}, orient="row"))


def _read_lines(
    bench: Bench, resources: Sequence[Resource], export: Export, text: Text, records: str
) -> tuple[str, int, str]:
    """Read one record per line; return the relation of the records, how many lines were refused, and a note."""
    try:
        lines, rejects = _parse_lines(bench, resources, text)
    except duckdb.InvalidInputException:
        text = replace(text, path=one_line_end(text.path, bench.folder / "one_line_end", quotes=False))
        lines, rejects = _parse_lines(bench, resources, text)
    gaps, refused = book_rejects(bench, export, FILE, rejects, text)
    source, note = numbered(bench, lines, ("body",), text, 0, gaps)
    by_position = bool(bench.sql(f"select 1 from {lines} where kind = 'page' limit 1"))
    chosen = "kind <> 'blank'" if by_position else "kind in ('list', 'delicate')"
    waiting = f"select _line, body, kind from {source} where {chosen}"
    refused += _mend_lines(bench, resources, export, waiting, records, by_position=by_position)
    if by_position:
        return records, refused, note
    plain = f"select _line, '' as via, body from {source} where kind = 'plain'"
    return f"({plain} union all from {records})", refused, note


def _mend_lines(
    bench: Bench, resources: Sequence[Resource], export: Export, chosen: str, records: str, *, by_position: bool
) -> int:
    """Cut, check or rewrite lines one by one; return how many were refused.

    Records of pages are numbered by their position in the file: those of one line would share its number.
    """
    waiting, refused, position = bench.name("waiting"), 0, 0
    cutter = _Cutter(resources)
    bench.sql(f"create table {waiting} as {chosen}")
    for start in range(0, bench.count(waiting), _BATCH):
        found: list[tuple[int, str, str]] = []
        for line, body, kind in bench.sql(f"from {waiting} where rowid >= {start} and rowid < {start + _BATCH}"):
            try:
                if kind == "delicate":
                    parts = [("", cutter.checked(body))]
                else:
                    parts = [(via, cutter.exact(part)) for via, part in cutter.records(body)]
            except (BrokenRecord, Refused) as error:
                bench.reject(export, FILE, line, str(error), body)
                refused += 1
                continue
            for via, part in parts:
                position += 1
                found.append((position if by_position else line, via, part))
        _put(bench, records, found)
    return refused


def _parse_lines(bench: Bench, resources: Sequence[Resource], text: Text) -> tuple[str, str]:
    """Read the lines, each with its kind.

    That is blank, page (several records), list (or what else is no object), delicate (not exact in DuckDB, or no JSON
    at all), or plain.
    """
    lines, rejects = bench.name("lines"), bench.name("refused")
    pages = [pointer(resource.records) for resource in resources if resource.records]
    lists = "[" + ", ".join(map(literal, ["$", *dict.fromkeys(pages)])) + "]"
    bench.sql(
        f"create table {lines} as select body, case when coalesce(trim(body), '') = '' then 'blank'"
        f" when not json_valid(body) then 'delicate' when list_max(json_array_length(body, {lists})) > 1 then 'page'"
        f" when json_type(body) <> 'OBJECT' or list_contains(json_type(body, {lists}), 'ARRAY') then 'list'"
        f" when regexp_matches(body, {literal(LOOSE_OR_INEXACT)}) then 'delicate' else 'plain' end as kind"
        f" from read_csv({literal(str(text.path))}, auto_detect = false, header = false,"
        f" columns = {{'body': 'varchar'}}, delim = chr(1), quote = '', escape = '', strict_mode = true,"
        f" max_line_size = {_MAX_LINE_BYTES},"
        f" store_rejects = true, rejects_limit = 0, rejects_table = '{rejects}', rejects_scan = '{rejects}_scan')"
    )
    return lines, rejects
