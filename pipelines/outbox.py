"""Bringing messages to their channels: files, and addresses that take them by HTTP; at least once each, never lost.

A message is noted as sent after its channel has it, so one whose process ends in between goes out again, under the same
key, by which the other side knows it. Which messages there are belongs to `tables/alerts`.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from connectors.reading.session import retry_after
from models.policy.loading import load_policies
from pipelines.home import Home
from pipelines.tables import alerts
from pipelines.warehouse import Connection, transaction

PAUSES = (1.0, 4.0)
"""Seconds between the attempts at one message; after the last it waits for the next delivery."""
LONGEST_PAUSE = 30.0
"""Who asks to wait longer is asked again by the next delivery."""
TIMEOUT = 10.0
"""Seconds in which an address must take a message."""
PER_RUN = 50
"""Messages that a run posts to one address, so that a first day with thousands holds up nothing; the rest follow."""
_HERE = ("localhost", "127.0.0.1", "::1")


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


@dataclass(frozen=True)
class _Answer:
    """What one attempt came to: `is_final` when another would come to the same, `asked_pause` in seconds."""

    error: str | None
    is_final: bool = False
    asked_pause: float | None = None


@dataclass
class Sender:
    """How messages leave: the channels by id, and what a test puts in the place of the world outside."""

    home: Home
    channels: Mapping[str, Mapping[str, Any]]
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    sleep: Callable[[float], None] = time.sleep
    timeout: float = TIMEOUT

    @classmethod
    def of_file(cls, home: Home) -> Sender:
        """By the channels as `alert.toml` says them now. Raises `PolicyError`."""
        return cls(home, _by_id(load_policies(home.config)["alert_channel"].to_dicts()))

    @classmethod
    def of_run(cls, con: Connection, home: Home) -> Sender:
        """By the channels of the run whose policies are in the warehouse."""
        return cls(home, _by_id(con.sql("select * from policy.alert_channel").pl().to_dicts()))


def _by_id(channels: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {channel["id"]: channel for channel in channels}


@contextmanager
def telling(con: Connection, home: Home) -> Iterator[None]:
    """A publish's own transaction, with the messages that follow from what is published; then they are delivered.

    A look back at a day before the newest published one tells nobody of anything, nor does what waits go out.
    """
    alerts.prepare(con)
    is_news = not alerts.is_look_back(con)
    found = alerts.holding(con) if is_news else []
    with transaction(con):
        yield
        alerts.note(con, found)
    if is_news:
        deliver(con, Sender.of_run(con, home), most=PER_RUN)


def deliver(
    con: Connection, sender: Sender, keys: Sequence[str] | None = None, most: int | None = None
) -> list[Delivery]:
    """Send what waits, the oldest first, or the messages that are named; note of each what became of it.

    Of a channel that gives no answer the rest is left waiting, as is what is more than `most` for one address.
    """
    query = (
        "select message_key, alert, channel, cast(payload as varchar) from ledger.outbox "
        "where case when $named then list_contains(cast($keys as varchar[]), message_key) else state = 'waiting' end "
        "order by made_on, alert, message_key"
    )
    done: list[Delivery] = []
    silent: set[str] = set()
    posted: dict[str, int] = {}
    for key, alert, name, payload in con.execute(
        query, {"named": keys is not None, "keys": list(keys or ())}
    ).fetchall():
        channel = sender.channels.get(name, {})
        is_http = channel.get("kind") == "http"
        if name in silent or (is_http and most is not None and posted.get(name, 0) >= most):
            continue
        posted[name] = posted.get(name, 0) + 1
        attempts, answer = _send(sender, name, channel, key, payload)
        state = "sent" if answer.error is None else "failed" if answer.is_final else "waiting"
        _note(con, key, state, attempts, answer.error)
        done.append(Delivery(key, alert, name, state, attempts, answer.error))
        if state == "waiting":
            silent.add(name)
    return done


def _note(con: Connection, key: str, state: str, attempts: int, error: str | None) -> None:
    """Note what became of a message, after its channel has answered."""
    sent_at = datetime.now(UTC).replace(tzinfo=None, microsecond=0) if state == "sent" else None
    con.execute(
        "update ledger.outbox set state = ?, attempts = attempts + ?, sent_at = ?, error = ? where message_key = ?",
        [state, attempts, sent_at, error, key],
    ).fetchall()


def _send(sender: Sender, name: str, channel: Mapping[str, Any], key: str, payload: str) -> tuple[int, _Answer]:
    """Send one message, again where that may help; the attempts it took and what the last one came to."""
    if not channel:
        return 0, _Answer(f"alert.toml has no channel {name!r} any more: name one there, or drop the message")
    if channel["kind"] == "file":
        return 1, _write(sender.home.path / "outbox" / (channel["folder"] or name), key, payload)
    url = sender.environment.get(channel["url_env"], "").strip()
    if not url:
        return 0, _Answer(f"the environment variable {channel['url_env']} is not set")
    if not _is_private(url):
        return 0, _Answer(f"{channel['url_env']} must hold an address that begins with https://")
    attempts = 0
    for pause in (*PAUSES, None):
        attempts += 1
        answer = _post(url, key, payload, sender.timeout)
        wait = pause if answer.asked_pause is None else answer.asked_pause
        if answer.error is None or answer.is_final or pause is None or wait is None or wait > LONGEST_PAUSE:
            break
        sender.sleep(wait)
    return attempts, answer


def _is_private(url: str) -> bool:
    """Whether nobody on the way can read what is sent: messages name people and what they pay."""
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and (
            parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE)
        )
    except ValueError:
        return False


def _post(url: str, key: str, payload: str, timeout: float) -> _Answer:
    """Post a message once. No sentence repeats the address, which is a secret."""
    headers = {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": key}
    try:
        with requests.post(
            url, data=payload.encode(), headers=headers, timeout=timeout, allow_redirects=False, stream=True
        ) as response:
            status, after = response.status_code, response.headers.get("Retry-After", "")
    except requests.Timeout:
        return _Answer(f"the address gave no answer within {timeout:g} s")
    except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
        return _Answer("the address cannot be reached")
    except (requests.RequestException, ValueError) as error:
        return _Answer(f"the message cannot be posted: {type(error).__name__}", is_final=True)
    if status < 300:
        return _Answer(None)
    if status in (408, 429) or status >= 500:
        return _Answer(f"the address answered {status}", asked_pause=retry_after(after, datetime.now(UTC)))
    return _Answer(f"the address refused it with {status}", is_final=True)


def _write(folder: Path, key: str, payload: str) -> _Answer:
    """Write a message as one file that only we may read, there whole or not at all; a second time is no second file."""
    target, draft = folder / f"{key}.json", folder / f".draft-{key}.json"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft.unlink(missing_ok=True)  # left by a process that was killed
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(json.loads(payload), file, indent=1, ensure_ascii=False)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
        _settle(folder)
    except OSError as error:
        return _Answer(f"{folder} cannot be written: {error.strerror or type(error).__name__}")
    return _Answer(None)


def _settle(folder: Path) -> None:
    """Have the file's name on the disk before the ledger says that it was sent."""
    place = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)


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
