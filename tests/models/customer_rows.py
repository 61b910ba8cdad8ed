"""Small words for tests of the customer views: rows of objects, filled in where no test cares. No test stands here."""

from __future__ import annotations

from typing import Any

import polars as pl

LINK = {"source_key": pl.String, "source_system": pl.String, "source_record_id": pl.String}


def links(name: str, *rows: tuple[str, str, str]) -> pl.DataFrame:
    """An identity link table: source, the source's id, golden id."""
    listed = [(f"{source}:{number}", source, number, golden) for source, number, golden in rows]
    return pl.DataFrame(listed, schema={**LINK, f"{name}_id": pl.String}, orient="row")


def tables(**given: Any) -> dict[str, Any]:
    """Tables of objects, by their short names, with identity links that know nothing further."""
    found: dict[str, Any] = {
        "identity.company_link": links("company"),
        "identity.contact_link": links("contact"),
        **{f"objects.{name}": rows for name, rows in given.items()},
    }
    return found


def one(frame: pl.DataFrame, **where: Any) -> dict[str, Any]:
    return frame.filter(**where).row(0, named=True)


def company(name: str, **more: Any) -> dict[str, Any]:
    return {"company_id": name, "name": name.title(), **more}


def subscription(company_id: str, **more: Any) -> dict[str, Any]:
    return {
        "subscription_id": f"{company_id}-sub",
        "company_id": company_id,
        "status": "active",
        "currency": "EUR",
        "starts_at": "2025-01-01",
        "auto_renew": True,
        **more,
    }


def version(company_id: str, amount: int, **more: Any) -> dict[str, Any]:
    return {
        "subscription_version_id": f"{company_id}-version",
        "subscription_id": f"{company_id}-sub",
        "item": "item",
        "valid_from": "2025-01-01",
        "status": "active",
        "quantity": 1,
        "unit_amount": amount,
        "currency": "EUR",
        "billing_interval": "year",
        "interval_count": 1,
        "is_metered": False,
        **more,
    }


def view(name: str, **more: Any) -> dict[str, Any]:
    """One row of company_360, with what a portfolio does not ask for left at nothing."""
    amounts = (
        "mrr",
        "arr",
        "mrr_total",
        "arr_total",
        "overdue_amount",
        "open_pipeline_amount",
        "weighted_pipeline_amount",
    )
    counts = ("descendant", "overdue", "open_opportunity", "nps_response", "csat", "ticket", "open_ticket")
    rest = ("open_severe_ticket_count", "contact_count", "overdue_days", "running_service_count")
    rest += ("late_service_count", "open_expansion_ask_count", "ces_count")
    zeros = dict.fromkeys((*amounts, *(f"{count}_count" for count in counts), *rest), 0)
    fixed = {"segment": "a", "is_in_parent_cycle": False, "currency": "EUR", "sources": "crm", "source_count": 1}
    fixed |= {"ultimate_parent_id": name, "depth": 0}
    return {**company(name), **zeros, **fixed, "customer_status": "customer", **more}


def deal(title: str, **more: Any) -> dict[str, Any]:
    return {"opportunity_id": title, "title": title, "stage": "Offer", "status": "open", "currency": "EUR", **more}


RATES = [{"currency": "USD", "quoted_on": "2026-06-29", "units_per_euro": "1.1"}]


CUSTOMER = {
    "objects.company": [{"company_id": "acme", "name": "Acme"}],
    "objects.subscription": [
        {
            "subscription_id": "sub",
            "company_id": "acme",
            "status": "active",
            "currency": "EUR",
            "starts_at": "2025-01-01",
            "auto_renew": True,
        }
    ],
}
"""One company with one subscription that runs on."""
