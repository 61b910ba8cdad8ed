"""The value path: which evidence holds whom at which stage and when, against a plain walk over the days."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import groupby
from math import fsum
from typing import Any

import polars as pl
import pytest
from customer_rows import subscription, tables
from path_rows import AS_OF, RULES, Evidence, Rule, given, on

from models.policy.path import STAGES

# --- the path, told plainly ------------------------------------------------------------------------------------------


def counts(rule: Rule, piece: Evidence, day: int) -> float:
    """What a piece counts for a rule on a day."""
    age = day - piece["day"]
    if piece["kind"] not in rule["kinds"] or not 0 <= age < rule["window"]:
        return 0.0
    if rule.get("customer"):
        begun, over = piece.get("customer_from"), piece.get("customer_to")
        if begun is None or day < begun or (over is not None and day >= over):
            return 0.0
    return float(piece.get("strength", 1)) * (0.5 ** (age / rule["half"]) if rule["half"] else 1.0)


def holds(rule: Rule, pieces: list[Evidence], day: int) -> bool:
    return round(fsum(counts(rule, piece, day) for piece in pieces), 9) >= rule["needed"]


def stage_on(pieces: list[Evidence], day: int) -> int | None:
    """Place of the furthest stage that holds on a day, 0 the audience; None before anything is known."""
    if all(piece["day"] > day for piece in pieces):
        return None
    return max((STAGES.index(rule["stage"]) for rule in RULES if holds(rule, pieces, day)), default=0)


def walked(pieces: list[Evidence], last: int) -> Iterator[tuple[int, int, int]]:
    """First and last day of each time at a stage, and the stage's place, day by day."""
    days = [(day, stage_on(pieces, day)) for day in range(last + 1)]
    for place, run in groupby(days, lambda pair: pair[1]):
        if place is not None:
            numbers = [day for day, _ in run]
            yield numbers[0], numbers[-1], place


def proof(pieces: list[Evidence], first: int, last: int, place: int) -> set[tuple[str, int]]:
    """The pieces, by number, that counted for each rule of the stage on a day of [first, last] on which it held."""
    return {
        (rule["rule"], number)
        for rule in RULES
        if rule["stage"] == STAGES[place]
        for day in range(first, last + 1)
        if holds(rule, pieces, day)
        for number, piece in enumerate(pieces)
        if counts(rule, piece, day) > 0
    }


def somebody(rng: random.Random) -> list[Evidence]:
    """Some evidence up to the day of the run; the person's company may be, become or cease to be a customer."""
    begun = rng.choice([None, 0, rng.randrange(AS_OF), AS_OF + 10])
    over = rng.choice([None, rng.randrange(AS_OF), AS_OF + 5])
    busy = [rng.randrange(AS_OF + 1) for _ in range(3)]
    return [
        {
            "kind": rng.choice("aabbcccd"),
            "day": min(AS_OF, rng.choice(busy) + rng.randrange(12)),
            "strength": rng.choice([0.25, 0.5, 1, 1, 1, 2]),
            "customer_from": begun,
            "customer_to": over if begun is not None else None,
        }
        for _ in range(rng.randrange(1, 25))
    ]


@pytest.fixture(scope="module")
def people() -> dict[str, list[Evidence]]:
    rng = random.Random(6)
    return {f"p{number:03}": somebody(rng) for number in range(300)}


@pytest.fixture(scope="module")
def walkers(bench: Any, people: dict[str, list[Evidence]]) -> Any:
    return bench(given(people))


def test_every_day_of_everybody_is_as_walked(walkers: Any, people: dict[str, list[Evidence]]) -> None:
    spells = walkers.want("marts.stage_spell").sort("contact_id", "from_on")
    found = {
        (row["contact_id"], row["from_on"], row["to_on"], row["stage"], row["days_held"]) for row in spells.to_dicts()
    }
    expected = {
        (person, on(first), on(last + 1) if last < AS_OF else None, STAGES[place], last - first + 1)
        for person, pieces in people.items()
        for first, last, place in walked(pieces, AS_OF)
    }
    assert found == expected
    stages = {stage for *_, stage, _ in expected}
    assert stages == {rule["stage"] for rule in RULES} | {"audience"}
    backwards = spells.filter(direction="back").height
    assert backwards > 300
    assert spells.filter(direction="first").height == len(people)
    assert spells.filter(direction="forward").height == spells.height - backwards - len(people)


def test_every_time_names_just_the_evidence_that_held_it(walkers: Any, people: dict[str, list[Evidence]]) -> None:
    evidence = walkers.want("marts.stage_evidence").filter(pl.col("rule") != "audience")
    found = {
        (row["contact_id"], row["from_on"], row["rule"], int(row["object_id"].split("-")[1]))
        for row in evidence.to_dicts()
    }
    expected = {
        (person, on(first), rule, number)
        for person, pieces in people.items()
        for first, last, place in walked(pieces, AS_OF)
        for rule, number in proof(pieces, first, last, place)
    }
    assert found == expected
    assert walkers.offenders("stage_has_evidence").height == 0
    assert walkers.offenders("stage_spells_join").height == 0


def test_the_day_it_would_be_lost_is_that_of_the_next_days_without_evidence(
    walkers: Any, people: dict[str, list[Evidence]]
) -> None:
    found = {row["contact_id"]: row for row in walkers.want("marts.contact_stage").to_dicts()}
    falling = 0
    for person, pieces in people.items():
        place = stage_on(pieces, AS_OF)
        assert place is not None
        lost = next((day for day in range(AS_OF, AS_OF + 80) if (stage_on(pieces, day) or 0) < place), None)
        falling += lost is not None
        row = found[person]
        assert (row["stage"], row["would_fall_on"]) == (STAGES[place], on(lost))
        places = [spell[2] for spell in walked(pieces, AS_OF)]
        assert row["furthest_stage"] == STAGES[max(places)]
        first = next(spell[0] for spell in walked(pieces, AS_OF) if spell[2] == place)
        assert row["first_reached_on"] == on(first)
        weeks = {on(piece["day"]).isocalendar()[:2] for piece in pieces}  # type: ignore[union-attr]
        assert (row["weeks_engaged"], row["evidence_count"]) == (len(weeks), len(pieces))
    assert falling > 30


def test_more_evidence_never_lowers_a_stage(bench: Any, people: dict[str, list[Evidence]]) -> None:
    rng = random.Random(7)
    more = {person: [*pieces, *somebody(rng)[:3]] for person, pieces in people.items()}
    few = bench(given(people)).want("marts.contact_stage").select("contact_id", "stage_no", "furthest_stage_no")
    many = bench(given(more)).want("marts.contact_stage").select("contact_id", "stage_no", "furthest_stage_no")
    both = few.join(many, on="contact_id", suffix="_more")
    assert both.height == len(people)
    assert both.filter(pl.col("stage_no_more") < pl.col("stage_no")).height == 0
    assert both.filter(pl.col("furthest_stage_no_more") < pl.col("furthest_stage_no")).height == 0
    assert both.filter(pl.col("stage_no_more") > pl.col("stage_no")).height > 10


# --- one person forward, back and forward ----------------------------------------------------------------------------


def test_a_person_goes_forward_back_and_forward_with_evidence(bench: Any) -> None:
    """Ann reads, asks to be called and buys; much later she uses what she bought, stops, and recommends it."""
    customer = subscription("acme", starts_at="2026-02-01", ends_at=None, currency="EUR")
    signals = [("s1", "download", "2026-01-05"), ("s2", "form_fill", "2026-01-10")]
    used = ["2026-02-03", "2026-02-05"]
    made = bench(
        {
            "meta.run": [{"as_of": datetime(2026, 7, 1)}],
            **tables(
                company=[{"company_id": "acme", "name": "Acme"}],
                contact=[{"contact_id": "ann", "name": "Ann"}],
                job_role=[{"contact_id": "ann", "company_id": "acme", "is_primary": True, "started_on": "2025-01-01"}],
                subscription=[customer],
                signal=[
                    {"signal_id": key, "signal_type": kind, "occurred_at": day, "contact_id": "ann"}
                    for key, kind, day in signals
                ],
                usage_event=[
                    {
                        "usage_event_id": f"u{day}",
                        "event_name": "x",
                        "occurred_at": day,
                        "contact_id": "ann",
                    }
                    for day in used
                ],
                nps_response=[
                    {"nps_response_id": "n1", "contact_id": "ann", "score": 9, "answered_at": "2026-06-20"},
                    {"nps_response_id": "n0", "contact_id": "ann", "score": 8, "answered_at": "2026-06-01"},
                ],
            ),
        }
    )
    spells = made.want("marts.stage_spell").sort("from_on")
    columns = ("from_on", "to_on", "stage", "direction", "rules", "days_held", "evidence_count")
    assert spells.select(columns).rows() == [
        (date(2026, 1, 5), date(2026, 1, 10), "researcher", "first", "reads_up", 5, 1),
        (date(2026, 1, 10), date(2026, 2, 5), "hand_raiser", "forward", "comes_forward", 26, 1),
        (date(2026, 2, 5), date(2026, 3, 3), "value_creator", "forward", "begins_to_use", 26, 2),
        (date(2026, 3, 3), date(2026, 3, 11), "hand_raiser", "back", "comes_forward", 8, 1),
        (date(2026, 3, 11), date(2026, 6, 20), "audience", "back", "audience", 101, 1),
        (date(2026, 6, 20), None, "advocate", "forward", "recommends_us", 12, 1),
    ]
    assert spells["company_id"].unique().to_list() == ["acme"]
    proof_of = made.want("marts.stage_evidence").sort("from_on", "object_id").select("from_on", "object", "object_id")
    assert proof_of.rows() == [
        (date(2026, 1, 5), "signal", "s1"),
        (date(2026, 1, 10), "signal", "s2"),
        (date(2026, 2, 5), "usage_event", "u2026-02-03"),
        (date(2026, 2, 5), "usage_event", "u2026-02-05"),
        (date(2026, 3, 3), "signal", "s2"),
        (date(2026, 3, 11), "signal", "s1"),
        (date(2026, 6, 20), "nps_response", "n1"),
    ]
    now = made.want("marts.contact_stage").row(0, named=True)
    assert (now["stage"], now["since_on"], now["days_held"]) == ("advocate", date(2026, 6, 20), 12)
    assert now["would_fall_on"] == date(2026, 6, 20) + timedelta(days=180)
    assert (now["furthest_stage"], now["weeks_engaged"], now["evidence_count"]) == ("advocate", 3, 5)
    assert now["next_step"] == "Ask for a reference, a review or an introduction."
    company = made.want("marts.company_stage").row(0, named=True)
    assert (company["company_id"], company["stage"], company["advocate_count"]) == ("acme", "advocate", 1)
