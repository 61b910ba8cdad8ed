"""The pipeline: amounts by likelihood, month and stage."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
from customer_rows import RATES, deal, one, tables

DEALS = [
    deal("a", amount=1000, probability="0.2", expected_close_on="2026-08-10", owner_id="olga"),
    deal("b", amount=500, probability="0.5", expected_close_on="2026-08-20", owner_id="olga"),
    deal("dollars", amount=110, probability="0.5", expected_close_on="2026-08-20", currency="USD"),
    deal("unsure", amount=70, expected_close_on="2026-08-20"),
    deal("undated", amount=10, probability="1"),
    deal("won", amount=300, status="won", probability="0.4", created_at="2026-05-01", closed_at="2026-05-31"),
    deal("lost", amount=900, status="lost", probability="0.9", closed_at="2026-05-31", lost_reason="price"),
    deal("gone", amount=900, source_deleted_at="2026-05-31"),
]


def test_pipeline_is_amount_times_likelihood_by_month(bench: Any) -> None:
    made = bench(tables(opportunity=DEALS, exchange_rate=RATES))
    rows = made.want("marts.pipeline_month")
    august = one(rows, month=date(2026, 8, 1), owner_id="olga")
    assert (august["opportunity_count"], august["amount"], august["weighted_amount"]) == (2, 1500, 450)
    dollars = one(rows, currency="USD")
    assert (dollars["weighted_amount"], dollars["weighted_amount_reporting"], dollars["reporting_currency"]) == (
        55,
        50,
        "EUR",
    )
    unsure = one(rows, month=date(2026, 8, 1), owner_id="nobody", currency="EUR")
    assert (unsure["unweighted_count"], unsure["amount"], unsure["weighted_amount"]) == (1, 70, 0)
    undated = one(rows, month=date(2026, 7, 1))
    assert (undated["undated_count"], undated["weighted_amount"]) == (1, 10)
    won = one(rows, status="won")
    assert (won["month"], won["weighted_amount"], won["cycle_days"]) == (date(2026, 5, 1), 300, 30)
    lost = one(rows, status="lost")
    assert (lost["amount"], lost["weighted_amount"]) == (900, 0)
    assert made.offenders("pipeline_adds_up").height == 0


def test_a_currency_without_a_rate_is_counted_not_guessed(bench: Any) -> None:
    made = bench(tables(opportunity=[deal("x", amount=5, probability="1", currency="XAU")]))
    row = made.want("marts.pipeline_month").row(0, named=True)
    assert (row["amount"], row["amount_reporting"], row["unconverted_count"]) == (5, 0, 1)


def test_the_invariant_notices_a_lost_opportunity(bench: Any) -> None:
    rows = bench(tables(opportunity=DEALS, exchange_rate=RATES)).want("marts.pipeline_month")
    broken = bench({**tables(opportunity=DEALS), "marts.pipeline_month": rows.filter(pl.col("currency") == "EUR")})
    assert broken.offenders("pipeline_adds_up").height == 1


def test_stages_tell_what_became_of_those_who_came(run_models: Any) -> None:
    def path(title: str, *stages: str) -> list[dict[str, Any]]:
        return [
            {"opportunity_id": title, "stage": stage, "entered_at": f"2026-05-{1 + 10 * day:02}"}
            for day, stage in enumerate(stages)
        ]

    given = tables(
        opportunity=[
            deal("open", stage="Offer"),
            deal("won", stage="Won", status="won"),
            deal("lost", stage="Lost", status="lost"),
            deal("early", stage="Lost", status="lost"),
        ],
        opportunity_stage_history=[
            *path("open", "Call", "Offer"),
            *path("won", "Call", "Offer", "Won"),
            *path("lost", "Call", "Offer", "Lost"),
            *path("early", "Call", "Lost"),
        ],
    )
    made = run_models(given, "marts.pipeline_stage")["marts.pipeline_stage"]
    call, offer = one(made, stage="Call"), one(made, stage="Offer")
    assert (call["entered_count"], call["present_count"], call["moved_on_count"]) == (4, 0, 3)
    assert (call["conversion"], call["median_days"]) == (0.75, 10)
    assert (offer["entered_count"], offer["present_count"], offer["moved_on_count"]) == (3, 1, 1)
    assert (offer["conversion"], offer["win_rate"], offer["lost_count"]) == (0.5, 0.5, 1)
