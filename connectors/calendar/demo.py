"""Writes the demo's calendars: one per team member, half as Google, half as Outlook export them, and mailed messages.

What was planned and what became of it is the world's; how an event is written is in `demo_wire.py`. The faults: some
moved or called-off meetings and some answers stand only in the message that was mailed, and one event names a time zone
nobody knows. Series go by `s%05d@lumenly.example`, single meetings by `a%06d@lumenly.example`.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from connectors.calendar.demo_wire import Event, Guest, calendar_text, message_text, with_a_fault

MAILED_SHARE = 0.3
"""So many of the changes are only in a message."""
Row = Mapping[str, Any]


def write_exports(world: Mapping[str, pl.DataFrame], folder: Path, seed: int) -> None:
    """Write `Takeout/Calendar/<address>.ics`, `Outlook/<name>.ics` and `messages/*.ics`; same seed, same bytes."""
    desk = _Desk(random.Random(f"calendar:{seed}"), _guests(world))
    series = {row["series_no"]: row for row in world["appointment_series"].to_dicts()}
    runs: dict[int, list[Row]] = {}
    kept = world["appointments"].filter(pl.col("system") == "calendar").sort("appointment_no")
    for row in kept.to_dicts():
        if row["series_no"] is None:
            desk.meet(row)
        else:
            runs.setdefault(row["series_no"], []).append(row)
    for series_no, rows in runs.items():
        desk.meet_again(series[series_no], rows)
    desk.write(folder, {row["member_no"]: row for row in world["team_members"].to_dicts()})


def _guests(world: Mapping[str, pl.DataFrame]) -> dict[int, tuple[Guest, ...]]:
    """Who is asked to each appointment, by its number, the organizer first."""
    contacts = {
        row["contact_no"]: (" ".join(filter(None, (row["first_name"], row["last_name"]))) or row["email"], row["email"])
        for row in world["contact_spellings"].filter(pl.col("system") == "calendar").to_dicts()
    }
    members = {row["member_no"]: (row["name"], row["email"]) for row in world["team_members"].to_dicts()}
    found: dict[int, list[Guest]] = {}
    rows = world["appointment_attendees"].sort("appointment_no", "is_organizer", descending=[False, True])
    for row in rows.to_dicts():
        name, address = members[row["member_no"]] if row["contact_no"] is None else contacts[row["contact_no"]]
        guest = Guest(name, address, row["response"], row["is_organizer"])
        found.setdefault(row["appointment_no"], []).append(guest)
    return {no: tuple(guests) for no, guests in found.items()}


@dataclass
class _Desk:
    """Collects the calendars by organizer, and the messages by file name."""

    rng: random.Random
    guests: dict[int, tuple[Guest, ...]]
    calendars: dict[int, list[Event]] = field(default_factory=dict)
    messages: dict[str, tuple[str, Event]] = field(default_factory=dict)

    def meet(self, row: Row) -> None:
        """A single meeting; its cancellation or its answers may come by message."""
        name = f"a{row['appointment_no']:06d}"
        event = _event(row, f"{name}@lumenly.example", self.guests[row["appointment_no"]])
        if self.rng.random() >= MAILED_SHARE:
            self._keep(row, event)
        elif event.is_canceled:
            self._keep(row, replace(event, is_canceled=False))
            self._mail("CANCEL", f"{name} called off", replace(event, sequence=1, guests=event.guests[:1]))
        else:
            asked = [one if one.is_organizer else replace(one, response="none") for one in event.guests]
            self._keep(row, replace(event, guests=tuple(asked)))
            for place, guest in enumerate(event.guests):
                if not guest.is_organizer and guest.response != "none":
                    self._mail("REPLY", f"{name} answer {place}", replace(event, guests=(guest,)))

    def meet_again(self, series: Row, rows: list[Row]) -> None:
        """A series, and each occurrence that is not as the series says; moves may come by message."""
        name = f"s{series['series_no']:05d}"
        plan = next((row for row in rows if not row["is_canceled"]), rows[0])
        guests = self.guests[plan["appointment_no"]]
        starts_at = series["first_starts_at"]
        master = _event(plan, f"{name}@lumenly.example", guests)
        ends_at = starts_at + timedelta(minutes=series["duration_minutes"])
        created_at = starts_at - timedelta(days=7)
        master = replace(master, starts_at=starts_at, ends_at=ends_at, created_at=created_at, changed_at=created_at)
        self._keep(plan, replace(master, rrule=series["rrule"], is_canceled=False, original=None))
        for row in rows:
            planned_at = row["original_starts_at"] or row["starts_at"]
            changed_at = max(planned_at - timedelta(days=2), created_at + timedelta(hours=1))
            own = self.guests[row["appointment_no"]]
            event = replace(_event(row, master.uid, own), original=planned_at, sequence=1, changed_at=changed_at)
            if row["is_moved"] and self.rng.random() < MAILED_SHARE:
                self._mail("REQUEST", f"{name} moved {planned_at:%Y-%m-%d}", event)
            elif row["is_moved"] or row["is_canceled"] or own != guests:
                self._keep(row, event)

    def write(self, folder: Path, members: Mapping[int, Row]) -> None:
        """Write the files; the first calendar has the fault."""
        for place, (member_no, events) in enumerate(sorted(self.calendars.items())):
            owner, is_outlook = members[member_no], place % 2 == 1
            text = calendar_text(owner["email"], events, is_outlook=is_outlook)
            name = f"Outlook/{owner['name']}.ics" if is_outlook else f"Takeout/Calendar/{owner['email']}.ics"
            _write(folder / name, with_a_fault(text) if place == 0 else text)
        for name, (method, event) in self.messages.items():
            _write(folder / "messages" / f"{name}.ics", message_text(method, event))

    def _keep(self, row: Row, event: Event) -> None:
        self.calendars.setdefault(row["organizer_no"], []).append(event)

    def _mail(self, method: str, name: str, event: Event) -> None:
        self.messages[name] = (method, replace(event, changed_at=event.changed_at + timedelta(days=1)))


def _event(row: Row, uid: str, guests: tuple[Guest, ...]) -> Event:
    created_at: datetime = row["starts_at"] - timedelta(days=7)
    return Event(
        uid=uid,
        title=row["title"],
        agenda=row["agenda"],
        location=row["location"],
        url=row["conference_url"],
        zone=row["timezone"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        guests=guests,
        created_at=created_at,
        changed_at=created_at,
        is_canceled=row["is_canceled"],
    )


def _write(path: Path, text: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text)
