"""The demo's time: its span, its random streams, and instants at which people work; nothing about customers."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from random import Random


@dataclass(frozen=True)
class Clock:
    """`months` months of history that end at `as_of` (a naive UTC instant), drawn from `seed`."""

    seed: int
    months: int
    as_of: datetime

    @cached_property
    def start(self) -> datetime:
        """First instant of the history."""
        return add_months(month_start(self.as_of), -self.months)

    def rng(self, *keys: object) -> Random:
        """The random stream of one part, the same for the same seed and keys on every machine."""
        return Random("/".join(str(key) for key in (self.seed, *keys)))

    def at(self, share: float) -> datetime:
        """The instant at `share` (0 to 1) of the history."""
        return self.start + timedelta(seconds=int((self.as_of - self.start).total_seconds() * share))


def month_start(moment: datetime) -> datetime:
    """First instant of the month that holds `moment`."""
    return datetime(moment.year, moment.month, 1)


def add_months(moment: datetime, months: int) -> datetime:
    """`moment` moved by whole months; a day the target month lacks becomes that month's last."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def month_starts(first: datetime, last: datetime) -> Iterator[datetime]:
    """First instants of all months that begin in [month of `first`, `last`)."""
    moment = month_start(first)
    while moment < last:
        yield moment
        moment = add_months(moment, 1)


def working(rng: Random, day: date) -> datetime:
    """A whole second of office hours in Europe on `day`, or on the Monday after a weekend."""
    day = day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= 5 else 0)
    return datetime.combine(day, time()) + timedelta(seconds=rng.randint(7 * 3600, 16 * 3600 + 3599))


def between(rng: Random, first: datetime, last: datetime) -> datetime:
    """A working instant in [`first`, `last`); where none was found, any instant there (or `first`)."""
    first = first.replace(microsecond=0)
    seconds = int((last - first).total_seconds())
    if seconds <= 1:
        return first
    for _ in range(4):
        moment = working(rng, (first + timedelta(seconds=rng.randrange(seconds))).date())
        if first <= moment < last:
            return moment
    return first + timedelta(seconds=rng.randrange(seconds))


def days(count: float) -> timedelta:
    """`count` days, cut to whole seconds."""
    return timedelta(seconds=int(count * 86400))
