"""Messages go out at least once, under one key, whatever fails on the way; and only for what is news."""

from __future__ import annotations

import fcntl
import os
import signal
import stat
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest

from pipelines import channels, outbox, publish, runs
from pipelines.home import ROOT, Home
from pipelines.warehouse import WarehouseBusyError, connect, open_warehouse, scalar
from tests.connectors.api_server import Answer, ApiServer, Ask
from tests.pipelines import small_world
from tests.pipelines.conftest import build_all, check_all
from tests.pipelines.outbox_world import FILE, FIRST_DAY, Days, later, risk_only

with warnings.catch_warnings():
    # typer before 0.26 imports a name that click 8.5 warns about
    warnings.filterwarnings("ignore", "'click.utils", DeprecationWarning)
    from typer.testing import CliRunner

    from pipelines.cli import app

CRASH = """
import os, signal, sys
from pathlib import Path
from pipelines import channels, outbox
from pipelines.home import Home
outbox._note = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
home = Home(Path(sys.argv[1]))
outbox.deliver(home, channels.Sender.of_file(home))
"""


@pytest.fixture
def days(home: Home) -> Iterator[Days]:
    made = Days(home)
    yield made
    made.con.close()


def test_a_publish_tells_and_a_look_back_does_not(days: Days) -> None:
    days.show(FIRST_DAY, risky={"a": "at_risk"})
    with pytest.raises(OSError, match="disk"), outbox.telling(days.con):
        raise OSError("disk")
    assert days.states() == []
    with outbox.telling(days.con):
        pass
    assert days.states() == ["waiting"]
    noted = "insert into ledger.publication values (1, $at, 1, $at, $at, $day, true)"
    days.con.execute(noted, {"at": datetime(2026, 6, 2), "day": FIRST_DAY}).fetchall()
    days.show(later(-3), risky={"b": "at_risk"})
    with outbox.telling(days.con):
        pass
    assert days.states() == ["waiting"]
    days.show(FIRST_DAY, risky={"a": "at_risk", "b": "at_risk"})
    with outbox.telling(days.con):
        pass
    assert days.states() == ["waiting", "waiting"]
    assert outbox.go_out(days.home) is None
    assert days.states() == ["sent", "sent"]


def test_a_publish_tells_once_and_a_picture_of_the_past_tells_nothing(copied: Home) -> None:
    told = copied.path / "outbox" / "files"
    text = FILE.replace("status = 'due'", "true").replace("band = 'at_risk'", "true")
    (copied.config / "alert.toml").write_text(text)
    with open_warehouse(copied, "a test") as con:
        build_all(con, copied)
        publish.publish_file(con, copied.known(date(2026, 6, 1)))
    outbox.go_out(copied)
    assert not told.exists()
    query = "select state, count(*) from ledger.outbox where channel = 'files' group by 1"
    for _ in range(2):
        with open_warehouse(copied, "a test") as con:
            publish.publish(con, copied)
            outbox.go_out(copied)
            before = con.execute(query).fetchall()
        outbox.go_out(copied)
        with open_warehouse(copied, "a test") as con:
            found = con.execute(query).fetchall()
        assert [state for state, _ in found] == ["sent"]
        assert len(list(told.iterdir())) == found[0][1] == before[0][1] > 0
    assert before == found, "what was told is not told anew"


def test_what_waits_goes_out_with_a_run_that_has_nothing_to_do_and_with_a_sync(copied: Home) -> None:
    told = copied.path / "outbox" / "files"
    text = FILE.replace("status = 'due'", "true").replace("band = 'at_risk'", "true")
    (copied.config / "alert.toml").write_text(text)
    with open_warehouse(copied, "a test") as con:
        build_all(con, copied)
        check_all(con)
        publish.publish(con, copied)
        assert scalar(con, "select count(*) from ledger.outbox where state = 'waiting'") > 0
    result = runs.run(copied, small_world.LAST_DAY, lambda _: None, lambda *_: None)
    assert (result.built, result.published, result.failures, result.warnings) == ({}, False, [], []), "nothing to do"
    written = {path.name for path in told.iterdir()}
    assert written
    for path in told.iterdir():
        path.unlink()
    with open_warehouse(copied, "a test") as con:
        assert scalar(con, "select count(*) from ledger.outbox where state <> 'sent'") == 0
        con.execute("update ledger.outbox set state = 'waiting'").fetchall()
    assert CliRunner().invoke(app, ["sync", "--files-only", "--home", str(copied.path)]).exit_code == 0
    assert {path.name for path in told.iterdir()} == written


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
    (again,) = outbox.deliver(days.home, days.sender())
    assert (again.state, f"{again.message_key}.json") == ("sent", next(iter(written)))
    assert days.files() == written
    assert outbox.deliver(days.home, days.sender()) == []
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
        outbox.deliver(days.home, days.sender(environment={"ALERT_URL": f"{server.url}/hook"}))
        keys = [ask.headers["Idempotency-Key"] for ask in server.asked]
        assert len(keys) == 2
        assert keys[0] == keys[1] == days.rows("select message_key from ledger.outbox")[0][0]
        assert server.asked[0].body == server.asked[1].body
        assert days.states() == ["sent"]
        days.con.close()


@pytest.fixture
def chat(home: Home) -> Iterator[tuple[Days, ApiServer, channels.Sender, list[float]]]:
    """Two messages for an address that takes what it is sent."""
    with ApiServer(lambda _: Answer("ok")).running() as server:
        days = Days(home, risk_only())
        days.show(FIRST_DAY, risky={"a": "at_risk", "b": "at_risk"})
        days.note()
        slept: list[float] = []
        found = {"ALERT_URL": f"{server.url}/services/T0/hush"}
        yield days, server, days.sender(environment=found, sleep=slept.append, timeout=5.0), slept
        days.con.close()


def test_an_address_that_fails_then_stays_silent_then_answers_has_it(chat: Any) -> None:
    days, server, sender, slept = chat
    taken, sender.timeout = server.adapter, 1.0

    def slow(ask: Ask) -> Answer:
        if len(server.asked) == 2:
            time.sleep(1.6)
        return taken(ask)  # type: ignore[no-any-return]

    server.adapter = slow
    server.fail(Answer("no", status=500), at=[0])
    first, second = outbox.deliver(days.home, sender)
    assert (first.state, first.attempts, second.state, second.attempts) == ("sent", 3, "sent", 1)
    assert slept == list(channels.PAUSES)
    keys = [ask.headers["Idempotency-Key"] for ask in server.asked]
    assert keys == [first.message_key] * 3 + [second.message_key]
    assert server.asked[0].method == "POST"
    assert set(server.asked[0].body) == {"text", "blocks"}
    assert days.rows("select sum(attempts), count(sent_at), count(error) from ledger.outbox") == [(4, 2, 0)]


def test_an_address_that_is_down_costs_one_message_and_loses_none(chat: Any) -> None:
    days, server, sender, _ = chat
    server.fail(*[Answer("no", status=503)] * 3)
    (down,) = outbox.deliver(days.home, sender)
    assert (down.state, down.attempts, down.error) == ("waiting", 3, "the address answered 503")
    assert days.states() == ["waiting", "waiting"]
    assert [one.state for one in outbox.deliver(days.home, sender)] == ["sent", "sent"]


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
    first, *_ = outbox.deliver(days.home, sender)
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
    (one,) = outbox.deliver(days.home, sender)
    assert one.state == "waiting"
    assert said in one.error
    assert "hush" not in one.error
    assert server.asked == []


def test_a_run_posts_only_so_many_and_the_rest_follow(chat: Any) -> None:
    days, server, sender, _ = chat
    assert len(outbox.deliver(days.home, sender, most=1)) == 1
    assert days.states().count("waiting") == 1
    assert len(outbox.deliver(days.home, sender)) == 1
    assert len(server.asked) == 2


def is_free(home: Home, lock: str) -> bool:
    """Whether another process could have this lock now."""
    with (home.work / lock).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def test_an_address_is_waited_for_without_the_warehouse_and_nobody_else_posts(chat: Any) -> None:
    days, server, sender, _ = chat
    seen: list[tuple[bool, bool]] = []

    def look(_: Ask) -> Answer:
        seen.append((is_free(days.home, "writer.lock"), is_free(days.home, "outbox.lock")))
        with pytest.raises(WarehouseBusyError, match="sending messages"):
            outbox.deliver(days.home, sender)
        return Answer("ok")

    server.adapter = look
    assert [one.state for one in outbox.deliver(days.home, sender)] == ["sent", "sent"]
    assert seen == [(True, False)] * 2
    assert is_free(days.home, "outbox.lock")


def test_nothing_goes_out_while_this_process_writes_and_a_busy_warehouse_is_said(days: Days) -> None:
    days.show(FIRST_DAY, due={"a": FIRST_DAY})
    days.note()
    with open_warehouse(days.home, "a test"):
        assert outbox.go_out(days.home) is None
        assert days.states() == ["waiting"]
    with (days.home.work / "writer.lock").open("a+") as other:
        other.write("'another run'")
        other.flush()
        fcntl.flock(other, fcntl.LOCK_EX)
        assert "written by 'another run'" in (outbox.go_out(days.home) or "")
        assert days.states() == ["waiting"]
    assert outbox.go_out(days.home) is None
    assert days.states() == ["sent"]


def test_what_was_posted_is_noted_once_another_writer_lets_go(chat: Any) -> None:
    days, server, sender, _ = chat
    held = (days.home.work / "writer.lock").open("a+")
    release = threading.Timer(0.5, held.close)

    def begin_writing(_: Ask) -> Answer:
        if len(server.asked) == 2:
            fcntl.flock(held, fcntl.LOCK_EX)
            release.start()
        return Answer("ok")

    server.adapter = begin_writing
    assert [one.state for one in outbox.deliver(days.home, sender)] == ["sent", "sent"]
    release.join()
    assert days.states() == ["sent", "sent"]
    assert len(server.asked) == 2


def test_many_messages_leave_round_by_round_each_once(days: Days, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "ROUND", 3)
    days.show(FIRST_DAY, due={f"c{number}": FIRST_DAY for number in range(8)})
    days.note()
    done = outbox.deliver(days.home, days.sender())
    assert len({one.message_key for one in done}) == len(done) == len(days.files()) == 8
    assert set(days.states()) == {"sent"}
    assert days.rows("select distinct attempts from ledger.outbox") == [(1,)]


def test_what_is_dropped_while_its_address_fails_stays_dropped(chat: Any) -> None:
    days, server, sender, _ = chat

    def drop(_: Ask) -> Answer:
        days.con.execute("update ledger.outbox set state = 'dropped'").fetchall()
        return Answer("no", status=404)

    server.adapter = drop
    outbox.deliver(days.home, sender)
    assert days.states() == ["dropped", "dropped"]


def test_a_channel_that_is_gone_or_a_folder_that_cannot_be_written_leaves_it_waiting(days: Days) -> None:
    days.show(FIRST_DAY, due={"a": FIRST_DAY})
    days.note()
    (gone,) = outbox.deliver(days.home, days.sender(channels={}))
    assert gone.state == "waiting"
    assert "no channel 'files' any more" in (gone.error or "")
    (days.home.path / "outbox").write_text("a file where the folder belongs")
    (shut,) = outbox.deliver(days.home, days.sender())
    assert shut.state == "waiting"
    assert "cannot be written" in (shut.error or "")
    (days.home.path / "outbox").unlink()
    assert [one.state for one in outbox.deliver(days.home, days.sender())] == ["sent"]
