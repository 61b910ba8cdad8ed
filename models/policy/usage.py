"""The usage policy: how far back use counts as now, and what a licence is. Use itself is told in marts."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

Days = Annotated[int, Field(ge=1, le=3660)]


class Policy(BaseModel):
    """The settings of `usage.toml`."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    window_days: Days
    short_days: Days
    trend_acts: Annotated[int, Field(ge=1, le=1_000_000)]
    feature_days: Days
    seat_categories: list[str]
    seat_metrics: list[str]

    @model_validator(mode="after")
    def _short_is_shorter(self) -> Policy:
        if self.short_days > self.window_days:
            raise ValueError("short_days must not be more than window_days")
        return self
