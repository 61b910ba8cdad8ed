"""The portfolio policy: how far the overviews of owners, weeks and handovers look. Health has its own windows."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Days = Annotated[int, Field(ge=1)]


class Policy(BaseModel):
    """The settings of `portfolio.toml`."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    renewal_days: Days
    renewal_term_months: Annotated[int, Field(ge=0)]
    untouched_days: Days
    overdue_days: Days
    message_days: Days
    weeks_back: Annotated[int, Field(ge=1, le=520)]
    handover_days: Days
