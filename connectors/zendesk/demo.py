"""Writes the demo's help desk as files that Zendesk would export, with the faults such exports have; maps nothing.

The faults: a page that was fetched twice, a line of the audits cut short (the whole line follows), pages with newer
versions of recent tickets, a restored page whose versions are older than what came before, addresses in capitals, and
organisations spelled otherwise than in the other systems.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import polars as pl

from connectors.zendesk.demo_shapes import (
    API,
    Record,
    agent,
    audits,
    comment,
    earlier,
    end_user,
    group,
    organization,
    rating,
    ticket,
)

Rows = Mapping[str, list[Record]]
PerTicket = Mapping[int, list[Record]]

PAGE_SIZE = 100
AGENT_ROLES = ("support", "csm")


def write_exports(world: Mapping[str, pl.DataFrame], folder: Path, seed: int) -> None:
    """Write organisations, users, a group, tickets, audits and ratings into `folder`; the same seed, the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(f"zendesk:{seed}")
    rows = {name: world[name].to_dicts() for name in ("team_members", "tickets")}
    for name, spelled in (("companies", "company_spellings"), ("contacts", "contact_spellings")):
        rows[name] = world[spelled].filter(pl.col("system") == "helpdesk").to_dicts()
    comments = _per_ticket(world["ticket_comments"].sort("created_at", "comment_no"))
    events = _per_ticket(world["ticket_events"].sort("occurred_at", "event_no"))
    known = {row["company_no"] for row in rows["companies"] if row["in_helpdesk"]}

    _write_pages(folder, "organizations", list(_organizations(rows, rng)))
    _write_pages(folder, "users", [*_agents(rows, comments, events), *_end_users(rows, comments, known, rng)])
    _write_pages(folder, "groups", [group()])
    _write_pages(folder, "satisfaction_ratings", [rating(row) for row in rows["tickets"] if row["csat"]])
    _write_tickets(folder, rows["tickets"], comments, events, known)
    _write_audits(folder, rows["tickets"], comments, events)


def _organizations(rows: Rows, rng: random.Random) -> Iterator[Record]:
    for row in rows["companies"]:
        yield organization(row, _spelled(row, rng.random()), _id_elsewhere(row, row["is_linked"]))


def _spelled(company: Record, share: float) -> str:
    """The name as an agent typed it: the registered one, the usual one in capitals, or the usual one."""
    if share < 0.25 and company["legal_name"]:
        return str(company["legal_name"])
    name = str(company["name"])
    return name.upper() if share < 0.4 else name


def _id_elsewhere(row: Record, is_linked: bool) -> str | None:
    """The company's id in the CRM, else in billing; always where no domain of its own could tell who it is."""
    if is_linked or not row["domain"]:
        if row["crm"] == "hubspot":
            return str(10_000_000_000 + row["company_no"])
        if row["crm"] == "salesforce":
            return f"001LU{row['company_no']:013d}"
        if row["billing"] == "stripe" and not row["domain"]:
            return f"cus_{row['company_no']:06d}"
    return None


def _agents(rows: Rows, comments: PerTicket, events: PerTicket) -> Iterator[Record]:
    """Support, success managers, and everybody else of ours who ever touched a ticket."""
    said = {row["author_member_no"] for thread in comments.values() for row in thread}
    changed = [row for changes in events.values() for row in changes]
    given = {row[end] for row in changed if row["field_name"] == "assignee" for end in ("old_value", "new_value")}
    helped = said | {row["assignee_no"] for row in rows["tickets"]} | {row["member_no"] for row in changed}
    helped |= {int(value) for value in given if value}
    for row in rows["team_members"]:
        if row["role"] in AGENT_ROLES or row["member_no"] in helped:
            yield agent(row)


def _end_users(rows: Rows, comments: PerTicket, known: set[int], rng: random.Random) -> Iterator[Record]:
    """The contacts whom the help desk knows, and whoever asked or wrote in a ticket."""
    met = {row["author_contact_no"] for thread in comments.values() for row in thread}
    met |= {row["requester_no"] for row in rows["tickets"]}
    for row in rows["contacts"]:
        email = row["email"].upper() if rng.random() < 0.1 else row["email"]
        if row["in_helpdesk"] or row["contact_no"] in met:
            yield end_user(row, email, row["company_no"] in known)


def _write_tickets(folder: Path, rows: list[Record], comments: PerTicket, events: PerTicket, known: set[int]) -> None:
    """A fifth as lines of the account export, the rest as pages: whole, changed, restored and repeated ones."""
    now = {row["ticket_no"]: ticket(row, row["company_no"] in known) for row in rows}
    before = {no: earlier(now[no], events.get(no, [])) for no in now}
    paged = [no for no in now if no % 5]
    recent = sorted(paged, key=lambda no: (now[no]["updated_at"], no))[-max(1, len(paged) // 20) :]
    first = [before[no] if no in set(recent) else now[no] for no in paged]

    _write_pages(folder, "tickets", first)
    _write_pages(folder, "tickets", [now[no] for no in sorted(recent)], "_changed")
    _write_pages(folder, "tickets", [before[no] for no in paged[::40]], "_restored")
    _write_pages(folder, "tickets", first[:PAGE_SIZE], "_fetched_again")
    exported = (now[no] | {"comments": [comment(row) for row in comments.get(no, [])]} for no in now if no % 5 == 0)
    _write_lines(folder / "export_2026_07_01_4be1c0d9_1.json", [_json(record) for record in exported])


def _write_audits(folder: Path, rows: list[Record], comments: PerTicket, events: PerTicket) -> None:
    """The history of every ticket; comments only of those that are not in the account export, which has them inside."""
    lines = []
    for row in rows:
        no = row["ticket_no"]
        lines += [_json(audit) for audit in audits(row, comments.get(no, []) if no % 5 else [], events.get(no, []))]
    middle = len(lines) // 2
    cut = [line[: len(line) // 2] for line in lines[middle : middle + 1]]
    _write_lines(folder / "ticket_audits.ndjson", lines[:middle] + cut + lines[middle:])


def _per_ticket(frame: pl.DataFrame) -> dict[int, list[Record]]:
    rows: dict[int, list[Record]] = defaultdict(list)
    for row in frame.to_dicts():
        rows[row["ticket_no"]].append(row)
    return rows


def _json(record: Record) -> str:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def _write_lines(path: Path, lines: Sequence[str]) -> None:
    if lines:
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _write_pages(folder: Path, name: str, records: Sequence[Record], suffix: str = "") -> None:
    """Pages of the API, a hundred records each, named `<name>_page_001<suffix>.json`."""
    for page, start in enumerate(range(0, len(records), PAGE_SIZE), start=1):
        body = {
            name: records[start : start + PAGE_SIZE],
            "next_page": f"{API}/{name}.json?page={page + 1}" if start + PAGE_SIZE < len(records) else None,
            "previous_page": f"{API}/{name}.json?page={page - 1}" if page > 1 else None,
            "count": len(records),
        }
        (folder / f"{name}_page_{page:03d}{suffix}.json").write_text(_json(body) + "\n", encoding="utf-8")
