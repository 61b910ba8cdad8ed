"""How one record of the demo's issue tracker looks in Jira's JSON; which records go into which file is `demo.py`'s.

Rows come in as the world has them (`*_no`, naive UTC instants) and go out with Jira's ids: issues 10,000 + issue,
changes 20,000 + event, organizations the company's number, accounts of our own people and of customers with their
number at the end. Times are written in Berlin's, where the tracker's owner sits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

Record = dict[str, Any]

SITE = "https://lumenly.atlassian.net"
BERLIN = ZoneInfo("Europe/Berlin")
ORGANIZATIONS = "customfield_10002"
SPRINT = "customfield_10020"
CATEGORIES = {
    "to_do": (2, "new", "To Do"),
    "in_progress": (4, "indeterminate", "In Progress"),
    "done": (3, "done", "Done"),
}
STATUS_CATEGORIES = {"To Do": "to_do", "In Progress": "in_progress", "In Review": "in_progress"}
"""Of the statuses an issue passes through; what is no more to be done is done."""


def instant(moment: datetime | None) -> str | None:
    """A naive UTC instant as Jira writes it: 2026-05-04T10:12:30.000+0200."""
    return None if moment is None else f"{moment.replace(tzinfo=UTC).astimezone(BERLIN):%Y-%m-%dT%H:%M:%S.000%z}"


def account_id(member_no: int) -> str:
    """The account of one of our own people."""
    return f"712020:00000000-0000-4000-8000-{member_no:012d}"


def member(row: Record, *, shows_address: bool) -> Record:
    """One of our own people, with the address only where they show it."""
    shown = {"emailAddress": row["email"]} if shows_address else {}
    return _account(account_id(row["member_no"]), row["name"], "atlassian", bool(row["is_active"])) | shown


def customer(row: Record) -> Record:
    """A customer of the service desk as a member of the company's organization."""
    name = " ".join(part for part in (row["first_name"], row["last_name"]) if part) or row["email"]
    return {
        "organizationId": str(row["company_no"]),
        "accountId": f"qm:00000000-0000-4000-8000-{row['contact_no']:012d}:lumenly",
        "emailAddress": row["email"],
        "displayName": name,
        "active": True,
        "timeZone": "Europe/Berlin",
        "_links": {"self": f"{SITE}/rest/api/2/user"},
    }


def organization(row: Record) -> Record:
    """A company as an organization of the service desk."""
    no = row["company_no"]
    return {
        "id": str(no),
        "name": row["name"],
        "_links": {"self": f"{SITE}/rest/servicedeskapi/organization/{no}"},
    }


def document(text: str) -> Record:
    """A text as a tree of nodes: one paragraph with its lines."""
    nodes: list[Record] = []
    for line in text.split("\n"):
        nodes += [{"type": "hardBreak"}] if nodes else []
        nodes += [{"type": "text", "text": line}] if line else []
    return {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": nodes}]}


def status(name: str, category: str) -> Record:
    """A status with the category it counts to."""
    number, key, label = CATEGORIES[category]
    return {
        "name": name,
        "id": str(10_000 + number),
        "statusCategory": {"id": number, "key": key, "name": label},
    }


def issue(
    row: Record,
    history: Sequence[Record],
    team: Mapping[int, Record],
    organizations: Sequence[Record],
    labels: Sequence[str],
) -> Record:
    """An issue as it is now, with its newest changes first."""
    no = row["issue_no"]
    return {
        "expand": "operations,versionedRepresentations,editmeta,changelog,renderedFields",
        "id": str(10_000 + no),
        "self": f"{SITE}/rest/api/3/issue/{10_000 + no}",
        "key": row["tracker_key"],
        "changelog": {
            "startAt": 0,
            "maxResults": len(history),
            "total": len(history),
            "histories": list(reversed(history)),
        },
        "fields": {
            "summary": row["title"],
            "description": document(row["description"]) if row["description"] else None,
            "status": status(row["status"], row["status_category"]),
            "issuetype": {"id": "10004", "name": row["issue_type"], "subtask": False},
            "priority": {"id": "3", "name": row["priority"]},
            "labels": list(labels),
            "assignee": team[row["assignee_no"]] if row["assignee_no"] else None,
            "reporter": team[row["reporter_no"]],
            "creator": team[row["reporter_no"]],
            "parent": None,
            "project": {"id": "10000", "key": row["tracker_key"].split("-")[0], "name": "Lumenly"},
            "created": instant(row["created_at"]),
            "updated": instant(row["updated_at"]),
            "duedate": None,
            "resolutiondate": instant(row["resolved_at"]),
            ORGANIZATIONS: list(organizations) or None,
            SPRINT: [{"id": no // 10 + 1, "name": f"Sprint {no // 10 + 1}"}] if row["assignee_no"] else None,
        },
    }


def before_last_change(now: Record, row: Record, event: Record) -> Record:
    """The version of an issue before its last change, when nothing but the status was what changed."""
    histories = now["changelog"]["histories"][1:]
    was = event["old_value"]
    fields = {
        "status": status(was, STATUS_CATEGORIES.get(was, "done")),
        "updated": histories[0]["created"] if histories else instant(row["created_at"]),
        "resolutiondate": None,
    }
    changelog = {**now["changelog"], "histories": histories, "total": len(histories), "maxResults": len(histories)}
    return {**now, "fields": now["fields"] | fields, "changelog": changelog}


def change(event: Record, team: Mapping[int, Record]) -> Record:
    """One change of one field."""
    name, old, new = event["field_name"], event["old_value"], event["new_value"]
    item = {"field": name, "fieldtype": "jira", "fieldId": name, "from": old, "to": new}
    if name == "assignee":
        ids = [account_id(int(value)) if value else None for value in (old, new)]
        names = [team[int(value)]["displayName"] if value else None for value in (old, new)]
        item |= {"from": ids[0], "fromString": names[0], "to": ids[1], "toString": names[1]}
    else:
        item |= {"fromString": old, "toString": new}
    return {
        "id": str(20_000 + event["event_no"]),
        "author": team[event["member_no"]],
        "created": instant(event["occurred_at"]),
        "items": [item],
    }


def link(number: int, issue_key: str, url: str) -> Record:
    """A link to a record in another system."""
    return {
        "id": number,
        "self": f"{SITE}/rest/api/3/issue/{issue_key}/remotelink/{number}",
        "globalId": f"url={url}",
        "application": {},
        "relationship": "affects",
        "object": {"url": url, "title": "Customer", "icon": {}, "status": {"icon": {}}},
    }


def _account(number: str, name: str, kind: str, is_active: bool) -> Record:
    return {
        "self": f"{SITE}/rest/api/3/user?accountId={number}",
        "accountId": number,
        "accountType": kind,
        "displayName": name,
        "active": is_active,
        "timeZone": "Europe/Berlin",
    }
