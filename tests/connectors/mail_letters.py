"""Small mails, literally, and what the mappings make of them; what is asked about them stands in the tests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import polars as pl

from connectors.mail.mailbox import Raw
from connectors.mail.message import ADDRESS_COLUMNS, MESSAGE_COLUMNS, Row, read_message

MAIL = Path(__file__).parents[2] / "connectors" / "mail"


def letter(*fields: str, text: str | bytes = "Hello", date: str = "Mon, 2 Mar 2026 09:15:00 +0100") -> bytes:
    """Return a mail from anna@x.example with these further header fields."""
    head = "\n".join(["From: Anna <anna@x.example>", f"Date: {date}", *fields])
    return head.encode() + b"\n\n" + (text.encode() if isinstance(text, str) else text)


def mapped(object_name: str, letters: Sequence[bytes | Raw]) -> pl.DataFrame:
    """Return what the mapping makes of these mails, each the newest of its id, as if one file had brought each."""
    newest: dict[str | None, tuple[Row, list[Row]]] = {}
    for number, one in enumerate(letters):
        row, people = read_message(one if isinstance(one, Raw) else Raw(one))
        place: Row = {"_row_id": f"file:{number}"}
        newest[row["message_key"]] = (row | place, [person | place for person in people])
    messages = pl.DataFrame(
        [row for row, _ in newest.values()], dict.fromkeys((*MESSAGE_COLUMNS, "_row_id"), pl.String)
    )
    people_rows = [person for _, found in newest.values() for person in found]
    people_frame = pl.DataFrame(people_rows, dict.fromkeys((*ADDRESS_COLUMNS, "_row_id"), pl.String))
    with duckdb.connect() as con:
        con.execute("create schema raw_mail").fetchall()
        for name, frame in (("messages", messages), ("message_addresses", people_frame)):
            con.register("frame", frame)
            con.execute(
                f"create table raw_mail.{name}__latest as "
                "select *, null::varchar as custom, timestamp '2026-07-01' as _loaded_at from frame"
            ).fetchall()
        return con.sql((MAIL / f"{object_name}.sql").read_text()).pl().sort("source_record_id")
