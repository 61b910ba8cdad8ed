"""Intercom: every shape of export lands, every mapping keeps to its object, parts and ratings survive poorer pages."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.home import ROOT
from tests.connectors.conftest import REAL_DATA, Delivered, Judged, Staged

SAMPLE = ROOT / "connectors" / "intercom" / "sample"
OBJECTS = sorted(path.stem for path in SAMPLE.parent.glob("*.sql"))
JANA, MARCO, LEA, NOBODY, OLD = (f"{no:024x}" for no in (0x11, 0x12, 0x13, 0x14, 0x15))
BRIGHTWELL, ACME, ROSSI = (f"{no:024x}" for no in (1, 2, 3))
ANN, BEN = "4077639", "4109673"


def by_id(rows: object) -> dict[str, dict[str, object]]:
    return {row["source_record_id"]: row for row in rows.to_dicts()}  # type: ignore[attr-defined]


# --- the shapes -----------------------------------------------------------------------------------------------------


def test_every_shape_of_the_sample_lands(delivered: Delivered) -> None:
    deliveries = delivered("intercom", SAMPLE)
    assert {delivery.file for delivery in deliveries} == {path.name for path in SAMPLE.iterdir()}
    assert sum(delivery.rows_quarantined for delivery in deliveries) == 0
    read = Counter[str]()
    for delivery in deliveries:
        read[delivery.resource] += delivery.rows_read
    assert read == {
        "conversations": 8,
        "conversation_parts": 2,
        "contacts": 5,
        "companies": 3,
        "admins": 3,
        "tickets": 2,
        "notes": 2,
        "tags": 4,
        "teams": 2,
        "tag_table": 2,
        "team_table": 1,
        "team_admins": 1,
        "company_tags": 1,
        "contact_tags": 2,
        "conversation_tags": 2,
        "contact_companies": 1,
        "conversation_contacts": 2,
    }


@pytest.mark.parametrize("object_name", OBJECTS)
def test_every_mapping_keeps_to_its_object(object_name: str, staged: Staged, judged: Judged) -> None:
    rows = staged("intercom", object_name, SAMPLE)
    good, reasons = judged("intercom", object_name, SAMPLE)
    assert reasons == []
    assert len(good) == len(rows) > 0
    assert [column for column in rows.columns if rows[column].null_count() == len(rows)] == []


@pytest.mark.skipif(not REAL_DATA.exists(), reason="the folder of real exports is not here")
def test_tables_of_a_loader_are_taken_or_set_aside_whole(delivered: Delivered, judged: Judged) -> None:
    folder = REAL_DATA / "intercom"
    deliveries = delivered("intercom", folder)
    assert {delivery.file for delivery in deliveries} == {path.name for path in folder.iterdir()}
    for delivery in deliveries:
        taken = delivery.rows_stored + delivery.rows_quarantined + delivery.rows_repeated
        assert delivery.rows_read == taken, delivery.file
    found = {delivery.file.removesuffix("_data.csv"): delivery.resource for delivery in deliveries}
    assert {name for name, resource in found.items() if resource == "_file"} == {
        "article_history",
        "help_center_history",
    }
    assert found["tag"] == "tag_table"
    assert found["collection_history"] == "help_center_collections"
    counts = {name: judged("intercom", name, folder) for name in OBJECTS}
    assert {name: reasons for name, (_, reasons) in counts.items() if reasons} == {}
    assert {name: len(rows) for name, (rows, _) in counts.items() if len(rows)} == {
        "communication_preference": 9,
        "company": 9,
        "contact": 9,
        "contact_email": 9,
        "conversation": 2,
        "conversation_participant": 16,
        "job_role": 9,
        "message": 3,
        "team_member": 4,
    }
    talks = judged("intercom", "conversation", folder)[0]
    assert talks.select("source_record_id", "is_open", "direction").rows() == [
        ("156643300001311", False, "in"),
        ("156643300001372", False, "in"),
    ]
    teams = judged("intercom", "team_member", folder)[0]
    assert Counter(teams["team"].to_list()) == {"Customer support": 2, "Robots": 1, "Management": 1}


# --- people and companies -------------------------------------------------------------------------------------------


def test_companies_name_their_record_elsewhere_and_keep_own_attributes(judged: Judged) -> None:
    rows = by_id(judged("intercom", "company", SAMPLE)[0])
    fields = ("name", "external_id", "employee_count", "tags")
    assert {key: tuple(row[name] for name in fields) for key, row in rows.items()} == {
        BRIGHTWELL: ("Brightwell", "*:10000000011", 120, "emea;key account"),
        ACME: ("ACME GmbH", "hubspot:10000000012", None, "seats"),
        ROSSI: ("Rossi Consulting", None, None, None),
    }
    custom = json.loads(str(rows[BRIGHTWELL]["custom"]))
    assert (custom["monthly_spend"], custom["csm_tier"], custom["seats"]) == ("1450", "A", "40")
    assert json.loads(custom["plan"])["name"] == "Growth"
    domains = judged("intercom", "company_domain", SAMPLE)[0]
    assert domains.select("company_id", "domain").rows() == [
        (BRIGHTWELL, "brightwell.example"),
        (ACME, "acme.example"),
    ]


def test_people_with_their_wishes_roles_and_accounts(judged: Judged) -> None:
    people = by_id(judged("intercom", "contact", SAMPLE)[0])
    fields = ("name", "lifecycle_phase", "external_id", "language", "tags")
    assert {key: tuple(row[name] for name in fields) for key, row in people.items()} == {
        JANA: ("Jana Novak", "user", "*:u-1011", "de", "emea;key account"),
        MARCO: ("Marco Rossi", "user", "*:u-1012", "it", "seats"),
        LEA: ("lea@nordlicht.example", "lead", None, None, None),
        NOBODY: (f"lead {NOBODY}", "lead", None, None, None),
        OLD: ("Old Account", "user", "*:u-1015", None, None),
        # the lead that Jana was before she signed up
        f"{0x1F:024x}": ("Jana Novak", "user", f"intercom:{JANA}", "de", "emea;key account"),
    }
    gone = {key for key, row in people.items() if row["source_deleted_at"] is not None}
    assert gone == {OLD, f"{0x1F:024x}"}
    assert people[JANA]["owner_id"] == ANN
    wishes = judged("intercom", "communication_preference", SAMPLE)[0]
    assert wishes["address"].str.contains("@").to_list() == [True] * 4
    assert wishes.select("contact_id", "channel", "preference").rows() == [
        (JANA, "email", "subscribed"),
        (MARCO, "email", "unsubscribed"),
        (LEA, "email", "bounced"),
        (OLD, "email", "unsubscribed"),
    ]
    roles = judged("intercom", "job_role", SAMPLE)[0]
    assert roles.select("contact_id", "company_id", "job_title", "is_primary").rows() == [
        (JANA, BRIGHTWELL, "Head of Finance", True),
        (MARCO, ACME, None, False),
        (MARCO, ROSSI, None, False),
        (LEA, BRIGHTWELL, None, True),
        (OLD, ACME, None, True),
    ]
    users = judged("intercom", "product_user", SAMPLE)[0]
    assert users.select("external_user_id", "company_id", "plan", "status").rows() == [
        ("u-1011", BRIGHTWELL, "Growth", None),
        ("u-1012", None, None, None),
        ("u-1015", ACME, "Starter", "deactivated"),
    ]
    assert str(users["last_active_at"][0]) == "2026-06-19 18:00:00"


def test_teammates_have_their_teams_and_the_bot_is_none(judged: Judged) -> None:
    members = judged("intercom", "team_member", SAMPLE)[0]
    assert members.select("source_record_id", "email", "roles", "team").rows() == [
        (ANN, "ann@lumenly.example", "Support lead", "Onboarding;Support"),
        (BEN, "ben@lumenly.example", None, "Night shift;Support"),
    ]
    notes = judged("intercom", "note", SAMPLE)[0]
    assert notes.select("contact_id", "company_id", "author_id", "body").rows() == [
        (JANA, None, ANN, "Prefers German.\nBack from leave on 1 July."),
        (None, ACME, BEN, "Budget round in autumn"),
    ]


# --- talks ----------------------------------------------------------------------------------------------------------


def test_conversations_of_every_channel(judged: Judged) -> None:
    rows = by_id(judged("intercom", "conversation", SAMPLE)[0])
    fields = ("conversation_type", "subject", "direction", "is_open", "ticket_id", "company_id", "tags")
    assert {key[-3:]: tuple(row[name] for name in fields) for key, row in rows.items()} == {
        "101": ("chat", None, "in", False, None, None, "billing;how-to"),
        "102": ("email", 'Dashboard "Umsatz" broken', "in", True, None, ACME, None),
        "103": ("chat", None, "out", True, None, None, None),
        "104": ("ticket", "Wrong invoice address", "in", False, "215470000104", ACME, None),
        "105": ("whatsapp", None, "in", True, None, None, None),
        "201": ("ticket", None, None, True, "215470000201", BRIGHTWELL, None),
        "301": ("chat", "Seats", "in", False, None, None, "seats"),
    }
    first = rows["215470000101"]
    assert first["snippet"] == "Hallo! Wie exportiere ich alle Rechnungen von April & Mai?"
    assert [str(first[name]) for name in ("started_at", "ended_at", "updated_at")] == [
        "2026-06-01 08:00:00",
        "2026-06-01 09:40:00",
        "2026-06-02 07:00:00",
    ]


def test_messages_are_plain_text_and_know_their_author(judged: Judged) -> None:
    rows = by_id(judged("intercom", "message", SAMPLE)[0])
    assert rows.pop("215470000301:source")["body"] == "How many seats have we?"  # a loader's table
    fields = ("author_contact_id", "author_team_member_id", "is_public", "is_automatic", "has_attachments")
    assert {key[-8:]: tuple(row[name] for name in fields) for key, row in rows.items()} == {
        "1:source": (JANA, None, True, False, False),
        "101:9001": (None, ANN, True, False, False),
        "101:9002": (None, ANN, False, False, False),
        "101:9003": (JANA, None, True, False, False),
        "2:source": (MARCO, None, True, False, False),
        "102:9012": (None, None, True, True, False),
        "102:9013": (None, BEN, True, False, True),
        "3:source": (None, BEN, True, False, False),
        "4:source": (MARCO, None, True, False, False),
        "104:9031": (None, ANN, True, False, False),
        "5:source": (JANA, None, True, False, False),
        "301:9301": (None, ANN, True, False, False),
    }
    assert [rows[f"215470000101:{no}"]["body"] for no in (9001, 9002, 9003)] == [
        "Hi Jana,\nunder Billing press Export: all with a total > 0 are in it.",
        "Asked twice this month 'already'",
        "Danke!\nDas war schnell.",
    ]


def test_who_wrote_is_told_from_who_was_written_to(judged: Judged) -> None:
    rows = judged("intercom", "conversation_participant", SAMPLE)[0]
    said = rows.select("conversation_id", "contact_id", "team_member_id", "role").rows()
    assert [row[1:] for row in said if row[0] == "215470000102"] == [
        (JANA, None, "to"),
        (MARCO, None, "from"),
        (None, BEN, "from"),
    ]
    assert [row[1:] for row in said if row[0] == "215470000103"] == [(LEA, None, "to"), (None, BEN, "from")]


def test_tickets_have_their_history_and_what_their_conversation_knows(judged: Judged) -> None:
    rows = by_id(judged("intercom", "ticket", SAMPLE)[0])
    fields = ("status", "requester_id", "assignee_id", "company_id", "category", "channel", "reopen_count")
    assert {key: tuple(row[name] for name in fields) for key, row in rows.items()} == {
        "215470000104": ("solved", MARCO, ANN, None, "Billing", "phone_call", 1),
        "215470000201": ("new", JANA, None, BRIGHTWELL, "Bug", None, None),
    }
    assert rows["215470000104"]["description"] == "The invoice of May shows the old address."
    assert rows["215470000201"]["subject"] == "Import of 20 000 contacts stops at row 12 - please help"
    assert [str(rows["215470000104"][name]) for name in ("first_replied_at", "solved_at")] == [
        "2026-06-16 09:30:00",
        "2026-06-18 15:00:00",
    ]
    assert json.loads(str(rows["215470000201"]["custom"]))["severity"] == "S2"
    events = judged("intercom", "ticket_event", SAMPLE)[0].sort("occurred_at")
    assert events.select("field_name", "old_value", "new_value").rows() == [
        ("status", "new", "open"),
        ("assignee", None, ANN),
        ("status", "open", "pending"),
        ("status", "pending", "solved"),
    ]


def test_ratings_are_answers_only_once_given(judged: Judged) -> None:
    rows = judged("intercom", "survey_response", SAMPLE)[0]
    assert rows.select("source_record_id", "contact_id", "ticket_id", "score", "comment").rows() == [
        ("215470000101", JANA, None, Decimal(5), "Quick & kind"),
        ("215470000104", MARCO, "215470000104", Decimal(2), None),
        ("215470000301", MARCO, None, Decimal(4), "Fine, thanks"),
    ]
    assert set(rows["survey_type"]) == {"csat"}
    assert {(row["scale_min"], row["scale_max"]) for row in rows.to_dicts()} == {(Decimal(1), Decimal(5))}


# --- awkward deliveries ---------------------------------------------------------------------------------------------


def conversation(no: int, updated_at: int, body: str = "<p>Hi</p>", **more: object) -> dict[str, object]:
    source = {"type": "conversation", "delivered_as": "customer_initiated", "body": body}
    source["author"] = {"type": "user", "id": JANA}  # type: ignore[assignment]
    base: dict[str, object] = {"type": "conversation", "id": str(no), "state": "open", "priority": "not_priority"}
    return base | {"source": source, "created_at": 1780300800, "updated_at": updated_at} | more


def write_lines(path: Path, *records: object) -> None:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))


def test_a_poorer_or_older_page_takes_nothing_away(tmp_path: Path, judged: Judged) -> None:
    said = {"id": "9", "part_type": "comment", "body": "<p>Hello</p>", "created_at": 1780300900}
    parts = {"conversation_parts": {"conversation_parts": [said | {"author": {"type": "admin", "id": ANN}}]}}
    write_lines(tmp_path / "1.ndjson", conversation(1, 1780301000, **parts))
    page = {"type": "conversation.list", "conversations": [conversation(1, 1780302000, state="closed")]}
    (tmp_path / "2.json").write_text(json.dumps(page))
    write_lines(tmp_path / "3.ndjson", conversation(1, 1780300900, body="<p>an older version</p>"))
    (talk,) = judged("intercom", "conversation", tmp_path)[0].to_dicts()
    assert (talk["is_open"], talk["snippet"]) == (False, "Hi")
    messages = judged("intercom", "message", tmp_path)[0]
    assert messages.sort("sent_at").select("body", "author_team_member_id").rows() == [("Hi", None), ("Hello", ANN)]


def test_a_part_that_was_redacted_later_says_nothing_more(tmp_path: Path, judged: Judged) -> None:
    said = {"id": "9", "part_type": "comment", "author": {"type": "user", "id": JANA}, "created_at": 1780300900}
    for no, body in enumerate(("<p>My password is x</p>", None), start=1):
        parts = {"conversation_parts": {"conversation_parts": [said | {"body": body}]}}
        write_lines(tmp_path / f"{no}.ndjson", conversation(1, 1780301000 + no, **parts))
    assert judged("intercom", "message", tmp_path)[0]["body"].to_list() == ["Hi"]


def test_what_cannot_be_read_is_set_aside_and_stops_nothing(
    tmp_path: Path, delivered: Delivered, judged: Judged
) -> None:
    ticket = {"type": "ticket", "ticket_attributes": {"_default_title_": "T"}, "created_at": 1780300800}
    states = ("resolved", "melted")
    write_lines(
        tmp_path / "mixed.ndjson",
        conversation(1, 1780301000, body="Größe &lt;b&gt; \U0001f600 'x'"),
        conversation(2, 1780301000) | {"created_at": "yesterday"},
        *(ticket | {"id": str(no), "ticket_state": {"category": state}} for no, state in enumerate(states, start=7)),
        conversation(3, 1780301000) | {"id": None},
        "not a record",
    )
    (delivery, rejected) = sorted(delivered("intercom", tmp_path), key=lambda found: found.rows_quarantined)[-2:]
    assert delivery.rows_quarantined + rejected.rows_quarantined == 2
    talks, reasons = judged("intercom", "conversation", tmp_path)
    assert talks.filter(talks["source_record_id"] == "1")["snippet"].to_list() == ["Größe <b> \U0001f600 'x'"]
    assert reasons == ['started_at: "yesterday" is not a date and time such as 2026-03-31T14:05:00Z']
    tickets, reasons = judged("intercom", "ticket", tmp_path)
    assert tickets["status"].to_list() == ["solved"]
    assert reasons == ['status: "melted" is none of new, open, pending, hold, solved, closed']
