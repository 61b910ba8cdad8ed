"""Writes the success managers' part of the demo as Planhat's files, with the faults such files have; maps nothing.

Pages of the API and a CSV export stand side by side. The faults: a page that was fetched twice, a CSV export in UTF-16
with a line cut short, an older page of companies that comes last, addresses in capitals.
"""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl

Record = dict[str, object]
Rows = Mapping[str, list[dict[str, object]]]

PAGE_SIZE = 500
KINDS = {"company": 1, "contact": 2, "team_member": 3, "asset": 4, "project": 5, "service": 6, "note": 7, "task": 8}
READING = 9
HEALTH = {"on_track": "On track", "needs_attention": "Needs attention", "at_risk": "At risk"}
STATUS = {"active": "Ongoing", "paused": "On hold", "complete": "Completed"}
TASK_STATUS = {
    "to_do": "To-do",
    "in_progress": "In-progress",
    "blocked": "Blocked",
    "pending_customer": "Pending customer",
    "done": "Done",
    "ignored": "Ignored",
}


def record_id(kind: str, number: object) -> str:
    """Planhat's id of a record of the world: 24 hexadecimal digits."""
    return f"{KINDS[kind]:02x}{number:022x}"


def write_exports(world: Mapping[str, pl.DataFrame], folder: Path, seed: int) -> None:
    """Write what Planhat knows of the world into `folder`; the same world and seed give the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(f"planhat:{seed}")
    names = ("team_members", "assets", "projects", "services", "notes", "tasks")
    rows: Rows = {name: world[name].to_dicts() for name in names}
    here = pl.col("system") == "planhat"
    known = {row["company_no"]: row for row in world["company_spellings"].filter(here).to_dicts()}
    companies = [_company(row, known) for row in known.values()]
    _write_pages(folder, "companies", companies)
    _write_pages(folder, "users", [_user(row) for row in rows["team_members"]])
    people = [_enduser(row, known, rng) for row in world["contact_spellings"].filter(here, "in_planhat").to_dicts()]
    half = len(people) // 2
    _write_pages(folder, "endusers", people[:half])
    _write_csv(folder / "End Users export.csv", [_labelled(person) for person in people[half:]])
    _write_pages(folder, "assets", [_asset(row) for row in rows["assets"]])
    services = [row for row in rows["services"] if row["company_no"] in known and _is_here(known, row)]
    _write_pages(folder, "projects", [*map(_project, rows["projects"]), *map(_service, services)])
    _write_pages(folder, "conversations", [_note(row) for row in rows["notes"] if row["system"] == "planhat"])
    _write_pages(folder, "tasks", [_task(row) for row in rows["tasks"] if row["system"] == "planhat"])
    _write_pages(folder, "dimensiondata", list(_readings(world["metric_readings"])))
    _write_older_versions(folder, companies)


def _is_here(known: Mapping[object, Record], service: Record) -> bool:
    """The CRM keeps the services of its own companies."""
    return known[service["company_no"]]["crm"] != "hubspot"


def _company(row: Record, known: Mapping[object, Record]) -> Record:
    no = row["company_no"]
    above = [row["parent_no"]] if row["parent_no"] in known else []
    return {
        "_id": record_id("company", no),
        "name": row["name"],
        "sourceId": _id_elsewhere(row) if row["is_linked"] else None,
        "owner": {"_id": record_id("team_member", row["csm_no"])} if row["csm_no"] else None,
        "coOwner": record_id("team_member", row["owner_no"]) if row["owner_no"] else None,
        "phase": row["lifecycle_phase"],
        "domains": [domain for domain in (row["domain"], row["second_domain"]) if domain],
        "web": row["domain"] and f"https://www.{row['domain']}/",
        "country": row["country"],
        "city": row["city"],
        "address": row["address"],
        "zip": row["postal_code"],
        "phonePrimary": row["phone"],
        "csmScore": row["csm_score"],
        "tags": [],
        "orgPath": "," + ",".join(record_id("company", one) for one in [*above, no]) + ",",
        "custom": {"Industry": row["industry"], "Employees": row["employee_count"], "Segment": row["segment"]},
        "createDate": _instant(row["created_at"]),
        "updatedAt": _instant(row["updated_at"]),
    }


def _id_elsewhere(row: Record) -> str | None:
    if row["crm"] == "hubspot":
        return f"1{row['company_no']:010d}"
    if row["crm"] == "salesforce":
        return f"001LU{row['company_no']:013d}"
    return f"cus_{row['company_no']:06d}" if row["billing"] == "stripe" else None


def _user(row: Record) -> Record:
    first, _, last = str(row["name"]).partition(" ")
    return {
        "_id": record_id("team_member", row["member_no"]),
        "firstName": first,
        "lastName": last,
        "nickName": first,
        "email": row["email"],
        "roles": [{"_id": f"{0:024x}", "name": row["role"]}],
        "inactive": not row["is_active"],
    }


def _enduser(row: Record, known: Mapping[object, Record], rng: random.Random) -> Record:
    email = str(row["email"])
    company = known.get(row["company_no"])
    return {
        "_id": record_id("contact", row["contact_no"]),
        "firstName": row["first_name"],
        "lastName": row["last_name"],
        "email": email.upper() if rng.random() < 0.05 else email,
        "companyId": record_id("company", row["company_no"]) if company else None,
        "companyName": company and company["name"],
        "position": row["job_title"],
        "phone": row["phone"],
        "createDate": _instant(row["created_at"]),
        "updatedAt": _instant(row["updated_at"]),
    }


def _labelled(person: Record) -> Record:
    """An end user as the app's own export has it: English labels."""
    labels = {
        "_id": "Planhat ID",
        "firstName": "First Name",
        "lastName": "Last Name",
        "email": "Email",
        "companyId": "Company ID",
        "companyName": "Company",
        "position": "Job Title",
        "phone": "Phone",
        "createDate": "Created Date",
        "updatedAt": "Updated Date",
    }
    return {label: person[key] for key, label in labels.items()}


def _asset(row: Record) -> Record:
    parent = row["parent_asset_no"]
    own = {"Type": row["asset_type"]} | ({"Parent Asset": record_id("asset", parent)} if parent else {})
    return {
        "_id": record_id("asset", row["asset_no"]),
        "companyId": record_id("company", row["company_no"]),
        "name": row["name"],
        "externalId": f"asset-{row['asset_no']}",
        "custom": own,
    }


def _project(row: Record) -> Record:
    ends_on = row["ends_on"]
    return {
        "_id": record_id("project", row["project_no"]),
        "companyId": record_id("company", row["company_no"]),
        "name": row["name"],
        "status": row["status"],
        "startDate": _day(row["starts_on"]),
        "endDate": _day(ends_on - timedelta(days=1)) if isinstance(ends_on, date) else None,  # shown is the last day
        "mrr": row["mrr"],
        "currency": row["currency"],
        "ownerId": record_id("team_member", row["owner_no"]),
        "custom": {"Objective": row["objective"]},
    }


def _service(row: Record) -> Record:
    own = {
        "Service Type": row["service_type"],
        "Phase": row["phase"],
        "Health": HEALTH.get(str(row["health"])),
        "Completed On": str(row["completed_on"]) if row["completed_on"] else None,
        "Last Session": _instant(row["last_session_at"]),
        "Satisfaction": row["satisfaction"],
    }
    return {
        "_id": record_id("service", row["service_no"]),
        "companyId": record_id("company", row["company_no"]),
        "name": row["name"],
        "status": STATUS[str(row["status"])],
        "startDate": _day(row["starts_on"]),
        "endDate": _day(row["due_on"]),
        "ownerId": record_id("team_member", row["owner_no"]),
        "custom": {name: value for name, value in own.items() if value is not None},
    }


def _note(row: Record) -> Record:
    return {
        "_id": record_id("note", row["note_no"]),
        "type": "note",
        "companyId": record_id("company", row["company_no"]),
        "subject": row["title"],
        "description": f"<p>{row['body']}</p>",
        "date": _instant(row["noted_at"]),
        "users": [{"id": record_id("team_member", row["author_no"])}],
        "endusers": [{"id": record_id("contact", row["contact_no"])}] if row["contact_no"] else [],
        "pinned": row["is_pinned"],
        "createDate": _instant(row["noted_at"]),
    }


def _task(row: Record) -> Record:
    return {
        "_id": record_id("task", row["task_no"]),
        "mainType": "task",
        "type": row["task_type"],
        "action": row["description"],
        "companyId": record_id("company", row["company_no"]),
        "status": TASK_STATUS[str(row["status"])],
        "priority": row["priority"],
        "startTime": _day(row["due_on"]),
        "dateDone": _instant(row["completed_at"]),
        "isArchived": row["status"] == "done",
        "ownerId": record_id("team_member", row["owner_no"]),
        "endusers": [{"id": record_id("contact", row["contact_no"])}] if row["contact_no"] else [],
        "createdAt": _instant(row["created_at"]),
        "updatedAt": _instant(row["updated_at"]),
    }


def _readings(readings: pl.DataFrame) -> Iterator[Record]:
    for row in readings.sort("reading_no").to_dicts():
        kind = row["subject_type"]
        yield {
            "_id": f"{READING:02x}{row['reading_no']:022x}",
            "dimensionId": row["metric"],
            "time": _instant(row["read_at"]),
            "value": row["value"],
            "model": kind.title(),
            "parentId": record_id(kind, row[f"{kind}_no"]),
            "companyId": record_id("company", row["company_no"]),
        }


# --- the files --------------------------------------------------------------------------------------------------------


def _write_older_versions(folder: Path, companies: Sequence[Record]) -> None:
    """Some companies as they were years ago, in a file that comes last and changes nothing."""
    older = [company | {"phase": "lead", "updatedAt": "2020-01-01T00:00:00.000Z"} for company in companies[:20]]
    _write_json(folder / "companies-restored.json", older)


def _write_pages(folder: Path, name: str, records: Sequence[Record]) -> None:
    """A list by `limit` and `offset`; the first page of a longer list was fetched twice."""
    pages = [records[start : start + PAGE_SIZE] for start in range(0, len(records), PAGE_SIZE)]
    for number, page in enumerate([*pages, *pages[:1]] if len(pages) > 1 else pages, start=1):
        _write_json(folder / f"{name}-{number}.json", page)


def _write_json(path: Path, records: Iterable[Record]) -> None:
    written = ",\n".join(json.dumps(record, ensure_ascii=False, default=_plain) for record in records)
    path.write_text(f"[{written}]\n", encoding="utf-8")


def _plain(value: object) -> object:
    """A number as JavaScript writes it."""
    if not isinstance(value, Decimal):
        raise TypeError(f"{value!r} has no place in JSON")
    return int(value) if value == value.to_integral_value() else float(value)


def _write_csv(path: Path, rows: Sequence[Record]) -> None:
    """An export as a spreadsheet program saves it again: UTF-16, semicolons; its last line is cut short."""
    if not rows:
        return
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes((text.getvalue() + "02ffffffffff;Cut;Sh\r\n").encode("utf-16"))


def _instant(moment: object) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z") if isinstance(moment, datetime) else None


def _day(day: object) -> str | None:
    return f"{day}T00:00:00.000Z" if isinstance(day, date) else None
