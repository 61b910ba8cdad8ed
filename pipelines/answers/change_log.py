"""The log of changes and the restatements: what is asked of the published file, and how it is said to a person.

What a change or a restatement is was settled when they were worked out: see `changes` and `models/marts`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from pipelines.answers.lookup import find_company, open_snapshot, rows
from pipelines.home import Home

Found = list[dict[str, Any]]
_CAPITALS = {"mrr", "arr", "arpa", "asp", "nps", "csat", "cac", "ltv", "fx"}


def find_changes(home: Home, who: str, since: date | None = None, until: date | None = None) -> Found:
    """The rows of history.change that are about a company, newest first, between two days (UTC), both of which count.

    A thing that went over to another company tells so in both logs. Raises `NothingFoundError`.
    """
    with open_snapshot(home) as con:
        company_id = find_company(con, who)["company_id"]
        return rows(
            con,
            """
            select * from history.change
            where (company_id = $company or (field = 'company_id' and old_value = $company))
                and ($since is null or changed_at >= $since)
                and ($until is null or changed_at < cast($until as date) + 1)
            order by changed_at desc, object, object_id, field
            """,
            {"company": company_id, "since": since, "until": until},
        )


def find_restatements(home: Home, month: date | None = None, company: str | None = None) -> Found:
    """The rows of marts.restatement, newest first: all, or those of a month, or of a company; with the company's name.

    Raises `NothingFoundError`.
    """
    with open_snapshot(home) as con:
        company_id = find_company(con, company)["company_id"] if company else None
        return rows(
            con,
            """
            select r.*, c.name as company_name
            from marts.restatement as r
            left join objects.company as c on r.company_id = c.company_id
            where ($month is null or r.period = $month) and ($company is null or r.company_id = $company)
            order by r.publication desc, r.period desc, r.dimension <> '(all)', r.metric, r.dimension, r.member
            """,
            {"month": month, "company": company_id},
        )


def change_line(row: dict[str, Any]) -> str:
    """One change: its day, the sentence, and where it is from."""
    source, record = row["source_key"].split(":", 1)
    place = f"{source}/{row['file']}:{row['line']}" if row["file"] else f"{source}, record {record}"
    return f"{row['changed_at']:%Y-%m-%d}  {row['sentence']}  ({place})"


def restatement_line(row: dict[str, Any]) -> str:
    """One restatement: which number, what it was and is, since when, and why."""
    whose = row["company_name"] or row["company_id"]
    if whose is None and row["dimension"] != "(all)":
        whose = f"{row['dimension'].removesuffix('_id').replace('_', ' ')} {row['member']}"
    name = " ".join(part.upper() if part in _CAPITALS else part for part in row["metric"].split("_"))
    because = f": {row['because']}" if row["because"] else ""
    first = f" (first {_said(row, 'first_said')})" if row["first_said"] != row["said"] else ""
    return (
        f"{name} of {row['period']:%B %Y}{f', {whose}' if whose else ''}: {_said(row, 'said')}{first}, "
        f"now {_said(row, 'says')}, since {row['restated_at']:%Y-%m-%d}.\n"
        f"    {row['cause']}{because}"
    )


def _said(row: dict[str, Any], column: str) -> str:
    """A number in its unit, `nothing` where there is none."""
    value: Decimal | None = row[column]
    if value is None:
        return "nothing"
    if row["unit"] == "currency":
        return f"{value:,.2f} {row['currency'] or ''}".strip()
    if row["unit"] == "ratio":
        return f"{value:.2%}"
    return f"{value:,f}".rstrip("0").rstrip(".") + ("" if row["unit"] == "count" else f" {row['unit']}")
