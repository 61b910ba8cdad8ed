"""The revenue policy: what counts, how it comes to a month and to one currency. MRR is computed in intermediate."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

Status = Literal["trialing", "active", "past_due", "unpaid", "paused", "incomplete", "incomplete_expired", "canceled"]
BillingInterval = Literal["day", "week", "month", "year"]
Days = Annotated[int, Field(ge=0, le=36500)]
Months = Annotated[int, Field(ge=1, le=1200)]
Factor = Annotated[int, Field(ge=1, le=1_000_000)]


class Interval(BaseModel):
    """What one billing interval is worth a month, as a fraction."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    billing_interval: BillingInterval
    numerator: Factor
    denominator: Factor


class Policy(BaseModel):
    """The settings of `revenue.toml`."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    policy_id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+$")]
    reporting_currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    time_zone: str
    counted_statuses: Annotated[list[Status], Field(min_length=1)]
    counted_discounts: list[Literal["once", "repeating", "forever"]]
    reactivation: Literal["always", "within_days", "never"]
    reactivation_days: Days
    retention_windows: Annotated[list[Months], Field(min_length=1)]
    trailing_months: Months
    churn_reason_days: Days
    rate_max_age_days: Days
    fixed_rate_on: date | None = None
    interval: list[Interval]

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{zone!r} is not a time zone of the IANA list, such as 'Europe/Berlin'") from error
        return zone

    @field_validator("counted_statuses", "counted_discounts", "retention_windows")
    @classmethod
    def _once_each(cls, values: list[str | int]) -> list[str | int]:
        if len(set(values)) < len(values):
            raise ValueError("each value may stand here only once")
        return values

    @model_validator(mode="after")
    def _every_interval_once(self) -> Policy:
        named = sorted(interval.billing_interval for interval in self.interval)
        if named != ["day", "month", "week", "year"]:
            raise ValueError(f"[[interval]] must stand once for each of day, week, month, year; found {named}")
        return self
