"""Cohorts, retention and churn by segment: cases by hand, and random companies re-told."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import cut_oracle as oracle
import polars as pl
import revenue_histories as histories
from revenue_rows import history, rate
from revenue_sets import RATES

if TYPE_CHECKING:
    from conftest import Bench, RunModels

LIVES = """
    a s i 2024-01-01 2024-03-01 1 100 EUR month
    a s i 2024-03-01 - 1 150 EUR month
    b t i 2024-01-01 2024-02-10 1 200 EUR month
    b t i 2024-04-01 - 1 50 EUR month
    c u i 2024-02-01 - 1 40 USD month
"""
RATE = [rate("USD", "2023-12-30", "2"), rate("USD", "2024-03-20", "4")]
STOOD = [
    {"company_id": name, "name": name, "segment": segment, "valid_from": since, "known_from": "2024-01-01"}
    for name, segment, since in (
        ("a", "small", "2023-01-01"),
        ("a", "large", "2024-02-10"),
        ("b", "small", "2023-01-01"),
        ("b", "large", "2024-02-05"),
    )
]


def business() -> dict[str, Any]:
    lost = [{"company_id": "b", "churned_on": "2024-02-10", "primary_reason": "price", "is_voluntary": True}]
    return history(LIVES, "2024-05-10", exchange_rate=RATE, churn_event=lost) | {"history.company": STOOD}


def lines(frame: pl.DataFrame, *names: str) -> list[str]:
    return [" ".join(_word(value) for value in row) for row in frame.select(names).sort(names).iter_rows()]


def _word(value: Any) -> str:
    return f"{value:.2f}" if isinstance(value, Decimal | float) else str(value)


def test_a_cohort_keeps_its_companies_for_ever(run_models: RunModels) -> None:
    found = run_models(business(), "marts.cohort_month")["marts.cohort_month"]
    january = found.filter(pl.col("segment") == "small")
    columns = ("month_of_life", "companies_start", "companies_kept", "starting_mrr", "net_mrr", "gross_mrr")
    assert lines(january, *columns, "logo_retention", "net_retention", "gross_retention") == [
        "0 2 2 300.00 300.00 300.00 1.00 1.00 1.00",
        "1 2 1 300.00 100.00 100.00 0.50 0.33 0.33",
        "2 2 1 300.00 150.00 100.00 0.50 0.50 0.33",
        "3 2 2 300.00 200.00 150.00 1.00 0.67 0.50",
        "4 2 2 300.00 200.00 150.00 1.00 0.67 0.50",
    ]
    assert january.filter(pl.col("is_complete"))["month_of_life"].sort().to_list() == [0, 1, 2, 3]
    assert lines(found.filter(segment="(all)", month_of_life=0), "cohort", "companies_start", "starting_mrr") == [
        "2024-01-01 2 300.00",
        "2024-02-01 1 20.00",
    ]


def test_rates_of_exchange_move_no_retention(run_models: RunModels) -> None:
    found = run_models(business(), "marts.cohort_month")["marts.cohort_month"].filter(segment="not stated")
    assert lines(found, "month_of_life", "starting_mrr", "net_mrr", "net_retention") == [
        "0 20.00 20.00 1.00",
        "1 10.00 10.00 1.00",
        "2 10.00 10.00 1.00",
        "3 10.00 10.00 1.00",
    ]


def test_retention_and_churn_count_for_the_segment_of_before(run_models: RunModels) -> None:
    made = run_models(business(), "marts.retention_cut", "marts.churn_cut")
    kept = made["marts.retention_cut"].filter(window_months=1).filter(pl.col("month") < datetime(2024, 4, 1).date())
    assert lines(kept, "month", "segment", "starting_mrr", "ending_mrr", "retained_mrr", "logo_retention") == [
        "2024-02-01 small 300.00 100.00 100.00 0.50",
        "2024-03-01 large 100.00 150.00 100.00 1.00",
        "2024-03-01 not stated 10.00 10.00 10.00 1.00",
    ]
    names = ("month", "segment", "reason", "companies_churned", "mrr_churned", "companies_churned_voluntary")
    assert lines(made["marts.churn_cut"], *names) == ["2024-02-01 small price 1 200.00 1"]


def test_random_cohorts_are_what_the_walk_says(bench: type[Bench]) -> None:
    """Told from each company's months alone: who began when, and what of it is there so much later."""
    companies = histories.make(seed=11, companies=150)
    made = bench(histories.tables(companies, datetime(2025, 3, 17)) | {"objects.exchange_rate": RATES})
    months = {row["month"]: row["month_no"] for row in made.want("intermediate.month").to_dicts()}
    rates = {(row["month"], row["currency"]): row["rate"] for row in made.want("intermediate.month_rate").to_dicts()}
    paid: dict[tuple[str, Any], dict[str, Decimal]] = defaultdict(dict)
    for row in made.want("marts.mrr_movement").to_dicts():
        if row["closing"]:
            paid[row["company_id"], row["month"]][row["currency"]] = row["closing"]
    expected: dict[tuple[Any, int], list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 5)
    for name in {name for name, _ in paid}:
        cohort = min(month for other, month in paid if other == name)
        for month in (month for month in months if month >= cohort):
            start, now = (
                sum((oracle.money(amount * rates[month, currency]) for currency, amount in money.items()), Decimal(0))
                for money in (paid[name, cohort], paid.get((name, month), {}))
            )
            told = (Decimal(1), Decimal((name, month) in paid), start, now, min(start, now))
            key = cohort, months[month] - months[cohort]
            expected[key] = [left + right for left, right in zip(expected[key], told, strict=True)]
    columns = ("companies_start", "companies_kept", "starting_mrr", "net_mrr", "gross_mrr")
    found = made.want("marts.cohort_month").filter(segment="(all)").to_dicts()
    assert len(found) > 200
    assert {(row["cohort"], row["month_of_life"]): [row[name] for name in columns] for row in found} == expected
