"""`rapport week`: what changed in the last weeks, for the business or one company, from the published tables by SQL."""

from __future__ import annotations

from typing import Any

from pipelines.answers.lookup import find_company, open_snapshot, rows
from pipelines.home import Home

BUSINESS = "(all)"
"""The scope of the lines that are about the business as a whole."""


def find(home: Home, company: str | None, weeks: int) -> dict[str, Any]:
    """The changes of the newest weeks: `company` (or null for the business), `as_of`, and `weeks`, the newest first.

    Each week has `lines`, of the company or of the business, and for the business `companies`: the lines of each.
    Raises `NothingFoundError` when none, or more than one, goes by that name.
    """
    with open_snapshot(home) as con:
        meant = find_company(con, company) if company else None
        (run,) = rows(con, "select as_of_on, cast(date_trunc('week', as_of_on) as date) as week from meta.run")
        (policy,) = rows(con, "select weeks_back from policy.portfolio")
        found = rows(
            con,
            """
            select w.*, c.name as company_name
            from marts.week_change as w
            left join marts.company_360 as c on w.company_id = c.company_id
            where w.week > $week - cast(7 * $weeks as integer) and ($company is null or w.company_id = $company)
            order by w.week desc, w.scope = '(all)' desc,
                case when w.scope = '(all)' or $company is not null then w.place end,
                abs(w.amount) desc nulls last, w.scope, w.place
            """,
            {"week": run["week"], "weeks": weeks, "company": meant["company_id"] if meant else None},
        )
    told = {row["week"]: row["is_complete"] for row in found}
    return {
        "company": meant["name"] if meant else None,
        "as_of": run["as_of_on"],
        "weeks_kept": policy["weeks_back"],
        "weeks": [_week(week, is_complete, found, meant is not None) for week, is_complete in told.items()],
    }


def _week(week: Any, is_complete: bool, found: list[dict[str, Any]], is_company: bool) -> dict[str, Any]:
    lines = [row for row in found if row["week"] == week]
    told = {"week": week, "is_complete": is_complete}
    if is_company:
        return {**told, "lines": lines}
    return {
        **told,
        "lines": [row for row in lines if row["scope"] == BUSINESS],
        "companies": [row for row in lines if row["scope"] != BUSINESS],
    }


def text(found: dict[str, Any], limit: int) -> str:
    """The weeks as a colleague would say them; of single companies no more than `limit` lines a week, 0 for all."""
    about = found["company"] or "The whole business"
    parts = [f"{about}, as of {found['as_of']}."]
    for one in found["weeks"]:
        over = "" if one["is_complete"] else " (not over)"
        lines = [f"Week of {one['week']:%-d %b %Y}{over}:"]
        lines += [f"  {_day(row)}{row['sentence']}" for row in one["lines"]]
        listed = one.get("companies", [])
        if listed:
            lines.append("  In particular:")
        lines += [
            f"    {_day(row)}{row['company_name'] or 'Unknown'}: {row['sentence']}" for row in listed[: limit or None]
        ]
        if limit and len(listed) > limit:
            lines.append(f"    ... and {len(listed) - limit:,} more: --limit 0 prints all.")
        parts.append("\n".join(lines))
    if not found["weeks"]:
        parts.append(f"Nothing has changed; the last {found['weeks_kept']} weeks are kept.")
    return "\n\n".join(parts)


def _day(row: dict[str, Any]) -> str:
    return f"{row['happened_on']:%a %-d %b}  " if row["happened_on"] else ""
