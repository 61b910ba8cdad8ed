"""`rapport run --as-known-on`: the whole result from only what had been delivered, decided and noted by a day's end.

Here belongs what was known when. It goes into a warehouse of its own, which is gone afterwards, and from there through
the same building, checking and publishing as everything else: the present warehouse is read and never written.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

from connectors.reading.resource import Resource
from pipelines import publish
from pipelines.answers.lookup import NothingFoundError
from pipelines.assets import as_of_instant
from pipelines.home import Home
from pipelines.rooms import catalogue, invariants, resources, sources
from pipelines.runs import Expect, Progress, RunResult
from pipelines.schemas import literal, schema_of
from pipelines.sync import raw
from pipelines.sync.raw_tables import ensure_table
from pipelines.tables import build, checks
from pipelines.warehouse import Connection, columns, connect, open_warehouse, scalar, table_names, writer_lock

PURPOSE = "rapport run --as-known-on"

DELIVERED = {
    "meta.delivery": "from present.meta.delivery where delivered_at < $until",
    "meta.rejected": "from present.meta.rejected semi join meta.delivery using (source, sha256)",
    "meta.absent": """
        select * exclude (back_at) from (
            select *, null as back_at from present.meta.absent union all by name from present.meta.absent_before
        ) where coalesce(noted_at, since) < $until and (back_at is null or back_at >= $until)
    """,
    "meta.absent_before": "from present.meta.absent_before where back_at < $until",
}
"""What came with deliveries, as it stood just before an instant, each table after those it reads."""

NOTED = {
    "ledger.workflow_run": """
        select * replace (
            case when exited_on < $until then exited_on end as exited_on,
            case when lapsed_on < $until then lapsed_on end as lapsed_on
        ) from present.ledger.workflow_run where started_on < $until
    """,
    "ledger.workflow_step": "from present.ledger.workflow_step where made_on < $until",
    "ledger.task_done": "from present.ledger.task_done where done_on < $until",
    "ledger.founder": "from present.ledger.founder where founded_at < $until",
    "ledger.id_change": "from present.ledger.id_change where changed_at < $until",
    "ledger.publication": """
        select * replace (least(last_as_of, $until) as last_as_of) from present.ledger.publication
        where noted_at < $until and as_of <= $until
    """,
    **{
        f"ledger.{name}": f"from present.ledger.{name} semi join ledger.publication using (publication)"
        for name in ("publication_input", "published_value")
    },
}
"""What runs and people noted, as it stood just before an instant, each table after those it reads."""

LEFT = (
    *("meta.table_state", "meta.check_state", "meta.run", "meta.newest_version"),
    *("meta.version_state", "meta.history_state", "meta.history_said"),
    *("meta.publication", "meta.full_delivery", "meta.present", "meta.inbox", "meta.source_row"),
    "ledger.outbox",
)
"""The tables of `meta` and `ledger` that a picture of the past makes anew or, as only a sync asks for them, lacks."""


class NothingKnownError(NothingFoundError):
    """Nothing had been delivered by that day; the text says when the first delivery came."""


def run(home: Home, day: date | None, expect: Expect, progress: Progress, *, known_on: date) -> RunResult:
    """Build, check and publish what was known at the end of `known_on`, as of `day` (that same day if None).

    `expect` is told how many tables there are to build. Policies are today's; people's decisions are those of then.
    Raises `WarehouseBusyError`, `WarehouseDamagedError`, `PolicyError` or `NothingKnownError` before anything is built.
    Failures of tables and checks are returned in words; then the file for that day stays as it was.
    """
    result = RunResult(day or known_on, known_on)
    until = as_of_instant(known_on)
    with open_warehouse(home, PURPOSE) as con:
        raw.prepare(con)
    with writer_lock(home, PURPOSE), _own_warehouse(home, known_on) as con:
        con.execute(f"attach {literal(home.warehouse)} as present (read_only)").fetchall()
        _take_deliveries(con, until)
        build.prepare(con, home, as_of_instant(result.as_of), until)
        _take(con, NOTED, until)
        con.execute("detach present").fetchall()
        _build(con, result, expect, progress)
        if result.succeeded:
            _check(con, result)
        if result.succeeded:
            publish.publish_file(con, result.file(home))
            result.published = True
    return result


@contextmanager
def _own_warehouse(home: Home, day: date) -> Iterator[Connection]:
    """An empty warehouse for one day's picture, gone afterwards; the writer's lock is held."""
    parent = home.work / "known"
    shutil.rmtree(parent, ignore_errors=True)  # left by a run that was killed
    folder = parent / str(day)
    folder.mkdir(parents=True)
    con = connect(folder / "warehouse.duckdb")
    try:
        yield con
    finally:
        con.close()
        shutil.rmtree(parent, ignore_errors=True)


def _take_deliveries(con: Connection, until: datetime) -> None:
    """Take over the raw rows that had been loaded before an instant, and what was known of their deliveries."""
    raw.prepare(con)
    _take(con, DELIVERED, until)
    if not scalar(con, "select count(*) from meta.delivery"):
        first = scalar(con, "select min(delivered_at) from present.meta.delivery")
        told = f"the first delivery came on {first:%Y-%m-%d}" if first else "run `rapport sync` first"
        raise NothingKnownError(f"Nothing had been delivered before {until:%Y-%m-%d %H:%M} UTC: {told}.")
    existing = table_names(con)
    for source in sources():
        for resource in resources(source):
            _take_rows(con, source, resource, existing, until)
        raw.show_rejected(con, source)


def _take_rows(con: Connection, source: str, resource: Resource, existing: set[str], until: datetime) -> None:
    table = f"raw_{source}.{resource.name}"
    names = [name for name in columns(con, f"present.{table}") if name != "_row_id"]
    data = [name for name in names if name not in raw.SYSTEM_COLUMNS]
    ensure_table(con, source, resource, data, existing)
    listed = ", ".join(f'"{name}"' for name in names)
    con.execute(
        f"insert into {table} by name select {listed} from present.{table} where _loaded_at < ?", [until]
    ).fetchall()


def _take(con: Connection, kept: dict[str, str], until: datetime) -> None:
    there = {
        name
        for (name,) in con.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where database_name = 'present'"
        ).fetchall()
    }
    for table, query in kept.items():
        if table in there:
            told = query.replace("$until", f"timestamp '{until}'")
            con.execute(f"insert into {table} by name {told}").fetchall()


def _build(con: Connection, result: RunResult, expect: Expect, progress: Progress) -> None:
    wanted, tables = build.fingerprints(con), build.stale(con)
    expect(len(tables))
    for table in tables:
        try:
            built = build.build(con, table, wanted[table.name])
        except Exception as error:  # a table may fail in any way; whoever asked for the picture hears of it in words
            result.failures.append(f"{table.name}: {type(error).__name__}: {error}")
            return
        result.built[table.name] = (built.rows, built.seconds)
        progress(table.name, built.rows, built.seconds)


def _check(con: Connection, result: RunResult) -> None:
    """The checks that a run makes: every schema, every sentence of `models/invariants`."""
    for name in catalogue():
        if schema_of(name):
            verdict = checks.check_schema(con, name)
            if not verdict.holds:
                result.failures.append(checks.told(name, "schema", verdict.examples))
    for invariant in invariants():
        verdict = checks.check_invariant(con, invariant)
        if not verdict.holds:
            kept = result.failures if invariant.is_blocking else result.warnings
            kept.append(checks.told(checks.watched(invariant), invariant.name, verdict.examples))
