"""A made-up vendor with every kind of paging, its server, and a way to read it in a process that can be killed.

It stands in Zendesk's place, because what it gives is taken into raw like any source's. Run as a program it reads the
server at argv[1] into the home at argv[2] and kills itself at the argv[3]-th time that something reaches the disk.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from dlt.sources.rest_api.typing import RESTAPIConfig
from requests import Response

from connectors.reading.api import AfterLast, Api, LimitReachedError, NextLink, Record, Settings, endpoint
from pipelines.home import Home
from pipelines.sync import apis, pull, pulled
from tests.connectors.api_server import Answer, ApiServer, Ask, Reader

SECRET = "s3cret/of+the=toy"
PAGE = 10
START = {"cursor_path": "generated_timestamp", "initial_value": 0, "lag": 5}


def config(settings: Settings) -> RESTAPIConfig:
    """A stream in order with children, a search by POST, and a list whose next page follows the last record."""
    search = {"type": "cursor", "cursor_path": "next.after", "cursor_body_path": "paging.after"}
    body = {"paging": {}, "since": "{incremental.start_value}"}
    found = {"cursor_path": "updated_at", "initial_value": "2020-01-01T00:00:00Z", "lag": 3600}
    return {
        "client": {
            "base_url": settings["base_url"],
            "auth": {"type": "api_key", "name": "key", "api_key": settings["api_key"], "location": "query"},
        },
        "resources": [
            endpoint(
                "tickets",
                "tickets",
                "items",
                NextLink("next", end_path="end"),
                params={"since": "{incremental.start_value}"},
                incremental={**START, "row_order": "asc"},
            ),
            endpoint(
                "ticket_audits", "tickets/{resources.tickets.id}/audits", "$", "single_page", include_from_parent=["id"]
            ),
            endpoint("users", "users/search", "items", search, method="POST", json=body, incremental=found),  # type: ignore[arg-type]
            endpoint("users__deleted", "users/deleted", "items", "single_page"),
            endpoint("groups", "groups", "items", AfterLast("after")),
        ],
    }


def child(record: Record) -> Record:
    """An audit as the files have it: it names its ticket."""
    return {**{key: value for key, value in record.items() if key[0] != "_"}, "ticket_id": record["_tickets_id"]}


def wait(response: Response) -> float | None:
    """The toy's own words for its limits."""
    if "DAILY" in response.text:
        raise LimitReachedError("the day's quota is used up; sync again tomorrow")
    return 11.0 if response.status_code == 403 and "REQUEST_LIMIT" in response.text else None


API = Api(
    secrets={"api_key": "the toy's key"},
    settings={"base_url": None},
    config=config,
    scopes={"users": "the scope users:read"},
    written={"ticket_audits": child, "users__deleted": lambda record: {**record, "active": False}},
    complete=frozenset({"groups"}),
    wait=wait,
)


class Toy:
    """The vendor's records and its answers."""

    def __init__(self, tickets: int = 60) -> None:
        self.tickets = [
            {
                "id": number,
                "subject": f"Subject {number} ü",
                "status": "open",
                "created_at": "2026-01-01T00:00:00Z",
                "updated_at": "2026-01-02T00:00:00Z",
                "generated_timestamp": 1000 + number * 10,
            }
            for number in range(1, tickets + 1)
        ]
        self.users = [
            {
                "id": number,
                "name": f"U{number}",
                "role": "agent",
                "updated_at": f"2026-01-{1 + number % 28:02}T00:00:00Z",
            }
            for number in range(1, 24)
        ]
        self.deleted = [{"id": 900, "name": "Gone", "role": "agent", "updated_at": "2026-02-01T00:00:00Z"}]
        self.groups = [
            {"id": f"g{number:02}", "name": "G", "url": "u", "created_at": "2026-01-01", "updated_at": "2026-01-01"}
            for number in range(1, 26)
        ]

    def __call__(self, ask: Ask) -> Answer:
        """Answer one request."""
        if ask.query.get("key") != SECRET:
            return Answer({"message": f"key {ask.query.get('key')} is unknown"}, 401)
        match ask.path.strip("/").split("/"):
            case ["tickets"]:
                since = int(ask.query["since"])
                found = [one for one in self.tickets if one["generated_timestamp"] >= since]
                start = int(ask.query.get("from", 0))
                link = f"{ask.base}/tickets?since={since}&from={start + PAGE}"
                return Answer({"items": found[start : start + PAGE], "next": link, "end": start + PAGE >= len(found)})
            case ["tickets", number, "audits"]:
                return Answer([{"id": int(number) * 100 + n, "events": [], "created_at": "2026"} for n in (1, 2)])
            case ["users", "search"]:
                found = [one for one in self.users if one["updated_at"] >= ask.body["since"]]
                start = int(ask.body["paging"].get("after") or 0)
                after = str(start + PAGE) if start + PAGE < len(found) else None
                return Answer({"items": found[start : start + PAGE], "next": {"after": after}})
            case ["users", "deleted"]:
                return Answer({"items": self.deleted})
            case ["groups"]:
                found = [one for one in self.groups if one["id"] > ask.query.get("after", "")]
                return Answer({"items": found[:PAGE], "has_more": len(found) > PAGE})
        return Answer(status=404)


def environment(url: str, secret: str = SECRET) -> dict[str, str]:
    """The variables that set the toy up."""
    return {"SOURCES__ZENDESK__BASE_URL": url, "SOURCES__ZENDESK__API_KEY": secret}


def reader(home: Home, server: ApiServer, secret: str = SECRET) -> Reader:
    """A home that reads the toy."""
    return Reader(home, "zendesk", environment(server.url, secret))


def problems(found: Iterable[pull.Pulled]) -> dict[str, str]:
    """What went wrong, by endpoint."""
    return {one.resource: one.problem for one in found if one.problem}


def toy_apis() -> dict[str, Api]:
    """What `pipelines.apis.apis` gives while the toy stands in Zendesk's place."""
    return {"zendesk": API}


def _main(url: str, home: str, kill_at: int) -> None:
    """Read the toy; die at the n-th `fsync`, which comes before each rename and after it."""
    sync, calls = os.fsync, 0

    def counted(descriptor: int) -> None:
        nonlocal calls
        calls += 1
        if calls == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        sync(descriptor)

    patched: Any = pulled
    patched.os.fsync = counted
    apis.apis = toy_apis  # type: ignore[assignment]
    pull.KEEP_RECORDS = PAGE
    place = Home(Path(home))
    place.prepare_environment()
    problems = [one.problem for one in pull.pull(place, ["zendesk"], environment=environment(url)) if one.problem]
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    _main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
