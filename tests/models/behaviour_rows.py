"""Rows that tests of rules share: a company with one subscription. No test stands here."""

from __future__ import annotations

from typing import Any

import polars as pl


def ids(frame: pl.DataFrame, column: str, **wanted: object) -> list[Any]:
    for name, value in wanted.items():
        frame = frame.filter(pl.col(name) == value)
    return sorted(frame[column].to_list())


COMPANY = {"company_id": "acme", "name": "Acme", "owner_id": "us"}
TERM = {
    "subscription_id": "sub",
    "company_id": "acme",
    "status": "active",
    "currency": "EUR",
    "starts_at": "2024-03-10",
    "ends_at": "2025-03-10",
    "auto_renew": True,
}
VERSION = {
    "subscription_id": "sub",
    "item": "seats",
    "valid_from": "2024-03-10",
    "valid_to": "2025-03-10",
    "status": "active",
    "quantity": 5,
    "unit_amount": 20,
    "currency": "EUR",
    "billing_interval": "month",
    "interval_count": 1,
    "is_metered": False,
}


def subscribed(*others: dict[str, Any], version: dict[str, Any] | None = None, **term: Any) -> dict[str, Any]:
    return {
        "objects.company": [COMPANY],
        "sourced.subscription": [{**TERM, **term}, *others],
        "sourced.subscription_version": [{**VERSION, **(version or {})}],
        "sourced.opportunity": [],
        "sourced.contract": [],
    }
