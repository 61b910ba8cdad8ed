"""The e-mail policy: which addresses and domains say nothing about a person or company. No address is judged here."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, field_validator

Domain = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")]
LocalPart = Annotated[str, StringConstraints(pattern=r"^[a-z0-9._-]+$")]


class Policy(BaseModel):
    """The settings of `email.toml`; every entry is in lower case."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    free_mail_domains: list[Domain]
    shared_domains: list[Domain]
    own_domains: list[Domain]
    role_local_parts: list[LocalPart]
    automatic_prefixes: list[LocalPart]

    @field_validator("*")
    @classmethod
    def _listed_once(cls, entries: list[str]) -> list[str]:
        if twice := sorted({entry for entry in entries if entries.count(entry) > 1}):
            raise ValueError(f"listed twice: {', '.join(twice)}")
        return entries
