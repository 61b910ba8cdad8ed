"""Every invariant about cuts, cohorts and survival holds for a sound business, and names what is wrong in it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from revenue_rows import history, rate

if TYPE_CHECKING:
    from conftest import Bench

LIVES = """
    a s basic 2024-01-01 2024-03-01 1 100 EUR month
    a s plus 2024-03-01 - 1 120 EUR month
    b t basic 2024-01-01 2024-03-10 1 600 USD year
    b u basic 2024-05-01 - 1 40 EUR month
    c v basic 2024-02-01 2024-06-01 2 10 EUR week
"""
MADE = (
    "marts.company_month",
    "marts.arr_bridge",
    "marts.bridge_cut",
    "marts.cohort_month",
    "marts.retention_month",
    "marts.retention_cut",
    "marts.churn_month",
    "marts.churn_cut",
    "marts.survival",
    "intermediate.month",
)
ONE = Decimal(1)


def sound() -> dict[str, Any]:
    """A small business in which companies come, go, return, and change place, product and currency."""
    tables: dict[str, Any] = history(
        LIVES, "2024-07-01", exchange_rate=[rate("USD", f"2024-0{month}-28", f"1.{month}0") for month in range(1, 7)]
    )
    for row in tables["objects.subscription_version"]:
        row["product_id"] = row["item"]
    blank = {"name": "x", "known_from": "2024-01-01"}
    tables["history.company"] = [
        {**blank, "company_id": "a", "segment": "small", "valid_from": "2023-01-01", "valid_to": "2024-04-10"},
        {**blank, "company_id": "a", "segment": "large", "valid_from": "2024-04-10"},
        {**blank, "company_id": "c", "segment": "small", "valid_from": "2023-01-01"},
    ]
    return tables


@pytest.fixture(scope="module")
def made(bench: type[Bench]) -> dict[str, Any]:
    """The sound business with every table made from it."""
    built = bench(sound())
    return sound() | {name: built.want(name) for name in MADE}


def wrong(frame: pl.DataFrame, where: dict[str, Any], **changes: Any) -> pl.DataFrame:
    """The table with something added to the values of the one row that `where` names."""
    is_meant = pl.all_horizontal(pl.col(name) == value for name, value in where.items())
    assert frame.filter(is_meant).height == 1
    return frame.with_columns(
        pl.when(is_meant).then(pl.col(name) + change).otherwise(pl.col(name)).alias(name)
        for name, change in changes.items()
    ).cast(dict(frame.schema))


def place(dimension: str, member: str, month: int) -> dict[str, Any]:
    return {"dimension": dimension, "member": member, "month": date(2024, month, 1)}


def cohort(month_of_life: int) -> dict[str, Any]:
    return {"segment": "small", "cohort": date(2024, 1, 1), "month_of_life": month_of_life}


CUT, COHORT = "marts.bridge_cut", "marts.cohort_month"
SMALL = {"segment": "small", "month": date(2024, 4, 1), "window_months": 1}
LOST = {"segment": "small", "month": date(2024, 6, 1), "reason": "not stated"}
MISTAKES: dict[str, list[tuple[str, Any]]] = {
    "bridge_cut_closes": [
        (CUT, lambda t: wrong(t, place("segment", "large", 5), expansion=ONE)),
        (CUT, lambda t: wrong(t, place("product", "basic", 3), transfer_out=ONE)),
        (CUT, lambda t: wrong(t, place("currency", "USD", 2), fx=ONE)),
        (CUT, lambda t: wrong(t, place("segment", "large", 4), customers_transferred_in=1)),
    ],
    "bridge_cut_continues": [
        (CUT, lambda t: wrong(t, place("owner", "not stated", 4), opening=ONE)),
        (CUT, lambda t: wrong(t, place("segment", "large", 5), customers_opening=1)),
        (CUT, lambda t: t.filter(~((pl.col("member") == "large") & (pl.col("month") == date(2024, 5, 1))))),
    ],
    "cuts_sum_to_total": [
        *(
            (CUT, lambda t, name=name: wrong(t, place("country", "not stated", 5), **{name: ONE}))
            for name in ("opening", "new", "reactivation", "expansion", "contraction", "churn", "fx", "closing")
        ),
        *(
            (CUT, lambda t, name=name: wrong(t, place("parent", "no group", 5), **{f"customers_{name}": 1}))
            for name in ("opening", "new", "reactivated", "churned", "closing")
        ),
        *(
            (CUT, lambda t, name=name: t.filter(pl.col("dimension") != name))
            for name in ("segment", "country", "owner", "parent", "currency", "product")
        ),
        ("marts.arr_bridge", lambda t: t.head(5)),
    ],
    "transfers_net_to_zero": [
        (CUT, lambda t: wrong(t, place("segment", "large", 4), transfer_in=ONE)),
        (CUT, lambda t: wrong(t, place("product", "plus", 3), transfer_in=-ONE)),
        (CUT, lambda t: wrong(t, place("segment", "small", 4), customers_transferred_out=-1)),
        (
            CUT,
            lambda t: wrong(t, place("segment", "small", 4), transfer_in=-ONE).pipe(
                wrong, place("segment", "large", 4), transfer_in=ONE
            ),
        ),
    ],
    "cohort_starts_whole": [
        (COHORT, lambda t: wrong(t, cohort(0), net_mrr=ONE)),
        (COHORT, lambda t: wrong(t, cohort(0), companies_kept=-1)),
        (COHORT, lambda t: wrong(t, cohort(0), logo_retention=-0.5)),
        (COHORT, lambda t: wrong(t, cohort(2), companies_start=1)),
        (COHORT, lambda t: wrong(t, cohort(3), gross_mrr=ONE)),
        (COHORT, lambda t: t.filter(pl.col("month_of_life") > 0)),
    ],
    "cohorts_sum_to_bridge": [
        (COHORT, lambda t: wrong(t, cohort(2), net_mrr=ONE)),
        (COHORT, lambda t: wrong(t, cohort(2) | {"segment": "(all)"}, companies_kept=-1)),
        (COHORT, lambda t: t.filter(pl.col("segment") != "not stated")),
    ],
    "retention_cuts_sum": [
        ("marts.retention_cut", lambda t: wrong(t, SMALL, starting_mrr=ONE)),
        ("marts.retention_cut", lambda t: wrong(t, SMALL, remaining_customers=-1)),
        ("marts.retention_cut", lambda t: t.filter(pl.col("segment") != "small")),
    ],
    "churn_cuts_sum": [
        ("marts.churn_cut", lambda t: wrong(t, LOST, mrr_churned=ONE)),
        ("marts.churn_cut", lambda t: t.clear()),
        ("marts.churn_month", lambda t: t.clear()),
    ],
    "survival_falls": [
        ("marts.survival", lambda t: wrong(t, {"segment": "small", "month_of_life": 2}, churned=5)),
        ("marts.survival", lambda t: wrong(t, {"segment": "small", "month_of_life": 5}, survival=0.4)),
        ("marts.survival", lambda t: wrong(t, {"segment": "small", "month_of_life": 0}, at_risk=-1)),
    ],
}
PLANTED = [(name, number) for name, mistakes in MISTAKES.items() for number in range(len(mistakes))]


@pytest.mark.parametrize("invariant", sorted(MISTAKES))
def test_holds_for_a_sound_business(bench: type[Bench], made: dict[str, Any], invariant: str) -> None:
    assert bench(made).offenders(invariant).height == 0


@pytest.mark.parametrize(("invariant", "number"), PLANTED)
def test_names_what_is_wrong(bench: type[Bench], made: dict[str, Any], invariant: str, number: int) -> None:
    table, mistake = MISTAKES[invariant][number]
    assert bench(made | {table: mistake(made[table])}).offenders(invariant).height > 0


def test_the_sound_business_has_something_of_everything(made: dict[str, Any]) -> None:
    cuts = made[CUT].filter(pl.col("transfer_in") > 0)
    assert set(cuts["dimension"]) == {"segment", "product"}
    assert made[CUT].filter(pl.col("fx") != 0, dimension="currency", member="USD").height == 2
    assert made["marts.churn_cut"].height == 2
