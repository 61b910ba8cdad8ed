"""The truth about work with customers: appointments, use, tasks, issues and short surveys, by the plainest code.

Revenue and NPS are in `truth`, tickets in `truth_tickets`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction

import polars as pl

from models.demo.frames import table
from models.demo.truth import six

CLOSED = ("done", "ignored")


def truth_appointment(world: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Begin and end, in UTC, of every appointment that was not called off; a moved one at its new time."""
    rows = [
        {name: row[name] for name in ("appointment_no", "starts_at", "ends_at")}
        for row in world["appointments"].to_dicts()
        if not row["is_canceled"]
    ]
    return table("truth_appointment", rows)


def truth_usage(world: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Different users and number of events per company and UTC month; months without an event are left out."""
    users: dict[tuple[int, date], set[int]] = {}
    counts: Counter[tuple[int, date]] = Counter()
    for company_no, user_no, at in world["usage_events"].select("company_no", "user_no", "occurred_at").iter_rows():
        key = company_no, date(at.year, at.month, 1)
        users.setdefault(key, set()).add(user_no)
        counts[key] += 1
    rows = [
        {"company_no": key[0], "month": key[1], "active_users": len(users[key]), "events": counts[key]}
        for key in sorted(counts)
    ]
    return table("truth_usage", rows)


def truth_task(world: Mapping[str, pl.DataFrame], as_of: datetime) -> pl.DataFrame:
    """Open and overdue tasks per owner at `as_of`; owners without an open task are left out.

    Open: neither done nor ignored. Overdue: open, and due before the day that ends with `as_of`, the last of the
    history.
    """
    today = (as_of - timedelta(microseconds=1)).date()
    tasks = [row for row in world["tasks"].to_dicts() if row["status"] not in CLOSED]
    rows = []
    for owner_no in sorted({row["owner_no"] for row in tasks}):
        own = [row for row in tasks if row["owner_no"] == owner_no]
        late = [row for row in own if row["due_on"] < today]
        rows.append({"owner_no": owner_no, "open_tasks": len(own), "overdue_tasks": len(late)})
    return table("truth_task", rows)


def truth_issue(world: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """How many companies each issue touches; 0 for an issue that touches none."""
    counts = Counter(world["issue_companies"]["issue_no"].to_list())
    return table("truth_issue", [{"issue_no": no, "companies": counts[no]} for no in world["issues"]["issue_no"]])


def truth_survey(world: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Number of answers and their mean, rounded half up to six places, per kind of survey and UTC month of answer."""
    scores: dict[tuple[str, date], list[int]] = {}
    for row in world["survey_responses"].to_dicts():
        key = row["survey_type"], row["answered_at"].date().replace(day=1)
        scores.setdefault(key, []).append(row["score"])
    rows = [
        {
            "survey_type": kind,
            "month": month,
            "answers": len(values),
            "mean_score": six(Fraction(sum(values), len(values))),
        }
        for (kind, month), values in sorted(scores.items())
    ]
    return table("truth_survey", rows)
