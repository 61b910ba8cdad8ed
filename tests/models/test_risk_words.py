"""The reasons of a risk are said in words: what is so, not the name of the sign."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl
import pytest
from risk_rows import AS_OF, whole

WEIGHT = {"kind": "expansion", "level": "value", "spread": 1.0, "farthest": 3.0, "intercept": -2.0}


def reasons(bench: Any, known: dict[str, float], signs: dict[str, str] | None = None) -> tuple[dict[str, str], str]:
    """What is said of each thing known of a customer, and of the account; each is likelier than is typical.

    `known` is what the model is given: points of a sign, moves of the score, logarithms of days and money.
    """
    features = [*known, "last_touch"]
    weights = [WEIGHT | {"feature": name, "typical": value - 1, "slope": 0.5} for name, value in known.items()]
    weights += [
        WEIGHT | {"feature": "last_touch", "level": level, "typical": 0.5, "slope": 0.1}
        for level in ("value", "unknown")
    ]
    keys = {"company_id": "acme", "as_of": AS_OF}
    snapshot = {"company_id": "acme", "day_on": AS_OF, "is_present": True, "is_paying": True, "score": 60.0}
    given = {"company_id": "acme", "day_on": AS_OF}
    factors = [keys | {"factor": name, "words": words} for name, words in (signs or {}).items()]
    made = bench(
        {
            "meta.run": [{"as_of": datetime(2026, 6, 30)}],
            "intermediate.risk_snapshot": pl.DataFrame([snapshot]).with_columns(notice_on=pl.lit(None, pl.Date)),
            "intermediate.risk_weight": pl.DataFrame(weights),
            "intermediate.risk_feature": pl.DataFrame([given | {"feature": n, "value": v} for n, v in known.items()]),
            "marts.risk_model": whole(
                "marts.risk_model", [{"kind": "expansion", "state": "learned", "base_rate": 0.1}]
            ),
            "marts.health_score": whole("marts.health_score", [keys | {"currency": "EUR"}]),
            "marts.health_factor": whole("marts.health_factor", factors),
        }
    )
    told = dict(made.want("marts.risk_reason").select("factor", "words").iter_rows())
    assert set(told) == set(features)
    (account,) = made.want("marts.account_risk")["reasons"]
    return told, account


def test_a_good_sign_is_said_in_its_good_words(bench: Any) -> None:
    told, account = reasons(bench, {"payments_overdue": 100.0}, {"payments_overdue": "they pay in time"})
    assert told == {"payments_overdue": "they pay in time", "last_touch": "last touch not known"}
    assert account == "they pay in time (×1.6)"


@pytest.mark.parametrize(
    ("factor", "value", "words"),
    [
        ("tenure", 0.693147, "a customer for 1 day"),
        ("tenure", 5.993961, "a customer for 400 days"),
        ("arr", 4.176091, "an ARR of 15,000 EUR"),
        ("score_change_last_month", -12.4, "health down by 12 last month"),
        ("score_change_last_month", 3.0, "health up by 3 last month"),
        ("score_change_earlier", 0.2, "health as before in the two months before that"),
    ],
)
def test_what_is_no_sign_has_words_too(bench: Any, factor: str, value: float, words: str) -> None:
    told, account = reasons(bench, {factor: value})
    assert told[factor] == words
    assert account == f"{words} (×1.6)"
