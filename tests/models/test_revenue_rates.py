"""The written cases of retention, churn rates, quick ratio and lifetime value, under the standard policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from revenue_rows import history, money

if TYPE_CHECKING:
    from conftest import RunModels


def test_retention(run_models: RunModels) -> None:
    """Case 10, over one month and over three."""
    text = """
        a a i 2024-01-01 2024-02-01 1 100 EUR month
        a a i 2024-02-01 - 1 150 EUR month
        b b i 2024-01-01 2024-02-01 1 200 EUR month
        b b i 2024-02-01 - 1 120 EUR month
        c c i 2024-01-01 2024-02-01 1 100 EUR month
        d d i 2024-02-01 - 1 80 EUR month
        e e i 2023-10-01 2023-11-01 1 60 EUR month
        e f i 2024-02-01 - 1 60 EUR month
    """
    found = run_models(history(text, "2024-05-01"), "marts.retention_month")["marts.retention_month"]
    february = found.filter(pl.col("month").dt.strftime("%Y-%m") == "2024-02", window_months=1).row(0, named=True)
    assert february["net_revenue_retention"] == 0.675
    assert february["gross_revenue_retention"] == 0.55
    assert february["starting_mrr"] == 400
    assert (february["starting_customers"], february["remaining_customers"]) == (3, 2)
    april = found.filter(pl.col("month").dt.strftime("%Y-%m") == "2024-04", window_months=3).row(0, named=True)
    assert (april["net_revenue_retention"], april["gross_revenue_retention"]) == (0.675, 0.55)
    empty = found.filter(pl.col("month").dt.strftime("%Y-%m") == "2023-10")
    assert empty["net_revenue_retention"].to_list() == [None, None, None]
    assert empty["logo_retention"].to_list() == [None, None, None]


def test_mrr_churn_rates(run_models: RunModels) -> None:
    """Case 11: opening 100, churn 10, contraction 10, expansion 10."""
    text = """
        a a i 2024-01-01 2024-02-01 1 10 EUR month
        b b i 2024-01-01 2024-02-01 1 40 EUR month
        b b i 2024-02-01 - 1 30 EUR month
        c c i 2024-01-01 2024-02-01 1 50 EUR month
        c c i 2024-02-01 - 1 60 EUR month
    """
    found = run_models(history(text, "2024-03-01"), "marts.revenue_rate_month")["marts.revenue_rate_month"]
    january, february = found.sort("month").iter_rows(named=True)
    assert (february["gross_mrr_churn_rate"], february["net_mrr_churn_rate"]) == (0.2, 0.1)
    assert (january["gross_mrr_churn_rate"], january["net_mrr_churn_rate"]) == (None, None)


def test_logo_churn_leaves_out_who_came_and_went(run_models: RunModels) -> None:
    """Case 12: 100 customers, 11 leave, one of them joined this month."""
    lines = [f"c{n} s{n} i 2024-01-01 {'2024-02-10' if n < 10 else '-'} 1 10 EUR month" for n in range(100)]
    lines.append("guest g i 2024-02-03 2024-02-20 1 10 EUR month")
    found = run_models(history("\n".join(lines), "2024-03-01"), "marts.revenue_rate_month", "marts.company_month")
    assert found["marts.revenue_rate_month"].sort("month")["logo_churn_rate"].to_list() == [None, 0.1]
    assert "guest" not in found["marts.company_month"]["company_id"]


def test_quick_ratio_and_lifetime_value(run_models: RunModels) -> None:
    """Case 13."""
    text = """
        a a i 2024-01-01 2024-02-01 1 5000 EUR month
        b b i 2024-01-01 2024-02-01 1 10000 EUR month
        b b i 2024-02-01 - 1 7000 EUR month
        c c i 2024-01-01 2024-02-01 1 2000 EUR month
        c c i 2024-02-01 - 1 10000 EUR month
        d d i 2024-02-01 - 1 20000 EUR month
    """
    found = run_models(history(text, "2024-03-01"), "marts.revenue_rate_month")["marts.revenue_rate_month"]
    assert found.sort("month")["quick_ratio"].to_list() == [None, 3.5]

    lines = [f"c{n} s{n} i 2024-01-01 {'2024-02-10' if n == 0 else '-'} 1 100 EUR month" for n in range(20)]
    found = run_models(history("\n".join(lines), "2024-03-01"), "marts.revenue_rate_month")["marts.revenue_rate_month"]
    rows = found.sort("month").to_dicts()
    assert [money(row["arpa"]) for row in rows] == ["100.00", "100.00"]
    assert [money(row["ltv"]) for row in rows] == [None, "2000.00"]
    assert [money(row["asp"]) for row in rows] == ["100.00", None]
