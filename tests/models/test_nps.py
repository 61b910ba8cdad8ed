"""NPS: who is counted, how a score is pooled and rounded, and how sure it is."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.policy.nps import Policy


def answers(scores: Sequence[int], company: str = "acme", at: str = "2026-03-10") -> list[dict[str, Any]]:
    """One answer per person, all on one day."""
    return [
        {
            "nps_response_id": f"{company}-{at}-{number}",
            "contact_id": f"{company}-{number}",
            "company_id": company,
            "score": score,
            "answered_at": at,
        }
        for number, score in enumerate(scores)
    ]


def month(
    run_models: Any, responses: Sequence[dict[str, Any]], segment: str = "(all)", **tables: Any
) -> dict[str, Any]:
    made = run_models({"objects.nps_response": responses, **tables}, "marts.nps_month")["marts.nps_month"]
    return made.filter(segment=segment).row(0, named=True)


def mix(promoters: int, passives: int, detractors: int) -> list[int]:
    return [10] * promoters + [8] * passives + [0] * detractors


@pytest.mark.parametrize(
    ("scores", "score"),
    [
        (mix(70, 20, 10), 60),
        (mix(2, 0, 1), 33.33),  # shown as 33; rounding the two shares first would give 67 - 33 = 34
        ([9, 8, 7, 6], 0),  # the borders: 9 promotes, 8 and 7 are passive, 6 detracts
        ([0], -100),
    ],
)
def test_the_score_is_promoters_less_detractors(run_models: Any, scores: list[int], score: float) -> None:
    assert month(run_models, answers(scores))["nps_score"] == pytest.approx(score, abs=1e-9)


def test_segments_are_pooled_from_counts(run_models: Any) -> None:
    companies = [
        {"company_id": "big", "name": "Big", "segment": "A"},
        {"company_id": "small", "name": "S", "segment": "B"},
    ]
    responses = answers(mix(40, 5, 5), "big") + answers(mix(1, 1, 8), "small")
    rows = {name: month(run_models, responses, name, **{"objects.company": companies}) for name in ("(all)", "A", "B")}
    assert rows["(all)"]["nps_score"] == pytest.approx(46.67, abs=0.005)
    assert (rows["A"]["nps_score"], rows["B"]["nps_score"]) == (70, -70)
    for count in ("promoter_count", "passive_count", "detractor_count", "response_count"):
        assert rows["(all)"][count] == rows["A"][count] + rows["B"][count]


def test_only_the_latest_answer_of_a_person_counts(run_models: Any) -> None:
    twice = [
        {"contact_id": "ann", "score": 8, "answered_at": "2026-03-02"},
        {"contact_id": "ann", "score": 10, "answered_at": "2026-03-20"},
        {"contact_id": "ann", "score": 0, "answered_at": "2026-04-02"},
    ]
    row = month(run_models, twice[:2])
    assert (row["nps_score"], row["response_count"]) == (100, 1)
    made = run_models({"objects.nps_response": twice}, "marts.nps_month")["marts.nps_month"].filter(segment="(all)")
    assert sorted(made.select("month", "nps_score").rows()) == [
        (datetime(2026, 3, 1).date(), 100.0),
        (datetime(2026, 4, 1).date(), -100.0),
    ]


def test_people_without_a_contact_are_told_apart_by_what_the_survey_knows(run_models: Any) -> None:
    unknown = [
        {"respondent": "a@x.example", "score": 0, "answered_at": "2026-03-02"},
        {"respondent": "a@x.example", "score": 10, "answered_at": "2026-03-03"},
        {"respondent": "b@x.example", "score": 10, "answered_at": "2026-03-03", "segment": "trial"},
        {"score": 10, "answered_at": "2026-03-03"},
        {"score": 10, "answered_at": "2026-03-03"},
    ]
    assert month(run_models, unknown)["response_count"] == 4
    assert month(run_models, unknown, "trial")["response_count"] == 1
    assert month(run_models, unknown, "not stated")["response_count"] == 3


def test_answers_after_as_of_or_deleted_do_not_count(run_models: Any) -> None:
    responses = [
        {"contact_id": "ann", "score": 10, "answered_at": "2026-03-02"},
        {"contact_id": "bob", "score": 0, "answered_at": "2026-03-02", "source_deleted_at": "2026-03-05"},
        {"contact_id": "eve", "score": 0, "answered_at": "2026-03-30"},
    ]
    row = month(run_models, responses, **{"meta.run": [{"as_of": datetime(2026, 3, 15)}]})
    assert (row["response_count"], row["nps_score"]) == (1, 100)


def test_the_interval_is_the_published_one(run_models: Any) -> None:
    # Worked by hand: shares 70.75 / 103 and 10.75 / 103, so centre 58.2524, variance 0.451928, standard error 6.62393.
    row = month(run_models, answers(mix(70, 20, 10)))
    assert (row["nps_low"], row["nps_high"]) == (45.27, 71.24)


def rows_by_name(run_models: Any, samples: dict[str, list[int]]) -> dict[str, dict[str, Any]]:
    """The row of each sample, as if it were a segment of its own."""
    companies = [{"company_id": name, "name": name, "segment": name} for name in samples]
    responses = [row for name, scores in samples.items() for row in answers(scores, name)]
    tables = {"objects.nps_response": responses, "objects.company": companies}
    made = run_models(tables, "marts.nps_month")["marts.nps_month"]
    return {row["segment"]: row for row in made.to_dicts() if row["segment"] in samples}


def test_a_small_unanimous_sample_is_not_certain(run_models: Any) -> None:
    samples = {f"{people} x {score}": [score] * people for people in (1, 2, 5) for score in (10, 8, 0)}
    for row in rows_by_name(run_models, samples).values():
        assert row["nps_high"] - row["nps_low"] > 50
        assert row["nps_low"] <= row["nps_score"] <= row["nps_high"]


def test_more_answers_make_the_score_surer(run_models: Any) -> None:
    rows = rows_by_name(run_models, {str(n): mix(n, n, n) for n in (1, 5, 20, 80)})
    widths = [rows[str(n)]["nps_high"] - rows[str(n)]["nps_low"] for n in (1, 5, 20, 80)]
    assert widths == sorted(widths, reverse=True)


@settings(max_examples=25, deadline=None)
@given(
    scores=st.lists(st.tuples(st.integers(0, 10), st.sampled_from("AB"), st.integers(0, 5)), min_size=1, max_size=30)
)
def test_counts_add_up_and_the_score_lies_in_its_interval(bench: Any, scores: list[tuple[int, str, int]]) -> None:
    responses = [
        {"contact_id": f"c{who}", "company_id": company, "score": score, "answered_at": datetime(2026, 3, 1, 0, minute)}
        for minute, (score, company, who) in enumerate(scores)
    ]
    companies = [{"company_id": name, "name": name, "segment": name} for name in "AB"]
    made = bench({"objects.nps_response": responses, "objects.company": companies})
    rows = made.want("marts.nps_score").filter(span="month")
    total = rows.filter(segment="(all)").row(0, named=True)
    assert total["response_count"] == len({who for _, _, who in scores})
    assert rows.filter(pl.col("segment") != "(all)")["response_count"].sum() == total["response_count"]
    assert rows.filter(~pl.col("nps_score").is_between(pl.col("nps_low"), pl.col("nps_high"))).height == 0
    for invariant in ("nps_counts_add_up", "nps_segments_add_up"):
        assert made.offenders(invariant).height == 0


def test_a_wave_of_answers_is_looked_at_for_a_year(run_models: Any) -> None:
    """Ann changed her mind; Bob's answer is a year old, to the day, at the end of March and too old in April."""
    responses = [
        {"contact_id": "ann", "score": 0, "answered_at": "2025-11-02"},
        {"contact_id": "ann", "score": 9, "answered_at": "2026-02-20"},
        {"contact_id": "bob", "score": 9, "answered_at": "2025-03-31"},
        {"contact_id": "eve", "score": 3, "answered_at": "2026-04-20"},
    ]
    tables = {"objects.nps_response": responses, "meta.run": [{"as_of": datetime(2026, 5, 1)}]}
    made = run_models(tables, "marts.nps_score")["marts.nps_score"].filter(span="window", segment="(all)")
    found = made.sort("month").select("month", "promoter_count", "detractor_count", "nps_score").rows()
    assert [found[0], *found[-3:]] == [
        (date(2025, 3, 1), 1, 0, 100.0),
        (date(2026, 2, 1), 2, 0, 100.0),
        (date(2026, 3, 1), 2, 0, 100.0),
        (date(2026, 4, 1), 1, 1, 0.0),
    ]
    assert len(found) == 14, "every month has a score while an answer counts, and none begins with as-of"


@pytest.mark.parametrize("seed", range(3))
def test_the_years_answers_are_what_a_loop_finds(bench: Any, seed: int) -> None:
    rng = random.Random(seed)
    as_of = datetime(2026, rng.randint(1, 6), rng.randint(1, 28), 12)
    responses = [
        {"nps_response_id": f"{number:03}", "contact_id": f"c{rng.randrange(12)}", "score": rng.randrange(11)}
        | {"answered_at": datetime(2024, 1, 1) + timedelta(days=rng.randrange(1000), hours=rng.randrange(24))}
        for number in range(60)
    ]
    made = bench({"objects.nps_response": responses, "meta.run": [{"as_of": as_of}]})
    known = [row for row in responses if row["answered_at"] <= as_of]
    expected = {}
    for number in range(2024 * 12, as_of.year * 12 + as_of.month):
        first = date(number // 12, number % 12 + 1, 1)
        end = min((first + timedelta(days=31)).replace(day=1) - timedelta(days=1), as_of.date())
        last: dict[str, tuple[Any, ...]] = {}
        for row in known:
            if timedelta(0) <= end - row["answered_at"].date() <= timedelta(days=365):
                mine = (row["answered_at"], row["nps_response_id"], row["score"])
                last[row["contact_id"]] = max(mine, last.get(row["contact_id"], mine))
        scores = [score for *_, score in last.values()]
        if scores:
            expected[first] = (len(scores), sum(s >= 9 for s in scores), sum(s <= 6 for s in scores))
    rows = made.want("marts.nps_score").filter(span="window", segment="(all)")
    found = rows.select("month", "response_count", "promoter_count", "detractor_count").rows()
    assert {month: tuple(counts) for month, *counts in found} == expected
    for invariant in ("nps_counts_add_up", "nps_segments_add_up"):
        assert made.offenders(invariant).is_empty()


def test_bounds_of_promoters_and_detractors_are_policy(run_models: Any) -> None:
    nine_is_not_enough = [{"promoter_from": 10, "detractor_to": 7, "window_days": 365, "interval_z": 1.959964}]
    row = month(run_models, answers([10, 9, 8, 7]), **{"policy.nps": nine_is_not_enough})
    assert (row["promoter_count"], row["passive_count"], row["detractor_count"]) == (1, 2, 1)
    with pytest.raises(ValueError, match="below promoter_from"):
        Policy.model_validate({"promoter_from": 7, "detractor_to": 7, "window_days": 365, "interval_z": 2})


def test_the_invariant_notices_lost_answers(bench: Any) -> None:
    row = {
        "span": "month",
        "month": datetime(2026, 3, 1).date(),
        "segment": "(all)",
        "promoter_count": 2,
        "passive_count": 1,
        "detractor_count": 1,
        "response_count": 5,
        "nps_score": 20.0,
        "nps_low": 0.0,
        "nps_high": 40.0,
    }
    assert bench({"marts.nps_score": [row]}).offenders("nps_counts_add_up").height == 1
    right = {**row, "response_count": 4}
    assert bench({"marts.nps_score": [right]}).offenders("nps_counts_add_up").height == 0
    assert bench({"marts.nps_score": [right]}).offenders("nps_segments_add_up").height == 1
    assert bench({"marts.nps_score": [right, {**right, "segment": "a"}]}).offenders("nps_segments_add_up").height == 0
