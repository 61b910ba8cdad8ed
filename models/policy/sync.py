"""The sync policy: which exports are complete, and how far one may shrink. Reading exports belongs to the pipeline."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class FullExport(BaseModel):
    """A collection of which every dropped file holds all records."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    source: Annotated[str, Field(min_length=1)]
    resource: Annotated[str, Field(min_length=1)]


class Policy(BaseModel):
    """The settings of `sync.toml`."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    shrink_limit: Annotated[Decimal, Field(ge=0, le=1, strict=False)]
    full_export: list[FullExport] = []
