"""`rapport handover`: what who takes over an account, or all of a colleague's, needs, from the published tables."""

from __future__ import annotations

from typing import Any

from models.marts.handover import SECTIONS
from pipelines.answers.lookup import NothingFoundError, find_company, open_snapshot, rows
from pipelines.answers.portfolio import accounts_of, find_owner
from pipelines.home import Home
from pipelines.warehouse import Connection

TITLES = {
    "account": "The account",
    "risk": "Risks",
    "renewal": "Renewals",
    "people": "People",
    "promise": "What was promised",
    "task": "To do",
    "ticket": "Open tickets",
    "opportunity": "Open opportunities",
    "delivery": "Being delivered",
    "touch": "Last and next touch",
    "note": "Notes",
}


def find(home: Home, who: str) -> dict[str, Any]:
    """The accounts to hand over, each with its lines by section: `title`, `as_of`, `accounts`, all plain values.

    `who` is a company, or one of our people: then all are meant that they own or are success manager of. Those nothing
    is to be told of are counted in `left_out`. Raises `NothingFoundError` when none, or several, go by that name.
    """
    with open_snapshot(home) as con:
        owner, company = _meant(con, who)
        members = [owner["team_member_id"]] if owner else []
        accounts = accounts_of(con, members, members) if owner else [company]
        found = [_account(con, row) for row in accounts if row]
        (run,) = rows(con, "select as_of_on from meta.run")
    told = [one for one in found if one["sections"]]
    title = owner["name"] if owner else told[0]["name"] if told else found[0]["name"]
    return {"title": title, "as_of": run["as_of_on"], "accounts": told, "left_out": len(found) - len(told)}


def _meant(con: Connection, who: str) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """The team member or else the company that goes by these words; a part of a name means a company first."""
    exact = rows(
        con,
        "select team_member_id from objects.team_member "
        "where team_member_id = $who or email = lower($who) or lower(name) = lower($who)",
        {"who": who.strip()},
    )
    if exact or who.strip().lower() == "nobody" or "@" in who:
        return find_owner(con, who), None
    try:
        return None, find_company(con, who)
    except NothingFoundError as missing:
        try:
            return find_owner(con, who), None
        except NothingFoundError:
            raise missing from None


def _account(con: Connection, account: dict[str, Any]) -> dict[str, Any]:
    lines = rows(
        con,
        "select section, place, sentence, object, object_id from marts.handover where company_id = ? order by place",
        [account["company_id"]],
    )
    sections = {name: [line for line in lines if line["section"] == name] for name in SECTIONS}
    return {
        "company_id": account["company_id"],
        "name": account.get("company_name") or account["name"],
        "sections": {name: told for name, told in sections.items() if told},
    }


def text(found: dict[str, Any]) -> str:
    """The handover as a colleague would write it down, with the record behind each line."""
    parts = [f"Handover of {found['title']}, as of {found['as_of']}."]
    for one in found["accounts"]:
        lines = [one["name"]]
        for section, told in one["sections"].items():
            lines.append(f"  {TITLES[section]}:")
            lines += [f"    {line['sentence']}  [{line['object']} {line['object_id']}]" for line in told]
        parts.append("\n".join(lines))
    if found["left_out"]:
        many = "company is" if found["left_out"] == 1 else "companies are"
        parts.append(f"{found['left_out']:,} {many} left out: no customer, and no opportunity is open.")
    return "\n\n".join(parts)
