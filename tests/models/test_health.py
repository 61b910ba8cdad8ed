"""Health: what each sign reads, how points become a score, and why a score is what it is."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.policy.health import Policy
from models.policy.loading import load_policies

DECIMAL = pl.Decimal(18, 6)
FACTORS = [line["factor"] for line in load_policies()["health_weights"].to_dicts()]
TODAY = date(2026, 7, 1)
SPAN = {"company_id": pl.String, "from_on": pl.Date, "to_on": pl.Date, "notice_on": pl.Date}
SPELL = {"from_on": pl.Date, "to_on": pl.Date, "value_at_from": DECIMAL, "per_day": pl.Int64}
TYPES = {"company_id": pl.String, "factor": pl.String}


def weighted(rows: list[tuple[str, int, int]], all_weights: list[int]) -> dict[str, Any]:
    """Points and weights of one customer as if all signs had been read, under a profile with the given weights."""
    weights = [{"profile": "p", "factor": f"f{number}", "weight": weight} for number, weight in enumerate(all_weights)]
    points = [
        {"company_id": "acme", "day_on": TODAY, "factor": name, "profile": "p", "raw_value": 0}
        | {"points": points, "weight": weight}
        for name, weight, points in rows
    ]
    types = {**TYPES, "profile": pl.String}
    decimals = dict.fromkeys(("raw_value", "points", "weight"), DECIMAL)
    return {
        **customers("acme"),
        "policy.health_weights": pl.DataFrame(weights).cast({"weight": DECIMAL}),
        "policy.health_profiles": [{"segment": "*", "profile": "p"}],
        "policy.health_factors": [{"factor": name, "theme": "people"} for name, *_ in rows],
        "policy.health_words": [
            {"factor": name, "good": "good", "bad": f"{{value}} {name}", "one": None, "is_share": False}
            for name, *_ in rows
        ],
        "intermediate.health_point": pl.DataFrame(points).cast({**types, **decimals}),
    }


def readings(values: dict[str, float]) -> pl.DataFrame:
    """Signs of one customer as they stand since the as-of day."""
    rows = [("acme", name, TODAY, None, Decimal(str(value)), 0) for name, value in values.items()]
    return pl.DataFrame(rows, schema={**TYPES, **SPELL}, orient="row")


def customers(*names: str) -> dict[str, Any]:
    """Customers without any revenue, by name; each in a segment of its own name."""
    return {
        "objects.company": [{"company_id": name, "name": name, "segment": name} for name in names],
        "intermediate.company_status": [{"company_id": name, "customer_status": "customer"} for name in names],
        "intermediate.company_revenue": [{"company_id": name, "arr": 0, "currency": "EUR"} for name in names],
        "intermediate.customer_span": pl.DataFrame(
            [(name, TODAY, None, None) for name in names], schema=SPAN, orient="row"
        ),
    }


def score_of(made: Any) -> Decimal | None:
    return made.want("marts.health_score").row(0, named=True)["score"]


def test_the_score_is_the_weighted_mean_of_the_points(bench: Any) -> None:
    rows = [("f0", 20, 47), ("f1", 15, 59), ("f2", 22, 21)]
    whole = bench(weighted(rows, [20, 15, 22]))
    assert whole.want("marts.health_score").select("score", "coverage").row(0) == (Decimal("40.12"), Decimal(1))
    part = bench(weighted([rows[0], rows[2]], [20, 15, 22]))
    assert part.want("marts.health_score").select("score", "coverage").row(0) == (Decimal("33.38"), Decimal("0.737"))
    for made in (whole, part):
        assert made.want("marts.health_factor")["contribution"].sum() == score_of(made)
        assert made.offenders("health_contributions_add_up").height == 0


def test_too_little_known_gives_no_score(bench: Any) -> None:
    made = bench(weighted([("f0", 39, 90)], [39, 61]))
    row = made.want("marts.health_score").row(0, named=True)
    assert (row["score"], row["band"], row["coverage"]) == (None, None, Decimal("0.39"))
    assert made.want("marts.health_factor")["contribution"].to_list() == [None]
    assert score_of(bench(weighted([("f0", 40, 90)], [40, 60]))) == 90


def test_a_customer_nothing_is_known_of_is_still_listed(bench: Any) -> None:
    made = bench({**customers("acme"), "intermediate.sign_spell": readings({})})
    row = made.want("marts.health_score").row(0, named=True)
    assert (row["score"], row["coverage"], row["factor_count"], row["profile"]) == (None, 0, 0, "standard")
    assert made.want("marts.health_factor").height == 0
    assert made.offenders("health_contributions_add_up").height == 0


def test_bands_are_half_open(run_models: Any) -> None:
    bands = {0: "at_risk", 49: "at_risk", 50: "needs_attention", 74: "needs_attention", 75: "thriving"}
    one_sign = weighted([("f0", 1, 0)], [1])
    points_of = one_sign["intermediate.health_point"].with_columns
    found = [points_of(company_id=pl.lit(f"{n} points"), points=pl.lit(n).cast(DECIMAL)) for n in bands]
    given = {**one_sign, **customers(*(f"{n} points" for n in bands)), "intermediate.health_point": pl.concat(found)}
    made = run_models(given, "marts.health_score")["marts.health_score"]
    assert dict(made.select("company_id", "band").rows()) == {f"{n} points": band for n, band in bands.items()}


def test_the_reasons_name_what_costs_most(bench: Any) -> None:
    made = bench(weighted([("nps", 10, 0), ("csat", 10, 100), ("last_touch", 20, 50), ("csm_score", 10, 90)], [50]))
    assert made.want("marts.health_score")["reasons"].to_list() == ["0 last_touch (−20), 0 nps (−20), 0 csm_score (−2)"]


def test_points_run_straight_between_the_corners(run_models: Any) -> None:
    points = {0: "100", 7: "100", 8: "98.913", 30: "75", 60: "47.5", 90: "20", 180: "0", 9999: "0"}
    days = [readings({"last_touch": value}).with_columns(company_id=pl.lit(f"{value} days")) for value in points]
    given = {**customers(*(f"{value} days" for value in points)), "intermediate.sign_spell": pl.concat(days)}
    made = run_models(given, "intermediate.health_point")["intermediate.health_point"]
    found = dict(made.select("company_id", "points").rows())
    assert found == {f"{value} days": Decimal(expected) for value, expected in points.items()}


@pytest.mark.parametrize(
    ("factor", "value", "words"),
    [
        ("payments_overdue", 0, "they pay in time"),
        ("payments_overdue", 1, "money 1 day overdue"),
        ("payments_overdue", 9, "money 9 days overdue"),
        ("usage_trend", 0.2, "steady use of the product"),
        ("usage_trend", -0.5, "use of the product changed by −50 %"),
        ("usage_level", 0.01, "use at 1 % of what it could be"),
        ("champion_left", 1, "100 % of the champions left"),
        ("nps", 1, "an NPS of 1"),
        ("nps", -55.56, "an NPS of −56"),
    ],
)
def test_a_sign_is_said_in_words_with_its_value(bench: Any, factor: str, value: float, words: str) -> None:
    made = bench({**customers("acme"), "intermediate.sign_spell": readings({factor: value})})
    assert made.want("marts.health_factor")["words"].to_list() == [words]


VALUES = st.fixed_dictionaries({}, optional={name: st.integers(-120, 400).map(float) for name in FACTORS})


def three_customers(values: dict[str, float], factor: str, step: int, scale: int) -> dict[str, Any]:
    """`before` has the given values; `after` more of one sign; `scaled` the same values under multiplied weights."""
    policy = load_policies()
    names = ("before", "after", "scaled")
    weights = policy["health_weights"].cast({"weight": DECIMAL})
    changed = {"before": values, "after": {**values, factor: values[factor] + step}, "scaled": values}
    return {
        "policy.health": policy["health"].with_columns(coverage_floor=pl.lit(0).cast(DECIMAL)),
        "policy.health_weights": pl.concat(
            [weights, weights.with_columns(profile=pl.lit("scaled"), weight=(pl.col("weight") * scale).cast(DECIMAL))]
        ),
        "policy.health_profiles": [
            {"segment": "*", "profile": "standard"},
            {"segment": "scaled", "profile": "scaled"},
        ],
        **customers(*names),
        "intermediate.sign_spell": pl.concat(
            [readings(changed[name]).with_columns(company_id=pl.lit(name)) for name in names]
        ),
    }


@settings(max_examples=20, deadline=None)
@given(values=VALUES, factor=st.sampled_from(FACTORS), step=st.integers(1, 200), scale=st.integers(2, 9))
def test_contributions_add_up_and_a_better_sign_never_lowers_the_score(
    bench: Any, values: dict[str, float], factor: str, step: int, scale: int
) -> None:
    made = bench(three_customers({factor: 10.0, **values}, factor, step, scale))
    found = dict(made.want("marts.health_score").select("company_id", "score").rows())
    lines = load_policies()["health_points"].filter(factor=factor).sort("value")["points"]
    assert found["after"] >= found["before"] if lines[-1] > lines[0] else found["after"] <= found["before"]
    assert found["scaled"] == found["before"]
    for invariant in ("health_contributions_add_up", "health_within_scale"):
        assert made.offenders(invariant).height == 0


def test_segments_may_have_weights_of_their_own(run_models: Any) -> None:
    tables = {
        **customers("acme"),
        "objects.company": [{"company_id": "acme", "name": "Acme", "segment": "enterprise"}],
        "policy.health_profiles": [
            {"segment": "*", "profile": "standard"},
            {"segment": "enterprise", "profile": "touch only"},
        ],
        "policy.health_weights": pl.DataFrame(
            [
                {"profile": "standard", "factor": "nps", "weight": 1},
                {"profile": "touch only", "factor": "last_touch", "weight": 1},
            ]
        ).cast({"weight": DECIMAL}),
        "intermediate.sign_spell": readings({"last_touch": 30, "nps": -100}),
    }
    row = run_models(tables, "marts.health_score")["marts.health_score"].row(0, named=True)
    assert (row["profile"], row["score"], row["factor_count"]) == ("touch only", 75, 1)


# --- what may not be written in the policy, and what the invariants notice --------------------------------------------


def policy(**change: Any) -> dict[str, Any]:
    fine: dict[str, Any] = {
        "at_risk_below": 50,
        "thriving_from": 75,
        "coverage_floor": Decimal("0.4"),
        **dict.fromkeys(("daily_days", "response_days", "ticket_days", "csat_days", "csm_score_days"), 90),
        "months_back": 12,
        "response_grace_days": 3,
        "response_messages": 3,
        "csat_ratings": 3,
        "alert_after_days": 3,
        "contract_horizon_days": 365,
        "severe_priorities": ["high"],
        "severe_severities": ["critical"],
        "factors": [{"factor": factor, "theme": "usage"} for factor in FACTORS],
        "profiles": [{"segment": "*", "profile": "p"}],
        "weights": [{"profile": "p", "factor": "nps", "weight": 1}],
        "points": [{"factor": "nps", "value": 0, "points": 0}, {"factor": "nps", "value": 10, "points": 100}],
        "words": [{"factor": "nps", "good": "fine", "bad": "an NPS of {value}", "is_share": False}],
    }
    return {**fine, **change}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"at_risk_below": 80}, "must not be above"),
        ({"severe_priorities": ["high", "high"]}, "twice"),
        ({"severe_severities": ["critical", "critical"]}, "twice"),
        ({"response_grace_days": 91}, "must not be more"),
        ({"factors": [{"factor": "nps", "theme": "sentiment"}]}, "each factor needs one theme"),
        ({"profiles": []}, "one line for"),
        ({"profiles": [{"segment": "*", "profile": "q"}]}, "no weights are given"),
        ({"weights": [{"profile": "p", "factor": "nps", "weight": 1}] * 2}, "weights given twice"),
        ({"points": [{"factor": "nps", "value": 0, "points": 0}] * 2}, "same value"),
        (
            {
                "points": [
                    {"factor": "nps", "value": value, "points": points} for value, points in ((0, 0), (1, 9), (2, 5))
                ]
            },
            "only rise or only fall",
        ),
        ({"words": []}, r"no words are given for the factors \['nps'\]"),
        (
            {"words": [{"factor": "nps", "good": "a", "bad": "b", "is_share": False}] * 2},
            r"words given twice: \['nps'\]",
        ),
        ({"weights": [{"profile": "p", "factor": "npss", "weight": 1}]}, "npss"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(change: dict[str, Any], reason: str) -> None:
    assert Policy.model_validate(policy())
    with pytest.raises(ValueError, match=reason):
        Policy.model_validate(policy(**change))


def test_the_invariants_notice_a_wrong_score(bench: Any) -> None:
    day = datetime(2026, 7, 1).date()
    factor = {
        "company_id": "acme",
        "as_of": day,
        "factor": "nps",
        "theme": "sentiment",
        "words": "an NPS of 1",
        "raw_value": 1,
        "points": 50,
        "weight": 1,
    }
    score = {
        "company_id": "acme",
        "as_of": day,
        "segment": "a",
        "profile": "p",
        "score": 50,
        "band": "needs_attention",
        "coverage": 1,
        "factor_count": 1,
        "arr": 0,
        "currency": "EUR",
    }
    tables = {"marts.health_factor": [{**factor, "contribution": 50}], "marts.health_score": [score]}
    right = bench(tables)
    assert right.offenders("health_contributions_add_up").height == 0
    assert right.offenders("health_within_scale").height == 0
    short = bench({**tables, "marts.health_factor": [{**factor, "contribution": "49.9999"}]})
    assert short.offenders("health_contributions_add_up").height == 1
    assert bench({**tables, "marts.health_factor": []}).offenders("health_contributions_add_up").height == 1
    for wrong in ({"score": 101}, {"coverage": "1.1"}, {"band": None}):
        assert bench({"marts.health_score": [{**score, **wrong}]}).offenders("health_within_scale").height == 1
