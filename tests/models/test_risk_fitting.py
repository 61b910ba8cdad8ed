"""Learning a probability: what must come out of planted rows and of public data, and that nothing leaks."""

from __future__ import annotations

from datetime import date, timedelta
from math import exp
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.risk import fitting, scores, split
from tests.benchmarks import telco

TELCO = telco.find(Path())
POLICY = {"test_share": 0.25, "minimum_accounts": 20, "minimum_train_events": 5, "minimum_test_events": 3}
RNG_ROWS = 6_000


def planted(seed: int = 1, slope: float = 1.2) -> pl.DataFrame:
    """Rows whose probability is known: a number, a word and noise; every tenth number is not known."""
    rng = np.random.default_rng(seed)
    number, noise = rng.normal(50, 20, RNG_ROWS), rng.normal(size=RNG_ROWS)
    word = rng.choice(["a", "b"], RNG_ROWS)
    odds = -1.5 - slope * (number - 50) / 20 + np.where(word == "b", 0.8, 0.0)
    came = rng.random(RNG_ROWS) < 1 / (1 + np.exp(-odds))
    frame = pl.DataFrame(
        {"number": number, "word": word, "noise": noise, "came": came, "truth": 1 / (1 + np.exp(-odds))}
    )
    hidden = pl.int_range(pl.len()) % 10 == 3
    return frame.with_columns(
        number=pl.when(hidden).then(None).otherwise(pl.col("number")),
        company_id=pl.format("c{}", pl.int_range(pl.len()) % 900),
    )


def test_what_was_planted_is_found() -> None:
    rows = planted()
    model = fitting.fit(rows, ["number", "word", "noise"], "came", 1.0)
    slopes = {(term.feature, term.level): term.slope / term.spread for term in model.terms}
    assert slopes["number", None] == pytest.approx(-1.2 / 20, rel=0.1)
    assert slopes["word", "b"] - slopes["word", "a"] == pytest.approx(0.8, abs=0.15)
    assert abs(slopes["noise", None]) < 0.1
    assert ("number", fitting.UNKNOWN) in slopes
    known = rows.filter(pl.col("number").is_not_null())
    assert float((fitting.predict(model, known) - known["truth"]).abs().mean()) < 0.02  # type: ignore[arg-type]


def test_what_was_hardly_ever_seen_counts_no_more_than_three_spreads() -> None:
    rows = planted()
    model = fitting.fit(rows, ["number"], "came", 1.0)
    (term,) = (term for term in model.terms if term.level is None)
    ends = [term.typical + sign * distance * term.spread for sign, distance in ((-1, 3), (-1, 1e6), (1, 3), (1, 1e6))]
    low, lower, high, higher = fitting.predict(model, pl.DataFrame({"number": ends}))
    assert (low, high) == (lower, higher)
    assert low > high


def test_calibration_makes_nothing_louder() -> None:
    """With so much caution that all is hushed, what is fitted stays as it is."""
    rows = planted()
    hushed = fitting.fit(rows, ["number", "word"], "came", 1e5)
    assert fitting.calibrated(rows, ["number", "word"], "came", 1e5, "company_id") == hushed


def test_the_same_rows_give_the_same_model() -> None:
    rows = planted()
    models = [fitting.calibrated(rows, ["number", "word"], "came", 1.0, "company_id") for _ in range(2)]
    assert models[0] == models[1]


def test_calibration_flattens_what_is_said_too_loudly() -> None:
    """Sixty useless columns and few rows: what is fitted shouts, what is calibrated says about what comes."""
    rng = np.random.default_rng(5)
    rows = planted(2, 0.6).head(1_500)
    columns = {f"n{number}": rng.normal(size=1_500) for number in range(60)}
    rows = rows.with_columns(**{name: pl.Series(values) for name, values in columns.items()})
    train, later = rows.head(400), rows.tail(1_100)
    features = ["number", "word", *columns]
    loud = fitting.predict(fitting.fit(train, features, "came", 0.01), later)
    calm = fitting.predict(fitting.calibrated(train, features, "came", 0.01, "company_id"), later)
    slopes = [fitting.line(said, later["came"])[0] for said in (loud, calm)]
    assert slopes[0] < 0.5
    assert 0.6 < slopes[1] < 1.6
    assert (scores.brier(calm, later["came"]) or 1) < (scores.brier(loud, later["came"]) or 0)
    assert scores.auc(calm, later["came"]) == pytest.approx(scores.auc(loud, later["came"]), abs=1e-6)


def test_a_customer_is_in_one_fold_and_every_fold_has_some_to_whom_it_came() -> None:
    rows = planted()
    folds = rows.with_columns(fold=fitting.folded(rows, "came", "company_id"))
    assert folds.group_by("company_id").agg(pl.col("fold").n_unique())["fold"].to_list() == [1] * 900
    assert sorted(folds.filter("came")["fold"].unique()) == [0, 1, 2, 3, 4]


def test_shuffled_outcomes_teach_nothing() -> None:
    rows = planted()
    train, test = rows.head(4_000), rows.tail(2_000)
    shuffled = train.with_columns(came=train["came"].sample(fraction=1, shuffle=True, seed=3))
    said = fitting.predict(fitting.fit(shuffled, ["number", "word", "noise"], "came", 1.0), test)
    area = scores.auc(said, test["came"].sample(fraction=1, shuffle=True, seed=4))
    assert area == pytest.approx(0.5, abs=0.06)
    told = scores.auc(fitting.predict(fitting.fit(train, ["number", "word"], "came", 1.0), test), test["came"])
    assert told is not None
    assert told > 0.7


# --- scores -----------------------------------------------------------------------------------------------------------

PAIRS = st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=1, max_size=40)


@given(PAIRS)
@settings(max_examples=80, deadline=None)
def test_scores_are_what_counting_gives(pairs: list[tuple[int, bool]]) -> None:
    """AUC by all pairs, lift by trying the ties, bins that hold every row once."""
    said, came = pl.Series([n / 7 for n, _ in pairs]), pl.Series([hit for _, hit in pairs])
    hits, misses = [n for n, hit in pairs if hit], [n for n, hit in pairs if not hit]
    wins = sum((a > b) + (a == b) / 2 for a in hits for b in misses)
    assert scores.auc(said, came) == (pytest.approx(wins / len(hits) / len(misses)) if hits and misses else None)
    found = scores.bins(said, came, 5)
    assert sum(row["row_count"] for row in found) == len(pairs)
    assert sum(row["event_count"] for row in found) == len(hits)
    assert [row["predicted"] for row in found] == sorted(row["predicted"] for row in found)
    for row in found:
        assert row["low"] <= row["observed"] <= row["high"]
        assert row["low"] < row["high"]
    if hits:
        assert scores.lift(said, came, 1.0) == pytest.approx(1.0)
        best = scores.lift(said, came, 0.1) or 0.0
        assert 0 <= best <= len(pairs) / len(hits) + 1e-9


def test_scores_by_hand() -> None:
    said, came = pl.Series([0.9, 0.8, 0.4, 0.2]), pl.Series([True, False, True, False])
    assert scores.auc(said, came) == 0.75
    assert scores.average_precision(said, came) == pytest.approx((1 + 2 / 3) / 2)
    assert scores.brier(said, came) == pytest.approx((0.01 + 0.64 + 0.36 + 0.04) / 4)
    assert scores.lift(said, came, 0.25) == 2
    assert scores.lift(pl.Series([1.0, 1.0, 0.0, 0.0]), came, 0.25) == 1, "a tie counts in proportion"
    assert [round(end, 4) for end in scores.wilson(0, 10)] == [0, 0.2775]


def test_the_interval_of_an_area_is_never_without_width() -> None:
    """Where nothing overlaps; more rows are surer; of 200 samples about 95 of 100 intervals hold what is true."""
    low, high = scores.auc_interval(1.0, 5, 50)
    assert 0.4 < low < 0.99 < high <= 1
    wide, narrow = scores.auc_interval(0.8, 10, 10), scores.auc_interval(0.8, 200, 200)
    assert wide[0] < narrow[0] < 0.8 < narrow[1] < wide[1]
    simulated = np.random.default_rng(7)
    inside = 0
    for _ in range(200):
        came = pl.Series([True] * 15 + [False] * 60)
        said = pl.Series(np.concatenate([simulated.normal(1, 1, 15), simulated.normal(0, 1, 60)]))
        low, high = scores.auc_interval(scores.auc(said, came) or 0.0, 15, 60)
        inside += low <= 0.7602 <= high  # the area of two unit normals one apart: Phi(1 / sqrt 2)
    assert 0.90 <= inside / 200 <= 0.99


# --- split ------------------------------------------------------------------------------------------------------------


def snapshots(months: int = 24, companies: int = 40, horizon: int = 90) -> pl.DataFrame:
    """Month-end-like days, one row per company; every fifth company is lost at one time or another."""
    first = date(2024, 1, 31)
    rows = [
        (f"c{number:02}", day, day + timedelta(days=horizon), number % 5 == 0 and month % 8 == number % 8)
        for month in range(months)
        for day in [first + timedelta(days=30 * month)]
        for number in range(companies)
    ]
    return pl.DataFrame(rows, schema=["company_id", "day_on", "label_closed_on", "came"], orient="row")


def test_what_judges_is_later_than_all_that_was_learned_from() -> None:
    made = split.split(snapshots(), "came", "churn", POLICY)
    assert made.refusal is None
    cut = made.test["day_on"].min()
    assert made.train["label_closed_on"].max() <= cut  # type: ignore[operator]
    came = made.whole["came"].sum()
    assert 0.25 * came <= made.test["came"].sum() < 0.25 * came + made.test.filter(day_on=cut)["came"].sum()
    purged = made.whole.height - made.train.height - made.test.height
    assert purged == 40 * 2, "two months lie between: what came of them was not known yet"


def test_a_row_that_was_still_open_raises() -> None:
    rows = snapshots(6)
    with pytest.raises(split.LeakError, match="c00 on 2024-01-31: what came is known from 2024-04-30 on"):
        split.refuse_future(rows, date(2024, 4, 1))


def test_a_value_from_the_future_raises() -> None:
    told = pl.DataFrame({"company_id": ["a", "a"], "feature": ["nps", "arr"], "day_on": [date(2024, 1, 31)] * 2})
    split.refuse_foreknown(told.with_columns(known_on=pl.lit(date(2024, 1, 31))))
    late = told.with_columns(known_on=pl.Series([date(2024, 1, 31), date(2024, 2, 1)]))
    with pytest.raises(split.LeakError, match="arr of a on 2024-01-31 was not known before 2024-02-01"):
        split.refuse_foreknown(late)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"minimum_accounts": 41}, "40 customers with a past to learn from, 41 are needed: no probability is given."),
        ({"minimum_train_events": 9}, "8 losses to learn from, 9 are needed: no probability is given."),
        ({"minimum_test_events": 9}, "6 losses in the months that judge, 9 are needed: no probability is given."),
    ],
)
def test_thin_data_are_refused_in_words(change: dict[str, Any], words: str) -> None:
    assert split.split(snapshots(), "came", "churn", POLICY | change).refusal == words


def test_nothing_to_learn_from_is_refused_too() -> None:
    none = split.split(snapshots().clear(), "came", "expansion", POLICY)
    assert none.refusal == "No customers with a past to learn from, 20 are needed: no probability is given."
    assert none.train.is_empty()


# --- public data ------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(TELCO is None, reason="the public customers are not there")
def test_public_customers_are_told_as_well_as_others_do_and_no_better() -> None:
    assert TELCO is not None
    judged = list(telco.judge(telco.customers(TELCO), 1))
    mean = {name: sum(getattr(one, name) for one in judged) / 5 for name in ("auc", "average_precision", "brier")}
    assert telco.LOWEST <= mean["auc"] <= telco.HIGHEST
    assert mean["average_precision"] == pytest.approx(0.655, abs=0.02)
    assert mean["brier"] == pytest.approx(0.136, abs=0.003)


def test_the_benchmark_fails_where_something_leaks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    came = rng.random(200) < 0.3
    rows = {"customerID": [f"{n}" for n in range(200)], "told": came * 1.0 + rng.random(200) / 10}
    leak = pl.DataFrame(rows).with_columns(Churn=pl.Series(np.where(came, "Yes", "No")))
    leak.write_csv(tmp_path / telco.FILE)
    monkeypatch.setenv("RAPPORT_PUBLIC_DATA", str(tmp_path))
    with pytest.raises(SystemExit, match=r"should be from 0\.831 to 0\.86"):
        telco.benchmark(tmp_path, 1.0)


def test_log_odds_turn_back() -> None:
    said = pl.Series([0.1, 0.5, 0.99])
    assert [1 / (1 + exp(-odds)) for odds in scores.log_odds(said)] == pytest.approx(said.to_list())
