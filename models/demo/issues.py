"""The issue tracker: faults and wishes, their history, and the companies that share them.

Who asks for help with one stands in `support`. An issue touches companies that pay when it is reported, unhappy ones
first; every company that the tracker knows is touched by one issue at least.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

from models.demo.clock import Clock, between, days
from models.demo.companies import Company
from models.demo.frames import Row

SHARE = 0.5
"""Issues per company of the world, over 36 months."""
TO_DO, DOING, REVIEW, DONE, DROPPED = "To Do", "In Progress", "In Review", "Done", "Won't Do"
CATEGORIES = {TO_DO: "to_do", DOING: "in_progress", REVIEW: "in_progress", DONE: "done", DROPPED: "done"}
PRIORITIES = ("Lowest", "Low", "Medium", "High", "Highest")
# kind, title, text
ISSUES: tuple[tuple[str, str, str], ...] = (
    ("Bug", "Totals off by a cent in {part}", "Each row is rounded; only the sum should be."),
    (
        "Bug",
        "{part} slow with more than 5,000 rows",
        "20 s and more. Several customers, since the last release.",
    ),
    ("Bug", "Error 500 when saving in {part}", "1. open\n2. edit; save\n3. error"),
    ("Bug", "Reminders of {part} are sent twice", "A job is queued twice after the update."),
    ("Bug", "Umlauts broken in the export of {part}", 'Opened in a spreadsheet, "Größe" reads "GrÃ¶ÃŸe".'),
    ("Feature Request", "Audit log for {part}", "Needed for their certification."),
    ("Feature Request", "Single sign-on for guests in {part}", "Asked for by larger customers."),
    ("Feature Request", "Dark mode for {part}", "Often asked for."),
    ("Feature Request", "{part} offline", "Field teams have no network."),
    ("Task", "Document limits of {part}", "The help pages say nothing about it."),
)
PARTS = ("boards", "forms", "reports", "dashboards", "automation", "the API", "guest access", "search", "the app")


class IssueTracker:
    """Collects the issues by date of report, with their history and the companies they touch."""

    def __init__(self, clock: Clock, team: Sequence[Row]) -> None:
        self.clock = clock
        self.makers = [row["member_no"] for row in team if row["role"] == "support" and row["is_active"]]
        self.reporters = [row["member_no"] for row in team if row["role"] in ("support", "csm") and row["is_active"]]
        self.issues: list[Row] = []
        self.companies: list[Row] = []
        self.events: list[Row] = []

    def track(self, companies: Sequence[Company]) -> None:
        """All issues of the history."""
        known = [company for company in companies if company.in_jira]
        rng = self.clock.rng("issues")
        count = max(1, round(len(companies) * SHARE * self.clock.months / 36))
        moments = sorted(between(rng, self.clock.start, self.clock.as_of - timedelta(minutes=5)) for _ in range(count))
        touched: dict[int, set[int]] = {}
        for no, at in enumerate(moments, start=1):
            self._report(no, at)
            touched[no] = _touched(self.clock.rng("touched", no), known, at)
        left = {company.no for company in known} - set().union(*touched.values())
        for company_no in sorted(left):
            touched[rng.randint(1, count)].add(company_no)
        pairs = [(no, company_no) for no, some in touched.items() for company_no in sorted(some)]
        self.companies = [{"issue_no": no, "company_no": company_no} for no, company_no in pairs]

    def _report(self, no: int, at: datetime) -> None:
        rng = self.clock.rng("issue", no)
        kind, title, text = rng.choice(ISSUES)
        maker = rng.choice(self.makers)
        first = rng.choices(PRIORITIES, (5, 20, 45, 22, 8))[0]
        steps = [step for step in self._steps(rng, at, maker, first) if step[0] < self.clock.as_of]
        events: list[Row] = []
        for moment, name, old, new in steps:
            event: Row = {"issue_no": no, "event_no": len(self.events) + len(events) + 1, "occurred_at": moment}
            events.append(event | {"field_name": name, "old_value": old, "new_value": new, "member_no": maker})
        self.events += events
        status, priority = (_last(events, "status") or TO_DO), (_last(events, "priority") or first)
        solved = [event["occurred_at"] for event in events if CATEGORIES.get(event["new_value"]) == "done"]
        is_over = CATEGORIES[status] == "done"
        self.issues.append(
            {
                "issue_no": no,
                "tracker_key": f"LUM-{100 + no}",
                "title": _capital(title.format(part=rng.choice(PARTS))),
                "description": text,
                "status": status,
                "status_category": CATEGORIES[status],
                "issue_type": kind,
                "priority": priority,
                "assignee_no": maker if _last(events, "assignee") else None,
                "reporter_no": rng.choice(self.reporters),
                "created_at": at,
                "updated_at": events[-1]["occurred_at"] if events else at,
                "resolved_at": solved[-1] if is_over else None,
            }
        )

    def _steps(
        self, rng: Random, at: datetime, maker: int, priority: str
    ) -> list[tuple[datetime, str, str | None, str]]:
        """What is to happen to an issue, in order of time: taken, made, looked at, done, and now and then undone."""
        steps: list[tuple[datetime, str, str | None, str]] = []
        if rng.random() < 0.12:
            return steps
        at = between(rng, at + timedelta(minutes=30), at + days(20))
        steps.append((at, "assignee", None, str(maker)))
        if rng.random() < 0.2:
            higher = PRIORITIES[min(4, PRIORITIES.index(priority) + 1)]
            at += timedelta(minutes=rng.randint(2, 300))
            steps += [(at, "priority", priority, higher)] if higher != priority else []
        if rng.random() < 0.12:
            at = between(rng, at + timedelta(hours=1), at + days(60))
            return [*steps, (at, "status", TO_DO, DROPPED)]
        way = [TO_DO, DOING, REVIEW, DONE]
        if rng.random() < 0.15:
            way += [DOING, REVIEW, DONE]
        for old, new in pairwise(way):
            at = between(rng, at + timedelta(minutes=20), at + days(rng.choice((3, 12, 40))))
            steps.append((at, "status", old, new))
        return steps


def _last(events: Sequence[Row], name: str) -> str | None:
    return next((event["new_value"] for event in reversed(events) if event["field_name"] == name), None)


def _touched(rng: Random, known: Sequence[Company], at: datetime) -> set[int]:
    """Numbers of the companies an issue touches: none, one or several of those that pay."""
    present = [company for company in known if company.pays_at(at)]
    if not present or rng.random() < 0.1:
        return set()
    weights = [1.5 - company.story.mood(at) for company in present]
    return {company.no for company in rng.choices(present, weights, k=rng.choice((1, 1, 2, 3, 5, 8)))}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
