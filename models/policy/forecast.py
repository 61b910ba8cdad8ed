"""The forecast policy: how far ahead it looks and what past it learns from. The forecasts are computed in marts."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Months = Annotated[int, Field(ge=1, le=120)]
Count = Annotated[int, Field(ge=1)]


class Policy(BaseModel):
    """The settings of `forecast.toml`."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    months_of_history: Months
    horizon_months: Annotated[int, Field(ge=1, le=36)]
    minimum_count: Count
    back_test_months: Annotated[int, Field(ge=0, le=120)]
    minimum_starts: Annotated[int, Field(ge=2)]
    interval_share: Annotated[Decimal, Field(gt=0, lt=1, strict=False)]
