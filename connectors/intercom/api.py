"""How Intercom's API is read: searches, the scroll over companies, limits. Its records are those of `source`.

Sources: https://developers.intercom.com/docs/references/rest-api/api.intercom.io, the pages on searching conversations,
contacts and tickets, on scrolling over companies, and on rate limiting.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dlt.sources.rest_api.typing import EndpointResource, RESTAPIConfig
from requests import Response

from connectors.reading.api import Api, Settings, endpoint

HOUR = 3600
DAY = 24 * HOUR
PAGE = 150
WINDOW = 10.0
"""Seconds over which Intercom counts requests."""
SCROLL_LASTS = 60.0
"""Seconds after which a scroll that nobody uses is given up; there is one at a time for a workspace."""


def _changed(name: str, path: str, data_selector: str, lag: int, **rest: Any) -> EndpointResource:
    """A search for what was changed since the last time, in pages."""
    since = {"field": "updated_at", "operator": ">", "value": "{incremental.start_value}"}
    return endpoint(
        name,
        path,
        data_selector,
        {
            "type": "cursor",
            "cursor_path": "pages.next.starting_after",
            "cursor_body_path": "pagination.starting_after",
        },
        method="POST",
        json={"query": {"operator": "AND", "value": [since]}, "pagination": {"per_page": PAGE}},
        incremental={"cursor_path": "updated_at", "initial_value": 0, "lag": lag},
        **rest,
    )


def config(settings: Settings) -> RESTAPIConfig:
    """Conversations, contacts and tickets as they change; companies, admins, teams and tags whole each time.

    A search for conversations leaves their parts out, so each one that changed is asked for by itself. A search for
    contacts compares days of the workspace, and finds what changed after the day it is given: hence two days.
    """
    client: Any = {
        "base_url": settings["base_url"],
        "auth": {"type": "bearer", "token": settings["access_token"]},
        "headers": {"Intercom-Version": settings["api_version"]},
    }
    scroll: Any = {
        "type": "cursor",
        "cursor_path": "scroll_param",
        "cursor_param": "scroll_param",
        "stop_after_empty_page": True,
    }
    return {
        "client": client,
        "resources": [
            _changed("_conversations", "conversations/search", "conversations", HOUR),
            endpoint(
                "conversations",
                "conversations/{resources._conversations.id}",
                "$",
                "single_page",
                response_actions=[{"status_code": 404, "action": "ignore"}],
            ),
            _changed("contacts", "contacts/search", "data", 2 * DAY, params={"include_merge_history": "true"}),
            _changed("tickets", "tickets/search", "tickets", HOUR),
            endpoint("companies", "companies/scroll", "data", scroll),
            endpoint("admins", "admins", "admins", "single_page"),
            endpoint("teams", "teams", "teams", "single_page"),
            endpoint("tags", "tags", "data", "single_page"),
        ],
    }


def wait(response: Response) -> float | None:
    """When the window of too many requests ends; that another scroll must end first; that a scroll was lost."""
    if response.status_code == 429:
        reset = response.headers.get("X-RateLimit-Reset", "")
        left = float(reset) - datetime.now(UTC).timestamp() if reset.isdigit() else WINDOW
        return max(left, 1.0)
    if response.status_code == 400 and "scroll_exists" in response.text:
        return SCROLL_LASTS
    if response.status_code == 500 and "restart the scroll" in response.text:
        response.status_code = 410  # not busy: the same request can never succeed, the scroll must be begun anew
    return None


API = Api(
    secrets={"access_token": "the access token of an app of your own (Settings, Integrations, Developer Hub)"},
    settings={"base_url": "https://api.intercom.io", "api_version": "2.16"},
    config=config,
    scopes={
        "_conversations": "the permission to read conversations",
        "conversations": "the permission to read conversations",
        "contacts": "the permission to read and list users and companies",
        "companies": "the permission to read and list users and companies",
        "tickets": "the permission to read tickets",
        "admins": "the permission to read admins",
        "teams": "the permission to read admins",
        "tags": "the permission to read tags",
    },
    complete=frozenset({"admins"}),
    wait=wait,
)
