"""XLSX: cells as text the way their type shows them, rows by their number in the sheet, sheets by what fits."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime, time
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from connectors.reading import workbook as reader
from connectors.reading.resource import Resource
from tests.connectors.reading_files import THINGS, read_files

GROUPS = Resource("groups", ("id", "members"), ("id",), required=("id", "members"))


def book(fill: Callable[[Any], None]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as made:
        fill(made)
    return out.getvalue()


def sheet(made: Any, name: str, rows: list[list[object]], *, first_row: int = 0) -> Any:
    added = made.add_worksheet(name)
    for number, row in enumerate(rows, first_row):
        for column, value in enumerate(row):
            if value is not None:
                added.write(number, column, value)
    return added


def test_every_cell_is_text_as_its_type_shows_it(tmp_path: Path) -> None:
    def fill(made: Any) -> None:
        added = sheet(made, "Things", [["id", "name", "note"]])
        day, moment, clock = (made.add_format({"num_format": f}) for f in ("dd/mm/yyyy", "dd/mm/yy hh:mm", "hh:mm"))
        added.write_datetime(1, 2, datetime(2026, 3, 31), day)
        added.write_datetime(2, 2, datetime(2026, 3, 31, 14, 5, 30), moment)
        added.write_datetime(3, 2, time(14, 5), clock)
        for row, number in enumerate((3, 0.1 + 0.2, 1e15, -0.0, 123456789.25, 1e-7, 100.10), 4):
            added.write_number(row, 2, number)
        added.write_boolean(11, 2, True)
        added.write_formula(12, 2, "=1/0", None, "#DIV/0!")
        added.write_formula(13, 2, "=1+1", None, 2)
        added.write_string(14, 2, "007")
        for row in range(1, 15):
            added.write_number(row, 0, row)

    read = read_files(tmp_path, {"things.xlsx": book(fill)})
    assert [note for _, note in read.values("id", "note")] == [
        "2026-03-31", "2026-03-31 14:05:30", "14:05:00", "3", "0.3", "1000000000000000", "0", "123456789.25",
        "0.0000001", "100.1", "true", "#DIV/0!", "2", "007",
    ]  # fmt: skip
    assert read.values("id")[9] == ("10",)


def test_rows_keep_their_numbers_and_titles_stand_above(tmp_path: Path) -> None:
    rows: list[list[object]] = [["All our things"], [], ["id", "name", None, "note"], ["1", "a"], [], ["2", None, "x"]]
    rows += [[None, "no key"]]
    read = read_files(tmp_path, {"things.xlsx": book(lambda made: sheet(made, "S", rows, first_row=3))})
    assert read.values("_line", "id", "name", "column_3") == [(7, "1", "a", None), (9, "2", None, "x")]
    assert read.reasons == [(10, "key column id is empty")]


def test_each_sheet_is_a_table_and_finds_its_resource(tmp_path: Path) -> None:
    def fill(made: Any) -> None:
        sheet(made, "2025", [["id", "name"], ["1", "a"]])
        sheet(made, "2026", [["id", "name"], ["2", "b"]])
        sheet(made, "Members", [["id", "members"], ["3", "9"]])
        sheet(made, "Notes", [["Please read", "me"]])
        sheet(made, "Later", [])
        sheet(made, "Lists", [["id"], ["9"]]).hide()

    read = read_files(tmp_path, {"book.xlsx": book(fill)}, (THINGS, GROUPS), known=())
    assert read.values("_line", "id") == [(2, "1"), (2, "2")]
    assert read.values("id", "members", of="groups") == [("3", "9")]
    assert read.booked == {
        "book.xlsx": "a workbook of 4 sheets; hidden and not read: Lists",
        "book.xlsx/2025": "",
        "book.xlsx/2026": "",
        "book.xlsx/Members": "",
        "book.xlsx/Notes": "the columns fit none of: things, groups",
    }
    assert len({row["_delivery_id"] for row in read.rows["things"]}) == 2


def test_workbooks_without_rows(tmp_path: Path) -> None:
    files = {
        "blank.xlsx": book(lambda made: sheet(made, "A", [])),
        "hidden.xlsx": book(lambda made: [sheet(made, "A", []), sheet(made, "B", [["id"]]).hide()]),
        "header.xlsx": book(lambda made: sheet(made, "A", [["id", "name"]])),
    }
    read = read_files(tmp_path, files, known=())
    assert read.booked == {
        "blank.xlsx": "a workbook without a visible sheet that holds something",
        "hidden.xlsx": "a workbook without a visible sheet that holds something",
        "header.xlsx": "",
    }
    assert read_files(tmp_path, {"blank.xlsx": files["blank.xlsx"]}).notes == ["the sheet is empty"]


def test_what_cannot_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = book(lambda made: sheet(made, "A", [["id"], ["1"]]))
    files = {
        "old.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        "mangled.xlsx": whole.replace(b"PK\x01\x02", b"PK\x01\x03", 1),
        "foreign.xlsx": book(lambda made: sheet(made, "A", [["colour"], ["red"]])),
    }
    read = read_files(tmp_path, files, known=())
    assert read.booked["old.xls"] == (
        "an old Excel file (.xls), or one with a password, cannot be read; save it as .xlsx without one, or as CSV"
    )
    assert "damaged" in read.booked["mangled.xlsx"]
    assert read.booked["foreign.xlsx"] == "the columns fit none of: things"
    monkeypatch.setattr(reader, "MAX_BYTES", 1000)
    (reason,) = read_files(tmp_path, {"large.xlsx": whole}, known=()).booked.values()
    assert "more than 1,000; export it as CSV" in reason
