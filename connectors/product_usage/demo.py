"""Writes the demo's product use as Segment stores it, with the faults such logs have; what was done is the world's.

Licences in use are counted week by week, in a table of their own. The faults: calls that were sent twice and came in
late, a line cut short, addresses in capitals, and the nightly list of users as a table of its own. Accounts go by
`acct_%06d` of the company's number, users by their `external_user_id`.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

REPEATED_SHARE = 0.01
CUT_SHORT = '{"type":"track","messageId":"ajs-cut-short","event":"report_expor'
TRACKED = {
    "form_fill": "Form Submitted", "assessment": "Assessment Completed", "download": "Content Downloaded",
    "newsletter": "Newsletter Opened", "event_registration": "Webinar Registered", "event_attendance": "Event Attended",
    "social": "Post Shared", "referral": "Referral Made", "review": "Review Posted", "reply": "Email Replied",
    "expansion_request": "Seats Requested", "product_milestone": "Milestone Reached",
}  # fmt: skip
"""What a signal is called in the log; the others are pages."""
LISTED = ("id", "email", "name", "plan", "created_at", "status", "company_id", "updated_at")

Row = Mapping[str, Any]
Call = tuple[datetime, str, dict[str, Any]]


def write_exports(world: Mapping[str, pl.DataFrame], folder: Path, seed: int) -> None:
    """Write one log per month to `segment-logs` and the list of users; the same world and seed give the same bytes."""
    rng = random.Random(f"product_usage:{seed}")
    spelled = world["contact_spellings"].filter(pl.col("system") == "product_usage")
    people = {row["contact_no"]: row for row in spelled.to_dicts()}
    users = {row["user_no"]: row for row in world["product_users"].to_dicts()}
    by_contact = {row["contact_no"]: row for row in users.values()}
    calls = [
        *_accounts(world, users),
        *_users(users, people, rng),
        *_visitors(world, people, by_contact),
        *_signals(world, people, by_contact),
        *_events(world, users),
    ]
    calls.sort(key=lambda call: (call[0], call[1]))
    (folder / "segment-logs").mkdir(parents=True, exist_ok=True)
    months: dict[str, list[str]] = {}
    for at, no, call in calls:
        line = _line(at, no, call, at)
        months.setdefault(f"{at:%Y-%m}", []).append(line)
        if rng.random() < REPEATED_SHARE:
            months[f"{at:%Y-%m}"].append(_line(at, no, call, at + timedelta(minutes=rng.randint(5, 600))))
    for place, (month, lines) in enumerate(sorted(months.items())):
        text = "\n".join(lines + [CUT_SHORT] * (place == len(months) - 1)) + "\n"
        # Segment packs what it stores.
        (folder / "segment-logs" / f"{month}.jsonl.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    _write_users(folder / "users.csv", users, people, calls[-1][0] if calls else None)
    _write_seats(folder / "seat readings.csv", world["seat_readings"])


def _account(company_no: int) -> str:
    return f"acct_{company_no:06d}"


def _line(at: datetime, no: str, call: dict[str, Any], received_at: datetime) -> str:
    stamps = {"timestamp": at, "originalTimestamp": at, "sentAt": received_at, "receivedAt": received_at}
    said = {"messageId": f"ajs-{no}", "anonymousId": None, "userId": None, "context": {}, "integrations": {}} | call
    return json.dumps(said | {name: f"{when.isoformat()}.000Z" for name, when in stamps.items()}, ensure_ascii=False)


def _accounts(world: Mapping[str, pl.DataFrame], users: Mapping[int, Row]) -> Iterator[Call]:
    """Each user joins the account; what is known of the account comes with the call."""
    crm = {"hubspot": lambda no: ("hubspot_company_id", str(10_000_000_000 + no))}
    crm["salesforce"] = lambda no: ("salesforce_account_id", f"001LU{no:013d}")
    traits: dict[int, dict[str, Any]] = {}
    for row in world["company_spellings"].filter(pl.col("system") == "product_usage").to_dicts():
        said = {"name": row["name"], "domain": row["domain"], "industry": row["industry"], "segment": row["segment"]}
        said["employees"] = row["employee_count"]
        said["address"] = {"country": row["country"], "city": row["city"]}
        if row["crm"] in crm and row["is_linked"]:
            name, value = crm[row["crm"]](row["company_no"])
            said[name] = value
        traits[row["company_no"]] = said
    for user in users.values():
        call = {"type": "group", "userId": user["external_user_id"], "groupId": _account(user["company_no"])}
        yield user["signed_up_at"], f"g{user['user_no']:06d}", call | {"traits": traits[user["company_no"]]}


def _users(users: Mapping[int, Row], people: Mapping[int, Row], rng: random.Random) -> Iterator[Call]:
    for user in users.values():
        person = people[user["contact_no"]]
        traits = {
            "email": person["email"].upper() if rng.random() < 0.05 else person["email"],
            "firstName": person["first_name"],
            "lastName": person["last_name"],
            "title": person["job_title"],
            "phone": person["phone"],
            "plan": user["plan"],
            "createdAt": f"{user['signed_up_at'].isoformat()}Z",
        }
        call = {"type": "identify", "userId": user["external_user_id"], "traits": traits}
        yield user["signed_up_at"], f"i{user['user_no']:06d}", call


def _visitors(
    world: Mapping[str, pl.DataFrame], people: Mapping[int, Row], by_contact: Mapping[int, Row]
) -> Iterator[Call]:
    """Who leaves an address becomes known; who only ever reads mail has a made-up anonymous id of the mail tool."""
    met: set[int] = set()
    for row in world["visitors"].to_dicts():
        if row["contact_no"] is not None:
            met.add(row["contact_no"])
            yield (
                row["identified_at"],
                f"v{row['anonymous_id']}",
                _known(row["anonymous_id"], people[row["contact_no"]]),
            )
    for row in world["signals"].sort("signal_no").to_dicts():
        no = row["contact_no"]
        if no is not None and no not in met and no not in by_contact:
            met.add(no)
            yield row["occurred_at"], f"m{no:06d}", _known(f"mail-{no:06d}", people[no])


def _known(anonymous_id: str, person: Row) -> dict[str, Any]:
    traits = {"email": person["email"], "firstName": person["first_name"], "lastName": person["last_name"]}
    return {"type": "identify", "anonymousId": anonymous_id, "traits": traits}


def _signals(
    world: Mapping[str, pl.DataFrame], people: Mapping[int, Row], by_contact: Mapping[int, Row]
) -> Iterator[Call]:
    used = set(world["product_users"]["company_no"])
    for row in world["signals"].to_dicts():
        kind, user = row["signal_type"], by_contact.get(row["contact_no"])
        said = {"title": row["title"], "topic": row["topic"], "url": row["url"]}
        call: dict[str, Any] = {"anonymousId": row["anonymous_id"], "context": {}}
        if user is not None:
            call["userId"] = user["external_user_id"]
        elif row["contact_no"] is not None:
            said["email"] = people[row["contact_no"]]["email"]
        if row["company_no"] in used:
            call["context"] |= {"groupId": _account(row["company_no"])}
        if row["campaign"]:
            call["context"] |= {"campaign": {"name": row["campaign"]}}
        if kind in TRACKED:
            call |= {"type": "track", "event": TRACKED[kind]}
        else:
            call |= {"type": "page", "name": row["title"]}
            said |= {"path": (row["url"] or "").removeprefix("https://lumenly.example")}
            if kind == "content_view":
                call["category"] = "resources"
            elif kind != "page_view":
                said["signal_type"] = kind
        yield row["occurred_at"], f"s{row['signal_no']:07d}", call | {"properties": said}


def _events(world: Mapping[str, pl.DataFrame], users: Mapping[int, Row]) -> Iterator[Call]:
    for row in world["usage_events"].to_dicts():
        call = {
            "type": "track",
            "userId": users[row["user_no"]]["external_user_id"],
            "event": row["event_name"],
            "properties": {"usage_weight": float(row["weight"])},
            "context": {"groupId": _account(row["company_no"])},
        }
        yield row["occurred_at"], f"e{row['event_no']:08d}", call


def _write_users(path: Path, users: Mapping[int, Row], people: Mapping[int, Row], last_at: datetime | None) -> None:
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(LISTED)
    for user in users.values():
        person = people[user["contact_no"]]
        name = " ".join(filter(None, (person["first_name"], person["last_name"])))
        values = (user["external_user_id"], person["email"], name, user["plan"], user["signed_up_at"], user["status"])
        table.writerow([*values, _account(user["company_no"]), last_at])
    path.write_bytes(out.getvalue().encode())


def _write_seats(path: Path, readings: pl.DataFrame) -> None:
    readings.sort("company_no", "read_at").select(
        subject_type=pl.lit("company"),
        subject_id="acct_" + pl.col("company_no").cast(pl.String).str.zfill(6),
        metric=pl.lit("seats_used"),
        date=pl.col("read_at").dt.to_string("%Y-%m-%dT%H:%M:%SZ"),
        value="value",
        unit=pl.lit("seats"),
    ).write_csv(path)
