"""Risk: what was learned is right, later months judge it, reasons add up, and thin data give words instead."""

from __future__ import annotations

import ast
from datetime import date, timedelta
from math import exp
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from conftest import MODELS, POLICIES, tables_in
from risk_rows import AS_OF, Past, month_end, planted

from models.intermediate import risk_prediction
from models.risk import fitting, learning, scores
from models.risk.split import LeakError

READY = date(2026, 3, 31)
"""The last month end whose 90 days are over."""


@pytest.fixture(scope="module")
def world(bench: Any) -> Any:
    """260 customers whose NPS tells who is lost; nothing tells who will pay more."""
    return bench(planted(260, 1.0).tables())


def model(made: Any, kind: str = "churn") -> dict[str, Any]:
    row: dict[str, Any] = made.want("marts.risk_model").row(by_predicate=pl.col("kind") == kind, named=True)
    return row


def test_losses_are_told_by_what_tells_them(world: Any) -> None:
    row = model(world)
    assert row["state"] == "learned"
    assert row["auc_low"] < row["auc"] < row["auc_high"]
    assert row["auc"] > 0.75
    assert row["brier"] < row["brier_base"]
    assert 0.6 < row["calibration_slope"] < 1.6
    assert row["lift_top_decile"] > 2
    said = world.want("intermediate.risk_prediction").filter(kind="churn")
    assert said["probability"].mean() == pytest.approx(said["came"].mean(), abs=0.03)
    assert world.want("marts.risk_reason").filter(kind="churn", place=1)["factor"].mode().to_list() == ["nps"]


def test_what_judges_comes_after_what_was_learned(world: Any) -> None:
    row = model(world)
    assert row["trained_to"] + timedelta(days=90) <= row["tested_from"]
    assert row["tested_to"] == READY, "what came after later month ends is not known yet"
    assert sorted(world.want("intermediate.risk_prediction")["day_on"].unique())[0] == row["tested_from"]


def test_what_nothing_tells_gets_no_probability(world: Any) -> None:
    row = model(world, "expansion")
    assert row["state"] == "no_better"
    assert row["auc_low"] < 0.5 < row["auc_high"]
    usual = f"{100 * row['trained_rate']:.1f}"
    assert row["words"].endswith(f"came no nearer to what happened than saying {usual} % of everybody: none is given.")
    accounts = world.want("marts.account_risk").filter(kind="expansion")
    assert set(accounts["state"]) == {"no_better"}
    assert accounts["probability"].null_count() == accounts.height
    words = "What was learned tells no more than the usual 4.3 %: no probability is given."
    assert accounts["words"].unique().to_list() == [words]
    assert world.want("marts.risk_reason").filter(kind="expansion").is_empty()


def test_reasons_come_to_the_probability(world: Any) -> None:
    assert world.offenders("risk_reasons_add_up").is_empty()
    assert world.offenders("no_risk_without_learning").is_empty()
    (intercept,) = world.want("intermediate.risk_weight").filter(kind="churn")["intercept"].unique()
    reasons = world.want("marts.risk_reason").filter(kind="churn")
    said = dict(world.want("marts.account_risk").filter(kind="churn").select("company_id", "probability").iter_rows())
    assert len(said) > 100
    for company_id, probability in said.items():
        odds = intercept + float(reasons.filter(company_id=company_id)["log_odds"].sum())
        assert probability == pytest.approx(1 / (1 + exp(-odds)), abs=0.00006)


def test_accounts_get_what_the_model_says_of_them(world: Any) -> None:
    """The tables' sums of reasons and the model itself, asked directly, say the same of every customer."""
    frames = {name: world.want(name) for name in risk_prediction.INPUTS}
    learned = learning.learn(frames, "churn", learning.splits(frames)["churn"].whole)
    present = frames["intermediate.risk_snapshot"].filter("is_present").sort("company_id")
    told, _ = learning.valued(present, frames["intermediate.risk_feature"])
    assert {"arr", "tenure", "score_change_last_month", "nps"} <= set(told.columns)
    assert 2 < told["arr"].mean() < 5, "the logarithm, not the amount"
    said = dict(zip(told["company_id"], fitting.predict(learned, told), strict=True))
    rows = world.want("marts.account_risk").filter(kind="churn").select("company_id", "probability")
    assert dict(rows.iter_rows()) == {name: pytest.approx(value, abs=0.0001) for name, value in said.items()}


def test_an_account_is_told_in_words(world: Any) -> None:
    rows = world.want("marts.account_risk").filter(kind="churn").sort("probability", descending=True)
    worst, best = rows.row(0, named=True), rows.row(-1, named=True)
    usual = model(world)["base_rate"]
    assert worst["words"] == (
        f"{100 * worst['probability']:.1f} % likely to be lost within 90 days; the usual is {100 * usual:.1f} %."
    )
    assert worst["reasons"].startswith("an NPS of 2 (×")
    assert (worst["decile"], best["decile"]) == (1, 10)
    assert best["probability"] < usual < worst["probability"]


def test_calibration_holds_every_row_that_judged(world: Any) -> None:
    bins = world.want("marts.risk_calibration").filter(kind="churn").sort("bin")
    assert bins["row_count"].sum() == model(world)["test_row_count"]
    assert bins["bin"].to_list() == list(range(1, 11))
    assert bins["predicted"].is_sorted()
    within = bins.filter((pl.col("predicted") >= pl.col("low")) & (pl.col("predicted") <= pl.col("high")))
    assert within.height >= 8


def test_the_same_rows_in_any_order_give_the_same_bytes(bench: Any, world: Any) -> None:
    tables = planted(260, 1.0).tables()
    mixed = {
        name: rows.sample(fraction=1, shuffle=True, seed=9) if isinstance(rows, pl.DataFrame) else rows[::-1]
        for name, rows in tables.items()
        if name != "meta.run"
    }
    again = bench({**mixed, "meta.run": tables["meta.run"]})
    for name in ("intermediate.risk_prediction", "intermediate.risk_weight", "marts.risk_model", "marts.account_risk"):
        left, right = (one.want(name).sort(pl.all()) for one in (world, again))
        assert left.equals(right), name


def test_shuffled_losses_are_not_told(world: Any) -> None:
    frames = {name: world.want(name) for name in risk_prediction.INPUTS}
    snapshot = frames["intermediate.risk_snapshot"].sort("company_id", "day_on")
    shuffled = snapshot.with_columns(is_lost=snapshot["is_lost"].sample(fraction=1, shuffle=True, seed=2))
    said = risk_prediction.build({**frames, "intermediate.risk_snapshot": shuffled}).filter(kind="churn")
    assert scores.auc(said["probability"], said["came"]) == pytest.approx(0.5, abs=0.06)


def test_a_column_from_the_future_raises(world: Any) -> None:
    frames = {name: world.want(name) for name in risk_prediction.INPUTS}
    snapshot = frames["intermediate.risk_snapshot"]
    told = snapshot.filter(pl.col("lost_on").is_not_null()).select(
        "company_id", "day_on", feature=pl.lit("lost_on"), value=pl.lit(1.0), known_on=pl.col("lost_on")
    )
    features = pl.concat(
        [frames["intermediate.risk_feature"], told.select(frames["intermediate.risk_feature"].columns)]
    )
    with pytest.raises(LeakError, match=r"lost_on of c\d+ on 20\d\d-\d\d-\d\d was not known before"):
        risk_prediction.build({**frames, "intermediate.risk_feature": features})


@pytest.mark.parametrize("name", ["risk_feature", "risk_snapshot"])
def test_the_past_is_read_from_what_was_known_then(name: str) -> None:
    """No object's present state: only spells' points, spans, and the months and days of revenue."""
    known = {"intermediate.health_point", "intermediate.health_total", "intermediate.customer_span"}
    known |= {"marts.company_month", "marts.mrr_change_day", "intermediate.risk_snapshot", "meta.run"}
    assert tables_in((MODELS / "intermediate" / f"{name}.sql").read_text()) <= known | {"policy.risk", "policy.revenue"}


def test_learning_is_imported_only_where_something_is_learned() -> None:
    for path in [*(MODELS / "risk").glob("*.py"), *(MODELS / "marts").glob("*risk*.py")]:
        for node in ast.parse(path.read_text()).body:
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not any(name.startswith(("sklearn", "threadpoolctl")) for name in names), path.name


# --- thin data, and accounts without a probability --------------------------------------------------------------------


def test_thin_data_are_refused_for_every_account(bench: Any) -> None:
    made = bench(planted(110, 0.2, rarely=5.0).tables())
    row = model(made)
    assert row["state"] == "too_thin"
    assert row["words"] == "11 losses to learn from, 20 are needed: no probability is given."
    assert (row["auc"], row["trained_from"], row["tested_to"]) == (None, None, None)
    accounts = made.want("marts.account_risk").filter(kind="churn")
    assert set(accounts.select("state", "words").rows()) == {("too_thin", row["words"])}
    for name in ("risk_reason", "risk_calibration"):
        assert made.want(f"marts.{name}").is_empty()
    for name in ("risk_reasons_add_up", "no_risk_without_learning"):
        assert made.offenders(name).is_empty()


def test_no_customers_at_all(bench: Any) -> None:
    made = bench(Past().tables())
    words = "No customers with a past to learn from, 100 are needed: no probability is given."
    assert made.want("marts.risk_model")["words"].to_list() == [words, words]
    assert made.want("marts.account_risk").is_empty()
    assert made.want("marts.health_backtest")["auc"].null_count() == 3


@pytest.fixture(scope="module")
def odd(bench: Any) -> Any:
    """The same past, with a customer who gave notice, one who pays nothing, one of whom little or nothing is known."""
    past = planted(260, 1.0)
    for name, notice, arr in (("noticed", date(2026, 6, 10), 900), ("free", None, 0), ("dark", None, 900)):
        coverage = 0.34 if name == "dark" else 0.9
        past.customer(name, "small", 20, 29, None, notice=notice, arr=arr, coverage=coverage)
        past.signs(name, AS_OF, {"nps": 10.0}, coverage)
    past.customer("unheard", "small", 20, 29, None, coverage=0)
    tables = past.tables()
    free = [row for row in tables["marts.company_month"] if row["company_id"] == "free"]
    for row in free:
        row["is_customer"] = False
    return bench(tables)


def test_who_gets_no_probability_is_told_why(odd: Any) -> None:
    rows = odd.want("marts.account_risk").filter(pl.col("kind") == "churn", ~pl.col("company_id").str.starts_with("c"))
    assert {name: (state, words) for name, state, words in rows.select("company_id", "state", "words").iter_rows()} == {
        "noticed": ("gave_notice", "Gave notice on 2026-06-10: no probability is given."),
        "free": ("not_paying", "Pays nothing at present: no probability is given."),
        "dark": ("unknown_signs", "Too little is known of it (34 % of what the signs weigh): no probability is given."),
        "unheard": (
            "unknown_signs",
            "Too little is known of it (0 % of what the signs weigh): no probability is given.",
        ),
    }
    assert rows["probability"].null_count() == rows["decile"].null_count() == 4
    for name in ("risk_reasons_add_up", "no_risk_without_learning"):
        assert odd.offenders(name).is_empty()


@pytest.mark.parametrize(
    ("invariant", "mistake"),
    [
        (
            "risk_reasons_add_up",
            "update marts.account_risk set probability = probability + 0.01 where state = 'scored'",
        ),
        ("risk_reasons_add_up", "delete from marts.risk_reason where place = 1"),
        ("no_risk_without_learning", "update marts.account_risk set probability = 0.5 where state = 'gave_notice'"),
        ("no_risk_without_learning", "update marts.account_risk set state = 'too_thin' where state = 'not_paying'"),
    ],
)
def test_invariants_find_mistakes(odd: Any, invariant: str, mistake: str) -> None:
    assert odd.offenders(invariant).is_empty()
    odd.con.execute("begin").execute(mistake)
    found = odd.offenders(invariant).height
    odd.con.execute("rollback")
    assert found > 0


# --- what came, day by day --------------------------------------------------------------------------------------------


def snapshots(bench: Any, past: Past, config: Path | None = None) -> dict[date, dict[str, Any]]:
    rows = bench(past.tables(), config).want("intermediate.risk_snapshot")
    return {row["day_on"]: row for row in rows.to_dicts()}


def one_customer(first: int, last: int, end: date | None, notice: date | None = None) -> Past:
    past = Past()
    past.customer("a", "small", first, last, end, notice=notice)
    for month in range(first, last + (end is None)):
        past.signs("a", month_end(month), {"nps": 50.0})
    return past


def test_a_loss_comes_within_ninety_days_of_its_day(bench: Any) -> None:
    """Lost on 29 June 2025: the end of March is 90 days before it, that of February 119."""
    found = snapshots(bench, one_customer(5, 17, date(2025, 6, 29)))
    assert {day: row["is_lost"] for day, row in found.items() if day >= date(2025, 1, 31)} == {
        date(2025, 1, 31): False,
        date(2025, 2, 28): False,
        date(2025, 3, 31): True,
        date(2025, 4, 30): True,
        date(2025, 5, 31): True,
    }
    assert found[date(2025, 2, 28)]["label_closed_on"] == date(2025, 5, 29)


def test_a_loss_on_the_ninety_first_day_is_none(bench: Any) -> None:
    found = snapshots(bench, one_customer(5, 17, date(2025, 6, 30)))
    assert [found[date(2025, month, day)]["is_lost"] for month, day in ((3, 31), (4, 30))] == [False, True]


def test_an_outcome_that_may_still_come_is_open(bench: Any) -> None:
    found = snapshots(bench, one_customer(20, 29, None))
    assert {day: row["label_closed_on"] is None for day, row in found.items()} == {day: day > READY for day in found}
    assert found[AS_OF]["is_present"]
    assert not found[READY]["is_present"]


def test_notice_is_known_from_its_day_on(bench: Any) -> None:
    found = snapshots(bench, one_customer(5, 17, date(2025, 6, 29), notice=date(2025, 4, 30)))
    assert [found[month_end(month)]["notice_on"] for month in (14, 15, 16)] == [
        None,
        date(2025, 4, 30),
        date(2025, 4, 30),
    ]


@pytest.mark.parametrize(("expansion", "is_grown"), [(4, False), (5, True)])
def test_a_small_rise_is_no_expansion(bench: Any, expansion: int, is_grown: bool) -> None:
    past = one_customer(5, 29, None)
    past.grown("a", date(2025, 6, 29), 100, expansion)
    found = snapshots(bench, past)
    assert [found[month_end(month)]["is_grown"] for month in (13, 14, 16, 17)] == [False, is_grown, is_grown, False]


def test_how_far_ahead_is_a_matter_of_policy(bench: Any, tmp_path: Path) -> None:
    text = (POLICIES / "risk.toml").read_text()
    (tmp_path / "risk.toml").write_text(text.replace("horizon_days = 90", "horizon_days = 30"))
    found = snapshots(bench, one_customer(5, 17, date(2025, 6, 29)), tmp_path)
    assert [found[month_end(month)]["is_lost"] for month in (15, 16)] == [False, True]


def test_of_many_customers_the_past_of_some_is_looked_at(bench: Any, tmp_path: Path) -> None:
    """The same ones each time, from first to last; the present of all."""
    text = (POLICIES / "risk.toml").read_text().replace("most_customers = 5000", "most_customers = 100")
    (tmp_path / "risk.toml").write_text(text)
    past = planted(150, 0.2)
    made = bench(past.tables(), tmp_path)
    rows, whole = made.want("intermediate.risk_snapshot"), bench(past.tables()).want("intermediate.risk_snapshot")
    drawn = rows.filter(~pl.col("is_present"))["company_id"].unique()
    assert drawn.len() == 100
    kept = whole.filter(pl.col("is_present") | pl.col("company_id").is_in(drawn.implode()))
    assert rows.sort("company_id", "day_on").equals(kept.sort("company_id", "day_on"))
    features = made.want("intermediate.risk_feature").filter(
        pl.col("day_on") == AS_OF, feature="score_change_last_month"
    )
    assert set(features["company_id"]) == set(rows.filter("is_present")["company_id"]), (
        "whose past is not drawn has one"
    )


def test_what_is_known_of_a_day(bench: Any) -> None:
    """Signs as they were, the score against the month ends a month and three months before, tenure and money."""
    past = Past()
    past.customer("a", "small", 5, 29, None, arr=1_000)
    for month in range(5, 30):
        past.signs("a", month_end(month), {"nps": float(month), "last_touch": None if month == 20 else 60.0})
    rows = bench(past.tables()).want("intermediate.risk_feature")
    found = {(row["day_on"], row["feature"]): row["value"] for row in rows.to_dicts()}
    day = month_end(20)
    assert found[day, "nps"] == 20
    assert (day, "last_touch") not in found
    assert found[day, "score_change_last_month"] == 20 - (19 + 60) / 2
    assert found[day, "score_change_earlier"] == (19 + 60) / 2 - (17 + 60) / 2
    assert found[day, "arr"] == 3
    assert found[month_end(5), "tenure"] == pytest.approx(3.4012, abs=0.0001)  # ln 30: June 2024 has 30 days
    assert (month_end(5), "score_change_last_month") not in found
    assert rows.filter(pl.col("known_on") > pl.col("day_on")).is_empty()
