"""One event of a calendar file to one row of `raw_calendar.events`; which row is newest is settled in the mappings."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import orjson

from connectors.calendar.components import Component, Property, properties
from connectors.calendar.people import Person, people
from connectors.calendar.repeat import HORIZON_DAYS, Budget, Repetition, moments, read_rule
from connectors.calendar.wording import agenda, conference_url
from connectors.calendar.zones import UTC_ZONE, Moment, Unreadable, Zones, read_value

EVENT_COLUMNS = (
    "event_key", "instance", "revision", "uid", "method", "recurrence_id", "instance_on", "sequence", "modified_at",
    "created_at", "status", "classification", "summary", "description", "agenda", "location", "conference_url",
    "categories", "calendar_name", "starts_at", "ends_at", "timezone", "is_all_day", "rrule", "is_recurring",
    "expanded_to", "occurrences", "excepted", "organizer", "attendees", "others", "note",
)  # fmt: skip
WHOLE = "all"
"""What stands in `instance` for an event or series itself; for a changed occurrence, when that one was to begin."""
_READ = {
    "UID", "RECURRENCE-ID", "SEQUENCE", "LAST-MODIFIED", "DTSTAMP", "CREATED", "STATUS", "CLASS", "SUMMARY",
    "DESCRIPTION", "LOCATION", "CATEGORIES", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "EXRULE",
    "ATTENDEE", "ORGANIZER", "ATTACH", "X-ALT-DESC",
}  # fmt: skip
_HIDDEN = {"PRIVATE", "CONFIDENTIAL"}
_MESSAGES = {"REQUEST", "REPLY", "CANCEL", "ADD", "COUNTER", "DECLINECOUNTER", "REFRESH"}
_MAX_OTHERS = 20_000
_STAMP = re.compile(r"(?:LAST-MODIFIED|DTSTAMP|CREATED)(?:;[^:]*)?:(.*)", re.IGNORECASE)
_DIGITS = re.compile(r"\d{1,20}", re.ASCII)
_MAX_SEQUENCE = 9_999_999_999
_EARLIEST = datetime(1, 1, 2)

Row = dict[str, str | None]
Found = Mapping[str, Sequence[Property]]


@dataclass(frozen=True)
class Setting:
    """What holds for every event of one VCALENDAR: METHOD, name, zones; the newest change in the file; its budget."""

    method: str
    name: str | None
    zones: Zones
    newest: datetime
    budget: Budget


@dataclass(frozen=True)
class _Span:
    """When an event takes place: begin, and its length as an exact time or as whole days and a time on top."""

    start: Moment
    exact: timedelta | None
    nominal: timedelta | None

    def end(self, start: Moment) -> datetime | None:
        """The end of an occurrence that begins at `start`: DTEND gives an exact length, DURATION's days are days."""
        if self.exact is not None:
            return start.instant + self.exact
        if self.nominal is None:
            return None
        days = timedelta(days=self.nominal.days)
        return Moment(start.local + days, start.zone, start.is_date).instant + (self.nominal - days)


def read_event(component: Component, setting: Setting) -> Row:
    """The row of one event; raises Unreadable for one that cannot be placed in time."""
    found, unreadable = properties(component)
    notes = [f"not readable: {line[:60]}" for line in unreadable[:5]]
    span = _span(found, setting, notes)
    recurrence = _first(found, "RECURRENCE-ID")
    instance = setting.zones.of(recurrence) if recurrence else None
    if instance is None and setting.method == "ADD" and span is not None:
        instance = span.start
    if span is None and setting.method not in ("CANCEL", "REPLY", "REFRESH"):
        raise Unreadable("the event has no DTSTART")
    row = _texts(found, setting) | _when(span or _instant(instance), instance)
    row |= _repeated(found, span, instance, setting, notes)
    row["recurrence_id"] = recurrence.value if recurrence else None
    uid = _text(found, "UID")
    row["uid"] = uid
    row["event_key"] = uid or "without-uid:" + _digest([row["summary"], row["starts_at"], row["ends_at"], row["rrule"]])
    row["note"] = "; ".join(notes) or None
    row["revision"] = _digest([row[column] for column in EVENT_COLUMNS if column not in ("revision", "expanded_to")])
    return {column: row[column] for column in EVENT_COLUMNS}


def stamps(lines: Sequence[str]) -> list[datetime]:
    """When an event was changed or written, as far as its lines say; what cannot be read counts for nothing."""
    found = (_STAMP.match(line) for line in lines)
    return [when for when in (_stamp(one[1].strip()) for one in found if one) if when]


def _span(found: Found, setting: Setting, notes: list[str]) -> _Span | None:
    begin, end, duration = (_first(found, name) for name in ("DTSTART", "DTEND", "DURATION"))
    if begin is None:
        return None
    start = setting.zones.of(begin)
    if _text(found, "X-MICROSOFT-CDO-ALLDAYEVENT") == "TRUE" and start.local.time() == time():
        start = Moment(start.local, UTC_ZONE, is_date=True)
    exact = nominal = None
    if end is not None:
        try:
            until = setting.zones.of(end)
            exact = until.local - start.local if start.is_date else until.instant - start.instant
        except Unreadable as error:
            notes.append(f"it has no end: {error}")
    elif duration is not None:
        nominal = _duration(duration.value)
        if nominal is None:
            notes.append(f"not readable: DURATION:{duration.value[:40]}")
    elif start.is_date:
        nominal = timedelta(days=1)
    if (exact or nominal or timedelta()) < timedelta():
        notes.append("it ends before it begins: the end is left out")
        exact = nominal = None
    return _Span(start, exact, nominal)


def _instant(instance: Moment | None) -> _Span | None:
    """A cancellation may say no more than which occurrence it is about: that tells when it was to begin."""
    return None if instance is None else _Span(instance, None, None)


def _when(span: _Span | None, instance: Moment | None) -> Row:
    ends = span.end(span.start) if span else None
    return {
        "instance": instance.key if instance else WHOLE,
        "instance_on": f"{instance.local:%Y-%m-%d}" if instance else None,
        "starts_at": _iso(span.start.instant) if span else None,
        "ends_at": _iso(ends) if ends else None,
        "timezone": span.start.zone.name if span and not span.start.is_date else None,
        "is_all_day": ("true" if span.start.is_date else "false") if span else None,
    }


def _texts(found: Found, setting: Setting) -> Row:
    sequence = _text(found, "SEQUENCE")
    changed, stamped = _instant_of(found, "LAST-MODIFIED"), _instant_of(found, "DTSTAMP")
    if setting.method in _MESSAGES and changed and stamped:
        # Of messages DTSTAMP says when they were sent; of other files often only when they were written.
        changed = max(changed, stamped)
    changed, created = changed or stamped, _instant_of(found, "CREATED")
    others = {
        name: [one.value for one in listed] if len(listed) > 1 else listed[0].value
        for name, listed in found.items()
        if name not in _READ and not name.startswith("X-MOZ-")
    }
    packed = orjson.dumps(others, option=orjson.OPT_SORT_KEYS).decode()
    who = people(found.get("ATTENDEE", ()), _first(found, "ORGANIZER"))
    description, classification = _text(found, "DESCRIPTION"), (_text(found, "CLASS") or "").upper()
    return {
        "method": setting.method,
        "sequence": f"{min(int(sequence), _MAX_SEQUENCE) if sequence and _DIGITS.fullmatch(sequence) else 0:010d}",
        "modified_at": _iso(changed) if changed else None,
        "created_at": _iso(created) if created else None,
        "status": (_text(found, "STATUS") or "").upper() or None,
        "classification": classification if classification in _HIDDEN else None,
        "summary": _text(found, "SUMMARY"),
        "description": description,
        "agenda": agenda(description),
        "location": _text(found, "LOCATION") or _rooms(who),
        "conference_url": conference_url(found),
        "categories": ";".join(one.value for one in found.get("CATEGORIES", ()) if one.value) or None,
        "calendar_name": setting.name,
        "organizer": next((person.address for person in who if person.is_organizer), None),
        "attendees": orjson.dumps([person.as_fields() for person in who]).decode(),
        "others": packed if others and len(packed) <= _MAX_OTHERS else None,
    }


def _rooms(who: Sequence[Person]) -> str | None:
    return "; ".join(person.name for person in who if person.kind == "room" and person.name) or None


def _repeated(found: Found, span: _Span | None, instance: Moment | None, setting: Setting, notes: list[str]) -> Row:
    """When it takes place, once or repeatedly: the occurrences of an event itself; a changed occurrence has none."""
    rules = found.get("RRULE", ())
    row: Row = {
        "rrule": ";".join(rule.value for rule in rules if rule.value) or None,
        "is_recurring": "true" if instance or any(one.value for one in (*rules, *found.get("RDATE", ()))) else "false",
        "expanded_to": None,
        "occurrences": "[]",
        "excepted": "[]",
    }
    if span is None or instance is not None:
        return row
    repetition = _repetition(found, span.start, setting.zones)
    horizon = max(setting.newest, span.start.local) + timedelta(days=HORIZON_DAYS)
    begins, more = moments(span.start, repetition, horizon, setting.budget)
    if more:
        row["expanded_to"] = _iso(horizon)
        notes.append(f"its repetition goes on; followed to {begins[-1].local:%Y-%m-%d}" if begins else "no occurrence")
    listed = []
    for begin in begins:
        length = repetition.lengths.get(begin.instant)
        end = span.end(begin) if length is None else begin.instant + length
        on = f"{begin.local:%Y-%m-%d}"
        listed.append({"key": begin.key, "on": on, "starts": _iso(begin.instant), "ends": end and _iso(end)})
    row["occurrences"] = orjson.dumps(listed).decode()
    excepted = [f"{one:%Y%m%dT%H%M%SZ}" for one in repetition.except_instants]
    excepted += [f"{one:%Y%m%d}" for one in repetition.except_days]
    row["excepted"] = orjson.dumps(sorted(excepted)).decode()
    return row


def _repetition(found: Found, start: Moment, zones: Zones) -> Repetition:
    repetition = Repetition(
        rules=[read_rule(one.value, start, zones) for one in found.get("RRULE", ()) if one.value],
        except_rules=[read_rule(one.value, start, zones) for one in found.get("EXRULE", ()) if one.value],
    )
    for one in found.get("EXDATE", ()):
        for value in filter(None, (part.strip() for part in one.value.split(","))):
            when = zones.moment(value, one.parameters)
            if when.is_date or start.is_date:
                repetition.except_days.add(when.local.date())
            else:
                repetition.except_instants.add(when.instant)
    for one in found.get("RDATE", ()):
        for value in filter(None, (part.strip() for part in one.value.split(","))):
            begin, _, length = value.partition("/")
            when = zones.moment(begin, one.parameters)
            if when.is_date and not start.is_date:
                when = Moment(datetime.combine(when.local, start.local.time()), start.zone)
            elif start.is_date and not when.is_date:
                when = Moment(datetime.combine(when.local, start.local.time()), start.zone, is_date=True)
            repetition.dates.append(when)
            if length:
                repetition.lengths[when.instant] = _length(length, when, one, zones)
    return repetition


def _length(value: str, begin: Moment, one: Property, zones: Zones) -> timedelta:
    """How long a period is, from its second half: a length of time, or when it ends."""
    if value.lstrip("+-").startswith("P"):
        length = read_value(value)
        if isinstance(length, timedelta):
            return length
    return zones.moment(value, one.parameters).instant - begin.instant


def _duration(value: str) -> timedelta | None:
    try:
        length = read_value(value)
    except Unreadable:
        return None
    return length if isinstance(length, timedelta) else None


def _instant_of(found: Found, name: str) -> datetime | None:
    one = _first(found, name)
    return _stamp(one.value) if one else None


def _stamp(value: str) -> datetime | None:
    """An instant in UTC; one that cannot be read or is of year 1 is none."""
    try:
        when = read_value(value)
    except Unreadable:
        return None
    if not isinstance(when, date):
        return None
    instant = datetime(*when.timetuple()[:6])
    return instant if instant >= _EARLIEST else None


def _first(found: Found, name: str) -> Property | None:
    return next((one for one in found.get(name, ()) if one.value), None)


def _text(found: Found, name: str) -> str | None:
    one = _first(found, name)
    return one.value.strip() or None if one else None


def _digest(values: Sequence[str | None]) -> str:
    return hashlib.md5(orjson.dumps(values), usedforsecurity=False).hexdigest()


def _iso(instant: datetime) -> str:
    return f"{instant.isoformat()}Z"
