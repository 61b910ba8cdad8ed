"""HubSpot: the demo's portal is written the same each time, with its quirks, and comes back whole."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from connectors.hubspot.demo import write_exports
from models.demo.frames import World
from models.demo.world import make_world
from tests.connectors.conftest import Delivered, Judged
from tests.connectors.test_hubspot import by_id

DONE = ("note", "task", "task_link", "appointment", "appointment_attendee", "service", "communication_preference")


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(seed=5, companies=40, months=12, as_of=datetime(2026, 7, 1))


@pytest.fixture(scope="module")
def portal(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("portal")
    write_exports(world, folder, seed=5)
    return folder


def test_the_same_world_gives_the_same_files(world: World, portal: Path, tmp_path: Path) -> None:
    write_exports(world, tmp_path, seed=5)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        path.name: path.read_bytes() for path in portal.iterdir()
    }


def test_the_quirks_are_there_and_only_broken_rows_are_refused(
    portal: Path, delivered: Delivered, judged: Judged
) -> None:
    rows = {delivery.file: delivery for delivery in delivered("hubspot", portal)}
    contacts = rows["03_hubspot-crm-exports-all-contacts-1.csv"]
    assert (contacts.rows_quarantined, contacts.rows_repeated) == (1, 1)
    assert sum(row.rows_quarantined for row in rows.values()) == 1
    western = (portal / "04_hubspot-crm-exports-all-contacts-2.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        western.decode()
    assert (portal / "02_hubspot-crm-exports-all-companies.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    (reason,) = judged("hubspot", "company", portal)[1]
    assert "2025-02-30 10:00" in reason
    for name in (*("contact", "contact_email", "contact_phone", "job_role", "product_price"), *DONE):
        assert judged("hubspot", name, portal)[1] == []


def test_the_portal_holds_what_the_world_says(world: World, portal: Path, judged: Judged) -> None:
    def size(object_name: str) -> int:
        return len(judged("hubspot", object_name, portal)[0])

    known = world["company_spellings"].filter(pl.col("system") == "crm")
    ours = pl.col("company_no").is_in(known["company_no"].implode())
    people, sold = world["contact_spellings"].filter(pl.col("system") == "crm"), world["deals"].filter(ours)
    assert 0 < len(sold) < len(world["deals"])  # the others' deals are in another CRM
    of_sold = pl.col("deal_no").is_in(sold["deal_no"].implode())
    assert size("company") == len(known)
    assert size("contact") == len(people)
    assert size("team_member") == len(world["team_members"])
    assert size("opportunity") == len(sold)
    assert size("opportunity_stage_history") == world["deal_stages"].filter(of_sold).height
    assert size("opportunity_contact") == world["deal_contacts"].filter(of_sold).height
    assert size("product") == len(world["products"])
    assert size("nps_response") == size("survey_response") == 0  # the survey tool asks, not HubSpot
    companies = by_id(judged("hubspot", "company", portal)[0])
    for row in known.iter_rows(named=True):
        company = companies[str(10_000_000_000 + row["record_no"])]
        assert company["employee_count"] == row["employee_count"]  # the later export put the mistakes right
        assert (company["name"], company["city"], company["phone"]) == (row["name"], row["city"], row["phone"])
        assert company["owner_id"] == str(40_000_000 + row["owner_no"])
    deals = judged("hubspot", "opportunity", portal)[0]
    assert deals["amount"].sum() == sold["amount"].sum()
    assert Counter(deals["status"]) == Counter(sold["status"])
    assert Counter(deals["opportunity_type"]) == Counter(sold["opportunity_type"])
    assert Counter(judged("hubspot", "contact", portal)[0]["decision_role"]) == Counter(people["decision_role"])


def kept_here(world: World, name: str) -> pl.DataFrame:
    return world[name].filter(pl.col("system") == "hubspot")


def test_what_was_done_comes_back(world: World, portal: Path, judged: Judged) -> None:
    notes, tasks = judged("hubspot", "note", portal)[0], judged("hubspot", "task", portal)[0]
    written = kept_here(world, "notes")
    assert notes.select("source_record_id", "company_id", "author_id", "noted_at", "body").rows() == [
        (
            str(51_000_000_000 + row["note_no"]),
            str(10_000_000_000 + row["company_no"]),
            str(40_000_000 + row["author_no"]),
            row["noted_at"],
            f"{row['title']}\n{row['body']}",
        )
        for row in written.to_dicts()
    ]
    pinned = written.filter("is_pinned").group_by("company_no").agg(pl.col("note_no").max())["note_no"]
    assert {int(no) - 51_000_000_000 for no in notes.filter("is_pinned")["source_record_id"]} == set(pinned)
    there = kept_here(world, "tasks")
    assert tasks["description"].to_list() == there["description"].to_list()
    assert tasks["due_on"].to_list() == there["due_on"].to_list()
    assert tasks["completed_at"].to_list() == there["completed_at"].dt.truncate("1m").to_list()
    assert tasks["status"].to_list() == there["status"].replace({"blocked": "pending_customer"}).to_list()
    assert tasks["priority"].to_list() == there["priority"].replace({"urgent": "high"}).to_list()
    assert tasks["owner_id"].to_list() == [str(40_000_000 + no) for no in there["owner_no"]]
    links = judged("hubspot", "task_link", portal)[0]
    assert len(links) == len(there) + there["contact_no"].drop_nulls().len()


def test_meetings_services_and_wishes_come_back(world: World, portal: Path, judged: Judged) -> None:
    held = kept_here(world, "appointments")
    appointments = judged("hubspot", "appointment", portal)[0]
    for column in ("title", "starts_at", "ends_at", "agenda", "location", "conference_url"):
        assert appointments[column].to_list() == held[column].to_list(), column
    canceled = [stage == "canceled" for stage in appointments["pipeline_stage"]]
    assert canceled == held["is_canceled"].to_list()
    attendees = judged("hubspot", "appointment_attendee", portal)[0]
    asked = world["appointment_attendees"].filter(pl.col("appointment_no").is_in(held["appointment_no"].implode()))
    assert len(attendees) == len(asked)
    assert attendees["is_organizer"].sum() == len(held)
    ours = world["companies"].filter(pl.col("crm") == "hubspot")["company_no"].implode()
    given = world["services"].filter(pl.col("company_no").is_in(ours))
    services = judged("hubspot", "service", portal)[0]
    for column in ("name", "status", "phase", "starts_on", "due_on", "completed_on", "satisfaction"):
        assert services[column].to_list() == given[column].to_list(), column
    runs = pl.col("status") == "active"
    assert services.filter(runs)["health"].to_list() == given.filter(runs)["health"].to_list()
    known = world["contacts"].filter("in_crm", pl.col("company_no").is_in(ours))["contact_no"].implode()
    wishes = world["communication_preferences"].filter(channel="email").filter(pl.col("contact_no").is_in(known))
    # Of who moved, HubSpot has the address that works.
    moved = (
        world["contact_spellings"]
        .filter(pl.col("system") == "crm", pl.col("former_company_no").is_not_null())["record_no"]
        .implode()
    )
    works = (pl.col("preference") == "bounced") & pl.col("contact_no").is_in(moved)
    told = wishes.with_columns(preference=pl.when(works).then(pl.lit("unknown")).otherwise("preference"))
    assert not wishes.filter(works).is_empty()
    assert Counter(told["preference"]) == Counter(
        judged("hubspot", "communication_preference", portal)[0].filter(
            pl.col("contact_id").is_in([str(20_000_000_000 + no) for no in wishes["contact_no"]])
        )["preference"]
    )
