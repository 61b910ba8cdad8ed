"""How one kind of HubSpot record is asked for, request by request; which kinds there are stands in `api`.

The list of all records gives their links, the search for changed ones does not: what a search found is read again by
id, with its links, so that no record comes poorer than it is. A search gives 10,000 records at most and its order moves
while records change; so each page of it is a search of its own, for ids above the last one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dlt.sources.helpers.rest_client.paginators import BasePaginator
from requests import Request, Response

from connectors.reading.api import Record

FIRST_DAY = "2006-01-01T00:00:00Z"
"""Before HubSpot was there."""
PAGE, PAGE_WITH_HISTORY = 100, 50
"""Records on a page, at most; with the history of a property it is half as many."""
LINKS_PAGE = 500
LONGEST_QUERY = 8000
"""Characters of property names that an address may hold; more of them are asked for in the body of a batch read."""
OWN_NAMES = ("hs_price_", "hs_email_optout_")
"""How properties begin that HubSpot makes for each currency or kind of e-mail of a portal."""


def milliseconds(moment: str) -> int:
    """A time as HubSpot writes it, as the milliseconds since 1970 that a search wants."""
    return round(datetime.fromisoformat(moment).timestamp() * 1000)


@dataclass(frozen=True)
class _Question:
    """One request, and what its answer is: names, page, values, links or more."""

    about: str
    path: str
    params: Record | None = None
    body: Record | None = None
    record_id: str = ""
    to: str = ""


class Asking(BasePaginator):
    """Asks which properties there are, then for pages of records, and hands each page on once its records are whole.

    `kind` is HubSpot's name of the records, `properties` those of HubSpot's own that are wanted (a portal's own always
    are), `links` the kinds of records they are linked to, `history` the properties of which every value is wanted,
    `changed` the property that says when a record was changed. The request that is handed in says in `since`, in
    milliseconds, from when on changes are wanted; without it, or before `FIRST_DAY`, every record is. `is_archived`:
    the deleted ones. `is_whole`: every record, whatever `since` says.
    """

    def __init__(
        self,
        kind: str,
        properties: Collection[str],
        *,
        links: Sequence[str] = (),
        history: Sequence[str] = (),
        changed: str = "hs_lastmodifieddate",
        is_archived: bool = False,
        is_whole: bool = False,
    ) -> None:
        super().__init__()
        self._kind, self._properties, self._changed = kind, frozenset(properties), changed
        self._links, self._history = tuple(links), tuple(history)
        self._is_archived, self._is_whole = is_archived, is_whole
        self._size = PAGE_WITH_HISTORY if history else PAGE

    @property
    def path(self) -> str:
        """Where the first question goes."""
        return f"crm/v3/properties/{self._kind}"

    def init_request(self, request: Request) -> None:
        """Start with the names of the properties."""
        self._base = str(request.url).removesuffix(self.path)
        params: Any = request.params or {}
        since = int(params.get("since", 0))
        self._since = 0 if self._is_whole or since <= milliseconds(FIRST_DAY) else since
        self._names: list[str] = []
        self._found: dict[str, Record] = {}
        self._asked = _Question("names", self.path)
        self._waiting: deque[_Question] = deque()
        self._next_page: _Question | None = None
        self._has_next_page = True
        self.update_request(request)

    def update_request(self, request: Request) -> None:
        """Send what is asked next."""
        request.method = "POST" if self._asked.body is not None else "GET"
        request.url = self._base + self._asked.path
        request.params, request.json = self._asked.params or {}, self._asked.body

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        """Take the answer in; leave in `data` the records that are whole now."""
        came = list(data or [])
        getattr(self, f"_take_{self._asked.about}")(came, response.json())
        if data is not None:
            data.clear()
        if not self._waiting:
            if data is not None:
                data.extend(self._found.values())
            self._found = {}
            if self._next_page is not None:
                self._waiting.append(self._next_page)
                self._next_page = None
        self._has_next_page = bool(self._waiting)
        if self._waiting:
            self._asked = self._waiting.popleft()

    # --- answers ------------------------------------------------------------------------------------------------------

    def _take_names(self, came: list[Record], body: Record) -> None:
        own = {found["name"] for found in came if not found.get("hubspotDefined")}
        names = [found["name"] for found in came]
        self._names = [name for name in names if name in self._properties | own or name.startswith(OWN_NAMES)]
        self._waiting.append(self._search("0") if self._since else self._list(None))

    def _take_page(self, came: list[Record], body: Record) -> None:
        self._found = {record["id"]: record for record in came}
        after = body.get("paging", {}).get("next", {}).get("after")
        if after is not None and came:
            self._next_page = self._search(came[-1]["id"]) if self._since else self._list(after)
        if came and (self._since or self._is_long):
            self._waiting.append(self._values())
        elif came:
            self._ask_for_more()

    def _take_values(self, came: list[Record], body: Record) -> None:
        # what was deleted since it was found does not come again
        linked = {record["id"]: self._found[record["id"]].get("associations") for record in came}
        self._found = {record["id"]: record for record in came}
        for record_id, links in linked.items():
            if links:
                self._found[record_id]["associations"] = links
        if self._since and came:
            inputs = {"inputs": [{"id": record_id} for record_id in self._found]}
            for to in self._links:
                path = f"crm/v3/associations/{self._kind}/{to}/batch/read"
                self._waiting.append(_Question("links", path, body=inputs, to=to))
        elif came:
            self._ask_for_more()

    def _take_links(self, came: list[Record], body: Record) -> None:
        for one in came:
            record = self._found[one["from"]["id"]]
            links = {"results": one["to"], **({"paging": one["paging"]} if one.get("paging") else {})}
            record.setdefault("associations", {})[self._asked.to] = links
        if not self._waiting:
            self._ask_for_more()

    def _take_more(self, came: list[Record], body: Record) -> None:
        links = self._found[self._asked.record_id]["associations"][self._asked.to]
        links["results"] = [*links["results"], *came]
        if body.get("paging"):
            links["paging"] = body["paging"]
            self._ask_for_more()

    # --- questions ----------------------------------------------------------------------------------------------------

    @property
    def _is_long(self) -> bool:
        return sum(len(name) + len("%2C") for name in self._names) > LONGEST_QUERY

    def _list(self, after: str | None) -> _Question:
        params: Record = {"limit": self._size, "archived": str(self._is_archived).lower()}
        if not self._is_long:
            params["properties"] = ",".join(self._names)
        for name, values in (("propertiesWithHistory", self._history), ("associations", self._links)):
            if values:
                params[name] = ",".join(values)
        if after is not None:
            params["after"] = after
        return _Question("page", f"crm/v3/objects/{self._kind}", params=params)

    def _search(self, last_id: str) -> _Question:
        filters = [
            {"propertyName": self._changed, "operator": "GTE", "value": str(self._since)},
            {"propertyName": "hs_object_id", "operator": "GT", "value": last_id},
        ]
        body = {
            "filterGroups": [{"filters": filters}],
            "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
            "properties": ["hs_object_id"],  # a search of more than 3,000 characters is refused
            "limit": self._size,
        }
        return _Question("page", f"crm/v3/objects/{self._kind}/search", body=body)

    def _values(self) -> _Question:
        body: Record = {"properties": self._names, "inputs": [{"id": record_id} for record_id in self._found]}
        if self._history:
            body["propertiesWithHistory"] = list(self._history)
        params = {"archived": str(self._is_archived).lower()}
        return _Question("values", f"crm/v3/objects/{self._kind}/batch/read", params=params, body=body)

    def _ask_for_more(self) -> None:
        """Ask for the links of records that have more of them than came along."""
        for record_id, record in self._found.items():
            for to, links in record.get("associations", {}).items():
                paging = links.pop("paging", None)
                if paging and paging.get("next"):
                    params = {"limit": LINKS_PAGE, "after": paging["next"]["after"]}
                    path = f"crm/v3/objects/{self._kind}/{record_id}/associations/{to}"
                    self._waiting.append(_Question("more", path, params=params, record_id=record_id, to=to))
