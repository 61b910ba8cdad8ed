"""The back-test of the health score: counts and areas against naive loops over random pasts, and its plain words."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from typing import Any

import numpy as np
import polars as pl
import pytest
from risk_rows import AS_OF, Past, month_end, planted

THRIVING = 75


def rows_of(made: Any) -> dict[tuple[str, int], dict[str, Any]]:
    rows = made.want("marts.health_backtest").to_dicts()
    return {(row["segment"], row["horizon_days"]): row for row in rows}


def random_past(seed: int) -> Past:
    """Forty customers with any scores, of whom some give notice, some are lost, and some are never scored."""
    rng, past = np.random.default_rng(seed), Past()
    for number in range(40):
        first = int(rng.integers(3, 20))
        last = int(rng.integers(first + 1, 30))
        end = month_end(last).replace(day=int(rng.integers(2, 28))) if rng.random() < 0.5 else None
        last = last if end else 29
        notice = end - timedelta(days=int(rng.integers(5, 100))) if end and rng.random() < 0.5 else None
        for month in range(first, last + (end is None)):
            points, coverage = {"nps": float(rng.integers(0, 101))}, 0.3 if rng.random() < 0.1 else 0.9
            past.signs(f"c{number}", month_end(month), points, coverage)
        past.customer(f"c{number}", ("small", "large")[number % 2], first, last, end, notice=notice)
    return past


def naive(past: Past, segment: str, horizon: int) -> dict[str, Any]:
    """The figures by loops over customers and month ends."""
    ends = {name: (to_on, notice) for name, _, to_on, notice in past.spans}
    segments = {row["company_id"]: row["segment"] for row in past.months}
    ways: dict[str, list[tuple[date, float]]] = {}
    said, noticed = [], 0
    for name, day, _, score, _ in sorted(past.totals, key=lambda row: (row[0], row[1])):
        lost_on, notice_on = ends[name]
        if score is None or segment not in ("(all)", segments[name]):
            continue
        ways.setdefault(name, []).append((day, float(score)))
        if day + timedelta(days=horizon) > AS_OF:
            continue
        if notice_on is not None and notice_on <= day:
            noticed += 1
        else:
            said.append((name, float(score), lost_on is not None and lost_on <= day + timedelta(days=horizon)))
    hits, misses = [s for _, s, came in said if came], [s for _, s, came in said if not came]
    wins = [(low < high) + (low == high) / 2 for low, high in product(hits, misses)]
    lost = {name: way for name, way in ways.items() if ends[name][0] is not None}
    leads, green = [], []
    for name, way in lost.items():
        lost_on, notice_on = ends[name]
        until = notice_on if notice_on is not None and any(day >= notice_on for day, _ in way) else lost_on
        before = [(day, score) for day, score in way if day < until]
        began = until
        while before and before[-1][1] < THRIVING:
            began = before.pop()[0]
        leads.append((until - began).days)
        near = [score for day, score in way if 60 <= (lost_on - day).days <= 91]
        green += [near[-1] >= THRIVING] if near else []
    return {
        "snapshot_count": len(said),
        "account_count": len({name for name, _, _ in said}),
        "churn_count": len({name for name, _, came in said if came}),
        "noticed_count": noticed,
        "auc": pytest.approx(sum(wins) / len(wins), abs=0.0001) if wins else None,
        "loss_count": len(lost),
        "median_lead_days": np.median(leads) if leads else None,
        "green_share_60": pytest.approx(sum(green) / len(green), abs=0.0001) if green else None,
    }


@pytest.mark.parametrize("seed", range(4))
def test_figures_are_what_loops_give(bench: Any, seed: int) -> None:
    past = random_past(seed)
    found = rows_of(bench(past.tables()))
    assert set(found) == set(product(("(all)", "small", "large"), (30, 60, 90)))
    for key, row in found.items():
        expected = naive(past, *key)
        assert {name: row[name] for name in expected} == expected, key


def test_scores_that_tell_and_scores_that_do_not(bench: Any) -> None:
    telling, blind = (rows_of(bench(planted(120, strength).tables()))["(all)", 90] for strength in (1.5, 0.0))
    assert telling["auc_low"] > 0.55
    assert telling["lift_top_decile"] > 1.5
    assert blind["auc_low"] < 0.5 < blind["auc_high"]


def test_few_losses_are_called_thin(bench: Any) -> None:
    past = Past()
    for number in range(30):
        end = date(2026, 2, 15) if number < 3 else None
        past.customer(f"c{number}", "small", 5, 25 if end else 29, end)
        for month in range(5, 25 if end else 30):
            past.signs(f"c{number}", month_end(month), {"nps": 40.0 if number < 3 and month > 20 else 90.0 - number})
    row = rows_of(bench(past.tables()))["(all)", 60]
    assert row["is_thin"]
    assert (row["churn_count"], row["median_lead_days"], row["green_share_60"]) == (3, 107, 0)
    assert row["words"].endswith("Few losses: 3, and 20 are needed to rely on this.")
    assert row["auc_high"] - row["auc_low"] > 0.2
    assert "Half of those lost were below thriving for 107 days or more before notice or loss; 0 % were" in row["words"]


def test_losses_out_of_the_blue_are_said(bench: Any) -> None:
    past = Past()
    for number in range(8):
        end = date(2026, 2, 15) if number < 4 else None
        past.customer(f"c{number}", "small", 20, 25 if end else 29, end)
        for month in range(20, 25 if end else 30):
            past.signs(f"c{number}", month_end(month), {"nps": 80.0 + number})
    row = rows_of(bench(past.tables()))["(all)", 90]
    assert (row["median_lead_days"], row["green_share_30"]) == (0, 1)
    assert "Half of those lost or more were thriving to the last month end before notice or loss; 100 %" in row["words"]


def test_nothing_to_say_is_said(bench: Any) -> None:
    past = Past()
    past.customer("a", "small", 5, 29, None)
    past.signs("a", AS_OF, {"nps": 40.0})
    row = rows_of(bench(past.tables()))["(all)", 30]
    assert row["words"] == "Nothing can be said yet: no customers with a score were lost within 30 days."
    assert (row["auc"], row["loss_count"], row["is_thin"]) == (None, 0, True)
    assert pl.Series([row["lift_top_decile"], row["green_share_30"]]).null_count() == 2
