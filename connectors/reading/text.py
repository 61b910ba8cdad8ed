"""Makes a text file readable: unpacks gzip within limits, settles its encoding. What the text says is not read here."""

from __future__ import annotations

import codecs
import gzip
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

BLOCK = 1 << 22
GZIP_FREE_BYTES = 1 << 30
"""A gzip file may always unpack to this size …"""
GZIP_RATIO = 100
"""… and beyond it only to this many times its own size (a megabyte of gzip can hold hundreds of gigabytes)."""
_SNIFFED = 1 << 12
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# The five bytes Windows-1252 leaves undefined stand for the control characters of the same number, as browsers do it.
WINDOWS_1252 = "".join(bytes([b]).decode("cp1252", "ignore") or chr(b) for b in range(256))


class Refused(Exception):
    """A file cannot be read at all; the message is the reason its user sees. `line` is where, if known."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.line = line


@dataclass(frozen=True)
class Text:
    """A UTF-8 text file, the number of its physical lines, and what was done to make it so."""

    path: Path
    lines: int
    has_bad_lines: bool
    note: str


def unpack(path: Path, scratch: Path) -> Path:
    """Unpack a gzip file into `scratch` within the limits; give any other file back as it is."""
    with path.open("rb") as file:
        if file.read(2) != b"\x1f\x8b":
            return path
    target = scratch / f"{path.stem}.unpacked"
    limit = max(GZIP_FREE_BYTES, GZIP_RATIO * path.stat().st_size)
    written = 0
    try:
        with gzip.open(path) as packed, target.open("wb") as out:
            while block := packed.read(BLOCK):
                written += len(block)
                if written > limit:
                    raise Refused(
                        f"the gzip file unpacks to over {limit:,} bytes, more than {GZIP_RATIO} times its size"
                    )
                out.write(block)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise Refused(f"the gzip file is damaged or cut short: {error}") from error
    return target


def readable(path: Path, scratch: Path) -> Text:
    """Give the file as UTF-8: itself if it is, else a copy in `scratch` written from UTF-16 or Windows-1252."""
    with path.open("rb") as file:
        encoding = _encoding(file.read(_SNIFFED))
    if encoding != "utf-8":
        copy = _transcode(path, scratch / f"{path.stem}.utf8", codecs.getincrementaldecoder(encoding)().decode)
        lines, _, _ = _scan(copy)
        return Text(copy, lines, False, f"read as {encoding.upper()}")
    lines, good, bad = _scan(path)
    if bad and not good:
        copy = _transcode(path, scratch / f"{path.stem}.utf8", _from_windows_1252)
        return Text(copy, lines, False, "not UTF-8: read as Windows-1252")
    note = f"{bad} lines are not valid UTF-8" if bad else ""
    return Text(path, lines, bool(bad), note)


def from_windows_1252(data: bytes) -> str:
    """Decode Windows-1252; every byte has a meaning."""
    return codecs.charmap_decode(data, "strict", WINDOWS_1252)[0]


def _from_windows_1252(data: bytes, final: bool) -> str:
    return from_windows_1252(data)


def _encoding(head: bytes) -> str:
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return encoding
    half = len(head) // 2
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if half > 3 and odd > 0.5 * half and even < 0.05 * half:
        return "utf-16-le"
    if half > 3 and even > 0.5 * half and odd < 0.05 * half:
        return "utf-16-be"
    return "utf-8"


def one_line_end(path: Path, target: Path, *, quotes: bool = True) -> Path:
    """Write a copy in which every line end is LF; with `quotes` those between double quotes stay as they are."""
    quoted = False
    with target.open("wb") as out:
        for block in blocks(path):
            pieces = block.split(b'"')
            for number, piece in enumerate(pieces):
                quoted ^= quotes and number > 0
                pieces[number] = piece if quoted else piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            out.write(b'"'.join(pieces))
    return target


def _transcode(path: Path, target: Path, decode: Callable[[bytes, bool], str]) -> Path:
    try:
        with path.open("rb") as source, target.open("wb") as out:
            for block in iter(lambda: source.read(BLOCK), b""):
                out.write(decode(block, False).encode())
            out.write(decode(b"", True).encode())
    except UnicodeError as error:
        raise Refused(f"the file is cut short or damaged: {error}") from error
    return target


def blocks(path: Path) -> Iterator[bytes]:
    """The file in blocks that end at a line feed wherever one is near."""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block + file.readline(BLOCK)


def line_ends(data: bytes) -> int:
    """How many line ends there are: LF, CR, or CR LF as one."""
    return data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")


def _scan(path: Path) -> tuple[int, int, int]:
    """Count physical lines, and among the lines with non-ASCII bytes the valid UTF-8 ones and the others."""
    ends = good = bad = 0
    last = b""
    for block in blocks(path):
        ends += line_ends(block)
        ends -= last == b"\r" and block[:1] == b"\n"
        last = block[-1:]
        if block.isascii():
            continue
        try:
            block.decode()
            good += 1
        except UnicodeDecodeError:
            for line in re.split(rb"[\r\n]", block):
                if not line.isascii():
                    valid = _is_utf8(line)
                    good, bad = good + valid, bad + (not valid)
    return ends + (last not in (b"", b"\n", b"\r")), good, bad


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
