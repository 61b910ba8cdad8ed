"""The support policy: when support is open and which words ask for more. How minutes are counted is in intermediate."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, Self

import holidays
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from models.settings import TimeZone

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")]
IsoDay = Annotated[str, StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]
Phrase = Annotated[str, StringConstraints(min_length=3, to_lower=True)]
Name = Annotated[str, StringConstraints(min_length=1)]
DEFAULT = "default"
"""The calendar that the file's own time zone and holidays are; the one of a ticket for which none is said."""


class OpeningHours(BaseModel):
    """One stretch of open time on one day of the week, in local time."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    weekday: Weekday
    opens: Clock
    closes: Clock
    calendar: str = DEFAULT

    @model_validator(mode="after")
    def _closes_later(self) -> OpeningHours:
        if self.closes <= self.opens:
            raise ValueError(f"{self.weekday}: closes {self.closes} is not after opens {self.opens}")
        return self


class _Place(BaseModel):
    """Where support stands: its time zone and the public holidays it keeps."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    time_zone: TimeZone
    holiday_country: str
    holiday_subdivision: str
    own_holidays: list[IsoDay]

    @model_validator(mode="after")
    def _known_holidays(self) -> Self:
        known = holidays.list_supported_countries()
        if self.holiday_country == "":
            return self
        if self.holiday_country not in known:
            raise ValueError(f"no public holidays are known for the country {self.holiday_country!r}")
        if self.holiday_subdivision and self.holiday_subdivision not in known[self.holiday_country]:
            raise ValueError(f"{self.holiday_subdivision!r} is not a part of {self.holiday_country}")
        return self


class Calendar(_Place):
    """A calendar beside the default one; without further words its days are those of UTC and it keeps no holidays."""

    name: Name
    time_zone: TimeZone = "UTC"
    holiday_country: str = ""
    holiday_subdivision: str = ""
    own_holidays: list[IsoDay] = []
    is_always_open: bool = False


class CalendarFor(BaseModel):
    """Whose tickets are measured by a calendar other than the default one."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    field: Literal["sla_name", "country", "segment"]
    value: Name
    calendar: str


class Policy(_Place):
    """The settings of `support.toml`."""

    expansion_phrases: list[Phrase]
    expansion_answer_days: Annotated[int, Field(ge=1)] = 365
    opening_hours: list[OpeningHours] = Field(min_length=1)
    calendar: list[Calendar] = []
    calendar_for: list[CalendarFor] = []

    @model_validator(mode="after")
    def _no_overlap(self) -> Self:
        stretches = sorted((hours.calendar, hours.weekday, hours.opens, hours.closes) for hours in self.opening_hours)
        for (calendar, day, _, closes), (next_calendar, next_day, opens, _) in pairwise(stretches):
            if (calendar, day) == (next_calendar, next_day) and opens < closes:
                raise ValueError(f"{day}: opening hours overlap at {opens}")
        return self

    @model_validator(mode="after")
    def _calendars_are_whole(self) -> Self:
        names = [DEFAULT, *(calendar.name for calendar in self.calendar)]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"there are two calendars {twice[0]!r}")
        always = {calendar.name for calendar in self.calendar if calendar.is_always_open}
        timed = {hours.calendar for hours in self.opening_hours}
        for name in [*sorted(timed), *(rule.calendar for rule in self.calendar_for)]:
            if name not in names:
                raise ValueError(f"there is no calendar {name!r}; there are: {', '.join(names)}")
        if doubtful := sorted(always & timed):
            raise ValueError(f"the calendar {doubtful[0]!r} is always open and has opening hours; take one out")
        if closed := sorted(set(names) - always - timed):
            raise ValueError(f"the calendar {closed[0]!r} has no opening hours and is not always open")
        whose = [(rule.field, rule.value) for rule in self.calendar_for]
        if unclear := sorted({rule for rule in whose if whose.count(rule) > 1}):
            raise ValueError(f"two calendars are given for {unclear[0][0]} {unclear[0][1]!r}")
        return self
