"""The identity policy: how sure a match must be, and how far the search goes. Who matches is decided elsewhere."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Policy(BaseModel):
    """The settings of `identity.toml`."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    merge_company_at: Annotated[Decimal, Field(gt=0, le=1, strict=False)]
    merge_contact_at: Annotated[Decimal, Field(gt=0, le=1, strict=False)]
    ask_at: Annotated[Decimal, Field(gt=0, le=1, strict=False)]
    block_cap: Annotated[int, Field(ge=2)]
    cluster_cap: Annotated[int, Field(ge=2)]

    @model_validator(mode="after")
    def _in_order(self) -> Policy:
        if self.ask_at > min(self.merge_company_at, self.merge_contact_at):
            raise ValueError("ask_at must not be above merge_company_at or merge_contact_at")
        return self
