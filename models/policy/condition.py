"""What policies ask of marts: the columns there are, whether a condition can be asked, which marts may be asked at all.

What follows when a condition holds belongs to whoever asks it.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache
from pathlib import Path

import duckdb
import polars as pl
import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError

from models.custom_schema import shipped_schema

MODELS = Path(__file__).parent.parent
CLOSED = ("ledger.workflow_run", "ledger.workflow_step")
"""What workflows note. A task they make must not be the cause of something that is told as news of a customer."""
_TABLE = re.compile(r"\b(?:objects|behaviour|intermediate|marts|metrics|history|ledger)\.[a-z_0-9]+")
_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
"""A condition is only looked at: nothing is fetched for it."""


@cache
def mart_names() -> tuple[str, ...]:
    """The marts there are."""
    return tuple(sorted(path.stem for path in (MODELS / "marts").glob("*.py") if path.stem != "__init__"))


@cache
def mart_columns(mart: str) -> dict[str, pl.DataType]:
    """The columns of a mart by its schema, with their types. ValueError, naming a near one, when there is no such."""
    if mart not in mart_names():
        near = get_close_matches(mart, mart_names(), n=1)
        raise ValueError(f"there is no mart {mart!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
    declared = shipped_schema("marts", mart).to_schema().columns
    return {name: column.dtype.type for name, column in declared.items()}


@cache
def mart_key(mart: str) -> tuple[str, ...]:
    """The columns that tell one row of a mart from another, by its schema."""
    declared = shipped_schema("marts", mart).to_schema().columns
    return tuple(name for name, column in declared.items() if (column.metadata or {}).get("key"))


@cache
def check_condition(mart: str, condition: str) -> None:
    """ValueError when a condition is no true-or-false SQL expression over one mart's columns and the day alone."""
    try:
        parsed = sqlglot.parse_one(f"select {condition} as it", read="duckdb")
    except SqlglotError as error:
        raise ValueError(f"{condition!r} is no SQL condition{_where(error)}") from None
    if len(parsed.expressions) != 1 or parsed.find(exp.From, exp.Subquery, exp.CurrentDate, exp.CurrentTimestamp):
        raise ValueError(f"{condition!r} must be one condition, without a subquery and without today's date (as_of_on)")
    columns = {"as_of_on": pl.Date(), **mart_columns(mart)}
    unknown = sorted({column.name for column in parsed.find_all(exp.Column)} - columns.keys())
    if unknown:
        raise ValueError(f"marts.{mart} has no column {', '.join(unknown)}")
    with duckdb.connect(config=_SETTINGS) as con:
        con.register("mart", pl.DataFrame(schema=columns))
        try:
            (kind,) = con.sql(f"select (\n{condition}\n) as it from mart").types
        except duckdb.Error as error:
            raise ValueError(f"{condition!r} cannot be asked: {str(error).splitlines()[0]}") from None
    if kind != "BOOLEAN":
        raise ValueError(f"{condition!r} is a {kind}, where a condition is true or false")


def _where(error: SqlglotError) -> str:
    """At which words the reading of a condition stops, where that is known."""
    told = error.errors[0] if isinstance(error, ParseError) and error.errors else {}
    around = f"{told.get('start_context') or ''}{told.get('highlight') or ''}".removeprefix("select ")
    return f": it cannot be read on after {around!r}" if around else ""


@cache
def depends_on_workflows(mart: str) -> bool:
    """Whether a mart is made, through whatever tables, from what the workspace's workflows noted."""
    seen: set[str] = set()
    waiting = [f"marts.{mart}"]
    while waiting:
        table = waiting.pop()
        if table in CLOSED or _is_made_of_everything(table):
            return True
        if table not in seen:
            seen.add(table)
            waiting += _reads(table)
    return False


@cache
def marts_about(column: str) -> tuple[str, ...]:
    """The marts that have a column and that no workflow has a hand in: those a workflow may ask."""
    names = mart_names()
    return tuple(name for name in names if column in mart_columns(name) and not depends_on_workflows(name))


def _reads(table: str) -> list[str]:
    """The tables that the SQL file, or the list of inputs, of a table names: none where the pipeline makes it."""
    path = MODELS / table.replace(".", "/")
    sql, module = path.with_suffix(".sql"), path.with_suffix(".py")
    named = _TABLE.findall(re.sub(r"--.*", "", sql.read_text())) if sql.exists() else []
    if module.exists():
        named += [found.strip('"') for found in re.findall(rf'"{_TABLE.pattern}"', module.read_text())]
    return named


def _is_made_of_everything(table: str) -> bool:
    """Whether the pipeline itself makes a table from all objects there are: the log of changes, and what reads it."""
    is_intermediate = table.startswith("intermediate.")
    has_file = any((MODELS / table.replace(".", "/")).with_suffix(suffix).exists() for suffix in (".sql", ".py"))
    return table == "history.change" or (is_intermediate and not has_file)
