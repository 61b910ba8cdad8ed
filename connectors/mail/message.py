"""One mail's bytes to one row of `messages` and its rows of `message_addresses`, all text.

Here belongs the row itself; how fields, text and verdicts are read stands in the modules it calls. Python's older
`compat32` parser is used on purpose: it never interprets a field before it is asked to, so that one broken field cannot
spoil a mail, and it is four times as fast.
"""

from __future__ import annotations

import hashlib
import json
import re
from email import message_from_bytes
from email.errors import CloseBoundaryNotFoundDefect, MessageError
from email.message import Message
from email.policy import Compat32

from connectors.mail import verdict
from connectors.mail.body import MAX_PARTS, TooComplex, read_body
from connectors.mail.headers import Headers, addresses, ids, is_robot, sent_at
from connectors.mail.mailbox import MAX_MESSAGE_BYTES, Raw
from connectors.mail.reply import new_text

Row = dict[str, str | None]

MESSAGE_COLUMNS = (
    "message_key",
    "message_id",
    "in_reply_to",
    "reference_ids",
    "thread_start",
    "date_header",
    "sent_at",
    "from_address",
    "subject",
    "body_text",
    "body_new",
    "is_automatic",
    "is_bounce",
    "has_attachments",
    "attachment_names",
    "set_aside",
    "x_gm_thrid",
    "x_gmail_labels",
    "note",
)
ADDRESS_COLUMNS = ("message_key", "role", "address", "name", "is_robot")
_ROLES = ("from", "to", "cc", "bcc", "reply-to")
_MAX_FIELD = 500_000
_MAX_PARAMETERS = 2_000
_LABELLED_ASIDE = re.compile(
    r"(?:^|,)\s*(?:(drafts?|entwürfe|brouillons|borradores|bozze|concepten|rascunhos)|(spam|junk))\s*(?:,|$)",
    re.IGNORECASE,
)


class Unreadable(ValueError):
    """A message that cannot become a row; the text is the reason for whoever mends the file."""


class _Bounded(Compat32):
    """Refuses endless fields and cuts the parameters of content fields, whose parser takes time by their square."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        if len(value) > _MAX_FIELD:
            raise TooComplex(f"header field {name[:40]} has more than {_MAX_FIELD} characters")
        return name, value[:_MAX_PARAMETERS] if name.lower().startswith("content-") else value


def read_message(raw: Raw) -> tuple[Row, list[Row]]:
    """Return the message's row and one row per role and address.

    Raises Unreadable when it is too large or too deeply nested, has no mail header, or no date can be found for it.
    """
    if raw.size > MAX_MESSAGE_BYTES:
        raise Unreadable(f"message of {raw.size} bytes is larger than {MAX_MESSAGE_BYTES}")
    try:
        message = _parsed(raw.content)
        body = read_body(message)
    except Unreadable:
        raise
    except TooComplex as error:
        raise Unreadable(str(error)) from error
    except RecursionError as error:
        raise Unreadable("nested too deep to be parsed") from error
    except (MessageError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise Unreadable(f"not readable as a mail ({type(error).__name__})") from error
    headers = Headers(message)
    at, date_note = sent_at(headers, raw.envelope)
    if at is None:
        raise Unreadable("no readable date in Date, Received or the mbox's From line")
    message_ids = ids(headers.first("message-id"))
    key = message_ids[0] if message_ids else _digest(raw.content)
    actions = verdict.report_actions(body.reports)
    kind = message.get_content_type()
    bounce = verdict.is_bounce(headers, kind, actions)
    people = _address_rows(headers, key, verdict.failed_recipients(headers, actions) if bounce else [])
    notes = [date_note, *body.notes, *_defects(message)]
    row = _header_columns(headers, key, raw) | {
        "sent_at": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "from_address": next((one["address"] for one in people if one["role"] == "from"), None),
        "body_text": body.text or None,
        "body_new": new_text(body.text) or None,
        "is_automatic": _flag(bounce or verdict.is_automatic(headers, kind)),
        "is_bounce": _flag(bounce),
        "has_attachments": _flag(bool(body.attachments)),
        "attachment_names": json.dumps(body.attachments, ensure_ascii=False) if body.attachments else None,
        "note": "; ".join(dict.fromkeys(note for note in notes if note)) or None,
    }
    return row, people


def _parsed(content: bytes) -> Message:
    parts = 0

    def part(**arguments: object) -> Message:
        nonlocal parts
        parts += 1
        if parts > MAX_PARTS:
            raise TooComplex(f"more than {MAX_PARTS} parts")
        return Message(**arguments)  # type: ignore[arg-type]

    message = message_from_bytes(content.lstrip(b"\r\n\t \xef\xbb\xbf\x00"), part, policy=_Bounded())
    known = ("from", "date", "subject", "message-id", "received", "to")
    if not any(name in message for name in known):
        raise Unreadable("no mail header: none of From, To, Date, Subject, Message-ID, Received")
    return message


def _header_columns(headers: Headers, key: str, raw: Raw) -> Row:
    own = headers.first("message-id")
    references, answers = ids(" ".join(headers.all("references"))), ids(headers.first("in-reply-to"))
    labels = headers.text("x-gmail-labels")
    labelled = _LABELLED_ASIDE.search(labels)
    return {
        "message_key": key,
        "message_id": own or None,
        "in_reply_to": answers[0] if answers else None,
        "reference_ids": " ".join(references) or None,
        "thread_start": next((one for one in [*references, *answers] if one != key), None),
        "date_header": headers.first("date") or None,
        "subject": headers.text("subject") or None,
        "set_aside": raw.aside or (("draft" if labelled[1] else "spam") if labelled else None),
        "x_gm_thrid": headers.first("x-gm-thrid") or None,
        "x_gmail_labels": labels or None,
    }


def _address_rows(headers: Headers, key: str, failed: list[str]) -> list[Row]:
    found = [(role, address, name) for role in _ROLES for address, name in addresses(headers.all(role))]
    found += [("failed", address, "") for address in failed]
    return [
        dict(zip(ADDRESS_COLUMNS, (key, role, address, name or None, _flag(is_robot(address))), strict=True))
        for role, address, name in found
    ]


def _digest(content: bytes) -> str:
    # Line ends and the blank line before the next message differ between mbox and single files of the same mail.
    return "sha256:" + hashlib.sha256(content.replace(b"\r\n", b"\n").strip()).hexdigest()


def _defects(message: Message) -> list[str]:
    if any(isinstance(defect, CloseBoundaryNotFoundDefect) for defect in message.defects):
        return ["closing boundary missing: the mail may be cut short"]
    return []


def _flag(value: bool) -> str:
    return "true" if value else "false"
