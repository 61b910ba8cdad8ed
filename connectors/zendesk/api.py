"""How Zendesk Support's API is read: endpoints, cursors, paging, scopes. Its records are those of `source`.

Sources: https://developer.zendesk.com/api-reference/ticketing/ticket-management/incremental_exports/ and the pages on
ticket audits, satisfaction ratings, groups and pagination beside it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dlt.sources.rest_api.typing import RESTAPIConfig

from connectors.reading.api import Api, NextLink, Settings, endpoint

HOUR = 3600
FIRST_DAY = "2007-01-01T00:00:00Z"
"""Before Zendesk was there."""
SINCE = {"start_time": "{incremental.start_value}"}
PAGE = {"page[size]": 100}
CHANGES = "api/v2/incremental/{}/cursor.json"


def epoch(moment: str) -> int:
    """A time as Zendesk writes it, as the whole seconds that its parameters want."""
    return int(datetime.fromisoformat(moment).timestamp())


def _updated(lag: int = HOUR) -> dict[str, Any]:
    return {"cursor_path": "updated_at", "initial_value": FIRST_DAY, "lag": lag, "convert": epoch}


def config(settings: Settings) -> RESTAPIConfig:
    """Tickets with audits and metrics, users, organisations and ratings as they change; groups whole each time.

    Changed tickets come in the order of generated_timestamp, which system changes move and updated_at does not show.
    Deleted tickets, users and organisations come among the changes.
    """
    stream = NextLink("after_url", end_path="end_of_stream")
    pages = NextLink("links.next", more_path="meta.has_more")
    generated = {
        "cursor_path": "generated_timestamp",
        "initial_value": epoch(FIRST_DAY),
        "lag": HOUR,
        "row_order": "asc",
    }
    return {
        "client": {
            "base_url": settings["base_url"],
            "auth": {"type": "http_basic", "username": f"{settings['email']}/token", "password": settings["api_token"]},
        },
        "resources": [
            endpoint("tickets", CHANGES.format("tickets"), "tickets", stream, params=SINCE, incremental=generated),
            endpoint(
                "ticket_audits",
                "api/v2/tickets/{resources.tickets.id}/audits.json",
                "audits",
                pages,
                params=PAGE,
                response_actions=[{"status_code": 404, "action": "ignore"}],
            ),
            endpoint(
                "ticket_metrics",
                CHANGES.format("tickets"),
                "metric_sets",
                stream,
                params={**SINCE, "include": "metric_sets"},
                incremental=_updated(),
            ),
            endpoint("users", CHANGES.format("users"), "users", stream, params=SINCE, incremental=_updated()),
            endpoint(
                "organizations",
                "api/v2/incremental/organizations.json",
                "organizations",
                NextLink("next_page", end_path="end_of_stream"),
                params=SINCE,
                incremental=_updated(),
            ),
            endpoint(
                "satisfaction_ratings",
                "api/v2/satisfaction_ratings.json",
                "satisfaction_ratings",
                pages,
                params={**SINCE, **PAGE},
                incremental=_updated(lag=30 * 24 * HOUR),  # start_time is about when a rating was made, not changed
            ),
            endpoint("groups", "api/v2/groups.json", "groups", pages, params=PAGE),
        ],
    }


API = Api(
    secrets={"api_token": "an API token (Admin Center, Apps and integrations, APIs, API tokens)"},
    settings={"base_url": None, "email": None},
    config=config,
    scopes=dict.fromkeys(
        ("tickets", "ticket_audits", "ticket_metrics", "users", "organizations"), "the role administrator"
    ),
)
