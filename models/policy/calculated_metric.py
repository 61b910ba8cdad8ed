"""What may be worked out from readings: the settings of `calculated_metric.toml`. How is in `models/intermediate`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Aggregation = Literal["sum", "average", "min", "max", "last"]


class Reading(BaseModel):
    """What several readings of one metric on one day come to."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    metric: Name
    per_day: Literal["last", "sum"]


class Measure(BaseModel):
    """One metric over the last so many days."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    name: Name
    metric: Name
    subject: Literal["company", "asset", "project"]
    aggregation: Aggregation
    days: Annotated[int, Field(ge=1, le=3660)]
    roll_up: Literal["sum", "average", "min", "max"] | None = None
    unit: str | None = None

    @model_validator(mode="after")
    def _only_companies_have_parts(self) -> Measure:
        if self.roll_up is not None and self.subject != "company":
            raise ValueError(f"{self.name}: roll_up is for companies; an {self.subject} has no parts that are read")
        return self


class Ratio(BaseModel):
    """One measure divided by another of the same thing."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    name: Name
    numerator: Name
    denominator: Name
    unit: str | None = None


class Policy(BaseModel):
    """The measures of a workspace."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    reading: list[Reading]
    measure: list[Measure]
    ratio: list[Ratio]

    @model_validator(mode="after")
    def _names_fit(self) -> Policy:
        if "*" not in {reading.metric for reading in self.reading}:
            raise ValueError('reading: a line for every other metric is missing: { metric = "*", per_day = "last" }')
        if len({reading.metric for reading in self.reading}) < len(self.reading):
            raise ValueError("reading: two lines are for the same metric")
        subjects = {measure.name: measure.subject for measure in self.measure}
        names = [*(measure.name for measure in self.measure), *(ratio.name for ratio in self.ratio)]
        if len(set(names)) < len(names):
            raise ValueError("two measures have the same name")
        for ratio in self.ratio:
            for part in (ratio.numerator, ratio.denominator):
                if part not in subjects:
                    raise ValueError(f"ratio {ratio.name}: no measure is called {part!r}")
            if subjects[ratio.numerator] != subjects[ratio.denominator]:
                raise ValueError(f"ratio {ratio.name}: its two measures are of different things")
        return self
