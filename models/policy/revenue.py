"""The revenue policies: what counts, how it comes to a month and to one currency. MRR is computed in intermediate.

`revenue.toml` is the main set of rules; it may name others, each a file of the folder `revenue`, to be computed, too.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from models.settings import TimeZone

Status = Literal["trialing", "active", "past_due", "unpaid", "paused", "incomplete", "incomplete_expired", "canceled"]
BillingInterval = Literal["day", "week", "month", "year"]
Days = Annotated[int, Field(ge=0, le=36500)]
Months = Annotated[int, Field(ge=1, le=1200)]
Factor = Annotated[int, Field(ge=1, le=1_000_000)]
Value = TypeVar("Value", str, int)


class Interval(BaseModel):
    """What one billing interval is worth a month, as a fraction."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    billing_interval: BillingInterval
    numerator: Factor
    denominator: Factor


class Set(BaseModel):
    """One set of rules for what MRR is: the settings of `revenue/<policy_id>.toml`, and part of `revenue.toml`."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    policy_id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+$")]
    basis: Literal["subscription", "invoice_line"]
    counted_statuses: Annotated[list[Status], Field(min_length=1)]
    past_due_days: Days
    cancellation: Literal["at_end", "at_notice"]
    committed_minimum: Literal["out", "in"]
    counted_discounts: list[Literal["once", "repeating", "forever"]]
    movement_grain: Literal["customer", "subscription", "item", "parent"]
    snapshot: Literal["last_instant", "first_instant"]
    reactivation: Literal["always", "within_days", "never"]
    reactivation_days: Days
    conversion: Literal["month_rate", "fixed_rate", "none"]
    fixed_rate_on: date | None = None
    rounding: Literal["exact", "per_item"]
    interval: list[Interval]

    @field_validator("counted_statuses", "counted_discounts")
    @classmethod
    def _once_each(cls, values: list[str]) -> list[str]:
        return _each_once(values)

    @model_validator(mode="after")
    def _every_interval_once(self) -> Set:
        named = sorted(interval.billing_interval for interval in self.interval)
        if named != ["day", "month", "week", "year"]:
            raise ValueError(f"[[interval]] must stand once for each of day, week, month, year; found {named}")
        return self

    @model_validator(mode="after")
    def _rate_of_one_day(self) -> Set:
        if self.conversion == "fixed_rate" and self.fixed_rate_on is None:
            raise ValueError("conversion = 'fixed_rate' needs the day of that rate: fixed_rate_on = 2026-01-01")
        if self.conversion != "fixed_rate" and self.fixed_rate_on is not None:
            raise ValueError(f"fixed_rate_on stands with conversion = 'fixed_rate' only, not with {self.conversion!r}")
        return self


class Policy(Set):
    """The settings of `revenue.toml`: the main set, and what holds for every set."""

    reporting_currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    time_zone: TimeZone
    compared: list[str]
    retention_windows: Annotated[list[Months], Field(min_length=1)]
    trailing_months: Months
    churn_reason_days: Days
    rate_max_age_days: Days

    @field_validator("retention_windows")
    @classmethod
    def _each_window_once(cls, values: list[int]) -> list[int]:
        return _each_once(values)


def _each_once(values: list[Value]) -> list[Value]:
    if len(set(values)) < len(values):
        raise ValueError("each value may stand here only once")
    return values
