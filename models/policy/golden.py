"""Which value survives where records of one thing differ: the settings of `golden.toml`. How is in `pipelines`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Keep = Literal["source_priority", "newest", "most_frequent", "longest"]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class Rule(BaseModel):
    """What is kept of one field of one object."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    object: Literal["company", "contact", "team_member"]
    field: Name
    keep: Keep = "source_priority"
    sources: list[Name] = []

    @model_validator(mode="after")
    def _each_source_once(self) -> Rule:
        if len(set(self.sources)) < len(self.sources):
            raise ValueError(f"{self.object}.{self.field}: a source is named twice in sources")
        return self


class Policy(BaseModel):
    """The rules of survivorship; whether fields and sources exist is known where they are read."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    default_rule: Keep
    rule: list[Rule] = []
