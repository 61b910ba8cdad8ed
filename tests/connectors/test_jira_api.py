"""Jira's API, read from a server that searches by JQL, pages and fails the way Jira Cloud does."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.jira.api import LAG
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

SAMPLE = ROOT / "connectors" / "jira" / "sample"
PAGE = 3
CHANGES = 2
"""How many changes a search tells of an issue."""
KEY = "jira-secret-token"
ZONE = ZoneInfo("America/Los_Angeles")
"""Of the key's owner: in it Jira writes times and reads those of JQL."""


def moment(issue: Record) -> datetime:
    """When an issue was last changed."""
    return datetime.fromisoformat(issue["fields"]["updated"])


def written(when: datetime) -> str:
    """A time as Jira writes it."""
    local = when.astimezone(ZONE)
    return f"{local:%Y-%m-%dT%H:%M:%S}.{local.microsecond // 1000:03}{local:%z}"


class Jira:
    """The vendor: its records, and its answers about them in pages of three."""

    def __init__(self, records: dict[str, list[Record]]) -> None:
        self.records = records
        self.queries: list[str] = []

    def __call__(self, ask: Ask) -> Answer:
        """Answer one request."""
        if (
            ask.headers.get("Authorization")
            != "Basic " + base64.b64encode(f"api@lumenly.example:{KEY}".encode()).decode()
        ):
            return Answer({"errorMessages": ["Client must be authenticated"]}, 401)
        match ask.path.removeprefix("/rest/").split("/"):
            case ["api", "3", "search", "jql"]:
                return self._search(ask)
            case ["api", "3", "issue", number, "changelog"]:
                return self._changes(ask, number)
            case ["api", "3", "issue", number, "remotelink"]:
                (issue,) = [one for one in self.records["issues"] if one["id"] == number] or [None]
                if issue is None:
                    return Answer({"errorMessages": ["Issue does not exist"]}, 404)
                mine = [one for one in self.records["remote_links"] if f"/issue/{issue['key']}/" in one["self"]]
                return Answer(mine)
            case ["api", "3", "field"]:
                return Answer(self.records["fields"])
            case ["api", "3", "users", "search"]:
                start = int(ask.query["startAt"])
                return Answer(self.records["users"][start : start + int(ask.query["maxResults"])])
            case ["servicedeskapi", "organization", *rest]:
                return self._organizations(ask, rest)
        return Answer({"errorMessages": ["dead link"]}, 404)

    def _search(self, ask: Ask) -> Answer:
        """What matches `updated >=` a minute of the owner's clock, oldest change first."""
        self.queries.append(ask.query["jql"])
        found = re.fullmatch(r'(?:\((.+)\) AND )?updated >= "(.{16})" ORDER BY updated ASC', ask.query["jql"])
        assert found is not None, ask.query["jql"]
        since = datetime.strptime(found[2], "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)
        issues = sorted((one for one in self.records["issues"] if moment(one) >= since), key=moment)
        start = int(ask.query.get("nextPageToken", 0))
        size = min(int(ask.query["maxResults"]), PAGE)
        page: dict[str, Any] = {
            "issues": [self._cut(one, ask.query["fields"]) for one in issues[start : start + size]],
            "isLast": start + size >= len(issues),
        }
        return Answer(page if page["isLast"] else page | {"nextPageToken": str(start + size)})

    def _cut(self, issue: Record, fields: str) -> Record:
        told = deepcopy(issue)
        if fields != "*all":
            told["fields"] = {fields: told["fields"][fields]}
        if "changelog" in told:
            told["changelog"]["histories"] = told["changelog"]["histories"][:CHANGES]
        return told

    def _changes(self, ask: Ask, number: str) -> Answer:
        (issue,) = [one for one in self.records["issues"] if one["id"] == number]
        histories = list(reversed(issue["changelog"]["histories"]))
        start, size = int(ask.query["startAt"]), int(ask.query["maxResults"])
        body = {"startAt": start, "maxResults": size, "total": len(histories), "isLast": start + size >= len(histories)}
        return Answer({**body, "values": histories[start : start + size]})

    def _organizations(self, ask: Ask, rest: list[str]) -> Answer:
        found = self.records["organizations"]
        if rest:
            mine = [one for one in self.records["organization_members"] if one["organizationId"] == rest[0]]
            found = [{name: value for name, value in one.items() if name != "organizationId"} for one in mine]
        start, size = int(ask.query["start"]), int(ask.query["limit"])
        return Answer({"start": start, "limit": size, "values": found[start : start + size], "isLastPage": True})


def _sample() -> dict[str, list[Record]]:
    """The connector's sample as the records that Jira holds, and more issues so that there are pages."""

    def read(name: str) -> Any:
        return json.loads((SAMPLE / name).read_text())

    issues = [*read("issues_search_page_1.json")["issues"], *read("issues_search_page_2.json")["issues"]]
    for issue in issues:
        issue["fields"]["updated"] = written(moment(issue))
    members = (SAMPLE / "organization_members.ndjson").read_text().splitlines()
    known = {issue["key"] for issue in issues}
    links = [*read("remote_links_PLAT-1.json"), *read("remote_links_10004.json")]
    return {
        "issues": _more(issues, 12),
        "remote_links": [link for link in links if link["self"].split("/")[-3] in known],
        "fields": read("fields.json"),
        "users": read("users_page_1.json"),
        "organizations": read("organizations_page_1.json")["values"],
        "organization_members": [json.loads(line) for line in members],
    }


def _more(issues: list[Record], copies: int) -> list[Record]:
    """The issues, and copies of the first one of which each has more changes than the one before."""
    made = deepcopy(issues)
    for number in range(copies):
        copy = deepcopy(issues[0])
        copy |= {"id": str(11000 + number), "key": f"PLAT-{1000 + number}"}
        copy["fields"]["updated"] = written(datetime.fromisoformat(f"2026-06-{2 + number:02}T06:00:00+00:00"))
        history = copy["changelog"]["histories"][0]
        copy["changelog"]["histories"] = [history | {"id": str(50_000 + 100 * number + step)} for step in range(number)]
        copy["changelog"]["total"] = number
        made.append(copy)
    return made


@pytest.fixture
def jira() -> Iterator[ApiServer]:
    """A server that holds the sample."""
    with ApiServer(Jira(_sample())).running() as server:
        yield server


@pytest.fixture
def reader(jira: ApiServer, tmp_path: Path) -> Reader:
    """A home that reads it."""
    environment = {"BASE_URL": jira.url, "EMAIL": "api@lumenly.example", "API_TOKEN": KEY}
    return Reader(
        new_home(tmp_path / "home"), "jira", {f"SOURCES__JIRA__{name}": value for name, value in environment.items()}
    )


def records_of(server: ApiServer) -> dict[str, list[Record]]:
    """What the vendor holds; a test changes it in place."""
    assert isinstance(server.adapter, Jira)
    return server.adapter.records


def assert_as_files(server: ApiServer, reader: Reader, folder: Path) -> None:
    """What was read over the API makes the same rows as the vendor's records given as files."""
    home = new_home(folder)
    read_files(home, "jira", records_of(server))
    assert_same(staged(reader.home, "jira"), staged(home, "jira"))


def test_everything_comes_and_makes_the_same_rows_as_files(jira: ApiServer, reader: Reader, tmp_path: Path) -> None:
    pulled = {one.resource: one for one in reader.sync()}
    assert [one.problem for one in pulled.values()] == [None] * 8
    held = records_of(jira)
    long = [len(one["changelog"]["histories"]) for one in held["issues"] if "changelog" in one]
    changes = sum(count for count in long if count > CHANGES)
    assert {name: one.records for name, one in pulled.items()} == {
        **{name: len(found) for name, found in held.items()},
        "_long": 0,
        "changelogs": changes,
    }
    asked = [path for path in jira.paths() if path.endswith("/changelog")]
    assert len(asked) == sum(count > CHANGES for count in long)  # only of issues whose search did not tell all
    assert_as_files(jira, reader, tmp_path / "files")
    assert reader.slept == []


def test_the_next_sync_asks_for_what_changed(jira: ApiServer, reader: Reader, tmp_path: Path) -> None:
    reader.sync()
    held = records_of(jira)
    newest = max(moment(one) for one in held["issues"])
    # within the minute of the newest one, which JQL cannot tell from it
    held["issues"][1]["fields"] |= {"summary": "Renamed", "updated": written(newest)}
    before, queries = len(jira.asked), jira.adapter.queries  # type: ignore[attr-defined]
    told = len(queries)
    pulled = {one.resource: one for one in reader.sync()}
    since = datetime.fromtimestamp(newest.timestamp() - LAG, ZONE)
    assert queries[told] == f'updated >= "{since:%Y-%m-%d %H:%M}" ORDER BY updated ASC'
    assert pulled["issues"].records < 5
    assert len(jira.asked) > before
    assert_as_files(jira, reader, tmp_path / "files")


def test_a_filter_of_ones_own_narrows_the_search(jira: ApiServer, reader: Reader) -> None:
    own = {**reader.environment, "SOURCES__JIRA__JQL": "project in (PLAT, SUP)"}
    Reader(reader.home, "jira", own).pull()
    assert jira.adapter.queries[0] == (  # type: ignore[attr-defined]
        '(project in (PLAT, SUP)) AND updated >= "2002-01-01 00:00" ORDER BY updated ASC'
    )


def test_limits_and_cut_connections_lose_nothing(jira: ApiServer, reader: Reader, tmp_path: Path) -> None:
    busy = Answer(
        {"errorMessages": ["rate limited"]}, 429, {"Retry-After": "37", "RateLimit-Reason": "jira-burst-based"}
    )
    jira.fail(busy, CUT, Answer("<html>", 503, {"Retry-After": "4"}), at=range(0, 30, 5))
    assert [one.problem for one in reader.sync()] == [None] * 8
    assert (reader.slept.count(37.0), reader.slept.count(4.0), len(reader.slept)) == (2, 2, 6)
    assert_as_files(jira, reader, tmp_path / "files")


def test_an_expired_page_token_starts_again(jira: ApiServer, reader: Reader, tmp_path: Path) -> None:
    usual = jira.adapter
    faults = [Answer({"errorMessages": ["The provided next page token is invalid"]}, 400)]

    def failing(ask: Ask) -> Answer:
        return faults.pop() if faults and ask.query.get("nextPageToken") == "6" else usual(ask)

    jira.adapter = failing
    pulled = {one.resource: one for one in reader.sync()}
    jira.adapter = usual
    assert [one.problem for one in pulled.values()] == [None] * 8
    assert pulled["issues"].notes == ("a page cursor was refused (400): read again from the last kept value",)
    assert_as_files(jira, reader, tmp_path / "files")


def test_a_site_without_service_management_and_issues_gone_meanwhile(jira: ApiServer, reader: Reader) -> None:
    usual = jira.adapter
    gone = ("/rest/servicedeskapi/organization", "/rest/api/3/issue/11003/remotelink")
    jira.adapter = lambda ask: Answer({}, 404) if ask.path in gone else usual(ask)
    pulled = {one.resource: one for one in reader.pull()}
    assert [one.problem for one in pulled.values()] == [None] * 8
    assert (pulled["organizations"].records, pulled["organization_members"].records) == (0, 0)


def test_a_wrong_key_is_told_without_showing_it(reader: Reader) -> None:
    wrong = {**reader.environment, "SOURCES__JIRA__API_TOKEN": "wrong-secret"}
    pulled = Reader(reader.home, "jira", wrong).pull()
    assert [one.problem for one in pulled if one.problem] == [
        "the API does not take the key: SOURCES__JIRA__API_TOKEN (an API token of a user who sees the projects "
        "(id.atlassian.com, Security)) is wrong or has expired; it needs the permission to browse the projects"
    ]
    assert "wrong-secret" not in str(pulled)


def test_a_missing_right_stops_only_what_needs_it(jira: ApiServer, reader: Reader) -> None:
    usual = jira.adapter
    forbidden = Answer({"errorMessages": ["Forbidden"]}, 403)
    jira.adapter = lambda ask: forbidden if "/users/" in ask.path else usual(ask)
    pulled = {one.resource: one for one in reader.pull()}
    assert pulled["users"].problem == (
        "the key may not read users (403): it needs the global permission to browse users and groups; the key is in "
        "SOURCES__JIRA__API_TOKEN"
    )
    assert [one.problem for name, one in pulled.items() if name != "users"] == [None] * 7
