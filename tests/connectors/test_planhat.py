"""Planhat: every model lands in both shapes, every mapping keeps to its object. Money: `test_planhat_revenue`."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime
from decimal import Decimal

import polars as pl
import pytest

from connectors.planhat.source import RESOURCES, planhat
from tests.conftest import LandFiles
from tests.connectors.conftest import Delivered, Judged, Staged
from tests.connectors.planhat_cases import SAMPLE, by_id, oid, write

OBJECTS = sorted(path.stem for path in SAMPLE.parent.glob("*.sql"))


# --- the shapes -----------------------------------------------------------------------------------------------------


def test_every_shape_of_the_sample_lands(delivered: Delivered) -> None:
    deliveries = delivered("planhat", SAMPLE)
    assert {delivery.file for delivery in deliveries} == {path.name for path in SAMPLE.iterdir()}
    assert sum(delivery.rows_quarantined for delivery in deliveries) == 0
    read = Counter[str]()
    for delivery in deliveries:
        read[delivery.resource] += delivery.rows_read
    assert set(read) == {resource.name for resource in RESOURCES}
    some = ("companies", "endusers", "licenses", "conversations", "dimensiondata", "metrics")
    assert [read[name] for name in some] == [6, 5, 6, 5, 4, 3]


@pytest.mark.parametrize("object_name", OBJECTS)
def test_every_mapping_keeps_to_its_object(object_name: str, staged: Staged, judged: Judged) -> None:
    rows = staged("planhat", object_name, SAMPLE)
    good, reasons = judged("planhat", object_name, SAMPLE)
    assert reasons == []
    assert len(good) == len(rows) > 0
    for column in rows.columns:
        assert good[column if column in good.columns else "loaded_at"].is_not_null().any(), column


def test_files_are_known_by_their_columns_where_their_names_say_nothing(land_files: LandFiles) -> None:
    names = {
        "companies.json": "companies",
        "endusers.json": "endusers",
        "users.json": "users",
        "licenses.json": "licenses",
        "lineitems.json": "lineitems",
        "invoices.json": "invoices",
        "opportunities.json": "opportunities",
        "nps.json": "nps",
        "churn.json": "churn",
        "tasks.json": "tasks",
        "tickets.json": "tickets",
        "issues.json": "issues",
        "conversations.json": "conversations",
        "dimensiondata.json": "dimensiondata",
    }
    tables = land_files(planhat, {f"{number}.json": SAMPLE / name for number, name in enumerate(names)})
    assert tables["_rejected"] == []
    for number, resource in enumerate(names.values()):
        assert {row["_delivery_id"] for row in tables[resource]} == {f"{number}.json"}


def test_a_whole_workspace_in_one_file_and_lines_of_records_land_alike(land_files: LandFiles) -> None:
    whole = {name: json.loads((SAMPLE / f"{name}.json").read_text()) for name in ("companies", "issues", "licenses")}
    lines = "".join(json.dumps(issue) + "\n" for issue in whole["issues"])
    tables = land_files(planhat, {"workspace.json": json.dumps(whole), "issues.ndjson": lines})
    assert tables["_rejected"] == []
    assert [len(tables[name]) for name in ("companies", "issues", "licenses")] == [4, 4, 5]
    assert {row["company_ids"] for row in tables["issues"] if row["id"] == oid(15, 1)} == {
        f'["{oid(1, 1)}","{oid(1, 4)}"]'
    }


def test_no_column_is_called_as_everyone_else_calls_net_revenue_retention(land_files: LandFiles) -> None:
    tables = land_files(planhat, {"companies.json": SAMPLE / "companies.json", "sales.json": SAMPLE / "sales.json"})
    assert not [column for rows in tables.values() for column in (rows or [{}])[0] if column.startswith("nrr")]
    assert {row["non_recurring_total"] for row in tables["companies"]} >= {"4500"}
    assert "nrr" not in "".join(path.read_text().lower() for path in SAMPLE.parent.glob("*.sql"))


# --- people and companies ---------------------------------------------------------------------------------------------


def test_companies_with_their_tree_owners_and_own_fields(judged: Judged) -> None:
    rows = by_id(judged("planhat", "company", SAMPLE)[0])
    assert {row["name"]: (row["parent_company_id"], row["owner_id"], row["co_owner_id"]) for row in rows.values()} == {
        "Nordwind Energie": (None, oid(3, 1), oid(3, 2)),
        "Nordwind Solar": (oid(1, 1), oid(3, 1), None),  # from the path of its group
        "Bluefin Analytics": (None, oid(3, 2), None),
        "Kestrel Logistics": (None, oid(3, 2), None),
        "Maple Retail": (None, oid(3, 2), oid(3, 1)),  # names, as a CSV export writes them
        "Årsta Möbler": (oid(1, 1), oid(3, 1), None),
    }
    first = rows[oid(1, 1)]
    assert (first["lifecycle_phase"], first["phase_since"]) == ("Adoption", datetime(2025, 9, 1))
    assert (first["csm_score"], first["employee_count"], first["tags"]) == (4, 1200, "Gold;East Coast")
    assert [rows[oid(1, number)]["external_id"] for number in (1, 3)] == ["*:001LU0000000000101", "hubspot:10000000003"]
    own = json.loads(first["custom"])
    assert (own["Reference OK"], own["Employees"], own["Health override"], own["h"]) == (True, 1200, 7.5, "7")
    assert json.loads(rows[oid(1, 5)]["custom"]) == {"customer_tier": "SMB"}


def test_end_users_are_contacts_and_those_who_use_the_product_are_users(judged: Judged) -> None:
    contacts = by_id(judged("planhat", "contact", SAMPLE)[0])
    assert [contacts[oid(2, number)]["decision_role"] for number in range(1, 6)] == [
        "economic_buyer",
        "champion",
        None,
        "technical_buyer",
        None,
    ]
    assert [key for key, row in contacts.items() if row["source_deleted_at"]] == [oid(2, 2)]
    emails = judged("planhat", "contact_email", SAMPLE)[0].select("contact_id", "address", "is_primary").rows()
    assert emails[:2] == [
        (oid(2, 1), "jana.novak@nordwind.example", True),
        (oid(2, 1), "jnovak@nordwind-solar.example", False),
    ]
    roles = by_id(judged("planhat", "job_role", SAMPLE)[0])
    assert roles[f"{oid(2, 5)}:{oid(1, 6)}"]["job_title"] == "Buyer"  # the company by its name
    users = judged("planhat", "product_user", SAMPLE)[0].select("external_user_id", "status", "company_id").rows()
    assert users == [
        ("user-11", "active", oid(1, 1)),
        ("user-31", "deactivated", oid(1, 3)),
        ("user-41", "active", oid(1, 4)),
    ]
    wishes = judged("planhat", "communication_preference", SAMPLE)[0].select("contact_id", "preference").rows()
    assert wishes == [(oid(2, 1), "subscribed"), (oid(2, 2), "unsubscribed")]
    members = judged("planhat", "team_member", SAMPLE)[0].select("email", "roles", "is_active").rows()
    assert members == [
        ("mira.lindqvist@lumenly.example", "Administrator;CSM", True),
        ("tomas.rey@lumenly.example", None, True),
        ("otto.gone@lumenly.example", None, False),
    ]


# --- work, talk and use -----------------------------------------------------------------------------------------------


def test_conversations_notes_and_tickets_each_once(judged: Judged) -> None:
    talks = by_id(judged("planhat", "conversation", SAMPLE)[0])
    assert {key: (row["conversation_type"], row["direction"], row["ticket_id"]) for key, row in talks.items()} == {
        oid(12, 1): ("email", "in", None),
        oid(12, 2): ("Training", None, None),
        oid(12, 4): ("ticket", "out", oid(12, 4)),
        oid(12, 6): ("ticket", "in", oid(12, 6)),
        oid(12, 7): ("ticket", None, oid(12, 7)),
    }
    assert talks[oid(12, 1)]["body"] == "Dear Mira,\nplease find the plan & dates."
    notes = judged("planhat", "note", SAMPLE)[0].select("company_id", "author_id", "contact_id", "body").rows()
    assert notes == [
        (oid(1, 1), oid(3, 1), oid(2, 1), "Jana becomes COO.\nTell sales."),
        (oid(1, 6), oid(3, 1), "nils@arsta.example", "Met Nils in Stockholm.\nWants more seats."),
    ]
    people = judged("planhat", "conversation_participant", SAMPLE)[0].filter(pl.col("conversation_id") == oid(12, 1))
    assert people.select("contact_id", "team_member_id", "role").rows() == [
        (oid(2, 1), None, "from"),
        (None, oid(3, 1), "to"),
    ]
    tickets = by_id(judged("planhat", "ticket", SAMPLE)[0])
    seen = ("external_id", "company_id", "requester_id", "assignee_id", "status", "priority", "category")
    assert [tuple(tickets[oid(12, number)][name] for name in seen) for number in (4, 6, 7)] == [
        (None, oid(1, 4), oid(2, 3), oid(3, 2), "open", None, None),
        ("zendesk:4711", oid(1, 1), oid(2, 1), "tomas.rey@lumenly.example", "solved", "normal", "bug"),
        ("zendesk:4712", oid(1, 4), "ada.kerr@kestrel.example", None, "open", None, "question"),
    ]


def test_tasks_are_tasks_and_events_are_appointments(judged: Judged) -> None:
    tasks = by_id(judged("planhat", "task", SAMPLE)[0])
    seen = ("status", "priority", "starts_on", "due_on", "owner_id", "workflow_run_id")
    assert [tuple(tasks[oid(13, number)][name] for name in seen) for number in (1, 2)] == [
        ("done", "normal", date(2026, 6, 8), date(2026, 6, 10), oid(3, 1), oid(14, 1)),
        ("in_progress", None, None, date(2026, 7, 5), oid(3, 2), None),
    ]
    links = judged("planhat", "task_link", SAMPLE)[0].select("company_id", "contact_id", "team_member_id").rows()
    assert links == [
        (oid(1, 1), None, None),
        (None, oid(2, 1), None),
        (None, None, oid(3, 1)),
        (oid(1, 4), None, None),
        (None, oid(2, 3), None),
    ]
    (meeting,) = judged("planhat", "appointment", SAMPLE)[0].to_dicts()
    assert (meeting["starts_at"], meeting["appointment_type"]) == (datetime(2026, 6, 9, 12), "QBR")
    attendees = judged("planhat", "appointment_attendee", SAMPLE)[0].select("address", "is_organizer").rows()
    assert attendees == [("jana.novak@nordwind.example", False), (None, True), (None, False)]


def test_issues_touch_many(judged: Judged) -> None:
    issues = judged("planhat", "issue", SAMPLE)[0].select("tracker_key", "status_category", "issue_type").rows()
    assert issues == [("PLAT-812", "in_progress", "Bug"), ("PLAT-900", "done", None)]
    links = judged("planhat", "issue_link", SAMPLE)[0].drop_nulls("conversation_id")
    assert links.select("conversation_id", "ticket_id").rows() == [(oid(12, 1), None), (oid(12, 6), oid(12, 6))]


def test_time_series_of_companies_assets_and_projects(judged: Judged) -> None:
    rows = judged("planhat", "metric_reading", SAMPLE)[0]
    seen = rows.select("subject_type", "company_id", "asset_id", "project_id", "metric", "value").rows()
    assert sorted(seen, key=str) == sorted(
        [
            ("company", oid(1, 1), None, None, "logins", Decimal(14)),
            ("asset", oid(1, 1), oid(15, 31), None, "power_mwh", Decimal("12.345678901235")),
            ("project", oid(1, 1), None, oid(15, 41), "milestones", Decimal(3)),
            ("company", oid(1, 4), None, None, "logins", Decimal(5)),  # by the workspace's own id, sent twice
            ("asset", oid(1, 1), oid(15, 32), None, "power_mwh", Decimal("1.25")),
        ],
        key=str,
    )


def test_projects_services_assets_and_workspaces(judged: Judged) -> None:
    (project,) = judged("planhat", "project", SAMPLE)[0].to_dicts()
    assert (project["starts_on"], project["ends_on"], project["mrr"]) == (date(2026, 1, 1), date(2027, 1, 1), 1000)
    (service,) = judged("planhat", "service", SAMPLE)[0].to_dicts()
    assert (service["service_type"], service["status"], service["health"]) == (
        "onboarding",
        "active",
        "needs_attention",
    )
    assets = judged("planhat", "asset", SAMPLE)[0].select("name", "asset_type", "parent_asset_id").rows()
    assert assets == [
        ("Wind park Nord", "site", None),
        ("Turbine 7", "machine", oid(15, 31)),
        ("Dispatch team", "workspace", None),
    ]


def test_activities_count_once_each(judged: Judged) -> None:
    rows = judged("planhat", "usage_event", SAMPLE)[0].sort("occurred_at")
    assert rows.select("event_name", "contact_id", "company_id", "asset_id", "weight").rows() == [
        ("logged in", oid(2, 3), None, None, Decimal(3)),
        ("printed label", oid(2, 3), oid(1, 4), None, Decimal(1)),
        ("Sent report", oid(2, 1), oid(1, 1), oid(15, 31), Decimal("2.5")),
    ]


def test_answers_and_workflows(judged: Judged) -> None:
    answers = judged("planhat", "nps_response", SAMPLE)[0].select("score", "campaign", "contact_id").rows()
    assert answers == [(9, "NPS spring 2026", oid(2, 1))]
    runs = judged("planhat", "workflow_run", SAMPLE)[0].select("status", "percent_done", "company_id").rows()
    assert runs == [("done", Decimal(100), oid(1, 1)), ("running", Decimal("33.3333"), oid(1, 4))]
    templates = judged("planhat", "workflow_template", SAMPLE)[0].select("name", "subject_type").rows()
    assert templates == [("Onboarding", "company"), ("Welcome sequence", "contact")]


def test_the_newest_version_counts_whatever_the_order_of_files(
    judged: Judged, tmp_path_factory: pytest.TempPathFactory
) -> None:
    newer = {"_id": oid(1, 1), "name": "New name", "phase": "B", "updatedAt": "2026-06-02T00:00:00.000Z"}
    older = {"_id": oid(1, 1), "name": "Old name", "phase": "A", "updatedAt": "2026-06-01T23:00:00.000Z"}
    nameless = {"_id": oid(1, 2), "name": None, "phase": "A", "updatedAt": "2026-06-01T23:00:00.000Z"}
    files = {"companies_1.json": [newer], "companies_2.json": [older, nameless]}
    rows, reasons = judged("planhat", "company", write(tmp_path_factory.mktemp("versions") / "planhat", files))
    assert rows.select("name", "lifecycle_phase").rows() == [("New name", "B")]
    assert reasons == ["name is missing"]
