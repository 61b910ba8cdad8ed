"""Every revenue invariant holds for a sound business, and names the row when one number in it is wrong."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from revenue_rows import discount, history, rate

from models.policy import loading

if TYPE_CHECKING:
    from conftest import Bench

LIVES = """
    a s i 2024-01-01 2024-03-01 1 100 EUR month
    a s i 2024-03-01 - 1 120 EUR month
    a s j 2024-02-01 - 1 60 USD month
    b t i 2024-01-01 2024-03-10 1 600 EUR year
    b u i 2024-05-01 - 1 40 EUR month
    c v i 2024-02-01 2024-09-01 2 10 EUR week
"""
MADE = (
    "intermediate.month",
    "intermediate.month_rate",
    "intermediate.revenue_item_span",
    "marts.mrr_movement",
    "marts.mrr_change_day",
    "marts.mrr_day",
    "marts.company_month",
    "marts.arr_bridge",
    "marts.retention_month",
    "marts.churn_month",
    "marts.committed_mrr",
    "marts.committed_month",
    "marts.mrr_item",
)
ONE = Decimal(1)


def sound() -> dict[str, Any]:
    """A small business with everything that happens to one."""
    tables: dict[str, Any] = history(
        LIVES,
        "2024-07-01",
        subscription_discount=[discount("s", "2024-01-01", "2024-04-01", amount_off=10, currency="EUR")],
        exchange_rate=[rate("USD", f"2024-0{month}-28", f"1.{month}0") for month in range(1, 7)],
        churn_event=[{"company_id": "b", "churned_on": "2024-03-12", "primary_reason": "price"}],
    )
    return tables


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Policies with a second set of rules beside the main one."""
    folder = tmp_path_factory.mktemp("beside")
    shipped = (loading.HERE / "revenue.toml").read_text()
    (folder / "revenue.toml").write_text(shipped.replace("compared = []", 'compared = ["stripe"]'))
    return folder


@pytest.fixture(scope="module")
def made(bench: type[Bench], beside: Path) -> dict[str, Any]:
    """The sound business with every table made from it, in both sets of rules."""
    built = bench(sound(), beside)
    return sound() | {name: built.want(name) for name in MADE}


def wrong(frame: pl.DataFrame, where: pl.Expr, **changes: Any) -> pl.DataFrame:
    """The table with other values in the rows that `where` names; at least one must be there."""
    assert frame.filter(where).height
    return frame.with_columns(
        **{
            name: pl.when(where).then(value if isinstance(value, pl.Expr) else pl.lit(value)).otherwise(pl.col(name))
            for name, value in changes.items()
        }
    ).cast(dict(frame.schema))


def is_in(month: int, **keys: str) -> pl.Expr:
    """The rows of a month of 2024."""
    named = [pl.col(key) == value for key, value in keys.items()]
    return pl.all_horizontal(pl.col("month") == date(2024, month, 1), *named)


def without(frame: pl.DataFrame, where: pl.Expr) -> pl.DataFrame:
    assert frame.filter(where).height
    return frame.filter(~where)


MISTAKES: dict[str, tuple[str, Any]] = {
    "mrr_movement_closes": ("marts.mrr_movement", lambda t: wrong(t, is_in(3, company_id="a"), expansion=ONE)),
    "company_month_closes": ("marts.company_month", lambda t: wrong(t, is_in(3, company_id="a"), fx=ONE)),
    "arr_bridge_closes": ("marts.arr_bridge", lambda t: wrong(t, is_in(3), customers_churned=0)),
    "mrr_movement_continues": ("marts.mrr_movement", lambda t: without(t, is_in(4, company_id="a", currency="EUR"))),
    "company_month_continues": ("marts.company_month", lambda t: without(t, is_in(3, company_id="b"))),
    "arr_bridge_continues": ("marts.arr_bridge", lambda t: without(t, is_in(4))),
    "month_spine_whole": ("intermediate.month", lambda t: without(t, is_in(6))),
    "items_sum_to_company": (
        "intermediate.revenue_item_span",
        lambda t: wrong(t, pl.col("company_id") == "c", net_mrr=pl.col("net_mrr") + ONE),
    ),
    "currencies_sum_to_company": (
        "intermediate.month_rate",
        lambda t: wrong(t, pl.col("currency") == "USD", rate=ONE / 2),
    ),
    "companies_sum_to_bridge": ("marts.company_month", lambda t: without(t, is_in(5, company_id="a"))),
    "one_movement_per_company": ("marts.company_month", lambda t: wrong(t, is_in(3, company_id="b"), expansion=ONE)),
    "one_kind_over_currencies": (
        "marts.mrr_movement",
        lambda t: wrong(t, is_in(2, company_id="a", currency="USD"), expansion=0 * ONE, new=ONE).pipe(
            wrong, is_in(2, company_id="a", currency="EUR"), expansion=ONE, closing=99 * ONE
        ),
    ),
    "new_once_in_a_life": (
        "marts.company_month",
        lambda t: wrong(t, is_in(5, company_id="b"), movement="new"),
    ),
    "mrr_not_negative": ("marts.mrr_movement", lambda t: wrong(t, is_in(5, company_id="b"), gross_mrr=ONE)),
    "revaluation_moves_fx_only": ("marts.company_month", lambda t: wrong(t, is_in(6, company_id="a"), expansion=ONE)),
    "retention_in_bounds": (
        "marts.retention_month",
        lambda t: wrong(t, is_in(4) & (pl.col("window_months") == 3), net_revenue_retention=0.1),
    ),
    "churn_reasons_sum_to_bridge": ("marts.churn_month", lambda t: t.clear()),
    "committed_month_closes": ("marts.committed_month", lambda t: wrong(t, is_in(3, company_id="a"), signed=ONE)),
    "subscriptions_sum_to_company": (
        "marts.mrr_item",
        lambda t: wrong(
            t, (pl.col("company_id") == "a") & pl.col("runs_to").is_null(), net_mrr=pl.col("net_mrr") + ONE
        ),
    ),
    "committed_mrr_closes": ("marts.committed_mrr", lambda t: wrong(t, pl.col("company_id") == "a", leaving=ONE)),
    "days_sum_to_months": (
        "marts.mrr_change_day",
        lambda t: without(t, (pl.col("company_id") == "c") & (pl.col("new") > 0)),
    ),
    "days_end_with_bridge": ("marts.mrr_day", lambda t: wrong(t, pl.col("day") == date(2024, 3, 31), customer_count=9)),
    "exchange_rate_known": ("objects.exchange_rate", lambda t: t[:3]),
    "subscription_has_company": ("objects.company", lambda t: t[1:]),
    "one_version_at_a_time": ("objects.subscription_version", lambda t: [*t, t[1] | {"valid_from": "2024-04-01"}]),
    "credits_within_revenue": (
        "objects.subscription_version",
        lambda t: [*t, t[2] | {"item": "credit", "unit_amount": "-60.01", "valid_from": "2024-02-10"}],
    ),
    "price_within_reach": (
        "objects.subscription_version",
        lambda t: [*t, t[0] | {"item": "typo", "quantity": "10000001", "unit_amount": "100000000"}],
    ),
    "version_has_subscription": ("objects.subscription", lambda t: t[1:]),
    "discount_in_own_currency": (
        "objects.subscription_discount",
        lambda t: [t[0] | {"currency": "GBP"}],
    ),
    "derived_revenue_stands_alone": (
        "objects.subscription",
        lambda t: [*t, t[0] | {"subscription_id": "o:won", "derived_by": "won_opportunity"}],
    ),
}


@pytest.mark.parametrize("invariant", sorted(MISTAKES))
def test_holds_for_a_sound_business(bench: type[Bench], beside: Path, made: dict[str, Any], invariant: str) -> None:
    assert bench(made, beside).offenders(invariant).height == 0


@pytest.mark.parametrize("policy_id", ["standard", "stripe"])
@pytest.mark.parametrize("invariant", sorted(MISTAKES))
def test_names_what_is_wrong(
    bench: type[Bench], beside: Path, made: dict[str, Any], invariant: str, policy_id: str
) -> None:
    """One wrong table, in one set of rules; what follows from an object is made anew."""
    table, mistake = MISTAKES[invariant]
    given = made if table in MADE else sound()
    if table not in MADE:
        assert bench(given | {table: mistake(given[table])}, beside).offenders(invariant).height > 0
        return
    is_here = pl.col("policy_id") == policy_id
    broken = pl.concat([given[table].filter(~is_here), mistake(given[table].filter(is_here))])
    found = bench(given | {table: broken}, beside).offenders(invariant)
    assert set(found["policy_id"]) == {policy_id}


def test_days_end_with_the_bridge_to_the_last_place(bench: type[Bench], beside: Path, made: dict[str, Any]) -> None:
    """A dollar customer's month, a millionth beside what the month closes with."""
    is_day = pl.col("day") == date(2024, 3, 31)
    beside_it = made["marts.mrr_day"].with_columns(
        arr=pl.when(is_day).then(pl.col("arr") + ONE / 10**6).otherwise("arr")
    )
    found = bench(made | {"marts.mrr_day": beside_it}, beside).offenders("days_end_with_bridge")
    assert set(found["month"]) == {date(2024, 3, 1)}
