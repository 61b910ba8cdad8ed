"""Writes the demo's issue tracker as files that Jira gives, with the faults such files have; maps nothing.

The faults: changelogs that do not come whole with their issue (the bulk fetch has them), pages with newer versions of
recent issues, an old CSV of the issue navigator, and people whose addresses the API hides.
"""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from connectors.jira.demo_shapes import (
    Record,
    before_last_change,
    change,
    customer,
    issue,
    link,
    member,
    organization,
)

PAGE_SIZE = 100
MEMBER_ROLES = ("support", "csm")
CHANGES_TOLD = 2
"""Changes that come with an issue of which the bulk fetch tells all."""
CUSTOMERS = 3
"""At most so many people of a company are customers of the service desk."""
CSV_HEADER = (
    "Summary,Issue key,Issue id,Issue Type,Status,Priority,Created,Updated,Labels,Labels,"
    "Custom field (Organizations),Custom field (Organizations),Status Category"
)


def write_exports(world: Mapping[str, pl.DataFrame], folder: Path, seed: int) -> None:
    """Write issues, changes, links, people and organizations into `folder`; the same seed, the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(f"jira:{seed}")
    here = pl.col("system") == "jira"
    ours = [row for row in world["team_members"].to_dicts() if row["role"] in MEMBER_ROLES]
    team = {row["member_no"]: member(row, shows_address=rng.random() < 0.4) for row in ours}
    known = {row["company_no"]: row for row in world["company_spellings"].filter(here).to_dicts()}
    people = world["contact_spellings"].filter(here).to_dicts()

    _write(folder / "users.json", list(team.values()))
    _write_csv_of_users(folder / "export-users.csv", ours, team)
    _write_pages(folder, "organizations", "values", [organization(row) for row in known.values()])
    _write_lines(folder / "organization_members.ndjson", _customers(people, known))
    _write_issues(world, folder, known, team, rng)


def _customers(contacts: Sequence[Record], known: Mapping[int, Record]) -> list[Record]:
    """The first people of each company who write from its own domain; shared mailboxes where there is nobody else.

    Of organizations without a domain anybody may be one.
    """
    found: dict[int, list[Record]] = {}
    for row in sorted(contacts, key=lambda row: (row["is_role_address"], not row["in_crm"], row["contact_no"])):
        company = known.get(row["company_no"])
        if company and (not company["domain"] or row["email"].lower().endswith(f"@{company['domain']}")):
            found.setdefault(row["company_no"], []).append(row)
    return [customer(row) for no in sorted(found) for row in found[no][:CUSTOMERS]]


def _write_issues(
    world: Mapping[str, pl.DataFrame],
    folder: Path,
    known: Mapping[int, Record],
    team: Mapping[int, Record],
    rng: random.Random,
) -> None:
    """Pages of all issues, recent ones first as they were; then the changes, the links, and an old CSV."""
    events = _per_issue(world["issue_events"].sort("occurred_at", "event_no"))
    touched = _per_issue(world["issue_companies"].sort("issue_no", "company_no"))
    now: dict[int, Record] = {}
    links: list[Record] = []
    issues = world["issues"].sort("issue_no").to_dicts()
    for row in issues:
        no, named, labels = row["issue_no"], [], []
        for company in (known[one["company_no"]] for one in touched.get(no, ())):
            way = rng.random()
            reference, url = _elsewhere(company)
            if way < 0.15 and reference:
                labels.append(f"customer:{reference}")
            elif way < 0.3 and url:
                links.append(link(30_000 + len(links), row["tracker_key"], url))
            else:
                named.append(organization(company))
        now[no] = issue(row, [change(event, team) for event in events.get(no, ())], team, named, labels)
    last = {no: found[-1] for no, found in events.items() if found[-1]["field_name"] == "status"}
    recent = sorted(last, key=lambda no: (last[no]["occurred_at"], no))[-max(1, len(issues) // 20) :]
    by_no = {row["issue_no"]: row for row in issues}
    before = {no: before_last_change(now[no], by_no[no], last[no]) for no in recent}
    _write_pages(folder, "issues_search_page", "issues", [_cut(before.get(no, now[no])) for no in now])
    _write_pages(folder, "issues_search_page_changed", "issues", [_cut(now[no]) for no in recent])
    whole = [
        {"issueId": one["id"], "changeHistories": one["changelog"]["histories"]}
        for one in map(_long, now.values())
        if one
    ]
    _write_pages(folder, "changelogs_bulkfetch", "issueChangeLogs", whole)
    _write(folder / "remote_links.json", links)
    _write_csv(folder / "Jira 2026-01-31.csv", [now[no] for no in sorted(now)[::12]])


def _elsewhere(company: Record) -> tuple[str | None, str | None]:
    """The company's record in the CRM: as a reference and as an address; none where no CRM knows it."""
    no = company["company_no"]
    if company["crm"] == "hubspot":
        number = 10_000_000_000 + no
        return f"hubspot:{number}", f"https://app-eu1.hubspot.com/contacts/2512345/record/0-2/{number}"
    if company["crm"] == "salesforce":
        number = f"001LU{no:013d}"
        return f"salesforce:{number}", f"https://lumenly.lightning.force.com/lightning/r/Account/{number}/view"
    return None, None


def _long(one: Record) -> Record | None:
    return one if len(one["changelog"]["histories"]) > CHANGES_TOLD + 1 else None


def _cut(one: Record) -> Record:
    """The issue as a search gives it: of a long changelog only the newest changes."""
    if _long(one) is None:
        return one
    return one | {"changelog": one["changelog"] | {"histories": one["changelog"]["histories"][:CHANGES_TOLD]}}


def _per_issue(frame: pl.DataFrame) -> dict[int, list[Record]]:
    rows: dict[int, list[Record]] = {}
    for row in frame.to_dicts():
        rows.setdefault(row["issue_no"], []).append(row)
    return rows


def _write_csv_of_users(path: Path, ours: Sequence[Record], team: Mapping[int, Record]) -> None:
    """The list of admin.atlassian.com, which shows every address."""
    lines = [
        [
            team[row["member_no"]]["accountId"],
            row["name"],
            row["email"],
            "Active" if row["is_active"] else "Deactivated",
        ]
        for row in ours
    ]
    _write_table(path, ["User id", "User name", "email", "User status"], lines)


def _write_csv(path: Path, issues: Sequence[Record]) -> None:
    """Some issues as the navigator exported them when they were new."""
    lines = []
    for one in issues:
        fields = one["fields"]
        created = _navigator(fields["created"])
        names = [named["name"] for named in fields["customfield_10002"] or ()][:2]
        labels = fields["labels"][:2]
        first = [fields["summary"], one["key"], one["id"], fields["issuetype"]["name"], "To Do"]
        more = [*labels, *[""] * (2 - len(labels)), *names, *[""] * (2 - len(names))]
        lines.append([*first, fields["priority"]["name"], created, created, *more, "To Do"])
    _write_table(path, CSV_HEADER.split(","), lines)


def _navigator(moment: str) -> str:
    """2026-05-04T10:12:30.000+0200 as the issue navigator writes it: 04/May/26 10:12 AM."""
    month = int(moment[5:7])
    name = "JanFebMarAprMayJunJulAugSepOctNovDec"[3 * month - 3 : 3 * month]
    hour = int(moment[11:13])
    clock = f"{hour % 12 or 12}:{moment[14:16]} {'AM' if hour < 12 else 'PM'}"
    return f"{moment[8:10]}/{name}/{moment[2:4]} {clock}"


def _write_table(path: Path, header: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(lines)
    path.write_bytes(text.getvalue().encode())


def _json(record: Any) -> str:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def _write(path: Path, body: Any) -> None:
    path.write_text(_json(body) + "\n", encoding="utf-8")


def _write_lines(path: Path, records: Sequence[Record]) -> None:
    path.write_text("".join(f"{_json(record)}\n" for record in records), encoding="utf-8")


def _write_pages(folder: Path, name: str, key: str, records: Sequence[Record]) -> None:
    """Pages of the API, a hundred records each, named `<name>_001.json`."""
    for page, start in enumerate(range(0, len(records), PAGE_SIZE), start=1):
        body = {key: records[start : start + PAGE_SIZE], "isLast": start + PAGE_SIZE >= len(records)}
        _write(folder / f"{name}_{page:03d}.json", body)
