"""The policy of service levels: what is promised where a contract says no minutes, and what stops the clock."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Name = Annotated[str, StringConstraints(min_length=1)]
Minutes = Annotated[int, Field(ge=1)]


class Target(BaseModel):
    """What is promised under a service level to tickets of a priority; "*" stands for any."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    sla_name: Name
    priority: Literal["*", "low", "normal", "high", "urgent"]
    first_response_minutes: Minutes | None = None
    resolution_minutes: Minutes | None = None


class Policy(BaseModel):
    """The settings of `sla.toml`."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    pauses: list[Literal["pending", "hold", "solved", "closed"]]
    warn_minutes: Annotated[int, Field(ge=0)]
    target: list[Target] = []

    @model_validator(mode="after")
    def _said_once(self) -> Self:
        said = [(target.sla_name, target.priority) for target in self.target]
        if twice := sorted({each for each in said if said.count(each) > 1}):
            raise ValueError(f"two targets are given for {twice[0][0]!r} with priority {twice[0][1]!r}")
        return self
