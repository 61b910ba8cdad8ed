"""Why customers left: which churn event explains a loss, and what is counted for each reason."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from revenue_rows import history

from models.policy import loading

if TYPE_CHECKING:
    from conftest import RunModels

LIVES = """
    a a i 2024-01-01 2024-03-10 1 100 EUR month
    b b i 2024-01-01 2024-03-20 1 50 EUR month
    c c i 2024-01-01 2024-03-01 1 30 EUR month
    d d i 2024-01-01 2024-03-31 1 20 EUR month
    e e i 2024-01-01 - 1 10 EUR month
"""


def event(company: str, day: str, reason: str | None, **more: Any) -> dict[str, Any]:
    return {"company_id": company, "churned_on": day, "primary_reason": reason, **more}


EVENTS = [
    event("a", "2024-02-20", "price", is_voluntary=True),
    event("a", "2023-01-05", "too early to matter"),
    event("a", "2024-03-05", "shrank", is_downgrade_only=True),
    event("b", "2024-04-02", "failed payment", is_voluntary=False),
    event("b", "2024-06-15", "later"),
    event("c", "2024-03-05", "price", is_voluntary=False),
    event("d", "2024-03-30", " "),
    event("e", "2024-03-30", "still here"),
]


def churned(run_models: RunModels, config: Path | None = None) -> dict[str, tuple[int, int, int, int]]:
    tables = history(LIVES, "2024-06-01", churn_event=EVENTS)
    found = run_models(tables, "marts.churn_month", config=config)["marts.churn_month"]
    assert {f"{month:%Y-%m}" for month in found["month"]} == {"2024-03"}
    return {
        row["reason"]: (
            row["companies_churned"],
            int(row["mrr_churned"]),
            row["companies_churned_voluntary"],
            row["companies_churned_involuntary"],
        )
        for row in found.iter_rows(named=True)
    }


def test_the_nearest_event_explains_a_loss(run_models: RunModels) -> None:
    assert churned(run_models) == {
        "price": (2, 130, 1, 1),
        "failed payment": (1, 50, 0, 1),
        "not stated": (1, 20, 0, 0),
    }


def test_an_event_too_far_away_explains_nothing(run_models: RunModels, tmp_path: Path) -> None:
    shipped = (loading.HERE / "revenue.toml").read_text()
    (tmp_path / "revenue.toml").write_text(shipped.replace("churn_reason_days = 92", "churn_reason_days = 2"))
    assert churned(run_models, tmp_path) == {
        "price": (1, 30, 0, 1),
        "failed payment": (1, 50, 0, 1),
        "not stated": (2, 120, 0, 0),
    }
