"""Archives and workbooks in the inbox: each thing in them once or not at all, under its own name in the ledger."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from pipelines.answers import report
from pipelines.home import Home
from pipelines.sync import ingest
from pipelines.sync.ingest import Delivery, sync
from pipelines.warehouse import open_warehouse

COMPANIES = "Record ID,Company name,Create Date,Last Modified Date\n"


def archive(path: Path, members: dict[str, str | bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)


def company(number: int, name: str, changed: str = "2026-01-01") -> str:
    return f"{COMPANIES}{number},{name},2025-01-01,{changed}\n"


def outcome(home: Home) -> dict[str, tuple[int, int, int, str]]:
    (found,) = sync(home, ["hubspot"], None, lambda _: None)
    return {one.file: told(one) for one in found.deliveries}


def told(one: Delivery) -> tuple[int, int, int, str]:
    return one.rows_read, one.rows_stored, one.rows_quarantined, one.note


def test_a_weekly_archive_brings_what_is_new_in_it(home: Home) -> None:
    inbox = home.inbox / "hubspot"
    members: dict[str, str | bytes] = {"companies-1.csv": company(1, "Acme"), "companies-2.csv": company(2, "Beta")}
    archive(inbox / "week1.zip", members)
    assert outcome(home) == {
        "week1.zip": (0, 0, 0, "an archive of 2 files"),
        "week1.zip/companies-1.csv": (1, 1, 0, ""),
        "week1.zip/companies-2.csv": (1, 1, 0, ""),
    }
    assert outcome(home) == {}
    archive(inbox / "week2.zip", {**members, "companies-2.csv": company(2, "Beta AG", "2026-02-01")})
    (inbox / "loose.csv").write_text(company(1, "Acme"))
    assert outcome(home) == {
        "week2.zip": (0, 0, 0, "an archive of 2 files, 1 of them known"),
        "week2.zip/companies-2.csv": (1, 1, 0, ""),
    }, "a member is known by its content, wherever it lies"
    with open_warehouse(home, "a test") as con:
        rows = con.execute("select id, name from raw_hubspot.companies__latest order by 1").fetchall()
        files = con.execute("select file, rows_stored from meta.delivery order by 1").fetchall()
    assert rows == [("1", "Acme"), ("2", "Beta AG")]
    assert ("week1.zip/companies-1.csv", 1) in files
    (status,) = (one for one in report.status(home) if one["source"] == "hubspot")
    assert (status["files_in_inbox"], status["files_delivered"]) == (3, 2), "members are no files of the inbox"


def test_what_was_refused_inside_is_read_again_once_the_reader_is_mended(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive(home.inbox / "hubspot" / "all.zip", {"companies.csv": company(1, "Acme"), "other.csv": "a,b\n1,2\n"})
    first = outcome(home)
    assert first["all.zip/other.csv"][:3] == (1, 0, 1)
    assert outcome(home) == {}
    monkeypatch.setattr(ingest, "reader_version", lambda source: "mended")
    again = outcome(home)
    assert again.keys() == {"all.zip", "all.zip/other.csv"}
    assert again["all.zip"][3] == "an archive of 2 files, 1 of them known"
    with open_warehouse(home, "a test") as con:
        held = con.execute("select file, reason from quarantine.hubspot__file").fetchall()
        assert [file for file, _ in held] == ["all.zip/other.csv"]
        assert con.execute("select count(*) from raw_hubspot.companies").fetchall() == [(1,)]


def test_an_evil_archive_leaves_the_rest_alone(home: Home) -> None:
    members = {"../../../escaped.csv": company(6, "Evil"), "in.zip": b"PK\x05\x06" + bytes(18)}
    archive(home.inbox / "hubspot" / "evil.zip", {**members, "companies.csv": company(7, "Good")})
    found = outcome(home)
    assert found["evil.zip/companies.csv"] == (1, 1, 0, "")
    assert found["evil.zip/../../../escaped.csv"][:3] == (1, 0, 1)
    assert not list(home.path.parent.rglob("escaped.csv"))
    assert outcome(home) == {}
    assert not list((home.work / "landing").iterdir()), "nothing that was unpacked stays"


def test_sheets_are_deliveries_of_their_own(home: Home) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        for name, row in (("North", ["1", "Acme"]), ("South", ["2", "Beta"])):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, COMPANIES.strip().split(","))
            sheet.write_row(1, 0, [*row, "2025-01-01", "2026-01-01"])
    archive(home.inbox / "hubspot" / "all.zip", {"companies.xlsx": out.getvalue()})
    assert outcome(home) == {
        "all.zip": (0, 0, 0, "an archive of 1 files"),
        "all.zip/companies.xlsx": (0, 0, 0, "a workbook of 2 sheets"),
        "all.zip/companies.xlsx/North": (1, 1, 0, ""),
        "all.zip/companies.xlsx/South": (1, 1, 0, ""),
    }
    assert outcome(home) == {}
    with open_warehouse(home, "a test") as con:
        ids = con.execute("select count(distinct _row_id), min(_line) from raw_hubspot.companies").fetchall()
    assert ids == [(2, 2)]
