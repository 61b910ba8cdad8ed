"""What goes wrong with an API: waits as asked, one plain sentence for what stays wrong, and no secret anywhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from connectors.reading.session import retry_after
from pipelines.home import Home
from pipelines.sync import apis
from pipelines.sync.pulled import only_pull
from pipelines.warehouse import WarehouseBusyError
from tests.connectors.api_server import CUT, Answer, ApiServer, Reader
from tests.pipelines import toy_api
from tests.pipelines.toy_api import SECRET, Toy, problems

# --- patience ---------------------------------------------------------------------------------------------------------


def test_waits_are_the_ones_the_api_asks_for(server: ApiServer, reader: Reader) -> None:
    later = datetime.now(UTC) + timedelta(seconds=30)
    server.fail(
        Answer(status=429, headers={"Retry-After": "17"}),
        Answer(status=429),
        Answer({"error": "REQUEST_LIMIT_EXCEEDED"}, 403),
        CUT,
        Answer('{"items": [{"id"', 200),
        Answer(status=429, headers={"Retry-After": format_datetime(later, usegmt=True)}),
    )
    assert problems(reader.pull()) == {}
    assert reader.slept[:5] == [17.0, 2.0, 11.0, 8.0, 16.0]
    assert 20 < reader.slept[5] <= 30
    assert "zendesk: the API answered 429; waiting 17 s" in reader.told


def test_retry_after_is_read_as_seconds_or_as_a_date() -> None:
    now = datetime(2026, 10, 21, 7, 27, 0, tzinfo=UTC)
    assert retry_after("Wed, 21 Oct 2026 07:28:00 GMT", now) == 60
    assert retry_after("Wed, 21 Oct 2026 07:26:00 GMT", now) == 0
    assert retry_after(" 2.5 ", now) == 2.5
    assert retry_after("soon", now) is None


def test_a_limit_that_will_not_lift_soon_is_told(server: ApiServer, reader: Reader) -> None:
    server.fail(Answer(status=429, headers={"Retry-After": "86400"}))
    found = reader.pull()
    assert problems(found) == {"tickets": "the API asks to wait for 1,440 minutes; sync again after that"}
    server.fail(Answer({"policyName": "DAILY"}, 429))
    assert problems(reader.pull()) == {"tickets": "the day's quota is used up; sync again tomorrow"}
    assert reader.slept == []


def test_a_server_that_is_not_there_is_told(home: Home, server: ApiServer) -> None:
    nowhere = Reader(home, "zendesk", toy_api.environment("http://127.0.0.1:9"))
    found = problems(nowhere.pull())
    assert found["tickets"] == "127.0.0.1:9 could not be reached in 8 attempts (ConnectionError)"


# --- keys and secrets -------------------------------------------------------------------------------------------------


def test_no_secret_is_left_anywhere(
    toy: Toy, server: ApiServer, reader: Reader, capfd: pytest.CaptureFixture[str]
) -> None:
    server.fail(Answer({"message": f"bad key {SECRET}"}, 400), CUT, Answer(status=429), at=[0, 5, 6])
    found = reader.sync()
    wrong = toy_api.reader(reader.home, server, "wrong-key-99").pull()
    refused = "the API does not take the key: SOURCES__ZENDESK__API_KEY (the toy's key) is wrong or has expired"
    assert problems(wrong) == {"tickets": refused}
    said = "".join(capfd.readouterr()) + repr((found, wrong, reader.told))
    files = [path for path in reader.home.path.rglob("*") if path.is_file()]
    assert len(files) > 5
    for secret in (SECRET, "s3cret", "wrong-key-99"):
        assert secret not in said
        assert [path for path in files if secret.encode() in path.read_bytes()] == []


def test_a_next_page_on_another_host_is_not_asked_for(toy: Toy, server: ApiServer, reader: Reader) -> None:
    away = Answer({"items": toy.tickets[:1], "next": "http://evil.example/tickets", "end": False})
    server.adapter = lambda ask: away if ask.path == "/tickets" else toy(ask)
    found = problems(reader.pull())
    assert found == {
        "tickets": "the API pointed to evil.example, which its settings do not name; nothing was sent there"
    }


def test_what_is_not_set_is_named(home: Home, server: ApiServer) -> None:
    half = Reader(home, "zendesk", {"SOURCES__ZENDESK__API_KEY": "x"})
    assert [one.problem for one in half.pull()] == ["not set: SOURCES__ZENDESK__BASE_URL"]
    assert Reader(home, "zendesk", {}).pull() == []
    told = apis.known(home, "zendesk", {"SOURCES__ZENDESK__API_KEY": "x"})
    assert told is not None
    assert told["state"] == "not set: SOURCES__ZENDESK__BASE_URL"


def test_two_do_not_read_at_once(reader: Reader) -> None:
    with only_pull(reader.home), pytest.raises(WarehouseBusyError, match="being read by another process"):
        reader.pull()
