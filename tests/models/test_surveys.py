"""Survey answers: satisfaction and effort on scales of every kind, pooled from counts."""

from __future__ import annotations

import random
from collections import defaultdict
from fractions import Fraction
from typing import Any

import pytest

from models.policy.survey import Policy

COMPANIES = [
    {"company_id": "one", "name": "One", "segment": "startup"},
    {"company_id": "two", "name": "Two", "segment": "enterprise"},
]


def answer(score: float, *, scale: tuple[float, float] = (1, 5), **given: Any) -> dict[str, Any]:
    row = {"survey_type": "csat", "company_id": "one", "answered_at": "2026-05-10", "contact_id": None}
    return {**row, "score": score, "scale_min": scale[0], "scale_max": scale[1], **given}


def made_of(bench: Any, *answers: dict[str, Any]) -> Any:
    return bench({"objects.survey_response": answers, "objects.company": COMPANIES})


@pytest.mark.parametrize(
    ("kind", "scale", "good", "neutral", "bad"),
    [
        ("csat", (1, 5), [4, 5], [3], [1, 2]),
        ("csat", (0, 1), [1], [], [0]),
        ("csat", (1, 7), [6, 7], [3, 4, 5], [1, 2]),
        ("csat", (5, 1), [1, 2], [3], [4, 5]),
        ("ces", (1, 7), [5, 6, 7], [4], [1, 2, 3]),
        ("ces", (1, 5), [4, 5], [3], [1, 2]),
        ("ces", (7, 1), [1, 2, 3], [4], [5, 6, 7]),
    ],
)
def test_answers_are_read_by_their_place_on_the_scale(
    bench: Any, kind: str, scale: tuple[int, int], good: list[int], neutral: list[int], bad: list[int]
) -> None:
    scores = [*good, *neutral, *bad]
    made = made_of(bench, *(answer(score, scale=scale, survey_type=kind) for score in scores))
    row = made.want("marts.survey_month").filter(segment="(all)").row(0, named=True)
    assert (row["good_count"], row["neutral_count"], row["bad_count"]) == (len(good), len(neutral), len(bad))
    judged = made.want("marts.survey_answer").select("survey_response_id", "good_count").rows()
    of_good = {scores[int(key.rsplit("_", 1)[1])] for key, is_good in judged if is_good}
    assert of_good == set(good)


def test_segments_are_pooled_from_counts_never_averaged(bench: Any) -> None:
    many = [answer(5) for _ in range(8)] + [answer(1), answer(3)]
    few = [answer(1, company_id="two"), answer(4, company_id="two")]
    made = made_of(bench, *many, *few)
    rows = {row["segment"]: row for row in made.want("marts.survey_month").rows(named=True)}
    assert {key: row["score"] for key, row in rows.items()} == {
        "startup": 0.888889,  # 8 of 9
        "enterprise": 0.5,
        "(all)": 0.818182,  # 9 of 11, not the mean of the two
    }
    assert (rows["(all)"]["response_count"], rows["(all)"]["score_sum"]) == (12, 925)
    assert rows["(all)"]["mean_place"] == 77.0833


def test_effort_is_the_share_of_easy_ones_of_all(bench: Any) -> None:
    made = made_of(bench, *(answer(score, scale=(1, 7), survey_type="ces") for score in (7, 5, 4, 1)))
    assert made.want("marts.survey_month").filter(segment="(all)")["score"].to_list() == [0.5]
    neutral = made_of(bench, answer(3))
    assert neutral.want("marts.survey_month").filter(segment="(all)")["score"].to_list() == [None]


def test_the_last_answer_of_a_person_counts_each_month_and_each_ticket_by_itself(bench: Any) -> None:
    ann = {"contact_id": "ann"}
    made = made_of(
        bench,
        answer(1, **ann, answered_at="2026-05-03", survey_response_id="first"),
        answer(5, **ann, answered_at="2026-05-20", survey_response_id="second"),
        answer(2, **ann, answered_at="2026-06-01", survey_response_id="next month"),
        answer(2, **ann, answered_at="2026-05-04", ticket_id="T", survey_response_id="of a ticket"),
        answer(2, **ann, answered_at="2026-05-04", survey_type="ces", survey_response_id="effort"),
        answer(2, **ann, answered_at="2026-07-02", survey_response_id="after as-of"),
        answer(2, **ann, answered_at="2026-05-30", source_deleted_at="2026-06-01", survey_response_id="deleted"),
        answer(9, answered_at="2026-05-30", survey_response_id="off the scale"),
        answer(3, scale=(3, 3), survey_response_id="no scale"),
    )
    found = sorted(made.want("marts.survey_answer")["survey_response_id"].to_list())
    assert found == ["effort", "next month", "of a ticket", "second"]


def test_months_agree_with_counting_by_hand(bench: Any) -> None:
    draw = random.Random(5)
    answers = [
        answer(
            draw.randint(1, 7),
            scale=(1, 7),
            survey_type=draw.choice(["csat", "ces"]),
            company_id=draw.choice(["one", "two", None]),
            contact_id=f"person {draw.randint(1, 20)}",
            answered_at=f"2026-0{draw.randint(3, 5)}-{draw.randint(10, 28)} {number // 24 % 24:02}:{number % 60:02}:00",
            survey_response_id=f"{number:03}",
        )
        for number in range(200)
    ]
    last: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in sorted(answers, key=lambda row: (row["answered_at"], row["survey_response_id"])):
        last[row["survey_type"], row["contact_id"], row["answered_at"][:7]] = row
    expected: dict[tuple[str, str, str], list[Any]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in last.values():
        place = Fraction(row["score"] - 1, 6)
        low, high = (
            (Fraction(1, 4), Fraction(3, 4)) if row["survey_type"] == "csat" else (Fraction(1, 3), Fraction(2, 3))
        )
        segment = {"one": "startup", "two": "enterprise", None: "not stated"}[row["company_id"]]
        for name in (segment, "(all)"):
            counts = expected[row["answered_at"][:7], row["survey_type"], name]
            counts[0] += place >= high
            counts[1] += place <= low
            counts[2] += 1
            counts[3] += place * 100
    made = made_of(bench, *answers)
    rows = made.want("marts.survey_month").rows(named=True)
    found = {
        (str(row["month"])[:7], row["survey_type"], row["segment"]): [
            row["good_count"], row["bad_count"], row["response_count"], round(row["score_sum"], 6),
        ]
        for row in rows
    }  # fmt: skip
    assert {key: [*row[:3], float(row[3])] for key, row in found.items()} == {
        key: [*counts[:3], pytest.approx(float(counts[3]), abs=1e-5)] for key, counts in expected.items()
    }
    assert not made.offenders("survey_answers_add_up").height
    made.con.execute("update marts.survey_month set good_count = good_count + 1 where segment = 'startup'").fetchall()
    assert made.offenders("survey_answers_add_up").height == 6


def test_limits_stand_apart() -> None:
    fine = {"csat_good_from": "0.75", "csat_bad_to": "0.25", "ces_easy_from": "0.66", "ces_hard_to": "0.34"}
    assert Policy.model_validate(fine)
    for name, value in (("csat_bad_to", "0.75"), ("ces_hard_to", "0.7")):
        with pytest.raises(ValueError, match="must be below"):
            Policy.model_validate({**fine, name: value})
