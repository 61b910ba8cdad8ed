"""The survey policy: which answers about satisfaction and effort are good or bad. They are counted in marts."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Share = Annotated[Decimal, Field(ge=0, le=1, strict=False)]


class Policy(BaseModel):
    """The settings of `survey.toml`."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    csat_good_from: Share
    csat_bad_to: Share
    ces_easy_from: Share
    ces_hard_to: Share

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if self.csat_bad_to >= self.csat_good_from:
            raise ValueError("csat_bad_to must be below csat_good_from")
        if self.ces_hard_to >= self.ces_easy_from:
            raise ValueError("ces_hard_to must be below ces_easy_from")
        return self
