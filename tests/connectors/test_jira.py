"""Jira: API pages and navigator CSVs land alike, texts become plain, issues point at the customers they touch."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from pipelines.home import ROOT
from tests.connectors.conftest import Delivered, Judged, Staged

SAMPLE = ROOT / "connectors" / "jira" / "sample"
OBJECTS = sorted(path.stem for path in SAMPLE.parent.glob("*.sql"))
DANA, OTTO, LARA = "712020:11f06c30-0697-401a-b9ef-000000000001", "5b10ac8d82e05b22cc7d4ef5", "5b10a2844c20165700ede21g"
JANA, TOM, MARCO, ANNA = (f"qm:0b5a8b0e-1111-4222-8333-94444444440{no}:1" for no in range(1, 5))


def by_id(rows: object) -> dict[str, dict[str, object]]:
    return {row["source_record_id"]: row for row in rows.to_dicts()}  # type: ignore[attr-defined]


# --- the shapes -----------------------------------------------------------------------------------------------------


def test_every_shape_of_the_sample_lands(delivered: Delivered) -> None:
    deliveries = delivered("jira", SAMPLE)
    assert {delivery.file for delivery in deliveries} == {path.name for path in SAMPLE.iterdir()}
    assert sum(delivery.rows_quarantined for delivery in deliveries) == 0
    read = Counter[str]()
    for delivery in deliveries:
        read[delivery.resource] += delivery.rows_read
    assert read == {
        "issues": 7,
        "changelogs": 2,
        "remote_links": 6,
        "fields": 4,
        "users": 7,
        "organizations": 2,
        "organization_members": 5,
    }


@pytest.mark.parametrize("object_name", OBJECTS)
def test_every_mapping_keeps_to_its_object(object_name: str, staged: Staged, judged: Judged) -> None:
    rows = staged("jira", object_name, SAMPLE)
    good, reasons = judged("jira", object_name, SAMPLE)
    assert reasons == []
    assert len(good) == len(rows) > 0
    assert [column for column in rows.columns if rows[column].null_count() == len(rows)] == []


# --- issues ---------------------------------------------------------------------------------------------------------


def test_issues_read_alike_from_json_and_csv(judged: Judged) -> None:
    rows = by_id(judged("jira", "issue", SAMPLE)[0])
    fields = ("tracker_key", "status", "status_category", "issue_type", "priority", "assignee_id", "reporter_id")
    assert {key: tuple(row[name] for name in fields) for key, row in rows.items()} == {
        "10001": ("PLAT-1", "In Progress", "in_progress", "Bug", "High", DANA, JANA),
        "10002": ("PLAT-2", "To Do", "to_do", "Story", None, None, OTTO),
        "10003": ("PLAT-3", "Done", "done", "Bug", "Highest", OTTO, DANA),
        "10004": ("PLAT-4", "In Review", "in_progress", "Bug", "Low", None, DANA),
        "10011": ("PLAT-11", "To Do", "to_do", "Bug", "Medium", DANA, JANA),
        "10012": ("PLAT-12", "Done", "done", "Task", "Low", OTTO, DANA),
        "10013": ("PLAT-13", "In Arbeit", "in_progress", "Fehler", "Hoch", "Nils Neu", "Nils Neu"),
    }
    assert {key: row["labels"] for key, row in rows.items() if row["labels"]} == {
        "10001": "customer:stripe:cus_000003;performance",
        "10011": "finance;reports",
        "10013": "customer:brightwell",
    }
    parents = {key: row["parent_issue_id"] for key, row in rows.items() if row["parent_issue_id"]}
    assert parents == {"10002": "10001", "10011": "10001", "10012": "10002"}
    assert rows["10001"]["tracker_url"] == "https://lumenly.atlassian.net/browse/PLAT-1"


def test_times_are_read_in_every_form_a_site_writes(judged: Judged) -> None:
    rows = by_id(judged("jira", "issue", SAMPLE)[0])
    fields = ("created_at", "updated_at", "resolved_at", "due_on")
    told = {key: [str(row[name]) for name in fields if row[name]] for key, row in rows.items()}
    assert told["10001"] == ["2026-05-04 08:12:30.123000", "2026-06-20 09:00:00", "2026-07-15"]
    assert told["10011"] == ["2026-02-25 22:17:00", "2026-03-01 00:05:00", "2026-07-15"]
    assert told["10012"] == ["2026-04-03 12:30:00", "2026-04-04 13:30:00", "2026-04-04 13:30:00"]
    assert told["10013"] == ["2026-03-05 14:05:00", "2026-03-06 08:30:00"]


def test_a_tree_of_nodes_becomes_text(judged: Judged) -> None:
    rows = by_id(judged("jira", "issue", SAMPLE)[0])
    assert rows["10001"]["description"] == (
        'Steps\nOpen the report, say "export",\nwait. See https://lumenly.zendesk.com/agent/tickets/4101 @Otto Ops\n'
        "Größe: 12 > 3\npath C:\\temp"
    )
    assert rows["10011"]["description"] == "h2. Steps\n* open\n* look"
    assert rows["10003"]["description"] is None


def test_sprints_and_own_fields_stay_as_custom(judged: Judged) -> None:
    rows = by_id(judged("jira", "issue", SAMPLE)[0])
    assert json.loads(json.loads(str(rows["10001"]["custom"]))["customfield_10020"])[0]["name"] == "Sprint 24"
    custom = json.loads(str(rows["10011"]["custom"]))
    assert [custom[name] for name in ("sprint", "sprint_2", "comment_2")] == [
        "Sprint 23",
        "Sprint 24",
        f"27/Feb/26 9:00 AM;{DANA};Found it",
    ]


def test_changes_come_once_however_often_they_were_told(judged: Judged) -> None:
    rows = judged("jira", "issue_event", SAMPLE)[0]
    assert rows.select("source_record_id", "issue_id", "field_name", "old_value", "new_value").rows() == [
        ("20001:0", "10001", "priority", "Medium", "High"),
        ("20002:0", "10001", "Sprint", None, "Sprint 24"),
        ("20003:0", "10001", "status", "To Do", "In Progress"),
        ("20003:1", "10001", "assignee", None, "Dana Dev"),
        ("20010:0", "10003", "resolution", None, "Done"),
        ("20010:1", "10003", "status", "In Review", "Done"),
        ("20020:0", "10004", "status", "To Do", "In Review"),
    ]
    # milliseconds, ISO with an offset, and seconds
    assert [str(moment) for moment in rows["occurred_at"][1:3]] == ["2026-05-06 07:00:00", "2026-05-06 08:00:00"]
    assert str(rows["occurred_at"][6]) == "2026-06-02 07:00:00"


# --- customers and people -------------------------------------------------------------------------------------------


def test_issues_point_at_the_customers_they_touch(judged: Judged) -> None:
    rows = judged("jira", "issue_link", SAMPLE)[0]
    found: dict[str, set[object]] = {}
    for row in rows.to_dicts():
        target = [row[name] for name in ("company_id", "contact_id", "ticket_id", "conversation_id") if row[name]]
        found.setdefault(row["issue_id"], set()).update(target or {None})
    assert found == {
        # organizations, label, remote links to three systems, who asked
        "10001": {
            "1",
            "2",
            "stripe:cus_000003",
            "hubspot:10000000013",
            "salesforce:001LU0000000000007",
            "zendesk:4101",
            JANA,
        },
        # the field Customer: a reference, an organization's name, and a name that nobody has
        "10002": {"hubspot:10000000012", "1", None},
        "10003": {"zendesk:4102", "zendesk:4104"},
        "10004": {"intercom:215470000102", "hubspot:20000000011"},
        "10011": {"1", "name:nordlicht", "zendesk:4105", JANA},
        "10012": {"hubspot:10000000012"},
        "10013": {"1"},
    }
    told = {row["source_record_id"]: json.loads(str(row["custom"])) for row in rows.to_dicts()}
    assert told["10002:Somebody Else"] == {"told_by": "customer", "value": "Somebody Else"}
    assert told["10001:zendesk:4101"]["told_by"] == "remote link"


def test_organizations_are_companies_and_their_customers_contacts(judged: Judged) -> None:
    companies = judged("jira", "company", SAMPLE)[0]
    assert companies.select("source_record_id", "name").rows() == [
        ("1", "Brightwell"),
        ("2", "ACME"),
        ("name:nordlicht", "Nordlicht"),
    ]
    # ACME's people write from two domains: none of them is said to be its own
    domains = judged("jira", "company_domain", SAMPLE)[0]
    assert domains.select("company_id", "domain").rows() == [("1", "brightwell.example")]
    contacts = judged("jira", "contact", SAMPLE)[0]
    assert dict(contacts.select("source_record_id", "name").rows()) == {
        JANA: "Jana Novak",
        TOM: "Tom Tester",
        MARCO: "Marco Rossi",
        ANNA: "Agency Anna",
    }
    roles = judged("jira", "job_role", SAMPLE)[0]
    assert roles.select("contact_id", "company_id").rows() == [(JANA, "1"), (TOM, "1"), (MARCO, "2"), (ANNA, "2")]
    emails = judged("jira", "contact_email", SAMPLE)[0]
    assert emails["address"][0] == "jana.novak@brightwell.example"


def test_addresses_hidden_by_the_api_come_from_the_csv_of_users(judged: Judged) -> None:
    members = by_id(judged("jira", "team_member", SAMPLE)[0])
    fields = ("name", "email", "is_active")
    assert {key: tuple(row[name] for name in fields) for key, row in members.items()} == {
        DANA: ("Dana Dev", "dana@lumenly.example", True),
        OTTO: ("Otto Ops", "otto@lumenly.example", True),
        LARA: ("Lara Left", None, False),
        "Nils Neu": ("Nils Neu", None, None),
    }


# --- awkward deliveries ---------------------------------------------------------------------------------------------

HEADER = "Summary,Issue key,Issue id,Status,Status Category,Created,Updated"


def test_numbers_alone_leave_open_which_is_the_day(tmp_path: Path, judged: Judged) -> None:
    moments = ("06/05/2026 10:00", "1 août 2026 07:05", "31.12.25 23:59", "02/Sept/26", "9 dic. 2026 12:01 a.m.", "")
    lines = [f"S,K-{no},{no},To Do,To Do,{moment},{moment}" for no, moment in enumerate(moments, start=1)]
    (tmp_path / "Jira.csv").write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    rows, reasons = judged("jira", "issue", tmp_path)
    assert [str(moment) for moment in rows["created_at"]] == [
        "2026-08-01 07:05:00",
        "2025-12-31 23:59:00",
        "2026-09-02 00:00:00",
        "2026-12-09 00:01:00",
        "None",
    ]
    words = "is not a date and time such as 2026-03-31T14:05:00Z"
    moment = '"06/05/2026 10:00 (day or month first?)"'
    assert reasons == [f"created_at: {moment} {words}; updated_at: {moment} {words}"]


def test_a_poorer_or_older_page_takes_no_changes_away(tmp_path: Path, judged: Judged) -> None:
    fields = {"summary": "S", "created": "2026-05-01T00:00:00.000+0000"}
    change = {"id": "7", "created": "2026-05-02T00:00:00.000+0000", "author": {"accountId": DANA, "displayName": "D"}}
    item = {"field": "status", "fromString": "To Do", "toString": "Done"}

    def page(name: str, updated: str, status: str, **more: object) -> None:
        issue = {"id": "1", "key": "K-1", "fields": fields | {"updated": updated, "status": {"name": status}}} | more
        (tmp_path / name).write_text(json.dumps({"issues": [issue], "isLast": True}))

    page("1.json", "2026-05-02T00:00:00.000+0000", "Done", changelog={"histories": [change | {"items": [item]}]})
    page("2.json", "2026-05-03T02:00:00.000+0200", "Reopened")
    page("3.json", "2026-05-02T23:00:00.000+0000", "Older")
    assert judged("jira", "issue", tmp_path)[0]["status"].to_list() == ["Reopened"]
    events = judged("jira", "issue_event", tmp_path)[0]
    assert events.select("old_value", "new_value", "team_member_id").rows() == [("To Do", "Done", DANA)]


def test_a_word_of_another_language_is_not_guessed(tmp_path: Path, delivered: Delivered, judged: Judged) -> None:
    lines = (
        "Größe,K-1,1,Offen,Zu erledigen,25/Mär/26 2:05 PM,",
        "S,K-2,2,Klar,Geschafft,,",
        "no id,K-3,,To Do,To Do,,",
        "too,short",
    )
    (tmp_path / "Jira.csv").write_text("\r\n".join([HEADER, *lines]) + "\r\n", encoding="cp1252")
    (delivery,) = delivered("jira", tmp_path)
    assert (delivery.rows_read, delivery.rows_stored, delivery.rows_quarantined) == (4, 2, 2)
    rows, reasons = judged("jira", "issue", tmp_path)
    assert rows.select("title", "status_category").rows() == [("Größe", "to_do")]
    assert str(rows["created_at"][0]) == "2026-03-25 14:05:00"
    assert reasons == ['status_category: "geschafft" is none of to_do, in_progress, done']
