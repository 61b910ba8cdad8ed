"""The pipeline's forecast: by the sources' likelihood and by the history of the stages."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from customer_rows import RATES, deal, one, tables


def path(title: str, *stages: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"opportunity_id": title, "stage": stage, "entered_at": day} for stage, day in stages]


def decided(count: int, won: int, month: str = "2026-05") -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """So many opportunities that came to Offer on the 1st of the month; those won took 20 days from there."""
    deals, stages = [], []
    for number in range(count):
        status = "won" if number < won else "lost"
        title = f"{status}{month}-{number}"
        deals.append(
            deal(
                title,
                status=status,
                stage="Closed",
                created_at=f"{month}-01",
                closed_at=f"{month}-21",
                mrr=10,
                amount=120,
            )
        )
        stages += path(title, ("Offer", f"{month}-01"), ("Closed", f"{month}-21"))
    return deals, stages


def test_likelihood_of_the_source_stands_beside_that_of_history(bench: Any) -> None:
    deals, stages = decided(5, 2)
    made = bench(
        tables(
            opportunity=[
                *deals,
                deal("a", amount=1000, mrr=80, probability="0.9", expected_close_on="2026-08-10"),
                deal("b", amount=500, probability=None, expected_close_on="2026-08-20"),
                deal("late", amount=10, probability="0.5", expected_close_on="2026-02-01"),
                deal("undated", amount=30, probability="1", stage_entered_at="2026-07-20"),
                deal("dollars", amount=110, probability="0.5", expected_close_on="2026-08-10", currency="USD"),
                deal("call", amount=7, probability="0.5", stage="Call"),
            ],
            opportunity_stage_history=stages,
            exchange_rate=RATES,
        )
    )
    rows = made.want("marts.pipeline_forecast")
    august = one(rows, month=date(2026, 8, 1), currency="EUR", stage="Offer")
    # a and b by their own day, and the one without a day 20 days after it came to the stage
    assert (august["opportunity_count"], august["unweighted_count"], august["amount"]) == (3, 1, 1530)
    assert (august["probability_history"], august["decided_count"], august["won_count"]) == (Decimal("0.4"), 5, 2)
    assert (august["weighted_stated"], august["weighted_history"], august["median_days"]) == (930, 612, 20)
    assert (august["mrr"], august["without_mrr_count"]) == (80, 2)
    assert round(august["probability_stated"], 6) == Decimal("0.902913")
    dollars = one(rows, currency="USD")
    assert (dollars["weighted_stated_reporting"], dollars["weighted_history_reporting"]) == (50, 40)
    assert one(rows, month=date(2026, 7, 1), stage="Offer")["amount"] == 10
    call = one(rows, stage="Call")
    assert (call["month"], call["undated_count"], call["probability_history"], call["weighted_history"]) == (
        date(2026, 7, 1),
        1,
        None,
        None,
    )
    assert made.offenders("pipeline_forecast_adds_up").height == 0


def test_too_few_and_too_old_ones_say_nothing(bench: Any) -> None:
    few, stages = decided(4, 4)
    old, old_stages = decided(9, 9, month="2025-05")
    given = tables(
        opportunity=[*few, *old, deal("a", amount=100, probability="0.2")],
        opportunity_stage_history=stages + old_stages,
    )
    row = one(bench(given).want("marts.pipeline_forecast"), stage="Offer")
    assert (row["decided_count"], row["probability_history"], row["weighted_history"]) == (4, None, None)


def test_the_invariant_notices_a_lost_opportunity(bench: Any) -> None:
    given = tables(opportunity=[deal("a", amount=100), deal("b", amount=7, stage="Call")])
    rows = bench(given).want("marts.pipeline_forecast")
    broken = bench({**given, "marts.pipeline_forecast": rows.filter(stage="Call")})
    assert broken.offenders("pipeline_forecast_adds_up").height == 1
