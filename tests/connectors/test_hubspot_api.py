"""HubSpot's API, read from a server that lists, searches, links, limits and deletes the way HubSpot does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from requests import Request, Response

from connectors.hubspot.api import OPTIONAL, SCOPES
from connectors.hubspot.asking import Asking
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
from tests.connectors.hubspot_vendor import KEY, KINDS, HubSpot, sample


@pytest.fixture
def hubspot() -> Iterator[ApiServer]:
    """A server that holds the sample."""
    with ApiServer(HubSpot(sample())).running() as server:
        yield server


@pytest.fixture
def reader(hubspot: ApiServer, tmp_path: Path) -> Reader:
    """A home that reads it."""
    environment = {"BASE_URL": hubspot.url, "ACCESS_TOKEN": KEY, "OBJECTS": " ".join(OPTIONAL)}
    return Reader(
        new_home(tmp_path / "home"),
        "hubspot",
        {f"SOURCES__HUBSPOT__{name}": value for name, value in environment.items()},
    )


def vendor(server: ApiServer) -> HubSpot:
    """The records that the vendor holds; a test changes them in place."""
    assert isinstance(server.adapter, HubSpot)
    return server.adapter


def assert_as_files(server: ApiServer, reader: Reader, folder: Path) -> None:
    """What was read over the API makes the same rows as the vendor's records given as files."""
    home, held = new_home(folder), vendor(server)
    told = {f"{name}_history": held.histories[kind] for name, kind in (("deal_stage", "deals"), ("ticket", "tickets"))}
    read_files(home, "hubspot", {**held.records, **told})
    assert_same(staged(reader.home, "hubspot"), staged(home, "hubspot"))


def change(record: Record, moment: str, **properties: str) -> None:
    """Have somebody write properties of a record."""
    times = {name: moment for name in ("lastmodifieddate", "hs_lastmodifieddate") if name in record["properties"]}
    record["properties"] |= {**properties, **times}
    record["updatedAt"] = moment


def test_everything_comes_and_makes_the_same_rows_as_files(hubspot: ApiServer, reader: Reader, tmp_path: Path) -> None:
    pulled = {one.resource: one for one in reader.sync()}
    assert {name: one.problem for name, one in pulled.items() if one.problem} == {}
    assert {name.partition("__")[0] for name in pulled} == set(SCOPES)  # each is told when a right is missing
    held = vendor(hubspot).records
    live = {kind: sum(not one["archived"] for one in held[kind]) for kind in KINDS}
    assert {kind: pulled[kind].records for kind in KINDS} == live
    assert {kind: pulled[f"{kind}__archived"].records for kind in KINDS} == {
        kind: len(held[kind]) - live[kind] for kind in KINDS
    }
    assert pulled["deal_stage_history"].records == live["deals"]
    assert not [path for path in hubspot.paths() if path.endswith(("/search", "/batch/read"))]
    (meeting,) = [one for one in reader.records("meetings") if one["id"] == "9700000812"]
    assert len(meeting["associations"]["contacts"]["results"]) == 7  # two came along, five on pages of their own
    assert_as_files(hubspot, reader, tmp_path / "files")


def test_the_next_sync_asks_for_what_changed(hubspot: ApiServer, reader: Reader, tmp_path: Path) -> None:
    reader.sync()
    held = vendor(hubspot).records
    for contact in held["contacts"][-30:]:
        change(contact, "2026-06-29T10:00:00.250Z", jobtitle="Buyer", partner_level="Gold")
    vendor(hubspot).names["contacts"].append("partner_level")
    change(held["meetings"][0], "2026-06-29T10:00:00Z", hs_meeting_title="Roadmap, again")
    deal = next(one for one in held["deals"] if one["id"] == "9200000312")
    change(deal, "2026-06-29T11:00:00Z", dealname="Tidewater Labs – renewed")
    before = len(hubspot.asked)
    pulled = {one.resource: one for one in reader.sync()}
    assert {name: one.problem for name, one in pulled.items() if one.problem} == {}
    assert pulled["contacts"].records == 31  # and the one that was the newest before, for the next day is asked again
    assert pulled["meetings"].records == 2
    lists = [ask for ask in hubspot.asked[before:] if ask.query.get("archived") == "false" and "limit" in ask.query]
    assert {ask.path for ask in lists} == {"/crm/v3/owners"}
    searches = [ask.body for ask in hubspot.asked[before:] if ask.path == "/crm/v3/objects/contacts/search"]
    assert [one["filterGroups"][0]["filters"][0]["value"] for one in searches] == ["1781856000001"] * 4
    assert_as_files(hubspot, reader, tmp_path / "files")
    contacts = staged(reader.home, "hubspot")["staging_hubspot.contact"].to_dicts()
    assert sum('"partner_level":"Gold"' in (one["custom"] or "") for one in contacts) == 30


def test_limits_and_cut_connections_lose_nothing(hubspot: ApiServer, reader: Reader, tmp_path: Path) -> None:
    def limit(policy: str) -> Answer:
        return Answer({"status": "error", "errorType": "RATE_LIMIT", "policyName": policy}, 429)

    ten, second = limit("TEN_SECONDLY_ROLLING"), limit("SECONDLY")
    hubspot.fail(ten, CUT, Answer("<html>", 502), second, Answer({"category": "LOCKED"}, 423), at=range(0, 50, 5))
    pulled = reader.sync()
    assert [one.problem for one in pulled if one.problem] == []
    assert sorted(reader.slept) == [1.0] * 6 + [2.0] * 2 + [10.0] * 2
    for contact in vendor(hubspot).records["contacts"][-30:]:
        change(contact, "2026-06-29T10:00:00Z", jobtitle="Buyer")
    hubspot.fail(ten, CUT, second, at=range(30, 90, 4))
    assert [one.problem for one in reader.sync() if one.problem] == []
    assert_as_files(hubspot, reader, tmp_path / "files")


def test_a_full_day_is_told_and_not_waited_for(hubspot: ApiServer, reader: Reader) -> None:
    hubspot.fail(Answer({"status": "error", "policyName": "DAILY"}, 429), at=[0])
    pulled = {one.resource: one for one in reader.pull()}
    assert pulled["owners"].problem == (
        "HubSpot's API requests of this day are used up; sync again after midnight in the account's time zone"
    )
    assert reader.slept == []


def test_late_and_deleted_records_arrive(hubspot: ApiServer, reader: Reader, tmp_path: Path) -> None:
    held = vendor(hubspot).records
    late = held["contacts"].pop()
    change(late, "2026-06-19T20:00:00Z")
    reader.sync()
    held["contacts"].append(late)  # the search did not show it yet
    gone = next(one for one in held["contacts"] if one["id"] == "9100001007")
    gone |= {"archived": True, "archivedAt": "2026-06-30T09:00:00Z"}
    gone.pop("associations")
    task = next(one for one in held["tasks"] if one["id"] == "9700000816")
    task |= {"archived": True, "archivedAt": "2026-06-30T09:00:00Z"}
    task.pop("associations")
    assert [one.problem for one in reader.sync() if one.problem] == []
    assert_as_files(hubspot, reader, tmp_path / "files")
    tables = staged(reader.home, "hubspot")
    contacts = {one["source_record_id"]: one for one in tables["staging_hubspot.contact"].to_dicts()}
    assert late["id"] in contacts
    assert contacts["9100001007"]["source_deleted_at"] == datetime(2026, 6, 30, 9)
    tasks = {one["source_record_id"]: one for one in tables["staging_hubspot.task"].to_dicts()}
    assert tasks["9700000816"]["source_deleted_at"] == datetime(2026, 6, 30, 9)


def test_a_link_that_moved_alone_comes_with_a_whole_reading(hubspot: ApiServer, reader: Reader) -> None:
    reader.pull()
    note = next(one for one in vendor(hubspot).records["notes"] if one["id"] == "9700000821")
    note["associations"] = {"companies": {"results": [{"id": "9000000103", "type": "note_to_company"}]}}
    reader.pull()  # HubSpot does not count it as a change of the note
    Reader(reader.home, "hubspot", {**reader.environment, "SOURCES__HUBSPOT__READ_WHOLE": "yes"}).pull()
    came = [one.get("associations") for one in reader.records("notes") if one["id"] == "9700000821"]
    assert came == [None, note["associations"]]


def test_optional_records_are_asked_for_where_they_are(hubspot: ApiServer, reader: Reader) -> None:
    few = {**reader.environment, "SOURCES__HUBSPOT__OBJECTS": "none"}
    pulled = {one.resource for one in Reader(reader.home, "hubspot", few).pull()}
    assert not pulled & {*OPTIONAL, "service_pipelines", "appointment_pipelines"}
    assert {"notes", "tasks__archived", "deal_pipelines", "ticket_history"} <= pulled
    assert {ask.query["associations"] for ask in hubspot.asked if ask.path == "/crm/v3/objects/notes"} >= {
        "companies,contacts,deals,tickets"
    }


def test_a_missing_right_stops_only_what_needs_it(hubspot: ApiServer, reader: Reader) -> None:
    denied = hubspot.adapter

    def adapter(ask: Ask) -> Answer:
        return Answer({"category": "MISSING_SCOPES"}, 403) if ask.path.endswith("/products") else denied(ask)

    hubspot.adapter = adapter
    pulled = {one.resource: one for one in reader.pull()}
    assert {name for name, one in pulled.items() if one.problem} == {"products", "products__archived"}
    assert pulled["products"].problem == (
        "the key may not read products (403): it needs the scope crm.objects.products.read; "
        "the key is in SOURCES__HUBSPOT__ACCESS_TOKEN"
    )


def test_a_wrong_key_is_told_without_showing_it(reader: Reader) -> None:
    wrong = {**reader.environment, "SOURCES__HUBSPOT__ACCESS_TOKEN": "wrong-secret"}
    (problem,) = [one.problem for one in Reader(reader.home, "hubspot", wrong).pull() if one.problem]
    assert problem == (
        "the API does not take the key: SOURCES__HUBSPOT__ACCESS_TOKEN (the access token of a private app (Settings, "
        "Integrations, Private Apps)) is wrong or has expired; it needs the scope crm.objects.owners.read"
    )


def test_more_properties_than_an_address_holds_are_asked_for_in_a_body() -> None:
    """A page of the list is then read again by id, and keeps its links."""
    request = Request("GET", "https://api.hubapi.com/crm/v3/properties/deals", params={"since": "1136073600000"})
    asking = Asking("deals", ("dealname",), links=("companies",))
    asking.init_request(request)
    names = [{"name": f"own_property_{number}", "hubspotDefined": False} for number in range(600)]
    names += [{"name": "dealname", "hubspotDefined": True}, {"name": "hs_unwanted", "hubspotDefined": True}]
    links = {"companies": {"results": [{"id": "7", "type": "deal_to_company"}]}}

    def answer(results: list[Record]) -> list[Record]:
        response, data = Response(), list(results)
        response._content, response.status_code = json.dumps({"results": results}).encode(), 200
        asking.update_state(response, data)
        asking.update_request(request)
        return data

    assert answer(names) == []
    params: Any = request.params
    assert (params["associations"], "properties" in params) == ("companies", False)
    assert answer([{"id": "1", "associations": links}]) == []
    assert (request.method, request.url) == ("POST", "https://api.hubapi.com/crm/v3/objects/deals/batch/read")
    body: Any = request.json
    assert (len(body["properties"]), body["inputs"]) == (601, [{"id": "1"}])
    assert answer([{"id": "1", "properties": {"dealname": "A"}}]) == [
        {"id": "1", "properties": {"dealname": "A"}, "associations": links}
    ]
    assert not asking.has_next_page
