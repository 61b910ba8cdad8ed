"""Salesforce's API, read from a server that takes SOQL, pages by locators and fails the way Salesforce does."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote_plus

import pytest

from connectors.salesforce.api import ALWAYS_THERE, OBJECTS, OTHER_CURSORS, soql_moment
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

SAMPLE = ROOT / "connectors" / "salesforce" / "sample"
PAGE = 3
TOKEN, SECRET = "00D5f!session", "sf-consumer-secret"
LINKS = "content_document_links"
QUERY = re.compile(
    r"SELECT FIELDS\(STANDARD\)(?P<custom>(?:, \w+__c)*) FROM (?P<kind>\w+) WHERE (?:(?P<cursor>\w+) >= (?P<since>\S+) "
    r"ORDER BY (?P<order>\w+), Id|ContentDocumentId = '(?P<note>\w+)')"
)


class Salesforce:
    """The vendor: its records by resource, and its answers about them in pages of three."""

    def __init__(self, records: dict[str, list[Record]]) -> None:
        self.records = records
        self.off: set[str] = set()
        self.held: dict[str, list[Record]] = {}
        self.logins: list[Record] = []

    def __call__(self, ask: Ask) -> Answer:
        """Answer one request."""
        if ask.path == "/services/oauth2/token":
            self.logins.append(ask.body)
            if ask.body["client_secret"] != SECRET:
                return Answer({"error": "invalid_client", "error_description": "invalid client credentials"}, 400)
            return Answer({"access_token": TOKEN, "instance_url": ask.base, "token_type": "Bearer", "scope": "api"})
        if ask.headers.get("Authorization") != f"Bearer {TOKEN}":
            return Answer([{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}], 401)
        if ask.path == "/services/data/v62.0/queryAll":
            return self._query(ask.query["q"])
        locator = ask.path.removeprefix("/services/data/v62.0/query/")
        if ask.query or locator not in self.held:
            return Answer([{"message": "invalid query locator", "errorCode": "INVALID_QUERY_LOCATOR"}], 400)
        return self._page(self.held[locator])

    def _query(self, q: str) -> Answer:
        asked = QUERY.fullmatch(unquote_plus(q))
        if asked is None:
            return Answer([{"message": f"unexpected token: {q}", "errorCode": "MALFORMED_QUERY"}], 400)
        name = {"ContentDocumentLink": LINKS, **{kind: name for name, kind in OBJECTS.items()}}[asked["kind"]]
        if name in self.off:
            text = f"sObject type '{asked['kind']}' is not supported."
            return Answer([{"message": text, "errorCode": "INVALID_TYPE"}], 400)
        rows = [_standard(row, asked["custom"], asked["kind"]) for row in self.records.get(name, [])]
        if name == LINKS:
            return self._page([row for row in rows if row["ContentDocumentId"] == asked["note"]])
        cursor = asked["cursor"]
        assert cursor == asked["order"] == OTHER_CURSORS.get(name, "SystemModstamp")
        since = datetime.fromisoformat(asked["since"])
        rows = [row for row in rows if datetime.fromisoformat(row[cursor]) >= since]
        return self._page(sorted(rows, key=lambda row: (row[cursor], row["Id"])))

    def _page(self, rows: list[Record]) -> Answer:
        body: Record = {"totalSize": len(rows), "done": len(rows) <= PAGE, "records": rows[:PAGE]}
        if not body["done"]:
            locator = f"01g5f000000{len(self.held):04}AAA-{PAGE}"
            self.held[locator] = rows[PAGE:]
            body["nextRecordsUrl"] = f"/services/data/v62.0/query/{locator}"
        return Answer(body)


def _standard(row: Record, custom: str, kind: str) -> Record:
    """The standard fields of a record and the asked ones of the workspace's own."""
    kept = {name: value for name, value in row.items() if not name.endswith("__c") or name in custom}
    address = {"BillingAddress": {"city": row["BillingCity"]}} if "BillingCity" in row else {}
    return {"attributes": {"type": kind, "url": f"/sobjects/{kind}/{row['Id']}"}, **kept, **address}


def _sample() -> dict[str, list[Record]]:
    """The connector's data export as the records that Salesforce's API holds."""
    kinds = {**OBJECTS, LINKS: "ContentDocumentLink"}
    return {name: [_typed(row) for row in _rows(f"{kind}.csv")] for name, kind in kinds.items()}


def _rows(name: str) -> list[dict[str, str]]:
    with (SAMPLE / name).open(newline="") as file:
        return list(csv.DictReader(file))


def _typed(row: dict[str, str]) -> Record:
    made: Record = {}
    for name, text in row.items():
        is_flag = text in ("0", "1") and re.match(r"Is[A-Z]|Has[A-Z]|DoNotCall|Incoming", name)
        value = text.replace("Z", "+0000") if re.fullmatch(r"\d{4}-\d\d-\d\dT.*Z", text) else text
        made[name] = text == "1" if is_flag else float(text) if name in ("Amount", "TotalPrice") else value or None
    return made


@pytest.fixture
def salesforce() -> Iterator[ApiServer]:
    """A server that holds the sample."""
    with ApiServer(Salesforce(_sample())).running() as server:
        yield server


CUSTOM = sorted(
    {f"{kind}.{name}" for kind in OBJECTS.values() for row in _rows(f"{kind}.csv")[:1] for name in row if "__c" in name}
)


@pytest.fixture
def reader(salesforce: ApiServer, tmp_path: Path) -> Reader:
    """A home that reads it, with all fields of the workspace's own."""
    told = {
        "BASE_URL": salesforce.url,
        "CLIENT_ID": "3MVG9",
        "CLIENT_SECRET": SECRET,
        "CUSTOM_FIELDS": ", ".join(CUSTOM),
    }
    environment = {f"SOURCES__SALESFORCE__{name}": value for name, value in told.items()}
    return Reader(new_home(tmp_path / "home"), "salesforce", environment)


def vendor(server: ApiServer) -> Salesforce:
    """What stands behind the server; a test changes it in place."""
    assert isinstance(server.adapter, Salesforce)
    return server.adapter


def assert_as_files(server: ApiServer, reader: Reader, folder: Path) -> None:
    """What was read over the API makes the same rows as the vendor's records given as files."""
    home = new_home(folder)
    read_files(home, "salesforce", deepcopy(vendor(server).records))
    assert_same(staged(reader.home, "salesforce"), staged(home, "salesforce"))


def test_a_time_of_a_record_is_one_of_soql() -> None:
    assert soql_moment("2026-03-31T14:05:00.120+0000") == "2026-03-31T14:05:00.120Z"
    assert soql_moment("1999-01-01T00:00:00.000+0000") == "1999-01-01T00:00:00.000Z"


def test_everything_comes_and_makes_the_same_rows_as_files(
    salesforce: ApiServer, reader: Reader, tmp_path: Path
) -> None:
    pulled = {one.resource: one for one in reader.sync()}
    assert {one.problem for one in pulled.values()} == {None}
    held = vendor(salesforce).records
    assert {name: one.records for name, one in pulled.items()} == {name: len(rows) for name, rows in held.items()}
    assert any(path.endswith("-3") for path in salesforce.paths())
    assert reader.records("accounts")[0].keys() == held["accounts"][0].keys()  # neither attributes nor addresses
    login = vendor(salesforce).logins[0]
    assert login == {"client_id": "3MVG9", "client_secret": SECRET, "grant_type": "client_credentials"}
    assert_as_files(salesforce, reader, tmp_path / "files")


def test_the_next_sync_asks_for_what_changed_and_what_came_late(
    salesforce: ApiServer, reader: Reader, tmp_path: Path
) -> None:
    held = vendor(salesforce).records
    late = held["contacts"].pop(0)
    reader.sync()
    late["SystemModstamp"] = "2026-06-01T15:50:00.000+0000"  # an hour before the newest that came
    held["contacts"].append(late)
    held["accounts"][0] |= {"Name": "Nordlicht", "SystemModstamp": "2026-07-01T08:00:00.000+0000"}
    held["accounts"][2] |= {"IsDeleted": True, "SystemModstamp": "2026-07-02T08:00:00.000+0000"}
    before = len(salesforce.asked)
    pulled = {one.resource: one.records for one in reader.sync()}
    queries = [ask.query["q"] for ask in salesforce.asked[before:] if ask.query]
    assert "SystemModstamp >= 2026-06-20T09:05:00.000Z" in next(q for q in queries if "FROM Account " in q)
    assert "SystemModstamp >= 2026-06-01T15:45:00.000Z" in next(q for q in queries if "FROM Contact " in q)
    assert (pulled["accounts"], pulled["contacts"], pulled["cases"]) == (2, 2, 1)
    assert_as_files(salesforce, reader, tmp_path / "files")
    rows = {row["name"]: row for row in staged(reader.home, "salesforce")["staging_salesforce.company"].to_dicts()}
    assert rows["Calder & Wray"]["source_deleted_at"] == datetime(2026, 7, 2, 8)


def test_limits_and_cut_connections_lose_nothing(salesforce: ApiServer, reader: Reader, tmp_path: Path) -> None:
    text = "ConcurrentPerOrgLongTxn Limit exceeded."
    busy = Answer([{"message": text, "errorCode": "REQUEST_LIMIT_EXCEEDED"}], 403)
    down = Answer([{"message": "Server is unavailable", "errorCode": "SERVER_UNAVAILABLE"}], 503)
    salesforce.fail(busy, CUT, down, at=range(2, 30, 4))
    pulled = reader.sync()
    assert {one.problem for one in pulled} == {None}
    assert reader.slept.count(30.0) == 3
    assert_as_files(salesforce, reader, tmp_path / "files")


def test_the_limit_of_the_day_is_told(salesforce: ApiServer, reader: Reader, tmp_path: Path) -> None:
    spent = Answer([{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}], 403)
    salesforce.fail(spent, at=[1])
    pulled = {one.resource: one for one in reader.sync()}
    assert pulled["accounts"].problem == (
        "Salesforce's API requests of the last 24 hours are used up; sync again in some hours"
    )
    assert reader.slept == []
    reader.sync()
    assert_as_files(salesforce, reader, tmp_path / "files")


def test_an_expired_locator_starts_the_query_again(salesforce: ApiServer, reader: Reader, tmp_path: Path) -> None:
    expired = Answer([{"message": "invalid query locator", "errorCode": "INVALID_QUERY_LOCATOR"}], 400)
    salesforce.fail(expired, at=[2])  # the second page of accounts
    pulled = {one.resource: one for one in reader.sync()}
    assert pulled["accounts"].notes == ("a page cursor was refused (400): read again from the last kept value",)
    assert {one.problem for one in pulled.values()} == {None}
    assert_as_files(salesforce, reader, tmp_path / "files")


def test_what_a_workspace_does_not_have_is_passed_over(salesforce: ApiServer, reader: Reader) -> None:
    vendor(salesforce).off = {"task_relations", "leads", "accounts"}
    assert "accounts" in ALWAYS_THERE
    pulled = {one.resource: one for one in reader.pull()}
    assert [name for name, one in pulled.items() if one.problem] == ["accounts"]
    assert "INVALID_TYPE" in str(pulled["accounts"].problem)
    assert (pulled["leads"].records, pulled["users"].records) == (0, len(vendor(salesforce).records["users"]))


def test_a_wrong_secret_is_told_without_showing_it(reader: Reader) -> None:
    wrong = {**reader.environment, "SOURCES__SALESFORCE__CLIENT_SECRET": "wrong-secret"}
    pulled = Reader(reader.home, "salesforce", wrong).pull()
    (problem,) = [one.problem for one in pulled if one.problem]
    assert problem is not None
    assert problem.startswith("the API does not take the key: SOURCES__SALESFORCE__CLIENT_ID (the consumer key")
    assert "wrong-secret" not in str(pulled)


def test_a_refresh_token_does_as_well(salesforce: ApiServer, reader: Reader) -> None:
    environment = {**reader.environment, "SOURCES__SALESFORCE__REFRESH_TOKEN": "5Aep-refresh"}
    pulled = Reader(reader.home, "salesforce", environment).pull()
    assert {one.problem for one in pulled} == {None}
    assert {(login["grant_type"], login["refresh_token"]) for login in vendor(salesforce).logins} == {
        ("refresh_token", "5Aep-refresh")
    }
    assert not any("5Aep" in str(ask.query) + ask.path for ask in salesforce.asked)
