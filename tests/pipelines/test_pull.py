"""Live APIs: records as sent, patience, cursors, kills, secrets; each vendor's own API is tested with its connector."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from connectors.reading.session import read_json, write_json
from pipelines.home import ROOT, Home
from pipelines.sync import pull
from pipelines.sync.ingest import sync
from pipelines.sync.pulled import Cursors
from pipelines.warehouse import open_warehouse, scalar
from tests.connectors.api_server import Answer, ApiServer, Reader
from tests.pipelines import toy_api
from tests.pipelines.toy_api import PAGE, SECRET, Toy, problems

with warnings.catch_warnings():
    # typer before 0.26 imports a name that click 8.5 warns about
    warnings.filterwarnings("ignore", "'click.utils", DeprecationWarning)
    from typer.testing import CliRunner

    from pipelines.cli import app

AUDITS = 2
"""How many the toy has of each ticket."""


# --- what comes -------------------------------------------------------------------------------------------------------


def test_every_kind_of_paging_brings_every_record(toy: Toy, reader: Reader) -> None:
    found = reader.pull()
    assert problems(found) == {}
    assert {one.resource: one.records for one in found} == {
        "tickets": 60,
        "ticket_audits": 120,
        "users": 23,
        "users__deleted": 1,
        "groups": 25,
    }
    assert reader.records("tickets") == toy.tickets
    assert reader.records("groups") == toy.groups
    assert sorted(one["ticket_id"] for one in reader.records("ticket_audits")) == sorted([*range(1, 61)] * AUDITS)
    assert reader.records("users")[-1] == {**toy.deleted[0], "active": False}
    assert next(name for name in reader.files() if "groups" in name).endswith("-000001-whole.jsonl")


def test_a_record_is_written_as_it_was_sent(toy: Toy, server: ApiServer, reader: Reader) -> None:
    text = (
        '{"items": [{"id": "g01", "name": "A \\u00fc \\u2028", "amount": 12.50, "tiny": 1E-7,'
        ' "huge": 123456789012345678901234, "zero": -0, "nested": {"b": [1.0, null, {"a": true}]},'
        ' "at": "2026-01-01T00:00:00.000Z"}], "has_more": false}'
    )
    server.adapter = lambda ask: Answer(text) if ask.path == "/groups" else toy(ask)
    reader.pull()
    (name,) = [name for name in reader.files() if "groups" in name]
    line = (reader.home.inbox / "zendesk" / name).read_text()
    assert line == (
        '{"id":"g01","name":"A ü \u2028","amount":12.50,"tiny":1E-7,"huge":123456789012345678901234,"zero":-0,'
        '"nested":{"b":[1.0,null,{"a":true}]},"at":"2026-01-01T00:00:00.000Z"}\n'
    )


def test_numbers_and_broken_text_survive_reading_and_writing() -> None:
    text = b'{"a":0.1,"b":1e400,"c":100000000000000000000000.000000000000001,"d":18446744073709551616}'
    assert write_json(read_json(text)) == text
    assert write_json(read_json(b'{"half":"\\ud83d x"}')) == '{"half":"\ufffd x"}'.encode()
    with pytest.raises(ValueError, match="NaN"):
        read_json(b'{"a":NaN}')


def test_what_is_there_already_leaves_no_new_file(reader: Reader) -> None:
    reader.pull()
    reader.pull()
    before = reader.files()
    again = {one.resource: one.records for one in reader.pull()}
    assert again["tickets"] == 1  # the overlap
    assert reader.files() == before


def test_what_was_so_before_and_is_again_is_news(toy: Toy, reader: Reader) -> None:
    for name in ("Ada", "Bob", "Ada", "Bob", "Ada"):
        toy.deleted[0]["name"] = name
        reader.pull()
    files = [name for name in reader.files() if name.endswith("-deleted.jsonl")]
    assert len(files) == 5
    assert len({(reader.home.inbox / "zendesk" / name).read_bytes() for name in files}) == 5
    assert [one["name"] for one in reader.records("users") if one.get("active") is False] == [
        "Ada",
        "Bob",
        "Ada",
        "Bob",
        "Ada",
    ]


def test_only_the_folder_says_what_a_file_holds(toy: Toy, reader: Reader) -> None:
    toy.groups[3] = {"id": "g04", "label": "renamed"}
    reader.sync()
    with open_warehouse(reader.home, "a test") as con:
        assert scalar(con, "select count(*) from raw_zendesk.groups") == 24
        rows = con.execute("select file, line, reason from quarantine.zendesk__file").fetchall()
    ((file, line, reason),) = rows
    assert file.startswith("api/groups/")
    assert line == 4
    assert reason.startswith("columns fit groups best (1 of 2) but required column 'name' is missing")


# --- cursors ----------------------------------------------------------------------------------------------------------


def test_the_cursor_moves_and_looks_back_by_its_lag(toy: Toy, server: ApiServer, reader: Reader) -> None:
    reader.pull()
    toy.tickets.append({**toy.tickets[0], "id": 61, "generated_timestamp": 1597})  # late: made before the last one
    first = len(server.asked)
    found = {one.resource: one for one in reader.pull()}
    assert server.asked[first].query["since"] == str(1000 + 60 * 10 - 5)
    assert found["tickets"].records == 2
    assert found["tickets"].cursor == "1600"
    assert {61, 60} <= {one["id"] for one in reader.records("tickets")}


def test_a_long_backfill_goes_on_near_where_it_stopped(
    server: ApiServer, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pull, "KEEP_RECORDS", PAGE)
    page = 1 + PAGE  # a page, then the audits of its tickets
    server.fail(Answer("", 503), at=range(3 * page, 3 * page + 8))
    found = reader.pull()
    assert problems(found) == {"tickets": "the API answered 503 to /tickets"}
    assert {one.resource: one.records for one in found}["groups"] == 25
    assert len(reader.slept) == 7
    assert reader.slept[:4] == [1.0, 2.0, 4.0, 8.0]
    kept = Cursors.load(reader.home, "zendesk").value("tickets")
    assert kept == "1200"  # the third page is in the inbox, but was not yet kept
    before = len(server.asked)
    assert problems(reader.pull()) == {}
    assert server.asked[before].query["since"] == "1195"
    assert {one["id"] for one in reader.records("tickets")} == set(range(1, 61))
    assert {one["ticket_id"] for one in reader.records("ticket_audits")} == set(range(1, 61))


def test_a_cursor_is_kept_only_when_the_children_are_there(
    server: ApiServer, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pull, "KEEP_RECORDS", 1)
    seen: list[tuple[int, int]] = []

    def look(_: int) -> None:
        kept = int(Cursors.load(reader.home, "zendesk").value("tickets") or 1000)
        seen.append(((kept - 1000) // 10 * AUDITS, len(reader.records("ticket_audits"))))

    server.on_ask = look
    reader.pull()
    assert len({there for _, there in seen}) > 4
    assert all(promised <= there for promised, there in seen)


def test_an_expired_page_is_read_again_and_a_refused_cursor_whole(server: ApiServer, reader: Reader) -> None:
    gone = Answer({"message": "this page is gone"}, 410)
    server.fail(gone, at=[1 + PAGE])
    (told,) = [one.notes for one in reader.pull() if one.notes]
    assert told == ("a page cursor was refused (410): read again from the last kept value",)
    server.fail(gone)
    before = len(server.asked)
    found = reader.pull()
    assert problems(found) == {}
    assert found[0].notes == ("the kept cursor was refused (410): read whole again",)
    assert [ask.query["since"] for ask in server.asked[before:] if ask.path == "/tickets"][:2] == ["1595", "0"]
    assert found[0].cursor == "1600"


def test_what_is_refused_for_good_is_told_once(server: ApiServer, reader: Reader) -> None:
    server.fail(Answer({"message": "no such field"}, 400), at=range(0, 400))
    found = reader.pull()
    assert problems(found)["tickets"] == 'the API answered 400 to /tickets: {"message": "no such field"}'
    assert len(server.asked) == 4


# --- the command line -------------------------------------------------------------------------------------------------


def test_the_commands_tell_of_the_apis(home: Home, server: ApiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in toy_api.environment(server.url).items():
        monkeypatch.setenv(name, value)

    def rapport(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, [*arguments, "--home", str(home.path)])
        return result.exit_code, " ".join(re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", result.output).split())

    server.fail(Answer({"message": "no"}, 403))
    code, said = rapport("sync", "zendesk")
    assert code == 1
    assert "zendesk users 23 " in said
    assert "zendesk tickets: the key may not read tickets (403): see the connector's README for the scopes" in said
    code, said = rapport("sync", "zendesk", "--json")
    assert code == 0
    (zendesk,) = json.loads(said)
    assert {one["resource"]: one["records"] for one in zendesk["pulled"]}["tickets"] == 60
    asked = len(server.asked)
    assert rapport("sync", "zendesk", "--files-only")[0] == 0
    assert len(server.asked) == asked
    code, said = rapport("status")
    assert "zendesk API: set up " in said
    assert " tickets: read 20" in said
    assert "hubspot API" not in said
    assert ", up to 1600" in said
    code, said = rapport("doctor")
    assert "ok zendesk API: set up" in said
    monkeypatch.delenv("SOURCES__ZENDESK__BASE_URL")
    code, said = rapport("doctor")
    assert code == 1
    assert "MEND zendesk API: not set: SOURCES__ZENDESK__BASE_URL" in said
    assert SECRET not in said


# --- kills ------------------------------------------------------------------------------------------------------------


def _raw(home: Home) -> dict[str, list[tuple[str, ...]]]:
    sync(home, ["zendesk"], None, lambda _: None)
    with open_warehouse(home, "a test") as con:
        return {
            name: con.execute(f"select id, _key from raw_zendesk.{name} order by all").fetchall()
            for name in ("tickets", "ticket_audits", "users", "groups")
        }


def test_killed_at_any_moment_nothing_is_lost_or_doubled(
    toy: Toy, server: ApiServer, reader: Reader, tmp_path: Path
) -> None:
    whole = toy_api.reader(Home(tmp_path / "whole"), server)
    whole.home.create(["zendesk"])
    assert problems(whole.pull()) == {}
    truth = _raw(whole.home)
    assert len(truth["tickets"]) == 60
    command = [sys.executable, "-m", "tests.pipelines.toy_api", server.url, str(reader.home.path)]
    died = []
    for moment in (1, 4, 5, 6, 9):  # before a file has its name, after, before its cursor is kept, after, later
        process = subprocess.run([*command, str(moment)], cwd=ROOT, env=os.environ, check=False)
        died.append(process.returncode)
    process_ids: list[int] = []
    server.on_ask = lambda number: os.kill(process_ids[0], signal.SIGKILL) if number == stop else None
    stop = len(server.asked) + 17
    dying = subprocess.Popen([*command, "0"], cwd=ROOT, env=os.environ)
    process_ids.append(dying.pid)
    died.append(dying.wait())
    server.on_ask = lambda number: None
    assert died == [-signal.SIGKILL] * 6
    assert problems(reader.pull()) == {}
    assert _raw(reader.home) == truth
    left = [path.name for path in reader.home.inbox.rglob("*.part")]
    assert left == []
    assert {json.dumps(one) for one in reader.records("tickets")} == {json.dumps(one) for one in toy.tickets}
