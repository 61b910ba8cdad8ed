"""The demo's mailbox: writes the invented company's mail as Takeout's mbox files and a Maildir, with their quirks.

What was said, by whom and when is the world's (`models/demo`); how one mail looks on the wire is in `demo_wire.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import polars as pl

from connectors.mail.demo_wire import Mail, Person, wire

_NO_DATE = b"From: Somebody <somebody@nowhere.example>\nSubject: A mail whose header lost its date\n\nHello?\n"


def write_exports(world: Mapping[str, pl.DataFrame], folder: Path, seed: int) -> None:
    """Write one mbox per half-year to `Takeout/Mail` and the last 30 days to `Maildir/cur`, both below `folder`.

    Each mbox begins with the last mail of the one before (a repetition), and one Maildir file has no date (to be
    rejected). The same world and seed give the same bytes.
    """
    mails = _mails(world)
    if not mails:
        return
    recent = max(mail.sent_at for mail in mails.values()) - timedelta(days=30)
    boxes: dict[str, list[bytes]] = defaultdict(list)
    (folder / "Maildir" / "cur").mkdir(parents=True, exist_ok=True)
    (folder / "Takeout" / "Mail").mkdir(parents=True, exist_ok=True)
    for mail in sorted(mails.values(), key=lambda one: (one.sent_at, one.no)):
        content = wire(mail, Random(f"mail {seed} {mail.no}"))
        if mail.sent_at >= recent:
            name = f"{int((mail.sent_at - datetime(1970, 1, 1)).total_seconds())}.M{mail.no}P1.lumenly"
            (folder / "Maildir" / "cur" / name).write_bytes(content)
        else:
            half = f"{mail.sent_at.year}-H{1 if mail.sent_at.month <= 6 else 2}"
            boxes[half].append(_in_mbox(mail, content))
    (folder / "Maildir" / "cur" / "1.M1P1.lumenly").write_bytes(_NO_DATE)
    before: list[bytes] = []
    for half, entries in sorted(boxes.items()):
        (folder / "Takeout" / "Mail" / f"All mail {half}.mbox").write_bytes(b"".join(before + entries))
        before = entries[-1:]


def _mails(world: Mapping[str, pl.DataFrame]) -> dict[int, Mail]:
    """Return the world's mails by number; each knows the mail it answers."""
    contacts = {
        row["contact_no"]: Person(" ".join(filter(None, (row["first_name"], row["last_name"]))), row["email"])
        for row in world["contact_spellings"].filter(pl.col("system") == "mail").to_dicts()
    }
    members = {row["member_no"]: Person(row["name"], row["email"]) for row in world["team_members"].to_dicts()}

    def who(contact_no: int | None, member_no: int | None) -> Person:
        return members[member_no] if contact_no is None and member_no is not None else contacts[contact_no or 0]

    recipients: dict[int, dict[str, list[Person]]] = defaultdict(lambda: {"to": [], "cc": []})
    for row in world["mail_recipients"].to_dicts():
        recipients[row["mail_no"]][row["kind"]].append(who(row["contact_no"], row["member_no"]))
    mails: dict[int, Mail] = {}
    for row in world["mails"].sort("mail_no").to_dicts():
        mails[row["mail_no"]] = _mail(row, who(row["from_contact_no"], row["from_member_no"]), recipients, mails)
    return mails


def _mail(
    row: Mapping[str, Any], sender: Person, recipients: Mapping[int, dict[str, list[Person]]], mails: Mapping[int, Mail]
) -> Mail:
    to = recipients[row["mail_no"]]
    return Mail(
        no=row["mail_no"],
        thread_no=row["thread_no"],
        sent_at=row["sent_at"],
        sender=sender,
        is_ours=row["from_member_no"] is not None,
        to=tuple(to["to"]),
        cc=tuple(to["cc"]),
        subject=row["subject"],
        body=row["body"],
        answers=mails.get(row["in_reply_to_no"]),
        is_bounce=row["is_bounce"],
        is_automatic=row["is_automatic"],
    )


def _in_mbox(mail: Mail, content: bytes) -> bytes:
    """Write the mail as Takeout does: its `From ` line, Gmail's own fields, such lines in the text quoted."""
    number = 1_600_000_000_000_000_000
    first = f"From {number + mail.no}@xxx {mail.sent_at:%a %b %d %H:%M:%S} +0000 {mail.sent_at:%Y}\n"
    gmail = f"X-GM-THRID: {number + mail.thread_no}\nX-Gmail-Labels: {'Sent' if mail.is_ours else 'Inbox,Opened'}\n"
    quoted = b"\n".join(
        b">" + line if line.lstrip(b">").startswith(b"From ") else line for line in content.split(b"\n")
    )
    return (first.encode() + gmail.encode() + quoted.rstrip(b"\n") + b"\n\n").replace(b"\n", b"\r\n")
