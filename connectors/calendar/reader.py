"""One calendar file to batches of rows: which rows go together. What a row holds is in `event.py`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import polars as pl

from connectors.calendar.components import Component, components, properties
from connectors.calendar.event import EVENT_COLUMNS, Row, Setting, read_event, stamps
from connectors.calendar.repeat import Budget
from connectors.calendar.zones import Unreadable, Zones
from connectors.reading.frames import REJECTED
from connectors.reading.resource import Export
from connectors.reading.text import Refused

_BATCH_CHARACTERS = 32_000_000
_REJECTED_CHARACTERS = 2_000
_LONG_AGO = datetime(1, 1, 2)
_COLUMNS = {"events": EVENT_COLUMNS, REJECTED: ("_resource", "reason", "row")}


def read_calendar(path: Path, export: Export) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield (resource, rows) batch by batch: `_line` (where the event starts) and text columns.

    The file is read twice, since zones may be defined after the events that name them and since a repetition is
    followed to a time that depends on the newest change. Raises Refused for a file that holds no calendar.
    """
    settings = _settings(path)
    batch = _Batch()
    for component in components(path):
        if component.name == "VEVENT":
            batch.add(component, settings[component.calendar])
            if batch.characters >= _BATCH_CHARACTERS:
                yield from batch.tables()
                batch = _Batch()
    yield from batch.tables()


def _settings(path: Path) -> dict[int, Setting]:
    """What holds for the events of each VCALENDAR, by its number; 0 for those outside of any."""
    calendars: dict[int, Component] = {0: Component("VCALENDAR", 0, 0)}
    zones: dict[int, list[Component]] = {}
    newest, is_calendar = _LONG_AGO, False
    for component in components(path):
        is_calendar = True
        if component.name == "VTIMEZONE":
            zones.setdefault(component.calendar, []).append(component)
        elif component.name == "VCALENDAR":
            calendars[component.calendar] = component
        else:
            newest = max([newest, *stamps(component.lines)])
    if not is_calendar and _says_something(path):
        raise Refused("no calendar: there is no BEGIN:VCALENDAR and no event in it")
    budget = Budget()
    every = [one for listed in zones.values() for one in listed]
    return {
        number: _setting(calendar, [*zones.get(number, []), *every], newest, budget)
        for number, calendar in calendars.items()
    }


def _setting(calendar: Component, zones: list[Component], newest: datetime, budget: Budget) -> Setting:
    found, _ = properties(calendar)

    def first(name: str) -> str | None:
        return next((one.value for one in found.get(name, []) if one.value), None)

    method = (first("METHOD") or "PUBLISH").upper()
    name = first("X-WR-CALNAME") or first("NAME")
    return Setting(method, name, Zones(zones, first("X-WR-TIMEZONE")), newest, budget)


def _says_something(path: Path) -> bool:
    """False for a file of nothing but white space, or of components that are neither calendars nor events."""
    with path.open("rb") as file:
        start = file.read(1 << 12).lstrip(b"\xef\xbb\xbf \t\r\n")
    return bool(start) and not start.upper().startswith((b"BEGIN:VTODO", b"BEGIN:VJOURNAL", b"BEGIN:VFREEBUSY"))


@dataclass
class _Batch:
    """Rows that wait to be handed on."""

    rows: dict[str, list[dict[str, str | int | None]]] = field(default_factory=lambda: {name: [] for name in _COLUMNS})
    characters: int = 0

    def add(self, component: Component, setting: Setting) -> None:
        """Read one event; one that cannot be read becomes a rejected row and keeps nothing else out."""
        try:
            if component.problem is not None:
                raise Unreadable(component.problem)
            self._put("events", component.line, read_event(component, setting))
        except Unreadable as error:
            text = "\n".join(["BEGIN:VEVENT", *component.lines])[:_REJECTED_CHARACTERS]
            self._put(REJECTED, component.line, {"_resource": "events", "reason": str(error), "row": text})

    def _put(self, name: str, line: int, row: Row) -> None:
        self.rows[name].append({"_line": line, **row})
        self.characters += sum(len(value) for value in row.values() if value)

    def tables(self) -> Iterator[tuple[str, pl.DataFrame]]:
        """The waiting rows, as one frame per resource that has any."""
        for name, rows in self.rows.items():
            if rows:
                yield name, pl.DataFrame(rows, {"_line": pl.Int64, **dict.fromkeys(_COLUMNS[name], pl.String)})
