"""The text of a mail and the names of its attachments. Attachments are never decoded, opened or written.

Here belongs which parts are the text; bytes to text is `charset.py`, the sender's own words are `reply.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message

import inscriptis
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.html_properties import Display
from inscriptis.model.config import ParserConfig
from inscriptis.model.html_element import HtmlElement
from inscriptis.model.tag import CustomHtmlTagHandlerMapping

from connectors.mail.charset import decode, without_controls
from connectors.mail.headers import words

MAX_DEPTH = 50
MAX_PARTS = 1_000
MAX_TEXT_CHARACTERS = 1_000_000
_META_CHARSET = re.compile(rb"<meta[^>]{1,200}charset=[\"']?([\w.:-]{2,40})", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_EMPTY_LINES = re.compile(r"\n{3,}")
_REPORT_PARTS = ("message/delivery-status", "message/disposition-notification", "message/feedback-report")
_NOT_FILES = ("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature")


def _layout() -> ParserConfig:
    """Lay tables out as blocks and obey no style but `display: none`.

    Mails use tables for looks; padding their columns, or margins a stranger sets, can make gigabytes of blanks.
    """
    cells = ("table", "tr", "td", "th")
    css = CSS_PROFILES["relaxed"] | {cell: HtmlElement(display=Display.block) for cell in cells}
    handlers = CustomHtmlTagHandlerMapping(start_tag_mapping=dict.fromkeys(cells), end_tag_mapping=dict.fromkeys(cells))
    config = ParserConfig(css=css, custom_html_tag_handler_mapping=handlers)
    config.attribute_handler.attribute_mapping = {"style": _hide}
    return config


def _hide(style: str, element: HtmlElement) -> None:
    if "display:none" in style.lower().replace(" ", ""):
        element.display = Display.none


_HTML = _layout()


class TooComplex(ValueError):
    """A mail nested or divided beyond the limits; the text says which."""


@dataclass(slots=True)
class Body:
    """What a mail holds below its header: its text, file names, what was odd in reading it, and its report parts."""

    text: str = ""
    attachments: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    reports: list[Message] = field(default_factory=list)
    parts: int = 0


def read_body(message: Message) -> Body:
    """Return the mail's text (plain where it has any, else its HTML as text) and the names of attached files.

    Raises TooComplex beyond `MAX_DEPTH` or `MAX_PARTS`.
    """
    body = Body()
    texts = [text for text in _texts(message, body, 0) if text.strip()]
    body.text = _tidy("\n".join(texts))
    if len(body.text) > MAX_TEXT_CHARACTERS:
        body.text = body.text[:MAX_TEXT_CHARACTERS]
        body.notes.append(f"text is cut at {MAX_TEXT_CHARACTERS} characters")
    if message.get_content_type() in ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"):
        body.notes.append("encrypted")
    return body


def _texts(part: Message, body: Body, depth: int) -> Iterator[str]:
    body.parts += 1
    if depth > MAX_DEPTH:
        raise TooComplex(f"nested more than {MAX_DEPTH} deep")
    if body.parts > MAX_PARTS:
        raise TooComplex(f"more than {MAX_PARTS} parts")
    kind = part.get_content_type()
    if kind == "multipart/alternative" and part.is_multipart():
        yield from _best(part, body, depth)
    elif part.get_content_maintype() == "multipart":
        yield from _of_multipart(part, body, depth, is_report=kind == "multipart/report")
    elif kind in _REPORT_PARTS:
        body.reports.append(part)
    elif _is_file(part, kind):
        body.attachments.append(_file_name(part, kind))
    elif kind in ("text/plain", "text/html"):
        yield _text(part, kind, body)


def _of_multipart(part: Message, body: Body, depth: int, *, is_report: bool) -> Iterator[str]:
    if not part.is_multipart():
        # The boundary is missing: the parser leaves everything as one text.
        body.notes.append("parts could not be told apart: boundary missing")
        yield _text(part, "text/plain", body)
        return
    for child in _children(part):
        if is_report and child.get_content_type() in ("message/rfc822", "text/rfc822-headers"):
            continue  # the mail reported on, not one that is attached
        yield from _texts(child, body, depth + 1)


def _best(part: Message, body: Body, depth: int) -> Iterator[str]:
    """Of several forms of one text, take the plain one if it says anything, else the last (the richest) that does."""
    for child in sorted(_children(part), key=lambda one: one.get_content_type() != "text/plain"):
        texts = list(_texts(child, body, depth + 1))
        if any(text.strip() for text in texts):
            yield from texts
            return


def _children(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [child for child in payload if isinstance(child, Message)] if isinstance(payload, list) else []


def _is_file(part: Message, kind: str) -> bool:
    disposition = part.get_content_disposition()
    if kind == "message/rfc822" or disposition == "attachment":
        return kind not in _NOT_FILES
    if kind in _NOT_FILES or kind == "text/rfc822-headers":
        return False
    # A picture shown within the text (a logo in a signature) is part of the text's layout.
    shown = kind.startswith("image/") and part.get("content-id") is not None
    named = part.get_param("name") is not None or part.get_param("filename", header="content-disposition") is not None
    return named and not shown


def _file_name(part: Message, kind: str) -> str:
    try:
        name = part.get_filename()
    except (ValueError, LookupError, TypeError):
        name = None
    return words(name)[:255] if name else kind


def _text(part: Message, kind: str, body: Body) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    charset = part.get_content_charset()
    if charset is None and kind == "text/html" and (named := _META_CHARSET.search(content[:4096])):
        charset = named[1].decode("ascii")
    text, note = decode(content[: 4 * MAX_TEXT_CHARACTERS], charset)
    if note:
        body.notes.append(note)
    return _from_html(text, body) if kind == "text/html" else text


def _from_html(html: str, body: Body) -> str:
    html = html[:MAX_TEXT_CHARACTERS]
    try:
        text: str = inscriptis.get_text(html, _HTML)
        return text
    except Exception as error:  # strangers' HTML may break the parser in ways it does not name
        body.notes.append(f"HTML could not be laid out ({type(error).__name__}); tags removed")
        return _TAG.sub(" ", html)


def _tidy(text: str) -> str:
    text = without_controls(text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = (line.rstrip() for line in text.split("\n"))
    return _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()
