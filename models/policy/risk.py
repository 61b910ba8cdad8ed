"""The risk policy: what is foretold, from how much, and when nothing is said. How is in `models/risk`."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

Days = Annotated[int, Field(ge=1, le=730)]
Count = Annotated[int, Field(ge=1)]
Share = Annotated[Decimal, Field(gt=0, lt=1, strict=False)]


class Policy(BaseModel):
    """The settings of `risk.toml`."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    horizon_days: Days
    expansion_share: Annotated[Decimal, Field(gt=0, le=10, strict=False)]
    test_share: Share
    minimum_accounts: Count
    minimum_train_events: Count
    minimum_test_events: Count
    caution: Annotated[Decimal, Field(gt=0, le=1000000, strict=False)]
    most_customers: Count
    calibration_bins: Annotated[int, Field(ge=2, le=100)]
    backtest_days: list[Days]
    minimum_backtest_losses: Count

    @model_validator(mode="after")
    def _enough_drawn(self) -> Policy:
        if self.most_customers < self.minimum_accounts:
            raise ValueError("most_customers must not be below minimum_accounts")
        return self

    @model_validator(mode="after")
    def _days_once(self) -> Policy:
        if not self.backtest_days or len(set(self.backtest_days)) < len(self.backtest_days):
            raise ValueError("backtest_days needs at least one number of days, and each once")
        return self
