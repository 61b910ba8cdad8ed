"""Planhat's API, read from a server that pages by offset, limits and loses records the way Planhat does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import pytest

from connectors.planhat.api import COMPLETE, NEWER, OTHERS, Pages, day_number
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

SAMPLE = ROOT / "connectors" / "planhat" / "sample"
MODELS = (*COMPLETE.split(), *OTHERS.split(), *NEWER.split())
GREATEST_PAGE = 7
KEY = "ph-secret-token"


class Planhat:
    """The vendor: bare lists by `limit` and `offset`, never more than seven records however many are asked for."""

    def __init__(self, records: dict[str, list[Record]]) -> None:
        self.records = records

    def __call__(self, ask: Ask) -> Answer:
        """Answer one request."""
        if ask.headers.get("Authorization") != f"Bearer {KEY}":
            return Answer({"error": "Unauthorized"}, 401)
        name = ask.path.removeprefix("/")
        if name not in self.records:
            return Answer({"error": "Not found"}, 404)
        found = self.records[name]
        if name == "dimensiondata":
            found = [one for one in found if day_number(one["time"]) >= int(ask.query["from"])]
        elif ask.query["sort"] == "_id":
            found = sorted(found, key=lambda one: str(one["_id"]))
        start, size = int(ask.query["offset"]), min(int(ask.query["limit"]), GREATEST_PAGE)
        return Answer(json.dumps(found[start : start + size]))


def _sample() -> dict[str, list[Record]]:
    """The connector's sample as the records that Planhat holds, and more end users so that there are pages."""
    records = {path.stem: json.loads(path.read_text()) for path in sorted(SAMPLE.glob("*.json"))}
    for number in range(100):
        copy = deepcopy(records["endusers"][2])
        records["endusers"].append(
            copy | {"_id": f"62b1{number:020x}", "email": f"{number}@kestrel.example", "externalId": f"more-{number}"}
        )
    for number in range(30):
        copy = deepcopy(records["dimensiondata"][0])
        when = f"2026-0{1 + number // 10}-{1 + number % 10:02}T00:00:00.000Z"
        records["dimensiondata"].append(copy | {"_id": f"6fb1{number:020x}", "time": when})
    del records["workspaces"]
    return records


@pytest.fixture
def planhat() -> Iterator[ApiServer]:
    """A server that holds the sample."""
    with ApiServer(Planhat(_sample())).running() as server:
        yield server


@pytest.fixture
def reader(planhat: ApiServer, tmp_path: Path) -> Reader:
    """A home that reads it."""
    environment = {"SOURCES__PLANHAT__BASE_URL": planhat.url, "SOURCES__PLANHAT__ACCESS_TOKEN": KEY}
    return Reader(new_home(tmp_path / "home"), "planhat", environment)


def records_of(server: ApiServer) -> dict[str, list[Record]]:
    """What the vendor holds; a test changes it in place."""
    assert isinstance(server.adapter, Planhat)
    return server.adapter.records


def assert_as_files(server: ApiServer, reader: Reader, folder: Path) -> None:
    """What was read over the API makes the same rows as the vendor's records given as files."""
    home = new_home(folder)
    read_files(home, "planhat", records_of(server))
    assert_same(staged(reader.home, "planhat"), staged(home, "planhat"))


def ids(reader: Reader, resource: str) -> list[str]:
    """The ids that were read, each once."""
    return sorted({record["_id"] for record in reader.records(resource)})


def test_everything_comes_and_makes_the_same_rows_as_files(planhat: ApiServer, reader: Reader, tmp_path: Path) -> None:
    pulled = {one.resource: one for one in reader.sync()}
    assert [one.problem for one in pulled.values()] == [None] * (len(MODELS) + 1)
    held = records_of(planhat)
    for name in (*MODELS, "dimensiondata"):
        assert ids(reader, name) == sorted(one["_id"] for one in held.get(name, [])), name
    assert_as_files(planhat, reader, tmp_path / "files")
    assert reader.slept == []


def test_amounts_leave_as_they_were_sent(planhat: ApiServer, reader: Reader) -> None:
    held = records_of(planhat)
    held["licenses"][0]["value"] = "AMOUNT"
    sent = json.dumps(sorted(held["licenses"], key=lambda one: str(one["_id"]))).replace('"AMOUNT"', "16000.10")
    vendor = planhat.adapter

    def exact(ask: Ask) -> Answer:
        is_first = ask.path == "/licenses" and ask.query["offset"] == "0"
        return Answer(sent) if is_first and ask.headers.get("Authorization") else vendor(ask)

    planhat.adapter = exact
    reader.pull()
    folder = reader.home.inbox / "planhat" / "api" / "licenses"
    assert "16000.10" in "".join(path.read_text() for path in folder.glob("*.jsonl"))


def test_records_deleted_while_pages_are_read_hide_no_others(planhat: ApiServer, reader: Reader) -> None:
    people = records_of(planhat)["endusers"]
    people.sort(key=lambda one: str(one["_id"]))
    gone = [one["_id"] for one in people[:12]]

    def delete(number: int) -> None:
        if sum(ask.path == "/endusers" for ask in planhat.asked) == 4:
            del people[: 12 if len(people) > 100 else 0]

    planhat.on_ask = delete
    assert [one.problem for one in reader.pull() if one.resource == "endusers"] == [None]
    assert set(ids(reader, "endusers")) >= {one["_id"] for one in people}
    assert set(ids(reader, "endusers")) <= {one["_id"] for one in people} | set(gone)


def test_what_is_no_longer_listed_is_kept_apart(planhat: ApiServer, reader: Reader) -> None:
    reader.sync()
    held = records_of(planhat)
    held["licenses"].pop()
    held["conversations"].clear()
    reader.sync()
    made = staged(reader.home, "planhat")
    assert len(made["staging_planhat.company"]) == len(held["companies"])
    # archived conversations are not listed: that is no deletion
    assert len(made["staging_planhat.conversation"]) == 5


def test_a_list_in_another_order_is_counted(planhat: ApiServer, reader: Reader) -> None:
    records_of(planhat)["endusers"].reverse()
    vendor = planhat.adapter

    def unsorted(ask: Ask) -> Answer:
        return vendor(Ask(ask.method, ask.path, {**ask.query, "sort": "name"}, ask.headers, ask.body, ask.base))

    planhat.adapter = unsorted
    assert [one.problem for one in reader.pull() if one.problem] == []
    planhat.adapter = vendor
    assert ids(reader, "endusers") == sorted(one["_id"] for one in records_of(planhat)["endusers"])


def test_time_series_go_on_where_they_were(planhat: ApiServer, reader: Reader) -> None:
    reader.pull()
    held = records_of(planhat)["dimensiondata"]
    held.append(held[0] | {"_id": "6fc100000000000000000001", "time": "2026-06-29T00:00:00.000Z", "value": 15})
    before = len(planhat.asked)
    reader.pull()
    asked = [ask for ask in planhat.asked[before:] if ask.path == "/dimensiondata"]
    assert asked[0].query["from"] == str(day_number("2026-06-28T00:00:00.000Z") - 31)
    assert ids(reader, "dimensiondata") == sorted(one["_id"] for one in held)


def test_limits_and_cut_connections_lose_nothing(planhat: ApiServer, reader: Reader, tmp_path: Path) -> None:
    busy = Answer({"error": "Too many requests"}, 429, {"Retry-After": "61"})
    planhat.fail(busy, CUT, Answer("<html>", 502), at=range(0, 60, 4))
    assert [one.problem for one in reader.sync() if one.problem] == []
    assert reader.slept.count(61.0) == 5
    assert_as_files(planhat, reader, tmp_path / "files")


def test_a_wrong_key_and_a_missing_right_are_told_without_showing_the_key(planhat: ApiServer, reader: Reader) -> None:
    wrong = {**reader.environment, "SOURCES__PLANHAT__ACCESS_TOKEN": "wrong-secret"}
    pulled = Reader(reader.home, "planhat", wrong).pull()
    problems = [one.problem for one in pulled if one.problem]
    assert "SOURCES__PLANHAT__ACCESS_TOKEN (the access token of a private app" in str(problems[0])
    assert "wrong-secret" not in str(pulled)
    planhat.fail(Answer({"error": "Forbidden"}, 403), at=[0])
    first, *others = reader.pull()
    assert first.problem == (
        "the key may not read companies (403): it needs the permission to view companies; "
        "the key is in SOURCES__PLANHAT__ACCESS_TOKEN"
    )
    assert [one.problem for one in others] == [None] * len(MODELS)


def test_days_are_counted_from_1970() -> None:
    assert (day_number("1970-01-02T00:00:00.000Z"), day_number("2026-06-28T23:59:59.999Z")) == (1, 20632)
    assert Pages(is_sorted=True).has_next_page
