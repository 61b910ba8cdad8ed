"""The value path's policy: stages, what evidence counts and by which rules. Who stands where is in intermediate."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Stage = Literal["audience", "researcher", "hand_raiser", "buyer", "value_creator", "adopter", "advocate", "champion"]
STAGES: tuple[str, ...] = get_args(Stage)
"""The stages from the first to the furthest."""
Days = Annotated[int, Field(ge=1, le=36500)]
Strength = Annotated[Decimal, Field(gt=0, le=1000000, strict=False)]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class Step(BaseModel):
    """One stage, its place on the path and what to do next for whoever stands there."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    stage: Stage
    place: Annotated[int, Field(ge=1, le=8)]
    next_step: Annotated[str, StringConstraints(min_length=1)]


class Strengths(BaseModel):
    """What one piece of evidence of a kind counts."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    kind: str
    strength: Strength


class Rule(BaseModel):
    """One way to hold a stage."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    rule: Word
    stage: Stage
    kinds: list[str]
    needed: Strength
    window_days: Days
    half_life_days: Days | None = None
    requires_customer: bool = False

    @model_validator(mode="after")
    def _can_hold(self) -> Rule:
        if self.stage == "audience":
            raise ValueError("the audience needs no rule: whoever has done anything is in it")
        if not self.kinds or len(set(self.kinds)) < len(self.kinds):
            raise ValueError("kinds must name at least one kind of evidence, and none twice")
        return self


class Policy(BaseModel):
    """The settings of `path.toml`."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    company_stage: Literal["highest", "most_common"]
    interest_half_life_days: Days
    interest_trend_days: Days
    stop_topics: list[str]
    stages: list[Step]
    strengths: list[Strengths]
    rules: list[Rule]

    @model_validator(mode="after")
    def _stages_whole(self) -> Policy:
        if [(step.stage, step.place) for step in self.stages] != list(zip(STAGES, range(1, 9), strict=True)):
            raise ValueError(f"stages must be these in this order, places 1 to 8: {', '.join(STAGES)}")
        return self

    @model_validator(mode="after")
    def _names_once(self) -> Policy:
        if twice := [name for name, count in Counter(line.rule for line in self.rules).items() if count > 1]:
            raise ValueError(f"rules are called the same: {twice}")
        if twice := [name for name, count in Counter(line.kind for line in self.strengths).items() if count > 1]:
            raise ValueError(f"strengths are given twice for: {twice}")
        return self
