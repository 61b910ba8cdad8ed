"""The truth about ticket times: calendar and business minutes, by the plainest code; revenue and NPS are in `truth`.

Business time is Monday to Friday 09:00-17:00 in Berlin without Germany's nation-wide public holidays.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays
import polars as pl

from models.demo.frames import Row, table

BERLIN = ZoneInfo("Europe/Berlin")
OPENS, CLOSES = time(9), time(17)
GERMANY = holidays.country_holidays("DE")
UNSOLVED = ("new", "open", "pending", "hold")


def truth_ticket_times(world: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Times of every ticket.

    First reply: the first public comment of a team member after opening. Full resolution: the last change to solved of
    a ticket that is solved or closed at the end. Reopened: a change from solved to new, open, pending or hold.
    """
    replies: dict[int, list[datetime]] = {}
    for row in world["ticket_comments"].to_dicts():
        if row["is_public"] and row["author_member_no"] is not None:
            replies.setdefault(row["ticket_no"], []).append(row["created_at"])
    changes: dict[int, list[Row]] = {}
    for row in world["ticket_events"].sort("occurred_at", "event_no").to_dicts():
        if row["field_name"] == "status":
            changes.setdefault(row["ticket_no"], []).append(row)
    return table(
        "truth_ticket_times",
        [
            _times(ticket, replies.get(ticket["ticket_no"], []), changes.get(ticket["ticket_no"], []))
            for ticket in world["tickets"].to_dicts()
        ],
    )


def _times(ticket: Row, replies: list[datetime], changes: list[Row]) -> Row:
    opened_at: datetime = ticket["opened_at"]
    replied_at = min((at for at in replies if at > opened_at), default=None)
    solved: list[datetime] = [row["occurred_at"] for row in changes if row["new_value"] == "solved"]
    is_over = bool(changes) and changes[-1]["new_value"] in ("solved", "closed")
    solved_at = solved[-1] if solved and is_over else None
    return {
        "ticket_no": ticket["ticket_no"],
        "first_reply_minutes": _minutes(replied_at - opened_at) if replied_at else None,
        "first_reply_business_minutes": _minutes(business_time(opened_at, replied_at)) if replied_at else None,
        "full_resolution_minutes": _minutes(solved_at - opened_at) if solved_at else None,
        "full_resolution_business_minutes": _minutes(business_time(opened_at, solved_at)) if solved_at else None,
        "reopen_count": sum(row["old_value"] == "solved" and row["new_value"] in UNSOLVED for row in changes),
    }


def business_time(first: datetime, last: datetime) -> timedelta:
    """Business time in [`first`, `last`), two naive UTC instants."""
    day, total = first.date() - timedelta(days=1), timedelta()
    while day <= last.date() + timedelta(days=1):
        hours = _hours(day)
        if hours:
            total += max(timedelta(), min(last, hours[1]) - max(first, hours[0]))
        day += timedelta(days=1)
    return total


@cache
def _hours(day: date) -> tuple[datetime, datetime] | None:
    """The opening hours of a day in Berlin as naive UTC instants; null where it is closed."""
    if day.weekday() >= 5 or day in GERMANY:
        return None
    first, last = (datetime.combine(day, at, BERLIN).astimezone(UTC).replace(tzinfo=None) for at in (OPENS, CLOSES))
    return first, last


def _minutes(span: timedelta) -> int:
    return span // timedelta(minutes=1)
