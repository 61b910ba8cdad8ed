"""How QuickBooks Online's API is read: queries, cursors, paging, tokens. Its records are those of `source`.

Sources: https://developer.intuit.com/app/developer/qbo/docs/learn/explore-the-quickbooks-online-api (data queries,
change data capture, limits) and /develop/authentication-and-authorization/oauth-2.0 beside it.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from dlt.common.configuration import configspec
from dlt.sources.helpers.rest_client.auth import OAuth2ClientCredentials
from dlt.sources.helpers.rest_client.paginators import BasePaginator
from dlt.sources.rest_api.typing import EndpointResource, RESTAPIConfig
from requests import Request, Response

from connectors.reading.api import Api, Record, Settings, endpoint

PAGE = 1000
HOUR = 3600
LAG = 3 * HOUR
"""Times carry the offset of the company's zone, which changes twice a year by an hour."""
FIRST_DAY = "2000-01-01T00:00:00-08:00"
MEMORY = timedelta(days=29)
"""The change feed looks back 30 days."""
KINDS = {
    "customers": "Customer",
    "items": "Item",
    "invoices": "Invoice",
    "payments": "Payment",
    "sales_receipts": "SalesReceipt",
    "refund_receipts": "RefundReceipt",
    "credit_memos": "CreditMemo",
}
SMALL = {"terms": "Term", "payment_methods": "PaymentMethod", "preferences": "Preferences"}
"""Lists that are read whole."""
NAME_LISTS = frozenset({"customers", "items", "terms", "payment_methods"})
"""Of these a query gives the active ones only unless it asks for both."""


class StartPosition(BasePaginator):
    """Adds `startposition <n> maxresults <page>` to the query until a page is not full."""

    def __init__(self, selector: str, page: int = PAGE) -> None:
        super().__init__()
        self._selector, self._page, self._start = selector, page, 1
        self._query = ""

    def init_request(self, request: Request) -> None:
        """Start at the first record."""
        params: Any = request.params or {}
        self._has_next_page, self._start, self._query = True, 1, str(params["query"])
        self.update_request(request)

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        """A full page may have another one after it."""
        found = len(data or [])
        self._start += found
        self._has_next_page = found >= self._page

    def update_request(self, request: Request) -> None:
        """Ask for the page that starts there."""
        params: Any = request.params or {}
        request.params = {**params, "query": f"{self._query} startposition {self._start} maxresults {self._page}"}


@configspec
class IntuitToken(OAuth2ClientCredentials):
    """Renews the access token by the refresh token; Intuit takes the client's id and secret as basic authentication."""

    def build_access_token_request(self) -> dict[str, Any]:
        """The request to the token address."""
        pair = b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        return {
            "headers": {"Authorization": f"Basic {pair}", "Accept": "application/json"},
            "data": dict(self.access_token_request_data),
        }


def within_memory(moment: str) -> str:
    """The moment, or the earliest one that the change feed knows of."""
    earliest = datetime.now(UTC) - MEMORY
    return moment if datetime.fromisoformat(moment) > earliest else earliest.isoformat(timespec="seconds")


def _query(realm: str, name: str, kind: str, *, is_small: bool = False) -> EndpointResource:
    conditions = ["Active in (true, false)"] if name in NAME_LISTS else []
    cursor: dict[str, Any] = {}
    order = ""
    if not is_small:
        conditions.append("MetaData.LastUpdatedTime >= '{incremental.start_value}'")
        order = " orderby MetaData.LastUpdatedTime"
        asked = {"cursor_path": "MetaData.LastUpdatedTime", "initial_value": FIRST_DAY, "lag": LAG, "row_order": "asc"}
        cursor = {"incremental": asked}
    where = f" where {' and '.join(conditions)}" if conditions else ""
    selector = f"QueryResponse.{kind}"
    params = {"query": f"select * from {kind}{where}{order}", "minorversion": "75"}
    return endpoint(name, f"v3/company/{realm}/query", selector, StartPosition(selector), params=params, **cursor)


def _deleted(realm: str, name: str, kind: str) -> EndpointResource:
    """What the change feed tells of one entity; only its stubs of deleted records are written."""
    params = {"entities": kind, "changedSince": "{incremental.start_value}", "minorversion": "75"}
    cursor = {
        "cursor_path": "MetaData.LastUpdatedTime",
        "initial_value": FIRST_DAY,
        "lag": LAG,
        "convert": within_memory,
    }
    selector = f"CDCResponse[*].QueryResponse[*].{kind}[*]"
    return endpoint(
        f"deletions__{name}", f"v3/company/{realm}/cdc", selector, "single_page", params=params, incremental=cursor
    )


def _stub(kind: str) -> Callable[[Record], Record | None]:
    return lambda record: {"Entity": kind, **record} if record.get("status") == "Deleted" else None


def config(settings: Settings) -> RESTAPIConfig:
    """Entities by their changes in pages of a thousand, small lists whole, deletions from the change feed."""
    realm = settings["realm_id"]
    token = IntuitToken(
        access_token_url=settings["access_token_url"],
        client_id=settings["client_id"],
        client_secret=settings["client_secret"],
        access_token_request_data={"grant_type": "refresh_token", "refresh_token": settings["refresh_token"]},
    )
    return {
        "client": {"base_url": settings["base_url"], "auth": token, "headers": {"Accept": "application/json"}},
        "resources": [
            *(_query(realm, name, kind) for name, kind in KINDS.items()),
            *(_query(realm, name, kind, is_small=True) for name, kind in SMALL.items()),
            *(_deleted(realm, name, kind) for name, kind in KINDS.items()),
        ],
    }


API = Api(
    secrets={
        "client_id": "the client id of your app (developer.intuit.com, My apps, Keys and credentials)",
        "client_secret": "the client secret of your app",
        "refresh_token": "a refresh token with the scope com.intuit.quickbooks.accounting",
    },
    settings={
        "base_url": "https://quickbooks.api.intuit.com",
        "access_token_url": "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer",
        "realm_id": None,
    },
    config=config,
    scopes=dict.fromkeys((*KINDS, *SMALL, "deletions"), "the scope com.intuit.quickbooks.accounting"),
    written={f"deletions__{name}": _stub(kind) for name, kind in KINDS.items()},
)
