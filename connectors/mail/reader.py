"""One mail file to batches of rows: which rows go together. What a row holds is in `message.py`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from connectors.mail.charset import without_controls
from connectors.mail.mailbox import NotMail, Raw, messages_in
from connectors.mail.message import ADDRESS_COLUMNS, MESSAGE_COLUMNS, Row, Unreadable, read_message
from connectors.reading.frames import REJECTED
from connectors.reading.resource import Export
from connectors.reading.text import Refused

_BATCH_MESSAGES = 5_000
_BATCH_CHARACTERS = 32_000_000
_REJECTED_CHARACTERS = 2_000
_COLUMNS = {
    "messages": MESSAGE_COLUMNS,
    "message_addresses": ADDRESS_COLUMNS,
    REJECTED: ("_resource", "reason", "row"),
}


def read_mail(path: Path, export: Export) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield (resource, rows) batch by batch: `_line` (where the message starts) and text columns.

    `path` is the file to read, `export.name` tells what it is (a Maildir's folders, `.eml`). Memory is bounded by a
    batch and one message. Raises Refused for a file that holds no mail.
    """
    batch = _Batch()
    try:
        for raw in messages_in(path, export.name):
            batch.add(raw)
            if batch.is_full:
                yield from batch.tables()
                batch = _Batch()
    except NotMail as error:
        raise Refused(str(error)) from error
    yield from batch.tables()


class _Batch:
    def __init__(self) -> None:
        self._rows: dict[str, list[dict[str, str | int | None]]] = {name: [] for name in _COLUMNS}
        self._characters = 0

    @property
    def is_full(self) -> bool:
        return len(self._rows["messages"]) >= _BATCH_MESSAGES or self._characters >= _BATCH_CHARACTERS

    def add(self, raw: Raw) -> None:
        try:
            message, addresses = read_message(raw)
        except Unreadable as error:
            first = without_controls(raw.content[:_REJECTED_CHARACTERS].decode("utf-8", "replace"))
            self._put(REJECTED, raw.line, {"_resource": "messages", "reason": str(error), "row": first})
            return
        self._characters += len(message["body_text"] or "")
        self._put("messages", raw.line, message)
        for address in addresses:
            self._put("message_addresses", raw.line, address)

    def _put(self, name: str, line: int, row: Row) -> None:
        self._rows[name].append({"_line": line, **row})

    def tables(self) -> Iterator[tuple[str, pl.DataFrame]]:
        for name, rows in self._rows.items():
            if rows:
                yield name, pl.DataFrame(rows, {"_line": pl.Int64, **dict.fromkeys(_COLUMNS[name], pl.String)})
