"""How a message leaves: as a file, or posted to an address. One at a time; which ones and when belongs to `outbox`."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from connectors.reading.session import retry_after
from models.policy.loading import load_policies
from pipelines.home import Home
from pipelines.warehouse import Connection

PAUSES = (1.0, 4.0)
"""Seconds between the attempts at one message; after the last it waits for the next delivery."""
LONGEST_PAUSE = 30.0
"""Who asks to wait longer is asked again by the next delivery."""
TIMEOUT = 10.0
"""Seconds in which an address must take a message."""
_HERE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Answer:
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


def send(sender: Sender, name: str, channel: Mapping[str, Any], key: str, payload: str) -> tuple[int, Answer]:
    """Send one message, again where that may help; the attempts it took and what the last one came to."""
    if not channel:
        return 0, Answer(f"alert.toml has no channel {name!r} any more: name one there, or drop the message")
    if channel["kind"] == "file":
        return 1, _write(sender.home.path / "outbox" / (channel["folder"] or name), key, payload)
    url = sender.environment.get(channel["url_env"], "").strip()
    if not url:
        return 0, Answer(f"the environment variable {channel['url_env']} is not set")
    if not _is_private(url):
        return 0, Answer(f"{channel['url_env']} must hold an address that begins with https://")
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


def _post(url: str, key: str, payload: str, timeout: float) -> Answer:
    """Post a message once. No sentence repeats the address, which is a secret."""
    headers = {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": key}
    try:
        with requests.post(
            url, data=payload.encode(), headers=headers, timeout=timeout, allow_redirects=False, stream=True
        ) as response:
            status, after = response.status_code, response.headers.get("Retry-After", "")
    except requests.Timeout:
        return Answer(f"the address gave no answer within {timeout:g} s")
    except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
        return Answer("the address cannot be reached")
    except (requests.RequestException, ValueError) as error:
        return Answer(f"the message cannot be posted: {type(error).__name__}", is_final=True)
    if status < 300:
        return Answer(None)
    if status in (408, 429) or status >= 500:
        return Answer(f"the address answered {status}", asked_pause=retry_after(after, datetime.now(UTC)))
    return Answer(f"the address refused it with {status}", is_final=True)


def _write(folder: Path, key: str, payload: str) -> Answer:
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
        return Answer(f"{folder} cannot be written: {error.strerror or type(error).__name__}")
    return Answer(None)


def _settle(folder: Path) -> None:
    """Have the file's name on the disk before the ledger says that it was sent."""
    place = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)
