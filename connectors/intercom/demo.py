"""Writes the demo's messenger as files with what Intercom's API gives, with the faults such files have; maps nothing.

The faults: a line cut short (the whole line follows), recent conversations first as they were before they were closed,
a page of a search that is older and has no parts, and addresses in capitals.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from connectors.intercom.demo_shapes import (
    TAGS,
    TEAMS,
    Record,
    admin,
    before_closing,
    company,
    contact,
    conversation,
)

PAGE_SIZE = 100
ADMIN_ROLES = ("support", "csm")


def write_exports(world: Mapping[str, pl.DataFrame], folder: Path, seed: int) -> None:
    """Write companies, contacts, admins, teams, tags and conversations into `folder`; the same seed, the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(f"intercom:{seed}")
    rows = {name: world[name].to_dicts() for name in ("product_users", "team_members")}
    rows["contacts"] = world["contact_spellings"].filter(pl.col("system") == "intercom").to_dicts()
    known = world["company_spellings"].filter(pl.col("system") == "intercom").to_dicts()
    plans = {row["company_no"]: row["plan"] for row in rows["product_users"]}
    companies = [company(row, _own_id(row), plans.get(row["company_no"])) for row in known]
    people = _people(world, rows, {row["company_no"] for row in known}, rng)
    team = {row["member_no"]: row for row in rows["team_members"]}

    _write_pages(folder, "companies_scroll", "data", companies)
    _write_pages(folder, "contacts_search_page", "data", list(people.values()))
    members = {role: [row for row in team.values() if row["role"] == role] for role in ADMIN_ROLES}
    _write(
        folder / "admins.json",
        {"type": "admin.list", "admins": [admin(row) for all_ in members.values() for row in all_]},
    )
    teams = [
        {
            "type": "team",
            "id": str(number),
            "name": name,
            "admin_ids": [4_000_000 + row["member_no"] for row in members[role]],
        }
        for role, (number, name) in TEAMS.items()
    ]
    _write(folder / "teams.json", {"type": "team.list", "teams": teams})
    tags = [{"type": "tag", "id": str(number), "name": name} for number, name in TAGS.values()]
    _write(folder / "tags.json", {"type": "list", "data": tags})
    _write_conversations(folder, _conversations(world, people, team))


def _own_id(row: Record) -> str:
    """The id under which the product sends a company: mostly its id in the CRM, else the product's own."""
    if row["is_linked"] and row["crm"] == "hubspot":
        return str(10_000_000_000 + row["company_no"])
    if row["is_linked"] and row["crm"] == "salesforce":
        return f"001LU{row['company_no']:013d}"
    return f"workspace-{row['company_no']}"


def _people(
    world: Mapping[str, pl.DataFrame], rows: Mapping[str, list[Record]], known: set[int], rng: random.Random
) -> dict[int, Record]:
    """The contacts whom the messenger knows, and whoever wrote in a chat, by number."""
    users = {row["contact_no"]: row for row in rows["product_users"]}
    by_mail = world["communication_preferences"].filter(pl.col("channel") == "email")
    wishes = dict(by_mail.select("contact_no", "preference").iter_rows())
    met = {*world["chats"]["contact_no"], *world["chat_parts"]["author_contact_no"]}
    people = {}
    for row in rows["contacts"]:
        no, is_shouted = row["contact_no"], rng.random() < 0.05
        if row["in_intercom"] or no in met:
            written = row | {"email": row["email"].upper()} if is_shouted else row
            people[no] = contact(written, users.get(no), wishes.get(no), row["company_no"] in known)
    return people


def _conversations(
    world: Mapping[str, pl.DataFrame], people: dict[int, Record], team: dict[int, Record]
) -> list[Record]:
    said: dict[int, list[Record]] = {}
    for row in world["chat_parts"].sort("created_at", "part_no").to_dicts():
        said.setdefault(row["chat_no"], []).append(row)
    chats = world["chats"].sort("chat_no").to_dicts()
    return [conversation(chat, said[chat["chat_no"]], people, team) for chat in chats]


def _write_conversations(folder: Path, now: Sequence[Record]) -> None:
    """All of them as lines, the most recent ones first as they were and then as they are; then some older versions."""
    closed = [one for one in now if one["state"] == "closed"]
    recent = {one["id"] for one in sorted(closed, key=lambda one: one["updated_at"])[-max(1, len(closed) // 20) :]}
    lines = [_json(before_closing(one) if one["id"] in recent else one) for one in now]
    middle = len(lines) // 2
    cut = [line[: len(line) // 2] for line in lines[middle : middle + 1]]
    _write_lines(folder / "conversations.ndjson", lines[:middle] + cut + lines[middle:])
    _write_lines(folder / "conversations_changed.ndjson", [_json(one) for one in now if one["id"] in recent])
    older = [before_closing(one) for one in closed[::40]]
    listed = [{name: value for name, value in one.items() if name != "conversation_parts"} for one in older]
    _write_pages(folder, "conversations_search_page", "conversations", listed)


def _json(record: Record) -> str:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def _write(path: Path, body: Record) -> None:
    path.write_text(_json(body) + "\n", encoding="utf-8")


def _write_lines(path: Path, lines: Sequence[str]) -> None:
    if lines:
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _write_pages(folder: Path, name: str, key: str, records: Sequence[Record]) -> None:
    """Pages of the API, a hundred records each, named `<name>_001.json`."""
    for page, start in enumerate(range(0, len(records), PAGE_SIZE), start=1):
        pages = {"type": "pages", "page": page, "per_page": PAGE_SIZE}
        body = {"type": "list", key: records[start : start + PAGE_SIZE], "total_count": len(records), "pages": pages}
        _write(folder / f"{name}_{page:03d}.json", body)
