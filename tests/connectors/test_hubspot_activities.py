"""HubSpot: surveys, calls, meetings, notes, tasks and services mean what they say; what cannot be read is told."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl

from tests.connectors.conftest import Delivered, Judged
from tests.connectors.test_hubspot import SAMPLE, by_id


def test_other_surveys_have_the_scale_they_were_asked_on(judged: Judged) -> None:
    rows = judged("hubspot", "survey_response", SAMPLE)[0]
    told = ("source_record_id", "survey_type", "score", "scale_min", "scale_max", "campaign")
    assert rows.select(told).rows() == [
        ("9600000702", "csat", 2, 0, 2, "Ticket survey"),
        ("9600000713", "ces", 6, 1, 7, "Effort"),
        ("9600000714", "csat", 4, 1, 5, "After the training"),  # of five stars, in a survey of the portal's own
    ]
    effort = rows.row(1, named=True)
    assert (effort["contact_id"], effort["company_id"], effort["ticket_id"]) == (
        "9100000212",
        "9000000112",
        "9500000612",
    )
    assert (effort["respondent"], effort["comment"]) == ("sam@tidewaterlabs.example", "Found it at once")
    assert effort["answered_at"] == datetime(2026, 6, 5, 9, 30)
    assert rows["source_deleted_at"].to_list() == [None, None, datetime(2026, 6, 20, 9, 30)]


def test_what_was_said_by_phone(judged: Judged) -> None:
    rows = by_id(judged("hubspot", "conversation", SAMPLE)[0])
    assert set(rows) == {"call:9700000801", "call:9700000811", "call:9700000822"}  # meetings and notes are none
    assert rows["call:9700000811"]["body"] == "Loop shown & reproduced.\nBack tomorrow."
    assert (rows["call:9700000811"]["direction"], rows["call:9700000801"]["direction"]) == ("in", "out")
    assert rows["call:9700000801"]["created_at"] == datetime(2026, 6, 11, 13, 20)
    assert rows["call:9700000822"]["source_deleted_at"] == datetime(2026, 6, 4, 12, 20)
    present = judged("hubspot", "conversation_participant", SAMPLE)[0]
    assert present.select("source_record_id", "role").rows() == [
        ("call:9700000801:contact:9100000201", "to"),
        ("call:9700000801:owner:70000001", "from"),
        ("call:9700000811:contact:9100000211", "from"),
        ("call:9700000811:owner:70000002", "to"),
        ("call:9700000822:owner:70000002", "from"),
    ]


def test_meetings_and_appointments(judged: Judged) -> None:
    rows = by_id(judged("hubspot", "appointment", SAMPLE)[0])
    assert {no: (row["title"], row["pipeline_stage"], row["outcome"]) for no, row in rows.items()} == {
        "appointment:9960000901": ("Label printer set-up", None, None),  # scheduled: its times tell
        "appointment:9960000921": ("On-site installation", "done", "Attended"),  # in a stage that is closed
        "appointment:9960000922": ("Second day of installation", "canceled", "Cancelled"),
        "meeting:9700000802": ("Quarterly review", "done", "Completed"),
        "meeting:9700000804": ("Quarterly review", None, None),
        "meeting:9700000812": ("Roadmap", "done", "Completed\nWants SSO before renewal\nSam < 5 seats"),
        "meeting:9700000813": ("Roadmap, second try", "canceled", "Canceled"),
        "meeting:9700000819": ("Meeting", "canceled", "No show"),
    }
    roadmap, review = rows["meeting:9700000812"], rows["meeting:9700000802"]
    assert (roadmap["starts_at"], roadmap["ends_at"]) == (datetime(2026, 6, 9, 14), datetime(2026, 6, 9, 14, 45))
    assert (roadmap["company_id"], roadmap["service_id"], roadmap["organizer_id"]) == (
        "9000000111",
        "9950000911",
        "70000001",
    )
    assert (roadmap["agenda"], roadmap["appointment_type"]) == ("Single sign-on first", "Roadmap talk")
    assert (roadmap["location"], roadmap["conference_url"]) == (None, "https://meet.lumenly.example/abc-defg-hij")
    assert (review["location"], review["conference_url"]) == ("Deichstraße 3, Husum", None)
    assert (review["organizer_id"], review["created_at"]) == ("70000002", datetime(2026, 6, 1, 9))
    missed = rows["meeting:9700000819"]
    assert (missed["starts_at"], missed["source_deleted_at"]) == (datetime(2026, 6, 5, 9), datetime(2026, 6, 6, 8))


def test_who_was_asked(judged: Judged) -> None:
    rows = judged("hubspot", "appointment_attendee", SAMPLE)[0]
    roadmap = rows.filter(pl.col("appointment_id") == "meeting:9700000812")
    assert roadmap.select("contact_id", "team_member_id", "address", "is_organizer").rows() == [
        ("9100000211", None, None, False),
        ("9100000212", None, "sam@tidewaterlabs.example", False),  # a contact, and invited by address
        ("guest@partner.example", None, "guest@partner.example", False),
        (None, "70000001", None, True),
        (None, "70000002", None, False),
    ]
    assert Counter(rows["appointment_id"]) == {
        "appointment:9960000901": 2,
        "appointment:9960000921": 2,
        "appointment:9960000922": 1,
        "meeting:9700000802": 2,
        "meeting:9700000804": 2,
        "meeting:9700000812": 5,
        "meeting:9700000813": 1,
        "meeting:9700000819": 2,
    }
    gone = rows.filter(pl.col("source_deleted_at").is_not_null())
    assert set(gone["appointment_id"]) == {"meeting:9700000819"}


def test_notes_and_what_they_are_about(judged: Judged) -> None:
    rows = judged("hubspot", "note", SAMPLE)[0]
    about = ("source_record_id", "company_id", "contact_id", "opportunity_id", "ticket_id", "service_id")
    assert rows.select(about).rows() == [
        ("9700000803", "9000000101", None, "9200000302", None, None),
        ("9700000814", "9000000111", "9100000211", "9200000312", "9500000611", "9950000911"),
        ("9700000820", None, None, None, None, None),
        ("9700000821", "9000000112", "9100000212", None, None, None),  # by pages of the associations API
    ]
    assert rows.select("body", "author_id", "noted_at", "is_pinned").rows() == [
        ("Parent company wants one contract for all", "70000001", datetime(2026, 6, 20, 8), False),
        ("Champion leaves in autumn", "70000001", datetime(2026, 6, 9, 16), True),
        ("Wrong customer", "70000002", datetime(2026, 6, 5, 9), False),
        ("Budget < 5k & no more seats", "70000001", datetime(2026, 6, 7, 9), False),
    ]
    assert rows["source_deleted_at"].to_list() == [None, None, datetime(2026, 6, 5, 9, 30), None]


def test_tasks_and_whom_they_are_about(judged: Judged) -> None:
    rows = judged("hubspot", "task", SAMPLE)[0]
    assert rows.select("description", "task_type", "status", "priority", "due_on", "owner_id").rows() == [
        ("Redlines to legal", "to-do", "in_progress", "normal", date(2026, 7, 2), "70000001"),
        ("Book the review", "call", "to_do", None, date(2026, 7, 10), "70000002"),
        ("Send the SSO guide", "email", "done", "high", date(2026, 6, 15), "70000001"),
        ("Agree on dates", "call", "pending_customer", None, date(2026, 7, 8), "70000002"),
        ("Ask for a reference", "to-do", "ignored", "low", date(2026, 7, 20), "70000002"),
    ]
    guide = rows.row(2, named=True)
    assert (guide["details"], guide["completed_at"]) == ("Step by step\nincl. Okta", datetime(2026, 6, 12, 9, 30))
    assert (guide["company_id"], guide["opportunity_id"], guide["ticket_id"], guide["service_id"]) == (
        "9000000111",
        "9200000312",
        "9500000611",
        "9950000911",
    )
    assert rows["source_deleted_at"].to_list() == [None, None, None, datetime(2026, 6, 25, 8), None]
    links = judged("hubspot", "task_link", SAMPLE)[0]
    assert links["source_record_id"].to_list() == [
        "9700000805:company:9000000101",
        "9700000805:company:9000000102",
        "9700000805:contact:9100000201",
        "9700000806:company:9000000103",
        "9700000816:company:9000000111",
        "9700000816:contact:9100000211",
        "9700000816:contact:9100000212",
        "9700000817:company:9000000111",
        "9700000818:company:9000000111",
        "9700000818:company:9000000112",
        "9700000818:contact:9100000212",
    ]


def test_services_and_how_they_go(judged: Judged) -> None:
    rows = judged("hubspot", "service", SAMPLE)[0]
    assert rows.select("name", "service_type", "status", "phase", "health").rows() == [
        ("Onboarding Harbour & Finch", "Onboarding", "complete", "Handed over", None),
        ("Training Pellworm", "Training", "paused", "Training", None),
        ("Onboarding Tidewater", "Onboarding", "active", "Training", "at_risk"),
        ("Migration Tidewater", "Migration", "complete", "Handed over", None),
    ]
    assert rows.select("starts_on", "due_on", "completed_on").rows() == [
        (date(2024, 2, 5), date(2024, 4, 30), date(2024, 4, 26)),
        (date(2026, 6, 1), date(2026, 8, 15), None),
        (date(2026, 5, 4), date(2026, 7, 31), None),
        (date(2024, 4, 10), date(2024, 5, 31), date(2024, 6, 4)),
    ]
    harbour = rows.row(0, named=True)
    assert (harbour["company_id"], harbour["opportunity_id"], harbour["delivery_owner_id"]) == (
        "9000000101",
        "9200000301",
        "70000002",
    )
    assert (harbour["satisfaction"], harbour["last_session_at"]) == (Decimal("4.5"), datetime(2024, 4, 26, 9))
    assert rows["source_deleted_at"].to_list() == [None, None, None, datetime(2026, 1, 15, 8)]


AWKWARD = {
    "tasks_broken.csv": """Task ID;Task title;Task status;Task type;Due date;Assigned to
1;Größe prüfen;Not started;To-do;2026-07-02 08:00;Rosa Lindqvist
2;Own word;Someday;To-do;2026-07-02 08:00;Nobody Known
3;Never was;Waiting;Call;2026-02-30 08:00;
;No key;Waiting;Call;2026-02-28 08:00;
""".encode("utf-16"),
    "contacts_broken.csv": """Record ID,First Name,Email,Opted out of all email,Opted out of email: Events & News\r
5,Zoë,zoe@north.example,,Yes\r
6,Ann,ann@north.example,maybe,\r
7,Bo,,true,\r
""".encode("cp1252"),
    "services_broken.json": json.dumps(
        {
            "results": [
                {"id": "8", "properties": {"hs_name": "Set-up", "hs_pipeline_stage": "x", "hs_status": "on_track"}},
                {"id": "9", "properties": {"hs_name": "Move", "hs_pipeline_stage": "Done", "hs_status": "fabulous"}},
            ]
        }
    ).encode(),
    "notes_broken.csv": b"Record ID,Activity date,Note body\n11,1780650000000,Kept\n12,2026-06-01 08:00,\n",
}


def test_what_cannot_be_read_is_set_aside_and_says_why(tmp_path: Path, delivered: Delivered, judged: Judged) -> None:
    for name, content in AWKWARD.items():
        (tmp_path / name).write_bytes(content)
    rows = {one.file: (one.resource, one.rows_read, one.rows_quarantined) for one in delivered("hubspot", tmp_path)}
    assert rows == {
        "tasks_broken.csv": ("tasks", 4, 1),
        "contacts_broken.csv": ("contacts", 3, 0),
        "services_broken.json": ("services", 2, 0),
        "notes_broken.csv": ("notes", 2, 0),
    }
    tasks, reasons = judged("hubspot", "task", tmp_path)
    assert tasks.select("description", "owner_id").rows() == [("Größe prüfen", "Rosa Lindqvist")]
    assert reasons == [
        'status: "Someday" is none of to_do, in_progress, blocked, pending_customer, done, ignored',
        'due_on: "2026-02-30 08:00" is not a date such as 2026-03-31',
    ]
    wishes, (reason,) = judged("hubspot", "communication_preference", tmp_path)
    assert wishes.select("source_record_id", "topic", "preference").rows() == [
        ("5:email", None, "unknown"),
        ("5:email:events_news", "events news", "unsubscribed"),
    ]
    assert reason == 'preference: "maybe" is none of subscribed, unsubscribed, bounced, unknown'
    services, (reason,) = judged("hubspot", "service", tmp_path)
    assert services.select("name", "status", "phase", "health").rows() == [("Set-up", "active", "x", "on_track")]
    assert reason == 'health: "fabulous" is none of on_track, needs_attention, at_risk'
    notes, reasons = judged("hubspot", "note", tmp_path)
    assert (notes["noted_at"].to_list(), reasons) == ([datetime(2026, 6, 5, 9)], ["body is missing"])
