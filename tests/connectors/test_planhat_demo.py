"""Planhat's part of the demo: what was written as its files comes back whole."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from connectors.planhat.demo import record_id, write_exports
from models.demo.world import make_world
from tests.connectors.conftest import Delivered, Judged

World = Mapping[str, pl.DataFrame]


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(seed=7, companies=60, months=18, as_of=datetime(2026, 7, 1))


@pytest.fixture(scope="module")
def exports(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("planhat_demo") / "planhat"
    write_exports(world, folder, 7)
    return folder


def ids(kind: str, numbers: pl.Series) -> set[str]:
    return {record_id(kind, number) for number in numbers}


def test_the_same_world_and_seed_give_the_same_bytes(world: World, exports: Path, tmp_path: Path) -> None:
    write_exports(world, tmp_path, 7)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        path.name: path.read_bytes() for path in exports.iterdir()
    }


def test_only_the_line_that_was_cut_short_is_set_aside(exports: Path, delivered: Delivered) -> None:
    aside = {delivery.file: delivery.rows_quarantined for delivery in delivered("planhat", exports)}
    assert {file: count for file, count in aside.items() if count} == {"End Users export.csv": 1}


def test_companies_and_people_come_back(world: World, exports: Path, judged: Judged) -> None:
    companies, reasons = judged("planhat", "company", exports)
    known = world["companies"].filter(pl.col("in_planhat"))
    assert reasons == []
    assert set(companies["source_record_id"]) == ids("company", known["company_no"])
    phases = dict(companies.select("source_record_id", "lifecycle_phase").iter_rows())
    parents = dict(companies.select("source_record_id", "parent_company_id").iter_rows())
    for row in known.to_dicts():
        key = record_id("company", row["company_no"])
        assert phases[key] == row["lifecycle_phase"]  # not what the older page says
        has_parent = row["parent_no"] in set(known["company_no"])
        assert parents[key] == (record_id("company", row["parent_no"]) if has_parent else None)
    people = world["contact_spellings"].filter(pl.col("system") == "planhat", "in_planhat")
    assert set(judged("planhat", "contact", exports)[0]["source_record_id"]) == ids("contact", people["contact_no"])
    addresses = judged("planhat", "contact_email", exports)[0]["address"]
    assert set(addresses) == {email.lower() for email in people["email"]}
    members = judged("planhat", "team_member", exports)[0]["email"]
    assert set(members) == {email.lower() for email in world["team_members"]["email"]}


def test_work_and_readings_come_back(world: World, exports: Path, judged: Judged) -> None:
    notes = judged("planhat", "note", exports)[0].select("source_record_id", "body", "noted_at").rows()
    ours = world["notes"].filter(pl.col("system") == "planhat")
    assert set(notes) == {(record_id("note", row["note_no"]), row["body"], row["noted_at"]) for row in ours.to_dicts()}
    fields = ("description", "status", "priority", "due_on", "completed_at")
    tasks = judged("planhat", "task", exports)[0].select("source_record_id", *fields).rows()
    ours = world["tasks"].filter(pl.col("system") == "planhat")
    assert set(tasks) == {
        (record_id("task", row["task_no"]), *(row[name] for name in fields)) for row in ours.to_dicts()
    }
    readings = judged("planhat", "metric_reading", exports)[0]
    assert sorted(readings["value"]) == sorted(world["metric_readings"]["value"])
    assert dict(readings["subject_type"].value_counts().iter_rows()) == dict(
        world["metric_readings"]["subject_type"].value_counts().iter_rows()
    )


def test_projects_and_services_come_back(world: World, exports: Path, judged: Judged) -> None:
    projects = judged("planhat", "project", exports)[0].select("source_record_id", "starts_on", "ends_on", "mrr").rows()
    assert set(projects) == {
        (record_id("project", row["project_no"]), row["starts_on"], row["ends_on"], row["mrr"])
        for row in world["projects"].to_dicts()
    }
    crms = world["companies"].select("company_no", "crm", "in_planhat")
    ours = world["services"].join(crms, on="company_no").filter(pl.col("in_planhat"))
    ours = ours.filter(pl.col("crm").is_null() | (pl.col("crm") != "hubspot"))
    fields = ("service_type", "status", "phase", "health", "completed_on", "last_session_at", "satisfaction")
    services = judged("planhat", "service", exports)[0].select("source_record_id", *fields).rows()
    assert set(services) == {
        (record_id("service", row["service_no"]), *(row[name] for name in fields)) for row in ours.to_dicts()
    }
    assert len(services) > 0
