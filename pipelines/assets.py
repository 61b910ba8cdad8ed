"""The catalogue as Dagster assets: one per table, with its columns, lineage, rows, time and checks.

Here belongs only what Dagster needs to know. How a table is made belongs to `build`.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb

from pipelines import outbox, publish
from pipelines.declared import cached
from pipelines.home import Home
from pipelines.rooms import Table, catalogue, column_lineage, invariants, resources, sources
from pipelines.schemas import columns_of, schema_of
from pipelines.sync import ingest
from pipelines.sync.apis import apis
from pipelines.sync.pull import pull
from pipelines.tables import build, checks
from pipelines.warehouse import Connection, WarehouseBusyError, columns, open_warehouse, scalar

Columns = Callable[[str], Mapping[str, str]]
POOL = "warehouse"
"""The one writer: every step that opens the warehouse stands in this pool of one."""

API_CHECK = "api"
"""Told with a source's first raw table: whether its live API could be read whole."""

OWNERS = ["team:revops"]
CONTEXT = dg.AssetKey(["meta", "run"])
SNAPSHOT = dg.AssetKey(["published", "snapshot"])
RETRY = dg.RetryPolicy(max_retries=1, delay=2)
"""For what may pass by itself; `_steady` says what will not."""


class UnfinishedError(RuntimeError):
    """There are tables that are not what they should be, or that nobody checked: readers must not see them."""


class UnbuiltError(RuntimeError):
    """Tables that could not be made, each with its reason."""


class Workspace(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The home folder that the assets read and write; empty for `RAPPORT_HOME`."""

    path: str = ""

    def home(self) -> Home:
        """The home folder."""
        return Home.find(Path(self.path) if self.path else None)


class AsOf(dg.Config):
    """What a run is computed for."""

    day: str | None = None
    """The last day that counts, as YYYY-MM-DD in UTC; today when it is left out."""


def as_of_instant(day: date) -> datetime:
    """The instant at which a day is over: everything before it counts."""
    return datetime.combine(day + timedelta(days=1), time())


@contextmanager
def _steady() -> Iterator[None]:
    """Tell Dagster not to try again what fails every time: only a busy warehouse or the file system may recover."""
    try:
        yield
    except (WarehouseBusyError, OSError, duckdb.IOException):
        raise
    except Exception as error:
        told = str(error) if isinstance(error, UnbuiltError) else f"{type(error).__name__}: {error}"
        raise dg.Failure(description=told, allow_retries=False) from error


def key(table: str) -> dg.AssetKey:
    """`marts.arr_bridge` -> marts / arr_bridge."""
    return dg.AssetKey(table.split("."))


def _deps(table: Table) -> set[dg.AssetKey]:
    made = catalogue()
    inputs = {CONTEXT for name in table.reads if name == "meta.run" or name.startswith("policy.")}
    return {key(name) for name in table.reads if name in made} | inputs


def _description(table: Table) -> str:
    schema = schema_of(table.name)
    if schema is not None:
        return " ".join((schema.__doc__ or "").split())
    return f"Made by {table.path.name} of {table.path.parent.name}."


def _column_metadata(table: Table) -> dict[str, Any]:
    schema = schema_of(table.name)
    if schema is None:
        return {}
    listed = [
        dg.TableColumn(
            name=column.name,
            type=column.sql_type,
            description=column.description,
            constraints=dg.TableColumnConstraints(nullable=column.nullable, unique=False),
        )
        for column in columns_of(schema)
    ]
    return {"dagster/column_schema": dg.TableSchema(columns=listed)}


def _result(con: Connection, table: Table, built: build.Built, columns_now: Columns) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """What Dagster is told of a table; `columns_now` gives the columns of it and of what it reads."""
    metadata: dict[str, Any] = {
        "dagster/row_count": built.rows,
        "dagster/table_name": table.name,
        "seconds": built.seconds,
        "unchanged": not built.is_fresh,
    }
    lineage = column_lineage(table, columns_now)
    if lineage:
        metadata["dagster/column_lineage"] = dg.TableColumnLineage(
            {
                column: [dg.TableColumnDep(asset_key=key(name), column_name=source) for name, source in origin]
                for column, origin in lineage.items()
            }
        )
    results = (
        [] if schema_of(table.name) is None else [_verdict(checks.check_schema(con, table.name), "schema", table.name)]
    )
    return dg.MaterializeResult(asset_key=key(table.name), metadata=metadata, check_results=results)


def _verdict(
    verdict: checks.Verdict, name: str, table: str, severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR
) -> dg.AssetCheckResult:
    metadata: dict[str, Any] = {"offenders": verdict.offenders}
    if verdict.examples:
        metadata["examples"] = dg.MetadataValue.md(f"```\n{verdict.examples}\n```")
    return dg.AssetCheckResult(
        asset_key=key(table), check_name=name, passed=verdict.holds, metadata=metadata, severity=severity
    )


def _schema_check(table: Table) -> dg.AssetCheckSpec:
    says = "The Pandera schema holds."
    return dg.AssetCheckSpec("schema", asset=key(table.name), blocking=True, description=says)


def _table_assets(step: str, tables: Mapping[str, Table]) -> dg.AssetsDefinition:
    """Tables that are made in one step, each an asset of its own: a step costs Dagster the same however little it does.

    Where one cannot be made or does not hold, those that read it are left as they are, and the others go on.
    """
    specs = [
        dg.AssetSpec(
            key(table.name),
            deps=_deps(table),
            group_name=table.layer,
            kinds={"duckdb", "polars" if table.build else "sql"},
            owners=OWNERS,
            description=_description(table),
            metadata=_column_metadata(table),
            skippable=True,
        )
        for table in tables.values()
    ]
    told = [_schema_check(table) for table in tables.values() if schema_of(table.name) is not None]

    @dg.multi_asset(name=step, specs=specs, check_specs=told, can_subset=True, pool=POOL, retry_policy=RETRY)
    def made(context: dg.AssetExecutionContext, workspace: Workspace) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
        selected = {".".join(asset.path) for asset in context.selected_asset_keys}
        left: set[str] = set()
        failed = []
        with _steady(), open_warehouse(workspace.home(), step) as con:
            fingerprints = build.fingerprints(con)
            columns_now = cache(partial(columns, con))  # of tables that stay as they are until the step is over
            for name in (name for name in tables if name in selected):
                if tables[name].reads & left:
                    left.add(name)
                    continue
                try:
                    built = build.build(con, tables[name], fingerprints[name])
                    result = _result(con, tables[name], built, columns_now)
                except (WarehouseBusyError, OSError, duckdb.IOException):
                    raise
                except Exception as error:
                    failed.append(f"{name}: {type(error).__name__}: {error}")
                    left.add(name)
                else:
                    if not all(check.passed for check in result.check_results or []):
                        left.add(name)
                    yield result
            if failed:
                raise UnbuiltError("\n".join(failed))

    return made


def _source_asset(source: str) -> dg.AssetsDefinition:
    names = [f"raw_{source}.{resource.name}" for resource in resources(source)]
    specs = [
        dg.AssetSpec(
            key(name),
            group_name="raw",
            kinds={"dlt", "duckdb"},
            owners=OWNERS,
            description=f"Every version of every record of {name.split('.')[1]} that {source} sent.",
        )
        for name in names
    ]

    has_api = source in apis()
    says = "The live API, if it is set up, was read whole."
    told = [dg.AssetCheckSpec(API_CHECK, asset=key(names[0]), description=says)] if has_api else None

    @dg.multi_asset(name=f"sync_{source}", specs=specs, check_specs=told, pool=POOL, retry_policy=RETRY)
    def synced(
        context: dg.AssetExecutionContext, workspace: Workspace
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:  # type: ignore[type-arg]
        home = workspace.home()
        with _steady():
            pulled = pull(home, [source], context.log.info)
            (result,) = ingest.sync(home, [source], None, context.log.info)
        with open_warehouse(home, f"sync {source}") as con:
            for name in names:
                new = [delivery for delivery in result.deliveries if delivery.resource == name.split(".")[1]]
                rows = scalar(con, f"select count(*) from {name}")
                yield dg.MaterializeResult(
                    asset_key=key(name),
                    metadata={
                        "dagster/row_count": rows,
                        "dagster/table_name": name,
                        "files": len(new),
                        "rows_stored": sum(delivery.rows_stored for delivery in new),
                        "rows_quarantined": sum(delivery.rows_quarantined for delivery in new),
                    },
                )

        if has_api:  # a check, because what was got is stored and the other sources go on
            problems = "\n".join(f"{one.resource}: {one.problem}" for one in pulled if one.problem)
            yield dg.AssetCheckResult(
                asset_key=key(names[0]), check_name=API_CHECK, passed=not problems, metadata={"problems": problems}
            )

    return synced


@dg.asset(key=CONTEXT, group_name="run", kinds={"duckdb"}, owners=OWNERS, pool=POOL)
def run_context(config: AsOf, workspace: Workspace) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """The day everything is computed for, and the policies: inputs of every number."""
    day = date.fromisoformat(config.day) if config.day else datetime.now(UTC).date()
    home = workspace.home()
    with _steady(), open_warehouse(home, "policies") as con:
        build.prepare(con, home, as_of_instant(day))
    return dg.MaterializeResult(metadata={"as of": str(day)})


def _snapshot_asset() -> dg.AssetsDefinition:
    tables = [table.name for table in catalogue().values() if table.name.split(".")[0] in publish.SCHEMAS]

    @dg.asset(
        key=SNAPSHOT,
        deps=[key(name) for name in tables],
        group_name="published",
        kinds={"duckdb", "parquet"},
        owners=OWNERS,
        pool=POOL,
    )
    def snapshot(context: dg.AssetExecutionContext, workspace: Workspace) -> dg.MaterializeResult:  # type: ignore[type-arg]
        """The file analysts and BI tools read, swapped in whole, with Parquet beside it."""
        home = workspace.home()
        with _steady(), open_warehouse(home, "publish") as con:
            left = checks.unfinished(con)
            if left:
                raise UnfinishedError(
                    f"nothing was published: {len(left)} tables are not built, or not checked, since something they "
                    f"depend on changed: {', '.join(left[:5])}{' ...' if len(left) > 5 else ''}"
                )
            rows = publish.publish(con, home)
        told = outbox.go_out(home)
        if told:
            context.log.warning(told)
        return dg.MaterializeResult(
            metadata={"tables": len(rows), "rows": sum(rows.values()), "path": str(home.snapshot)}
        )

    return snapshot


def _invariant_checks(table: str) -> dg.AssetChecksDefinition:
    """The invariants that are checked with one table, in one step."""
    found = {invariant.name: invariant for invariant in invariants() if checks.watched(invariant) == table}
    specs = [
        dg.AssetCheckSpec(
            name=invariant.name,
            asset=key(table),
            description=invariant.sentence,
            additional_deps=[key(name) for name in invariant.reads if name in catalogue() and name != table],
            blocking=invariant.is_blocking,
        )
        for invariant in found.values()
    ]

    @dg.multi_asset_check(name=f"{table.replace('.', '__')}_invariants", specs=specs, can_subset=True, pool=POOL)
    def hold(context: dg.AssetCheckExecutionContext, workspace: Workspace) -> Iterator[dg.AssetCheckResult]:
        with _steady(), open_warehouse(workspace.home(), f"invariants of {table}") as con:
            for name in sorted(check.name for check in context.selected_asset_check_keys):
                severity = dg.AssetCheckSeverity.ERROR if found[name].is_blocking else dg.AssetCheckSeverity.WARN
                yield _verdict(checks.check_invariant(con, found[name]), name, table, severity)

    return hold


@cached
def all_assets() -> list[dg.AssetsDefinition]:
    """Every asset of the workspace whose declarations are in force."""
    tables: dict[str, dict[str, Table]] = {}
    for name, table in catalogue().items():
        if table.kind != "raw":
            tables.setdefault(f"staging_{table.source}" if table.kind == "staging" else "models", {})[name] = table
    return [
        run_context,
        *[_source_asset(source) for source in sources() if resources(source)],
        *[_table_assets(step, made) for step, made in tables.items()],
        _snapshot_asset(),
    ]


@cached
def all_checks() -> list[dg.AssetChecksDefinition]:
    """The invariants as checks, each with the table that is the last to be made of those it reads."""
    return [_invariant_checks(table) for table in sorted({checks.watched(invariant) for invariant in invariants()})]
