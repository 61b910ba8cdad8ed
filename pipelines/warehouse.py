"""The pipeline's own database: one writer at a time, the same settings for every connection, counts kept outside it.

Here belongs how the warehouse is opened and proved whole. What is written to it belongs to the step that writes it.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import duckdb

from pipelines import declarations
from pipelines.home import Home

Connection = duckdb.DuckDBPyConnection


class WarehouseBusyError(RuntimeError):
    """Another process is writing to the warehouse."""


class WarehouseDamagedError(RuntimeError):
    """The warehouse holds fewer rows than were committed to it."""


_held: dict[Path, tuple[IO[str], int]] = {}


@contextmanager
def writer_lock(home: Home, purpose: str) -> Iterator[bool]:
    """Hold the one writer's lock of this home; nested holds in one process share it. Gives True to the outermost.

    Raises `WarehouseBusyError` at once, naming the process that holds it. The operating system frees the lock when its
    process ends, however it ends.
    """
    path = home.work / "writer.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    file, depth = _held.get(path, (None, 0))
    if file is None:
        file = path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "another process"
            file.close()
            raise WarehouseBusyError(
                f"The warehouse is being written by {holder}. Wait until it is done, or stop it, and try again. "
                f"Readers of {home.snapshot} are not affected."
            ) from None
        file.truncate(0)
        file.write(f"'{purpose}' (process {os.getpid()}, since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC)")
        file.flush()
    _held[path] = (file, depth + 1)
    try:
        yield depth == 0
    finally:
        file, depth = _held.pop(path)
        if depth > 1:
            _held[path] = (file, depth - 1)
        else:
            file.truncate(0)
            file.close()


def is_held(home: Home) -> bool:
    """True while this process holds the writer's lock."""
    return home.work / "writer.lock" in _held


@contextmanager
def open_warehouse(home: Home, purpose: str) -> Iterator[Connection]:
    """Open the warehouse for writing: lock held, time zone UTC, committed rows still there, its home's declarations in
    force.

    Raises `WarehouseBusyError`, `WarehouseDamagedError`, or `SettingsError` for declarations that cannot be used.
    """
    with writer_lock(home, purpose) as is_outermost:
        declarations.use(home)
        con = connect(home.warehouse)
        try:
            if is_outermost:
                check_counts(con, home)
            yield con
        finally:
            con.close()


@contextmanager
def transaction(con: Connection) -> Iterator[None]:
    """All that is done inside, or nothing of it."""
    con.execute("begin").fetchall()
    try:
        yield
        con.execute("commit").fetchall()
    except BaseException:
        with suppress(duckdb.TransactionException):  # a commit that failed has rolled back by itself
            con.execute("rollback").fetchall()
        raise


def connect(path: Path, *, read_only: bool = False) -> Connection:
    """A DuckDB connection in UTC that never looks for extensions outside this machine."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": os.environ.get("RAPPORT_MEMORY_LIMIT", "3GB"),
        "temp_directory": str(path.parent / "spill"),
    }
    con = duckdb.connect(str(path), read_only=read_only, config=settings)
    con.execute("set TimeZone = 'UTC'").fetchall()
    return con


def scalar(con: Connection, query: str, parameters: object = None) -> Any:
    """The one value of a query's one row; reads the result to its end, as DuckDB 2 asks."""
    ((value,),) = con.execute(query, parameters).fetchall()
    return value


def table_names(con: Connection) -> set[str]:
    """Every table of the warehouse as `schema.name`."""
    rows = con.execute(
        "select schema_name || '.' || table_name from duckdb_tables() where database_name = current_database()"
    )
    return {name for (name,) in rows.fetchall()}


def columns(con: Connection, table: str) -> dict[str, str]:
    """Column names of a table or view, with their types, in order."""
    return {row[0]: row[1] for row in con.execute(f"describe {table}").fetchall()}


def replace_table(con: Connection, table: str, query: str) -> int:
    """Create `schema.name` anew from a query and return its number of rows."""
    con.execute(f"create schema if not exists {table.split('.')[0]}").fetchall()
    rows = scalar(con, f"create or replace table {table} as {query}")
    return int(rows)


def save_counts(con: Connection, home: Home) -> None:
    """Write how many deliveries and raw rows are committed into a file beside the database."""
    target = home.work / "committed.json"
    draft = target.with_suffix(".draft")
    draft.write_text(json.dumps(_counts(con), indent=1, sort_keys=True))
    draft.replace(target)


def forget_counts(home: Home) -> None:
    """Take the counts away until the next `save_counts`, because committed rows are about to be replaced by fewer."""
    (home.work / "committed.json").unlink(missing_ok=True)


def check_counts(con: Connection, home: Home) -> None:
    """Compare the database with the counts kept outside it: a log cut short loses commits without an error.

    Raises `WarehouseDamagedError`; more rows than counted are fine (the process ended between commit and count).
    """
    target = home.work / "committed.json"
    if not target.exists():
        return
    counted = json.loads(target.read_text())
    present = _counts(con)
    lost = {name: (rows, present.get(name, 0)) for name, rows in counted.items() if present.get(name, 0) < rows}
    if lost:
        detail = "; ".join(f"{name} had {rows:,} rows and has {now:,}" for name, (rows, now) in sorted(lost.items()))
        raise WarehouseDamagedError(
            f"{home.warehouse} has lost committed rows ({detail}). Move the folder {home.work} away and run "
            "`rapport sync` and `rapport run`: everything is rebuilt from the files in the inbox."
        )


def _counts(con: Connection) -> dict[str, int]:
    """The rows of the ledger and of each raw table; one that never held a row is not asked and not named."""
    held = con.execute(
        "select schema_name || '.' || table_name from duckdb_tables() "
        "where database_name = current_database() and estimated_size > 0 order by all"
    ).fetchall()
    names = [name for (name,) in held if name == "meta.delivery" or name.startswith("raw_")]
    rows = " union all ".join(f"select {number}, count(*) from {name}" for number, name in enumerate(names))
    return {names[number]: count for number, count in con.execute(rows).fetchall()} if names else {}
