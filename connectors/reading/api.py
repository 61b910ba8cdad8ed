"""How a connector says what its vendor's live API is like; asking it, retrying and storing belong to `pipelines/pull`.

`connectors/<source>/api.py` holds one `API = Api(...)`. Its `config(settings)` returns the dictionary of dlt's
`rest_api` source (https://dlthub.com/docs/dlt-ecosystem/verified-sources/rest_api/basic): client, auth, endpoints. What
comes is written record by record, as sent, into files of the inbox, and from there on is like any other export: the
same `Resource`s, the same raw columns, the same mapping. `connectors/zendesk/api.py` is the model to copy.

**Names.** Each dlt resource is named after the connector's `Resource` it fills, or `<resource>__<part>` where several
endpoints fill one (`companies__archived`). One whose name starts with `_` is only asked as the parent of others; none
of it is written. The records need the columns that their `Resource` *requires*, and keep every other field as well.

**Settings.** `secrets` and `settings` come from the environment under dlt's names, `SOURCES__<SOURCE>__<NAME>`;
`config` gets all of them by their lower-case names. A source is asked when all of its secrets and all settings without
a default are there. `base_url` is always a setting, so that tests and proxies can stand in the vendor's place. Secrets
only go into `client.auth`, never into a path, a parameter or a header of your own. Auth is dlt's:
`{"type": "bearer", "token"}`, `{"type": "http_basic", "username", "password"}`, `{"type": "api_key", "name", "api_key",
"location"}`, and for OAuth `{"type": "oauth2_client_credentials", "access_token_url", "client_id", "client_secret"}`;
with `"access_token_request_data": {"grant_type": "refresh_token", "refresh_token": ...}` that one renews by refresh
token (subclass `OAuth2ClientCredentials` where a vendor wants another form). Requests only ever go to the host of
`base_url` and of `access_token_url`; a next page elsewhere is refused.

**Every endpoint** is made by `endpoint(name, path, data_selector, paginator, ...)`; nothing is guessed. dlt's
paginators cover most, by name or as `{"type": ...}`: `json_link`, `cursor` (also in a body: `cursor_body_path`),
`offset`, `page_number`, `header_link`, `single_page`. Beside them stand `NextLink` (a link with an "end of stream" or
"has more" flag) and `AfterLast` (`starting_after` = id of the last record). Anything else is a `BasePaginator` of your
own in your api.py. POST searches take `method="POST", json={...}`.

**Incremental.** `incremental={"cursor_path", "initial_value", "lag"}` and `{incremental.start_value}` wherever the
request needs the value (path, params or body); `convert` writes it in the API's form. The kernel keeps the greatest
value that came, and takes `lag` (seconds, for text in ISO form and for whole numbers) off when it asks again, so that
rows which became visible late are not lost: give an hour at least. Values are compared as they are sent: numbers, or
text in one ISO form (with offsets that change, add the difference to `lag`). Add `"row_order": "asc"` when, and only
when, records come in the order of the cursor: then progress is kept while a long backfill runs; ask for that order
where the API has it. Without `incremental` the endpoint is read whole each time; nothing is stored twice.

**Children.** A path like `tickets/{resources.tickets.id}/audits` is asked once for each parent record that came in this
pull. `include_from_parent=["id"]` puts the parent's field into the child as `_tickets_id`. A child that may be gone
takes `response_actions=[{"status_code": 404, "action": "ignore"}]`.

**Deleted records** that the API lists apart (`archived=true`, `queryAll`, deletion events) are one more endpoint of the
same resource; what marks them must reach the mapping, which gives `source_deleted_at`. Where the API has no such list,
name the resource in `complete` if its endpoint returns every record each time: what is no longer there is then deleted.

**Shape.** `written[name]` turns one record as it came into what is written (a record, several, or None for nothing);
cursor and children still see it as it came. Numbers with a point arrive as `decimal.Decimal` and leave as they were
sent: do not turn them into floats. Use it to unwrap or to rename what the file exports call otherwise, no more.

**Errors.** 429, 5xx and cut connections are tried again, `Retry-After` is respected, an expired page cursor starts the
endpoint again. `wait` tells what else means "too many requests". `scopes` says what a key needs, for the message when
the API answers 401 or 403. Neither is needed when the vendor is plain.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dlt.common import jsonpath
from dlt.sources.helpers.rest_client.paginators import BasePaginator, JSONLinkPaginator
from dlt.sources.rest_api.typing import EndpointResource, PaginatorConfig, RESTAPIConfig
from requests import Request, Response

Record = dict[str, Any]
Settings = Mapping[str, str]
Written = Record | Sequence[Record] | None


class LimitReachedError(Exception):
    """Raised by an `Api.wait` when the limit will not lift soon (a day's quota); the text says when it does."""


def _no_wait(response: Response) -> float | None:
    return None


@dataclass(frozen=True)
class Api:
    """A vendor's API. `secrets` and `settings` are named in lower case: `access_token`, `base_url`.

    `secrets` gives each a few words for the person who must find it. `settings` gives each its default, or None when
    there is none. `config` builds dlt's configuration. `scopes` gives for a resource what the key must be allowed.
    `written` gives for a dlt resource the pure function that makes a record like the file export's. `complete` names
    the resources of which every pull brings all records. `wait` gives the seconds to wait before the same request is
    sent again, for answers other than 429 and 5xx (or to overrule those), and None when an answer means no limit.
    """

    secrets: Mapping[str, str]
    settings: Mapping[str, str | None]
    config: Callable[[Settings], RESTAPIConfig]
    scopes: Mapping[str, str] = field(default_factory=dict)
    written: Mapping[str, Callable[[Record], Written]] = field(default_factory=dict)
    complete: frozenset[str] = frozenset()
    wait: Callable[[Response], float | None] = _no_wait


def endpoint(
    name: str,
    path: str,
    data_selector: str,
    paginator: PaginatorConfig,
    *,
    include_from_parent: Sequence[str] = (),
    **rest: Any,
) -> EndpointResource:
    """One dlt resource. `rest` are fields of dlt's endpoint: params, incremental, method, json, response_actions."""
    resource: EndpointResource = {
        "name": name,
        "endpoint": {"path": path, "data_selector": data_selector, "paginator": paginator, **rest},  # type: ignore[typeddict-item]
    }
    if include_from_parent:
        resource["include_from_parent"] = list(include_from_parent)
    return resource


class NextLink(JSONLinkPaginator):
    """Follows the link at `next_url_path` until the flag at `end_path` is true or the one at `more_path` is not."""

    def __init__(self, next_url_path: str, *, end_path: str | None = None, more_path: str | None = None) -> None:
        super().__init__(next_url_path)
        self._end, self._more = end_path, more_path

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        """Take the link, unless the answer says that this was the last page."""
        super().update_state(response, data)
        body = response.json()
        is_end = self._end is not None and _first(self._end, body) is True
        if is_end or (self._more is not None and _first(self._more, body) is not True):
            self._next_reference = None


class AfterLast(BasePaginator):
    """Asks for what comes after the last record's `id_path`, in `param`, while the flag at `more_path` is true."""

    def __init__(self, param: str, *, id_path: str = "id", more_path: str = "has_more") -> None:
        super().__init__()
        self._param, self._id, self._more = param, id_path, more_path
        self._last: Any = None

    def init_request(self, request: Request) -> None:
        """Start anew: the same paginator may serve several parents."""
        self._has_next_page, self._last = True, None

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        """Remember the last record's id."""
        self._last = _first(self._id, data[-1]) if data else None
        self._has_next_page = self._last is not None and _first(self._more, response.json()) is True

    def update_request(self, request: Request) -> None:
        """Ask for what comes after it."""
        if self._has_next_page:
            params: Any = request.params or {}
            request.params = {**params, self._param: self._last}


def _first(path: str, body: Any) -> Any:
    """The value at a JSON path, or None."""
    return next(iter(jsonpath.find_values(path, body)), None)
