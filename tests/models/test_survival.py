"""Survival: a textbook's figures, medians, first lives only, and what happens where the extra is not installed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from revenue_rows import history

from models.marts import survival

if TYPE_CHECKING:
    from conftest import RunModels

# Weeks in remission of 21 patients under 6-mercaptopurine (Freireich and others, Blood 21, 1963), as in the textbooks;
# True where the illness came back, else still in remission when last seen.
REMISSION = {6: (3, 1), 7: (1, 0), 9: (0, 1), 10: (1, 1), 11: (0, 1), 13: (1, 0), 16: (1, 0), 17: (0, 1), 19: (0, 1)}
REMISSION |= {20: (0, 1), 22: (1, 0), 23: (1, 0), 25: (0, 1), 32: (0, 2), 34: (0, 1), 35: (0, 1)}


def lives(told: Mapping[int, tuple[int, int]], segment: str = "small") -> pl.DataFrame:
    """Rows of `intermediate.first_life` from (lost, still there) by month."""
    rows = [
        ("standard", segment, months, is_lost, count)
        for months, counts in told.items()
        for is_lost, count in zip((True, False), counts, strict=True)
        if count
    ]
    return pl.DataFrame(rows, schema=["policy_id", "segment", "months", "is_lost", "companies"], orient="row")


def curve(frame: pl.DataFrame, segment: str = "(all)") -> dict[int, dict[str, Any]]:
    rows = survival.build({"intermediate.first_life": frame}).filter(segment=segment).to_dicts()
    return {row["month_of_life"]: row for row in rows}


def test_a_textbooks_curve() -> None:
    found = curve(lives(REMISSION))
    assert sorted(found) == list(range(36))
    steps = {month: round(row["survival"], 3) for month, row in found.items() if row["churned"]}
    assert steps == {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    risks = {month: row["at_risk"] for month, row in found.items() if row["churned"]}
    assert risks == {6: 21, 7: 17, 10: 15, 13: 12, 16: 11, 22: 7, 23: 6}
    interval = {
        month: (round(found[month]["survival_low"], 3), round(found[month]["survival_high"], 3)) for month in steps
    }
    assert interval[6] == (0.620, 0.952)
    assert interval[10] == (0.503, 0.889)
    assert interval[23] == (0.188, 0.680)
    assert {row["median_months"] for row in found.values()} == {23}
    assert (found[0]["survival"], found[0]["survival_low"], found[5]["survival"]) == (1, 1, 1)


def test_segments_have_curves_of_their_own_and_all_together_one() -> None:
    both = pl.concat([lives({1: (1, 0), 4: (0, 3)}), lives({2: (2, 0), 4: (0, 2)}, "large")])
    small, large, everyone = (curve(both, segment) for segment in ("small", "large", "(all)"))
    assert [small[month]["survival"] for month in range(5)] == [1, 0.75, 0.75, 0.75, 0.75]
    assert [large[month]["survival"] for month in range(5)] == [1, 1, 0.5, 0.5, 0.5]
    assert [everyone[month]["at_risk"] for month in range(5)] == [8, 8, 7, 5, 5]
    assert everyone[4]["survival"] == pytest.approx(7 / 8 * 5 / 7)
    assert (small[0]["median_months"], large[0]["median_months"]) == (None, 2)


def test_without_the_extra_the_table_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survival, "find_spec", lambda _: None)
    found = survival.build({"intermediate.first_life": lives(REMISSION)})
    assert found.is_empty()
    survival.Survival.validate(found)


def test_nobody_has_lived_and_all_have_just_begun() -> None:
    survival.Survival.validate(survival.build({"intermediate.first_life": lives({})}))
    only = curve(lives({0: (0, 4)}))
    assert [(row["at_risk"], row["churned"], row["survival"]) for row in only.values()] == [(4, 0, 1.0)]


def test_first_lives_end_with_the_first_loss_or_now(run_models: RunModels) -> None:
    """Who comes back has been lost; who still pays is there until the month of as-of."""
    text = """
        a s i 2024-01-10 2024-03-10 1 100 EUR month
        a s i 2024-05-10 - 1 100 EUR month
        b t i 2024-02-10 - 1 100 EUR month
        c u i 2024-06-02 - 1 100 EUR month
    """
    found = run_models(history(text, "2024-06-15"), "marts.survival", "intermediate.first_life")
    rows = found["intermediate.first_life"].sort("months").rows()
    assert rows == [
        ("standard", "not stated", 0, False, 1),
        ("standard", "not stated", 2, True, 1),
        ("standard", "not stated", 4, False, 1),
    ]
    everyone = found["marts.survival"].filter(segment="(all)").sort("month_of_life")
    assert everyone["at_risk"].to_list() == [3, 2, 2, 1, 1]
    assert everyone["survival"].to_list() == [1, 1, 0.5, 0.5, 0.5]
    assert everyone["median_months"].to_list() == [2] * 5
