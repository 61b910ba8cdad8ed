"""From files to single messages: mbox split at its `From ` lines, .eml, .emlx and Maildir files taken whole.

Here belongs only where a message begins and ends; what it says is read in `message.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, pairwise
from pathlib import Path, PurePosixPath
from typing import BinaryIO

MAX_MESSAGE_BYTES = 50 * 1024 * 1024
_KEPT_OF_TOO_LARGE = 64 * 1024
_LINE_BYTES = 64 * 1024

_NOT_MAIL_NAMES = re.compile(r"\.|dovecot|maildirfolder$|subscriptions$|.*\.(msf|lock|idx|index)$", re.IGNORECASE)
_DATED = re.compile(rb"From .*\d{1,2}:\d{2}(:\d{2})?\b.*\b(19|20)\d{2}\b")
_FIELD = re.compile(rb"[!-9;-~]+:|>?From |[ \t]*\r?\n?$")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_FOREIGN = {b"\xd0\xcf\x11\xe0": "an Outlook .msg file", b"!BDN": "an Outlook .pst file", b"PK\x03\x04": "an archive"}
_FLAGS = re.compile(r"[:;!]2,([A-Za-z]*)$")
_ASIDE_FOLDERS = {
    "draft": {"draft", "drafts", "entwürfe", "brouillons", "borradores", "bozze", "concepten", "rascunhos", "utkast"},
    "spam": {"spam", "junk", "junk-e-mail", "junk e-mail", "junk email", "bulk mail", "indésirables"},
}


class NotMail(ValueError):
    """The file holds no mail that can be read; the text says what it is instead."""


@dataclass(frozen=True, slots=True)
class Raw:
    """One message as bytes, without the mbox's `From ` line, whose rest is `envelope`.

    `line`: 1-based line of the file where it starts. `size`: bytes in the file; `content` holds only the first part
    when the message is larger than `MAX_MESSAGE_BYTES`. `aside`: "draft" or "spam" where file or folder say so.
    """

    content: bytes
    line: int = 1
    envelope: str = ""
    size: int = 0
    aside: str | None = None


def messages_in(path: Path, name: str) -> Iterator[Raw]:
    """Yield the messages of one file in its order, in memory bounded by one message.

    `name` is the path within the inbox: Maildir's `tmp` folders and mail programs' own index files hold no message and
    yield none. Raises NotMail for a file that is something else.
    """
    inner = PurePosixPath(name.replace("\\", "/").removesuffix(".gz"))
    if inner.parent.name == "tmp" or _NOT_MAIL_NAMES.match(inner.name):
        return
    single = inner.suffix.lower() in (".eml", ".emlx") or inner.parent.name in ("cur", "new")
    aside = _aside(inner, single)
    with path.open("rb") as stream:
        start = stream.read(512)
        stream.seek(0)
        if not start.strip() and len(start) < 512:
            return
        for signature, what in _FOREIGN.items():
            if start.startswith(signature):
                raise NotMail(f"{what}, not a mail: save the messages as .eml or mbox")
        if not single and start.startswith(b"From "):
            yield from _split(stream, aside)
        else:
            yield _whole(stream, path.stat().st_size, aside, apple=inner.suffix.lower() == ".emlx")


def _aside(inner: PurePosixPath, single: bool) -> str | None:
    flags = _FLAGS.search(inner.name)
    if flags and "D" in flags[1]:
        return "draft"
    # A file of many messages is a folder itself (Takeout's `Spam.mbox`); Maildir writes its folders with dots.
    folders = re.split(r"[/.]", str(inner.parent if single else inner).lower())
    for kind, words in _ASIDE_FOLDERS.items():
        if not words.isdisjoint(folders):
            return kind
    return None


def _whole(stream: BinaryIO, size: int, aside: str | None, *, apple: bool) -> Raw:
    line, envelope = 1, ""
    if apple:
        # Apple Mail writes the message's length in a line before it and a property list after it.
        head = stream.readline(64).strip()
        if not head.isdigit():
            raise NotMail("an .emlx file without its length in the first line")
        size, line = int(head), 2
    limit = size if size <= MAX_MESSAGE_BYTES else _KEPT_OF_TOO_LARGE
    content = stream.read(limit)
    if content.startswith(b"From "):
        first, _, content = content.partition(b"\n")
        line, envelope = line + 1, _envelope(first)
    return Raw(content, line, envelope, size, aside)


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    # readline with a limit: a file without line ends must not be read whole into memory.
    return iter(lambda: stream.readline(_LINE_BYTES), b"")


def _split(stream: BinaryIO, aside: str | None) -> Iterator[Raw]:
    kept: list[bytes] = []
    size, number, starts, envelope = 0, 0, 1, ""
    blank_before, fresh_line, begun = True, True, False
    for line, following in pairwise(chain(_lines(stream), (b"",))):
        number += fresh_line
        if fresh_line and line.startswith(b"From ") and _separates(line, following, blank_before):
            if begun:
                yield _finished(kept, starts, envelope, size, aside)
            kept, size, starts, envelope, begun = [], 0, number, _envelope(line), True
        else:
            size += len(line)
            if size <= MAX_MESSAGE_BYTES:
                kept.append(line)
            elif len(kept) > 1:
                kept = [b"".join(kept)[:_KEPT_OF_TOO_LARGE]]
        blank_before = fresh_line and line in (b"\n", b"\r\n")
        fresh_line = line.endswith(b"\n")
    if begun:
        yield _finished(kept, starts, envelope, size, aside)


def _separates(line: bytes, following: bytes, blank_before: bool) -> bool:
    """Say whether a `From ` line begins a message.

    Writers should quote such lines in a text as `>From `, but some do not: a blank line before and a date in it, or one
    of these and a header field right after it, tell a message's first line from prose.
    """
    dated = _DATED.match(line) is not None
    if dated and blank_before:
        return True
    return (dated or blank_before) and _FIELD.match(following) is not None and bool(following.strip())


def _finished(kept: list[bytes], line: int, envelope: str, size: int, aside: str | None) -> Raw:
    content = b"".join(kept)
    for end in (b"\r\n", b"\n"):
        if content.endswith(end + end):
            content = content[: -len(end)]
            break
    if b">From " in content:
        content = _QUOTED_FROM.sub(rb"\1", content)
    return Raw(content, line, envelope, size, aside)


def _envelope(line: bytes) -> str:
    return line[5:].decode("ascii", "replace").strip()
