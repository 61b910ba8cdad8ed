"""Intercom's API, read from a server that searches, scrolls and fails the way Intercom does."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

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

SAMPLE = ROOT / "connectors" / "intercom" / "sample"
PAGE = 3
DAY = 86_400
KEY = "ic-secret-token"
LISTS = {"admins": "admins", "teams": "teams", "tags": "data"}


class Intercom:
    """The vendor: its records, and its answers about them in pages of three."""

    def __init__(self, records: dict[str, list[Record]]) -> None:
        self.records = records
        self.scroll = -1

    def __call__(self, ask: Ask) -> Answer:
        """Answer one request."""
        if ask.headers.get("Authorization") != f"Bearer {KEY}":
            return Answer({"type": "error.list", "errors": [{"code": "unauthorized"}]}, 401)
        assert ask.headers["Intercom-Version"] == "2.16"
        match ask.path.strip("/").split("/"):
            case ["conversations", "search"]:
                found = self._since(ask, "conversations", 1)
                return self._pages(ask, "conversations", [self._without_parts(one) for one in found])
            case ["conversations", number]:
                found = [one for one in self.records["conversations"] if one["id"] == number]
                return Answer(found[0]) if found else Answer({"errors": [{"code": "not_found"}]}, 404)
            case ["tickets", "search"]:
                return self._pages(ask, "tickets", self._since(ask, "tickets", 1))
            case ["contacts", "search"]:
                assert ask.query["include_merge_history"] == "true"
                return self._pages(ask, "data", self._since(ask, "contacts", DAY))
            case ["companies", "scroll"]:
                return self._scroll(ask)
            case [("admins" | "teams" | "tags") as name]:
                return Answer({"type": "list", LISTS[name]: self.records[name]})
        return Answer({"errors": [{"code": "not_found"}]}, 404)

    def _since(self, ask: Ask, name: str, step: int) -> list[Record]:
        """What changed after a moment, or after the day or second that it lies in; never the oldest first."""
        (since,) = ask.body["query"]["value"]
        assert (since["field"], since["operator"]) == ("updated_at", ">")
        after = int(since["value"]) // step
        found = [one for one in self.records[name] if one["updated_at"] // step > after]
        return sorted(found, key=self._place)

    def _without_parts(self, conversation: Record) -> Record:
        return {name: value for name, value in conversation.items() if name != "conversation_parts"}

    def _pages(self, ask: Ask, name: str, found: list[Record]) -> Answer:
        """A search's page; `pages.next.starting_after` says after which record the next one begins."""
        last = ask.body["pagination"].get("starting_after")
        rest = [one for one in found if last is None or self._place(one) > tuple(json.loads(last))]
        size = min(ask.body["pagination"]["per_page"], PAGE)
        pages: dict[str, Any] = {"type": "pages", "page": 1, "per_page": size}
        if len(rest) > size:
            pages["next"] = {"per_page": size, "starting_after": json.dumps(self._place(rest[size - 1]))}
        return Answer({"type": "list", name: rest[:size], "total_count": len(found), "pages": pages})

    def _place(self, record: Record) -> tuple[int, str]:
        return (-record["updated_at"], record["id"])

    def _scroll(self, ask: Ask) -> Answer:
        """One scroll at a time, begun without a parameter; the end is an empty page."""
        if "scroll_param" not in ask.query:
            self.scroll = 0
        elif ask.query["scroll_param"] != "the-scroll":
            return Answer({"errors": [{"code": "not_found", "message": "scroll parameter not found"}]}, 404)
        found = self.records["companies"][self.scroll : self.scroll + PAGE]
        self.scroll += PAGE
        return Answer({"type": "list", "data": found, "pages": None, "scroll_param": "the-scroll"})


def _sample() -> dict[str, list[Record]]:
    """The connector's sample as the records that Intercom holds, and more of each kind so that there are pages."""

    def page(name: str, key: str) -> list[Record]:
        found: list[Record] = json.loads((SAMPLE / name).read_text())[key]
        return found

    lines = (SAMPLE / "conversations.ndjson").read_text().splitlines()
    return {
        "conversations": _more([json.loads(line) for line in lines], 10),
        "contacts": _more(page("contacts_search_page_1.json", "data"), 9),
        "companies": _more(page("companies_scroll_1.json", "data"), 7),
        "tickets": _more(page("tickets_search_page_1.json", "tickets"), 8),
        "admins": page("admins.json", "admins"),
        "teams": page("teams.json", "teams"),
        "tags": page("tags.json", "data"),
    }


def _more(records: list[Record], copies: int) -> list[Record]:
    """The records, and copies of the first one that differ in id and in the hour of their last change."""
    made = deepcopy(records)
    for number in range(copies):
        copy = deepcopy(records[0])
        copy["id"] = f"{int(copy['id'], 16) + 0x9000 + number:024x}"
        copy["updated_at"] += number * 3600
        if copy.get("email"):
            copy |= {"email": f"{number}.{copy['email']}", "external_id": f"more-{number}", "merge_history": None}
        made.append(copy)
    return made


@pytest.fixture
def intercom() -> Iterator[ApiServer]:
    """A server that holds the sample."""
    with ApiServer(Intercom(_sample())).running() as server:
        yield server


@pytest.fixture
def reader(intercom: ApiServer, tmp_path: Path) -> Reader:
    """A home that reads it."""
    environment = {"SOURCES__INTERCOM__BASE_URL": intercom.url, "SOURCES__INTERCOM__ACCESS_TOKEN": KEY}
    return Reader(new_home(tmp_path / "home"), "intercom", environment)


def records_of(server: ApiServer) -> dict[str, list[Record]]:
    """What the vendor holds; a test changes it in place."""
    assert isinstance(server.adapter, Intercom)
    return server.adapter.records


def assert_as_files(server: ApiServer, reader: Reader, folder: Path) -> None:
    """What was read over the API makes the same rows as the vendor's records given as files."""
    home = new_home(folder)
    read_files(home, "intercom", records_of(server))
    assert_same(staged(reader.home, "intercom"), staged(home, "intercom"))


def test_everything_comes_and_makes_the_same_rows_as_files(intercom: ApiServer, reader: Reader, tmp_path: Path) -> None:
    pulled = {one.resource: one for one in reader.sync()}
    assert [one.problem for one in pulled.values()] == [None] * 8
    count = {name: len(found) for name, found in records_of(intercom).items()}
    assert {name: one.records for name, one in pulled.items()} == count | {"_conversations": 0}
    assert_as_files(intercom, reader, tmp_path / "files")
    assert reader.slept == []


def test_the_next_sync_asks_for_what_changed(intercom: ApiServer, reader: Reader, tmp_path: Path) -> None:
    reader.sync()
    held = records_of(intercom)
    newest = {name: max(one["updated_at"] for one in held[name]) for name in ("conversations", "contacts")}
    held["conversations"][0] |= {"state": "open", "updated_at": newest["conversations"] + 90_000}
    # on the same day as the newest one, and earlier: a search by days still has to find it
    held["contacts"][2] |= {"name": "Renamed Person", "updated_at": newest["contacts"] - 5 * 3600}
    before = len(intercom.asked)
    pulled = {one.resource: one.records for one in reader.sync()}
    since = [ask.body["query"]["value"][0]["value"] for ask in intercom.asked[before:] if ask.path.endswith("search")]
    assert newest["conversations"] - 3600 in since
    assert newest["contacts"] - 2 * DAY in since
    assert pulled["conversations"] < 4
    assert_as_files(intercom, reader, tmp_path / "files")


def test_limits_and_cut_connections_lose_nothing(intercom: ApiServer, reader: Reader, tmp_path: Path) -> None:
    reset = Answer({"errors": []}, 429, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()) + 9)})
    plain = Answer({"errors": [{"code": "rate_limit_exceeded"}]}, 429)
    intercom.fail(reset, CUT, Answer("<html>", 502), plain, at=range(0, 40, 5))
    assert [one.problem for one in reader.sync()] == [None] * 8
    assert len(reader.slept) == 8
    assert reader.slept.count(10.0) == 2
    assert sum(5 < seconds <= 9 for seconds in reader.slept) == 2
    assert_as_files(intercom, reader, tmp_path / "files")


def test_a_scroll_that_expired_or_was_lost_is_begun_anew(intercom: ApiServer, reader: Reader, tmp_path: Path) -> None:
    lost = "Request failed due to an internal network error. Please restart the scroll operation."
    faults = [
        Answer({"errors": [{"code": "scroll_exists", "message": "scroll already exists for this workspace"}]}, 400),
        Answer({"errors": [{"message": lost}]}, 500),
        Answer({"errors": [{"code": "not_found", "message": "scroll parameter not found"}]}, 404),
    ]
    usual = intercom.adapter

    def scrolling(ask: Ask) -> Answer:
        is_due = ask.path == "/companies/scroll" and (("scroll_param" in ask.query) is (len(faults) < 3))
        return faults.pop(0) if faults and is_due else usual(ask)

    intercom.adapter = scrolling
    pulled = {one.resource: one for one in reader.sync()}
    intercom.adapter = usual
    assert faults == []
    assert [one.problem for one in pulled.values()] == [None] * 8
    assert pulled["companies"].notes == (
        "a page cursor was refused (410): read again from the last kept value",
        "a page cursor was refused (404): read again from the last kept value",
    )
    assert reader.slept == [60.0]
    assert_as_files(intercom, reader, tmp_path / "files")


def test_a_conversation_deleted_meanwhile_is_passed_over(intercom: ApiServer, reader: Reader, tmp_path: Path) -> None:
    usual, held = intercom.adapter, records_of(intercom)["conversations"]
    gone: list[Record] = []

    def deleting(ask: Ask) -> Answer:
        if not gone and ask.method == "GET":
            gone.extend(one for one in held if ask.path == f"/conversations/{one['id']}")
            held.remove(gone[0])
        return usual(ask)

    intercom.adapter = deleting
    assert [one.problem for one in reader.sync()] == [None] * 8
    intercom.adapter = usual
    assert len(reader.records("conversations")) == len(held)
    assert_as_files(intercom, reader, tmp_path / "files")


def test_a_wrong_key_is_told_without_showing_it(reader: Reader) -> None:
    wrong = {**reader.environment, "SOURCES__INTERCOM__ACCESS_TOKEN": "wrong-secret"}
    pulled = Reader(reader.home, "intercom", wrong).pull()
    assert [one.problem for one in pulled if one.problem] == [
        "the API does not take the key: SOURCES__INTERCOM__ACCESS_TOKEN (the access token of an app of your own "
        "(Settings, Integrations, Developer Hub)) is wrong or has expired; it needs the permission to read "
        "conversations"
    ]
    assert "wrong-secret" not in str(pulled)


def test_a_missing_right_stops_only_what_needs_it(intercom: ApiServer, reader: Reader) -> None:
    usual = intercom.adapter
    forbidden = Answer({"errors": [{"code": "forbidden"}]}, 403)
    intercom.adapter = lambda ask: forbidden if ask.path.startswith("/tickets") else usual(ask)
    pulled = {one.resource: one for one in reader.pull()}
    assert pulled["tickets"].problem == (
        "the key may not read tickets (403): it needs the permission to read tickets; the key is in "
        "SOURCES__INTERCOM__ACCESS_TOKEN"
    )
    assert [one.problem for name, one in pulled.items() if name != "tickets"] == [None] * 7
