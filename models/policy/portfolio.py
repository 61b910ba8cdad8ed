"""The portfolio policy: how far an owner's overview looks ahead and back. Health has windows of its own."""

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
    message_days: Days
