"""What reaches raw stays there whole: odd column names, deliveries read again, and a process that ends half way."""

from __future__ import annotations

import pytest

from pipelines.home import Home
from pipelines.warehouse import open_warehouse, save_counts
from tests.pipelines.conftest import Drop, take

HEADER = "Record ID,Company name,Create Date,Last Modified Date"


def test_columns_that_are_named_almost_like_ours_are_kept(home: Home, drop: Drop) -> None:
    extra = ["(Line) of business", "#key", "Hash tag", "_delivery_id", "_dlt code", "1st order"]
    drop("hubspot/companies.csv", f"{HEADER},{','.join(extra)}\n1,Acme,2025-01-01,2026-01-01,a,b,c,d,e,f\n")
    (delivery,) = take(home, "hubspot")
    assert delivery.rows_stored == 1
    with open_warehouse(home, "a test") as con:
        ((kept,),) = con.execute("select to_json(c) from raw_hubspot.companies as c").fetchall()
    for letter in "abcdef":
        assert f'"{letter}"' in kept, kept


def test_fewer_rows_after_a_reader_was_mended_are_no_damage(
    home: Home, drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mended reader may refuse what it took before; a process that ends right after that has lost nothing."""
    drop("hubspot/companies.csv", HEADER + "\n1,Acme,2025-01-01,2026-01-01\n2,Beta,2025-01-01,2026-01-01\n3,Ga\n")
    take(home, "hubspot")
    with open_warehouse(home, "a test") as con:
        con.execute("insert into raw_hubspot.companies by name select * exclude (_row_id) from raw_hubspot.companies")
        save_counts(con, home)

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr("pipelines.ingest.reader_version", lambda source: "mended")
        killed.setattr("pipelines.ingest.save_counts", end)
        with pytest.raises(KeyboardInterrupt):
            take(home, "hubspot")
    with open_warehouse(home, "a test") as con:
        assert con.execute("select count(*) from raw_hubspot.companies").fetchall() == [(2,)]
