"""The brief policy: who is worth a brief, how far it looks, and its words for what happened."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Days = Annotated[int, Field(ge=1, le=3660)]
Lines = Annotated[int, Field(ge=1, le=100)]
Words = Annotated[str, Field(min_length=1)]


class Event(BaseModel):
    """How a kind of the timeline is told; {title} stands for what it is about."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    kind: str
    words: Words


class Act(BaseModel):
    """How a type of signal is told after a person's name; {title} stands for what it is about."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    signal_type: str
    words: Words


class Change(BaseModel):
    """A field of an object whose changes are told."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    object: Literal["company", "contact", "contract", "opportunity", "service", "subscription", "ticket"]
    field: str


class Cause(BaseModel):
    """How a theme of health signs is told where it weighs most."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    theme: str
    words: Words


class Policy(BaseModel):
    """The settings of `brief.toml`."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    brief_days: Days
    renewal_days: Days
    changed_days: Days
    list_lines: Lines
    people: Lines
    topics: Lines
    quote_length: Annotated[int, Field(ge=20, le=2000)]
    events: list[Event]
    acts: list[Act]
    changes: list[Change]
    causes: list[Cause]

    @model_validator(mode="after")
    def _told_once(self) -> Policy:
        told = {
            "events": [event.kind for event in self.events],
            "acts": [act.signal_type for act in self.acts],
            "causes": [cause.theme for cause in self.causes],
            "changes": [f"{change.object}.{change.field}" for change in self.changes],
        }
        for name, keys in told.items():
            if twice := [key for key, count in Counter(keys).items() if count > 1]:
                raise ValueError(f"{name} lists {', '.join(twice)} twice")
        return self
