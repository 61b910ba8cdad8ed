"""The HTTP session through which every API is read: patience, exact numbers, one host. What is asked is elsewhere."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import orjson
from dlt.sources.helpers.requests.session import Session
from requests import PreparedRequest, Response
from requests.exceptions import ChunkedEncodingError, ConnectionError, ContentDecodingError, Timeout
from requests.hooks import dispatch_hook

from connectors.reading.api import LimitReachedError

ATTEMPTS = 8
"""How often one request is sent before the API counts as down."""
FIRST_PAUSE = 1.0
"""Seconds before the second attempt; doubled for each one after."""
LONGEST_PAUSE = 900.0
"""An API that asks for a longer wait is asked again by the next sync."""
_CUT = (ConnectionError, Timeout, ChunkedEncodingError, ContentDecodingError, json.JSONDecodeError)
"""What a connection that ends too early looks like; the last is half a document."""
_LARGEST_PLAIN = 18
"""Digits of the whole numbers that every JSON writer takes."""


class ForeignHostError(Exception):
    """A request would have gone to a host that the API's settings do not name."""


class KeyRefusedError(Exception):
    """The address that gives out tokens gave none."""


class Exact(Decimal):
    """A number that leaves as it was sent: `text` is how the API wrote it."""

    text: str

    def __new__(cls, text: str) -> Exact:
        """Read it from its text."""
        number = super().__new__(cls, text)
        number.text = text
        return number


def read_json(content: bytes) -> Any:
    """Read a JSON document without rounding a number. Raises ValueError, for NaN and the like too."""
    return json.loads(content, parse_float=Exact, parse_int=_whole, parse_constant=_no_number)


def write_json(value: Any) -> bytes:
    """Write on one line what `read_json` gave, each number as it was sent."""
    try:
        return orjson.dumps(value, default=_as_sent)
    except TypeError:  # half of a surrogate pair, which no file can hold
        return orjson.dumps(_mended(value), default=_as_sent)


def _whole(text: str) -> int | Exact:
    return Exact(text) if len(text) > _LARGEST_PLAIN or text == "-0" else int(text)


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no JSON")


def _as_sent(value: object) -> orjson.Fragment:
    if isinstance(value, Exact):
        return orjson.Fragment(value.text)
    raise TypeError(f"a record holds {type(value).__name__}, which is no JSON")


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_mended(key): _mended(inner) for key, inner in value.items()}
    return [_mended(inner) for inner in value] if isinstance(value, list) else value


class PatientSession(Session):
    """Sends a request until it is answered, waits as long as the API asks, and goes to no host but the given ones.

    `wait` is the `Api`'s; `told` hears of waits. Raises `ForeignHostError`, `KeyRefusedError`, `LimitReachedError`,
    ValueError for an answer that is no JSON, or what requests raises.
    """

    def __init__(
        self,
        hosts: Collection[str],
        wait: Callable[[Response], float | None],
        sleep: Callable[[float], None] = time.sleep,
        told: Callable[[str], None] = lambda _: None,
    ) -> None:
        super().__init__(timeout=60, raise_for_status=False)
        self._hosts, self._wait, self._sleep, self._told = set(hosts), wait, sleep, told
        self._tokens_from: str | None = None

    def get_tokens_from(self, url: str) -> None:
        """Let requests go to this address too, which gives out tokens; what it refuses is the key."""
        self._tokens_from = url
        self._hosts.add(urlsplit(url).netloc)

    def send(self, request: PreparedRequest, **kwargs: Any) -> Response:
        """Send one request; the answer's `json()` keeps numbers exact."""
        host = urlsplit(request.url or "").netloc
        if host not in self._hosts:
            raise ForeignHostError(f"the API pointed to {host}, which its settings do not name; nothing was sent there")
        hooks, request.hooks = request.hooks, {"response": []}  # they are for the last answer only
        try:
            response = self._answered(request, kwargs)
        finally:
            request.hooks = hooks
        if request.url == self._tokens_from and not response.ok:
            raise KeyRefusedError(response.status_code)
        answer: Response = dispatch_hook("response", hooks, response, **kwargs)
        return answer

    def _answered(self, request: PreparedRequest, kwargs: dict[str, Any]) -> Response:
        for attempt in range(1, ATTEMPTS + 1):
            backed_off = min(FIRST_PAUSE * 2 ** (attempt - 1), LONGEST_PAUSE)
            try:
                response: Response = super().send(request, **kwargs)  # type: ignore[no-untyped-call]
                _keep_numbers(response)
                if response.ok and response.content:
                    response.json()
            except _CUT:
                if attempt == ATTEMPTS:
                    raise
                self._pause(backed_off, "the connection was cut")
                continue
            pause = self._asked_pause(response, backed_off)
            if pause is None or attempt == ATTEMPTS:
                break
            response.close()
            self._pause(pause, f"the API answered {response.status_code}")
        return response

    def _asked_pause(self, response: Response, backed_off: float) -> float | None:
        """The seconds before this request may be sent again; None when its answer is one to keep."""
        if response.status_code < 400:
            return None
        asked = self._wait(response)
        if asked is not None:
            return asked
        if response.status_code in (408, 429) or response.status_code >= 500:
            after = retry_after(response.headers.get("Retry-After", ""), datetime.now(UTC))
            return backed_off if after is None else after
        return None

    def _pause(self, seconds: float, why: str) -> None:
        if seconds > LONGEST_PAUSE:
            raise LimitReachedError(f"the API asks to wait for {seconds / 60:,.0f} minutes; sync again after that")
        self._told(f"{why}; waiting {seconds:,.0f} s")
        self._sleep(seconds)


def retry_after(header: str, now: datetime) -> float | None:
    """The seconds that a `Retry-After` header asks for: a number, or the time of day it is until; None for neither."""
    text = header.strip()
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (until.astimezone(UTC) - now).total_seconds())


def _keep_numbers(response: Response) -> None:
    """Give the answer a `json()` that keeps numbers as sent and reads the same content once."""
    read: list[tuple[bytes, Any]] = []

    def exact_json(**_: Any) -> Any:
        if not read or read[-1][0] is not response.content:
            read[:] = [(response.content, read_json(response.content))]
        return read[-1][1]

    response.json = exact_json  # type: ignore[method-assign]
