"""What Dagster is told: every table an asset with its layer, columns, lineage and checks; one writer; when to run."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import dagster as dg

from pipelines import publish
from pipelines.assets import API_CHECK, CONTEXT, POOL, SNAPSHOT, Workspace, all_assets, all_checks, key
from pipelines.definitions import defs, inbox, nightly
from pipelines.home import ROOT, Home
from pipelines.rooms import catalogue, invariants, resources, sources
from pipelines.schemas import columns_of, schema_of

GRAPH = defs.resolve_asset_graph()
LAYERS = {
    *("raw", "staging", "identity", "sourced", "behaviour", "objects", "intermediate", "marts", "ledger", "metrics"),
    *("version", "history", "run", "meta", "published"),
}


def test_every_table_is_an_asset_and_there_is_no_phantom() -> None:
    raw = {key(f"raw_{source}.{resource.name}") for source in sources() for resource in resources(source)}
    assert GRAPH.get_all_asset_keys() == {key(name) for name in catalogue()} | raw | {CONTEXT, SNAPSHOT}
    assert [str(node.key) for node in GRAPH.asset_nodes if not node.is_materializable] == []


def test_an_asset_says_what_it_is_and_whose() -> None:
    for node in GRAPH.asset_nodes:
        assert node.group_name in LAYERS, node.key
        assert node.owners == ["team:revops"], node.key
        assert "duckdb" in node.kinds, node.key
        assert (node.description or "").strip(), node.key
        assert node.pools == {POOL}, node.key


def test_groups_are_the_layers() -> None:
    for name, table in catalogue().items():
        assert GRAPH.get(key(name)).group_name == name.split(".")[0].split("_")[0] == table.layer


def test_kinds_tell_sql_from_polars() -> None:
    assert "sql" in GRAPH.get(key("marts.company_360")).kinds
    assert "polars" in GRAPH.get(key("marts.survival")).kinds
    assert "dlt" in GRAPH.get(key("raw_hubspot.companies")).kinds
    assert "parquet" in GRAPH.get(SNAPSHOT).kinds


def test_dependencies_are_those_of_the_sql() -> None:
    parents = GRAPH.get(key("staging_hubspot.company")).parent_keys
    assert key("raw_hubspot.companies") in parents
    assert CONTEXT in GRAPH.get(key("objects.invoice")).parent_keys, "it reads the day of the run"
    published = {name for name in catalogue() if name.split(".")[0] in publish.SCHEMAS}
    assert GRAPH.get(SNAPSHOT).parent_keys == {key(name) for name in published}


def test_columns_stand_in_the_metadata() -> None:
    for name in catalogue():
        schema = schema_of(name)
        metadata = GRAPH.get(key(name)).metadata
        if schema is None:
            assert "dagster/column_schema" not in metadata
            continue
        shown = metadata["dagster/column_schema"]
        assert [(c.name, c.type, c.constraints.nullable) for c in shown.columns] == [
            (column.name, column.sql_type, column.nullable) for column in columns_of(schema)
        ]
        assert all(column.description for column in shown.columns)


def test_every_schema_and_invariant_is_a_check() -> None:
    checks = {(check.asset_key, check.name): GRAPH.get(check) for check in GRAPH.asset_check_keys}
    wanted = {(key(name), "schema") for name in catalogue() if schema_of(name)}
    assert {found for found in checks if found[1] == "schema"} == wanted
    assert {name for _, name in checks if name not in ("schema", API_CHECK)} == {one.name for one in invariants()}
    blocking = {invariant.name: invariant.is_blocking for invariant in invariants()}
    blocking |= {"schema": True, API_CHECK: False}
    for (_, name), check in checks.items():
        assert check.blocking == blocking[name], name
        assert (check.description or "").strip()


def test_everything_that_opens_the_warehouse_is_in_the_pool_of_one() -> None:
    steps = [definition.node_def for definition in [*all_assets(), *all_checks()]]
    assert steps
    for step in steps:
        assert isinstance(step, dg.OpDefinition)
        assert step.pool == POOL, step.name


def test_the_nightly_run_takes_everything() -> None:
    assert (nightly.cron_schedule, nightly.execution_timezone) == ("0 2 * * *", "UTC")
    job = defs.resolve_job_def("everything")
    assert job.asset_layer.executable_asset_keys == GRAPH.get_all_asset_keys()
    assert job.executor_def is dg.in_process_executor


def test_dagster_loads_it_from_the_workspace_file() -> None:
    text = (ROOT / "workspace.yaml").read_text()
    assert re.search(r"module_name: pipelines\.definitions\b", text)
    assert {schedule.name for schedule in defs.schedules or []} == {"nightly"}
    assert {sensor.name for sensor in defs.sensors or []} == {"inbox"}


# --- the sensor on the inbox -----------------------------------------------------------------------------------------


def ask(cursor: str | None) -> tuple[dg.RunRequest | dg.SkipReason, str | None]:
    """One look of the sensor: what it asks for, and where it will go on."""
    with dg.DagsterInstance.ephemeral() as instance, dg.build_sensor_context(instance, cursor=cursor) as context:
        found = inbox(context)
        assert isinstance(found, dg.RunRequest | dg.SkipReason)
        return found, context.cursor


def put(home: Home, name: str, text: str, age: float = 60) -> Path:
    path = home.inbox / name
    path.write_text(text)
    then = time.time() - age
    os.utime(path, (then, then))
    return path


def test_the_sensor_asks_once_per_change_of_the_inbox(home: Home) -> None:
    nothing, cursor = ask(None)
    assert isinstance(nothing, dg.SkipReason), "an empty inbox is no reason to run"
    put(home, "hubspot/companies.csv", "a")
    first, cursor = ask(cursor)
    assert isinstance(first, dg.RunRequest)
    again, cursor = ask(cursor)
    assert isinstance(again, dg.SkipReason)
    put(home, "hubspot/companies.csv", "ab", age=50)
    second, cursor = ask(cursor)
    assert isinstance(second, dg.RunRequest)
    assert second.run_key != first.run_key
    put(home, "stripe/.hidden", "a")
    put(home, "stripe/invoices.csv.part", "a")
    unseen, _ = ask(cursor)
    assert isinstance(unseen, dg.SkipReason), "hidden and part-written files are none of its business"


def test_the_sensor_waits_while_a_file_is_being_written(home: Home) -> None:
    put(home, "hubspot/companies.csv", "a", age=1)
    found, cursor = ask(None)
    assert isinstance(found, dg.SkipReason)
    assert "just now" in str(found.skip_message)
    put(home, "hubspot/companies.csv", "a")
    found, _ = ask(cursor)
    assert isinstance(found, dg.RunRequest)


# --- one materialisation ---------------------------------------------------------------------------------------------


def materialise(home: Home, *names: str) -> dict[str, dg.AssetMaterialization]:
    workspace = Workspace(path=str(home.path))
    with dg.DagsterInstance.ephemeral() as instance:
        wanted = [key(name) for name in names]
        outcome = dg.materialize(all_assets(), selection=wanted, resources={"workspace": workspace}, instance=instance)
    events = outcome.get_asset_materialization_events()
    return {".".join(event.materialization.asset_key.path): event.materialization for event in events}


def test_a_materialised_table_tells_its_rows_and_where_its_columns_come_from(copied: Home) -> None:
    made = materialise(copied, "marts.company_360", "intermediate.company_total", "staging_hubspot.company_domain")
    told = made["marts.company_360"].metadata
    assert told["dagster/row_count"].value == 3
    assert told["dagster/table_name"].value == "marts.company_360"
    assert told["unchanged"].value is True
    assets = GRAPH.get_all_asset_keys()
    for name, materialisation in made.items():
        lineage = materialisation.metadata["dagster/column_lineage"]
        assert isinstance(lineage, dg.TableColumnLineageMetadataValue)
        columns = lineage.value.deps_by_column
        assert columns, name
        origins = {dep.asset_key for deps in columns.values() for dep in deps}
        assert origins <= {*assets, dg.AssetKey(["meta", "run"])} | policy_keys(origins), name
    lineage = told["dagster/column_lineage"]
    assert isinstance(lineage, dg.TableColumnLineageMetadataValue)
    (origin,) = lineage.value.deps_by_column["company_id"]
    assert origin.asset_key == key("objects.company")


def policy_keys(found: set[dg.AssetKey]) -> set[dg.AssetKey]:
    """Policies are columns' origins too, though no assets."""
    return {asset for asset in found if asset.path[0] == "policy"}


def test_a_materialised_source_tells_of_its_files(copied: Home) -> None:
    (copied.inbox / "zendesk" / "more.json").write_text('{"tickets": []}')
    made = materialise(copied, *(f"raw_zendesk.{resource.name}" for resource in resources("zendesk")))
    assert made["raw_zendesk.tickets"].metadata["dagster/row_count"].value == 1
    assert made["raw_zendesk.users"].metadata["dagster/row_count"].value == 0
