"""Runs models on small hand-written tables in a DuckDB in memory; no connector, no file, no Dagster.

A test gives rows of the objects it needs and names the tables it wants; everything between is made from `models/`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import sqlglot
from sqlglot import exp

from models.policy.loading import load_policies
from pipelines.match import decisions
from pipelines.schemas import columns_of, definition, schema_of
from pipelines.tables import founders, workflows
from tests.models import databases

MODELS = Path(__file__).parents[2] / "models"
POLICIES = MODELS / "policy"
AS_OF = datetime(2026, 7, 1)
FILLED = {"source_system": "test", "loaded_at": "2020-01-01T00:00:00"}
Rows = Sequence[Mapping[str, Any]] | pl.DataFrame
RunModels = Callable[..., dict[str, pl.DataFrame]]


class Bench:
    """One database in memory that holds the given tables and makes the others on demand, each once.

    `tables` maps `objects.x`, `identity.x`, `policy.x`, `staging.x`, `intermediate.x`, `marts.x` to rows: a given table
    is taken as it is. `sourced.x` gives the sources' rows of an object that has its own SQL. `meta.run` may give
    `as_of`. Rows of objects and marts may leave out columns; values may be text, whatever the column's type.
    """

    def __init__(self, tables: Mapping[str, Rows], config: Path | None = None) -> None:
        self.con = databases.fresh(in_order=False)
        self.made: set[str] = set()
        self.policies = _shipped_policies() if config is None else load_policies(config)
        run = tables.get("meta.run", [{"as_of": AS_OF}])
        assert not isinstance(run, pl.DataFrame)
        as_of = run[0]["as_of"]
        self._store("meta.run", pl.DataFrame({"as_of": [as_of], "as_of_on": [as_of.date()]}))
        for name, rows in tables.items():
            if name != "meta.run":
                self._give(name, rows)

    def want(self, name: str) -> pl.DataFrame:
        """The rows of a table, made from its model (and what that reads) unless it was given."""
        self._need(name)
        return self.con.sql(f"select * from {name}").pl()

    def offenders(self, invariant: str) -> pl.DataFrame:
        """The rows that break `models/invariants/<invariant>.sql`."""
        sql = (MODELS / "invariants" / f"{invariant}.sql").read_text()
        for read in tables_in(sql):
            self._need(read)
        return self.con.sql(sql).pl()

    def _need(self, name: str) -> None:
        if name in self.made:
            return
        room, short = name.split(".")
        sql = MODELS / room / f"{short}.sql"
        is_made = sql.exists() and (room != "objects" or f"sourced.{short}" in self.made)
        if room == "ledger":
            workflows.prepare(self.con)
            founders.prepare(self.con)
            self.made |= {"ledger.workflow_run", "ledger.workflow_step", "ledger.task_done"}
            self.made |= {"ledger.founder", "ledger.id_change"}
        elif name == "policy.source_rank":
            self._store(name, pl.DataFrame(schema={"source": pl.String, "trust": pl.Int64}))
        elif room == "policy":
            self._store(name, decisions.frame([]) if short == "match_decision" else self.policies[short])
        elif room in ("staging", "sourced", "history") or (room == "objects" and not is_made):
            self._give(name, [])
        elif is_made:
            self._run(name, sql.read_text())
        else:
            module = importlib.import_module(f"models.{room}.{short}")
            for read in module.INPUTS:
                self._need(read)
            frames = {read: self.con.sql(f"select * from {read}").pl() for read in module.INPUTS}
            self._store(name, module.build(frames))

    def _run(self, name: str, sql: str) -> None:
        room, short = name.split(".")
        for read in tables_in(sql):
            self._need(read)
        if room == "objects":
            sql = f"with sourced as (select * from sourced.{short}) select * from ({sql})"
        schema = schema_of(name)
        if schema is None:
            self._create(name, f"create table {name} as {sql}")
        else:
            self._create(name, f"create table {name} ({definition(schema)})")
            self.con.execute(f"insert into {name} by name {sql}").fetchall()
            if room == "marts":
                schema.validate(self.con.sql(f"select * from {name}").pl())

    def _create(self, name: str, statement: str) -> None:
        self.con.execute(f"create schema if not exists {name.split('.')[0]}").fetchall()
        self.con.execute(statement).fetchall()
        self.made.add(name)

    def _store(self, name: str, frame: pl.DataFrame) -> None:
        self.con.register("given", frame)
        schema = schema_of(name)
        if schema is not None and name.startswith("marts."):
            self._create(name, f"create table {name} ({definition(schema)})")
            self.con.execute(f"insert into {name} by name select * from given").fetchall()
            schema.validate(frame)
        else:
            self._create(name, f"create table {name} as select * from given")
        self.con.unregister("given")

    def _give(self, name: str, rows: Rows) -> None:
        """Store given rows with the types of the schema that stands behind the table, where there is one."""
        room, short = name.split(".")
        schema = schema_of(f"objects.{short}" if room in ("staging", "sourced") else name)
        if schema is None:
            self._store(name, rows if isinstance(rows, pl.DataFrame) else pl.DataFrame(list(rows)))
            return
        self._create(name, f"create table {name} ({definition(schema)})")
        if not isinstance(rows, pl.DataFrame) and not rows:
            return
        types = {column.name: column.sql_type for column in columns_of(schema)}
        if isinstance(rows, pl.DataFrame):
            frame = _filled(rows, short, types)
        else:
            given = sorted({key for row in rows for key in row})
            texts = {key: [_text(row.get(key)) for row in rows] for key in given}
            frame = _filled(pl.DataFrame(texts, schema=dict.fromkeys(given, pl.String)), short, types)
        unknown = set(frame.columns) - types.keys()
        assert not unknown, f"{name} has no column {sorted(unknown)}"
        if frame.height:
            self.con.register("given", frame)
            listed = ", ".join(f'cast("{key}" as {types[key]}) as "{key}"' for key in frame.columns)
            self.con.execute(f"insert into {name} by name select {listed} from given").fetchall()
            self.con.unregister("given")


def _filled(frame: pl.DataFrame, short: str, types: Mapping[str, str]) -> pl.DataFrame:
    """Fill what every object row must have and no test cares about: where it came from, and an id."""
    if "source_system" not in types or frame.height == 0:
        return frame
    numbered = pl.Series([f"{short}_{number}" for number in range(frame.height)])
    for key in ("source_record_id", f"{short}_id"):
        if key not in frame.columns and key in types:
            frame = frame.with_columns(numbered.alias(key))
    absent = {key: value for key, value in FILLED.items() if key not in frame.columns}
    return frame.with_columns(**{key: pl.lit(value) for key, value in absent.items()})


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


@cache
def _shipped_policies() -> dict[str, pl.DataFrame]:
    return load_policies()


@cache
def tables_in(sql: str) -> frozenset[str]:
    """The tables a statement reads, as `schema.name`."""
    parsed = sqlglot.parse_one(sql, read="duckdb")
    return frozenset(f"{table.db}.{table.name}" for table in parsed.find_all(exp.Table) if table.db)


@pytest.fixture(scope="session")
def bench() -> type[Bench]:
    """`bench(tables, config)`: a database to ask several tables and invariants of."""
    return Bench


@pytest.fixture(scope="session")
def run_models() -> RunModels:
    """`run_models(tables, *wanted, config=None)`: the wanted tables made from the given ones, by name."""

    def run(tables: Mapping[str, Rows], *wanted: str, config: Path | None = None) -> dict[str, pl.DataFrame]:
        made = Bench(tables, config)
        return {name: made.want(name) for name in wanted}

    return run


@pytest.fixture
def made(bench: type[Bench], tmp_path: Path) -> Callable[..., Bench]:
    """`made(tables, switch=False, ...)`: a bench with some settings of the behaviour policy changed."""

    def make(given: Mapping[str, Any], **settings: object) -> Bench:
        text = (POLICIES / "behaviour.toml").read_text()
        for name, value in settings.items():
            kept = [line for line in text.splitlines() if not line.startswith(f"{name} =")]
            assert len(kept) == len(text.splitlines()) - 1, name
            text = "\n".join([*kept, f"{name} = {str(value).lower()}"])
        (tmp_path / "behaviour.toml").write_text(text)
        return bench({"meta.run": [{"as_of": AS_OF}], **given}, tmp_path)

    return make
