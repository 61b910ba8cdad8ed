"""What follows from a Pandera schema: table definitions, casts, reasons for refusal, comments, Dagster columns.

What a schema says belongs to `models/`; this module only reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import pandera.polars as pa
import polars as pl

from models.custom_schema import object_schema, shipped_schema
from models.history_schema import OWN, Span, history_schema
from models.schema import Schema
from pipelines.declared import cached, current

KERNEL_FIELDS = ("source_system", "loaded_at", "derived_by")
"""Fields of every object that the pipeline fills, not the connector."""


@dataclass(frozen=True)
class Column:
    """One declared column: its DuckDB type and what Pandera knows of it."""

    name: str
    sql_type: str
    description: str
    nullable: bool
    key: bool
    references: str | None
    personal: bool
    checks: tuple[pa.Check, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """The only words that may stand here; none when any may."""
        found = ((check.statistics or {})["allowed_values"] for check in self.checks if check.name == "isin")
        return tuple(str(word) for words in found for word in words)


@cached
def schema_of(table: str) -> type[Schema] | None:
    """The schema class of `objects.<object>` or `marts.<mart>`, with the fields the workspace declares; else None."""
    room, name = table.split(".")
    if room == "objects":
        return object_schema(name, current().custom)
    if room == "history" and table != "history.change":
        return history_schema(name, object_schema(name, current().custom))
    is_shipped = room == "marts" or table in ("history.change", "meta.source_row")
    return shipped_schema(room, name) if is_shipped else None


@cache
def columns_of(schema: type[Schema]) -> tuple[Column, ...]:
    """The declared columns: own fields first (the id leads), then the ones shared with all objects, or other marts."""
    declared = schema.to_schema().columns
    base = next(one for one in schema.__mro__ if issubclass(one, Schema) and Schema in one.__bases__)
    shared = [] if base is schema else list(base.to_schema().columns)
    names = [name for name in declared if name not in shared] + shared
    if issubclass(schema, Span):  # the id leads here too
        names = [names[len(OWN)], *OWN, *names[len(OWN) + 1 :]]
    return tuple(_column(name, declared[name]) for name in names)


def _column(name: str, declared: Any) -> Column:
    metadata = declared.metadata or {}
    return Column(
        name=name,
        sql_type="JSON" if metadata.get("json") else sql_type(declared.dtype.type),
        description=declared.description or "",
        nullable=declared.nullable,
        key=bool(metadata.get("key")),
        references=metadata.get("references"),
        personal=bool(metadata.get("personal")),
        checks=tuple(declared.checks),
    )


def sql_type(dtype: Any) -> str:
    """The DuckDB type of a Polars type; raises ValueError for one that no schema may use."""
    if isinstance(dtype, pl.Decimal):
        return f"DECIMAL({dtype.precision},{dtype.scale})"
    if dtype == pl.List(pl.String):
        return "VARCHAR[]"
    names: dict[Any, str] = {
        pl.String: "VARCHAR",
        pl.Int64: "BIGINT",
        pl.Float64: "DOUBLE",
        pl.Boolean: "BOOLEAN",
        pl.Date: "DATE",
        pl.Datetime: "TIMESTAMP",
    }
    for polars_type, name in names.items():
        if dtype == polars_type:
            return name
    raise ValueError(f"No DuckDB type is agreed for {dtype!r}")


def definition(schema: type[Schema]) -> str:
    """The column list of a `create table`."""
    return ", ".join(
        f'"{column.name}" {column.sql_type}{"" if column.nullable else " not null"}' for column in columns_of(schema)
    )


def literal(text: object) -> str:
    """A SQL string literal."""
    return "'" + str(text).replace("'", "''") + "'"


def comments(table: str, schema: type[Schema]) -> list[str]:
    """`comment on` statements for a table and each of its columns."""
    about = " ".join((schema.__doc__ or "").split())
    statements = [f"comment on table {table} is {literal(about)}"]
    for column in columns_of(schema):
        text = column.description + (f" References {column.references}." if column.references else "")
        statements.append(f'comment on column {table}."{column.name}" is {literal(text)}')
    return statements


# --- from text to typed values: every way to fail has its words ------------------------------------------------------

_WORDS = {
    "BIGINT": "a whole number",
    "DOUBLE": "a number",
    "BOOLEAN": "true or false",
    "DATE": "a date such as 2026-03-31",
    "TIMESTAMP": "a date and time such as 2026-03-31T14:05:00Z",
    "JSON": "a JSON document",
    "VARCHAR[]": "a list of texts",
}


def cast_from_text(column: Column, source: str) -> str:
    """The SQL that turns text into the column's type, null where the text does not say such a value."""
    if column.sql_type == "VARCHAR":
        return source
    if column.sql_type in ("TIMESTAMP", "DATE"):
        instant = f"try_cast({source} as timestamptz)"
        calendar = "timestamptz '0001-01-01 00:00:00+00' and timestamptz '9999-12-31 23:59:59.999999+00'"
        return f"cast(timezone('UTC', case when {instant} between {calendar} then {instant} end) as {column.sql_type})"
    if column.sql_type == "BIGINT":
        return (
            f"case when regexp_full_match({source}, '\\s*[-+]?\\d+(\\.0*)?\\s*') then try_cast({source} as bigint) end"
        )
    if column.sql_type == "JSON":
        return f"case when json_valid({source}) then cast({source} as json) end"
    if column.sql_type == "VARCHAR[]":
        listed = f"case when json_valid({source}) then json_type({source}) end"
        words = f"list_filter(list_transform(string_split({source}, ';'), lambda w: trim(w)), lambda w: w <> '')"
        return f"case when {listed} = 'ARRAY' then cast(cast({source} as json) as varchar[]) else {words} end"
    if column.sql_type.startswith("DECIMAL"):
        places = column.sql_type.split(",")[1].rstrip(")")
        too_fine = f"regexp_matches({source}, '\\.\\d{{{places}}}\\d*[1-9]')"
        return f"case when not {too_fine} then try_cast({source} as {column.sql_type}) end"
    if column.sql_type == "DOUBLE":
        return f"case when isfinite(try_cast({source} as double)) then try_cast({source} as double) end"
    return f"try_cast({source} as {column.sql_type})"


def cast_reason(column: Column, source: str, typed: str) -> str:
    """SQL for the reason why text could not be read as the column's type; null where it could."""
    decimals = column.sql_type.split(",")[-1].rstrip(")")
    words = _WORDS.get(column.sql_type, f"a decimal number with at most {decimals} places")
    return (
        f"case when {source} is not null and {typed} is null "
        f"then {literal(column.name + ': ')} || '\"' || {source} || '\" is not {words}' end"
    )


def missing_reason(column: Column, source: str) -> str:
    """SQL for the reason why a required value is not there; null where it is."""
    return f"case when {source} is null then '{column.name} is missing' end"


def check_reasons(column: Column) -> list[str]:
    """SQL expressions over a typed row, each null or the reason why a declared check does not hold."""
    name = f'"{column.name}"'
    shown = f"{literal(column.name + ': ')} || '\"' || cast({name} as varchar) || '\" "
    reasons = []
    for check in column.checks:
        values = check.statistics or {}
        if check.name == "isin":
            allowed = [str(value) for value in values["allowed_values"]]
            listed = ", ".join(literal(value) for value in allowed)
            reasons.append(
                f"case when {name} not in ({listed}) then {shown}is none of '|| {literal(', '.join(allowed))} end"
            )
        elif check.name == "greater_than_or_equal_to":
            reasons.append(f"case when {name} < {values['min_value']} then {shown}is below {values['min_value']}' end")
        elif check.name == "less_than_or_equal_to":
            reasons.append(f"case when {name} > {values['max_value']} then {shown}is above {values['max_value']}' end")
        elif check.name == "str_matches":
            pattern = literal(values["pattern"])
            reasons.append(
                f"case when not regexp_matches({name}, {pattern}) then {shown}does not look as expected' end"
            )
        else:
            raise ValueError(f"{column.name}: no reason is written for the check {check.name!r}")
    return reasons
