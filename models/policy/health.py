"""The health policy: signs, weights, points, bands and windows. How a sign's value is read is in intermediate."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Factor = Literal[
    "usage_level",
    "usage_trend",
    "usage_breadth",
    "last_touch",
    "response_balance",
    "ticket_load",
    "ticket_severity",
    "nps",
    "csat",
    "delivery",
    "payments_overdue",
    "contract_time_left",
    "csm_score",
    "champion_left",
]
Theme = Literal["usage", "contact", "support", "sentiment", "delivery", "payment", "contract", "people"]
Priority = Literal["low", "normal", "high", "urgent"]
Score = Annotated[Decimal, Field(ge=0, le=100, strict=False)]
Days = Annotated[int, Field(ge=1)]
Said = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Profile(BaseModel):
    """Which set of weights the companies of a segment take."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    segment: str
    profile: str


class FactorTheme(BaseModel):
    """What a factor is about."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    factor: Factor
    theme: Theme


class Weight(BaseModel):
    """How much a factor counts in a profile."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    profile: str
    factor: Factor
    weight: Annotated[Decimal, Field(gt=0, le=1000000, strict=False)]


class Point(BaseModel):
    """One corner of the line that turns a factor's value into points."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    factor: Factor
    value: Annotated[Decimal, Field(ge=-1000000, le=1000000, strict=False)]
    points: Score


class Words(BaseModel):
    """What is said of a factor where it costs points, with its value for {value} or of a value of 1, and where not."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    factor: Factor
    good: Said
    bad: Said
    one: Said | None = None
    is_share: bool


class Policy(BaseModel):
    """The settings of `health.toml`."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    at_risk_below: Score
    thriving_from: Score
    coverage_floor: Annotated[Decimal, Field(ge=0, le=1, strict=False)]
    daily_days: Days
    months_back: Days
    response_days: Days
    ticket_days: Days
    csat_days: Days
    csm_score_days: Days
    response_grace_days: Annotated[int, Field(ge=0)]
    response_messages: Days
    csat_ratings: Annotated[int, Field(ge=1, le=3660)]
    contract_horizon_days: Days
    alert_after_days: Days
    severe_priorities: list[Priority]
    severe_severities: list[str]
    profiles: list[Profile]
    factors: list[FactorTheme]
    weights: list[Weight]
    points: list[Point]
    words: list[Words]

    @model_validator(mode="after")
    def _words_once(self) -> Policy:
        if len(set(self.severe_priorities)) < len(self.severe_priorities):
            raise ValueError("severe_priorities lists a priority twice")
        if len({word.lower() for word in self.severe_severities}) < len(self.severe_severities):
            raise ValueError("severe_severities lists a severity twice")
        return self

    @model_validator(mode="after")
    def _themes_known(self) -> Policy:
        themes = Counter(line.factor for line in self.factors)
        if wrong := [name for name in get_args(Factor) if themes[name] != 1]:
            raise ValueError(f"each factor needs one theme: {wrong}")
        return self

    @model_validator(mode="after")
    def _response_in_time(self) -> Policy:
        if self.response_grace_days > self.response_days:
            raise ValueError("response_grace_days must not be more than response_days")
        return self

    @model_validator(mode="after")
    def _bands_in_order(self) -> Policy:
        if self.at_risk_below > self.thriving_from:
            raise ValueError("at_risk_below must not be above thriving_from")
        return self

    @model_validator(mode="after")
    def _profiles_known(self) -> Policy:
        weighted = {weight.profile for weight in self.weights}
        segments = Counter(line.segment for line in self.profiles)
        if segments["*"] != 1 or max(segments.values()) > 1:
            raise ValueError('profiles need one line for "*" and at most one for each segment')
        if unknown := {line.profile for line in self.profiles} - weighted:
            raise ValueError(f"no weights are given for the profiles {sorted(unknown)}")
        twice = [key for key, n in Counter((w.profile, w.factor) for w in self.weights).items() if n > 1]
        if twice:
            raise ValueError(f"weights given twice: {twice}")
        return self

    @model_validator(mode="after")
    def _words_for_each(self) -> Policy:
        said = Counter(line.factor for line in self.words)
        if twice := sorted(name for name, n in said.items() if n > 1):
            raise ValueError(f"words given twice: {twice}")
        if silent := sorted({weight.factor for weight in self.weights} - said.keys()):
            raise ValueError(f"no words are given for the factors {silent}")
        return self

    @model_validator(mode="after")
    def _points_monotone(self) -> Policy:
        """A better value never gives fewer points: each factor's line only rises or only falls."""
        lines: dict[str, list[Point]] = defaultdict(list)
        for point in self.points:
            lines[point.factor].append(point)
        for factor, corners in lines.items():
            corners.sort(key=lambda point: point.value)
            steps = [(b.value - a.value, b.points - a.points) for a, b in pairwise(corners)]
            if any(run == 0 for run, _ in steps):
                raise ValueError(f"{factor}: two lines of points at the same value")
            if any(rise > 0 for _, rise in steps) and any(rise < 0 for _, rise in steps):
                raise ValueError(f"{factor}: points must only rise or only fall")
        return self
