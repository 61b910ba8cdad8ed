"""How one record of the demo's messenger looks in Intercom's JSON; which records go into which file is `demo.py`'s.

Rows come in as the world has them (`*_no`, naive UTC instants) and go out with Intercom's ids: contacts and companies
their number in 24 hexadecimal digits, admins 4,000,000 + team member, conversations 215,470,000,000 + chat, parts
9,000,000 + part.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

Record = dict[str, Any]

WORKSPACE = "lumenly1"
TEAMS = {"support": (814_865, "Support"), "csm": (814_866, "Customer success")}
TAGS = {"startup": (4_614_778, "startup"), "mid_market": (4_614_791, "mid-market"), "enterprise": (4_614_804, "vip")}
"""A tag for each segment."""


def hexadecimal(no: int) -> str:
    """The id of a contact or company."""
    return f"{no:024x}"


def seconds(moment: datetime | None) -> int | None:
    """A naive UTC instant as Intercom writes it."""
    return None if moment is None else int(moment.replace(tzinfo=UTC).timestamp())


def markup(text: str) -> str:
    """A text as the messenger stores it: a paragraph per line."""
    marks = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}
    safe = "".join(marks.get(letter, letter) for letter in text)
    return "".join(f'<p class="no-margin">{line}</p>' for line in safe.split("\n"))


def company(row: Record, own_id: str, plan: str | None) -> Record:
    """A company; `own_id` is the id under which the product sends it."""
    number, name = TAGS[row["segment"]]
    return {
        "type": "company",
        "id": hexadecimal(row["company_no"]),
        "company_id": own_id,
        "app_id": WORKSPACE,
        "name": row["name"],
        "remote_created_at": seconds(row["created_at"]),
        "created_at": seconds(row["created_at"]),
        "updated_at": seconds(row["updated_at"]),
        "website": f"https://www.{row['domain']}/" if row["domain"] else None,
        "industry": row["industry"],
        "size": row["employee_count"] or 0,
        "monthly_spend": 0,
        "session_count": 0,
        "user_count": 0,
        "plan": {"type": "plan", "id": "1", "name": plan} if plan else {},
        "tags": {"type": "tag.list", "tags": [{"type": "tag", "id": str(number), "name": name}]},
        "segments": {"type": "segment.list", "segments": []},
        "custom_attributes": {"country": row["country"], "seats_wanted": row["employee_count"]},
    }


def contact(row: Record, user: Record | None, wish: str | None, has_company: bool) -> Record:
    """A user where the product knows the person, else a lead; `wish` is what is known about e-mail."""
    no = row["contact_no"]
    companies = [hexadecimal(row["company_no"])] if has_company else []
    return {
        "type": "contact",
        "id": hexadecimal(no),
        "workspace_id": WORKSPACE,
        "external_id": user["external_user_id"] if user else f"7b0c5a52-55f2-4f8e-9d3c-{no:012d}",
        "role": "user" if user else "lead",
        "email": row["email"],
        "name": " ".join(part for part in (row["first_name"], row["last_name"]) if part) or None,
        "phone": row["phone"],
        "owner_id": None,
        "has_hard_bounced": wish == "bounced",
        "marked_email_as_spam": False,
        "unsubscribed_from_emails": {"subscribed": False, "unsubscribed": True}.get(wish or ""),
        "created_at": seconds(row["created_at"]),
        "updated_at": seconds(row["updated_at"]),
        "signed_up_at": seconds(user["signed_up_at"]) if user else None,
        "last_seen_at": seconds(user["last_active_at"]) if user else None,
        "language_override": None,
        "browser_language": "en",
        "location": {"type": "location", "country": None, "region": None, "city": None},
        "custom_attributes": {"job_title": row["job_title"]} if row["job_title"] else {},
        "tags": {"type": "list", "data": [], "total_count": 0, "has_more": False},
        "companies": {
            "type": "list",
            "data": [{"type": "company", "id": one, "url": f"/companies/{one}"} for one in companies],
            "total_count": len(companies),
            "has_more": False,
        },
    }


def admin(row: Record) -> Record:
    """A team member."""
    team = TEAMS.get(row["role"])
    return {
        "type": "admin",
        "id": str(4_000_000 + row["member_no"]),
        "name": row["name"],
        "email": row["email"],
        "job_title": None,
        "away_mode_enabled": not row["is_active"],
        "away_mode_reassign": False,
        "has_inbox_seat": bool(row["is_active"]),
        "team_ids": [team[0]] if team else [],
    }


def conversation(chat: Record, parts: Sequence[Record], people: dict[int, Record], team: dict[int, Record]) -> Record:
    """A chat as it is now, with its parts: the first one opened it."""
    first, *rest = parts
    closed = chat["closed_at"]
    said = [_part(row, _author(row, people, team)) for row in rest]
    if closed is not None:
        said.append(_closing(chat, team[chat["member_no"]]))
    changed = max(seconds(moment) or 0 for moment in (*(row["created_at"] for row in parts), closed) if moment)
    return {
        "type": "conversation",
        "id": str(215_470_000_000 + chat["chat_no"]),
        "created_at": seconds(chat["opened_at"]),
        "updated_at": changed,
        "title": chat["subject"],
        "state": "open" if chat["is_open"] else "closed",
        "open": bool(chat["is_open"]),
        "read": True,
        "priority": "not_priority",
        "source": {
            "type": "conversation",
            "id": str(668_000_000 + chat["chat_no"]),
            "delivered_as": "customer_initiated" if first["author_contact_no"] else "admin_initiated",
            "subject": "",
            "body": markup(first["body"]),
            "author": _author(first, people, team),
            "attachments": [],
            "url": None,
            "redacted": False,
        },
        "contacts": {"type": "contact.list", "contacts": [_reference(people[chat["contact_no"]])]},
        "teammates": {"type": "admin.list", "teammates": [{"type": "admin", "id": _admin_id(chat["member_no"])}]},
        "admin_assignee_id": int(_admin_id(chat["member_no"])),
        "team_assignee_id": None,
        "tags": {"type": "tag.list", "tags": []},
        "statistics": _statistics(rest, closed),
        "conversation_rating": _rating(chat, people),
        "conversation_parts": {"type": "conversation_part.list", "conversation_parts": said, "total_count": len(said)},
        "custom_attributes": {},
    }


def before_closing(closed: Record) -> Record:
    """The version of a closed conversation before it was closed."""
    parts = closed["conversation_parts"]["conversation_parts"][:-1]
    changed = max((part["created_at"] for part in parts), default=closed["created_at"])
    return closed | {
        "state": "open",
        "open": True,
        "updated_at": changed,
        "conversation_rating": None,
        "conversation_parts": {**closed["conversation_parts"], "conversation_parts": parts, "total_count": len(parts)},
    }


def _part(row: Record, author: Record) -> Record:
    return {
        "type": "conversation_part",
        "id": str(9_000_000 + row["part_no"]),
        "part_type": "comment",
        "body": markup(row["body"]),
        "created_at": seconds(row["created_at"]),
        "updated_at": seconds(row["created_at"]),
        "author": author,
        "assigned_to": None,
        "attachments": [],
        "redacted": False,
    }


def _closing(chat: Record, member: Record) -> Record:
    row = {"part_no": 5_000_000 + chat["chat_no"], "body": "", "created_at": chat["closed_at"]}
    return _part(row, admin_author(member)) | {"part_type": "close", "body": None}


def admin_author(member: Record) -> Record:
    """A team member as the author of a part."""
    return {"type": "admin", "id": _admin_id(member["member_no"]), "name": member["name"], "email": member["email"]}


def _author(row: Record, people: dict[int, Record], team: dict[int, Record]) -> Record:
    if row["author_contact_no"] is None:
        return admin_author(team[row["author_member_no"]])
    person = people[row["author_contact_no"]]
    return {"type": person["role"], **{name: person[name] for name in ("id", "name", "email")}}


def _admin_id(member_no: int) -> str:
    return str(4_000_000 + member_no)


def _reference(person: Record) -> Record:
    return {"type": "contact", "id": person["id"], "external_id": person["external_id"]}


def _statistics(rest: Iterable[Record], closed: datetime | None) -> Record:
    answers = [row["created_at"] for row in rest if row["author_member_no"]]
    return {
        "type": "conversation_statistics",
        "first_admin_reply_at": seconds(min(answers, default=None)),
        "last_close_at": seconds(closed),
        "count_reopens": 0,
    }


def _rating(chat: Record, people: dict[int, Record]) -> Record | None:
    if chat["rating"] is None:
        return None
    asked = seconds(chat["closed_at"])
    return {
        "rating": chat["rating"],
        "remark": None,
        "created_at": asked,
        "updated_at": (asked or 0) + 30,
        "contact": _reference(people[chat["contact_no"]]),
        "teammate": {"type": "admin", "id": int(_admin_id(chat["member_no"]))},
    }
