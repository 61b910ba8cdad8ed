"""How the demo's events are written in .ics files: Google's export, Outlook's, and mailed invitations.

What happens in which calendar stands in `demo.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from icalendar.parser import Contentline
from icalendar.prop import vText
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

_LINE: Callable[[str], Any] = Contentline
ANSWERS = {"accepted": "ACCEPTED", "declined": "DECLINED", "tentative": "TENTATIVE", "none": "NEEDS-ACTION"}
WINDOWS_NAMES = {zone: name for name, zone in reversed(WINDOWS_TO_OLSON.items())}
LOST_ZONE = (
    "BEGIN:VEVENT", "UID:lost-zone@lumenly.example", "DTSTAMP:20260101T000000Z",
    "DTSTART;TZID=Western/Central Europe:20260112T100000", "SUMMARY:A meeting whose time zone got lost", "END:VEVENT",
)  # fmt: skip


@dataclass(frozen=True)
class Guest:
    """Who is asked, and what he or she answered."""

    name: str
    address: str
    response: str
    is_organizer: bool = False


@dataclass(frozen=True)
class Event:
    """One event, series or changed occurrence (`original`: when that one was to begin); instants are naive UTC."""

    uid: str
    title: str
    agenda: str | None
    location: str | None
    url: str | None
    zone: str
    starts_at: datetime
    ends_at: datetime
    guests: tuple[Guest, ...]
    created_at: datetime
    changed_at: datetime
    sequence: int = 0
    rrule: str | None = None
    original: datetime | None = None
    is_canceled: bool = False


def calendar_text(owner: str, events: Sequence[Event], *, is_outlook: bool) -> bytes:
    """A whole calendar; Outlook's names zones as Windows does and writes no zone of its own for the calendar."""
    product = "Microsoft Corporation//Outlook 16.0 MIMEDIR" if is_outlook else "Google Inc//Google Calendar"
    lines = ["BEGIN:VCALENDAR", f"PRODID:-//{product}//EN", "VERSION:2.0", "METHOD:PUBLISH", f"X-WR-CALNAME:{owner}"]
    if not is_outlook:
        lines.append("X-WR-TIMEZONE:Europe/Berlin")
    for event in events:
        lines += _event(event, is_outlook=is_outlook)
    return _file([*lines, "END:VCALENDAR"])


def with_a_fault(text: bytes) -> bytes:
    """The calendar with one more event, in a zone that nobody knows."""
    return text.replace(b"END:VCALENDAR\r\n", _file([*LOST_ZONE, "END:VCALENDAR"]))


def message_text(method: str, event: Event) -> bytes:
    """An invitation, answer or cancellation as it is mailed."""
    lines = ["BEGIN:VCALENDAR", "PRODID:Microsoft Exchange Server 2010", "VERSION:2.0", f"METHOD:{method}"]
    return _file([*lines, *_event(event, is_outlook=True), "END:VCALENDAR"])


def _event(event: Event, *, is_outlook: bool) -> Iterator[str]:
    zone = WINDOWS_NAMES.get(event.zone, event.zone) if is_outlook else event.zone
    yield "BEGIN:VEVENT"
    yield f"UID:{event.uid}"
    yield f"DTSTAMP:{_utc(event.changed_at)}"
    if event.original is not None:
        yield f"RECURRENCE-ID;TZID={zone}:{_local(event.original, event.zone)}"
    yield f"DTSTART;TZID={zone}:{_local(event.starts_at, event.zone)}"
    yield f"DTEND;TZID={zone}:{_local(event.ends_at, event.zone)}"
    if event.rrule:
        yield f"RRULE:{event.rrule}"
    yield f"CREATED:{_utc(event.created_at)}"
    yield f"LAST-MODIFIED:{_utc(event.changed_at)}"
    yield f"SEQUENCE:{event.sequence}"
    yield f"STATUS:{'CANCELLED' if event.is_canceled else 'CONFIRMED'}"
    yield f"SUMMARY:{_escaped(event.title)}"
    for name, value in (("DESCRIPTION", event.agenda), ("LOCATION", event.location)):
        if value:
            yield f"{name}:{_escaped(value)}"
    if event.url:
        yield f"{'X-MICROSOFT-SKYPETEAMSMEETINGURL' if is_outlook else 'X-GOOGLE-CONFERENCE'}:{event.url}"
    for guest in event.guests:
        if guest.is_organizer:
            yield f'ORGANIZER;CN="{guest.name}":mailto:{guest.address}'
        yield (
            f'ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={ANSWERS[guest.response]};CN="{guest.name}"'
            f":mailto:{guest.address}"
        )
    yield "END:VEVENT"


def _escaped(text: str) -> str:
    return vText(text).to_ical().decode()


def _utc(instant: datetime) -> str:
    return f"{instant:%Y%m%dT%H%M%SZ}"


def _local(instant: datetime, zone: str) -> str:
    return f"{instant.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)):%Y%m%dT%H%M%S}"


def _file(lines: Sequence[str]) -> bytes:
    folded: list[bytes] = [_LINE(line).to_ical() for line in lines]
    return b"".join(line + b"\r\n" for line in folded)
