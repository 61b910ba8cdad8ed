"""Small words for revenue tests: histories as text tables in, columns by month as text out. No test stands here."""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import polars as pl

Tables = dict[str, list[dict[str, Any]]]


def history(text: str, as_of: str, **more: list[dict[str, Any]]) -> Tables:
    """Objects from lines `company subscription item from to quantity amount currency interval [count] [status]`.

    `-` means open. Every company and subscription that is named exists. `more` gives rows of further objects by name.
    """
    versions, subscriptions, companies = [], {}, {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        company, sub, item, start, end, quantity, amount, currency, interval, *rest = line.split()
        count = next((word for word in rest if word.isdigit()), "1")
        status = next((word for word in rest if not word.isdigit() and word != "metered"), "active")
        versions.append(
            {
                "subscription_id": sub,
                "item": item,
                "valid_from": start,
                "valid_to": None if end == "-" else end,
                "quantity": quantity,
                "unit_amount": amount,
                "currency": currency,
                "billing_interval": interval,
                "interval_count": count,
                "status": status,
                "is_metered": "metered" in rest,
            }
        )
        subscriptions.setdefault(
            sub,
            {
                "subscription_id": sub,
                "company_id": company,
                "status": "active",
                "starts_at": start,
                "currency": currency,
            },
        )
        companies.setdefault(company, {"company_id": company, "name": company})
    tables = {
        "meta.run": [{"as_of": datetime.fromisoformat(as_of)}],
        "objects.company": list(companies.values()),
        "objects.subscription": list(subscriptions.values()),
        "objects.subscription_version": versions,
    }
    return tables | {f"objects.{name}": rows for name, rows in more.items()}


def discount(subscription: str, start: str, end: str | None = None, **fields: Any) -> dict[str, Any]:
    """A discount row: `forever` without an end, `repeating` with one, unless `duration` says otherwise."""
    duration = fields.pop("duration", "repeating" if end else "forever")
    return {"subscription_id": subscription, "starts_at": start, "ends_at": end, "duration": duration, **fields}


def rate(currency: str, day: str, units: str) -> dict[str, Any]:
    """An exchange rate row: units of the currency for one euro."""
    return {"currency": currency, "quoted_on": day, "units_per_euro": units}


def money(value: Decimal | float | None, places: str = "0.01") -> str | None:
    """A number as it would be shown, rounded half up."""
    return None if value is None else str(Decimal(str(value)).quantize(Decimal(places), ROUND_HALF_UP))


def by_month(frame: pl.DataFrame, *columns: str, places: str = "0.01") -> list[str]:
    """`2024-01 80.00 100.00` for each row, in order of months."""
    return [
        " ".join([row["month"].strftime("%Y-%m"), *(str(money(row[column], places)) for column in columns)])
        for row in frame.sort("month").iter_rows(named=True)
    ]


def moves(frame: pl.DataFrame, places: str = "0.01") -> list[str]:
    """`2024-01 new 80.00` for each movement that is not 0, in order of months."""
    names = ("new", "reactivation", "expansion", "contraction", "churn", "fx")
    return [
        f"{row['month']:%Y-%m} {name} {money(row[name], places)}"
        for row in frame.sort("month").iter_rows(named=True)
        for name in names
        if row[name] != 0
    ]
