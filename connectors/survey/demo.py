"""Writes the demo's survey answers as Delighted would export them, with the faults such exports have; maps nothing.

The faults: a row that stands twice, a score that a later export corrects, addresses in capitals, and a second file in
Windows-1252 whose header names a property with an accent.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

HEADERS = (
    "Response ID", "Person ID", "Email", "Name", "Score", "Comment", "Survey Type", "Sent At", "Created At",
    "Updated At", "Campaign",
)  # fmt: skip
PLAIN = (
    "Email", "Name", "Survey", "Score", "Lowest score", "Highest score", "Comment", "Campaign", "Asked", "Date",
)  # fmt: skip
LATER_SHARE = 0.25
CAPITALS_SHARE = 0.05


def write_exports(world: Mapping[str, pl.DataFrame], folder: Path, seed: int) -> None:
    """Write three CSV files with all answers into `folder`; the same seed, the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(f"survey:{seed}")
    here = world["contact_spellings"].filter(pl.col("system") == "survey")
    people = {row["contact_no"]: row for row in here.to_dicts()}
    rows = [_row(answer, people[answer["contact_no"]], rng) for answer in world["nps_responses"].to_dicts()]
    first_later = int(len(rows) * (1 - LATER_SHARE))
    # only the first file can hold any alphabet
    is_later = [position >= first_later and _fits_windows_1252(row) for position, row in enumerate(rows)]
    later = [row for row, chosen in zip(rows, is_later, strict=True) if chosen]
    first = [row for row, chosen in zip(rows, is_later, strict=True) if not chosen]
    # the correction stands in the second file too
    correctable = [position for position, row in enumerate(first) if _fits_windows_1252(row)]
    if len(correctable) > 2:
        position = correctable[len(correctable) // 2]
        later.insert(0, first[position])
        first[position] = _before_correction(first[position])
        first.append(first[correctable[0]])
    _write(folder / "delighted-responses-1.csv", [HEADERS, *first], "utf-8")
    other = [_plain(answer, people[answer["contact_no"]]) for answer in world["survey_responses"].to_dicts()]
    _write(folder / "satisfaction-and-effort.csv", [PLAIN, *other], "utf-8")
    _write(folder / "delighted-responses-2.csv", [(*HEADERS, "Région"), *((*row, "") for row in later)], "cp1252")


def _row(answer: Mapping[str, Any], person: Mapping[str, Any], rng: random.Random) -> tuple[str, ...]:
    email = person["email"].upper() if rng.random() < CAPITALS_SHARE else person["email"]
    return (
        str(500_000_000 + answer["response_no"]),
        str(90_000_000 + answer["contact_no"]),
        email,
        f"{person['first_name']} {person['last_name']}",
        str(answer["score"]),
        answer["comment"] or "",
        "nps",
        _utc(answer["sent_at"]),
        _utc(answer["answered_at"]),
        _utc(answer["answered_at"] + timedelta(minutes=10)),
        answer["campaign"],
    )


def _plain(answer: Mapping[str, Any], person: Mapping[str, Any]) -> tuple[str, ...]:
    """An answer about satisfaction or effort, on the scale it names, as in a list kept by hand."""
    name = f"{person['first_name']} {person['last_name']}"
    scale = (str(answer["score"]), str(answer["scale_min"]), str(answer["scale_max"]))
    said = (answer["comment"] or "", answer["campaign"], _utc(answer["sent_at"]), _utc(answer["answered_at"]))
    return (person["email"], name, answer["survey_type"], *scale, *said)


def _before_correction(row: tuple[str, ...]) -> tuple[str, ...]:
    """The same answer as it stood before the person changed the score."""
    values = dict(zip(HEADERS, row, strict=True))
    values["Score"] = str((int(values["Score"]) + 4) % 11)
    values["Updated At"] = values["Created At"]
    return tuple(values.values())


def _utc(instant: datetime | None) -> str:
    return "" if instant is None else f"{instant:%Y-%m-%d %H:%M:%S} UTC"


def _fits_windows_1252(row: Sequence[str]) -> bool:
    return "".join(row).encode("cp1252", "ignore").decode("cp1252") == "".join(row)


def _write(path: Path, rows: Sequence[Sequence[str]], encoding: str) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    path.write_bytes(out.getvalue().encode(encoding))
