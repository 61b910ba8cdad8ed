"""One run from raw to the published snapshot, through Dagster, with only what is stale in it.

Here belongs what `rapport run` does. What each step does belongs to `build`, `checks` and `publish`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg

from pipelines import outbox, publish
from pipelines.assets import CONTEXT, SNAPSHOT, Workspace, all_assets, all_checks, as_of_instant, key
from pipelines.home import Home
from pipelines.rooms import catalogue
from pipelines.sync import raw
from pipelines.tables import build, checks
from pipelines.warehouse import Connection, open_warehouse, scalar, writer_lock

COMMAND = "rapport/command"
"""The tag of runs that the command line started."""
Expect = Callable[[int], None]
"""Called with the number of tables that a run looks at."""
Progress = Callable[[str, int, float], None]
"""Called with a table's name, its rows and the seconds it took."""


@dataclass
class RunResult:
    """What a run came to."""

    as_of: date
    known_on: date | None = None
    """For a picture of the past, the day at whose end all in it was known."""
    built: dict[str, tuple[int, float]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    published: bool = False

    @property
    def succeeded(self) -> bool:
        """True when every table was built, every check held, and the snapshot is current."""
        return not self.failures

    def file(self, home: Home) -> Path:
        """The file it publishes."""
        return home.known(self.known_on) if self.known_on else home.snapshot


def today() -> date:
    """The present day in UTC: the default day a run is computed for."""
    return datetime.now(UTC).date()


def run(home: Home, day: date | None, expect: Expect, progress: Progress) -> RunResult:
    """Build what is stale, check it and what was not checked since it changed, publish it.

    `expect` is told how many tables are looked at. Raises `WarehouseBusyError`, `WarehouseDamagedError` or
    `PolicyError` before anything is changed. Failures of tables and checks are returned in words. Then messages that
    wait go out, those of earlier runs as well, whether or not there was anything to do.
    """
    result = RunResult(day or today())
    _build(home, result, expect, progress)
    left = outbox.go_out(home)
    result.warnings += [left] if left else []
    return result


def _build(home: Home, result: RunResult, expect: Expect, progress: Progress) -> None:
    """Fill in the result of a run while the warehouse is held."""
    with open_warehouse(home, "rapport run") as con:
        raw.prepare(con)
        build.prepare(con, home, as_of_instant(result.as_of))
        unfinished = checks.unfinished(con)
        expect(len(unfinished))
        if not unfinished and publish.is_current(con, home):
            return
        wanted = [*(key(name) for name in unfinished), SNAPSHOT]
        job = _definitions(home, progress, result).resolve_implicit_global_asset_job_def()
        with dg.DagsterInstance.get() as instance:
            close_killed(instance)
            _report_inputs(instance, con, result.as_of, unfinished)
            outcome = job.execute_in_process(
                instance=instance,
                asset_selection=wanted,
                raise_on_error=False,
                tags={COMMAND: "run"},
                run_config={"loggers": {"console": {}}},
            )
    result.failures = _failures(outcome)
    result.warnings = _verdicts(outcome, dg.AssetCheckSeverity.WARN)
    result.published = outcome.success


def close_killed(instance: dg.DagsterInstance) -> None:
    """End in Dagster's books what was killed: it would be "started" for ever, and nobody else would get its place.

    The caller holds the writer's lock, so no run of ours and no step of any other is at work.
    """
    unfinished = dg.RunsFilter(
        tags={COMMAND: "run"}, statuses=[dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED]
    )
    for run in instance.get_runs(unfinished):
        instance.report_run_failed(run, "Its process ended before the run did; another run takes it on.")
    books = instance.event_log_storage
    if books.supports_global_concurrency_limits:
        for run_id in books.get_concurrency_run_ids():
            books.free_concurrency_slots_for_run(run_id)


def settle(home: Home) -> None:
    """Close what was killed before Dagster's UI starts; raises `WarehouseBusyError` while somebody writes."""
    with writer_lock(home, "rapport dev"), dg.DagsterInstance.get() as instance:
        close_killed(instance)


def _report_inputs(instance: dg.DagsterInstance, con: Connection, day: date, tables: list[str]) -> None:
    """Tell Dagster of what was made outside its runs: the run's day, and the raw tables that `rapport sync` filled."""
    instance.report_runless_asset_event(dg.AssetMaterialization(CONTEXT, metadata={"as of": str(day)}))
    read = {name for table in tables for name in catalogue()[table].reads if name.startswith("raw_")}
    for name in sorted(read):
        metadata = {"dagster/row_count": scalar(con, f"select count(*) from {name}"), "dagster/table_name": name}
        instance.report_runless_asset_event(dg.AssetMaterialization(key(name), metadata=metadata))


def _definitions(home: Home, progress: Progress, result: RunResult) -> dg.Definitions:
    """The same assets and checks, with a logger that tells `progress` of each table instead of printing every event."""

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            event = getattr(record, "dagster_meta", {}).get("dagster_event")
            if event is None or event.event_type_value != "ASSET_MATERIALIZATION":
                return
            name = ".".join(event.asset_key.path)
            metadata = event.materialization.metadata
            if "seconds" in metadata:
                rows, seconds = metadata["dagster/row_count"].value, metadata["seconds"].value
                if not metadata["unchanged"].value:
                    result.built[name] = (rows, seconds)
                progress(name, rows, seconds)

    def quiet(_: dg.InitLoggerContext) -> logging.Logger:
        logger = logging.Logger("rapport")
        logger.addHandler(Handler())
        return logger

    return dg.Definitions(
        assets=all_assets(),
        asset_checks=all_checks(),
        resources={"workspace": Workspace(path=str(home.path))},
        executor=dg.in_process_executor,
        loggers={"console": dg.logger(quiet)},
    )


def _failures(outcome: dg.ExecuteInProcessResult) -> list[str]:
    failures = []
    for event in outcome.all_events:
        if event.is_step_failure:
            said = event.step_failure_data.user_failure_data
            error = event.step_failure_data.error
            text = said.description if said else error.message if error else "failed"
            if not (error and error.cls_name == "DagsterAssetCheckFailedError"):  # the check itself is told below
                step, text = str(event.step_key), (text or "failed").strip()
                failures.append(text if "__" not in step else f"{step.replace('__', '.', 1)}: {text}")
    return failures + _verdicts(outcome, dg.AssetCheckSeverity.ERROR)


def _verdicts(outcome: dg.ExecuteInProcessResult, severity: dg.AssetCheckSeverity) -> list[str]:
    """The checks of one severity that do not hold, in words."""
    told = []
    for event in outcome.all_events:
        if event.event_type_value == "ASSET_CHECK_EVALUATION":
            found = event.asset_check_evaluation_data
            if not found.passed and found.severity == severity:
                examples = found.metadata["examples"].value if "examples" in found.metadata else ""
                told.append(checks.told(".".join(found.asset_key.path), found.check_name, str(examples)))
    return told
