"""Small Stripe objects for tests: subscriptions, items, prices, events; each only with fields that a mapping reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Record = dict[str, Any]


def epoch(text: str) -> int:
    """Seconds since 1970 of an instant in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def price(no: str, amount: int | None = 1000, **more: object) -> Record:
    """A monthly price in dollars; `interval` and `usage_type` go into `recurring`."""
    recurring = {
        "interval": more.pop("interval", "month"),
        "interval_count": more.pop("interval_count", 1),
        "usage_type": more.pop("usage_type", "licensed"),
    }
    base: Record = {"id": f"price_{no}", "object": "price", "currency": "usd", "product": "prod_1", "type": "recurring"}
    base |= {"billing_scheme": "per_unit", "unit_amount": amount, "recurring": recurring}
    return base | {"unit_amount_decimal": None if amount is None else str(amount)} | more


def item(no: str, priced: Record, quantity: int | None = 1, **more: object) -> Record:
    """A subscription item; metered ones have no quantity."""
    counted = {} if quantity is None else {"quantity": quantity}
    return {"id": f"si_{no}", "object": "subscription_item", "price": priced} | counted | more


def subscription(no: str, *items: Record, start: str = "2024-01-10T00:00:00", **more: object) -> Record:
    """A running subscription of customer `cus_1` with these items."""
    base: Record = {
        "id": f"sub_{no}",
        "object": "subscription",
        "customer": "cus_1",
        "currency": "usd",
        "status": "active",
    }
    base |= {"created": epoch(start), "start_date": epoch(start), "billing_cycle_anchor": epoch(start)}
    base |= {"items": {"object": "list", "data": list(items)}, "discounts": [], "pause_collection": None}
    return base | {"cancel_at": None, "canceled_at": None, "ended_at": None, "trial_end": None, "metadata": {}} | more


def event(no: str, at: str, kind: str, sub: Record, was: Record | None = None) -> Record:
    """What happened to a subscription; `was` are the former values of what changed."""
    told: Record = {"object": sub} if was is None else {"object": sub, "previous_attributes": was}
    kind = f"customer.subscription.{kind}"
    return {"id": f"evt_{no}", "object": "event", "type": kind, "created": epoch(at), "data": told}


def page(*records: Record) -> Record:
    """A page as the API gives it."""
    return {"object": "list", "data": list(records), "has_more": False, "url": "/v1"}


def write(folder: Path, files: Mapping[str, object]) -> Path:
    """Write files into a new folder: text as it is, anything else as JSON."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        text = content if isinstance(content, str) else json.dumps(content)
        (folder / name).write_text(text, encoding="utf-8")
    return folder
