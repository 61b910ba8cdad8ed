"""Zendesk: every shape of export lands, every mapping keeps to its object, the demo's help desk comes back whole."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from connectors.zendesk.demo import write_exports
from models.demo.frames import World
from models.demo.world import make_world
from pipelines.home import ROOT
from tests.connectors.conftest import REAL_DATA, Delivered, Judged, Staged

SAMPLE = ROOT / "connectors" / "zendesk" / "sample"
OBJECTS = sorted(path.stem for path in SAMPLE.parent.glob("*.sql"))
FOREIGN = {"audit_log", "brand", "chat", "daylight", "domain", "form_history", "schedule", "sla", "tag", "time_zone"}


def by_id(rows: pl.DataFrame) -> dict[str, dict[str, object]]:
    return {row["source_record_id"]: row for row in rows.to_dicts()}


# --- the shapes -----------------------------------------------------------------------------------------------------


def test_every_shape_of_the_sample_lands(delivered: Delivered) -> None:
    deliveries = delivered("zendesk", SAMPLE)
    assert {delivery.file for delivery in deliveries} == {path.name for path in SAMPLE.iterdir()}
    assert sum(delivery.rows_quarantined for delivery in deliveries) == 0
    read = Counter[str]()
    for delivery in deliveries:
        read[delivery.resource] += delivery.rows_read
    assert read == {
        "tickets": 7,
        "ticket_comments": 3,
        "ticket_audits": 6,
        "ticket_field_history": 5,
        "ticket_metrics": 1,
        "users": 5,
        "organizations": 5,
        "satisfaction_ratings": 1,
        "groups": 1,
    }


@pytest.mark.parametrize("object_name", OBJECTS)
def test_every_mapping_keeps_to_its_object(object_name: str, staged: Staged, judged: Judged) -> None:
    rows = staged("zendesk", object_name, SAMPLE)
    good, reasons = judged("zendesk", object_name, SAMPLE)
    assert reasons == []
    assert len(good) == len(rows) > 0


@pytest.mark.skipif(not REAL_DATA.exists(), reason="the folder of real exports is not here")
def test_tables_of_a_loader_are_taken_or_set_aside_whole(delivered: Delivered, judged: Judged) -> None:
    folder = REAL_DATA / "zendesk"
    deliveries = delivered("zendesk", folder)
    assert {delivery.file for delivery in deliveries} == {path.name for path in folder.iterdir()}
    for delivery in deliveries:
        taken = delivery.rows_stored + delivery.rows_quarantined + delivery.rows_repeated
        assert delivery.rows_read == taken, delivery.file
        is_foreign = any(word in delivery.file for word in FOREIGN)
        assert (delivery.resource == "_file") == is_foreign, delivery
    for object_name in OBJECTS:
        assert judged("zendesk", object_name, folder)[1] == [], object_name
    assert len(judged("zendesk", "ticket", folder)[0]) == 10
    assert len(judged("zendesk", "message", folder)[0]) == 20
    assert len(judged("zendesk", "ticket_event", folder)[0]) == 34


# --- the mappings ---------------------------------------------------------------------------------------------------


def test_companies_link_to_some_other_source(judged: Judged) -> None:
    rows = by_id(judged("zendesk", "company", SAMPLE)[0])
    assert {key: row["external_id"] for key, row in rows.items()} == {
        "50000001": "*:10000000011",
        "50000002": None,
        "50000003": "stripe:cus_000009",
    }
    assert rows["50000001"]["tags"] == "key_account;emea"
    assert json.loads(str(rows["50000001"]["custom"]))["organization_fields"] == '{"plan":"enterprise"}'
    assert str(rows["50000003"]["source_deleted_at"]) == "2026-02-01 00:00:00"
    domains = judged("zendesk", "company_domain", SAMPLE)[0]
    assert domains.select("company_id", "domain", "is_primary").rows() == [
        ("50000001", "brightwell-group.example", False),
        ("50000001", "brightwell.example", True),
        ("50000002", "acme.example", True),
    ]


def test_users_are_contacts_or_team_members_by_role(judged: Judged) -> None:
    contacts = by_id(judged("zendesk", "contact", SAMPLE)[0])
    assert {key: row["name"] for key, row in contacts.items()} == {
        "60000011": "Jana Novak",
        "60000012": "Marco Rossi",
        "60000013": "Old Spammer",
        "60000099": "Nora Neu",  # known only from the ticket list
    }
    assert (contacts["60000011"]["language"], contacts["60000011"]["timezone"]) == ("de", "Europe/Berlin")
    assert contacts["60000013"]["source_deleted_at"] is not None
    emails = judged("zendesk", "contact_email", SAMPLE)[0]
    assert emails["address"].to_list() == [
        "jana.novak@brightwell.example",
        "marco@acme.example",
        "spam@watches.example",
        "nora.neu@neustart.example",
    ]
    members = judged("zendesk", "team_member", SAMPLE)[0]
    assert members.select("name", "roles", "team", "is_active").rows() == [
        ("Ann Agent", "agent", "Support", True),
        ("Boris Admin", "admin", "Support", True),
    ]
    roles = judged("zendesk", "job_role", SAMPLE)[0]
    assert roles.select("contact_id", "company_id").rows() == [("60000011", "50000001"), ("60000012", "50000002")]


def test_tickets_read_alike_from_every_shape(judged: Judged) -> None:
    rows = by_id(judged("zendesk", "ticket", SAMPLE)[0])
    fields = ("company_id", "requester_id", "assignee_id", "status", "priority", "category", "channel", "csat")
    assert {key: tuple(row[name] for name in fields) for key, row in rows.items()} == {
        "4101": ("50000001", "60000011", "70000001", "solved", "normal", "question", "email", "good"),
        "4102": ("50000002", "60000012", "70000001", "open", "urgent", "incident", "phone", "bad"),
        "4103": (None, "60000013", None, "closed", None, None, "email", "unoffered"),
        "4104": ("50000001", "60000011", "70000002", "pending", "high", "problem", "email", "offered"),
        "4105": ("50000002", "60000012", None, "new", "low", None, "web", None),
        "4106": ("50000002", "60000012", "70000001", "solved", "normal", "question", "email", "good"),
        "4107": (None, "60000099", None, "open", None, None, "web", "unoffered"),
    }
    assert str(rows["4103"]["source_deleted_at"]) == "2026-05-13 11:05:00"
    assert rows["4102"]["csat_comment"] == "Still no answer"
    assert rows["4105"]["subject"] == "More seats: we would like to add 20 users from July on."
    assert [str(rows[key]["first_replied_at"]) for key in ("4101", "4106")] == [
        "2026-05-04 09:39:30",
        "2026-06-10 09:40:00",
    ]
    assert [rows["4106"][name] for name in ("reopen_count", "reply_count", "tags")] == [1, 2, "billing;address"]


def test_history_comes_from_audits_and_else_from_field_values(judged: Judged) -> None:
    events = judged("zendesk", "ticket_event", SAMPLE)[0].filter(pl.col("field_name") == "status").sort("occurred_at")
    changes = events.select("ticket_id", "old_value", "new_value").rows()
    assert [change[1:] for change in changes if change[0] == "4101"] == [
        (None, "new"),
        ("new", "pending"),
        ("pending", "solved"),
    ]
    assert [change[1:] for change in changes if change[0] == "4106"] == [
        (None, "new"),
        ("new", "hold"),
        ("hold", "solved"),
    ]


def test_comments_of_all_three_ways_know_their_author(judged: Judged) -> None:
    rows = judged("zendesk", "message", SAMPLE)[0]
    said = rows.select(
        "source_record_id", "author_contact_id", "author_team_member_id", "is_public", "is_automatic"
    ).rows()
    assert said == [
        ("80000011", "60000011", None, True, False),
        ("80000012", None, "70000001", True, False),
        ("80000013", None, "70000001", False, False),
        ("80000014", None, None, True, True),
        ("80000015", None, "70000001", True, False),
        ("80000016", "60000012", None, True, False),
        ("80000041", "60000011", None, True, False),
        ("80000042", None, "70000002", False, False),
        ("80000043", None, "70000002", True, False),
        ("80000044", "60000012", None, True, False),
    ]
    assert rows.filter(pl.col("has_attachments"))["source_record_id"].to_list() == ["80000041"]
    assert rows["body"][8] == 'Hallo Jana, wir sehen uns das an: bitte {"cache":"off"} setzen.'


def test_participants_are_requesters_authors_and_copied_people(judged: Judged) -> None:
    rows = judged("zendesk", "conversation_participant", SAMPLE)[0].filter(pl.col("conversation_id") == "4102")
    assert rows.select("contact_id", "team_member_id", "role").rows() == [
        ("60000011", None, "cc"),
        ("60000012", None, "from"),
        (None, "70000001", "from"),
    ]
    talks = by_id(judged("zendesk", "conversation", SAMPLE)[0])
    assert [talks[key]["direction"] for key in ("4101", "4102", "4106")] == ["in", "out", None]
    assert [key for key, row in talks.items() if row["is_open"]] == ["4102", "4104", "4105", "4107"]


# --- awkward deliveries ---------------------------------------------------------------------------------------------


def write_lines(path: Path, *records: dict[str, object]) -> None:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))


def ticket(no: int, status: str, updated_at: str, **more: object) -> dict[str, object]:
    base: dict[str, object] = {
        "id": no,
        "subject": f"Ticket {no}",
        "status": status,
        "created_at": "2026-01-01T00:00:00Z",
    }
    return base | {"updated_at": updated_at} | more


def test_a_newer_page_without_texts_leaves_description_and_comments(tmp_path: Path, judged: Judged) -> None:
    said = [{"id": 9, "author_id": 5, "body": "first", "public": True, "created_at": "2026-01-01T00:00:00Z"}]
    old = ticket(1, "open", "2026-01-02T00:00:00Z", requester_id=5, description="first", comments=said)
    write_lines(tmp_path / "1.ndjson", {"ticket": old})
    page = {"tickets": [ticket(1, "solved", "2026-01-03T00:00:00Z", requester_id=5)], "next_page": None, "count": 1}
    (tmp_path / "2.json").write_text(json.dumps(page))
    write_lines(tmp_path / "3.ndjson", ticket(1, "new", "2026-01-01T12:00:00Z", requester_id=5))
    audit = {"id": 8, "ticket_id": 1, "created_at": "2026-01-01T00:00:00Z", "events": [said[0] | {"type": "Comment"}]}
    write_lines(tmp_path / "audits.ndjson", audit)
    (row,) = judged("zendesk", "ticket", tmp_path)[0].to_dicts()
    assert (row["status"], row["description"]) == ("solved", "first")
    (message,) = judged("zendesk", "message", tmp_path)[0].to_dicts()
    assert (message["body"], message["author_contact_id"]) == ("first", "5")


def test_what_cannot_be_read_is_set_aside_and_stops_nothing(tmp_path: Path, judged: Judged) -> None:
    write_lines(
        tmp_path / "tickets.ndjson",
        ticket(1, "melted", "2026-01-02T00:00:00Z"),
        ticket(2, "open", "yesterday", created_at="long ago"),
        ticket(3, "open", "2026-01-02T00:00:00Z", via="{", tags="[", comments="[oops", email_cc_ids="x", requester="{"),
        ticket(4, "open", "2026-01-02T00:00:00Z", satisfaction_rating={"score": "splendid"}),
    )
    (tmp_path / "audits.csv").write_text('id,ticket_id,events,created_at\n7,3,"[{broken",2026-01-02T00:00:00Z\n')
    good, reasons = judged("zendesk", "ticket", tmp_path)
    assert good["source_record_id"].to_list() == ["3"]
    assert sorted(word for word in ("melted", "long ago", "splendid") if any(word in reason for reason in reasons)) == [
        "long ago", "melted", "splendid",
    ]  # fmt: skip
    events, reasons = judged("zendesk", "ticket_event", tmp_path)
    assert events.is_empty()
    assert len(reasons) == 1
    assert "[{broken" in reasons[0]
    for object_name in OBJECTS:
        judged("zendesk", object_name, tmp_path)


# --- the demo -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(seed=3, companies=40, months=24)


@pytest.fixture(scope="module")
def exports(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    write_exports(world, folder, 3)
    return folder


def test_the_demo_writes_the_same_bytes_again(world: World, exports: Path, tmp_path: Path) -> None:
    write_exports(world, tmp_path, 3)
    written = {path.name: path.read_bytes() for path in exports.iterdir()}
    assert written == {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert len(written) > 8


def test_the_demo_has_the_faults_of_real_exports(exports: Path, delivered: Delivered) -> None:
    deliveries = {(delivery.file, delivery.resource): delivery for delivery in delivered("zendesk", exports)}
    again = deliveries[("tickets_page_001_fetched_again.json", "tickets")]
    assert again.rows_repeated == again.rows_read > 0
    assert deliveries[("tickets_page_001_restored.json", "tickets")].rows_stored > 0
    quarantined = {key: delivery.rows_quarantined for key, delivery in deliveries.items() if delivery.rows_quarantined}
    assert quarantined == {("ticket_audits.ndjson", "_file"): 1}


def test_the_demo_comes_back_as_the_world_has_it(world: World, exports: Path, judged: Judged) -> None:
    found = {name: judged("zendesk", name, exports) for name in OBJECTS}
    assert {name: reasons for name, (_, reasons) in found.items() if reasons} == {}
    tickets = world["tickets"].sort("ticket_no")
    staged = found["ticket"][0].sort(pl.col("source_record_id").cast(pl.Int64))
    for column in ("subject", "description", "status", "priority", "channel", "opened_at", "updated_at"):
        assert staged[column].to_list() == tickets[column].to_list(), column
    assert (
        staged.filter(pl.col("csat").is_in(["good", "bad"]))["csat"].to_list() == tickets["csat"].drop_nulls().to_list()
    )
    assert sorted(found["message"][0]["body"]) == sorted(world["ticket_comments"]["body"])
    contacts, members = (world["ticket_comments"][f"author_{who}_no"].drop_nulls() for who in ("contact", "member"))
    assert sorted(found["message"][0]["author_contact_id"].drop_nulls()) == sorted(
        str(60_000_000 + no) for no in contacts
    )
    assert sorted(found["message"][0]["author_team_member_id"].drop_nulls()) == sorted(
        str(70_000_000 + no) for no in members
    )
    events, told = world["ticket_events"], found["ticket_event"][0]
    for column in ("field_name", "occurred_at"):
        assert sorted(told[column]) == sorted(events[column])
    status = pl.col("field_name") == "status"
    assert Counter(told.filter(status)["new_value"]) == Counter(events.filter(status)["new_value"])


def test_the_demo_links_companies_and_people_as_promised(world: World, exports: Path, judged: Judged) -> None:
    known = world["company_spellings"].filter(pl.col("system") == "helpdesk")
    staged = judged("zendesk", "company", exports)[0]
    assert sorted(staged["source_record_id"]) == sorted(str(50_000_000 + no) for no in known["company_no"])
    linked = staged.drop_nulls("external_id")
    assert 0.3 < len(linked) / len(staged) < 0.9
    crms = dict(known.select("company_no", "crm").rows())
    for row in linked.to_dicts():
        no = int(row["source_record_id"]) - 50_000_000
        ours = {"hubspot": f"*:{10_000_000_000 + no}", "salesforce": f"*:001LU{no:013d}"}
        assert row["external_id"] == ours[crms[no]]
    assert set(staged["name"]) - set(world["companies"]["name"]), "some names are spelled otherwise"
    people = world["contact_spellings"].filter(pl.col("system") == "helpdesk", "in_helpdesk")
    assert any(
        email in path.read_text() for path in exports.glob("users*") for email in people["email"].str.to_uppercase()
    )
    assert sorted(judged("zendesk", "contact_email", exports)[0]["address"]) == sorted(
        people["email"].str.to_lowercase()
    )
