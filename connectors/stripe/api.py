"""How Stripe's API is read: lists for what is new, events for what changed. Its records are those of `source`.

Stripe lists objects by when they were made, newest first, and only events tell what changed since. An event is taken as
a hint: the object it names is asked for again, so that the order of events does not matter. Sources:
https://docs.stripe.com/api/pagination, https://docs.stripe.com/api/events/list, https://docs.stripe.com/rate-limits
"""

from __future__ import annotations

from typing import Any

from dlt.sources.rest_api.typing import EndpointResource, RESTAPIConfig
from requests import Response

from connectors.reading.api import AfterLast, Api, Record, Settings, endpoint

DAY = 86_400
FIRST = 1
"""The cursors are whole seconds since 1970."""
LISTS: dict[str, dict[str, Any]] = {
    "customers": {},
    "products": {},
    "prices": {"expand[]": "data.tiers"},
    "coupons": {"expand[]": "data.applies_to"},
    "subscriptions": {"status": "all", "expand[]": "data.discounts"},
    "invoices": {"expand[]": "data.payments"},
    "charges": {},
    "refunds": {},
    "credit_notes": {},
}
"""Each collection with what its list must be asked for besides."""
HINTS = {
    "customers": ("customer.created", "customer.updated"),
    "products": ("product.created", "product.updated"),
    "prices": ("price.created", "price.updated"),
    "coupons": ("coupon.created", "coupon.updated"),
    "subscriptions": ("customer.subscription.*",),
    "invoices": ("invoice.*",),
    "charges": ("charge.*",),
    "refunds": ("refund.*", "charge.refund.updated"),
    "credit_notes": ("credit_note.*",),
}
"""The events that say an object of a collection is new or has changed."""
DELETED = {"customers": "customer", "products": "product", "prices": "price"}
"""Collections whose deleted objects are marked; an event holds the object as it was last."""
GONE: list[Any] = [{"status_code": 404, "action": "ignore"}]


def _events(name: str, types: tuple[str, ...], data_selector: str = "data") -> EndpointResource:
    """Events of some types since the last pull; Stripe keeps them for 30 days."""
    return endpoint(
        name,
        "v1/events",
        data_selector,
        AfterLast("starting_after"),
        params={"limit": 100, "types[]": list(types), "created[gte]": "{incremental.start_value}"},
        incremental={"cursor_path": "created", "initial_value": FIRST, "lag": DAY},
    )


def _list(name: str, more: dict[str, Any], part: str = "", data_selector: str = "data") -> EndpointResource:
    return endpoint(
        f"{part}{name}",
        f"v1/{name}",
        data_selector,
        AfterLast("starting_after"),
        params={"limit": 100, **more, "created[gte]": "{incremental.start_value}"},
        incremental={"cursor_path": "created", "initial_value": FIRST, "lag": DAY},
    )


def _again(name: str, more: dict[str, Any]) -> EndpointResource:
    """The objects that events name, as they are now."""
    expand = {key: value.removeprefix("data.") for key, value in more.items() if key == "expand[]"}
    return endpoint(
        f"{name}__changed",
        f"v1/{name}/{{id}}",
        "$",
        "single_page",
        params={"id": {"type": "resolve", "resource": f"_{name}_hints", "field": "data.object.id"}, **expand},
        response_actions=GONE,
    )


def config(settings: Settings) -> RESTAPIConfig:
    """What is new, what changed, what was deleted, events of subscriptions, and lines that an invoice does not show."""
    resources: list[Any] = [_list(name, more) for name, more in LISTS.items()]
    for name, more in LISTS.items():
        resources += [_events(f"_{name}_hints", HINTS[name]), _again(name, more)]
    resources += [_events(f"{name}__deleted", (f"{kind}.deleted",)) for name, kind in DELETED.items()]
    resources.append(_events("events", ("customer.subscription.*",)))
    for part, parent in (
        ("new", _list("invoices", {}, "_long_", "data[?(@.lines.has_more==true)]")),
        ("changed", _events("_long_invoice_hints", HINTS["invoices"], "data[?(@.data.object.lines.has_more==true)]")),
    ):
        field = "id" if part == "new" else "data.object.id"
        lines = endpoint(
            f"invoice_line_items__{part}",
            "v1/invoices/{id}/lines",
            "data",
            AfterLast("starting_after"),
            params={"limit": 100, "id": {"type": "resolve", "resource": parent["name"], "field": field}},
            response_actions=GONE,
        )
        resources += [parent, lines]
    return {
        "client": {"base_url": settings["base_url"], "auth": {"type": "bearer", "token": settings["api_key"]}},
        "resources": resources,
    }


def _still_there(record: Record) -> Record | None:
    """An object that was asked for again; of a deleted one Stripe shows no more than that it is."""
    return None if record.get("deleted") else record


def _as_it_was(event: Record) -> Record:
    """The object of an event that says it was deleted."""
    return {**event["data"]["object"], "deleted": True}


def wait(response: Response) -> float | None:
    """Stripe answers 409 while another request holds a lock on the object."""
    return 1.0 if response.status_code == 409 else None


API = Api(
    secrets={"api_key": "a restricted key (Dashboard, Developers, API keys, Create restricted key)"},
    settings={"base_url": "https://api.stripe.com/"},
    config=config,
    scopes=dict.fromkeys([*LISTS, "events"], "a key that may read all core resources, billing and events"),
    written={
        **{f"{name}__changed": _still_there for name in LISTS},
        **{f"{name}__deleted": _as_it_was for name in DELETED},
    },
    wait=wait,
)
