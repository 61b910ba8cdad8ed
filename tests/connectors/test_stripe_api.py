"""Stripe's API, read from a server that lists, pages, tells events and fails the way Stripe does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from connectors.stripe.api import LISTS
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

SAMPLE = ROOT / "connectors" / "stripe" / "sample"
KEY = "rk_live_secret"
PAGE = 2
LINES_SHOWN = 1


class Stripe:
    """The vendor: objects, events about them, and answers in pages of two."""

    def __init__(self, records: dict[str, list[Record]]) -> None:
        self.records = records

    def __call__(self, ask: Ask) -> Answer:
        """Answer one request."""
        if ask.headers.get("Authorization") != f"Bearer {KEY}":
            return Answer({"error": {"type": "invalid_request_error", "message": "Invalid API Key"}}, 401)
        name, *rest = ask.path.removeprefix("/v1/").split("/")
        if not rest:
            return self._page([self.shown(name, one) for one in self._listed(name, ask)], ask)
        found = next((one for one in self.records[name] if one["id"] == rest[0]), None)
        if found is None:
            return Answer({"error": {"type": "invalid_request_error", "code": "resource_missing"}}, 404)
        if rest[1:] == ["lines"]:
            return self._page(found["lines"]["data"], ask)
        if found.get("deleted"):
            return Answer({"id": found["id"], "object": found["object"], "deleted": True})
        return Answer(self.shown(name, found))

    def _listed(self, name: str, ask: Ask) -> list[Record]:
        since = int(ask.query["created[gte]"])
        found = [one for one in self.records[name] if one["created"] >= since and not one.get("deleted")]
        if name == "events":
            wanted = [value for key, value in ask.pairs if key == "types[]"]
            found = [one for one in found if any(fnmatchcase(one["type"], pattern) for pattern in wanted)]
        return sorted(found, key=lambda one: (one["created"], one["id"]), reverse=True)

    def _page(self, found: list[Record], ask: Ask) -> Answer:
        after = ask.query.get("starting_after")
        start = [one["id"] for one in found].index(after) + 1 if after else 0
        page = found[start : start + PAGE]
        return Answer({"object": "list", "data": page, "has_more": start + PAGE < len(found)})

    def shown(self, name: str, record: Record) -> Record:
        """An invoice shows its first lines only."""
        if name != "invoices" or len(record["lines"]["data"]) <= LINES_SHOWN:
            return record
        return {**record, "lines": {**record["lines"], "data": record["lines"]["data"][:LINES_SHOWN], "has_more": True}}

    def tell(self, kind: str, record: Record, at: int) -> None:
        """Add an event about an object as it is now."""
        event = {"id": f"evt_{len(self.records['events']):04d}", "object": "event", "type": kind, "created": at}
        self.records["events"].append({**event, "data": {"object": deepcopy(record)}})


def _sample() -> dict[str, list[Record]]:
    """The connector's sample as the objects that Stripe's API holds, every invoice with all its lines."""
    records: dict[str, list[Record]] = {name: [] for name in [*LISTS, "events"]}
    for name, files in {
        **{name: [name] for name in records},
        "invoices": ["invoices", "invoices_2"],
        "credit_notes": ["credit_note"],
    }.items():
        for file in files:
            path = SAMPLE / f"{file}.json"
            if not path.exists():
                continue
            document = json.loads(path.read_text())
            rows = document["data"] if document.get("object") == "list" else [document]
            records[name] += [row for row in rows if not row.get("deleted")]
    records["events"] = [json.loads(line) for line in (SAMPLE / "events.ndjson").read_text().splitlines()]
    for invoice in records["invoices"]:
        more = SAMPLE / f"invoice_lines_{invoice['id']}.json"
        if more.exists():
            invoice["lines"]["data"] = json.loads(more.read_text())["data"]
            invoice["lines"]["has_more"] = False
    return {name: list({row["id"]: row for row in rows}.values()) for name, rows in records.items()}


@pytest.fixture
def stripe() -> Iterator[ApiServer]:
    """A server that holds the sample."""
    with ApiServer(Stripe(_sample())).running() as server:
        yield server


@pytest.fixture
def reader(stripe: ApiServer, tmp_path: Path) -> Reader:
    """A home that reads it."""
    environment = {"SOURCES__STRIPE__BASE_URL": stripe.url, "SOURCES__STRIPE__API_KEY": KEY}
    return Reader(new_home(tmp_path / "home"), "stripe", environment)


def vendor(server: ApiServer) -> Stripe:
    assert isinstance(server.adapter, Stripe)
    return server.adapter


def assert_as_files(server: ApiServer, reader: Reader, folder: Path) -> None:
    """What was read over the API makes the same rows as the vendor's objects given as files, lines listed apart."""
    home, held = new_home(folder), vendor(server).records
    shown = {name: [vendor(server).shown(name, one) for one in found] for name, found in held.items()}
    long = [one for one in shown["invoices"] if one["lines"]["has_more"]]
    lines = [
        line for one in held["invoices"] if one["id"] in {each["id"] for each in long} for line in one["lines"]["data"]
    ]
    assert lines
    read_files(home, "stripe", {**shown, "invoice_line_items": lines})
    assert_same(staged(reader.home, "stripe"), staged(home, "stripe"))


def by_id(server: ApiServer, name: str, number: int = 0) -> Record:
    return vendor(server).records[name][number]


def test_everything_comes_and_makes_the_same_rows_as_files(stripe: ApiServer, reader: Reader, tmp_path: Path) -> None:
    pulled = reader.sync()
    assert [one.problem for one in pulled if one.problem] == []
    assert_as_files(stripe, reader, tmp_path / "files")
    assert KEY not in "".join(path.read_text() for path in reader.home.path.rglob("*.json*") if path.is_file())


def test_the_next_sync_brings_what_changed_and_nothing_else(stripe: ApiServer, reader: Reader, tmp_path: Path) -> None:
    reader.sync()
    customer, invoice = by_id(stripe, "customers"), by_id(stripe, "invoices")
    customer["name"] = "Renamed GmbH"
    invoice["status"] = "void"
    now = max(event["created"] for event in vendor(stripe).records["events"]) + 7_200
    vendor(stripe).tell("invoice.updated", {**invoice, "status": "open"}, now)
    vendor(stripe).tell("invoice.voided", invoice, now + 1)
    vendor(stripe).tell("customer.updated", customer, now + 2)
    before = len(stripe.asked)
    reader.sync()
    again = [path for path in stripe.paths(before) if path.count("/") == 3]
    assert f"/v1/customers/{customer['id']}" in again
    assert f"/v1/invoices/{invoice['id']}" in again
    assert_as_files(stripe, reader, tmp_path / "files")


def test_limits_and_cut_connections_lose_nothing(stripe: ApiServer, reader: Reader, tmp_path: Path) -> None:
    busy = Answer({"error": {"type": "rate_limit_error"}}, 429)
    locked = Answer({"error": {"code": "lock_timeout"}}, 409)
    stripe.fail(busy, CUT, Answer("<html>", 503), locked, at=range(0, 40, 3))
    assert [one.problem for one in reader.sync() if one.problem] == []
    assert_as_files(stripe, reader, tmp_path / "files")


def test_late_and_deleted_objects(stripe: ApiServer, reader: Reader) -> None:
    held = vendor(stripe).records
    late = held["charges"].pop(0)
    reader.sync()
    held["charges"].append(late)
    customer = by_id(stripe, "customers", 1)
    now = max(event["created"] for event in held["events"]) + 7_200
    vendor(stripe).tell("charge.succeeded", late, now)
    vendor(stripe).tell("customer.deleted", customer, now)
    customer["deleted"] = True
    reader.sync()
    tables = staged(reader.home, "stripe")
    gone = {row["source_record_id"]: row["source_deleted_at"] for row in tables["staging_stripe.company"].to_dicts()}
    assert gone[customer["id"]] is not None
    assert len([at for at in gone.values() if at]) == 1
    assert late["id"] in set(tables["staging_stripe.payment"]["source_record_id"])


def test_a_wrong_key_is_told_without_showing_it(reader: Reader) -> None:
    wrong = {**reader.environment, "SOURCES__STRIPE__API_KEY": "rk_live_other"}
    pulled = Reader(reader.home, "stripe", wrong).pull()
    problems = [str(one.problem) for one in pulled if one.problem]
    assert len(problems) == 1
    assert "SOURCES__STRIPE__API_KEY" in problems[0]
    assert "rk_live_other" not in str(pulled)
