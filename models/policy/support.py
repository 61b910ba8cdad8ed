"""The support policy: when support is open and which words ask for more. How minutes are counted is in intermediate."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")]
IsoDay = Annotated[str, StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]
Phrase = Annotated[str, StringConstraints(min_length=3, to_lower=True)]


class OpeningHours(BaseModel):
    """One stretch of open time on one day of the week, in local time."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    weekday: Weekday
    opens: Clock
    closes: Clock

    @model_validator(mode="after")
    def _closes_later(self) -> OpeningHours:
        if self.closes <= self.opens:
            raise ValueError(f"{self.weekday}: closes {self.closes} is not after opens {self.opens}")
        return self


class Policy(BaseModel):
    """The settings of `support.toml`."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    time_zone: str
    holiday_country: str
    holiday_subdivision: str
    own_holidays: list[IsoDay]
    expansion_phrases: list[Phrase]
    opening_hours: list[OpeningHours] = Field(min_length=1)

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{zone!r} is not a time zone of the IANA list") from error
        return zone

    @model_validator(mode="after")
    def _known_holidays(self) -> Policy:
        known = holidays.list_supported_countries()
        if self.holiday_country not in known:
            raise ValueError(f"no public holidays are known for the country {self.holiday_country!r}")
        if self.holiday_subdivision and self.holiday_subdivision not in known[self.holiday_country]:
            raise ValueError(f"{self.holiday_subdivision!r} is not a part of {self.holiday_country}")
        return self

    @model_validator(mode="after")
    def _no_overlap(self) -> Policy:
        stretches = sorted((hours.weekday, hours.opens, hours.closes) for hours in self.opening_hours)
        for (day, _, closes), (next_day, opens, _) in pairwise(stretches):
            if day == next_day and opens < closes:
                raise ValueError(f"{day}: opening hours overlap at {opens}")
        return self
