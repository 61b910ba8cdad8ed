"""QuickBooks Online's API, read from a server that queries, pages, forgets and fails the way Intuit's does."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from connectors.quickbooks import api
from connectors.quickbooks.api import KINDS, SMALL
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

SAMPLE = ROOT / "connectors" / "quickbooks" / "sample"
REALM = "9130347596842384"
CLIENT, SECRET, REFRESH = "ABclient", "qb-client-secret", "AB11-refresh-secret"
ALL = KINDS | SMALL
ENDPOINTS = len(ALL) + len(KINDS)
QUERY = re.compile(
    r"select \* from (?P<kind>\w+)(?: where (?P<where>.+?))?(?: orderby (?P<order>\S+))?"
    r" startposition (?P<start>\d+) maxresults (?P<size>\d+)$"
)


class QuickBooks:
    """The vendor: its records, what was deleted, and its answers."""

    def __init__(self, records: dict[str, list[Record]]) -> None:
        self.records = records
        self.deleted: list[Record] = []
        self.tokens = 0

    def __call__(self, ask: Ask) -> Answer:
        """Answer one request."""
        if ask.path == "/oauth2/v1/tokens/bearer":
            return self._token(ask)
        if ask.headers.get("Authorization") != f"Bearer access-{self.tokens}":
            return Answer({"Fault": {"Error": [{"Message": "AuthenticationFailed", "code": "3200"}]}}, 401)
        company = f"/v3/company/{REALM}/"
        if ask.path == company + "query":
            return self._query(ask.query["query"])
        assert ask.path == company + "cdc"
        return self._changes(ask.query["entities"], datetime.fromisoformat(ask.query["changedSince"]))

    def _token(self, ask: Ask) -> Answer:
        basic = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        given = {"grant_type": "refresh_token", "refresh_token": REFRESH}
        if ask.headers.get("Authorization") != basic or ask.body != given:
            return Answer({"error": "invalid_grant"}, 400)
        self.tokens += 1
        return Answer({"token_type": "bearer", "access_token": f"access-{self.tokens}", "expires_in": 3600})

    def _query(self, text: str) -> Answer:
        found = QUERY.match(text)
        if not found:
            return Answer({"Fault": {"Error": [{"Message": "Error parsing query", "code": "4000"}]}}, 400)
        kind, where = found["kind"], found["where"] or ""
        records = [one for one in self.records[kind] if one.get("Active", True) or "Active in (true, false)" in where]
        since = re.search(r"MetaData\.LastUpdatedTime >= '([^']+)'", where)
        if since:
            records = [one for one in records if _when(one) >= datetime.fromisoformat(since[1])]
        if found["order"]:
            records.sort(key=lambda one: (_when(one), int(one["Id"])))
        start, size = int(found["start"]), int(found["size"])
        page = records[start - 1 : start - 1 + size]
        body = {kind: page, "startPosition": start, "maxResults": len(page)} if page else {}
        return Answer({"QueryResponse": body, "time": "2024-07-05T02:11:09.214-07:00"})

    def _changes(self, kind: str, since: datetime) -> Answer:
        """The change feed: whole records, and of what is gone a stub; it refuses to look back more than 30 days."""
        if since < datetime.now(UTC) - timedelta(days=30):
            return Answer({"Fault": {"Error": [{"Message": "changedSince is too old", "code": "2050"}]}}, 400)
        changed = [one for one in self.records[kind] if _when(one) >= since]
        gone = [stub for stub in self.deleted if stub["kind"] == kind]
        stubs = [{key: value for key, value in stub.items() if key != "kind"} for stub in gone]
        return Answer({"CDCResponse": [{"QueryResponse": [{kind: changed + stubs, "startPosition": 1}]}]})

    def delete(self, kind: str, record_id: str, at: str) -> None:
        """Delete a record."""
        self.records[kind] = [one for one in self.records[kind] if one["Id"] != record_id]
        stub = {"domain": "QBO", "status": "Deleted", "Id": record_id, "MetaData": {"LastUpdatedTime": at}}
        self.deleted.append(stub | {"kind": kind})


def _when(record: Record) -> datetime:
    return datetime.fromisoformat(record["MetaData"]["LastUpdatedTime"])


def _sample() -> dict[str, list[Record]]:
    """The connector's sample as the records that the company holds."""
    return {
        kind: [
            deepcopy(record)
            for path in sorted(SAMPLE.glob(f"query_{kind}_*.json"))
            for record in json.loads(path.read_text())["QueryResponse"][kind]
        ]
        for kind in ALL.values()
    }


@pytest.fixture
def quickbooks(monkeypatch: pytest.MonkeyPatch) -> Iterator[ApiServer]:
    """A server that holds the sample; pages are of two records, so that there are several."""
    monkeypatch.setattr(api.StartPosition.__init__, "__defaults__", (2,))
    with ApiServer(QuickBooks(_sample())).running() as server:
        yield server


@pytest.fixture
def reader(quickbooks: ApiServer, tmp_path: Path) -> Reader:
    """A home that reads it."""
    environment = {
        "BASE_URL": quickbooks.url,
        "ACCESS_TOKEN_URL": f"{quickbooks.url}/oauth2/v1/tokens/bearer",
        "REALM_ID": REALM,
        "CLIENT_ID": CLIENT,
        "CLIENT_SECRET": SECRET,
        "REFRESH_TOKEN": REFRESH,
    }
    named = {f"SOURCES__QUICKBOOKS__{name}": value for name, value in environment.items()}
    return Reader(new_home(tmp_path / "home"), "quickbooks", named)


def vendor(server: ApiServer) -> QuickBooks:
    """What stands behind the server; a test changes it in place."""
    assert isinstance(server.adapter, QuickBooks)
    return server.adapter


def assert_as_files(server: ApiServer, reader: Reader, folder: Path) -> None:
    """What was read over the API makes the same rows as the vendor's records given as files."""
    home = new_home(folder)
    held = {name: vendor(server).records[kind] for name, kind in ALL.items()}
    read_files(home, "quickbooks", held)
    assert_same(_sorted_keys(staged(reader.home, "quickbooks")), _sorted_keys(staged(home, "quickbooks")))


def _sorted_keys(tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The tables with the fields of `custom` in one order: theirs follows which record came first."""
    return {
        name: rows.with_columns(pl.col("custom").map_elements(_sorted, pl.String)) if "custom" in rows.columns else rows
        for name, rows in tables.items()
    }


def _sorted(custom: str) -> str:
    return json.dumps(json.loads(custom), sort_keys=True)


def test_everything_comes_and_makes_the_same_rows_as_files(
    quickbooks: ApiServer, reader: Reader, tmp_path: Path
) -> None:
    pulled = {one.resource: one for one in reader.sync()}
    assert [one.problem for one in pulled.values()] == [None] * ENDPOINTS
    held = vendor(quickbooks).records
    assert {name: pulled[name].records for name in ALL} == {name: len(held[kind]) for name, kind in ALL.items()}
    assert any(not record["Active"] for record in reader.records("customers")), "inactive ones come too"
    as_sent = {one["Id"]: one for one in held["Invoice"]}
    assert {one["Id"]: one for one in reader.records("invoices")} == as_sent
    assert_as_files(quickbooks, reader, tmp_path / "files")


def test_numbers_stay_as_they_were_sent(quickbooks: ApiServer, reader: Reader) -> None:
    body = '{"QueryResponse": {"Item": [{"Id": "9", "Name": "Fine", "UnitPrice": 0.10000000000000000001}]}}'
    quickbooks.adapter, true = lambda ask: _or(ask, "from Item", Answer(body), true), quickbooks.adapter
    reader.pull()
    folder = reader.home.inbox / "quickbooks" / "api" / "items"
    assert "0.10000000000000000001" in "".join(path.read_text() for path in folder.glob("*.jsonl"))


def _or(ask: Ask, part: str, answer: Answer, other: object) -> Answer:
    assert isinstance(other, QuickBooks)
    return answer if part in ask.query.get("query", "") else other(ask)


def test_the_next_sync_asks_for_what_changed(quickbooks: ApiServer, reader: Reader, tmp_path: Path) -> None:
    reader.sync()
    held = vendor(quickbooks).records
    invoice = next(one for one in held["Invoice"] if one["Id"] == "131")
    invoice |= {"Balance": 0, "SyncToken": "7", "MetaData": {"LastUpdatedTime": "2024-06-30T08:00:00-07:00"}}
    before = len(quickbooks.asked)
    pulled = {one.resource: one.records for one in reader.sync()}
    asked = [ask.query["query"] for ask in quickbooks.asked[before:] if "from Invoice" in ask.query.get("query", "")]
    assert "LastUpdatedTime >= '2024-06-20T07:00:00-07:00'" in asked[0], "three hours before the last change"
    assert 1 <= pulled["invoices"] < len(held["Invoice"])
    assert_as_files(quickbooks, reader, tmp_path / "files")


def test_deleted_records_are_marked(quickbooks: ApiServer, reader: Reader) -> None:
    reader.sync()
    at = datetime.now(UTC).replace(microsecond=0)
    vendor(quickbooks).delete("Invoice", "130", at.isoformat())
    vendor(quickbooks).delete("SalesReceipt", "401", at.isoformat())
    reader.sync()
    tables = staged(reader.home, "quickbooks")
    gone = tables["staging_quickbooks.invoice"].filter(pl.col("source_deleted_at").is_not_null()).to_dicts()
    assert [(row["source_record_id"], row["total"], row["source_deleted_at"]) for row in gone] == [
        ("130", gone[0]["total"], at.replace(tzinfo=None))
    ]
    assert gone[0]["total"] is not None
    sales = set(tables["staging_quickbooks.sale"]["source_record_id"])
    assert "Invoice:131:1.1" in sales
    assert not {"Invoice:130:1", "SalesReceipt:401:1"} & sales
    assert reader.records("deletions")[0]["Entity"] in ("Invoice", "SalesReceipt")


def test_limits_and_cut_connections_lose_nothing(quickbooks: ApiServer, reader: Reader, tmp_path: Path) -> None:
    busy = Answer({"Fault": {"Error": [{"Message": "ThrottleExceeded", "code": "3001"}]}}, 429, {"Retry-After": "60"})
    quickbooks.fail(busy, CUT, Answer("<html>", 503), at=range(1, 30, 5))
    pulled = reader.sync()
    assert [one.problem for one in pulled] == [None] * ENDPOINTS
    assert reader.slept.count(60.0) == 2
    assert_as_files(quickbooks, reader, tmp_path / "files")


@pytest.mark.parametrize("name", ["CLIENT_SECRET", "REFRESH_TOKEN"])
def test_a_wrong_key_is_told_without_showing_it(reader: Reader, name: str) -> None:
    wrong = {**reader.environment, f"SOURCES__QUICKBOOKS__{name}": "wrong-secret"}
    pulled = Reader(reader.home, "quickbooks", wrong).pull()
    problems = [str(one.problem) for one in pulled if one.problem]
    assert problems
    assert all("SOURCES__QUICKBOOKS__" in problem for problem in problems)
    assert "wrong-secret" not in str(pulled)


def test_the_change_feed_is_never_asked_beyond_its_memory() -> None:
    earliest = datetime.now(UTC) - timedelta(days=30)
    assert datetime.fromisoformat(api.within_memory("2000-01-01T00:00:00-08:00")) > earliest
    late = (datetime.now(UTC) - timedelta(days=1)).isoformat(timespec="seconds")
    assert api.within_memory(late) == late
