"""What stands in a mail's header fields: words, addresses, ids, dates. What they mean together is judged elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from connectors.mail.charset import decode, repaired, without_controls

_MAX_WORDS_CHARACTERS = 20_000  # decoding takes time by the square of a hostile field's length
_FOLD = re.compile(r"\r?\n[ \t]*|\r")
_ID = re.compile(r"<\s*([^<>\s]+)\s*>")
_BARE_ADDRESS = re.compile(r"[^\s<>\"',;:()\[\]@]{1,64}@[^\s<>\"',;:()\[\]@]{1,255}")
_ROBOT = re.compile(
    r"(.*[-_.+])?(mailer-?daemon|post[-_]?master|mail-?delivery|no-?_?\.?reply|(do|please)-?_?\.?not-?_?\.?reply"
    r"|nicht-?_?antworten|ne-?_?pas-?_?repondre|no-?_?responder|bounces?|notifications?|auto-?confirm|nobody)([-_.+=].*)?$"
)


class Headers:
    """The header fields of one mail by lower-case name, unfolded, bytes beyond ASCII already text."""

    def __init__(self, message: Message) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in message.raw_items():
            self._values.setdefault(name.lower(), []).append(_clean(str(value)))

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def first(self, name: str) -> str:
        """Return the field's first value as sent, or ""."""
        return self._values.get(name, [""])[0]

    def all(self, name: str) -> list[str]:
        """Return every value of the field as sent."""
        return self._values.get(name, [])

    def text(self, name: str) -> str:
        """Return the first value with its encoded words decoded."""
        return words(self.first(name))


def _clean(value: str) -> str:
    return without_controls(_FOLD.sub(" ", repaired(value))).strip()


def words(value: str) -> str:
    """Return a header value with encoded words (RFC 2047) as text; what cannot be decoded stays as it is."""
    value = value[:_MAX_WORDS_CHARACTERS]
    if "=?" in value:
        try:
            pieces = decode_header(value)
        except (HeaderParseError, ValueError):
            pieces = [(value, None)]
        plain = "ascii" if value.isascii() else "raw-unicode-escape"
        value = "".join(_word(piece, charset, plain) for piece, charset in pieces)
    return " ".join(without_controls(value).split())


def _word(piece: bytes | str, charset: str | None, plain: str) -> str:
    if isinstance(piece, str):
        return piece
    # Text between encoded words comes as bytes too, beyond ASCII in Python's own escape.
    return decode(piece, charset)[0] if charset else piece.decode(plain, "replace")


def ids(value: str) -> list[str]:
    """Return the message ids in a field, as `<id>`, in order and each once."""
    found = _ID.findall(value) or [word.strip("<>,;") for word in value.split() if "@" in word]
    return [f"<{one}>" for one in dict.fromkeys(found) if one]


def addresses(values: Iterable[str]) -> list[tuple[str, str]]:
    """Return (address in lower case, name or "") of each mailbox in address fields; empty groups give none."""
    found: dict[str, str] = {}
    for value in values:
        parsed = _parsed(value)
        pairs = [(name, address) for name, address in parsed if "@" in address.strip("@")]
        if not pairs:
            pairs = [("", address) for address in _BARE_ADDRESS.findall(value)]
        if not pairs and len(parsed) == 1 and parsed[0][1] == value.partition("(")[0].strip(" <>"):
            pairs = parsed  # a mail server's own users (MAILER-DAEMON, root) have no domain
        for name, address in pairs:
            address = "".join(without_controls(address).split()).strip("<>'\"").lower()
            label = words(name).strip(" '\"")
            if address and not found.get(address):
                found[address] = "" if label.lower() == address else label
    return list(found.items())


def _parsed(value: str) -> list[tuple[str, str]]:
    try:
        return getaddresses([value])
    except (RecursionError, IndexError, ValueError):
        return []


def is_robot(address: str) -> bool:
    """Say whether nobody reads or writes at the address: mail servers, no-reply and notification senders."""
    return "@" not in address or _ROBOT.match(address.split("@", 1)[0]) is not None


def sent_at(headers: Headers, envelope: str) -> tuple[datetime | None, str | None]:
    """Return when the mail was sent, naive UTC, and a note where it is not simply its Date field.

    Falls back to the newest Received field, then to the date in the mbox's `From ` line; None when none can be read.
    """
    at, zoned = _date(headers.first("date"))
    if at is not None and zoned:
        return at, None
    why = "no Date" if not headers.first("date") else "Date has no time zone" if at else "Date cannot be read"
    for received in headers.all("received"):
        received_at, _ = _date(received.rpartition(";")[2])
        if received_at is not None:
            return received_at, f"{why}; sent_at is from Received"
    if at is not None:
        return at, f"{why}; taken as UTC"
    at, _ = _date(_envelope_date(envelope))
    return at, f"{why}; sent_at is from the mbox" if at else None


def _date(value: str) -> tuple[datetime | None, bool]:
    try:
        at = parsedate_to_datetime(value[:200])
        zoned = at.tzinfo is not None or value.rstrip().endswith("-0000")
        at = at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
    except (ValueError, TypeError, IndexError, OverflowError):
        return None, False
    # Electronic mail before 1980 and after 2100 is a broken clock.
    return (at, zoned) if 1980 <= at.year < 2100 else (None, False)


def _envelope_date(envelope: str) -> str:
    match = re.search(r"([A-Z][a-z]{2}) +(\d{1,2}) +(\d{1,2}:\d{2}(?::\d{2})?) +([+-]\d{4} +)?(\d{4})", envelope)
    return f"{match[2]} {match[1]} {match[5]} {match[3]} {match[4] or '+0000'}" if match else ""
