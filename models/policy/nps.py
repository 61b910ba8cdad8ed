"""The NPS policy: who counts as promoter or detractor, and how far back. The score itself is computed in marts."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Policy(BaseModel):
    """The settings of `nps.toml`."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    promoter_from: Annotated[int, Field(ge=1, le=10)]
    detractor_to: Annotated[int, Field(ge=0, le=9)]
    window_days: Annotated[int, Field(ge=1)]
    interval_z: Annotated[Decimal, Field(gt=0, strict=False)]

    @model_validator(mode="after")
    def _apart(self) -> Policy:
        if self.detractor_to >= self.promoter_from:
            raise ValueError("detractor_to must be below promoter_from")
        return self
