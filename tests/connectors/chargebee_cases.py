"""Small Chargebee objects for tests: subscriptions, items, prices, events; each with fields that a mapping reads."""

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
    """A monthly price of the plan `team` in dollars, per unit unless `pricing_model` says otherwise."""
    base: Record = {"id": no, "name": no, "item_id": "team", "item_type": "plan", "status": "active"}
    base |= {"pricing_model": "per_unit", "currency_code": "USD", "period": 1, "period_unit": "month"}
    return base | ({} if amount is None else {"price": amount}) | {"updated_at": epoch("2023-01-01")} | more


def item(price_id: str, quantity: int | None = 1, each: int | None = 1000, **more: object) -> Record:
    """An item of a subscription; `amount` is its total, as Chargebee gives it where a price has one amount per unit."""
    base: Record = {"item_price_id": price_id, "item_type": "plan", "object": "subscription_item"}
    if quantity is not None:
        base["quantity"] = quantity
    if each is not None:
        base |= {"unit_price": each, "amount": each * (quantity or 1)}
    return base | more


def subscription(no: str, *items: Record, start: str = "2024-01-10T00:00:00", **more: object) -> Record:
    """A running subscription of customer `c1` with these items, last changed at its start."""
    base: Record = {"id": no, "customer_id": "c1", "status": "active", "currency_code": "USD"}
    base |= {"billing_period": 1, "billing_period_unit": "month", "object": "subscription", "deleted": False}
    base |= {"created_at": epoch(start), "started_at": epoch(start), "updated_at": epoch(start)}
    return base | {"subscription_items": list(items), "coupons": []} | more


def event(no: str, at: str, kind: str, sub: Record) -> Record:
    """What happened to a subscription, with the whole of it as it was from then on."""
    content = {"subscription": sub | {"resource_version": epoch(at) * 1000 + int(no)}}
    return {"id": f"ev_{no}", "occurred_at": epoch(at), "event_type": f"subscription_{kind}", "content": content}


def page(wrapper: str, *records: Record) -> Record:
    """A page as the API gives it."""
    return {"list": [{wrapper: record} for record in records]}


def write(folder: Path, files: Mapping[str, object]) -> Path:
    """Write files into a new folder: text as it is, anything else as JSON."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        text = content if isinstance(content, str) else json.dumps(content)
        (folder / name).write_text(text, encoding="utf-8")
    return folder
