"""What a workspace wants to be told of, and where: the settings of `alert.toml`. How it is sent is in `pipelines`."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from string import Formatter
from typing import Annotated, Any, Literal

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator, model_validator

from models.policy.condition import check_condition, depends_on_workflows, mart_columns

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")
_FOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


class Channel(BaseModel):
    """Where messages go: files of a folder, or an address that takes them by HTTP and that only the environment has."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    id: Id
    kind: Literal["file", "http"]
    url_env: str | None = None
    folder: str | None = None

    @model_validator(mode="after")
    def _says_where(self) -> Channel:
        # Told of the whole channel: the sentence about one value would repeat it, and here an address may be secret.
        if self.kind == "http":
            if self.folder is not None:
                raise ValueError("a channel of kind http has no folder: take it out")
            if self.url_env is None or not _VARIABLE.fullmatch(self.url_env):
                raise ValueError(
                    "url_env must be the name of an environment variable, such as RAPPORT_ALERT_URL, that holds the "
                    "address: an address is as good as a password and never stands in this file"
                )
        else:
            if self.url_env is not None:
                raise ValueError("a channel of kind file has no url_env: take it out, or say kind http")
            if self.folder is not None and not _FOLDER.fullmatch(self.folder):
                raise ValueError(
                    "folder must be the plain name of a folder within the home's outbox, of letters, digits, _ and -"
                )
        return self


class Alert(BaseModel):
    """One thing to be told of: which rows of which mart, what makes one cause of it, and in which words."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    id: Id
    name: Name
    mart: str
    when: str
    key: list[str]
    since: str | None = None
    message: Annotated[str, StringConstraints(min_length=1, max_length=1000)]
    to: Id
    cooldown_days: Annotated[int, Field(ge=0, le=3650)] = 0
    is_active: bool = True

    @field_validator("mart")
    @classmethod
    def _mart_may_be_asked(cls, mart: str) -> str:
        mart_columns(mart)
        if depends_on_workflows(mart):
            raise ValueError(
                f"marts.{mart} is made from what this workspace's own workflows noted, so an alert over it would tell "
                "people of their own tasks; ask the mart that the workflow's condition asks"
            )
        return mart

    @field_validator("when")
    @classmethod
    def _condition_can_be_asked(cls, when: str, told: ValidationInfo) -> str:
        if "mart" in told.data:
            check_condition(told.data["mart"], when)
        return when

    @field_validator("key")
    @classmethod
    def _key_is_of_the_mart(cls, key: list[str], told: ValidationInfo) -> list[str]:
        if not key or len(set(key)) < len(key):
            raise ValueError("key must name one column or more, each once")
        _check_columns(told, key)
        return key

    @field_validator("since")
    @classmethod
    def _since_is_a_day(cls, since: str | None, told: ValidationInfo) -> str | None:
        if since is not None and "mart" in told.data:
            _check_columns(told, [since])
            if mart_columns(told.data["mart"])[since] != pl.Date:
                raise ValueError(f"since must be a column that holds a day, and {since} holds something else")
        return since

    @field_validator("message")
    @classmethod
    def _words_can_be_filled_in(cls, message: str, told: ValidationInfo) -> str:
        try:
            parts = list(Formatter().parse(message))
        except ValueError as error:
            raise ValueError(f"message is no text with columns in braces: {error}") from None
        if any(form or conversion for _, _, form, conversion in parts):
            raise ValueError(
                "message may have columns in braces, but nothing else within them; write {arr}, not {arr:.2f}"
            )
        named = [name for _, name, _, _ in parts if name is not None]
        _check_columns(told, named, {"as_of_on", *joined_words(told.data)})
        return message


def joined_words(alert: Mapping[str, Any]) -> set[str]:
    """What a message may name beside the mart's own columns: the company's name, where it is about a company."""
    columns = mart_columns(alert["mart"]) if "mart" in alert else {}
    return {"company_name"} if "company_id" in columns and "company_name" not in columns else set()


def _check_columns(told: ValidationInfo, names: list[str], beside: Collection[str] = ()) -> None:
    if "mart" not in told.data:
        return
    mart = told.data["mart"]
    unknown = [name for name in names if name not in mart_columns(mart) and name not in beside]
    if unknown:
        raise ValueError(f"marts.{mart} has no column {', '.join(map(repr, unknown))}")


class Policy(BaseModel):
    """The workspace's alerts and the channels they go to."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    channel: list[Channel] = []
    alert: list[Alert]

    @field_validator("channel")
    @classmethod
    def _channels_differ(cls, channels: list[Channel]) -> list[Channel]:
        twice = _twice([channel.id for channel in channels])
        if twice:
            raise ValueError(f"two channels have the id {twice!r}; give each an id of its own")
        folders = _twice([channel.folder or channel.id for channel in channels if channel.kind == "file"])
        if folders:
            raise ValueError(f"two channels write to the folder {folders!r}; give each a folder of its own")
        return channels

    @field_validator("alert")
    @classmethod
    def _alerts_have_somewhere_to_go(cls, alerts: list[Alert], told: ValidationInfo) -> list[Alert]:
        twice = _twice([alert.id for alert in alerts])
        if twice:
            raise ValueError(f"two alerts have the id {twice!r}; give each an id of its own")
        known = [channel.id for channel in told.data.get("channel", [])]
        for alert in alerts:
            if "channel" in told.data and alert.to not in known:
                there = f"there are: {', '.join(known)}" if known else "this file has none"
                raise ValueError(f"alert {alert.id} goes to a channel {alert.to!r} that is not in this file; {there}")
        return alerts


def _twice(names: list[str]) -> str | None:
    return next((name for number, name in enumerate(names) if name in names[:number]), None)
