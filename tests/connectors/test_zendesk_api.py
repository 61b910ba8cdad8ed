"""Zendesk's API, read from a server that pages, streams and fails the way Zendesk does."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.zendesk.api import epoch
from pipelines.home import ROOT
from tests.connectors.api_server import (
    CUT,
    Answer,
    ApiServer,
    Ask,
    Reader,
    Record,
    assert_same,
    new_home,
    read_files,
    staged,
)

SAMPLE = ROOT / "connectors" / "zendesk" / "sample"
PAGE = 3
KEY = "zd-secret-token"


class Zendesk:
    """The vendor: its records, and its answers about them in pages of three."""

    def __init__(self, records: dict[str, list[Record]]) -> None:
        self.records = records

    def __call__(self, ask: Ask) -> Answer:
        """Answer one request."""
        expected = "Basic " + base64.b64encode(f"api@lumenly.example/token:{KEY}".encode()).decode()
        if ask.headers.get("Authorization") != expected:
            return Answer({"error": "Couldn't authenticate you"}, 401)
        match ask.path.removeprefix("/api/v2/").removesuffix(".json").split("/"):
            case ["incremental", ("tickets" | "users") as name, "cursor"]:
                return self._stream(ask, name)
            case ["incremental", "organizations"]:
                return self._by_time(ask, "organizations")
            case ["tickets", ticket, "audits"]:
                found = [audit for audit in self.records["ticket_audits"] if str(audit["ticket_id"]) == ticket]
                return self._pages(ask, "audits", found) if found else Answer({"error": "RecordNotFound"}, 404)
            case ["satisfaction_ratings"]:
                since = int(ask.query["start_time"])
                found = [one for one in self.records["satisfaction_ratings"] if epoch(one["created_at"]) >= since]
                return self._pages(ask, "satisfaction_ratings", found)
            case ["groups"]:
                return self._pages(ask, "groups", self.records["groups"])
        return Answer({"error": "InvalidEndpoint"}, 404)

    def _stream(self, ask: Ask, name: str) -> Answer:
        """The cursor-based incremental export: `after_url` until `end_of_stream`."""
        when: Callable[[Record], tuple[int, int]] = lambda record: (  # noqa: E731
            record.get("generated_timestamp") or epoch(record["updated_at"]),
            record["id"],
        )
        ordered = sorted(self.records[name], key=when)
        if "cursor" in ask.query:
            after = tuple(json.loads(base64.b64decode(ask.query["cursor"])))
            found = [record for record in ordered if when(record) > after]
        else:
            found = [record for record in ordered if when(record)[0] >= int(ask.query["start_time"])]
        page = found[:PAGE]
        cursor = base64.b64encode(json.dumps(when(page[-1])).encode()).decode() if page else None
        include = f"&include={ask.query['include']}" if "include" in ask.query else ""
        body: dict[str, Any] = {
            name: page,
            "after_cursor": cursor,
            "after_url": f"{ask.base}{ask.path}?cursor={cursor}{include}" if cursor else None,
            "end_of_stream": len(found) <= PAGE,
        }
        if ask.query.get("include") == "metric_sets":
            ids = {record["id"] for record in page}
            body["metric_sets"] = [one for one in self.records["ticket_metrics"] if one["ticket_id"] in ids]
        return Answer(body)

    def _by_time(self, ask: Ask, name: str) -> Answer:
        """The time-based incremental export: the next page starts where this one ends, so records may come twice."""
        start = int(ask.query["start_time"])
        found = sorted(
            (one for one in self.records[name] if epoch(one["updated_at"]) >= start), key=lambda one: one["updated_at"]
        )
        page = [one for one in found if one["updated_at"] <= found[:PAGE][-1]["updated_at"]] if found else []
        end = epoch(page[-1]["updated_at"]) if page else start
        return Answer(
            {
                name: page,
                "count": len(page),
                "end_time": end,
                "next_page": f"{ask.base}{ask.path}?start_time={end}",
                "end_of_stream": len(page) == len(found),
            }
        )

    def _pages(self, ask: Ask, name: str, found: list[Record]) -> Answer:
        """A list with cursor pages: `links.next` while `meta.has_more`."""
        start = int(ask.query.get("page[after]", 0))
        size = min(int(ask.query["page[size]"]), PAGE)
        has_more = start + size < len(found)
        query = "&".join(f"{key}={value}" for key, value in ask.query.items() if key != "page[after]")
        link = f"{ask.base}{ask.path}?{query}&page[after]={start + size}"
        body = {"meta": {"has_more": has_more}, "links": {"next": link if has_more else None}}
        return Answer({name: found[start : start + size], **body})


def _sample() -> dict[str, list[Record]]:
    """The connector's sample as the records that Zendesk's API holds, and more of each kind so that there are pages."""
    tickets = json.loads((SAMPLE / "tickets_page_1.json").read_text())["tickets"]
    users = json.loads((SAMPLE / "users_page_1.json").read_text())["users"]
    organizations = json.loads((SAMPLE / "organizations_page_1.json").read_text())["organizations"]
    audits = json.loads((SAMPLE / "audits_page_1.json").read_text())["audits"]
    audits += [json.loads(line) for line in (SAMPLE / "ticket_audits.ndjson").read_text().splitlines()]
    metrics = json.loads((SAMPLE / "ticket_metrics.json").read_text())["ticket_metrics"]
    ratings = json.loads((SAMPLE / "satisfaction_ratings.json").read_text())["satisfaction_ratings"]
    groups = json.loads((SAMPLE / "groups.json").read_text())["groups"]
    records = {
        "tickets": _more(tickets, 30),
        "users": _more(users, 20),
        "organizations": _more(organizations, 30),
        "ticket_audits": list({audit["id"]: audit for audit in audits}.values()),
        "ticket_metrics": metrics,
        "satisfaction_ratings": ratings,
        "groups": groups,
    }
    for ticket in records["tickets"]:
        ticket["generated_timestamp"] = epoch(ticket["updated_at"]) + 7
    return records


def _more(records: list[Record], copies: int) -> list[Record]:
    """The records, and copies of the last one that differ in id and in the minute of their last change."""
    made = deepcopy(records)
    for number in range(copies):
        copy = deepcopy(records[-1])
        copy["id"] += 1000 + number
        copy["updated_at"] = f"2026-06-{1 + number // 50:02}T{number % 50 // 10:02}:{number % 10:02}:00Z"
        if copy.get("email"):
            copy["email"] = f"{number}.{copy['email']}"
        made.append(copy)
    return made


@pytest.fixture
def zendesk() -> Iterator[ApiServer]:
    """A server that holds the sample."""
    with ApiServer(Zendesk(_sample())).running() as server:
        yield server


@pytest.fixture
def reader(zendesk: ApiServer, tmp_path: Path) -> Reader:
    """A home that reads it."""
    prefix = "SOURCES__ZENDESK__"
    environment = {"BASE_URL": zendesk.url, "EMAIL": "api@lumenly.example", "API_TOKEN": KEY}
    return Reader(new_home(tmp_path / "home"), "zendesk", {prefix + name: value for name, value in environment.items()})


def records_of(server: ApiServer) -> dict[str, list[Record]]:
    """What the vendor holds; a test changes it in place."""
    assert isinstance(server.adapter, Zendesk)
    return server.adapter.records


def assert_as_files(server: ApiServer, reader: Reader, folder: Path) -> None:
    """What was read over the API makes the same rows as the vendor's records given as files."""
    home = new_home(folder)
    known = {ticket["id"] for ticket in records_of(server)["tickets"]}
    given = dict(records_of(server))
    given["ticket_audits"] = [audit for audit in given["ticket_audits"] if audit["ticket_id"] in known]
    read_files(home, "zendesk", given)
    assert_same(staged(reader.home, "zendesk"), staged(home, "zendesk"))


def test_everything_comes_and_makes_the_same_rows_as_files(zendesk: ApiServer, reader: Reader, tmp_path: Path) -> None:
    pulled = {one.resource: one for one in reader.sync()}
    assert [one.problem for one in pulled.values()] == [None] * 7
    count = {name: len(found) for name, found in records_of(zendesk).items()}
    assert {name: min(one.records, count[name]) for name, one in pulled.items()} == count
    assert pulled["organizations"].records > count["organizations"]  # the time-based export repeats page borders
    assert_as_files(zendesk, reader, tmp_path / "files")
    assert reader.slept == []


def test_the_next_sync_asks_for_what_changed(zendesk: ApiServer, reader: Reader, tmp_path: Path) -> None:
    reader.sync()
    held = records_of(zendesk)
    greatest = max(ticket["generated_timestamp"] for ticket in held["tickets"])
    changed = held["tickets"][10]
    changed |= {"status": "solved", "updated_at": "2026-06-20T10:00:00Z", "generated_timestamp": greatest + 90_000}
    held["users"][3] |= {"name": "Renamed Person", "updated_at": "2026-06-20T10:00:00Z"}
    before = len(zendesk.asked)
    pulled = {one.resource: one.records for one in reader.sync()}
    asked = zendesk.asked[before:]
    assert asked[0].query["start_time"] == str(greatest - 3600)
    assert pulled["tickets"] == 1 + sum(one["generated_timestamp"] >= greatest - 3600 for one in held["tickets"]) - 1
    assert pulled["tickets"] < 20
    assert pulled["users"] < 20
    assert_as_files(zendesk, reader, tmp_path / "files")


def test_limits_and_cut_connections_lose_nothing(zendesk: ApiServer, reader: Reader, tmp_path: Path) -> None:
    busy = Answer({"error": "too many requests"}, 429, {"Retry-After": "37"})
    zendesk.fail(busy, CUT, Answer("<html>", 502), busy, CUT, at=range(0, 50, 5))
    pulled = reader.sync()
    assert [one.problem for one in pulled] == [None] * 7
    assert reader.slept.count(37.0) == 4
    assert len(reader.slept) == 10
    assert_as_files(zendesk, reader, tmp_path / "files")


def test_late_and_deleted_records_arrive(zendesk: ApiServer, reader: Reader, tmp_path: Path) -> None:
    held = records_of(zendesk)
    late = held["tickets"].pop(25)
    reader.sync()
    held["tickets"].append(late | {"generated_timestamp": held["tickets"][-1]["generated_timestamp"] - 3000})
    after = {"updated_at": "2026-06-21T08:00:00Z", "generated_timestamp": epoch("2026-06-21T08:00:05Z")}
    held["tickets"][0] |= {"status": "deleted", **after}
    held["organizations"][0] |= {"deleted_at": "2026-06-21T08:00:00Z", "updated_at": "2026-06-21T08:00:00Z"}
    reader.sync()
    assert_as_files(zendesk, reader, tmp_path / "files")
    rows = {row["source_record_id"]: row for row in staged(reader.home, "zendesk")["staging_zendesk.ticket"].to_dicts()}
    assert str(late["id"]) in rows
    assert rows[str(held["tickets"][0]["id"])]["source_deleted_at"] == datetime(2026, 6, 21, 8)


def test_an_expired_page_cursor_starts_again(zendesk: ApiServer, reader: Reader, tmp_path: Path) -> None:
    zendesk.fail(Answer({"error": "InvalidCursor"}, 400), at=[24])
    pulled = {one.resource: one for one in reader.sync()}
    assert [one.problem for one in pulled.values()] == [None] * 7
    notes = [note for one in pulled.values() for note in one.notes]
    assert notes == ["a page cursor was refused (400): read again from the last kept value"]
    assert_as_files(zendesk, reader, tmp_path / "files")


def test_a_wrong_key_is_told_without_showing_it(reader: Reader) -> None:
    wrong = {**reader.environment, "SOURCES__ZENDESK__API_TOKEN": "wrong-secret"}
    pulled = Reader(reader.home, "zendesk", wrong).pull()
    problems = [one.problem for one in pulled if one.problem]
    assert problems == [
        "the API does not take the key: SOURCES__ZENDESK__API_TOKEN (an API token (Admin Center, Apps and "
        "integrations, APIs, API tokens)) is wrong or has expired; it needs the role administrator"
    ]
    assert "wrong-secret" not in str(pulled)


def test_a_missing_right_stops_only_what_needs_it(zendesk: ApiServer, reader: Reader) -> None:
    zendesk.fail(Answer({"error": "Forbidden"}, 403), at=[0])
    pulled = {one.resource: one for one in reader.pull()}
    assert pulled["tickets"].problem == (
        "the key may not read tickets (403): it needs the role administrator; the key is in SOURCES__ZENDESK__API_TOKEN"
    )
    assert pulled["users"].records == len(records_of(zendesk)["users"])
    assert [one.problem for name, one in pulled.items() if name != "tickets"] == [None] * 6
