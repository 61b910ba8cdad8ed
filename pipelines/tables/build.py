"""Building one table of the catalogue, and knowing whether it must be built at all.

A table is rebuilt when its own text, its schema, the code of this room or anything it reads has changed; its
fingerprint says so before any data is touched. Each table is made and its fingerprint noted in one transaction.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.util import find_spec
from inspect import getfile
from pathlib import Path

import polars as pl

from models.identity.training import stored_models
from models.policy.loading import load_policies
from models.schema import Schema
from pipelines.declared import cached, current
from pipelines.home import ROOT, Home
from pipelines.match import decisions
from pipelines.rooms import Table, catalogue, declared_columns, resources, sources
from pipelines.schemas import definition, schema_of
from pipelines.sync import absent
from pipelines.tables import (
    as_of,
    changes,
    founders,
    golden,
    history,
    metrics,
    objects,
    provenance,
    publications,
    restated,
    source_rows,
    staging,
    versions,
    workflows,
)
from pipelines.warehouse import Connection, replace_table, scalar, table_names, transaction

_STATE = """
create schema if not exists meta;
create schema if not exists policy;
create table if not exists meta.table_state (
    name varchar primary key, fingerprint varchar, rows bigint, seconds double
);
create table if not exists meta.check_state (name varchar primary key, fingerprint varchar);
"""


_LAYERS = (
    "staging",
    "identity",
    "sourced",
    "objects",
    "behaviour",
    "intermediate",
    "marts",
    "metrics",
    "version",
    "history",
)
"""The schemas, up to their underscore, of what `build` makes."""


_MAKERS = (
    *("as_of", "build", "golden", "history", "metrics", "objects"),
    *("replay", "saying", "spans", "staging", "versions"),
)
"""The modules beside this one whose code every table is made with."""


@dataclass(frozen=True)
class Built:
    """What building one table came to."""

    rows: int
    seconds: float
    is_fresh: bool
    """False when nothing it depends on had changed and the table was left as it was."""


def prepare(con: Connection, home: Home, at: datetime, known_until: datetime | None = None) -> None:
    """Write the run's as-of instant and the policies into the warehouse; both are inputs like any other.

    A past picture is made from what was known before an instant: see `known`.

    Raises `PolicyError`, naming file and line, before anything is changed.
    """
    policies = load_policies(home.config)
    golden.check(home.config)
    policies["match_decision"] = decisions.frame(decisions.read(home.config), known_until)
    policies["match_model"] = stored_models(home.config)
    policies["source_rank"] = pl.DataFrame(
        {"source": list(sources()), "trust": list(range(len(sources())))},
        schema={"source": pl.String, "trust": pl.Int64},
    )
    with transaction(con):
        publications.prepare(con, home.snapshot)
        _write_inputs(con, at, known_until, policies)


def _write_inputs(
    con: Connection, at: datetime, known_until: datetime | None, policies: Mapping[str, pl.DataFrame]
) -> None:
    con.execute(_STATE).fetchall()
    con.execute(as_of.SCHEMA).fetchall()
    as_of.measure(con)
    as_of.note(con, at, known_until)
    _forget_unmade(con)
    workflows.prepare(con)
    founders.prepare(con)
    _note_input(con, "ledger.task_done", workflows.done_state(con))
    _note_input(con, "meta.run", str(at))
    for name, frame in policies.items():
        con.register("policy_frame", frame)
        replace_table(con, f"policy.{name}", "select * from policy_frame")
        con.unregister("policy_frame")
        _note_input(con, f"policy.{name}", repr(frame.rows()))


def _forget_unmade(con: Connection) -> None:
    """Drop what the catalogue no longer makes: of a declaration that was taken back nothing may be left to publish."""
    made = catalogue()
    there = table_names(con)
    for (name,) in con.execute("select name from meta.table_state").fetchall():
        if name not in made and name.split(".")[0].split("_")[0] in _LAYERS:
            if name in there:
                con.execute(f"drop table {name}").fetchall()
            con.execute("delete from meta.table_state where name = ?", [name]).fetchall()
    for name in there:
        if name.startswith("quarantine."):
            staged = "staging_" + name.removeprefix("quarantine.").replace("__", ".", 1)
            if staged not in made:
                con.execute(f"delete from {name} where stage in ('map', 'reference')").fetchall()


def stale(con: Connection) -> list[Table]:
    """The tables that are not what their inputs now make them, in the order in which they must be built."""
    wanted = fingerprints(con)
    rows = con.execute("select name, fingerprint from meta.table_state").fetchall()
    present = table_names(con)
    known = {name: fingerprint for name, fingerprint in rows if name in present}
    return [t for t in catalogue().values() if t.kind != "raw" and known.get(t.name) != wanted[t.name]]


def build(con: Connection, table: Table, fingerprint: str | None = None) -> Built:
    """Make one table from what is in the warehouse, unless it is already what it should be.

    Who builds many without a delivery in between gives the `fingerprint` of each, worked out once for all.
    """
    wanted = fingerprint or fingerprints(con)[table.name]
    state = con.execute(
        "select fingerprint, rows, seconds from meta.table_state where name = ?", [table.name]
    ).fetchall()
    if state and state[0][0] == wanted and table.name in table_names(con):
        return Built(rows=state[0][1], seconds=state[0][2], is_fresh=False)
    started = time.monotonic()
    with transaction(con):
        with founders.noted(con, table):
            rows = _make(con, table)
        seconds = round(time.monotonic() - started, 3)
        if state:  # each takes a quarter of the time of `insert or replace`
            note = "update meta.table_state set fingerprint = $2, rows = $3, seconds = $4 where name = $1"
        else:
            note = "insert into meta.table_state values ($1, $2, $3, $4)"
        con.execute(note, [table.name, wanted, rows, seconds]).fetchall()
    return Built(rows=rows, seconds=seconds, is_fresh=True)


def _make(con: Connection, table: Table) -> int:
    if table.kind == "staging":
        if staging.has_nothing(con, table):
            return staging.build_empty(con, table)
        as_of.show(con, table)
        return staging.build_mapped(con, table)
    if table.kind == "version":
        return versions.build(con, table, {one.name: digest(kernel_version(), _text(one)) for one in _mappings(table)})
    if table.kind == "history":
        return history.build(con, table, digest(kernel_version(), _text(table)))
    if table.kind == "change":
        return changes.build(con)
    if table.kind == "publication":
        return restated.build(con, table, kernel_version())
    if table.kind == "provenance":
        return provenance.build(con, table)
    if table.kind == "source_row":
        return source_rows.build(con)
    if table.kind == "ledger":
        return workflows.build_runs(con) if table.object_name == "workflow_run" else workflows.build_steps(con)
    if table.kind == "sourced":
        return objects.build_sourced(con, table)
    if table.sql is not None:
        _make_unions(con, table.sql)
    if table.kind == "objects":
        return objects.build(con, table)
    if table.kind == "metrics":
        return metrics.build(con, table)
    if table.renew is not None:
        _make_unions(con, " ".join(table.inputs))
        con.execute(f"create schema if not exists {table.name.split('.')[0]}").fetchall()
        table.renew(con)
        return int(scalar(con, f"select count(*) from {table.name}"))
    if table.build is not None:
        con.register("built", table.build(_frames(con, table)))
        query = "select * from built"
    else:
        assert table.sql is not None
        query = table.sql
    schema = schema_of(table.name)
    if schema is None:
        return replace_table(con, table.name, query)
    con.execute(f"create schema if not exists {table.name.split('.')[0]}").fetchall()
    con.execute(f"create or replace table {table.name} ({definition(schema)})").fetchall()
    rows = scalar(con, f"insert into {table.name} by name {query}")
    return int(rows)


def _frames(con: Connection, table: Table) -> dict[str, pl.DataFrame]:
    for name in table.inputs:
        if name.startswith("staging."):
            _make_union(con, name.split(".")[1])
    return {name: con.sql(f"select * from {name}").pl() for name in table.inputs}


def _make_unions(con: Connection, sql: str) -> None:
    for name in re.findall(r"\bstaging\.(\w+)", sql):
        _make_union(con, name)


def _mappings(table: Table) -> list[Table]:
    """The staging tables of a table's object."""
    return [one for one in catalogue().values() if one.kind == "staging" and one.object_name == table.object_name]


def _make_union(con: Connection, name: str) -> None:
    """`staging.<object>`: every source's staging rows of one object, as a view."""
    tables = [t.name for t in catalogue().values() if t.kind == "staging" and t.object_name == name]
    rows = " union all by name ".join(f"select * from {table}" for table in tables) or objects.no_rows(name)
    con.execute(f"create schema if not exists staging; create or replace view staging.{name} as {rows}").fetchall()


# --- fingerprints: what a table depends on, in one word --------------------------------------------------------------


def fingerprints(con: Connection) -> dict[str, str]:
    """The fingerprint every table would have if it were built now."""
    found = _input_fingerprints(con)
    unasked = workflows.unasked_marts(con)
    for table in catalogue().values():
        if table.kind == "raw":
            continue
        reads = table.reads - unasked if table.kind == "ledger" else table.reads
        above = [f"{name}={found.get(name, '')}" for name in sorted(reads)]
        found[table.name] = digest(kernel_version(), _text(table), *above, *filter(find_spec, table.needs))
    return found


def _input_fingerprints(con: Connection) -> dict[str, str]:
    """Raw tables by the deliveries in them, policies and the as-of row by what they say."""
    delivered: Mapping[str, str] = dict(
        con.execute(
            "select 'raw_' || source || '.' || resource, "
            "string_agg(sha256 || reader_version || rows_stored, ',' order by arrival, sha256) "
            "from meta.delivery where rows_stored > 0 group by 1"
        ).fetchall()
    )
    gone, later = absent.fingerprints(con), as_of.fingerprints(con)
    found = {
        f"raw_{source}.{resource.name}": digest(
            declared_columns(resource),
            delivered.get(f"raw_{source}.{resource.name}", ""),
            *filter(None, [told.get(f"raw_{source}.{resource.name}") for told in (gone, later)]),
        )
        for source in sources()
        for resource in resources(source)
    }
    noted = (
        "select name, fingerprint from meta.table_state "
        "where name in ('meta.run', 'ledger.task_done') or name like 'policy.%'"
    )
    found |= dict(con.execute(noted).fetchall())
    return found


def _note_input(con: Connection, name: str, text: str) -> None:
    con.execute("insert or replace into meta.table_state values (?, ?, null, null)", [name, digest(text)]).fetchall()


@cached
def _text(table: Table) -> str:
    """Everything written about a table: its own file, the schema beside it, what the workspace declares of it."""
    is_told = table.kind in ("staging", "sourced", "objects", "history")
    declared = current().text_of(table.object_name) if is_told else ""
    if table.kind == "version":
        return "\n".join(_text(mapping) for mapping in _mappings(table))
    if table.is_declared:
        return f"{table.sql}\n{declared}"
    paths = {table.path, table.path.with_suffix(".sql"), table.path.with_suffix(".py")}
    if table.kind == "staging":
        paths.add(ROOT / "models" / "objects" / f"{table.object_name}.py")
    if table.kind == "metrics":
        paths = set(table.path.glob("*.toml"))
    schema = schema_of(table.name) if table.layer == "marts" else None
    if schema is not None:  # a mart may share columns with one whose schema stands in another file
        paths |= {Path(getfile(base)) for base in schema.__mro__ if issubclass(base, Schema)}
    if table.layer == "identity":
        paths |= set(table.path.parent.glob("*.py"))
    elif table.build is not None:  # what a table's module is written with, such as models/risk
        rooms = re.findall(r"^from models\.(\w+)", table.path.read_text(), re.MULTILINE)
        paths |= {path for room in rooms for path in (ROOT / "models" / room).glob("*.py")}
    return "".join(path.read_text() for path in sorted(paths) if path.is_file()) + declared


@cache
def kernel_version() -> str:
    """A fingerprint of the code that every table is made with."""
    here = ROOT / "pipelines"
    names = ("tables/" + name for name in _MAKERS)
    paths = [
        here / f"{name}.py" for name in ("declared", "schemas", "warehouse", "sync/raw", "sync/raw_tables", *names)
    ]
    paths += [ROOT / "models" / f"{name}.py" for name in ("schema", "custom_schema", "history_schema")]
    return digest(*(path.read_text() for path in paths))


def digest(*parts: str) -> str:
    """One short word for texts, the same for the same texts."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]
