"""Messages go out at least once, under one key, whatever fails on the way; and only for what is news."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest

from pipelines import outbox, publish
from pipelines.home import ROOT, Home
from pipelines.warehouse import connect, open_warehouse
from tests.connectors.api_server import Answer, ApiServer, Ask
from tests.pipelines.conftest import build_all
from tests.pipelines.outbox_world import FILE, FIRST_DAY, Days, later, risk_only

CRASH = """
import os, signal, sys
from pathlib import Path
from pipelines import outbox
from pipelines.home import Home
from pipelines.warehouse import connect
outbox._note = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
home = Home(Path(sys.argv[1]))
outbox.deliver(connect(home.warehouse), outbox.Sender.of_file(home))
"""


@pytest.fixture
def days(home: Home) -> Iterator[Days]:
    made = Days(home)
    yield made
    made.con.close()


def test_a_run_tells_and_delivers_and_a_look_back_does_neither(days: Days) -> None:
    days.show(FIRST_DAY, risky={"a": "at_risk"})
    with pytest.raises(OSError, match="disk"), outbox.telling(days.con, days.home):
        raise OSError("disk")
    assert days.states() == []
    with outbox.telling(days.con, days.home):
        pass
    assert days.states() == ["sent"]
    noted = "insert into ledger.publication values (1, $at, 1, $at, $at, $day, true)"
    days.con.execute(noted, {"at": datetime(2026, 6, 2), "day": FIRST_DAY}).fetchall()
    days.show(later(-3), risky={"b": "at_risk"})
    days.con.execute("update ledger.outbox set state = 'waiting'").fetchall()
    with outbox.telling(days.con, days.home):
        pass
    assert days.states() == ["waiting"]
    days.show(FIRST_DAY, risky={"a": "at_risk", "b": "at_risk"})
    with outbox.telling(days.con, days.home):
        pass
    assert days.states() == ["sent", "sent"]


def test_a_publish_tells_once_and_a_picture_of_the_past_tells_nothing(copied: Home) -> None:
    told = copied.path / "outbox" / "files"
    text = FILE.replace("status = 'due'", "true").replace("band = 'at_risk'", "true")
    (copied.config / "alert.toml").write_text(text)
    with open_warehouse(copied, "a test") as con:
        build_all(con, copied)
        publish.publish_file(con, copied.known(date(2026, 6, 1)))
        assert not told.exists()
        for _ in range(2):
            publish.publish(con, copied)
            found = con.execute(
                "select state, count(*) from ledger.outbox where channel = 'files' group by 1"
            ).fetchall()
            assert [state for state, _ in found] == ["sent"]
            assert len(list(told.iterdir())) == found[0][1] > 0


def crash(home: Home, **environment: str) -> None:
    """Deliver in a process of its own that is killed after a message has left and before that is noted."""
    done = subprocess.run(
        [sys.executable, "-c", CRASH, str(home.path)],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


def test_killed_between_writing_and_noting_it_is_written_again_as_the_same_file(home: Home) -> None:
    days = Days(home)
    days.show(FIRST_DAY, due={"a": FIRST_DAY})
    days.note()
    days.con.close()
    crash(home)
    written = days.files()
    assert len(written) == 1
    days.con = connect(home.warehouse)
    assert days.states() == ["waiting"]
    (again,) = outbox.deliver(days.con, days.sender())
    assert (again.state, f"{again.message_key}.json") == ("sent", next(iter(written)))
    assert days.files() == written
    assert outbox.deliver(days.con, days.sender()) == []
    (path,) = (home.path / "outbox" / "files").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    days.con.close()


def test_killed_between_posting_and_noting_it_is_posted_again_with_the_same_key(home: Home) -> None:
    with ApiServer(lambda _: Answer("ok")).running() as server:
        days = Days(home, risk_only())
        days.show(FIRST_DAY, risky={"a": "at_risk"})
        days.note()
        days.con.close()
        crash(home, ALERT_URL=f"{server.url}/hook")
        days.con = connect(home.warehouse)
        assert days.states() == ["waiting"]
        outbox.deliver(days.con, days.sender(environment={"ALERT_URL": f"{server.url}/hook"}))
        keys = [ask.headers["Idempotency-Key"] for ask in server.asked]
        assert len(keys) == 2
        assert keys[0] == keys[1] == days.rows("select message_key from ledger.outbox")[0][0]
        assert server.asked[0].body == server.asked[1].body
        assert days.states() == ["sent"]
        days.con.close()


@pytest.fixture
def chat(home: Home) -> Iterator[tuple[Days, ApiServer, outbox.Sender, list[float]]]:
    """Two messages for an address that takes what it is sent."""
    with ApiServer(lambda _: Answer("ok")).running() as server:
        days = Days(home, risk_only())
        days.show(FIRST_DAY, risky={"a": "at_risk", "b": "at_risk"})
        days.note()
        slept: list[float] = []
        found = {"ALERT_URL": f"{server.url}/services/T0/hush"}
        yield days, server, days.sender(environment=found, sleep=slept.append, timeout=0.3), slept
        days.con.close()


def test_an_address_that_fails_then_stays_silent_then_answers_has_it(chat: Any) -> None:
    days, server, sender, slept = chat
    taken = server.adapter

    def slow(ask: Ask) -> Answer:
        if len(server.asked) == 2:
            time.sleep(0.6)
        return taken(ask)  # type: ignore[no-any-return]

    server.adapter = slow
    server.fail(Answer("no", status=500), at=[0])
    first, second = outbox.deliver(days.con, sender)
    assert (first.state, first.attempts, second.state, second.attempts) == ("sent", 3, "sent", 1)
    assert slept == list(outbox.PAUSES)
    keys = [ask.headers["Idempotency-Key"] for ask in server.asked]
    assert keys == [first.message_key] * 3 + [second.message_key]
    assert server.asked[0].method == "POST"
    assert set(server.asked[0].body) == {"text", "blocks"}
    assert days.rows("select sum(attempts), count(sent_at), count(error) from ledger.outbox") == [(4, 2, 0)]


def test_an_address_that_is_down_costs_one_message_and_loses_none(chat: Any) -> None:
    days, server, sender, _ = chat
    server.fail(*[Answer("no", status=503)] * 3)
    (down,) = outbox.deliver(days.con, sender)
    assert (down.state, down.attempts, down.error) == ("waiting", 3, "the address answered 503")
    assert days.states() == ["waiting", "waiting"]
    assert [one.state for one in outbox.deliver(days.con, sender)] == ["sent", "sent"]


@pytest.mark.parametrize(
    ("fault", "state", "attempts", "pauses"),
    [
        (Answer("no", status=404), "failed", 1, []),
        (Answer("", status=302, headers={"Location": "/elsewhere"}), "failed", 1, []),
        (Answer("", status=429, headers={"Retry-After": "7"}), "waiting", 3, [7.0, 7.0]),
        (Answer("", status=429, headers={"Retry-After": "7000"}), "waiting", 1, []),
    ],
)
def test_what_an_answer_means(chat: Any, fault: Answer, state: str, attempts: int, pauses: list[float]) -> None:
    days, server, sender, slept = chat
    server.fail(*[fault] * attempts)
    first, *_ = outbox.deliver(days.con, sender)
    assert (first.state, first.attempts, slept) == (state, attempts, pauses)
    assert {ask.path for ask in server.asked} == {"/services/T0/hush"}
    assert "hush" not in str(days.rows("select * from ledger.outbox"))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "ALERT_URL is not set"),
        ("http://chat.example/hush", "must hold an address that begins with https://"),
        ("https://[hush", "must hold an address"),
        ("http://127.0.0.1:1/hush", "the address cannot be reached"),
    ],
)
def test_an_address_that_cannot_be_used_leaves_it_waiting_and_is_not_repeated(chat: Any, url: str, said: str) -> None:
    days, server, sender, _ = chat
    sender.environment = {"ALERT_URL": url}
    (one,) = outbox.deliver(days.con, sender)
    assert one.state == "waiting"
    assert said in one.error
    assert "hush" not in one.error
    assert server.asked == []


def test_a_run_posts_only_so_many_and_the_rest_follow(chat: Any) -> None:
    days, server, sender, _ = chat
    assert len(outbox.deliver(days.con, sender, most=1)) == 1
    assert days.states().count("waiting") == 1
    assert len(outbox.deliver(days.con, sender)) == 1
    assert len(server.asked) == 2


def test_a_channel_that_is_gone_or_a_folder_that_cannot_be_written_leaves_it_waiting(days: Days) -> None:
    days.show(FIRST_DAY, due={"a": FIRST_DAY})
    days.note()
    (gone,) = outbox.deliver(days.con, days.sender(channels={}))
    assert gone.state == "waiting"
    assert "no channel 'files' any more" in (gone.error or "")
    (days.home.path / "outbox").write_text("a file where the folder belongs")
    (shut,) = outbox.deliver(days.con, days.sender())
    assert shut.state == "waiting"
    assert "cannot be written" in (shut.error or "")
    (days.home.path / "outbox").unlink()
    assert [one.state for one in outbox.deliver(days.con, days.sender())] == ["sent"]
