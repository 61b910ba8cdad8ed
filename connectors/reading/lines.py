"""Says on which physical line of its file each staged record starts, also past quoted newlines, blanks and bad rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from connectors.reading.bench import Bench, ident
from connectors.reading.text import Text, blocks, line_ends

_BEFORE_BLANK = re.compile(rb"(?:\r\n|\n|\r(?!\n))(?=[\r\n])")


def numbered(
    bench: Bench, staged: str, columns: Sequence[str], text: Text, header_lines: int, gaps: str
) -> tuple[str, str]:
    """Give the staged table a `_line`: the SQL of the numbered rows, and a note where numbers are approximate.

    `gaps` is a table (line, span): where rejected records stand and how many physical lines each covers. Staged rows
    are in file order. The plain case, one line per record, costs nothing.
    """
    rows = bench.count(staged)
    skipped, covered = bench.sql(f"select count(*), coalesce(sum(span), 0) from {gaps}")[0]
    if not skipped and header_lines + rows == text.lines:
        return f"(select rowid + {header_lines + 1} as _line, * from {staged})", ""
    spans, lined = bench.name("spans"), bench.name("lined")
    values = ", ".join(ident(column) for column in columns)
    bench.sql(
        f"create table {spans} as select rowid as record, {newlines('value')} as inside"
        f" from (select rowid, concat_ws('|', {values}) as value from {staged})"
    )
    inside = bench.sql(f"select coalesce(sum(inside), 0) from {spans}")[0][0]
    blank = text.lines - header_lines - rows - int(inside) - int(covered)
    note = (
        ""
        if blank == 0 or _add_blank_lines(bench, gaps, text.path, header_lines) == blank
        else ("line numbers are approximate: quotes inside unquoted fields")
    )
    bench.sql(
        f"create table {lined} as with starts as (select record, {header_lines + 1} + record"
        " + coalesce(sum(inside) over (order by record rows between unbounded preceding and 1 preceding), 0) as place"
        f" from {spans}),"
        f" passed as (select line, span, sum(span) over (order by line rows unbounded preceding) as total from {gaps}),"
        f" hurdles as (select line - total + span as place, max(total) as total from passed group by all)"
        " select record, (starts.place + coalesce(total, 0))::bigint as _line"
        " from starts asof left join hurdles on starts.place >= hurdles.place order by record"
    )
    bench.sql(f"drop table {spans}")
    return f"(select l._line, s.* from {staged} as s positional join {lined} as l)", note


def newlines(value: str) -> str:
    """SQL: how many line ends a text holds, counting CR LF as one."""
    ends = " + ".join(
        f"{sign} (strlen({value}) - strlen(replace({value}, {end}, ''))) // {width}"
        for sign, end, width in (("", "chr(10)", 1), ("", "chr(13)", 1), ("-", "chr(13) || chr(10)", 2))
    ).replace("+ -", "-")
    return f"case when contains({value}, chr(10)) or contains({value}, chr(13)) then {ends} else 0 end"


def lines_at(path: Path, offsets: Sequence[int]) -> list[int]:
    """The physical line of each byte offset (0-based, ascending)."""
    found: list[int] = []
    before, start = 1, 0
    for block in blocks(path):
        done = 0
        while len(found) < len(offsets) and offsets[len(found)] < start + len(block):
            here = offsets[len(found)] - start
            before += line_ends(block[done:here])
            done = here
            found.append(before)
        before += line_ends(block[done:])
        start += len(block)
    return found + [before] * (len(offsets) - len(found))


def _add_blank_lines(bench: Bench, gaps: str, path: Path, header_lines: int) -> int:
    """Add the blank lines between records to the gaps; return how many there are."""
    found: list[int] = []
    line, quotes, after_end = 1, 0, True
    for block in blocks(path):
        ends = [0] if after_end and block[:1] in (b"\r", b"\n") else []
        ends += (end.end() for end in _BEFORE_BLANK.finditer(block))
        done = 0
        for end in ends:
            line += line_ends(block[done:end])
            quotes += block.count(b'"', done, end)
            done = end
            if quotes % 2 == 0 and line > header_lines:
                found.append(line)
        line += line_ends(block[done:])
        quotes += block.count(b'"', done)
        after_end = block[-1:] in (b"\r", b"\n")
    bench.put(gaps, pl.DataFrame({"line": found}, {"line": pl.Int64}).with_columns(span=pl.lit(1, pl.Int64)))
    return len(found)
