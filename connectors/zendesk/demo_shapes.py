"""How one record of the demo's help desk looks in Zendesk's JSON; which records go into which file is `demo.py`'s.

Rows come in as the world has them (`*_no`, naive UTC instants) and go out with Zendesk's ids: organisations
50,000,000 + company, users 60,000,000 + contact or 70,000,000 + team member, comments 80,000,000 + comment.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

Record = dict[str, Any]

API = "https://lumenly.zendesk.com/api/v2"
SUPPORT_GROUP = 360_005_550_001
FIELDS = {"status": "status", "priority": "priority", "assignee": "assignee_id"}
TICKET_TYPES = {"bug": "incident", "access": "incident", "feature_request": "task"}
"""Zendesk's four types for the world's categories; the rest are questions. The category itself is a tag."""
OPENED = "2023-01-09T08:00:00Z"


def organization(company: Record, name: str, external_id: str | None) -> Record:
    """An organisation called `name`; `external_id` is the company's id in some other system."""
    no = 50_000_000 + company["company_no"]
    return {
        "url": f"{API}/organizations/{no}.json",
        "id": no,
        "name": name,
        "shared_tickets": False,
        "shared_comments": False,
        "external_id": external_id,
        "created_at": instant(company["created_at"]),
        "updated_at": instant(company["updated_at"]),
        "domain_names": [domain for domain in (company["domain"], company["second_domain"]) if domain],
        "details": "",
        "notes": "",
        "group_id": None,
        "tags": [company["segment"]] if company["segment"] else [],
        "organization_fields": {"country": company["country"]},
    }


def end_user(contact: Record, email: str, is_at_organization: bool) -> Record:
    """A contact as a user; without an organisation where the help desk does not know the company."""
    name = " ".join(part for part in (contact["first_name"], contact["last_name"]) if part)
    return _user(60_000_000 + contact["contact_no"], name or email, email) | {
        "phone": contact["phone"],
        "organization_id": 50_000_000 + contact["company_no"] if is_at_organization else None,
        "created_at": instant(contact["created_at"]),
        "updated_at": instant(contact["updated_at"]),
    }


def agent(member: Record) -> Record:
    """A team member as a user of the help desk."""
    return _user(70_000_000 + member["member_no"], member["name"], member["email"]) | {
        "role": "agent",
        "active": bool(member["is_active"]),
        "default_group_id": SUPPORT_GROUP,
    }


def _user(no: int, name: str, email: str) -> Record:
    return {
        "id": no,
        "url": f"{API}/users/{no}.json",
        "name": name,
        "email": email,
        "created_at": OPENED,
        "updated_at": OPENED,
        "time_zone": "Berlin",
        "iana_time_zone": "Europe/Berlin",
        "phone": None,
        "locale": "en-US",
        "organization_id": None,
        "role": "end-user",
        "verified": True,
        "external_id": None,
        "tags": [],
        "active": True,
        "suspended": False,
        "default_group_id": None,
        "user_fields": {},
    }


def group() -> Record:
    """The one group of agents."""
    return {
        "url": f"{API}/groups/{SUPPORT_GROUP}.json",
        "id": SUPPORT_GROUP,
        "name": "Support",
        "deleted": False,
        "created_at": OPENED,
        "updated_at": OPENED,
    }


def ticket(row: Record, has_organization: bool) -> Record:
    """A ticket as it stands now, without its comments."""
    no, requester = row["ticket_no"], 60_000_000 + row["requester_no"]
    unrated = "offered" if row["status"] in ("solved", "closed") else "unoffered"
    return {
        "url": f"{API}/tickets/{no}.json",
        "id": no,
        "external_id": None,
        "via": _via(row),
        "created_at": instant(row["opened_at"]),
        "updated_at": instant(row["updated_at"]),
        "type": TICKET_TYPES.get(row["category"], "question"),
        "subject": row["subject"],
        "description": row["description"],
        "priority": row["priority"],
        "status": row["status"],
        "requester_id": requester,
        "submitter_id": requester,
        "assignee_id": _agent_id(row["assignee_no"]),
        "organization_id": 50_000_000 + row["company_no"] if has_organization else None,
        "group_id": SUPPORT_GROUP,
        "email_cc_ids": [],
        "tags": [row["category"]] if row["category"] else [],
        "custom_fields": [],
        "satisfaction_rating": {"score": row["csat"] or unrated, "comment": row["csat_comment"]},
    }


def earlier(now: Record, events: Sequence[Record]) -> Record:
    """The ticket `now` as it stood before its last change of status; as it is where the status never changed."""
    changes = [row for row in events if row["field_name"] == "status" and row["old_value"]]
    if not changes:
        return now
    at = min(changes[-1]["occurred_at"], datetime.fromisoformat(now["updated_at"]).replace(tzinfo=None))
    return now | {
        "status": changes[-1]["old_value"],
        "updated_at": instant(at - timedelta(minutes=1)),
        "satisfaction_rating": {"score": "unoffered"},
    }


def comment(row: Record) -> Record:
    """A comment, as it stands inside a ticket of the account export and among the events of an audit."""
    member, contact = row["author_member_no"], row["author_contact_no"]
    return {
        "id": 80_000_000 + row["comment_no"],
        "type": "Comment",
        "author_id": 60_000_000 + contact if member is None else _agent_id(member),
        "body": row["body"],
        "plain_body": row["body"],
        "public": row["is_public"],
        "attachments": [],
        "created_at": instant(row["created_at"]),
    }


def rating(row: Record) -> Record:
    """The rating of a ticket that has one."""
    return {
        "id": 96_000_000 + row["ticket_no"],
        "ticket_id": row["ticket_no"],
        "requester_id": 60_000_000 + row["requester_no"],
        "assignee_id": _agent_id(row["assignee_no"]),
        "score": row["csat"],
        "comment": row["csat_comment"],
        "created_at": instant(row["updated_at"]),
        "updated_at": instant(row["updated_at"]),
    }


def audits(row: Record, comments: Sequence[Record], events: Sequence[Record]) -> Iterator[Record]:
    """One audit per instant and author of the ticket `row`: what was said and which fields were set or changed."""
    moments: dict[tuple[datetime, int], list[Record]] = defaultdict(list)
    for said in comments:
        shape = comment(said)
        moments[(said["created_at"], shape["author_id"])].append(shape)
    for change in events:
        shape = _change(change, row["opened_at"])
        changer = None if shape["type"] == "Create" else _agent_id(change["member_no"])
        moments[(change["occurred_at"], changer or 60_000_000 + row["requester_no"])].append(shape)
    for place, (at, author) in enumerate(sorted(moments), start=1):
        happened = moments[(at, author)]
        audit_no = row["ticket_no"] * 1_000 + place
        yield {
            "id": 9_000_000_000 + audit_no,
            "ticket_id": row["ticket_no"],
            "created_at": instant(at),
            "author_id": author,
            "metadata": {"system": {}, "custom": {}},
            "events": [{"id": 900_000_000_000 + audit_no * 100 + n} | event for n, event in enumerate(happened)],
            "via": _via(row),
        }


def _change(event: Record, opened_at: datetime) -> Record:
    shape = {"field_name": FIELDS[event["field_name"]], "value": _value(event, "new_value")}
    if event["old_value"] is None and event["occurred_at"] == opened_at:
        return shape | {"type": "Create"}
    return shape | {"type": "Change", "previous_value": _value(event, "old_value")}


def _value(event: Record, end: str) -> str | None:
    """A field's value as Zendesk writes it in an audit: agents by id, everything as text."""
    value = event[end]
    if event["field_name"] == "assignee" and value:
        return str(_agent_id(int(value)))
    return value or None


def _via(row: Record) -> Record:
    return {"channel": row["channel"], "source": {"from": {}, "to": {}, "rel": None}}


def _agent_id(member_no: int | None) -> int | None:
    return None if member_no is None else 70_000_000 + member_no


def instant(at: datetime) -> str:
    """A naive UTC instant as Zendesk writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
