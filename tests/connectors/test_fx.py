"""The European Central Bank's rates: one row per currency and day, none where the bank quoted none."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import polars as pl

from tests.connectors.conftest import Judged

SAMPLE = Path(__file__).resolve().parent.parent.parent / "connectors" / "fx" / "sample"


def test_the_shipped_history_gives_a_rate_per_currency_and_day(judged: Judged) -> None:
    rates, reasons = judged("fx", "exchange_rate", SAMPLE)
    assert reasons == []
    assert rates.filter(pl.col("currency") == "EUR")["units_per_euro"].unique().to_list() == [Decimal(1)]
    friday = rates.filter((pl.col("currency") == "USD") & (pl.col("source_record_id") == "USD:2026-10-30"))
    assert friday["units_per_euro"].to_list() == [Decimal("1.1172")]
    assert "RUB" in rates.filter(pl.col("source_record_id").str.ends_with("2022-03-01"))["currency"].to_list()
    assert "RUB" not in rates.filter(pl.col("source_record_id").str.ends_with("2022-03-02"))["currency"].to_list()
    assert rates["source_record_id"].is_unique().all()


def test_a_rate_that_is_no_number_is_set_aside(judged: Judged, tmp_path: Path) -> None:
    text = "Date,USD,GBP,\n2026-01-02,1.1,,\n2026-01-05,abc,0.85,\n2026-01-06,1.2,N/A,\n"
    (tmp_path / "eurofxref-hist.csv").write_text(text)
    rates, reasons = judged("fx", "exchange_rate", tmp_path)
    assert reasons == ['units_per_euro: "abc" is not a decimal number with at most 12 places']
    assert set(rates["source_record_id"]) >= {"USD:2026-01-02", "GBP:2026-01-05", "USD:2026-01-06"}
    assert not {"USD:2026-01-05", "GBP:2026-01-06"} & set(rates["source_record_id"])
