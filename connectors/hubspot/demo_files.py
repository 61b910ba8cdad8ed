"""How the demo's HubSpot writes: record ids, times, CSV tables, pages of the API. What it writes is elsewhere."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

World = Mapping[str, pl.DataFrame]
Row = dict[str, Any]

PAGE = 100
"""Records on a page of the API, at most."""


def company_id(number: int) -> str:
    """HubSpot's id of a company of the world."""
    return str(10_000_000_000 + number)


def contact_id(number: int) -> str:
    """HubSpot's id of a contact of the world."""
    return str(20_000_000_000 + number)


def deal_id(number: int) -> str:
    """HubSpot's id of a deal of the world."""
    return str(30_000_000_000 + number)


def owner_id(number: int) -> str:
    """HubSpot's id of a team member of the world as an owner of records."""
    return str(40_000_000 + number)


def number(value: Decimal | None) -> str:
    """An amount as HubSpot writes it: no trailing zeros, empty for none."""
    text = "" if value is None else f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def minute(moment: datetime | date | None) -> str:
    """A CSV export's date and time: to the minute, in the portal's time zone, here UTC."""
    return "" if moment is None else moment.strftime("%Y-%m-%d %H:%M")


def plain(value: object) -> str:
    """A value as it stands in a CSV cell, empty for none."""
    return "" if value is None else str(value)


def flag(value: bool) -> str:
    """True or false as HubSpot writes it."""
    return "true" if value else "false"


def table(rows: Sequence[Mapping[str, str]], delimiter: str = ",") -> str:
    """A CSV export of at least one row; all have the first one's columns."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def write(path: Path, text: str, encoding: str = "utf-8") -> None:
    """Write a file, line ends as they are."""
    path.write_bytes(text.encode(encoding))


def write_pages(folder: Path, name: str, records: Sequence[Mapping[str, Any]]) -> None:
    """Write records as answers of the API, a hundred to a page; no file for none."""
    for page, start in enumerate(range(0, len(records), PAGE), start=1):
        answer: dict[str, Any] = {"results": records[start : start + PAGE]}
        following = records[start + PAGE : start + PAGE + 1]
        if following:
            after = following[0]["id"]
            link = f"https://api.hubapi.com/crm/v3/objects?limit={PAGE}&after={after}"
            answer["paging"] = {"next": {"after": after, "link": link}}
        text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
        (folder / f"{name}-page-{page:03}.json").write_bytes(text.encode())


def iso(moment: datetime) -> str:
    """A time as the API writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def record(record_id: str, properties: Row, created: datetime, updated: datetime, **more: Any) -> Row:
    """A record as the API answers it; `more` are its links or histories."""
    return {
        "id": record_id,
        "properties": properties | {"hs_object_id": record_id},
        "createdAt": iso(created),
        "updatedAt": iso(updated),
        "archived": False,
        **more,
    }
