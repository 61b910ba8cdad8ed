"""Each file once or never; every row stored, quarantined or repeated; the newest version wins whenever it comes."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from pipelines.home import Home
from pipelines.sync import raw
from pipelines.warehouse import WarehouseDamagedError, open_warehouse
from tests.pipelines.conftest import Drop, take

HEADER = "Record ID,Company name,Create Date,Last Modified Date\n"


def names(home: Home, table: str = "raw_hubspot.companies__latest") -> list[tuple[str, str]]:
    with open_warehouse(home, "a test") as con:
        return con.execute(f"select id, name from {table} order by all").fetchall()


def test_a_file_is_taken_once_under_any_name(home: Home, drop: Drop) -> None:
    text = HEADER + "1,Acme,2025-01-01,2026-01-01\n2,Beta,2025-01-01,2026-01-01\n"
    drop("hubspot/companies.csv", text)
    (first,) = take(home, "hubspot")
    assert (first.rows_read, first.rows_stored, first.rows_quarantined, first.rows_repeated) == (2, 2, 0, 0)
    drop("hubspot/companies again.csv", text)
    assert take(home, "hubspot") == []
    assert names(home) == [("1", "Acme"), ("2", "Beta")]


def test_rows_that_say_nothing_new_are_repeated(home: Home, drop: Drop) -> None:
    drop("hubspot/companies 1.csv", HEADER + "1,Acme,2025-01-01,2026-01-01\n2,Beta,2025-01-01,2026-01-01\n")
    take(home, "hubspot")
    drop(
        "hubspot/companies 2.csv",
        HEADER + "1,Acme,2025-01-01,2026-01-01\n2,Beta Ltd,2025-01-01,2026-02-01\n2,Beta Ltd,2025-01-01,2026-02-01\n",
    )
    (second,) = take(home, "hubspot")
    assert (second.rows_read, second.rows_stored, second.rows_repeated) == (3, 1, 2)
    assert names(home) == [("1", "Acme"), ("2", "Beta Ltd")]


def test_an_older_version_that_comes_later_does_not_win(home: Home, drop: Drop) -> None:
    drop("hubspot/companies 1.csv", HEADER + "1,New name,2025-01-01,2026-03-01 10:00\n")
    take(home, "hubspot")
    drop("hubspot/companies 2.csv", HEADER + "1,Old name,2025-01-01,2026-02-28 23:59\n")
    take(home, "hubspot")
    assert names(home) == [("1", "New name")]
    assert names(home, "raw_hubspot.companies") == [("1", "New name"), ("1", "Old name")]


def test_the_order_of_deliveries_does_not_matter(
    home: Home, drop: Drop, tmp_path_factory: pytest.TempPathFactory
) -> None:
    parts = [
        HEADER + f"1,Name {day},2025-01-01,2026-01-0{day}\n{day},Company {day},2025-01-01,2026-01-01\n"
        for day in (3, 2, 4)
    ]
    found = []
    for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0)):
        place = Home(tmp_path_factory.mktemp("home"))
        place.create(["hubspot"])
        for number, part in enumerate(order):
            (place.inbox / "hubspot" / f"companies {number}.csv").write_text(parts[part])
            take(place, "hubspot")
        found.append(names(place))
    assert found[0] == found[1] == found[2]


def test_a_broken_row_is_set_aside_with_its_line_and_comes_back_when_mended(home: Home, drop: Drop) -> None:
    drop("hubspot/companies.csv", HEADER + "1,Acme,2025-01-01,2026-01-01\n2,Beta\n3,Gamma,2025-01-01,2026-01-01\n")
    (delivery,) = take(home, "hubspot")
    assert (delivery.rows_read, delivery.rows_stored, delivery.rows_quarantined) == (3, 2, 1)
    with open_warehouse(home, "a test") as con:
        ((file, line, row),) = con.execute("select file, line, row from quarantine.hubspot__companies").fetchall()
    assert (file, line, row) == ("companies.csv", 3, "2,Beta")
    drop(
        "hubspot/companies.csv",
        HEADER + "1,Acme,2025-01-01,2026-01-01\n2,Beta,2025-01-01,2026-01-01\n3,Gamma,2025-01-01,2026-01-01\n",
    )
    (delivery,) = take(home, "hubspot")
    assert (delivery.rows_stored, delivery.rows_repeated, delivery.rows_quarantined) == (1, 2, 0)
    with open_warehouse(home, "a test") as con:
        assert con.execute("select count(*) from quarantine.hubspot__companies").fetchone() == (0,)


def test_a_missing_required_column_names_the_likeliest_rename(home: Home, drop: Drop) -> None:
    drop(
        "hubspot/companies.csv",
        "Record Id No,Company name,Create Date,Last Modified Date\n1,Acme,2025-01-01,2026-01-01\n",
    )
    (delivery,) = take(home, "hubspot")
    assert (delivery.rows_read, delivery.rows_stored, delivery.rows_quarantined) == (1, 0, 1)
    with open_warehouse(home, "a test") as con:
        (reason,) = con.execute("select reason from quarantine.hubspot__file").fetchone() or ("",)
    assert "'id'" in reason
    assert "Record Id No" in reason


def test_a_refused_file_is_read_again_once_its_reader_is_mended(
    home: Home, drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop("hubspot/companies.csv", HEADER + "1,Acme,2025-01-01,2026-01-01\n2,Beta\n")
    take(home, "hubspot")
    assert take(home, "hubspot") == []
    monkeypatch.setattr("pipelines.sync.ingest.reader_version", lambda source: "another")
    (again,) = take(home, "hubspot")
    assert (again.rows_read, again.rows_stored, again.rows_quarantined) == (2, 1, 1)
    assert names(home, "raw_hubspot.companies") == [("1", "Acme")]


def test_a_new_column_is_kept_with_the_record(home: Home, drop: Drop) -> None:
    drop("hubspot/companies.csv", "Record ID,Company name,Create Date,Favourite colour\n1,Acme,2025-01-01,blue\n")
    take(home, "hubspot")
    with open_warehouse(home, "a test") as con:
        (custom,) = con.execute(
            "select custom ->> '$.favourite_colour' from raw_hubspot.companies__latest"
        ).fetchone() or (0,)
    assert custom == "blue"


def test_a_delivery_that_fails_half_way_leaves_nothing(home: Home, drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    drop("hubspot/companies.csv", HEADER + "1,Acme,2025-01-01,2026-01-01\n")

    def fail(*_: object) -> None:
        raise RuntimeError("the power went")

    with monkeypatch.context() as broken:
        broken.setattr(raw, "show_rejected", fail)
        with pytest.raises(RuntimeError, match="the power went"):
            take(home, "hubspot")
    assert names(home, "raw_hubspot.companies") == []
    (delivery,) = take(home, "hubspot")
    assert delivery.rows_stored == 1


def test_counts_that_do_not_add_up_store_nothing(home: Home, drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    drop("hubspot/companies.csv", HEADER + "1,Acme,2025-01-01,2026-01-01\n2,Beta,2025-01-01,2026-01-01\n")
    with monkeypatch.context() as broken:
        broken.setattr(raw, "_append", lambda *_: None)
        with pytest.raises(raw.CountsDoNotAddUpError, match=r"2 rows read, but 0 stored"):
            take(home, "hubspot")
    assert names(home, "raw_hubspot.companies") == []


def test_lost_commits_are_noticed(home: Home, drop: Drop) -> None:
    drop("hubspot/companies.csv", HEADER + "1,Acme,2025-01-01,2026-01-01\n2,Beta,2025-01-01,2026-01-01\n")
    take(home, "hubspot")
    with open_warehouse(home, "a test") as con:
        con.execute("delete from raw_hubspot.companies where id = '2'").fetchall()
    with pytest.raises(WarehouseDamagedError, match=r"raw_hubspot.companies had 2 rows and has 1"):
        take(home, "hubspot")


def test_a_second_writer_is_told_who_writes(home: Home) -> None:
    code = (
        "import sys; from pathlib import Path; from pipelines.home import Home; from pipelines.warehouse import *\n"
        "try:\n  with open_warehouse(Home(Path(sys.argv[1])), 'second'): pass\n"
        "except WarehouseBusyError as error: print(error); sys.exit(7)"
    )
    with open_warehouse(home, "first job"):
        started = time.monotonic()
        done = subprocess.run([sys.executable, "-c", code, str(home.path)], capture_output=True, text=True, check=False)
    assert done.returncode == 7, done.stderr
    assert "'first job'" in done.stdout
    assert time.monotonic() - started < 10
