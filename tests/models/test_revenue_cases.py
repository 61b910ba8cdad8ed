"""The written cases of what MRR, its movements and its rates must come to, under the standard policy."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from revenue_rows import by_month, discount, history, money, moves, rate

from models.policy import loading

if TYPE_CHECKING:
    from conftest import RunModels


def test_mrr_of_one_price(run_models: RunModels) -> None:
    """Case 1: every billing interval comes to a month."""
    lines = {
        "1 1200 EUR year": "100.0000",
        "1 90 EUR month 3": "30.0000",
        "1 10 EUR week": "43.3333",
        "1 20 EUR week 2": "43.3333",
        "1 2400 EUR year 2": "100.0000",
        "1 5 EUR day": "152.0833",
        "3 1000 EUR year": "250.0000",
    }
    text = "\n".join(f"c{n} s{n} i 2024-01-01 - {line}" for n, line in enumerate(lines))
    found = run_models(history(text, "2024-02-01"), "marts.company_month")["marts.company_month"]
    assert [money(value, "0.0001") for value in found.sort("company_id")["mrr"]] == list(lines.values())


def test_week_of_seven_thirtieths(run_models: RunModels, tmp_path: Path) -> None:
    """Case 1: 140 a week with the 30/7 switch."""
    shipped = (loading.HERE / "revenue.toml").read_text()
    (tmp_path / "revenue.toml").write_text(
        shipped.replace("numerator = 52\ndenominator = 12", "numerator = 30\ndenominator = 7")
    )
    tables = history("c s i 2024-01-01 - 1 140 EUR week", "2024-02-01")
    found = run_models(tables, "marts.mrr_movement", config=tmp_path)["marts.mrr_movement"]
    assert by_month(found, "closing") == ["2024-01 600.00"]


def test_items_are_summed_before_rounding(run_models: RunModels) -> None:
    """Case 2."""
    text = """
        a s i 2024-01-01 - 100 100 EUR month
        a s j 2024-01-01 - 50 600 EUR year
        b t i 2024-01-01 - 1 1000 EUR year
        b t j 2024-01-01 - 1 1000 EUR year
        b t k 2024-01-01 - 1 1000 EUR year
    """
    found = run_models(history(text, "2024-02-01"), "marts.company_month")["marts.company_month"].sort("company_id")
    assert found["mrr"].to_list() == [Decimal("12500"), Decimal("250")]


def test_time_limited_and_lasting_discounts(run_models: RunModels, tmp_path: Path) -> None:
    """Case 3: net falls while a discount runs, gross never; the shipped set `stripe` leaves time-limited ones out."""
    text = """
        a s i 2024-01-01 - 1 100 EUR month
        b t i 2024-01-01 - 1 300 EUR month 3
    """
    offs = [
        discount("s", "2024-01-10", "2024-04-10", percent_off=20),
        discount("t", "2024-01-01", amount_off=30, currency="EUR"),
    ]
    tables = history(text, "2024-05-01", subscription_discount=offs)
    found = run_models(tables, "marts.mrr_movement")["marts.mrr_movement"]
    limited, lasting = found.filter(company_id="a"), found.filter(company_id="b")
    assert by_month(limited, "closing", "gross_mrr") == [
        "2024-01 80.00 100.00",
        "2024-02 80.00 100.00",
        "2024-03 80.00 100.00",
        "2024-04 100.00 100.00",
    ]
    assert set(lasting["closing"]) == {Decimal(90)}
    assert set(lasting["gross_mrr"]) == {Decimal(100)}

    shipped = (loading.HERE / "revenue.toml").read_text()
    (tmp_path / "revenue.toml").write_text(shipped.replace("compared = []", 'compared = ["stripe"]'))
    found = run_models(tables, "marts.mrr_movement", config=tmp_path)["marts.mrr_movement"]
    assert set(found["policy_id"]) == {"standard", "stripe"}
    found = found.filter(policy_id="stripe")
    assert set(found.filter(company_id="a")["closing"]) == {Decimal(100)}
    assert set(found.filter(company_id="b")["closing"]) == {Decimal(90)}


def test_percent_before_fixed_amount_and_split_over_items(run_models: RunModels) -> None:
    """Case 4: 10 % for ever and 20 once, over two items."""
    text = """
        a s i 2024-01-01 - 1 100 EUR month
        a s j 2024-01-01 - 1 100 EUR month
    """
    offs = [
        discount("s", "2024-01-01", percent_off=10),
        discount("s", "2024-01-01", "2024-02-01", duration="once", amount_off=20, currency="EUR"),
    ]
    tables = history(text, "2024-04-01", subscription_discount=offs)
    found = run_models(tables, "marts.mrr_movement", "intermediate.subscription_item_span")
    assert by_month(found["marts.mrr_movement"], "closing") == ["2024-01 160.00", "2024-02 180.00", "2024-03 180.00"]
    first = found["intermediate.subscription_item_span"].filter(pl.col("runs_from") == pl.col("runs_from").min())
    assert first["net_mrr"].to_list() == [Decimal(80), Decimal(80)]


def test_fixed_discount_never_below_zero_and_residue_to_the_largest(run_models: RunModels) -> None:
    text = """
        a s i 2024-01-01 - 1 10 EUR month
        a s j 2024-01-01 - 1 10 EUR month
        a s k 2024-01-01 - 1 11 EUR month
        b t i 2024-01-01 - 1 10 EUR month
        b t j 2024-01-01 - 1 5 EUR month
    """
    offs = [
        discount("s", "2024-01-01", amount_off=10, currency="EUR"),
        discount("t", "2024-01-01", amount_off=15, currency="EUR"),
    ]
    tables = history(text, "2024-02-01", subscription_discount=offs)
    found = run_models(tables, "intermediate.subscription_item_span", "marts.company_month")
    spans = found["intermediate.subscription_item_span"].filter(company_id="a").sort("item")
    assert spans["net_mrr"].to_list() == [
        Decimal("6.774193548387"),
        Decimal("6.774193548387"),
        Decimal("7.451612903226"),
    ]
    assert found["marts.company_month"]["company_id"].to_list() == ["a"]


def test_what_does_not_count(run_models: RunModels) -> None:
    """Case 5: trials, metered usage and one-time sales are out, past due is in."""
    lines = [f"c s i{n} 2024-01-01 - 1 49 EUR month active" for n in range(5)]
    lines += [f"c s t{n} 2024-01-01 - 1 49 EUR month trialing" for n in range(8)]
    lines += ["c s p 2024-01-01 - 1 49 EUR month past_due", "c s m 2024-01-01 - 1 49 EUR month metered"]
    sale = [{"company_id": "c", "sold_on": "2024-01-05", "amount": 5000 * 39, "currency": "EUR"}]
    found = run_models(history("\n".join(lines), "2024-02-01", sale=sale), "marts.company_month")["marts.company_month"]
    assert by_month(found, "mrr") == ["2024-01 294.00"]


def test_a_life_of_one_customer(run_models: RunModels) -> None:
    """Case 6."""
    text = """
        c s1 y 2023-01-15 2024-01-15 4 500 EUR year
        c s2 m 2023-03-10 2023-06-20 2 30 EUR month
        c s3 m 2024-04-02 - 3 50 EUR month
    """
    found = run_models(history(text, "2024-06-01"), "marts.mrr_movement")["marts.mrr_movement"]
    assert moves(found) == [
        "2023-01 new 166.67",
        "2023-03 expansion 60.00",
        "2023-06 contraction 60.00",
        "2024-01 churn 166.67",
        "2024-04 reactivation 150.00",
    ]


def test_gone_and_back(run_models: RunModels) -> None:
    """Case 7: no rows while the customer is gone, but one at which it went."""
    text = """
        c s i 2023-11-01 2024-02-01 1 50 EUR month
        c t i 2024-04-01 2024-06-01 1 50 EUR month
        c t i 2024-06-01 2024-08-01 1 75 EUR month
    """
    found = run_models(history(text, "2024-10-01"), "marts.company_month", "marts.arr_bridge")
    month = found["marts.company_month"]
    assert moves(month) == [
        "2023-11 new 50.00",
        "2024-02 churn 50.00",
        "2024-04 reactivation 50.00",
        "2024-06 expansion 25.00",
        "2024-08 churn 75.00",
    ]
    assert [f"{day:%Y-%m}" for day in month.sort("month")["month"]] == [
        *("2023-11", "2023-12", "2024-01", "2024-02", "2024-04", "2024-05", "2024-06", "2024-07", "2024-08")
    ]
    assert by_month(found["marts.arr_bridge"], "closing")[-3:] == ["2024-07 900.00", "2024-08 0.00", "2024-09 0.00"]


@pytest.mark.parametrize(
    ("setting", "kinds"),
    [
        ('reactivation = "always"', ["reactivation", "reactivation"]),
        ('reactivation = "within_days"', ["reactivation", "new"]),
        ('reactivation = "never"', ["new", "new"]),
    ],
)
def test_what_counts_as_reactivation(run_models: RunModels, tmp_path: Path, setting: str, kinds: list[str]) -> None:
    """Back after 61 days, and after 92, with a limit of 90."""
    text = """
        a s i 2023-01-01 2023-02-01 1 50 EUR month
        a t i 2023-04-10 2023-06-01 1 50 EUR month
        b u i 2023-01-01 2023-02-01 1 50 EUR month
        b v i 2023-05-10 - 1 50 EUR month
    """
    shipped = (loading.HERE / "revenue.toml").read_text()
    (tmp_path / "revenue.toml").write_text(shipped.replace('reactivation = "always"', setting))
    found = run_models(history(text, "2023-07-01"), "marts.company_month", config=tmp_path)["marts.company_month"]
    back = found.filter(pl.col("months_since_first") > 0, ~pl.col("was_customer")).sort("month")
    assert back["movement"].to_list() == kinds


def test_committed_mrr_drops_what_is_known_to_end(run_models: RunModels) -> None:
    """Case 8: asked on 15 February; and again when it has happened."""
    text = """
        c a i 2024-01-01 - 1 100 EUR month
        c b i 2024-02-01 2024-03-01 1 100 EUR month
    """
    tables = history(text, "2024-02-15")
    found = run_models(tables, "marts.company_month", "marts.committed_mrr", "marts.committed_month")
    assert by_month(found["marts.company_month"], "mrr") == ["2024-01 100.00", "2024-02 200.00"]
    assert by_month(found["marts.committed_month"], "mrr", "committed_mrr")[:3] == [
        "2024-01 100.00 100.00",
        "2024-02 200.00 100.00",
        "2024-03 100.00 100.00",
    ]
    assert found["marts.committed_month"].height == 14
    assert found["marts.company_month"].sort("month")["is_complete"].to_list() == [True, False]
    committed = found["marts.committed_mrr"].row(0, named=True)
    assert (committed["mrr"], committed["leaving"], committed["committed_mrr"]) == (200, 100, 100)
    later = run_models(history(text, "2024-04-01"), "marts.company_month", "marts.committed_month")
    assert by_month(later["marts.company_month"], "mrr") == ["2024-01 100.00", "2024-02 200.00", "2024-03 100.00"]
    assert by_month(later["marts.committed_month"], "committed_mrr")[:3] == [
        *("2024-01 100.00", "2024-02 100.00", "2024-03 100.00")
    ]


def test_future_dated_change_moves_committed_mrr_only(run_models: RunModels) -> None:
    now = "c a i 2024-01-01 - 1 100 EUR month"
    later = """
        c a i 2024-01-01 2024-03-01 1 100 EUR month
        c a i 2024-03-01 - 1 130 EUR month
        d e i 2024-09-01 - 1 10 EUR month
    """
    wanted = ("marts.company_month", "marts.committed_mrr")
    before, after = (run_models(history(text, "2024-02-15"), *wanted) for text in (now, later))
    assert before["marts.company_month"].sort("month").equals(after["marts.company_month"].sort("month"))
    committed = after["marts.committed_mrr"].sort("company_id")
    assert committed["committed_mrr"].to_list() == [130, 10]
    assert committed["coming"].to_list() == [30, 10]


def test_cancellation_counts_when_it_takes_effect(run_models: RunModels) -> None:
    """A cancel date in the future leaves MRR alone; a subscription that has ended counts no longer."""
    tables = history("c a i 2024-01-01 - 1 100 EUR month\nd b i 2024-01-01 - 1 70 EUR month", "2024-03-10")
    tables["objects.subscription"][0] |= {"cancel_at": "2024-06-01", "canceled_at": "2024-02-20"}
    tables["objects.subscription"][1] |= {"ends_at": "2024-02-10"}
    found = run_models(tables, "marts.company_month", "marts.committed_mrr")
    paid = found["marts.company_month"]
    assert by_month(paid.filter(company_id="c"), "mrr") == ["2024-01 100.00", "2024-02 100.00", "2024-03 100.00"]
    assert by_month(paid.filter(company_id="d"), "mrr") == ["2024-01 70.00", "2024-02 0.00"]
    assert found["marts.committed_mrr"]["committed_mrr"].to_list() == [0]


def test_revaluation_is_fx_and_nothing_else(run_models: RunModels, tmp_path: Path) -> None:
    """Case 9: 100 EUR at 1.10 and then 1.05, in dollars."""
    shipped = (loading.HERE / "revenue.toml").read_text()
    dollars = shipped.replace('reporting_currency = "EUR"', 'reporting_currency = "USD"')
    (tmp_path / "revenue.toml").write_text(dollars)
    rates = [rate("USD", "2024-01-31", "1.10"), rate("USD", "2024-02-28", "1.05"), rate("USD", "2024-03-01", "9")]
    tables = history("c s i 2024-01-01 - 1 100 EUR month", "2024-03-01", exchange_rate=rates)
    found = run_models(tables, "marts.company_month", config=tmp_path)["marts.company_month"]
    assert by_month(found, "opening", "mrr") == ["2024-01 0.00 110.00", "2024-02 110.00 105.00"]
    assert moves(found) == ["2024-01 new 110.00", "2024-02 fx -5.00"]
    fixed = dollars.replace('conversion = "month_rate"', 'conversion = "fixed_rate"').replace(
        "# fixed_rate_on = 2026-01-01", "fixed_rate_on = 2024-02-10"
    )
    (tmp_path / "revenue.toml").write_text(fixed)
    found = run_models(tables, "marts.company_month", config=tmp_path)["marts.company_month"]
    assert moves(found) == ["2024-01 new 110.00"]


def test_change_of_currency_is_no_churn(run_models: RunModels) -> None:
    text = """
        c s i 2024-01-01 2024-02-15 1 100 EUR month
        c t i 2024-02-15 - 1 120 USD month
    """
    rates = [rate("USD", "2024-01-30", "1.20")]
    found = run_models(history(text, "2024-03-01", exchange_rate=rates), "marts.mrr_movement", "marts.company_month")
    native = found["marts.mrr_movement"]
    assert moves(native.filter(currency="EUR")) == ["2024-01 new 100.00", "2024-02 contraction 100.00"]
    assert moves(native.filter(currency="USD")) == ["2024-02 expansion 120.00"]
    assert moves(found["marts.company_month"], "0.001") == ["2024-01 new 100.000"]


def test_swapping_a_monthly_price_for_a_yearly_one_moves_nothing(run_models: RunModels) -> None:
    """Case 17."""
    text = """
        c s i 2024-01-01 2024-02-10 3 33.33 EUR month
        c t i 2024-02-10 2024-03-10 3 399.96 EUR year
        c u i 2024-03-10 - 1 199.98 EUR month 2
    """
    found = run_models(history(text, "2024-05-01"), "marts.mrr_movement")["marts.mrr_movement"]
    assert moves(found) == ["2024-01 new 99.99"]
