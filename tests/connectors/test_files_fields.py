"""What a field of the workspace's own files is made of: several columns, and last days that become ends."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from pipelines.home import Home
from pipelines.warehouse import open_warehouse
from tests.connectors.test_files import COLLECTION, Take, staged
from tests.connectors.test_files import home as home
from tests.connectors.test_files import take as take


@pytest.mark.parametrize(
    ("text", "day", "reason"),
    [
        ("2026-03-31", datetime(2026, 4, 1), None),
        ("2026-12-31T23:59:59", datetime(2027, 1, 1), None),
        ("2028-02-28 00:00", datetime(2028, 2, 29), None),
        ("9999-12-31", datetime(9999, 12, 31), None),
        ("", None, None),
        ("31/03/2026", None, "does not say which is the day and which the month"),
        ("soon", None, 'closed_at: "soon" is not a date and time such as'),
    ],
)
def test_the_day_after_a_last_day_is_the_end(
    home: Home, take: Take, text: str, day: datetime | None, reason: str | None
) -> None:
    mapping = COLLECTION + 'closed_at = { header = "Close", is_last_day = true }\n'
    take(mapping, {"deals.csv": f"No,Title,Stage,Close\n1,A,new,{text}\n"})
    with open_warehouse(home, "a test") as con:
        rows, reasons = staged(con, "opportunity")
    assert [row["closed_at"] for row in rows] == ([] if reason else [day])
    assert [reason in found for found in reasons if reason] == [True] * (reason is not None)


def test_a_last_day_has_the_format_that_is_stated(home: Home, take: Take) -> None:
    mapping = COLLECTION + 'expected_close_on = { header = "Close", date_format = "%d.%m.%Y", is_last_day = true }\n'
    take(mapping, {"deals.csv": "No,Title,Stage,Close\n1,A,new,28.02.2026\n2,B,new,2026-04-30\n3,C,new,\n"})
    with open_warehouse(home, "a test") as con:
        rows, reasons = staged(con, "opportunity")
    assert [row["expected_close_on"] for row in rows] == [date(2026, 3, 1), date(2026, 5, 1), None]
    assert reasons == []


def test_a_field_may_be_made_of_several_columns(home: Home, take: Take) -> None:
    mapping = COLLECTION + 'next_steps = { headers = ["No", "Region", "Title"] }\n'
    (one,) = take(mapping, {"deals.csv": "No,Title,Stage,Region\n1,A,new,North\n2,B,new,\n"})
    assert one.rows_stored == 2
    with open_warehouse(home, "a test") as con:
        rows, _ = staged(con, "opportunity")
    assert [row["next_steps"] for row in rows] == ["1:North:A", None]
    (lacking,) = take(mapping.replace('"Region"', '"Area"'), {})
    assert lacking.note.startswith("columns fit deals best")
    assert "required column 'area' is missing (config/files.toml:11 asks for it)" in lacking.note
