"""The mail source: the tables mbox, .eml and Maildir files fill. How they are read stands in the modules beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import dlt
from dlt.extract import DltResource

from connectors.mail.message import ADDRESS_COLUMNS, MESSAGE_COLUMNS
from connectors.mail.reader import read_mail
from connectors.reading.frames import land_frames
from connectors.reading.resource import Export, Resource

TRUST = 50
"""Rank among the sources when two disagree; lower is believed first."""

RESOURCES: tuple[Resource, ...] = (
    Resource(name="messages", columns=MESSAGE_COLUMNS, key=("message_key",), required=("message_key",)),
    Resource(
        name="message_addresses",
        columns=ADDRESS_COLUMNS,
        key=("message_key", "role", "address"),
        required=("message_key", "role", "address"),
    ),
)


@dlt.source(name="mail")
def mail(exports: Sequence[Export], scratch: Path) -> Iterator[DltResource]:
    """Read mail files of any of these kinds; a mail that cannot be read is rejected with file, line and reason."""
    yield from land_frames(RESOURCES, exports, scratch, read_mail)
