"""What the columns of an export look like that nobody has described yet: filled, unique, of which type, written how.

Values are only looked at here; what a column may mean belongs to `proposing`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from connectors.reading.bench import Bench
from connectors.reading.containers import expand
from connectors.reading.landing import read_all
from connectors.reading.resource import Export, Resource, snake

WORDS = 12
"""A column of no more different texts than this may be one of words to choose from."""
_PARTS = r"^(?<a>\d+)(?<mark>[./-])(?<b>\d+)[./-](?<year>\d+)(?<time> .*)?$"
_SHAPES = {
    "flag": r"(?i)true|false|yes|no|ja|nein|oui|non",
    "whole": r"[-+]?\d{1,18}",
    "point": r"[-+]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?",
    "comma": r"[-+]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?",
    "day": r"\d{4}-\d\d-\d\d",
    "instant": r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?\s?(Z|[-+]\d\d:?\d\d|UTC)?",
    "date": r"\d{1,2}([./-])\d{1,2}[./-](\d{4}|\d\d)( \d{1,2}:\d\d(:\d\d)?)?",
    "email": r"[^@\s]+@[^@\s]+\.[^@\s]+",
    "url": r"https?://\S+",
    "domain": r"(?i)(https?://)?([a-z0-9-]+\.)+[a-z]{2,}(/\S*)?",
    "currency": r"[A-Z]{3}",
    "phone": r"\+?[\d ()/.-]{7,20}",
    "json": r"[\[{].*[\]}]",
}


@dataclass(frozen=True)
class Looks:
    """One column. `decimal`, `thousands` and `date_format` are None where they do not matter or cannot be told."""

    header: str
    column: str
    rows: int
    filled: int
    distinct: int
    kind: str
    words: tuple[str, ...] = ()
    decimal: str | None = None
    thousands: str | None = None
    date_format: str | None = None
    unclear: str | None = None
    """What cannot be told, as a question."""

    @property
    def is_key(self) -> bool:
        """Whether it tells every row from every other."""
        return 0 < self.rows == self.filled == self.distinct


@dataclass(frozen=True)
class Looked:
    """One export: the resource it would be, its columns in order, and its rows as text."""

    path: Path
    name: str
    columns: tuple[Looks, ...]
    rows: pl.DataFrame


class UnreadableError(ValueError):
    """A file that no reader takes, with the reason."""


def look(paths: Sequence[Path], *, month_first: bool | None = None) -> list[Looked]:
    """Read the files with the shared readers and look at their columns; files of the same columns become one.

    `month_first` decides dates that may be read two ways. Raises UnreadableError.
    """
    found: dict[tuple[str, ...], Looked] = {}
    with TemporaryDirectory(prefix="rapport-") as scratch:
        for path in paths:
            for looked in _look_at(path, Path(scratch), month_first):
                headers = tuple(sorted(column.header for column in looked.columns))
                found.setdefault(headers, looked)
    return list(found.values())


def _look_at(path: Path, scratch: Path, month_first: bool | None) -> list[Looked]:
    if not path.is_file():
        raise UnreadableError(f"{path} is no file.")
    export = Export(path, path.name, sha256(str(path).encode()).hexdigest())
    exports = expand([export], scratch / "members", ())
    anything = Resource("export", columns=())
    looked = []
    for number, each in enumerate(exports):
        bench = Bench(scratch / f"{export.delivery_id[:8]}-{number}")
        try:
            read_all(bench, [anything], [each])
            reasons = bench.sql("select reason from rejected where _resource = '_file'")
            if reasons:
                raise UnreadableError(f"{each.name}: {reasons[0][0]}")
            for part in bench.parts:
                rows = pl.read_parquet(part.path).select(part.columns)
                sent = {column: header for header, column in _headers(bench).items()}
                columns = tuple(_looks(rows, column, sent[column], month_first) for column in part.columns)
                looked.append(Looked(path, _name(each.name), _settled(columns), rows))
        finally:
            bench.close()
    if not looked:
        raise UnreadableError(f"{path.name} holds no rows.")
    return looked


def _headers(bench: Bench) -> dict[str, str]:
    ((told,),) = bench.sql("select columns::json::map(varchar, varchar) from read_ where _resource = 'export'")
    return dict(told)


def _name(name: str) -> str:
    """`Kunden 2026-05.csv` -> `kunden`."""
    bare = re.sub(r"(\.\w{2,7})+$", "", name.replace("\\", "/").rsplit("/", 1)[-1])
    words = [word for word in snake(bare).strip("_").split("_") if not word.isdigit()]
    return "_".join(words) or "records"


def _looks(rows: pl.DataFrame, column: str, header: str, month_first: bool | None) -> Looks:
    values = rows[column].str.strip_chars().replace("", None).drop_nulls()
    bare = Looks(header, column, rows.height, values.len(), values.n_unique(), "text")
    if values.is_empty():
        return replace(bare, kind="empty")
    fits = {name for name, shape in _SHAPES.items() if values.str.contains(f"^(?s:{shape})$").all()}
    kind = next((name for name in _SHAPES if name in fits), "text")
    words = tuple(sorted(values.unique().to_list())) if bare.distinct <= WORDS and kind in ("text", "currency") else ()
    if kind in ("point", "comma"):
        return _number(bare, values, fits)
    if kind == "date":
        return _date(bare, values, month_first)
    return replace(bare, kind=kind, words=words)


def _number(bare: Looks, values: pl.Series, fits: set[str]) -> Looks:
    """A number by its marks. Only `1,234` and `1.234` fit both ways of writing."""
    if {"point", "comma"} <= fits:
        return replace(bare, kind="number", unclear="whether . or , is the decimal mark")
    decimal, thousands = (".", ",") if "point" in fits else (",", ".")
    has_groups = bool(values.str.contains(rf"\d{re.escape(thousands)}\d{{3}}").any())
    return replace(bare, kind="number", decimal=decimal, thousands=thousands if has_groups else None)


def _date(bare: Looks, values: pl.Series, month_first: bool | None) -> Looks:
    """A date by its order: where no part is over 12, dots mean day first, and other marks mean that it must be told."""
    parts = values.str.extract_groups(
        r"^(?<a>\d+)(?<mark>[./-])(?<b>\d+)[./-](?<year>\d+)(?<time> .*)?$"
    ).struct.unnest()
    marks = parts["mark"].unique().to_list()
    times = parts["time"].drop_nulls().unique()
    if len(marks) > 1 or parts["year"].str.len_chars().n_unique() > 1:
        return bare
    first, second = (max(parts[name].cast(pl.Int64).to_list()) for name in ("a", "b"))
    is_month_first = month_first
    if first > 12 or marks == ["."]:
        is_month_first = False
    elif second > 12:
        is_month_first = True
    year = "%y" if parts["year"][0] and len(parts["year"][0]) == 2 else "%Y"
    clock = "" if times.is_empty() else " %H:%M:%S" if bool(times.str.count_matches(":").max() == 2) else " %H:%M"
    kind = "instant" if clock else "day"
    if is_month_first is None:
        return replace(bare, kind=kind, unclear="whether the day or the month comes first")
    order = ("%m", "%d") if is_month_first else ("%d", "%m")
    return replace(bare, kind=kind, date_format=marks[0].join([*order, year]) + clock)


def _settled(columns: tuple[Looks, ...]) -> tuple[Looks, ...]:
    """Numbers that fit both ways of writing are written as the file's others are."""
    marks = {(column.decimal, (column.decimal == "," and ".") or ",") for column in columns if column.decimal}
    if len({decimal for decimal, _ in marks}) != 1:
        return columns
    ((decimal, thousands),) = marks
    return tuple(
        replace(column, decimal=decimal, thousands=thousands, unclear=None)
        if column.kind == "number" and column.decimal is None
        else column
        for column in columns
    )
