"""What there is to build: scans the rooms, reads from the SQL which tables each one needs, and orders them.

The path is the name: `models/marts/nps_month.sql` makes `marts.nps_month`, `connectors/stripe/invoice.sql` makes
`staging_stripe.invoice`. Nothing here knows Dagster or opens a database.
"""

from __future__ import annotations

import importlib
import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from graphlib import TopologicalSorter
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl
import sqlglot
from duckdb import DuckDBPyConnection
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.lineage import lineage
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import build_scope

from connectors.reading.resource import Resource
from models.schema import Happening
from pipelines.declared import FILES, cached, current
from pipelines.home import ROOT
from pipelines.schemas import columns_of, schema_of

CONNECTORS = ROOT / "connectors"
MODELS = ROOT / "models"
MAKERS = ROOT / "pipelines" / "tables"
SOURCED = "sourced"
"""What an object's own SQL or function finds all sources' rows under, references resolved. Another object's SQL reads
them as `sourced.<object>`, where it must not wait for what rules derive (a renewal from a subscription from a deal)."""
MERGED = ("company", "contact", "team_member")
"""Objects whose rows from several sources become one; `identity.<object>_link` says which."""

PLACED = (
    *("subscription", "subscription_version", "subscription_discount", "contract", "contract_payment_schedule"),
    *("invoice", "invoice_line", "payment", "credit_note", "exchange_rate", "opportunity"),
)
"""Objects of money and terms, of whose every row `meta.source_row` tells the file and line."""


@dataclass(frozen=True)
class Table:
    """One table that the pipeline makes: `kind` says which step makes it, `reads` what must be there before.

    Kinds: raw, staging, identity, sourced, objects, provenance, version, history, model, ledger, metrics, change,
    publication, source_row.
    """

    name: str
    kind: str
    reads: frozenset[str]
    path: Path
    sql: str | None = None
    build: Callable[[Mapping[str, pl.DataFrame]], pl.DataFrame] | None = None
    renew: Callable[[DuckDBPyConnection], None] | None = None
    """Changes the table in place, and makes it where there is none: for a table of which little changes at a time."""
    inputs: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    """Packages of an extra; where they are not installed the table is empty, and it is made again once they are."""
    is_declared: bool = False
    """Whether the workspace declares it: then its `sql`, and no file of this project, says what it is."""

    @property
    def layer(self) -> str:
        """The schema that holds the table; all sources' raw and staging tables share one layer each."""
        return self.name.split(".")[0].split("_")[0]

    @property
    def source(self) -> str | None:
        """The connector of a raw or staging table."""
        room = self.name.split(".")[0]
        return room.split("_", 1)[1] if self.kind in ("raw", "staging") else None

    @property
    def object_name(self) -> str:
        """The name without its schema."""
        return self.name.split(".")[1]


@dataclass(frozen=True)
class Invariant:
    """A sentence that must hold and the query that returns what breaks it.

    One about what sources send, marked `-- severity: warn` on its second line, is told but does not stop a publish.
    """

    name: str
    sentence: str
    sql: str
    reads: frozenset[str]
    is_blocking: bool


@cache
def sources() -> dict[str, ModuleType]:
    """Every connector's `source` module by the connector's name, in the order of its trust."""
    names = sorted(path.parent.name for path in CONNECTORS.glob("*/source.py"))
    found = {name: importlib.import_module(f"connectors.{name}.source") for name in names}
    return dict(sorted(found.items(), key=lambda item: (item[1].TRUST, item[0])))


def resources(source: str) -> tuple[Resource, ...]:
    """The resources a connector declares; those of `files` the workspace does."""
    return (*sources()[source].RESOURCES, *(current().resources if source == FILES else ()))


def reader(source: str) -> Callable[..., Any]:
    """A connector's dlt source, to be called with exports and a scratch folder."""
    make = getattr(sources()[source], source)
    return partial(make, resources=resources(source)) if source == FILES else make


@cached
def catalogue() -> dict[str, Table]:
    """Every table to build, by name, each after the ones it reads."""
    tables: dict[str, Table] = {}
    for source in sources():
        for resource in resources(source):
            name = f"raw_{source}.{resource.name}"
            tables[name] = Table(name, "raw", frozenset(), CONNECTORS / source / "source.py")
        for path in sorted((CONNECTORS / source).glob("*.sql")):
            name = f"staging_{source}.{path.stem}"
            tables[name] = Table(name, "staging", references(path), path, sql=path.read_text())
    for found, select in current().selects.items():
        name = f"staging_{FILES}.{found}"
        path = Path("config") / f"{FILES}.toml"
        tables[name] = Table(name, "staging", select.reads, path, sql=select.sql, is_declared=True)
    rules = [*(MODELS / "objects").glob("*.sql"), *(MODELS / "behaviour").glob("*.sql")]
    asked = frozenset[str]().union(*(references(path) for path in rules))
    for path in _modules(MODELS / "objects"):
        name = f"{SOURCED}.{path.stem}"
        if name in asked or path.stem in MERGED:
            tables[name] = Table(name, "sourced", _staged(path.stem, tables), path)
        tables[f"objects.{path.stem}"] = _object(path, tables)
    told = (_staged(name, tables) | {f"{SOURCED}.{name}"} for name in MERGED)
    path = MAKERS / "provenance.py"
    tables["identity.provenance"] = Table("identity.provenance", "provenance", frozenset[str]().union(*told), path)
    for own in current().custom.object:
        name, path = f"objects.{own.name}", Path("config") / "custom.toml"
        sql = f"select * from {SOURCED}"
        tables[name] = Table(name, "objects", _staged(own.name, tables), path, sql=sql, is_declared=True)
    tables |= _histories(tables)
    for room in ("identity", "behaviour", "intermediate", "marts"):
        tables |= {table.name: table for table in _models(room)}
    declared = sorted((MODELS / "metrics").glob("*.toml"))
    marts = frozenset(str(tomllib.loads(path.read_text())["mart"]) for path in declared)
    for name, above in (("workflow_run", "task_done"), ("workflow_step", "workflow_run")):
        policies = {"policy.workflow_template", "policy.workflow_step", "policy.behaviour"}
        reads = frozenset({*policies, "meta.run", "ledger.task_done", f"ledger.{above}"})
        tables[f"ledger.{name}"] = Table(f"ledger.{name}", "ledger", reads, MAKERS / "workflows.py")
    tables["metrics.metric_value"] = Table(
        "metrics.metric_value", "metrics", marts | {"policy.revenue"}, MODELS / "metrics"
    )
    tables |= _remembered(tables)
    tables = {name: _expand(table, tables) for name, table in tables.items()}
    tables |= _asked_by_workflows(tables)
    order = TopologicalSorter({name: table.reads & tables.keys() for name, table in tables.items()}).static_order()
    return {name: tables[name] for name in order}


def _histories(tables: Mapping[str, Table]) -> dict[str, Table]:
    """For every object that some source gives and that may change: its versions, made from raw, and its history."""
    made: dict[str, Table] = {}
    for table in tables.values():
        name, schema = table.object_name, schema_of(table.name)
        mappings = [one for one in tables.values() if one.kind == "staging" and one.object_name == name]
        if table.kind == "objects" and mappings and not issubclass(schema or Happening, Happening):
            raw = frozenset[str]().union(*(mapping.reads for mapping in mappings))
            followed = _staged(name, tables) - {mapping.name for mapping in mappings}
            versions = f"version.{name}"
            made[versions] = Table(versions, "version", raw, table.path)
            made[f"history.{name}"] = Table(f"history.{name}", "history", followed | {versions}, table.path)
    return made


def _remembered(tables: Mapping[str, Table]) -> dict[str, Table]:
    """The log of changes, the memory of what was published, and what the causes of restatements are found with."""
    objects = frozenset(name for name, table in tables.items() if table.kind == "objects")
    told = frozenset(name for name, table in tables.items() if table.kind in ("version", "history"))
    links = frozenset(f"identity.{name}_link" for name in MERGED)
    marts = frozenset(name for name in tables["metrics.metric_value"].reads if name.startswith("marts."))
    said = frozenset({"metrics.metric_value", "marts.company_month", "meta.run", "policy.revenue"})
    late = objects | {"history.change", "ledger.published_value"}
    made = (
        Table("history.change", "change", objects | told | links, MAKERS / "changes.py"),
        Table("ledger.published_value", "publication", said, MAKERS / "publications.py"),
        Table("intermediate.metric_input", "publication", marts, MAKERS / "restated.py"),
        Table("intermediate.late_row", "publication", late, MAKERS / "restated.py"),
        Table("meta.source_row", "source_row", _placed(), MAKERS / "source_rows.py"),
    )
    return {table.name: table for table in made}


def _asked_by_workflows(tables: Mapping[str, Table]) -> dict[str, Table]:
    """The ledger of workflows after every mart that their conditions may ask: all that none of them has a hand in."""
    noted = frozenset({"ledger.workflow_run", "ledger.workflow_step"})
    following, grown = noted, frozenset[str]()
    while following != grown:
        grown = following
        following |= {name for name, table in tables.items() if table.reads & grown}
    marts = frozenset(name for name in tables if name.startswith("marts.")) - following
    return {name: replace(tables[name], reads=tables[name].reads | marts) for name in noted}


def _placed() -> frozenset[str]:
    """What `meta.source_row` reads: the objects that revenue is made of, as sent and as they are, and their rules."""
    rules = {"behaviour.renewed_term", "behaviour.renewal_opportunity"}
    return frozenset(rules | {f"{room}.{name}" for name in PLACED for room in ("staging", "objects")})


def _modules(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.py") if path.stem != "__init__")


def _staged(name: str, tables: Mapping[str, Table]) -> frozenset[str]:
    """What all sources' rows of an object are made from: their staging tables, and the links that references follow."""
    reads = {table for table, made in tables.items() if made.kind == "staging" and made.object_name == name}
    schema = schema_of(f"objects.{name}")
    assert schema is not None
    linked = {column.references for column in columns_of(schema) if column.references in MERGED}
    linked |= {name} & set(MERGED)
    chosen = {"policy.golden", "policy.golden_rule"} if name in MERGED else set()
    return frozenset(reads | chosen | {f"identity.{target}_link" for target in linked})


def _object(path: Path, tables: Mapping[str, Table]) -> Table:
    name = path.stem
    sql = path.with_suffix(".sql")
    own = f"{SOURCED}.{name}"
    reads = {own} if own in tables else set(_staged(name, tables))
    module = importlib.import_module(f"models.objects.{name}")
    if hasattr(module, "build"):
        inputs = tuple(module.INPUTS)
        reads |= {read for read in inputs if read != SOURCED}
        return Table(f"objects.{name}", "objects", frozenset(reads), path, build=module.build, inputs=inputs)
    if sql.exists():
        reads |= references(sql) - {f"staging.{name}"}
    text = sql.read_text() if sql.exists() else f"select * from {SOURCED}"
    return Table(f"objects.{name}", "objects", frozenset(reads), path, sql=text)


def _models(room: str) -> list[Table]:
    made = []
    for path in sorted((MODELS / room).glob("*.sql")):
        made.append(Table(f"{room}.{path.stem}", "model", references(path), path, sql=path.read_text()))
    for path in _modules(MODELS / room):
        module = importlib.import_module(f"models.{room}.{path.stem}")
        build, renew = getattr(module, "build", None), getattr(module, "renew", None)
        if build or renew:
            inputs, needs = tuple(module.INPUTS), getattr(module, "NEEDS", ())
            name, reads = f"{room}.{path.stem}", frozenset(inputs)
            made.append(Table(name, "model", reads, path, build=build, renew=renew, inputs=inputs, needs=needs))
    return made


def _expand(table: Table, tables: Mapping[str, Table]) -> Table:
    """`staging.company` stands for every source's staging table of that object; publications are noted together."""
    reads: set[str] = set()
    for read in table.reads:
        room, name = read.split(".")
        if room == "staging":
            reads |= {other for other, made in tables.items() if made.kind == "staging" and made.object_name == name}
        elif read.startswith("ledger.publication"):
            reads.add("ledger.published_value")
        else:
            reads.add(read)
    return Table(**{**table.__dict__, "reads": frozenset(reads)})


def references(path: Path) -> frozenset[str]:
    """The tables a SQL file reads, as `schema.name`; a `__latest` view counts as its raw table.

    Raises ValueError, naming the file, when it is not one statement that sqlglot can read.
    """
    return tables_in(path.read_text(), str(path.relative_to(ROOT)))


@cache
def tables_in(sql: str, where: str) -> frozenset[str]:
    """The tables one SQL statement reads, as `schema.name`."""
    try:
        parsed = sqlglot.parse_one(sql, read="duckdb")
    except sqlglot.ParseError as error:
        raise ValueError(f"{where}: not one readable SQL statement: {error}") from error
    return frozenset(
        f"{table.db}.{table.name.removesuffix('__latest')}" for table in parsed.find_all(exp.Table) if table.db
    )


@cache
def invariants() -> tuple[Invariant, ...]:
    """Every sentence of `models/invariants`, in the order of the file names."""
    found = []
    for path in sorted((MODELS / "invariants").glob("*.sql")):
        sql = path.read_text()
        sentence = sql.splitlines()[0].removeprefix("--").strip()
        is_blocking = "-- severity: warn" not in sql
        found.append(Invariant(path.stem, sentence, sql, references(path), is_blocking))
    return tuple(found)


def column_lineage(table: Table, columns: Callable[[str], Mapping[str, str]]) -> dict[str, list[tuple[str, str]]]:
    """For each output column of a SQL table, the (table, column) pairs it is made from; nothing where SQL tells none.

    `columns` gives the columns of a table, with their types.
    """
    if table.sql is None or table.kind == "objects":
        return {}
    output = set(columns(table.name))
    nested: dict[str, Any] = {}
    for name in (name for name in table.reads if "." in name and not name.startswith("policy.")):
        found = columns(name)
        room, short = name.split(".")
        nested.setdefault(room, {}).update({short: dict(found), f"{short}__latest": {**found, "custom": "VARCHAR"}})
    parsed = sqlglot.parse_one(table.sql, read="duckdb")
    try:
        query: Any = qualify(
            parsed, schema=nested, dialect="duckdb", validate_qualify_columns=False, quote_identifiers=False
        )
        nodes: Any = lineage(None, query, scope=build_scope(query), dialect="duckdb", trim_selects=False, copy=False)
    except (SqlglotError, ValueError):  # of a union by name it cannot tell which column is which
        return {}
    traced = {
        column: sorted(
            {
                (f"{leaf.expression.db}.{leaf.expression.name.removesuffix('__latest')}", leaf.name.split(".")[-1])
                for leaf in node.walk()
                if isinstance(leaf.expression, exp.Table) and leaf.expression.db
            }
        )
        for column, node in nodes.items()
        if column in output
    }
    return {column: origin for column, origin in traced.items() if origin}


def declared_columns(resource: Resource) -> str:
    """A stable text of what a resource declares, for fingerprints."""
    return json.dumps([resource.name, resource.columns, resource.key, resource.version], sort_keys=True)
