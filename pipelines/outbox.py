"""Bringing messages to their channels: files, and addresses that take them by HTTP; at least once each, never lost.

A message is noted as sent after its channel has it, so one whose process ends in between goes out again, under the same
key, by which the other side knows it. Which messages there are belongs to `tables/alerts`.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pipelines.channels import Sender, send
from pipelines.home import Home
from pipelines.tables import alerts
from pipelines.warehouse import Connection, WarehouseBusyError, is_held, open_warehouse, transaction

PER_RUN = 50
"""Messages that a run posts to one address, so that a first day with thousands holds up nothing; the rest follow."""
ROUND = 20
"""Messages that leave between two holds of the warehouse: those that go out again where a process ends in between."""
PATIENCE = 60.0
"""Seconds to wait for another writer; after that what was sent stays unnoted, and goes out once more."""


class NoSuchMessageError(LookupError):
    """No message goes by that key, or it cannot be sent or dropped any more."""


@dataclass(frozen=True)
class Delivery:
    """What became of one message: `state` as in the ledger, `error` why it is not sent."""

    message_key: str
    alert: str
    channel: str
    state: str
    attempts: int
    error: str | None


@contextmanager
def telling(con: Connection) -> Iterator[None]:
    """A publish's own transaction, with the messages that follow from what is published; they go out later.

    A look back at a day before the newest published one tells nobody of anything.
    """
    alerts.prepare(con)
    found = [] if alerts.is_look_back(con) else alerts.holding(con)
    with transaction(con):
        yield
        alerts.note(con, found)


def go_out(home: Home) -> str | None:
    """Send what waits, at the end of a run or a sync; a sentence where that is left for the next one.

    While this process writes to the warehouse nothing goes out: who holds it longest calls this once it lets go.
    """
    if is_held(home):
        return None
    try:
        deliver(home, most=PER_RUN)
    except WarehouseBusyError as error:
        return f"Messages are left for the next run, sync or `rapport outbox send`. {error}"
    return None


def deliver(
    home: Home, sender: Sender | None = None, keys: Sequence[str] | None = None, most: int | None = None
) -> list[Delivery]:
    """Send what waits, the oldest first, or the messages that are named; note of each what became of it.

    By the channels of the last run if no `sender` is given. Of a channel that gives no answer the rest is left waiting,
    as is what is more than `most` for one address. The warehouse is held to take messages and to note, but never while
    the world outside is waited for. Raises `WarehouseBusyError`.
    """
    rounds = _Rounds(home, sender, keys, most)
    new: list[Delivery] = []
    with _alone(home):
        while True:
            with _held(home, PATIENCE if new else 0.0) as con:
                for one in new:
                    _note(con, one)
                messages = rounds.take(con)
            if not messages:
                return rounds.done
            new = rounds.send(messages)


@dataclass
class _Rounds:
    """One delivery: messages are taken by so many, sent, noted, until none is left that has not been tried."""

    home: Home
    sender: Sender | None
    keys: Sequence[str] | None
    most: int | None
    done: list[Delivery] = field(default_factory=list)
    silent: set[str] = field(default_factory=set)
    posted: dict[str, int] = field(default_factory=dict)

    def take(self, con: Connection) -> list[tuple[str, str, str, str]]:
        """The key, alert, channel and payload of the messages that are next."""
        alerts.prepare(con)
        query = (
            "select message_key, alert, channel, cast(payload as varchar) from ledger.outbox where case when $named "
            "then list_contains(cast($keys as varchar[]), message_key) and state not in ('sent', 'dropped') "
            "else state = 'waiting' end and not list_contains(cast($tried as varchar[]), message_key) "
            "and not list_contains(cast($silent as varchar[]), channel) order by made_on, alert, message_key"
        )
        tried = [one.message_key for one in self.done]
        given = {"keys": list(self.keys or ()), "tried": tried, "silent": sorted(self.silent)}
        found = con.execute(query, {"named": self.keys is not None, **given}).fetchall()
        if found and self.sender is None:
            self.sender = Sender.of_run(con, self.home)
        taken = []
        for message in found:
            name = message[2]
            if self._is_http(name) and self.most is not None and self.posted.get(name, 0) >= self.most:
                continue
            self.posted[name] = self.posted.get(name, 0) + 1
            taken.append(message)
            if len(taken) == ROUND:
                break
        return taken

    def send(self, messages: Sequence[tuple[str, str, str, str]]) -> list[Delivery]:
        """Send messages; what became of those that were tried."""
        assert self.sender is not None
        new = []
        for key, alert, name, payload in messages:
            if name in self.silent:
                continue
            attempts, answer = send(self.sender, name, self.sender.channels.get(name, {}), key, payload)
            state = "sent" if answer.error is None else "failed" if answer.is_final else "waiting"
            new.append(Delivery(key, alert, name, state, attempts, answer.error))
            if state == "waiting":
                self.silent.add(name)
        self.done += new
        return new

    def _is_http(self, name: str) -> bool:
        assert self.sender is not None
        return self.sender.channels.get(name, {}).get("kind") == "http"


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    """Only one process delivers at a time, so that none posts what another has just posted."""
    home.work.mkdir(parents=True, exist_ok=True)
    with (home.work / "outbox.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WarehouseBusyError(
                "Another process is sending messages just now: try again when it is done."
            ) from None
        yield


@contextmanager
def _held(home: Home, patience: float) -> Iterator[Connection]:
    """The warehouse, for the moment it takes; another writer is waited for, for so many seconds."""
    until = time.monotonic() + patience
    with ExitStack() as stack:
        while True:
            try:
                con = stack.enter_context(open_warehouse(home, "rapport outbox send"))
                break
            except WarehouseBusyError:
                if time.monotonic() >= until:
                    raise
                time.sleep(0.2)
        yield con


def _note(con: Connection, one: Delivery) -> None:
    """Note what became of a message, after its channel has answered; one dropped meanwhile is dropped unless sent."""
    sent_at = datetime.now(UTC).replace(tzinfo=None, microsecond=0) if one.state == "sent" else None
    con.execute(
        "update ledger.outbox set state = $state, attempts = attempts + $attempts, sent_at = $sent_at, error = $error "
        "where message_key = $key and (state <> 'dropped' or $state = 'sent')",
        {"state": one.state, "attempts": one.attempts, "sent_at": sent_at, "error": one.error, "key": one.message_key},
    ).fetchall()


# --- what people do with messages ------------------------------------------------------------------------------------


def listed(con: Connection, state: str | None, limit: int | None) -> list[dict[str, Any]]:
    """Messages, the newest first, each with the text it says."""
    alerts.prepare(con)
    relation = con.execute(
        "select message_key, state, alert, channel, made_on, since_on, lapsed_on, company_id, contact_id, attempts, "
        "sent_at, error, payload ->> '$.blocks[0].text.text' as text from ledger.outbox "
        "where $state is null or state = $state order by made_on desc, alert, message_key limit $most",
        {"state": state, "most": limit},
    )
    names = [column[0] for column in relation.description or []]
    return [dict(zip(names, row, strict=True)) for row in relation.fetchall()]


def named(con: Connection, words: Sequence[str], verb: str) -> list[str]:
    """The keys that begin so, each once, of messages that still can be sent or dropped. Raises `NoSuchMessageError`."""
    alerts.prepare(con)
    keys: dict[str, None] = {}
    for word in words:
        query = "select message_key, state from ledger.outbox where starts_with(message_key, lower(?)) limit 2"
        found = con.execute(query, [word.strip()]).fetchall()
        if len(found) != 1:
            told = "No message has a key" if not found else "More than one message has a key"
            raise NoSuchMessageError(f"{told} that begins with {word!r}. `rapport outbox list` shows them.")
        ((key, state),) = found
        if state in ("sent", "dropped"):
            raise NoSuchMessageError(f"Message {key} is {state} already, so it cannot be {verb}.")
        keys[key] = None
    return list(keys)


def drop(con: Connection, keys: Sequence[str]) -> None:
    """Note that nobody wants these messages any more: they stay in the ledger, so that nothing tells of them anew."""
    con.execute(
        "update ledger.outbox set state = 'dropped' where list_contains($keys, message_key)", {"keys": list(keys)}
    ).fetchall()
