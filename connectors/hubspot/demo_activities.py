"""The demo's HubSpot: notes and meetings as pages of the API, tasks and services as CSV exports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from html import escape
from pathlib import Path

import polars as pl

from connectors.hubspot.demo_files import (
    Row,
    World,
    company_id,
    contact_id,
    deal_id,
    iso,
    minute,
    number,
    owner_id,
    plain,
    record,
    table,
    write,
    write_pages,
)

TASK_STATUS = {
    "to_do": "Not started",
    "in_progress": "In progress",
    "pending_customer": "Waiting",
    "blocked": "Waiting",
    "ignored": "Deferred",
    "done": "Completed",
}
TASK_TYPES = {"to_do": "To-do", "call": "Call", "email": "Email", "meeting": "Meeting"}
PRIORITIES = {"low": "Low", "normal": "Medium", "high": "High", "urgent": "High"}
HEALTH = {"on_track": "On track", "needs_attention": "Delayed", "at_risk": "At risk", None: ""}
SERVICE_STATUS = {"complete": "Completed", "paused": "On hold"}
"""HubSpot has one status where the world has two words; how a service goes is not said once it rests or is over."""


def write_activities(world: World, folder: Path) -> None:
    """Write what was done for the portal's customers to `folder`; `world` is what the portal knows (`of_portal`)."""
    members = dict(world["team_members"].select("member_no", "name").iter_rows())
    known = set(world["contacts"]["contact_no"])
    write_pages(folder, "09_notes", [_note(row, known) for row in world["notes"].sort("note_no").to_dicts()])
    write_pages(folder, "11_meetings", _meetings(world, known))
    tables = {
        "12_hubspot-crm-exports-tasks.csv": [_task(row, members, known) for row in world["tasks"].to_dicts()],
        "13_hubspot-crm-exports-services.csv": [_service(row, members) for row in world["services"].to_dicts()],
    }
    for name, rows in tables.items():
        if rows:
            write(folder / name, table(rows))


def note_id(number: int) -> str:
    """HubSpot's id of a note of the world."""
    return str(51_000_000_000 + number)


def _html(*paragraphs: str | None) -> str | None:
    """Paragraphs as HubSpot's editor writes them."""
    return "".join(f"<p>{escape(one, quote=False)}</p>" for one in paragraphs if one) or None


def _linked(kind: str, **ids: list[str]) -> Row:
    """Links as the API lists them: contacts=["1"] of a note are of the type note_to_contact."""
    singular = {"companies": "company", "contacts": "contact"}
    return {
        to: {"results": [{"id": one, "type": f"{kind}_to_{singular[to]}"} for one in found]}
        for to, found in ids.items()
        if found
    }


def _note(row: Row, known: set[int]) -> Row:
    contacts = [contact_id(row["contact_no"])] if row["contact_no"] in known else []
    properties = {
        "hs_timestamp": iso(row["noted_at"]),
        "hs_note_body": _html(row["title"], row["body"]),
        "hubspot_owner_id": owner_id(row["author_no"]),
        "hs_createdate": iso(row["noted_at"]),
    }
    links = _linked("note", companies=[company_id(row["company_no"])], contacts=contacts)
    return record(note_id(row["note_no"]), properties, row["noted_at"], row["noted_at"], associations=links)


def _meetings(world: World, known: set[int]) -> list[Row]:
    emails = dict(world["contacts"].filter(~pl.col("is_duplicate")).select("contact_no", "email").iter_rows())
    asked: dict[int, list[Row]] = defaultdict(list)
    for one in world["appointment_attendees"].to_dicts():
        asked[one["appointment_no"]].append(one)
    rows = world["appointments"].sort("appointment_no").to_dicts()
    return [_meeting(row, asked[row["appointment_no"]], known, emails) for row in rows]


def _meeting(row: Row, asked: list[Row], known: set[int], emails: Mapping[int, str]) -> Row:
    next_actions = f"Next: {row['next_actions']}" if row["next_actions"] else None
    properties = {
        "hs_timestamp": iso(row["starts_at"]),
        "hs_meeting_title": row["title"],
        "hs_meeting_body": _html(row["agenda"]),
        "hs_internal_meeting_notes": _html(row["outcome"], next_actions),
        "hs_meeting_start_time": iso(row["starts_at"]),
        "hs_meeting_end_time": iso(row["ends_at"]),
        "hs_meeting_outcome": "CANCELED" if row["is_canceled"] else "COMPLETED",
        "hs_meeting_location": row["location"],
        "hs_meeting_external_url": row["conference_url"],
        "hs_attendee_owner_ids": ";".join(owner_id(one["member_no"]) for one in asked if one["member_no"]),
        "hs_guest_emails": ";".join(sorted(emails[one["contact_no"]] for one in asked if one["contact_no"] in known)),
        "hubspot_owner_id": owner_id(row["organizer_no"]),
    }
    contacts = [contact_id(one["contact_no"]) for one in asked if one["contact_no"] in known]
    links = _linked("meeting_event", companies=[company_id(row["company_no"])], contacts=contacts)
    made = row["starts_at"] - timedelta(days=7)
    return record(str(53_000_000_000 + row["appointment_no"]), properties, made, row["starts_at"], associations=links)


def _task(row: Row, members: Mapping[int, str], known: set[int]) -> dict[str, str]:
    return {
        "Task ID": str(52_000_000_000 + row["task_no"]),
        "Task title": row["description"],
        "Task status": TASK_STATUS[row["status"]],
        "Priority": PRIORITIES[row["priority"]],
        "Task type": TASK_TYPES[row["task_type"]],
        "Due date": minute(datetime.combine(row["due_on"], time(8))),
        "Assigned to": members.get(row["owner_no"], ""),
        "Completed at": minute(row["completed_at"]),
        "Associated Company IDs": company_id(row["company_no"]),
        "Associated Contact IDs": contact_id(row["contact_no"]) if row["contact_no"] in known else "",
        "Create Date": minute(row["created_at"]),
        "Last Modified Date": minute(row["updated_at"]),
    }


def _service(row: Row, members: Mapping[int, str]) -> dict[str, str]:
    return {
        "Record ID": str(54_000_000_000 + row["service_no"]),
        "Service name": row["name"],
        "Category": row["service_type"].capitalize(),
        "Pipeline": "Delivery",
        "Pipeline stage": row["phase"],
        "Status": SERVICE_STATUS.get(row["status"]) or HEALTH[row["health"]],
        "Start date": plain(row["starts_on"]),
        "Target end date": plain(row["due_on"]),
        "Close date": plain(row["completed_on"]),
        "Service owner": members.get(row["owner_no"], ""),
        "Satisfaction": number(row["satisfaction"]),
        "Last session date": minute(row["last_session_at"]),
        "Associated Company IDs": company_id(row["company_no"]),
        "Associated Deal IDs": deal_id(row["deal_no"]) if row["deal_no"] else "",
        "Create Date": plain(row["starts_on"]),
        "Last Modified Date": minute(row["last_session_at"]),
    }
