"""Repeating meetings: a rule, its text and the local times it gives; who meets stands in `appointments`.

A series keeps its local time when clocks change; its UTC time moves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from models.demo.clock import add_months, days

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# country -> time zone of its people
ZONES = {
    "US": "America/New_York",
    "GB": "Europe/London",
    "DE": "Europe/Berlin",
    "FR": "Europe/Paris",
    "NL": "Europe/Amsterdam",
    "PL": "Europe/Warsaw",
    "DK": "Europe/Copenhagen",
    "SE": "Europe/Stockholm",
    "ES": "Europe/Madrid",
    "IE": "Europe/Dublin",
    "SG": "Asia/Singapore",
    "AU": "Australia/Sydney",
}


@dataclass(frozen=True)
class Rule:
    """Every `weeks` weeks on the weekday of `first_on`; with no weeks, monthly on the same weekday of the month.

    `first_on` must lie in the first 28 days of a month, so that each month has such a day. `until` is the naive UTC
    instant after which nothing follows; null for a series without an end.
    """

    first_on: date
    at: time
    zone: str
    weeks: int
    until: datetime | None

    @property
    def text(self) -> str:
        """The rule as calendars write it, without `RRULE:`."""
        day = DAYS[self.first_on.weekday()]
        if self.weeks:
            rule = "FREQ=WEEKLY" + (f";INTERVAL={self.weeks}" if self.weeks > 1 else "") + f";BYDAY={day}"
        else:
            rule = f"FREQ=MONTHLY;BYDAY={(self.first_on.day + 6) // 7}{day}"
        return rule + (f";UNTIL={self.until:%Y%m%dT%H%M%SZ}" if self.until else "")

    def starts(self, before: datetime) -> Iterator[datetime]:
        """The occurrences' begins as naive UTC instants, those earlier than `before` and not after the rule's end."""
        place = 0
        while True:
            start = utc(self._day(place), self.at, self.zone)
            if start >= before or (self.until and start > self.until):
                return
            yield start
            place += 1

    def _day(self, place: int) -> date:
        if self.weeks:
            return self.first_on + timedelta(weeks=self.weeks * place)
        month = add_months(datetime(self.first_on.year, self.first_on.month, 1), place).date()
        ahead = (self.first_on.weekday() - month.weekday()) % 7 + (self.first_on.day - 1) // 7 * 7
        return month + days(ahead)


def utc(day: date, at: time, zone: str) -> datetime:
    """The naive UTC instant of a local time."""
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)
