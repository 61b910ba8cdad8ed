"""Chargebee's API, read from a server that pages, filters and fails the way Chargebee does."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from connectors.chargebee.api import IN_ORDER, KEEPS_DELETED, KINDS
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

SAMPLE = ROOT / "connectors" / "chargebee" / "sample"
PAGE = 2
KEY = "live_cb-secret-key"


class Chargebee:
    """The vendor: its records, and its answers about them in pages of two."""

    def __init__(self, records: dict[str, list[Record]]) -> None:
        self.records = records

    def __call__(self, ask: Ask) -> Answer:
        """Answer one request."""
        if ask.headers.get("Authorization") != "Basic " + base64.b64encode(f"{KEY}:".encode()).decode():
            return Answer(
                {"message": "Sorry, authentication failed.", "api_error_code": "api_authentication_failed"}, 401
            )
        name = ask.path.removeprefix("/api/v2/")
        if name not in self.records:
            return Answer({"message": "not found", "api_error_code": "site_not_found"}, 404)
        field = "occurred_at" if name == "events" else "updated_at"
        since = int(ask.query[f"{field}[after]"])
        found = [record for record in self.records[name] if record[field] > since]
        if ask.query.get("include_deleted") != "true":
            found = [record for record in found if record.get("deleted") is not True]
        is_ordered = ask.query.get("sort_by[asc]") == field
        found.sort(key=lambda record: (record[field], str(record["id"])), reverse=not is_ordered)
        start = json.loads(ask.query["offset"])[1] if "offset" in ask.query else 0
        assert int(ask.query["limit"]) == 100
        page = [{KINDS[name]: record, **self._beside(name, record)} for record in found[start : start + PAGE]]
        more = {"next_offset": json.dumps(["1317407414000", start + PAGE])} if start + PAGE < len(found) else {}
        return Answer({"list": page, **more})

    def _beside(self, name: str, record: Record) -> Record:
        """Subscriptions come with their customer, customers with their card."""
        if name == "customers":
            return {"card": {"status": "valid", "customer_id": record["id"], "last4": "4242"}}
        customers = {one["id"]: one for one in self.records["customers"]}
        return {"customer": customers[record["customer_id"]]} if name == "subscriptions" else {}


def _sample() -> dict[str, list[Record]]:
    """The connector's sample as the records that Chargebee's API holds."""
    files = {"events": ["events_1"], "customers": ["customers_1", "customers_2"]}
    records = {
        name: [
            deepcopy(row[kind])
            for file in files.get(name, [name])
            for row in json.loads((SAMPLE / f"{file}.json").read_text())["list"]
        ]
        for name, kind in KINDS.items()
    }
    records["events"] += [json.loads(line) for line in (SAMPLE / "webhooks.ndjson").read_text().splitlines()]
    return records


@pytest.fixture
def chargebee() -> Iterator[ApiServer]:
    """A server that holds the sample."""
    with ApiServer(Chargebee(_sample())).running() as server:
        yield server


@pytest.fixture
def reader(chargebee: ApiServer, tmp_path: Path) -> Reader:
    """A home that reads it."""
    environment = {"SOURCES__CHARGEBEE__BASE_URL": chargebee.url, "SOURCES__CHARGEBEE__API_KEY": KEY}
    return Reader(new_home(tmp_path / "home"), "chargebee", environment)


def records_of(server: ApiServer) -> dict[str, list[Record]]:
    """What the vendor holds; a test changes it in place."""
    assert isinstance(server.adapter, Chargebee)
    return server.adapter.records


def assert_as_files(server: ApiServer, reader: Reader, folder: Path) -> None:
    """What was read over the API makes the same rows as the vendor's records given as files."""
    home = new_home(folder)
    held = records_of(server)
    read_files(home, "chargebee", {name: [{KINDS[name]: record} for record in held[name]] for name in held})
    assert_same(_sorted_keys(staged(reader.home, "chargebee")), _sorted_keys(staged(home, "chargebee")))


def _sorted_keys(tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The tables with the fields of `custom` in one order: theirs follows which record came first."""
    return {
        name: rows.with_columns(pl.col("custom").map_elements(_sorted, pl.String)) if "custom" in rows.columns else rows
        for name, rows in tables.items()
    }


def _sorted(custom: str) -> str:
    return json.dumps(json.loads(custom), sort_keys=True)


def test_everything_comes_and_makes_the_same_rows_as_files(
    chargebee: ApiServer, reader: Reader, tmp_path: Path
) -> None:
    pulled = {one.resource: one for one in reader.sync()}
    assert [one.problem for one in pulled.values()] == [None] * len(KINDS)
    assert {name: one.records for name, one in pulled.items()} == {
        name: len(found) for name, found in records_of(chargebee).items()
    }
    assert {name for name in KINDS if any("include_deleted" in ask.query for ask in _asked(chargebee, name))} == (
        KEEPS_DELETED
    )
    assert_as_files(chargebee, reader, tmp_path / "files")
    assert "4242" not in "".join(map(str, reader.records("customers"))), "a customer's card stays where it is"


def _asked(server: ApiServer, name: str) -> list[Ask]:
    return [ask for ask in server.asked if ask.path == f"/api/v2/{name}"]


def test_the_next_sync_asks_for_what_changed(chargebee: ApiServer, reader: Reader, tmp_path: Path) -> None:
    reader.sync()
    held = records_of(chargebee)
    last = max(record["updated_at"] for record in held["subscriptions"])
    held["subscriptions"][0] |= {"status": "non_renewing", "cancelled_at": last + 90_000, "updated_at": last + 7_200}
    before = len(chargebee.asked)
    pulled = {one.resource: one.records for one in reader.sync()}
    since = {ask.path: ask.query["updated_at[after]"] for ask in chargebee.asked[before:] if "events" not in ask.path}
    assert since["/api/v2/subscriptions"] == str(last - 3600)
    assert pulled["subscriptions"] < len(held["subscriptions"])
    assert pulled.keys() >= IN_ORDER
    assert_as_files(chargebee, reader, tmp_path / "files")


def test_limits_and_cut_connections_lose_nothing(chargebee: ApiServer, reader: Reader, tmp_path: Path) -> None:
    busy = Answer({"message": "too many", "api_error_code": "api_request_limit_exceeded"}, 429, {"Retry-After": "21"})
    chargebee.fail(busy, CUT, Answer("<html>", 503), at=range(0, 24, 4))
    pulled = reader.sync()
    assert [one.problem for one in pulled] == [None] * len(KINDS)
    assert reader.slept.count(21.0) == 2
    assert_as_files(chargebee, reader, tmp_path / "files")


def test_deleted_records_are_marked(chargebee: ApiServer, reader: Reader) -> None:
    reader.sync()
    customer = next(one for one in records_of(chargebee)["customers"] if one["id"] == "AzqYbZTeXn0kD2")
    customer |= {"deleted": True, "updated_at": customer["updated_at"] + 60}
    reader.sync()
    rows = staged(reader.home, "chargebee")["staging_chargebee.company"].to_dicts()
    deleted = {row["source_record_id"]: row["source_deleted_at"] for row in rows if row["source_deleted_at"]}
    assert deleted == {
        "AzyuT9TfQ2Ww7Z": datetime(2024, 5, 20, 8),
        "AzqYbZTeXn0kD2": datetime(2024, 7, 2, 10, 1),
    }


def test_a_wrong_key_is_told_without_showing_it(reader: Reader) -> None:
    wrong = {**reader.environment, "SOURCES__CHARGEBEE__API_KEY": "live_wrong-secret"}
    pulled = Reader(reader.home, "chargebee", wrong).pull()
    problems = [one.problem for one in pulled if one.problem]
    assert len(problems) == 1
    assert str(problems[0]).startswith("the API does not take the key: SOURCES__CHARGEBEE__API_KEY")
    assert "wrong-secret" not in str(pulled)
