"""How Chargebee's API is read: endpoints, cursors, paging, rights. Its records are those of `source`.

Sources: https://apidocs.chargebee.com/docs/api and the pages on pagination, list filters and errors beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dlt.sources.rest_api.typing import EndpointResource, RESTAPIConfig

from connectors.reading.api import Api, Record, Settings, endpoint

HOUR = 3600
FIRST = 1
"""The cursors are whole seconds since 1970."""
KINDS = {
    "customers": "customer",
    "subscriptions": "subscription",
    "items": "item",
    "item_prices": "item_price",
    "coupons": "coupon",
    "events": "event",
    "invoices": "invoice",
    "credit_notes": "credit_note",
    "transactions": "transaction",
}
"""The key under which each endpoint wraps its records."""
KEEPS_DELETED = frozenset({"customers", "subscriptions", "invoices", "credit_notes", "transactions"})
"""Endpoints that give deleted records on request; of the others a record says in `status` that it is deleted."""
IN_ORDER = frozenset({"customers", "subscriptions", "items", "item_prices", "invoices", "transactions"})
"""Endpoints that can be asked in the order of the last change."""


def _unwrapped(kind: str) -> Callable[[Record], Record]:
    """A record of a page stands beside the customer and the card it belongs to; only itself is written."""
    return lambda record: dict(record[kind])


def _changed(name: str) -> EndpointResource:
    """An endpoint read by what changed since; events by when they happened."""
    field = "occurred_at" if name == "events" else "updated_at"
    params: dict[str, Any] = {"limit": 100, f"{field}[after]": "{incremental.start_value}"}
    cursor: dict[str, Any] = {"cursor_path": f"{KINDS[name]}.{field}", "initial_value": FIRST, "lag": HOUR}
    if name in IN_ORDER or name == "events":
        params["sort_by[asc]"] = field
        cursor["row_order"] = "asc"
    if name in KEEPS_DELETED:
        params["include_deleted"] = "true"
    pages: Any = {"type": "cursor", "cursor_path": "next_offset", "cursor_param": "offset"}
    return endpoint(name, f"api/v2/{name}", "list", pages, params=params, incremental=cursor)


def config(settings: Settings) -> RESTAPIConfig:
    """Every collection by its changes. Contract terms come with their subscriptions and the events about them."""
    return {
        "client": {
            "base_url": settings["base_url"],
            "auth": {"type": "http_basic", "username": settings["api_key"], "password": ""},
        },
        "resources": [_changed(name) for name in KINDS],
    }


API = Api(
    secrets={"api_key": "a read-only API key (Settings, Configure Chargebee, API Keys and Webhooks)"},
    settings={"base_url": None},
    config=config,
    scopes=dict.fromkeys(KINDS, "a full-access or read-only key with all data"),
    written={name: _unwrapped(kind) for name, kind in KINDS.items()},
)
