"""The ARR forecast: what its parts are made of, what past forecasts knew, and how far off they were."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest
from customer_rows import company, deal, one
from test_renewals import given, item, sub

from models.intermediate.forecast_interval import quantile
from models.policy import loading

CHANGED_FROM = datetime(2025, 9, 1)
AS_OF = datetime(2026, 7, 1)


def twelve(frame: pl.DataFrame, column: str, scenario: str = "base") -> list[int]:
    return [int(value) for value in frame.filter(scenario=scenario).sort("month")[column]]


def holds(made: Any) -> bool:
    return all(made.offenders(f"forecast_{name}").height == 0 for name in ("parts_sum", "scenarios_ordered"))


def test_what_is_agreed_runs_until_it_ends_or_comes_up(bench: Any) -> None:
    made = bench(
        given(
            [
                sub("monthly", auto_renew=True),
                sub("yearly", auto_renew=True),
                sub("leaving", cancel_at="2026-10-15", ends_at="2026-10-15", canceled_at="2026-06-01"),
                sub("signed", starts_at="2026-09-01", created_at="2026-05-01"),
            ],
            [
                item("monthly", 100),
                item("yearly", 1200, billing_interval="year"),
                item("leaving", 10, valid_to="2026-10-15"),
                item("signed", 7, valid_from="2026-09-01"),
            ],
        )
    )
    rows = made.want("marts.arr_forecast")
    assert rows["month"].unique().sort().to_list()[:2] == [date(2026, 7, 1), date(2026, 8, 1)]
    assert rows.height == 36
    # monthly 1,200, yearly 1,200 until its day in September, leaving 120 until October, signed 84 from September
    assert twelve(rows, "running") == [2520, 2520, 1404, *[1284] * 9]
    # one renewal is known, too few to learn from: the policy's one half
    assert twelve(rows, "renewals") == [0, 0, *[600] * 10]
    assert twelve(rows, "renewals", "optimistic") == [0, 0, *[1200] * 10]
    assert twelve(rows, "renewals", "pessimistic") == [0, 0, *[600] * 10]
    assert made.want("marts.renewal").filter(status="open")["base_forecast_reporting"].sum() * 12 == 600
    assert made.want("marts.arr_bridge").filter(month=date(2026, 6, 1))["closing"].item() == 2520
    assert holds(made)


def test_what_has_no_term_is_lost_and_grows_as_before(bench: Any) -> None:
    """200 stay 200 but for 20 lost in one month and 10 added in another, of twelve."""
    made = bench(
        given(
            [sub("a", auto_renew=True), sub("b", status="canceled", ends_at="2026-01-15", canceled_at="2026-01-01")],
            [
                item("a", 180, valid_to="2026-03-15"),
                item("a", 190, valid_from="2026-03-15"),
                item("b", 20, valid_to="2026-01-15"),
            ],
        )
    )
    rows = made.want("marts.arr_forecast")
    opening = 200 * 7 + 180 * 2 + 190 * 3
    first = one(rows, scenario="base", horizon=1)
    assert first["expected_loss"] == -round(Decimal(190 * 12 * 20) / opening, 6)
    assert first["expected_expansion"] == round(Decimal(190 * 12 * 10) / opening, 6)
    second = one(rows, scenario="base", horizon=2)
    kept = (1 - Decimal(20) / opening) ** 2
    assert second["expected_loss"] == round(190 * 12 * (kept - 1), 6)
    best, worst = one(rows, scenario="optimistic", horizon=1), one(rows, scenario="pessimistic", horizon=1)
    assert (best["expected_loss"], worst["expected_expansion"]) == (0, 0)
    assert holds(made)


def test_the_pipeline_brings_what_new_customers_may_pay(bench: Any) -> None:
    tables = given([sub("acme", auto_renew=True)], [item("acme", 100)])
    tables["sourced.opportunity"] = [
        deal("new", company_id="else", mrr=50, probability="0.4", expected_close_on="2026-08-10"),
        deal(
            "yearly", company_id="else", amount=1300, one_time_amount=100, contract_length_months=12, probability="0.1"
        ),
        deal("more", company_id="acme", mrr=1000, probability="1", opportunity_type="upsell"),
        deal("again", company_id="else", mrr=1000, probability="1", opportunity_type="renewal"),
        deal("unknown", company_id="else", amount=1000, probability="1"),
    ]
    rows = bench(tables).want("marts.arr_forecast")
    # 100 a month by one tenth from July on, 50 a month by four tenths from August on
    assert twelve(rows, "new_business") == [120, *[360] * 11]


def test_new_customers_come_as_before_where_the_pipeline_brings_less(bench: Any) -> None:
    """Of twelve months one brought 240: 20 a month; the pipeline brings 50 in August, so nothing is added there."""
    tables = given(
        [sub("acme", starts_at="2024-09-10", auto_renew=True), sub("new", starts_at="2026-02-10", auto_renew=True)],
        [item("acme", 100), item("new", 240, valid_from="2026-02-10")],
    )
    coming = {"mrr": 125, "probability": "0.4", "expected_close_on": "2026-08-10"}
    tables["sourced.opportunity"] = [deal("deal", company_id="else", **coming)]
    rows = bench(tables).want("marts.arr_forecast")
    assert twelve(rows, "new_business") == [0, *[600] * 11]
    assert twelve(rows, "further_business")[:4] == [240, 240, 480, 720]
    assert set(twelve(rows, "further_business", "pessimistic")) == {0}


def test_scenarios_take_the_likelihoods_of_source_and_history(bench: Any) -> None:
    tables = given([sub("acme", auto_renew=True)], [item("acme", 100)])
    decided = [deal(f"d{n}", status="won" if n < 2 else "lost", stage="End", closed_at="2026-05-20") for n in range(5)]
    tables["sourced.opportunity"] = [*decided, deal("new", company_id="else", mrr=100, probability="0.9")]
    tables["objects.opportunity_stage_history"] = [
        {"opportunity_id": row["opportunity_id"], "stage": "Offer", "entered_at": "2026-05-01"} for row in decided
    ]
    rows = bench(tables).want("marts.arr_forecast").filter(horizon=12)
    found = {row["scenario"]: row["new_business"] for row in rows.iter_rows(named=True)}
    assert found == {"base": 480, "optimistic": 1080, "pessimistic": 480}


# --- the back-test ----------------------------------------------------------------------------------------------------


def test_past_forecasts_stand_beside_what_came(bench: Any) -> None:
    """100 a month that became 150 on 10 January 2026, which nobody could know before."""
    first = "2023-09-10"
    items = [item("a", 100, valid_from=first, valid_to="2026-01-10"), item("a", 150, valid_from="2026-01-10")]
    made = bench(given([sub("a", starts_at=first, auto_renew=True)], items))
    rows = made.want("marts.arr_forecast_test")
    row = one(rows, made_on=date(2025, 12, 1), horizon=2)
    assert (row["month"], row["forecast"], row["actual"], row["error"]) == (date(2026, 1, 1), 1200, 1800, -600)
    assert round(row["percentage_error"], 6) == Decimal("-0.333333")
    assert one(rows, made_on=date(2025, 12, 1), horizon=1)["error"] == 0
    assert rows.filter(pl.col("month") > date(2026, 6, 1)).is_empty()
    # A year is learned from, so the first is made on 1 October 2024: 21 of one month, the ninth with eight before it.
    ahead_one = rows.filter(horizon=1)
    assert {row[:2] for row in ahead_one.select("forecast_count", "interval_count").rows()} == {(21, 13)}
    errors = [abs(row["forecast"] - row["actual"]) / row["actual"] for row in ahead_one.iter_rows(named=True)]
    assert round(ahead_one["mean_absolute_percentage_error"][0], 6) == round(sum(errors) / 21, 6)
    within = ahead_one.filter((pl.col("actual") >= pl.col("low")) & (pl.col("actual") <= pl.col("high"))).height
    assert round(ahead_one["interval_coverage"][0], 6) == round(Decimal(within) / 13, 6)
    assert one(ahead_one, made_on=date(2026, 1, 1))["is_covered"] is False
    ahead = made.want("marts.arr_forecast")
    assert one(ahead, scenario="base", horizon=1)["interval_from"] == "errors of past forecasts"
    assert one(ahead, scenario="optimistic", horizon=1)["low"] is None


def test_too_few_past_forecasts_give_no_interval(bench: Any) -> None:
    start = {"starts_at": "2026-01-10"}
    made = bench(given([sub("a", auto_renew=True, **start)], [item("a", 100, valid_from="2026-01-10")]))
    row = one(made.want("marts.arr_forecast"), scenario="base", horizon=1)
    assert (row["low"], row["high"], row["start_count"], row["interval_from"]) == (
        None,
        None,
        0,
        "none: too few past forecasts",
    )


def test_quantiles_lie_between_neighbours_in_proportion() -> None:
    values = [Decimal(n) for n in (1, 2, 4, 8)]
    assert [quantile(values, Decimal(share)) for share in ("0", "0.5", "0.9", "1")] == [1, 3, Decimal("6.8"), 8]


class Draw:
    """The days and numbers of one customer: what lies from `CHANGED_FROM` on comes from `other`."""

    def __init__(self, seed: int, number: int, twist: int) -> None:
        self.rng, self.other = Random(seed * 1000 + number), Random((seed * 1000 + number) * 10 + twist)

    def number(self, at: datetime) -> int:
        """A number that belongs to an instant."""
        known, late = self.rng.randint(5, 90), self.other.randint(5, 90)
        return known if at < CHANGED_FROM else late

    def day(self, first: datetime, reach: int) -> datetime:
        """A day after the first one."""
        day = first + timedelta(days=self.rng.randint(10, reach))
        late = max(first + timedelta(days=1), CHANGED_FROM) + timedelta(days=self.other.randint(0, 500))
        return day if day < CHANGED_FROM else late


def customer(name: str, draw: Draw) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """One subscription, by the month, the year or for a term, that may change its price and be canceled."""
    kind, start = draw.rng.choice(["month", "year", "term"]), draw.day(datetime(2023, 7, 1), 1000)
    raised, said = draw.day(start, 900), draw.day(start, 900)
    prices, notice = (draw.number(start), draw.number(raised)), timedelta(days=draw.number(said))
    end = None if said >= AS_OF else said + notice
    row = sub(name, starts_at=start, auto_renew=True)
    if kind == "term":
        end = start + timedelta(days=365)
        row |= {"ends_at": end, "auto_renew": False}
    elif end is not None:
        row |= {"ends_at": end, "canceled_at": said, "cancel_at": end, "auto_renew": False}
    first = {"billing_interval": "year" if kind == "year" else "month", "valid_from": start, "valid_to": end}
    if raised >= AS_OF or (end is not None and raised >= end):
        return row, [item(name, prices[0], **first)]
    return row, [
        item(name, prices[0], **(first | {"valid_to": raised})),
        item(name, prices[1], **(first | {"valid_from": raised})),
    ]


def world(seed: int, twist: int) -> dict[str, Any]:
    """Subscriptions and opportunities; what happens from `CHANGED_FROM` on depends on `twist`."""
    subs, items, deals, stages = [], [], [], []
    for number in range(60):
        draw = Draw(seed, number, twist)
        row, costs = customer(f"c{number}", draw)
        subs.append(row)
        items += costs
        opened = draw.day(datetime(2024, 1, 1), 800)
        closed = draw.day(opened, 200)
        won, mrr = draw.number(closed) > 40, draw.number(closed)
        status = "open" if closed >= AS_OF else "won" if won else "lost"
        told = (
            {"created_at": opened, "closed_at": closed, "stage": "Closed"} if closed < AS_OF else {"created_at": opened}
        )
        deals.append(deal(f"d{number}", company_id=f"n{number}", status=status, mrr=mrr, **told))
        stages.append({"opportunity_id": f"d{number}", "stage": "Offer", "entered_at": opened})
    tables = given(subs, items, company=[company(row["company_id"]) for row in subs])
    return tables | {"sourced.opportunity": deals, "objects.opportunity_stage_history": stages}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nothing_that_came_later_is_in_a_forecast(bench: Any, seed: int) -> None:
    def before(made: Any) -> tuple[pl.DataFrame, pl.DataFrame]:
        made_by = pl.col("made_on") <= CHANGED_FROM.date()
        outlook = made.want("intermediate.arr_outlook").filter(made_by).sort("made_on", "horizon")
        tested = made.want("marts.arr_forecast_test").filter(made_by).sort("made_on", "horizon")
        return outlook, tested.select("made_on", "horizon", "forecast", "low", "high", "start_count")

    one_world, other_world = bench(world(seed, 1)), bench(world(seed, 2))
    (outlook, tested), (other_outlook, other_tested) = before(one_world), before(other_world)
    assert outlook.height > 100
    assert sum(outlook[part].abs().sum() > 0 for part in ("running", "renewals", "new_business", "expected_loss")) == 4
    assert outlook.equals(other_outlook)
    assert tested.equals(other_tested)
    late = [made.want("marts.arr_forecast").sort("month", "scenario") for made in (one_world, other_world)]
    assert not late[0].equals(late[1]), "what came later is the same, so nothing was tested"
    assert holds(one_world)
    assert one_world.offenders("renewals_once").height == 0


def test_the_same_world_gives_the_same_forecast(bench: Any) -> None:
    tables = world(5, 1)
    turned = tables | {
        name: rows[::-1] for name, rows in tables.items() if isinstance(rows, list) and name != "meta.run"
    }
    made = [bench(given_rows).want("marts.arr_forecast").sort("month", "scenario") for given_rows in (tables, turned)]
    assert made[0].equals(made[1])


def test_sets_of_rules_beside_the_main_one_change_nothing(bench: Any, tmp_path: Path) -> None:
    text = (Path(loading.__file__).parent / "revenue.toml").read_text()
    (tmp_path / "revenue.toml").write_text(text.replace("compared = []", 'compared = ["stripe", "planhat"]'))
    alone, beside = bench(world(6, 1)), bench(world(6, 1), tmp_path)
    for name in ("marts.renewal", "marts.arr_forecast", "marts.arr_forecast_test", "marts.pipeline_month"):
        made = alone.want(name)
        assert made.sort(made.columns).equals(beside.want(name).sort(made.columns)), name


def test_invariants_notice_parts_and_scenarios_that_are_wrong(bench: Any) -> None:
    tables = given([sub("a", auto_renew=True)], [item("a", 100)])
    rows = bench(tables).want("marts.arr_forecast")
    money = pl.lit(Decimal(7)).cast(pl.Decimal(38, 12))
    summed = rows.with_columns(renewals=pl.when(pl.col("horizon") == 1).then(money).otherwise("renewals"))
    assert bench(tables | {"marts.arr_forecast": summed}).offenders("forecast_parts_sum").height == 3
    ordered = rows.with_columns(arr=pl.when(scenario="optimistic").then(money).otherwise("arr"))
    assert bench(tables | {"marts.arr_forecast": ordered}).offenders("forecast_scenarios_ordered").height == 12
