"""Measures over readings: by day, over a window, rolled up, divided."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from models.policy import loading

if TYPE_CHECKING:
    from conftest import Bench

Made = Callable[..., "Bench"]


AS_OF = datetime(2026, 7, 1)


def reading(subject: str, day: str, value: int, metric: str = "used", **more: Any) -> dict[str, Any]:
    kind, _, name = subject.partition(":")
    return {"subject_type": kind, f"{kind}_id": name, "metric": metric, "read_at": day, "value": value, **more}


READINGS = [
    reading("asset:a1", "2026-06-30T08:00", 10, company_id="acme"),
    reading("asset:a1", "2026-06-30T20:00", 4, company_id="acme"),
    reading("asset:a1", "2026-06-25", 8, company_id="acme"),
    reading("asset:a2", "2026-06-29", 6, company_id="acme"),
    reading("asset:a2", "2026-05-01", 100, company_id="acme"),
    reading("asset:a2", "2026-07-01", 100, company_id="acme"),
    reading("company:acme", "2026-06-30", 24, metric="bought"),
]


@pytest.mark.parametrize(("aggregation", "value"), [("sum", 12), ("average", 6), ("min", 4), ("max", 8), ("last", 4)])
def test_a_measure_over_the_last_days(bench: type[Bench], tmp_path: Path, aggregation: str, value: int) -> None:
    (tmp_path / "calculated_metric.toml").write_text(
        'reading = [{ metric = "*", per_day = "last" }]\nratio = []\n[[measure]]\nname = "m"\nmetric = "used"\n'
        f'subject = "asset"\naggregation = "{aggregation}"\ndays = 30\n'
    )
    given = {"sourced.metric_reading": READINGS, "meta.run": [{"as_of": AS_OF}]}
    # As-of is midnight: its day in the bench is the next one, whose readings are not counted yet.
    rows = bench(given, tmp_path).want("marts.calculated_metric").filter(pl.col("subject_id") == "a1")
    assert rows["value"].to_list() == [value]


def test_an_asset_that_changed_hands_has_one_value(bench: type[Bench], tmp_path: Path) -> None:
    """It counts where its last reading says it belongs; readings of no known asset count for their company alone."""
    (tmp_path / "calculated_metric.toml").write_text(
        'reading = [{ metric = "*", per_day = "last" }]\nratio = []\n'
        '[[measure]]\nname = "m"\nmetric = "used"\nsubject = "asset"\naggregation = "max"\ndays = 30\n'
        '[[measure]]\nname = "all"\nmetric = "used"\nsubject = "company"\naggregation = "max"\ndays = 30\n'
        'roll_up = "sum"\n'
    )
    moved = [
        reading("asset:a1", "2026-06-20", 9, company_id="acme"),
        reading("asset:a1", "2026-06-25", 5, company_id="bolt"),
        reading("asset:a1", "2026-06-25T09:00", 6),
        {"subject_type": "asset", "company_id": "acme", "metric": "used", "read_at": "2026-06-25", "value": 2},
    ]
    given = {"sourced.metric_reading": moved, "meta.run": [{"as_of": AS_OF}]}
    rows = bench(given, tmp_path).want("marts.calculated_metric").sort("metric", "subject_id")
    assert rows.select("metric", "subject_id", "company_id", "value").rows() == [
        ("all", "acme", "acme", 2),
        ("all", "bolt", "bolt", 9),
        ("m", "a1", "bolt", 9),
    ]


def test_measures_are_rolled_up_and_divided_and_can_be_switched_off(bench: type[Bench], tmp_path: Path) -> None:
    (tmp_path / "calculated_metric.toml").write_text(
        'reading = [{ metric = "*", per_day = "last" }, { metric = "used", per_day = "sum" }]\n'
        '[[measure]]\nname = "used_30d"\nmetric = "used"\nsubject = "company"\naggregation = "max"\ndays = 30\n'
        'roll_up = "sum"\n'
        '[[measure]]\nname = "bought"\nmetric = "bought"\nsubject = "company"\naggregation = "last"\ndays = 30\n'
        '[[ratio]]\nname = "use"\nnumerator = "used_30d"\ndenominator = "bought"\n'
    )
    given = {"sourced.metric_reading": READINGS, "meta.run": [{"as_of": AS_OF}]}
    found = bench(given, tmp_path).want("marts.calculated_metric").sort("metric")
    assert found.select("metric", "subject_id", "value", "part_count").rows() == [
        ("bought", "acme", 24, 1),
        ("use", "acme", Decimal("0.833333333333"), 2),
        ("used_30d", "acme", 20, 2),
    ]
    text = (loading.HERE / "behaviour.toml").read_text()
    (tmp_path / "behaviour.toml").write_text(text.replace("calculated_metrics = true", "calculated_metrics = false"))
    assert bench(given, tmp_path).want("marts.calculated_metric").height == 0
