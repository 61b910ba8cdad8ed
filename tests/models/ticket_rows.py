"""Small words for tests of tickets: one ticket with its events and messages as rows. No test stands here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

UTC_HOURS = {
    "policy.support": [{"time_zone": "UTC", "holiday_country": "DE", "holiday_subdivision": ""}],
}


def case(opened_at: str, *, events: Sequence[str] = (), messages: Sequence[str] = (), **ticket: Any) -> dict[str, Any]:
    """Tables of one ticket T. Events read `2026-01-12 12:00 open>solved`, messages `2026-01-12 10:00 public`."""
    rows = [line.rsplit(" ", 1) for line in events]
    written = [line.rsplit(" ", 1) for line in messages]
    return {
        "objects.ticket": [{"ticket_id": "T", "subject": "Help", "status": "open", "opened_at": opened_at, **ticket}],
        "objects.ticket_event": [
            {
                "ticket_id": "T",
                "occurred_at": at,
                "field_name": "status",
                "old_value": change.split(">")[0],
                "new_value": change.split(">")[1],
            }
            for at, change in rows
        ],
        "objects.conversation": [
            {"conversation_id": "C", "ticket_id": "T", "conversation_type": "ticket", "started_at": opened_at}
        ],
        "objects.message": [
            {
                "conversation_id": "C",
                "sent_at": at,
                "author_contact_id": "them" if kind == "customer" else None,
                "author_team_member_id": None if kind == "customer" else "us",
                "is_public": kind != "note",
                "is_automatic": kind == "automatic",
            }
            for at, kind in written
        ],
    }


def times(run_models: Any, tables: dict[str, Any], **given: Any) -> dict[str, Any]:
    made = run_models({**UTC_HOURS, **tables, **given}, "marts.ticket_times")["marts.ticket_times"]
    return made.row(0, named=True)


REOPENED = case(
    "2026-01-09 16:00",
    messages=["2026-01-09 16:00 customer", "2026-01-12 10:00 public"],
    events=[
        "2026-01-12 10:00 new>open",
        "2026-01-12 12:00 open>solved",
        "2026-01-12 13:00 solved>open",
        "2026-01-13 09:30 open>solved",
    ],
    status="solved",
)
