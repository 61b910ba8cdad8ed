"""Which time zone a calendar means by a name, and what instant a local time in it is. Repetition is elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache, cached_property
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from icalendar import Timezone
from icalendar.prop import vDDDTypes
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from connectors.calendar.components import Component, Property, properties

_READ: Callable[[str], object] = vDDDTypes.from_ical
_YEARLY = re.compile(r"FREQ=YEARLY(;|$)", re.IGNORECASE)
_MICROSOFT_UTC = "tzone://microsoft/utc"


class Unreadable(ValueError):
    """Something without which the event cannot be understood; the text is the reason its user sees."""


@dataclass(frozen=True)
class Zone:
    """A time zone: the name it is shown by (of the IANA list where it is there) and its rules."""

    name: str
    rules: tzinfo


UTC_ZONE = Zone("UTC", ZoneInfo("UTC"))


@dataclass(frozen=True)
class Moment:
    """A date, or a date and time, as an event says it. `local` has no zone; a date is its midnight, in UTC.

    A local time that a clock change leaves out counts from the offset before the change (02:30 becomes 03:30); one
    that comes twice is the first of the two (RFC 5545, 3.3.5).
    """

    local: datetime
    zone: Zone
    is_date: bool = False

    @cached_property
    def instant(self) -> datetime:
        """The instant in UTC, without a zone; raises Unreadable outside the years a date can have."""
        try:
            return self.local.replace(tzinfo=self.zone.rules, fold=0).astimezone(UTC).replace(tzinfo=None)
        except (OverflowError, ValueError) as error:
            raise Unreadable(f"{self.local.isoformat()} in {self.zone.name} is no instant of the calendar") from error

    @property
    def key(self) -> str:
        """What an occurrence that begins then is known by: the date, or the instant in UTC."""
        if self.is_date:
            return self.local.date().isoformat().replace("-", "")
        return self.instant.isoformat().replace("-", "").replace(":", "") + "Z"


def read_value(value: str) -> date | datetime | timedelta:
    """Read a date, a date and time, or a length of time; raises Unreadable."""
    try:
        when = _READ(value)
    except ValueError:
        when = None
    if isinstance(when, date | timedelta):
        return when
    raise Unreadable(f"{value[:100]!r} is no date or time")


class Zones:
    """The zones one calendar can mean: the IANA list under its many spellings, and those the calendar defines."""

    def __init__(self, definitions: Iterable[Component], default: str | None) -> None:
        """`default` is the name of the zone of times that name none; where it is none of the list, UTC."""
        self._definitions: dict[str, Component] = {}
        for component in definitions:
            for one in properties(component)[0].get("TZID", []):
                self._definitions.setdefault(one.value, component)
        self._made: dict[str, Zone] = {}
        self.floating = _listed(default or "") or UTC_ZONE

    def find(self, name: str) -> Zone:
        """The zone of this name; raises Unreadable where it is neither known nor defined."""
        if name not in self._made:
            zone = _listed(name) or self._defined(name)
            if zone is None:
                raise Unreadable(
                    f"time zone {name!r} is no name of the IANA list nor of Windows, and the file does not define it"
                )
            self._made[name] = zone
        return self._made[name]

    def moment(self, value: str, parameters: dict[str, str]) -> Moment:
        """Read a date or a date and time of a property; raises Unreadable."""
        when = read_value(value)
        if isinstance(when, datetime):
            if when.tzinfo is not None:
                return Moment(when.replace(tzinfo=None), UTC_ZONE)
            name = parameters.get("TZID", "").strip()
            return Moment(when, self.find(name) if name else self.floating)
        if isinstance(when, date):
            return Moment(datetime(when.year, when.month, when.day), UTC_ZONE, is_date=True)
        raise Unreadable(f"{value[:100]!r} is no date or time")

    def of(self, one: Property) -> Moment:
        """Read a property that is one date or time; raises Unreadable, naming the property."""
        try:
            return self.moment(one.value, one.parameters)
        except Unreadable as error:
            raise Unreadable(f"{one.name}: {error}") from error

    def _defined(self, name: str) -> Zone | None:
        component = self._definitions.get(name)
        if component is None:
            return None
        found, _ = properties(component)
        for one in found.get("X-LIC-LOCATION", []):
            listed = _listed(one.value)
            if listed is not None:
                return listed
        if any(not _YEARLY.search(rule.value) for rule in found.get("RRULE", [])):
            raise Unreadable(f"time zone {name!r}: its clock does not change once a year")
        try:
            made: Any = Timezone.from_ical("\r\n".join(["BEGIN:VTIMEZONE", *component.lines, "END:VTIMEZONE"]))
            rules: tzinfo = made.to_tz(lookup_tzid=False)
            datetime(2026, 1, 1, tzinfo=rules).astimezone(UTC)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError) as error:
            raise Unreadable(f"time zone {name!r} is defined, but not in a way that can be read") from error
        return Zone(name, rules)


@cache
def _listed(name: str) -> Zone | None:
    """The IANA zone meant by its own name, one with a prefix (/mozilla.org/…/Europe/Berlin) or a Windows name."""
    name = name.strip().strip('"')
    if name.lower() == _MICROSOFT_UTC:
        return UTC_ZONE
    if name in WINDOWS_TO_OLSON:
        return Zone(WINDOWS_TO_OLSON[name], ZoneInfo(WINDOWS_TO_OLSON[name]))
    parts = name.replace(" ", "_").split("/")
    for start in range(len(parts)):
        candidate = "/".join(parts[start:])
        if candidate in available_timezones() and (start == 0 or "/" in candidate):
            return Zone(candidate, ZoneInfo(candidate))
    return None
