"""Small words for tests of who worked where: Ann, her jobs and her addresses. No test stands here."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

Row = dict[str, Any]
FIRST = date(2026, 1, 1)
COMPANIES = ("a", "b", "c", "d")
WHEN = ("started_on", "ended_on", "created_at")
ENDED = {"company_id": "a", "started_on": 0, "ended_on": 5}
NEXT = {"company_id": "b", "started_on": 9}


def on(day: int | None) -> date | None:
    return None if day is None else FIRST + timedelta(days=day)


def given(roles: list[Row], addresses: dict[str, int | None] | None = None, **more: Any) -> Row:
    """Ann, her roles and the day each of her addresses came, by company; days are counted from `FIRST`."""
    jobs = [
        {
            "job_role_id": f"r{number}",
            "contact_id": "ann",
            **{key: on(value) if key in WHEN else value for key, value in role.items()},
        }
        for number, role in enumerate(roles)
    ]
    mails = [
        {"contact_id": "ann", "address": f"ann@{name}.example", "is_valid_syntax": True, "created_at": on(day)}
        for name, day in (addresses or {}).items()
    ]
    return {
        "objects.contact": [{"contact_id": "ann", "name": "Ann", "decision_role": "champion"}],
        "objects.company": [{"company_id": name, "name": name.upper()} for name in COMPANIES],
        "objects.company_domain": [{"company_id": name, "domain": f"{name}.example"} for name in COMPANIES],
        "objects.job_role": jobs,
        "objects.contact_email": mails,
        "sourced.signal": [],
        "sourced.ticket": [],
        **more,
    }
