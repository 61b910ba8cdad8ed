"""`rapport outbox`: what is listed, sent and dropped, and with which exit code."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator

import pytest

from pipelines.home import Home
from pipelines.warehouse import connect
from tests.pipelines.outbox_world import FIRST_DAY, Days, risk_only

with warnings.catch_warnings():
    # typer before 0.26 imports a name that click 8.5 warns about
    warnings.filterwarnings("ignore", "'click.utils", DeprecationWarning)
    from typer.testing import CliRunner

    from pipelines.answers.outbox_commands import app


@pytest.fixture
def days(home: Home) -> Iterator[Days]:
    made = Days(home)
    yield made
    made.con.close()


def typed(home: Home, *words: str) -> tuple[int, str]:
    """The exit code and what was printed."""
    done = CliRunner().invoke(app, [*words, "--home", str(home.path)], catch_exceptions=False)
    return done.exit_code, done.output


def test_messages_are_listed_sent_and_dropped(days: Days) -> None:
    days.show(FIRST_DAY, due={"a": FIRST_DAY, "b": FIRST_DAY}, risky={"c": "at_risk"})
    days.note()
    days.con.close()
    code, printed = typed(days.home, "list", "--json")
    found = json.loads(printed)
    assert (code, [row["state"] for row in found]) == (0, ["waiting"] * 3)
    assert {row["text"] for row in found} >= {"Firm <a>: a since 2026-06-01"}
    unwanted, other, _ = (row["message_key"] for row in found)
    code, printed = typed(days.home, "drop", unwanted[:10])
    assert (code, printed.split()) == (0, [unwanted[:8], "dropped"])
    assert typed(days.home, "drop", unwanted)[0] == 2
    assert typed(days.home, "send", "zzz") == (
        2,
        "No message has a key that begins with 'zzz'. `rapport outbox list` shows them.\n",
    )
    code, printed = typed(days.home, "send", other, "--json")
    assert (code, json.loads(printed)["still_waiting"]) == (0, 1)
    code, printed = typed(days.home, "send")
    assert (code, printed.splitlines()[-1]) == (0, "1 sent, 0 waiting.")
    assert len(days.files()) == 2
    assert typed(days.home, "list", "--state", "waiting") == (0, "There are no such messages.\n")
    assert typed(days.home, "list", "--state", "lost")[0] == 2
    assert typed(days.home, "send", other)[0] == 2
    days.con = connect(days.home.warehouse)
    assert days.note() == 0, "what was dropped is not told anew"


def test_what_cannot_be_sent_ends_with_one_and_no_home_with_two(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ALERT_URL", raising=False)
    days = Days(home, risk_only())
    days.show(FIRST_DAY, risky={"a": "at_risk"})
    days.note()
    days.con.close()
    code, printed = typed(home, "send")
    assert code == 1
    assert "ALERT_URL is not set" in printed
    assert "ALERT_URL is not set" in typed(home, "list")[1]
    assert typed(Home(home.path / "nothing"), "list")[0] == 2


def test_a_home_in_which_nothing_was_told_says_so(home: Home) -> None:
    assert typed(home, "list") == (0, "No alert has made a message yet.\n")
    assert typed(home, "send") == (0, "0 sent, 0 waiting.\n")


def test_every_command_shows_an_example() -> None:
    for words in (["--help"], ["list", "--help"], ["send", "--help"], ["drop", "--help"]):
        assert "Example: rapport outbox" in CliRunner().invoke(app, words).output
