"""Rows that tests of expected invoices share: one running subscription, a contract, a bill. No test stands here."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl
from behaviour_rows import subscribed

if TYPE_CHECKING:
    from conftest import Bench

OPEN = {"ends_at": None, "auto_renew": None}
BILL = {"company_id": "acme", "status": "open", "currency": "EUR", "total": 100}
CONTRACT = {"contract_id": "c", "company_id": "acme", "name": "C", "signed_on": "2026-01-05", "currency": "EUR"}
CONTRACT |= {"starts_on": "2026-01-10", "ends_on": "2027-01-10", "due_days": 14}


def running(*versions: dict[str, Any], **term: Any) -> dict[str, Any]:
    """A subscription of 100 EUR a month since 10 January 2026, without end, and versions that differ from that."""
    given = subscribed(
        **{**OPEN, "starts_at": "2026-01-10", **term}, version={"valid_from": "2026-01-10", "valid_to": None}
    )
    (version,) = given["sourced.subscription_version"]
    given["sourced.subscription_version"] = [{**version, **change} for change in versions] or [version]
    return given | {"sourced.invoice": [], "sourced.expected_invoice": []}


def calls(found: Bench) -> pl.DataFrame:
    return found.want("objects.expected_invoice").sort("issue_on", "expected_invoice_id")


def due_calls(found: Bench) -> pl.DataFrame:
    return calls(found).filter(pl.col("issue_on") <= date(2026, 7, 1))


def days(frame: pl.DataFrame) -> list[str]:
    return [f"{day:%m-%d}" for day in frame["issue_on"]]


def payments(*due: str, amount: object = 90) -> list[dict[str, Any]]:
    return [
        {"contract_payment_schedule_id": f"p{day}", "contract_id": "c", "due_on": day, "amount": amount} for day in due
    ]
