"""Bytes of a mail to text, whatever charset they claim. Which part is the text is decided in `body.py`."""

from __future__ import annotations

import codecs
import re

# A mail's label is often a narrower charset than the one its writer used; mail programs read the wider one.
_WIDER = {
    "ascii": "utf-8",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
}
_OTHER_NAMES = {
    "iso-8859-8-i": "iso-8859-8",
    "ks_c_5601-1987": "cp949",
    "unicode-1-1-utf-7": "utf-7",
    "x-sjis": "cp932",
}
# Python has "text codecs" that no mail means; some of them take quadratic time.
_NOT_CHARSETS = {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem", "palmos"}
_FALLBACK = "windows-1252"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


def decode(content: bytes, charset: str | None) -> tuple[str, str | None]:
    """Return the text and, where it is not simply what the label says, a note how it was read. Never raises."""
    if not charset:
        return _guess(content, "no charset is named")
    name = _python_name(charset)
    if name is None:
        return _guess(content, f"charset {charset[:40]!r} is unknown")
    for candidate in (_WIDER.get(name), name):
        if candidate is not None:
            try:
                return content.decode(_byte_order(candidate, content)), None
            except UnicodeError:
                continue
    text, note = _guess(content, f"charset {charset} does not fit the bytes")
    if name in ("utf-8", "ascii") or note is None or note.endswith("utf-8"):
        return text, note
    text = content.decode(name, "replace")
    return text, f"charset {charset} failed; {text.count(chr(0xFFFD))} characters are replaced"


def without_controls(text: str) -> str:
    """Return the text without control characters and half surrogates, which no reader shows and databases refuse."""
    return _CONTROL.sub("", text)


def repaired(value: str) -> str:
    """Return a header value in which bytes beyond ASCII (kept by the parser as lone surrogates) are text."""
    if value.isascii():
        return value
    content = value.encode("utf-8", "surrogateescape")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode(_FALLBACK, "replace")


def _python_name(charset: str) -> str | None:
    label = charset.strip().strip("\"'").lower()
    try:
        info = codecs.lookup(_OTHER_NAMES.get(label, label))
        "".encode(info.name)
    except (LookupError, UnicodeError, ValueError):
        return None
    return None if info.name in _NOT_CHARSETS else info.name


def _byte_order(name: str, content: bytes) -> str:
    """UTF-16 without a mark is big-endian by its standard; Python would take the machine's order."""
    if name in ("utf-16", "utf-32") and content[:2] not in (b"\xff\xfe", b"\xfe\xff") and content[:1] == b"\x00":
        return name + "-be"
    return name


def _guess(content: bytes, why: str) -> tuple[str, str | None]:
    try:
        return content.decode("utf-8"), None if content.isascii() else f"{why}; read as utf-8"
    except UnicodeDecodeError:
        return content.decode(_FALLBACK, "replace"), f"{why}; read as {_FALLBACK}"
