"""The months of the business: where they begin and end, in which zone, and at which exchange rate."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from revenue_rows import by_month, history, rate

from models.policy import loading

if TYPE_CHECKING:
    from conftest import RunModels

ONE = "c s i 2024-01-31T23:30:00 - 1 100 EUR month"


@pytest.mark.parametrize(
    ("as_of", "last", "is_complete"),
    [
        ("2024-03-31T23:59:59", "2024-03", False),
        ("2024-04-01T00:00:00", "2024-03", True),
        ("2024-04-01T00:00:01", "2024-04", False),
    ],
)
def test_last_month_is_the_one_of_as_of(run_models: RunModels, as_of: str, last: str, is_complete: bool) -> None:
    found = run_models(history(ONE, as_of), "intermediate.month")["intermediate.month"]
    assert f"{found['month'][-1]:%Y-%m}" == last
    assert found["is_complete"].to_list() == [True] * (found.height - 1) + [is_complete]
    assert found["snapshot_at"][-1] == datetime.fromisoformat(as_of)
    assert f"{found['month'][0]:%Y-%m}" == "2024-01"


def test_months_end_in_the_zone_of_the_policy(run_models: RunModels, tmp_path: Path) -> None:
    shipped = (loading.HERE / "revenue.toml").read_text()
    (tmp_path / "revenue.toml").write_text(shipped.replace('time_zone = "UTC"', 'time_zone = "Europe/Berlin"'))
    tables = history(ONE, "2024-05-01")
    utc = run_models(tables, "marts.company_month")["marts.company_month"]
    berlin = run_models(tables, "marts.company_month", "intermediate.month", config=tmp_path)
    assert by_month(utc, "mrr")[0] == "2024-01 100.00"
    assert by_month(berlin["marts.company_month"], "mrr")[0] == "2024-02 100.00"
    ends = berlin["intermediate.month"]["ends_at"].to_list()
    assert ends[:3] == [datetime(2024, 2, 29, 23), datetime(2024, 3, 31, 22), datetime(2024, 4, 30, 22)]


def test_without_any_subscription_there_is_the_present_month(run_models: RunModels) -> None:
    found = run_models({"meta.run": [{"as_of": datetime(2024, 3, 5)}]}, "marts.arr_bridge", "marts.retention_month")
    assert by_month(found["marts.arr_bridge"], "closing", "customers_closing") == ["2024-03 0.00 0.00"]
    assert found["marts.retention_month"]["net_revenue_retention"].to_list() == [None, None, None]


def test_what_starts_later_makes_no_month(run_models: RunModels) -> None:
    found = run_models(history(ONE, "2024-01-10"), "marts.arr_bridge", "marts.company_month")
    assert by_month(found["marts.arr_bridge"], "closing") == ["2024-01 0.00"]
    assert found["marts.company_month"].height == 0


def test_rate_is_the_last_quote_before_the_month_ends(run_models: RunModels) -> None:
    quotes = [
        rate("USD", "2024-01-31", "2"),
        rate("USD", "2024-02-01", "4"),
        rate("USD", "2024-03-01", "5"),
        rate("GBP", "2024-02-10", "0.8"),
    ]
    tables = history("c s i 2024-01-01 - 1 100 USD month", "2024-03-02", exchange_rate=quotes)
    found = run_models(tables, "intermediate.month_rate")["intermediate.month_rate"]
    assert found.filter(currency="USD").sort("month")["rate"].to_list() == [
        Decimal("0.5"),
        Decimal("0.25"),
        Decimal("0.2"),
    ]
    assert found.filter(currency="GBP").sort("month")["rate"].to_list() == [None, Decimal("1.25"), Decimal("1.25")]
    assert found.filter(currency="EUR")["rate"].unique().to_list() == [Decimal(1)]
    assert found.filter(pl.col("currency") == "USD").sort("month")["quoted_on"].to_list() == [
        date(2024, 1, 31),
        date(2024, 2, 1),
        date(2024, 3, 1),
    ]


def test_rates_between_two_foreign_currencies_and_revenue_without_a_rate(run_models: RunModels, tmp_path: Path) -> None:
    shipped = (loading.HERE / "revenue.toml").read_text()
    (tmp_path / "revenue.toml").write_text(shipped.replace('currency = "EUR"', 'currency = "USD"'))
    quotes = [rate("USD", "2024-01-30", "1.2"), rate("GBP", "2024-01-30", "0.8")]
    text = "c s i 2024-01-01 - 1 100 GBP month\nd t i 2024-01-01 - 1 100 SEK month"
    found = run_models(
        history(text, "2024-02-01", exchange_rate=quotes), "marts.company_month", "marts.mrr_movement", config=tmp_path
    )
    paid = found["marts.company_month"].sort("company_id")
    assert paid["mrr"].to_list() == [Decimal(150), Decimal(0)]
    assert paid["is_customer"].to_list() == [True, True]
    assert found["marts.mrr_movement"].filter(currency="SEK")["closing"].to_list() == [Decimal(100)]
