"""What people do with tasks from the command line: see what is due, say that it is done. What is due is a mart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from pipelines.answers import lookup
from pipelines.home import Home
from pipelines.tables import workflows
from pipelines.warehouse import open_warehouse


def due(home: Home, owner: str | None, company: str | None, limit: int) -> list[dict[str, Any]]:
    """Rows of `marts.work_due` of the published file, the most overdue first. Raises `NothingFoundError`."""
    with lookup.open_snapshot(home) as con:
        company_id = lookup.find_company(con, company)["company_id"] if company else None
        return lookup.rows(
            con,
            "select * from marts.work_due where ($owner is null or owner_email = lower($owner)) "
            "and ($company is null or company_id = $company) "
            "order by due_on nulls last, company_name, work_id limit $limit",
            {"owner": owner, "company": company_id, "limit": limit},
        )


def line(row: dict[str, Any]) -> str:
    """One row of what is due, for a person."""
    when = f"{row['due_on']}" if row["due_on"] else "no day"
    late = f" ({row['days_late']} {'day' if row['days_late'] == 1 else 'days'} late)" if row["days_late"] else ""
    who = row["owner_name"] or row["owner_group"] or "nobody"
    about = " / ".join(name for name in (row["company_name"], row["contact_name"]) if name)
    what = "e-mail" if row["kind"] == "email" else "task"
    return f"{when}{late}  {who}: {row['description']} ({what}; {about or 'no customer'})  {row['work_id']}"


def settle(
    home: Home, work_ids: Sequence[str], on: date | None, by: str | None, comment: str | None, *, is_done: bool
) -> list[workflows.Settled]:
    """Settle tasks or e-mails of workflows in the order given. Raises `NoSuchTaskError`; those before stay settled."""
    day = on or datetime.now(UTC).date()
    status = "done" if is_done else "ignored"
    with open_warehouse(home, "rapport done") as con:
        workflows.prepare(con)
        return [workflows.settle(con, work_id, status, day, by, comment) for work_id in work_ids]
