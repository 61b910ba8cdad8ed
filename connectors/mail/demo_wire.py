"""One invented mail as it would be on the wire: charsets, encodings, quotations, HTML, delivery reports.

Which mails there are and into which files they go is in `demo.py`.
"""

from __future__ import annotations

import base64
import html
import quopri
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from random import Random

# How a mail's text is sent: charset, transfer encoding, how often of a hundred.
_FORMS = (
    ("utf-8", "quoted-printable", 45),
    ("utf-8", "base64", 15),
    ("iso-8859-1", "quoted-printable", 14),
    ("windows-1252", "8bit", 14),
    ("utf-8", "8bit", 10),
    ("utf-16", "base64", 2),
)
_DAYS = ("Mo.", "Di.", "Mi.", "Do.", "Fr.", "Sa.", "So.")
_MONTHS = ("Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez.")


@dataclass(frozen=True)
class Person:
    """Somebody who mails; the name may be empty."""

    name: str
    address: str

    @property
    def mailbox(self) -> str:
        """Return name and address as a header field has them."""
        if not self.name:
            return self.address
        name = f'"{self.name}"' if self.name.isascii() else Header(self.name, "utf-8").encode()
        return f"{name} <{self.address}>"


@dataclass(frozen=True)
class Mail:
    """One mail of the world; `answers` is the mail it is a reply to, `is_ours` says that a team member wrote it."""

    no: int
    thread_no: int
    sent_at: datetime
    sender: Person
    is_ours: bool
    to: tuple[Person, ...]
    cc: tuple[Person, ...]
    subject: str
    body: str
    answers: Mail | None
    is_bounce: bool
    is_automatic: bool

    @property
    def message_id(self) -> str:
        """Return the id other mails refer to it by."""
        return f"<m{self.no:07d}@lumenly.example>"


def wire(mail: Mail, rng: Random) -> bytes:
    """Return the mail's bytes with line feeds; a random but, for the same `rng`, fixed choice of forms."""
    if mail.is_bounce:
        return _bounce(mail)
    fields = _addressing(mail, mail.sender.mailbox, rng)
    if mail.is_automatic and mail.is_ours:
        fields += [
            "Precedence: bulk",
            "List-Id: Lumenly news <news.lumenly.example>",
            "List-Unsubscribe: <https://lumenly.example/unsubscribe>",
        ]
    elif mail.is_automatic:
        fields += ["Auto-Submitted: auto-replied", "X-Auto-Response-Suppress: All"]
    text = mail.body if mail.is_automatic else mail.body + _device(mail, rng) + _quotation(mail, rng)
    if rng.random() < 0.08:
        part = _part(_as_html(text), "html", "utf-8", "quoted-printable")
    else:
        charset, encoding = _form(text, rng)
        part = _part(text, "plain", charset, encoding)
    if not mail.is_automatic and rng.random() < 0.03:
        part = _with_file(part, mail.no)
    return "\n".join(fields).encode() + b"\n" + part


def _addressing(mail: Mail, sender: str, rng: Random | None = None) -> list[str]:
    fields = [
        f"Message-ID: {mail.message_id}",
        f"Date: {format_datetime(mail.sent_at)}",
        f"From: {sender}",
        f"To: {', '.join(person.mailbox for person in mail.to)}",
        f"Subject: {mail.subject if mail.subject.isascii() else Header(mail.subject, 'utf-8').encode()}",
        "MIME-Version: 1.0",
    ]
    if mail.cc:
        fields.insert(4, f"Cc: {', '.join(person.mailbox for person in mail.cc)}")
    if mail.answers:
        fields.append(f"In-Reply-To: {mail.answers.message_id}")
        # Some mail programs name only the mail they answer.
        if rng is None or rng.random() < 0.7:
            fields.append(f"References: {' '.join(_ancestors(mail))}")
    return fields


def _ancestors(mail: Mail) -> list[str]:
    found: list[str] = []
    while mail.answers:
        mail = mail.answers
        found.insert(0, mail.message_id)
    return found


def _form(text: str, rng: Random) -> tuple[str, str]:
    charset, encoding, _ = rng.choices(_FORMS, [form[2] for form in _FORMS])[0]
    try:
        text.encode(charset)
    except UnicodeEncodeError:
        return "utf-8", "quoted-printable"
    return charset, encoding


def _part(text: str, kind: str, charset: str, encoding: str) -> bytes:
    content = text.encode(charset)
    if encoding == "base64":
        content = base64.encodebytes(content)
    elif encoding == "quoted-printable":
        content = quopri.encodestring(content)
    head = f'Content-Type: text/{kind}; charset="{charset}"\nContent-Transfer-Encoding: {encoding}\n\n'
    return head.encode() + content.rstrip(b"\n") + b"\n"


def _device(mail: Mail, rng: Random) -> str:
    return "\n\nSent from my iPhone" if not mail.is_ours and rng.random() < 0.1 else ""


def _quotation(mail: Mail, rng: Random) -> str:
    """Return the answered mail below the answer, as one of three mail programs announces it."""
    old = mail.answers
    if old is None or rng.random() < 0.15:
        return ""
    who, at = f"{old.sender.name} <{old.sender.address}>", old.sent_at
    quoted = "\n".join(f"> {line}".rstrip() for line in old.body.split("\n"))
    style = rng.randrange(3)
    if style == 0:
        return f"\n\nOn {at:%a, %b %d, %Y at %H:%M}, {who} wrote:\n\n{quoted}\n"
    if style == 1:
        day = f"{_DAYS[at.weekday()]}, {at.day}. {_MONTHS[at.month - 1]} {at.year} um {at:%H:%M}"
        return f"\n\nAm {day} Uhr schrieb {who}:\n\n{quoted}\n"
    to = old.to[0].address if old.to else ""
    sent = f"{at:%A, %B %d, %Y %H:%M}"
    return f"\n\n{'_' * 32}\nFrom: {who}\nSent: {sent}\nTo: {to}\nSubject: {old.subject}\n\n{old.body}\n"


def _as_html(text: str) -> str:
    paragraphs = html.escape(text, quote=False).split("\n\n")
    inner = "".join("<p>" + part.replace("\n", "<br>\n") + "</p>\n" for part in paragraphs)
    return f"<html><head><style>p {{margin: 1em 0}}</style></head><body>\n{inner}</body></html>\n"


def _with_file(part: bytes, no: int) -> bytes:
    cut = f"part-{no}"
    return (
        f'Content-Type: multipart/mixed; boundary="{cut}"\n\n--{cut}\n'.encode()
        + part
        + f'--{cut}\nContent-Type: application/pdf; name="Overview.pdf"\nContent-Transfer-Encoding: base64\n'.encode()
        + f'Content-Disposition: attachment; filename="Overview.pdf"\n\nJVBERi0xLjQKJSVFT0YK\n--{cut}--\n'.encode()
    )


def _bounce(mail: Mail) -> bytes:
    """Return a delivery report (RFC 3464); the world writes it as from the contact whose address failed."""
    failed, cut = mail.sender.address, f"report-{mail.no}"
    server = failed.split("@", 1)[1]
    fields = ["Return-Path: <>", *_addressing(mail, f"Mail Delivery System <MAILER-DAEMON@{server}>")]
    fields += [
        "Auto-Submitted: auto-replied",
        f'Content-Type: multipart/report; report-type=delivery-status; boundary="{cut}"',
    ]
    original = _addressing(mail.answers, mail.answers.sender.mailbox) if mail.answers else [f"To: {failed}"]
    lines = [
        *fields,
        f"\n--{cut}\nContent-Type: text/plain; charset=us-ascii\n\n{mail.body}\n",
        f"--{cut}\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; {server}\n",
        f"Final-Recipient: rfc822; {failed}\nAction: failed\nStatus: 5.1.1",
        "Diagnostic-Code: smtp; 550 5.1.1 User unknown\n",
        f"--{cut}\nContent-Type: text/rfc822-headers\n",
        *original,
        f"\n--{cut}--\n",
    ]
    return "\n".join(lines).encode()
