"""The history of health: each day's score, what changed it, and when a band changed, against a count day by day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import groupby, pairwise
from random import Random
from typing import Any

import polars as pl
import pytest
from test_health import DECIMAL, SPAN, SPELL, TODAY, TYPES, customers

from models.policy.loading import load_policies

DAILY, MONTHS, HELD = 95, 5, 3
WEIGHTS = {"nps": 12, "csat": 7, "last_touch": 20, "ticket_load": 3}
THEMES = {"nps": "sentiment", "csat": "sentiment", "last_touch": "contact", "ticket_load": "support"}
CORNERS = {
    "nps": [(-100, 0), (0, 50), (60, 100)],
    "csat": [(0, 0), (1, 100)],
    "last_touch": [(7, 100), (30, 75), (90, 20), (180, 0)],
    "ticket_load": [(2, 100), (6, 60), (15, 0)],
}
SPANS = {"7d": 7, "30d": 30, "90d": 90}
Spell = tuple[str, str, date, date | None, Decimal, int]


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def policies() -> dict[str, Any]:
    """Four signs of three themes; a score from 0.4 of the weight on; 95 days, and five month ends before now."""
    shipped = load_policies()["health"]
    corners = [(name, *corner) for name, line in CORNERS.items() for corner in line]
    return {
        "policy.health": shipped.with_columns(
            daily_days=pl.lit(DAILY), months_back=pl.lit(MONTHS), alert_after_days=pl.lit(HELD)
        ),
        "policy.health_weights": pl.DataFrame(
            [("standard", *weight) for weight in WEIGHTS.items()], ["profile", "factor", "weight"], orient="row"
        ).cast({"weight": DECIMAL}),
        "policy.health_factors": pl.DataFrame(list(THEMES.items()), ["factor", "theme"], orient="row"),
        "policy.health_points": pl.DataFrame(
            corners, {"factor": pl.String, "value": DECIMAL, "points": DECIMAL}, orient="row"
        ),
    }


def history(spells: list[Spell], spans: list[tuple[str, date, date | None]]) -> dict[str, Any]:
    names = sorted({name for name, *_ in spans})
    return {
        **customers(*names),
        **policies(),
        "intermediate.customer_span": pl.DataFrame([(*span, None) for span in spans], SPAN, orient="row"),
        "intermediate.sign_spell": pl.DataFrame(spells, {**TYPES, **SPELL}, orient="row"),
    }


# --- a world counted day by day --------------------------------------------------------------------------------------


def random_world(rng: Random) -> tuple[list[Spell], list[tuple[str, date, date | None]]]:
    """Customers with one span or two, and signs that come, go, stay and slope; nobody left yet on the as-of day."""
    spells: list[Spell] = []
    spans: list[tuple[str, date, date | None]] = []
    for number in range(14):
        name = f"c{number:02}"
        mine: list[tuple[date, date | None]] = [(ago(rng.choice([400, 60, 30, 29, 5, 0])), None)]
        if number % 4 == 0:
            mine = [(ago(200), ago(rng.randint(40, 80))), (ago(rng.randint(2, 35)), None)]
        spans += [(name, *span) for span in mine]
        for factor in WEIGHTS:
            for from_on, to_on in mine:
                spells += list(_stretches(rng, name, factor, from_on, to_on))
    return spells, spans


def _stretches(rng: Random, name: str, factor: str, from_on: date, to_on: date | None) -> Iterator[Spell]:
    day, end = from_on + timedelta(days=rng.choice([0, 0, 10])), to_on or TODAY + timedelta(days=1)
    while day < end:
        until = day + timedelta(days=rng.randint(1, 50))
        value = {"nps": rng.randint(-100, 100), "csat": Decimal(rng.randint(0, 8)) / 8}.get(factor, rng.randint(0, 60))
        slope = rng.choice([0, 1]) if factor == "last_touch" else 0
        if rng.random() < 0.8:
            yield name, factor, day, min(until, end) if until < end or to_on else None, Decimal(value), slope
        day = until


def points_on(spells: list[Spell], name: str, day: date) -> dict[str, Fraction]:
    """Each known sign's points on a day, straight between the corners."""
    found: dict[str, Fraction] = {}
    for company, factor, from_on, to_on, value, slope in spells:
        if company == name and from_on <= day and (to_on is None or day < to_on):
            assert factor not in found
            found[factor] = _worth(CORNERS[factor], Fraction(value) + slope * (day - from_on).days)
    return found


def _worth(corners: list[tuple[int, int]], value: Fraction) -> Fraction:
    inside = min(max(value, Fraction(corners[0][0])), Fraction(corners[-1][0]))
    for (x0, y0), (x1, y1) in pairwise(corners):
        if x0 <= inside <= x1:
            return y0 + (y1 - y0) * (inside - x0) / Fraction(x1 - x0)
    raise AssertionError(value)


def score_of(points: dict[str, Fraction]) -> Fraction | None:
    weight = sum(WEIGHTS[name] for name in points)
    if weight < Fraction(2, 5) * sum(WEIGHTS.values()):
        return None
    return sum((WEIGHTS[name] * one for name, one in points.items()), Fraction(0)) / weight


def scored_days() -> list[date]:
    daily = [ago(days) for days in range(DAILY)]
    ends, day = [], TODAY
    for _ in range(MONTHS):
        day = day.replace(day=1) - timedelta(days=1)
        ends.append(day)
    return sorted({*daily, *ends})


@pytest.mark.parametrize("seed", range(2))
def test_every_day_and_every_change_is_what_a_count_day_by_day_gives(bench: Any, seed: int) -> None:
    spells, spans = random_world(Random(seed))
    made = bench(history(spells, spans))
    days = {(row["company_id"], row["day_on"]): row for row in made.want("marts.health_day").to_dicts()}
    expected = {
        (name, day) for name, since, until in spans for day in scored_days() if since <= day < (until or date.max)
    }
    assert days.keys() == expected
    for (name, day), row in days.items():
        points = points_on(spells, name, day)
        score = score_of(points)
        assert row["factor_count"] == len(points)
        assert row["is_month_end"] == ((day + timedelta(days=1)).day == 1)
        assert (row["score"] is None) == (score is None)
        # Points are rounded to four places, the score to two.
        assert score is None or abs(Fraction(row["score"]) - score) <= Fraction("0.00506")
    _check_changes(made, spells, days)
    _check_bands(made, days)
    for invariant in ("health_days_end_with_score", "health_changes_add_up", "health_signs_apart"):
        assert made.offenders(invariant).height == 0


def _check_changes(made: Any, spells: list[Spell], days: dict[Any, Any]) -> None:
    found = made.want("marts.health_change").to_dicts()
    parts = {(row["company_id"], row["span"], row["factor"]): row for row in found}
    expected: dict[tuple[str, str, str], Fraction] = {}
    for name, day in days:
        if day != TODAY:
            continue
        for span, back in SPANS.items():
            before, after = points_on(spells, name, ago(back)), points_on(spells, name, TODAY)
            if (name, ago(back)) in days and score_of(before) is not None and score_of(after) is not None:
                for factor, part in attributed(before, after).items():
                    expected[name, span, factor] = part
    assert parts.keys() <= expected.keys()
    assert len(parts) > 20
    for key, part in expected.items():
        assert key in parts or abs(part) < Fraction("0.00005"), key
        # Rounding to four places, and what that and the rounding of two scores leave.
        assert key not in parts or abs(Fraction(parts[key]["change"]) - part) < Fraction("0.011"), key


def attributed(before: dict[str, Fraction], after: dict[str, Fraction]) -> dict[str, Fraction]:
    """The parts of a change, by the formula, in fractions."""
    old, new = (sum(WEIGHTS[name] for name in side) for side in (before, after))
    middle = ((score_of(before) or Fraction(0)) + (score_of(after) or Fraction(0))) / 2
    found = {}
    for name in {*before, *after}:
        s1 = Fraction(WEIGHTS[name], old) if name in before else Fraction(0)
        s2 = Fraction(WEIGHTS[name], new) if name in after else Fraction(0)
        p1, p2 = before.get(name, after.get(name, Fraction(0))), after.get(name, before.get(name, Fraction(0)))
        found[name] = (s1 + s2) / 2 * (p2 - p1) + (s2 - s1) * ((p1 + p2) / 2 - middle)
    assert sum(found.values()) == (score_of(after) or 0) - (score_of(before) or 0)
    return found


def _check_bands(made: Any, days: dict[Any, Any]) -> None:
    expected = set()
    for name, group in groupby(sorted(days), key=lambda key: key[0]):
        bands = [(day, days[name, day]["band"]) for _, day in group if day > ago(DAILY)]
        runs = [
            (band, [day for day, _ in run])
            for band, run in groupby([pair for pair in bands if pair[1] is not None], key=lambda pair: pair[1])
        ]
        held = [(band, run) for band, run in runs if len(run) >= HELD]
        for (was, before), (now, run) in pairwise(held):
            if was != now:
                score = days[name, run[0]]["score"]
                near = [day for day in before if (before[-1] - day).days < 30]
                since = max(near, key=lambda day, name=name, score=score: (abs(days[name, day]["score"] - score), day))
                expected.add((name, run[0], was, now, since, days[name, since]["score"], score))
    columns = ("company_id", "changed_on", "from_band", "to_band", "since_on", "score_before", "score")
    assert set(made.want("marts.band_change").select(columns).rows()) == expected
    assert expected


# --- what must hold of a change --------------------------------------------------------------------------------------

Points = dict[str, int]


def moved(**customer: tuple[Points, Points]) -> dict[str, Any]:
    """Customers whose signs had the first points a week ago, and have the second ones now."""
    spells: list[Spell] = []
    for company, (before, after) in customer.items():
        spells += [(company, name, ago(7), TODAY, Decimal(points), 0) for name, points in before.items()]
        spells += [(company, name, TODAY, None, Decimal(points), 0) for name, points in after.items()]
    straight = pl.DataFrame(
        [(name, corner, corner) for name in WEIGHTS for corner in (0, 100)],
        {"factor": pl.String, "value": DECIMAL, "points": DECIMAL},
        orient="row",
    )
    return {**history(spells, [(name, ago(7), None) for name in customer]), "policy.health_points": straight}


def parts_of(made: Any) -> dict[str, dict[str, Decimal]]:
    """The parts of the last week's change, by customer and sign."""
    found: dict[str, dict[str, Decimal]] = {}
    week = made.want("marts.health_change").filter(span="7d")
    for company, factor, part in week.select("company_id", "factor", "change").rows():
        found.setdefault(company, {})[factor] = part
    return found


def test_the_parts_sum_to_the_difference_of_the_scores_whatever_comes_and_goes(bench: Any) -> None:
    rng = Random(5)

    def side() -> Points:
        return {name: rng.randint(0, 100) for name in WEIGHTS if rng.random() < 0.7}

    made = bench(moved(**{f"c{number}": (side(), side()) for number in range(150)}))
    ends = made.want("marts.health_day").filter(pl.col("day_on").is_in([ago(7), TODAY]))
    scores = ends.sort("day_on").group_by("company_id", maintain_order=True).agg("score")
    parts = parts_of(made)
    seen = 0
    for company, (first, last) in scores.rows():
        known = first is not None and last is not None
        seen += known
        assert sum(parts.get(company, {}).values()) == (last - first if known else 0)
    assert 50 < seen < 150
    assert made.offenders("health_changes_add_up").height == 0


def test_a_sign_that_worsens_alone_has_all_of_the_change(bench: Any) -> None:
    rng = Random(6)
    customer, fallen = {}, {}
    for number in range(60):
        factor = rng.choice(sorted(WEIGHTS))
        after = {name: rng.randint(0, 99) for name in WEIGHTS}
        customer[f"c{number}"] = ({**after, factor: rng.randint(after[factor] + 1, 100)}, after)
        fallen[f"c{number}"] = factor
    parts = parts_of(bench(moved(**customer)))
    assert {company: list(found) for company, found in parts.items()} == {c: [factor] for c, factor in fallen.items()}
    assert all(part < 0 for found in parts.values() for part in found.values())


def test_a_new_bad_sign_lowers_and_a_lost_bad_one_lifts(bench: Any) -> None:
    good = {"nps": 90, "last_touch": 80}
    made = bench(moved(acme=(good, {**good, "csat": 10})))
    assert {row["factor"]: row["kind"] for row in made.want("marts.health_change").to_dicts()} == {
        "csat": "appeared",
        "nps": "reweighed",
        "last_touch": "reweighed",
    }
    assert parts_of(made)["acme"]["csat"] < 0
    gone = bench(moved(acme=({**good, "csat": 10}, good)))
    assert parts_of(gone)["acme"]["csat"] > 0
    assert gone.want("marts.health_change").filter(factor="csat").select("kind", "points").row(0) == ("gone", None)


def test_two_small_signs_of_one_theme_lead_over_a_larger_one(bench: Any) -> None:
    """Sentiment loses 12 × 40 and 7 × 40 of 42, contact 20 × 30: each sign less than it, both together more."""
    before = dict.fromkeys(WEIGHTS, 100)
    made = bench(moved(acme=(before, {**before, "nps": 60, "csat": 60, "last_touch": 70})))
    led = made.want("marts.health_theme").filter(span="7d").sort("place").select("theme", "change").rows()
    assert [name for name, _ in led] == ["sentiment", "contact", "support"]
    assert led[0][1] == Decimal("-18.0953")
    assert made.want("marts.health_change").sort("change")["factor"][0] == "last_touch"
    assert made.want("marts.health_score")["main_cause"].to_list() == ["sentiment"]
    assert bench(moved(acme=({}, before))).want("marts.health_score")["main_cause"].to_list() == [None]


def test_the_score_tells_what_it_was_30_days_ago(bench: Any) -> None:
    spells: list[Spell] = [("acme", "last_touch", ago(40), None, Decimal(0), 1)]
    row = bench(history(spells, [("acme", ago(40), None)])).want("marts.health_score").row(0, named=True)
    assert (row["score_30d_ago"], row["score"]) == (Decimal("96.74"), Decimal("65.83"))
    assert row["change_30d"] == row["score"] - row["score_30d_ago"]
    assert row["main_cause"] == "contact"
    young = bench(history(spells, [("acme", ago(29), None)])).want("marts.health_score").row(0, named=True)
    assert (young["score_30d_ago"], young["change_30d"]) == (None, None)


def test_a_band_counts_once_it_was_held(bench: Any) -> None:
    """Thriving, two days of a low, thriving again; then at risk through a day of needs_attention, and so held."""
    levels = [(50, 100), (30, 0), (28, 90), (12, 80), (10, 60), (9, 20)]
    spells: list[Spell] = []
    for number, (days, points) in enumerate(levels):
        to_on = ago(levels[number + 1][0]) if number + 1 < len(levels) else None
        spells += [("acme", name, ago(days), to_on, Decimal(points), 0) for name in ("nps", "last_touch")]
    straight = moved()["policy.health_points"]
    made = bench({**history(spells, [("acme", ago(50), None)]), "policy.health_points": straight})
    (row,) = made.want("marts.band_change").to_dicts()
    assert (row["changed_on"], row["from_band"], row["to_band"]) == (ago(9), "thriving", "at_risk")
    assert (row["score_before"], row["score"], row["cause"]) == (90, 20, "contact")
    assert row["since_on"] == ago(13)


# --- what the invariants notice --------------------------------------------------------------------------------------


def test_the_invariants_notice_a_wrong_history(bench: Any) -> None:
    made = bench(moved(acme=({"nps": 90, "last_touch": 80}, {"nps": 20, "last_touch": 80})))
    whole = {name: made.want(f"marts.{name}") for name in ("health_day", "health_score", "health_change")}
    whole |= {name: made.want(f"marts.{name}") for name in ("health_theme", "health_sign")}
    invariants = ("health_days_end_with_score", "health_changes_add_up", "health_signs_apart")

    def broken(**change: pl.DataFrame) -> list[str]:
        spoiled = bench({f"marts.{name}": frame for name, frame in {**whole, **change}.items()})
        return [name for name in invariants if spoiled.offenders(name).height]

    def added(name: str, column: str, value: str) -> pl.DataFrame:
        frame = whole[name]
        return frame.with_columns((pl.col(column) + Decimal(value)).cast(frame.schema[column]))

    assert broken() == []
    assert broken(health_day=added("health_day", "coverage", "-0.1")) == ["health_days_end_with_score"]
    assert broken(health_score=whole["health_score"].clear()) == list(invariants[:2])
    assert broken(health_day=whole["health_day"].clear()) == list(invariants[:2])
    assert broken(health_change=added("health_change", "change", "0.0001")) == ["health_changes_add_up"]
    assert broken(health_change=whole["health_change"].clear()) == ["health_changes_add_up"]
    assert broken(health_theme=added("health_theme", "change", "0.0001")) == ["health_changes_add_up"]
    twice = whole["health_sign"].with_columns(from_on=pl.col("from_on") - timedelta(days=1))
    assert broken(health_sign=pl.concat([whole["health_sign"], twice])) == ["health_signs_apart"]
    empty = whole["health_sign"].with_columns(to_on=pl.col("from_on"))
    assert broken(health_sign=empty) == ["health_signs_apart"]
