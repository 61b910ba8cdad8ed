"""How Planhat's API is read: endpoints, paging, rights. Its records are those of `models`.

Sources: https://www.planhat.com/developers/api/introduction, the pages on authentication and limits, metrics and each
model beside it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dlt.sources.helpers.rest_client.paginators import BasePaginator
from dlt.sources.rest_api.typing import EndpointResource, RESTAPIConfig
from requests import Request, Response

from connectors.reading.api import Api, Settings, endpoint

LIMITS = {"companies": 5000, "churn": 1000, "nps": 5000, "tasks": 5000, "users": 5000}
"""The greatest page Planhat gives of a model; of all others it is `LIMIT`."""
LIMIT = 2000
COMPLETE = (
    "companies endusers users licenses sales invoices opportunities churn nps assets projects objectives campaigns"
)
"""Models of which the list is all there is: a record that is missing there was deleted (or, of end users, archived)."""
OTHERS = "conversations tickets tasks issues customfields"
"""Models whose list may leave out what was archived or done."""
NEWER = "deals lineitems products workspaces timeentries timesheets"
"""Models that not every workspace has."""
DAY = 24 * 3600
FIRST_DAY = "2010-01-01T00:00:00.000Z"
"""Before Planhat was there."""


class Pages(BasePaginator):
    """Pages of a list by `offset`. Planhat may give fewer records than asked for, so only what came counts.

    `is_sorted`: the list is asked for in the order of `_id`. Each page then begins with the last record of the one
    before; where it does not, records were deleted meanwhile and others moved up, and the page is asked for again from
    further up, so that none is passed over. A list that comes in another order all the same is counted only.
    """

    def __init__(self, *, is_sorted: bool, step_back: int = 100) -> None:
        super().__init__()
        self._asks_sorted, self._step_back = is_sorted, step_back
        self._is_sorted, self._offset, self._last = is_sorted, 0, ""

    def init_request(self, request: Request) -> None:
        """Start at the top."""
        self._has_next_page, self._is_sorted, self._offset, self._last = True, self._asks_sorted, 0, ""
        self.update_request(request)

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        """See how far the page reaches."""
        ids = [str(record["_id"]) for record in data or []]
        self._is_sorted = self._is_sorted and ids == sorted(ids)
        if not self._is_sorted:
            self._offset += len(ids)
            self._has_next_page = bool(ids)
        elif self._offset and not (ids and ids[0] <= self._last):
            self._offset = max(self._offset - self._step_back, 0)
        else:
            # the last record alone is what the page before ended with
            self._has_next_page = len(ids) > 1
            self._offset += max(len(ids) - 1, 0)
            self._last = ids[-1] if ids else ""

    def update_request(self, request: Request) -> None:
        """Ask for what comes there."""
        params: Any = request.params or {}
        request.params = {**params, "offset": self._offset}


def day_number(moment: str) -> int:
    """A time as Planhat writes it, as the days since 1970 that the parameters of time series want."""
    return int(datetime.fromisoformat(moment).astimezone(UTC).timestamp()) // DAY


def _listed(name: str, **rest: Any) -> EndpointResource:
    params = {"limit": LIMITS.get(name, LIMIT), "sort": "_id"}
    return endpoint(name, name, "$", Pages(is_sorted=True), params=params, **rest)


def config(settings: Settings) -> RESTAPIConfig:
    """Every model whole each time, for no list can be asked for what changed; time series from the newest on."""
    absent = [{"status_code": 404, "action": "ignore"}]
    readings = {"cursor_path": "time", "initial_value": FIRST_DAY, "lag": 31 * DAY, "convert": day_number}
    return {
        "client": {
            "base_url": settings["base_url"],
            "auth": {"type": "bearer", "token": settings["access_token"]},
        },
        "resources": [
            *(_listed(name) for name in (*COMPLETE.split(), *OTHERS.split())),
            *(_listed(name, response_actions=absent) for name in NEWER.split()),
            endpoint(
                "dimensiondata",
                "dimensiondata",
                "$",
                Pages(is_sorted=False),
                params={"limit": 10_000, "from": "{incremental.start_value}"},
                incremental=readings,
            ),
        ],
    }


API = Api(
    secrets={"access_token": "the access token of a private app (App Center, Private Apps)"},
    settings={"base_url": "https://api.planhat.com"},
    config=config,
    scopes={name: f"the permission to view {name}" for name in (*COMPLETE.split(), *OTHERS.split(), *NEWER.split())}
    | {"dimensiondata": "the permission to view metrics"},
    complete=frozenset(COMPLETE.split()),
)
