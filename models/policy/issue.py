"""The issue policy: which kinds of issues are feature requests."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, field_validator

Kind = Annotated[str, StringConstraints(min_length=1, to_lower=True, strip_whitespace=True)]


class Policy(BaseModel):
    """The settings of `issue.toml`."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    feature_types: list[Kind]

    @field_validator("feature_types")
    @classmethod
    def _said_once(cls, kinds: list[str]) -> list[str]:
        if len(set(kinds)) < len(kinds):
            raise ValueError("every kind is said only once")
        return kinds
