"""The relationship policy: whom we should be in touch with, and what counts as touch. How it goes is told in marts."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Role = Literal["champion", "economic_buyer", "technical_buyer", "user", "influencer", "blocker"]


class Policy(BaseModel):
    """The settings of `relationship.toml`."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    cover_days: Annotated[int, Field(ge=1, le=3660)]
    wanted_roles: list[Role]
    bounce_days: Annotated[int, Field(ge=0, le=3660)]
    single_thread_people: Annotated[int, Field(ge=1)]

    @model_validator(mode="after")
    def _roles_once(self) -> Policy:
        if len(set(self.wanted_roles)) < len(self.wanted_roles):
            raise ValueError("wanted_roles lists a role twice")
        return self
