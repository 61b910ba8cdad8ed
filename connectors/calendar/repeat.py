"""When a repeated event takes place: its rules, further dates and exceptions, within bounds. Knows no event's text.

The rules themselves are worked out by dateutil, in local time without a zone, so that a weekly meeting at nine stays at
nine when the clock changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from math import prod

from dateutil.rrule import rrulestr

from connectors.calendar.zones import Moment, Unreadable, Zones

HORIZON_DAYS = 731
"""A series is followed for two years past the newest change the file knows of, or past its own begin."""
MAX_OCCURRENCES = 10_000
"""A series is followed no further than this many times: a workday meeting for 38 years."""
MAX_FILE_OCCURRENCES = 2_000_000
"""All series of a file together."""
MAX_BARREN_RULES = 20
"""Looking for the next match of a rule that has none takes up to half a second, so a file may have only so many."""
_MAX_TIMES_A_DAY = 100
_FIRST_YEAR = 1600
_CALENDAR_CYCLE = timedelta(days=146_097)
_FREQUENCIES = {"YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY"}
_TOO_FINE = {"MINUTELY": "minute", "SECONDLY": "second"}
_LISTS = {"BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYDAY", "BYHOUR", "BYMINUTE", "BYSECOND", "BYSETPOS"}
_KNOWN = {"FREQ", "INTERVAL", "WKST", *_LISTS}
_TAKEN = {"COUNT", "UNTIL", "RSCALE", "SKIP"}


@dataclass
class Budget:
    """What is left of a file's allowances."""

    barren_rules: int = MAX_BARREN_RULES
    occurrences: int = MAX_FILE_OCCURRENCES


@dataclass(frozen=True)
class Rule:
    """One RRULE: the text dateutil reads, how often, and until when (local time of the event, inclusive)."""

    text: str
    count: int | None
    until: datetime | None


@dataclass
class Repetition:
    """What an event says of its repetition. `lengths`: occurrences with a length of their own, by their instant."""

    rules: list[Rule] = field(default_factory=list)
    except_rules: list[Rule] = field(default_factory=list)
    dates: list[Moment] = field(default_factory=list)
    except_instants: set[datetime] = field(default_factory=set)
    except_days: set[date] = field(default_factory=set)
    lengths: dict[datetime, timedelta] = field(default_factory=dict)


def read_rule(value: str, start: Moment, zones: Zones) -> Rule:
    """Read an RRULE; raises Unreadable for one that is malformed, or too fine to be about appointments."""
    named = [part.upper().partition("=") for part in value.split(";") if part.strip()]
    parts = {name.strip(): part for name, _, part in named}
    frequency = parts.get("FREQ", "").strip()
    if frequency in _TOO_FINE:
        raise Unreadable(f"it repeats every {_TOO_FINE[frequency]}, which no appointment does")
    if frequency not in _FREQUENCIES:
        raise Unreadable(f"RRULE {value[:200]!r} has no frequency that is known")
    unknown = [name for name in parts if name not in _KNOWN | _TAKEN and not name.startswith("X-")]
    if unknown:
        raise Unreadable(f"RRULE {value[:200]!r} has a part that is not known: {unknown[0][:40]}")
    if start.local.year < _FIRST_YEAR:
        raise Unreadable(f"it repeats since before the year {_FIRST_YEAR}")
    if parts.get("RSCALE", "GREGORIAN") != "GREGORIAN" or parts.get("SKIP", "OMIT") != "OMIT":
        raise Unreadable(f"RRULE {value[:200]!r} does not count as the Gregorian calendar does")
    if prod(len(parts.get(name, "").split(",")) for name in ("BYHOUR", "BYMINUTE", "BYSECOND")) > _MAX_TIMES_A_DAY:
        raise Unreadable(f"it takes place over {_MAX_TIMES_A_DAY} times a day, which no appointment does")
    if not parts.get("INTERVAL", "1").strip().isdigit() or int(parts.get("INTERVAL", "1")) < 1:
        raise Unreadable(f"RRULE {value[:200]!r} has no interval that can be read")
    tidy = {name: "".join(part.split()).strip(",") for name, part in parts.items() if name in _KNOWN}
    text = ";".join(f"{name}={part}" for name, part in tidy.items() if part)
    until = None
    if parts.get("UNTIL", "").strip():
        end = zones.moment(parts["UNTIL"].strip(), {})
        until = end.local
        if end.is_date and not start.is_date:
            until += timedelta(days=1, seconds=-1)
        elif parts["UNTIL"].strip().endswith("Z") and not start.is_date:
            until = until.replace(tzinfo=UTC).astimezone(start.zone.rules).replace(tzinfo=None)
    return Rule(text, _count(parts.get("COUNT", "").strip(), value), until)


def _count(text: str, value: str) -> int | None:
    """The number of times; programs that mean "for ever" write -1."""
    try:
        count = int(text or "-1")
    except ValueError as error:
        raise Unreadable(f"RRULE {value[:200]!r} has no count that can be read") from error
    return count if count > 0 else None


def moments(start: Moment, repetition: Repetition, horizon: datetime, budget: Budget) -> tuple[list[Moment], bool]:
    """The begins of all occurrences up to the horizon (local time), ascending; and whether there would be more.

    The event's own begin is the first occurrence even if its rule does not name it, and counts as one. A series whose
    end lies before its begin has none. Raises Unreadable for a rule that cannot be worked out.
    """
    ends = [rule.until for rule in repetition.rules]
    begins = [] if ends and all(end is not None and end < start.local for end in ends) else [start]
    found = {one.instant: one for one in [*begins, *repetition.dates]}
    more = False
    for rule in repetition.rules:
        locals_, goes_on = _run(rule, start, horizon, budget)
        more = more or goes_on
        for local in locals_:
            one = Moment(local, start.zone, start.is_date)
            found.setdefault(one.instant, one)
    dropped = set(repetition.except_instants)
    for rule in repetition.except_rules:
        dropped |= {Moment(local, start.zone).instant for local in _run(rule, start, horizon, budget)[0]}
    kept = [one for instant, one in sorted(found.items()) if instant not in dropped]
    if repetition.except_days:
        kept = [one for one in kept if one.local.date() not in repetition.except_days]
    if repetition.rules:
        budget.occurrences -= len(kept)
    return kept[:MAX_OCCURRENCES], more or len(kept) > MAX_OCCURRENCES


def _run(rule: Rule, start: Moment, horizon: datetime, budget: Budget) -> tuple[Sequence[datetime], bool]:
    if budget.occurrences < 1:
        raise Unreadable(
            f"the file's series come to {MAX_FILE_OCCURRENCES:,} occurrences; no further ones are followed"
        )
    if budget.barren_rules < 1:
        raise Unreadable(f"the file has {MAX_BARREN_RULES} rules that match no day; no further ones are worked out")
    found: list[datetime] = []
    # The begin counts as the first time, also where the rule does not match it.
    left = MAX_OCCURRENCES + 1 if rule.count is None else min(rule.count, MAX_OCCURRENCES + 1)
    for local in _matches(rule.text, start.local, horizon):
        if local > horizon:
            return found, rule.until is None or rule.until > horizon
        if rule.until is not None and local > rule.until:
            return found, False
        if local != start.local and len(found) == left - 1 and (not found or found[0] != start.local):
            return found, rule.count is None
        found.append(local)
        if len(found) >= left:
            return found, rule.count is None or rule.count > MAX_OCCURRENCES
    # Only a rule that matches nothing more before the year 9999 comes here.
    budget.barren_rules -= 1
    return found, False


def _matches(text: str, start: datetime, horizon: datetime) -> Iterator[datetime]:
    """The local times a rule names from `start` on, to the end of dateutil's calendar, the year 9999.

    The calendar repeats every 400 years. The rule is run as late as possible in those 9,999 years: for a rule that
    never matches, dateutil goes on looking to their end.
    """
    shift = _CALENDAR_CYCLE * max((9998 - max(horizon.year, start.year)) // 400, 0)
    try:
        for moved in rrulestr(text, dtstart=start + shift):
            yield moved - shift
    except (ValueError, TypeError, KeyError, IndexError, OverflowError) as error:
        raise Unreadable(f"RRULE {text[:200]!r} cannot be worked out: {error}") from error
