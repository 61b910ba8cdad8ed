"""The calendar source: the table .ics files fill. How they are read stands in the modules beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import dlt
from dlt.extract import DltResource

from connectors.calendar.event import EVENT_COLUMNS
from connectors.calendar.reader import read_calendar
from connectors.reading.frames import land_frames
from connectors.reading.resource import Export, Resource

TRUST = 55
"""Rank among the sources when two disagree; lower is believed first."""

RESOURCES: tuple[Resource, ...] = (
    # Every version of an event is a record of its own; the mappings take the newest, whatever the order of the files.
    Resource(
        name="events",
        columns=EVENT_COLUMNS,
        key=("event_key", "instance", "revision"),
        required=("event_key", "instance", "revision"),
    ),
)


@dlt.source(name="calendar")
def calendar(exports: Sequence[Export], scratch: Path) -> Iterator[DltResource]:
    """Read .ics files; an event that cannot be read is rejected with file, line and reason."""
    yield from land_frames(RESOURCES, exports, scratch, read_calendar)
