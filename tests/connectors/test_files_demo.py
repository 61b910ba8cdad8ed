"""The demo's spreadsheets land whole, and say what the world says."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from connectors.files.demo import write_exports
from models.demo.world import make_world
from pipelines import declarations
from pipelines.home import Home
from pipelines.rooms import CONNECTORS, catalogue
from pipelines.sync.ingest import sync
from pipelines.tables import staging
from pipelines.warehouse import open_warehouse

World = dict[str, pl.DataFrame]


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(seed=3, companies=60, months=18, as_of=datetime(2026, 7, 1))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    for name in ("RAPPORT_HOME", "DAGSTER_HOME", "DLT_DATA_DIR", "RUNTIME__DLTHUB_TELEMETRY"):
        monkeypatch.setenv(name, "")
    place = Home(tmp_path / "home")
    place.create(["files"])
    place.prepare_environment()
    shutil.copy(CONNECTORS / "files" / "demo.toml", place.config / "files.toml")
    yield place
    declarations.use(None)


def test_the_spreadsheets_say_what_the_world_says(home: Home, world: World) -> None:
    write_exports(world, home.inbox / "files", 3)
    first = {path.name: path.read_bytes() for path in (home.inbox / "files").iterdir()}
    write_exports(world, home.inbox / "files", 3)
    assert first == {path.name: path.read_bytes() for path in (home.inbox / "files").iterdir()}
    (found,) = sync(home, ["files"], None, lambda _: None)
    assert sum(one.rows_quarantined for one in found.deliveries) == 0
    kept = (
        world["services"]
        .join(world["companies"], on="company_no")
        .filter((pl.col("crm") == "hubspot") | pl.col("in_planhat"))
    )
    with open_warehouse(home, "a test") as con:
        for name in ("deliverable", "milestone", "contract_payment_schedule"):
            staging.build(con, catalogue()[f"staging_files.{name}"])
        delivered = con.sql("select * from staging_files.deliverable order by source_record_id").pl()
        payments = con.sql("select * from staging_files.contract_payment_schedule").pl()
        reached = con.sql("select count(*), count(reached_on) from staging_files.milestone").fetchall()
    wanted = world["deliverables"].join(kept.select("service_no"), on="service_no").sort("deliverable_no")
    assert delivered.height > 0
    for column in ("name", "status", "due_on", "delivered_on", "accepted_on"):
        assert delivered[column].to_list() == wanted[column].to_list(), column
    milestones = world["milestones"].join(kept.select("service_no"), on="service_no")
    assert reached == [(milestones.height, milestones["reached_on"].count())]
    assert payments["amount"].sum() == world["contract_payments"]["amount"].sum()
    assert payments.height == world["contract_payments"].height
    assert payments["contract_id"].str.starts_with("salesforce:800LU").all()
