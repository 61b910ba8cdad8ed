"""What reaches raw stays there whole: odd column names, deliveries read again, and a process that ends half way."""

from __future__ import annotations

from datetime import datetime

import pytest

from pipelines.home import Home
from pipelines.rooms import resources, sources
from pipelines.sync import raw
from pipelines.sync.ingest import sync
from pipelines.sync.raw_tables import show_latest, whole
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
        killed.setattr("pipelines.sync.ingest.reader_version", lambda source: "mended")
        killed.setattr("pipelines.sync.ingest.save_counts", end)
        with pytest.raises(KeyboardInterrupt):
            take(home, "hubspot")
    with open_warehouse(home, "a test") as con:
        assert con.execute("select count(*) from raw_hubspot.companies").fetchall() == [(2,)]


def test_an_old_file_that_is_read_again_stays_old(home: Home, drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of prices nobody says when they changed, so the order of arrival decides; reading again is no new arrival."""
    price = '{"id": "price_1", "object": "price", "product": "prod_1", "currency": "eur", "unit_amount": %d}'
    drop("stripe/prices.ndjson", price % 100 + "\n{ broken\n")
    sync(home, ["stripe"], datetime(2026, 1, 1), lambda _: None)
    drop("stripe/prices later.ndjson", price % 200 + "\n")
    sync(home, ["stripe"], datetime(2026, 2, 1), lambda _: None)
    monkeypatch.setattr("pipelines.sync.ingest.reader_version", lambda source: "mended")
    assert {delivery.file for delivery in take(home, "stripe")} == {"prices.ndjson"}, "only it had a refused row"
    with open_warehouse(home, "a test") as con:
        told = con.execute("select unit_amount, _loaded_at from raw_stripe.prices order by _arrival").fetchall()
        latest = con.execute("select unit_amount from raw_stripe.prices__latest").fetchall()
        ledger = con.execute("select distinct file, delivered_at from meta.delivery order by 1").fetchall()
    assert told == [("100", datetime(2026, 1, 1)), ("200", datetime(2026, 2, 1))]
    assert latest == [("200",)]
    assert ledger == [("prices later.ndjson", datetime(2026, 2, 1)), ("prices.ndjson", datetime(2026, 1, 1))]


def test_only_what_is_not_as_declared_is_made_anew(home: Home) -> None:
    """Whatever was done to a raw table or its view, the next sync has them as declared; it asks once for all."""
    with open_warehouse(home, "a test") as con:
        raw.prepare(con)
        every = {f"raw_{source}.{resource.name}" for source in sources() for resource in resources(source)}
        views = "select view_name, sql from duckdb_views() where starts_with(schema_name, 'raw_') order by all"
        made = con.execute(views).fetchall()
        assert whole(con) == every
        companies, contacts, deals = (
            next(one for one in resources("hubspot") if one.name == name) for name in ("companies", "contacts", "deals")
        )
        show_latest(con, "hubspot", companies, datetime(2026, 1, 1))
        con.execute("drop view raw_hubspot.contacts__latest").fetchall()
        con.execute("create or replace view raw_hubspot.deals__latest as select 1 as other").fetchall()
        con.execute("drop view raw_stripe.prices__latest; drop table raw_stripe.prices").fetchall()
        con.execute('alter table raw_zendesk.users drop column "name"').fetchall()
        con.execute("alter table raw_zendesk.tickets add column own varchar").fetchall()
        changed = {f"raw_hubspot.{one.name}" for one in (companies, contacts, deals)}
        assert every - whole(con) == changed | {"raw_stripe.prices", "raw_zendesk.users", "raw_zendesk.tickets"}
        raw.prepare(con)
        assert whole(con) == every
        con.execute("alter table raw_zendesk.tickets drop column own").fetchall()
        raw.prepare(con)
        assert con.execute(views).fetchall() == made
