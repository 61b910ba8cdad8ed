"""The bridge by segment, country, owner, parent, product and currency: cases by hand, and random companies re-told."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import cut_oracle as oracle
import polars as pl
import pytest
import revenue_histories as histories
from mrr_oracle import STANDARD, Rules
from revenue_rows import history, rate
from revenue_sets import RATES, config

if TYPE_CHECKING:
    from conftest import Bench, RunModels

Row = dict[str, Any]
INVARIANTS = (
    *("bridge_cut_closes", "bridge_cut_continues", "cuts_sum_to_total", "transfers_net_to_zero"),
    *("cohort_starts_whole", "cohorts_sum_to_bridge", "retention_cuts_sum", "churn_cuts_sum"),
)
SHOWN = ("new", "reactivation", "expansion", "contraction", "churn", "fx", "transfer_in", "transfer_out")


def past(company: str, *rows: tuple[str, Row]) -> list[Row]:
    """A company's history: since when it stood how."""
    ends = [*(since for since, _ in rows[1:]), None]
    blank = {"company_id": company, "name": company, "known_from": "2024-01-01"}
    return [
        {**blank, **how, "valid_from": since, "valid_to": end} for (since, how), end in zip(rows, ends, strict=True)
    ]


def with_products(tables: Row) -> Row:
    """Every item is one of the product of its name."""
    for row in tables["objects.subscription_version"]:
        row["product_id"] = row["item"]
    return tables


def cut(frame: pl.DataFrame, dimension: str) -> list[str]:
    """`2024-03 smb 100: expansion 20 ... = 120 (1)` for each row, a month's worth, with the customers where counted."""
    lines = []
    for row in frame.filter(dimension=dimension).sort("month", "member").iter_rows(named=True):
        moved = [f"{name} {row[name] / 12:.2f}" for name in SHOWN if row[name] != 0]
        count = "" if row["customers_closing"] is None else f" ({row['customers_closing']})"
        head = f"{row['month']:%m} {row['member']} {row['opening'] / 12:.2f}"
        lines.append(f"{head}: {', '.join(moved) or '-'} = {row['closing'] / 12:.2f}{count}")
    return lines


def told(run_models: RunModels, tables: Row, dimension: str) -> list[str]:
    return cut(run_models(tables, "marts.bridge_cut")["marts.bridge_cut"], dimension)


def test_a_company_that_changes_segment_takes_its_revenue_along(run_models: RunModels) -> None:
    lives = "a s i 2024-01-01 2024-03-05 1 100 EUR month\na s i 2024-03-05 - 1 120 EUR month"
    stood = past("a", ("2023-06-01", {"segment": "small"}), ("2024-03-31T23:59:59.999999", {"segment": "large"}))
    tables = history(lives, "2024-05-01") | {"history.company": stood}
    assert told(run_models, tables, "segment") == [
        "01 small 0.00: new 100.00 = 100.00 (1)",
        "02 small 100.00: - = 100.00 (1)",
        "03 large 0.00: expansion 20.00, transfer_in 100.00 = 120.00 (1)",
        "03 small 100.00: transfer_out 100.00 = 0.00 (0)",
        "04 large 120.00: - = 120.00 (1)",
    ]
    assert [line for line in told(run_models, tables, "owner") if "transfer" in line] == []


def test_it_stood_before_the_first_row_as_in_it_and_what_nobody_says_is_a_member(run_models: RunModels) -> None:
    lives = "a s i 2024-01-01 - 1 100 EUR month\nb t i 2024-02-01 - 1 10 EUR month"
    stood = past("a", ("2024-02-10", {"country": "DE"}), ("2024-03-01", {"country": None}))
    tables = history(lives, "2024-04-01") | {"history.company": stood}
    assert told(run_models, tables, "country") == [
        "01 DE 0.00: new 100.00 = 100.00 (1)",
        "02 DE 100.00: - = 100.00 (1)",
        "02 not stated 0.00: new 10.00 = 10.00 (1)",
        "03 DE 100.00: transfer_out 100.00 = 0.00 (0)",
        "03 not stated 10.00: transfer_in 100.00 = 110.00 (2)",
    ]


def test_who_goes_away_is_lost_where_it_paid_and_may_come_back_elsewhere(run_models: RunModels) -> None:
    lives = "a s i 2024-01-01 2024-02-10 1 100 EUR month\na s i 2024-04-10 - 1 30 EUR month"
    stood = past("a", ("2023-06-01", {"owner_id": "ann"}), ("2024-02-05", {"owner_id": "bob"}))
    tables = history(lives, "2024-05-01") | {"history.company": stood}
    assert told(run_models, tables, "owner") == [
        "01 ann 0.00: new 100.00 = 100.00 (1)",
        "02 ann 100.00: churn 100.00 = 0.00 (0)",
        "04 bob 0.00: reactivation 30.00 = 30.00 (1)",
    ]


def test_a_company_that_is_bought_brings_its_revenue_into_the_group(run_models: RunModels) -> None:
    lives = "a s i 2024-01-01 - 1 100 EUR month\nb t i 2024-01-01 - 1 10 EUR month\nc u i 2024-01-01 - 1 1 EUR month"
    stood = [
        *past("a", ("2023-06-01", {})),
        *past("b", ("2023-06-01", {}), ("2024-02-20", {"parent_company_id": "a"}), ("2024-03-20", {})),
        *past("c", ("2023-06-01", {}), ("2024-02-21", {"parent_company_id": "b"})),
    ]
    tables = history(lives, "2024-04-01") | {"history.company": stood}
    assert told(run_models, tables, "parent") == [
        "01 no group 0.00: new 111.00 = 111.00 (3)",
        "02 a 0.00: transfer_in 111.00 = 111.00 (3)",
        "02 no group 111.00: transfer_out 111.00 = 0.00 (0)",
        "03 a 111.00: transfer_out 111.00 = 0.00 (0)",
        "03 b 0.00: transfer_in 11.00 = 11.00 (2)",
        "03 no group 0.00: transfer_in 100.00 = 100.00 (1)",
    ]


def test_a_swap_of_products_is_a_transfer_and_only_the_rest_moves_the_company(run_models: RunModels) -> None:
    lives = """
        a s basic 2024-01-01 2024-02-10 1 100 EUR month
        a s extra 2024-01-01 - 1 20 EUR month
        a s plus 2024-02-10 2024-04-10 1 150 EUR month
        a s care 2024-02-10 2024-03-10 1 30 EUR month
        a s basic 2024-04-10 - 1 90 EUR month
    """
    tables = with_products(history(lives, "2024-05-01"))
    assert told(run_models, tables, "product") == [
        "01 basic 0.00: new 100.00 = 100.00",
        "01 extra 0.00: new 20.00 = 20.00",
        "02 basic 100.00: transfer_out 100.00 = 0.00",
        "02 care 0.00: expansion 30.00 = 30.00",
        "02 extra 20.00: - = 20.00",
        "02 plus 0.00: expansion 50.00, transfer_in 100.00 = 150.00",
        "03 care 30.00: contraction 30.00 = 0.00",
        "03 extra 20.00: - = 20.00",
        "03 plus 150.00: - = 150.00",
        "04 basic 0.00: transfer_in 90.00 = 90.00",
        "04 extra 20.00: - = 20.00",
        "04 plus 150.00: contraction 60.00, transfer_out 90.00 = 0.00",
    ]


def test_a_credit_is_no_customer_and_a_product_that_is_left_last_is_lost(run_models: RunModels) -> None:
    lives = """
        a s basic 2024-01-01 2024-03-10 1 100 EUR month
        a s extra 2024-01-01 2024-02-10 1 20 EUR month
        a s credit 2024-02-01 2024-03-01 1 -130 EUR month
    """
    tables = with_products(history(lives, "2024-04-01"))
    assert told(run_models, tables, "product") == [
        "01 basic 0.00: new 100.00 = 100.00",
        "01 extra 0.00: new 20.00 = 20.00",
        "02 basic 100.00: churn 100.00 = 0.00",
        "02 extra 20.00: churn 20.00 = 0.00",
    ]


def test_who_pays_in_another_currency_from_now_on_has_changed_currency_only(run_models: RunModels) -> None:
    lives = "a s i 2024-01-01 2024-03-01 1 110 USD month\na t i 2024-03-01 - 1 105 EUR month"
    rates = [rate("USD", "2023-12-30", "1.10"), rate("USD", "2024-02-28", "1.00")]
    tables = history(lives, "2024-04-01", exchange_rate=rates)
    assert told(run_models, tables, "currency") == [
        "01 USD 0.00: new 100.00 = 100.00",
        "02 USD 100.00: fx 10.00 = 110.00",
        "03 EUR 0.00: transfer_in 105.00 = 105.00",
        "03 USD 110.00: contraction 5.00, transfer_out 105.00 = 0.00",
    ]


# --- random companies -------------------------------------------------------------------------------------------------

AS_OF = datetime(2025, 3, 17, 11, 30)
SETS = {
    "group": Rules(grain="parent", snapshot="first_instant"),
    "items": Rules(grain="item", rounding="per_item", reactivation="never"),
    "chains": Rules(grain="subscription", basis="invoice_line"),
}


def world(seed: int, companies: int = 120) -> Row:
    """Random lives with random products, and random histories of where the companies stood; some have none."""
    random = Random(seed)
    made = histories.make(seed=seed, companies=companies)
    tables: Row = histories.tables(made, AS_OF) | {"objects.exchange_rate": RATES}
    for row in tables["objects.subscription_version"]:
        row["product_id"] = random.choice((None, "p1", "p2", "p3"))
    stood: list[Row] = []
    for company in tables["objects.company"]:
        since = datetime(2022, 12, 1) + timedelta(days=random.randrange(300))
        for _ in range(random.choice((1, 1, 2, 3, 6))):
            how = {
                "segment": random.choice((None, "small", "large")),
                "country": random.choice(("DE", "FR")),
                "owner_id": random.choice(("ann", "bob", "cy")),
                "parent_company_id": random.choice((None, None, random.choice(made).name)),
            }
            stood += past(company["company_id"], (since.isoformat(), how))
            since += timedelta(days=random.choice((0, 3, 20, 200)), hours=random.randrange(1, 24))
        company |= {name: stood[-1][name] for name in how}
    return tables | {"history.company": stood}


def given_history(tables: Row) -> list[Row]:
    return [{**row, "valid_from": datetime.fromisoformat(row["valid_from"])} for row in tables["history.company"]]


def differing(left: oracle.Cut, right: oracle.Cut, within: Decimal) -> list[Any]:
    """Keys and columns in which two tellings differ by more than `within`; what one does not tell is nothing."""
    zero: dict[str, Decimal] = defaultdict(Decimal)
    return [
        (key, name, left.get(key, zero)[name], right.get(key, zero)[name])
        for key in left.keys() | right.keys()
        for name in (*oracle.AMOUNTS, *oracle.MOVED, *oracle.COUNTED)
        if abs(left.get(key, zero)[name] - right.get(key, zero)[name]) > within
    ]


@pytest.mark.parametrize("seed", [1, 2])
def test_random_companies_stand_where_the_walk_says(bench: type[Bench], tmp_path: Path, seed: int) -> None:
    tables = world(seed)
    made = bench(tables, config(tmp_path, zone="America/New_York", main=STANDARD, **SETS))
    months = made.want("marts.company_month").to_dicts()
    valued = made.want("intermediate.month").to_dicts()
    names = [row["company_id"] for row in tables["objects.company"]]
    expected = oracle.by_place(months, valued, given_history(tables), names)
    found = oracle.told(made.want("marts.bridge_cut").to_dicts())
    placed = {key: row for key, row in found.items() if key[1] not in ("product", "currency")}
    assert len(placed) > 1000
    assert differing(placed, expected, Decimal(0)) == []
    assert {name: made.offenders(name).height for name in INVARIANTS} == dict.fromkeys(INVARIANTS, 0)


def native_of(made: Bench) -> dict[tuple[str, Any, str, str], Decimal]:
    """What each company pays for each product in each currency at each month's end, from items; nothing if less."""
    found: dict[tuple[str, Any, str, str], Decimal] = defaultdict(Decimal)
    spans = made.want("intermediate.revenue_item_span").filter(policy_id="standard").to_dicts()
    for month in made.want("intermediate.month").filter(policy_id="standard").to_dicts():
        for span in spans:
            if span["runs_from"] <= month["valued_at"] and (span["runs_to"] or AS_OF) > month["valued_at"]:
                key = span["company_id"], month["month"], span["currency"], span["product_id"] or "not stated"
                found[key] += span["net_mrr"]
    whole: dict[tuple[str, Any, str], Decimal] = defaultdict(Decimal)
    for (company, month, currency, _), amount in found.items():
        whole[company, month, currency] += amount
    return {key: amount for key, amount in found.items() if oracle.money(whole[key[:3]]) > 0}


def rates_of(made: Bench) -> dict[tuple[Any, str], Decimal]:
    rows = made.want("intermediate.month_rate").filter(policy_id="standard").to_dicts()
    return {(row["month"], row["currency"]): row["rate"] or Decimal(0) for row in rows}


@pytest.mark.parametrize("seed", [3, 4])
def test_random_companies_pay_for_what_and_in_what_the_walk_says(bench: type[Bench], seed: int) -> None:
    made = bench(world(seed))
    rows = made.want("marts.company_month").to_dicts()
    kinds = {(row["company_id"], row["month"]): row["movement"] for row in rows}
    months = sorted(row["month"] for row in made.want("intermediate.month").to_dicts())
    found = oracle.told(made.want("marts.bridge_cut").to_dicts())
    products = oracle.by_slot("product", native_of(made), months, rates_of(made), kinds)
    told = {key: row for key, row in found.items() if key[1] == "product"}
    assert differing(told, products, Decimal("0.005")) == []
    paid = {
        (row["company_id"], row["month"], row["currency"], row["currency"]): row["closing"]
        for row in made.want("marts.mrr_movement").to_dicts()
    }
    currencies = oracle.by_slot("currency", paid, months, rates_of(made), kinds)
    told = {key: row for key, row in found.items() if key[1] == "currency"}
    assert differing(told, currencies, Decimal(0)) == []
    assert any(row["transfer_in"] for row in products.values())
    assert any(row["transfer_in"] for row in currencies.values())


def test_the_order_of_rows_means_nothing(bench: type[Bench]) -> None:
    tables = world(7, companies=60)
    turned = {name: rows if name == "meta.run" else rows[::-1] for name, rows in tables.items()}
    left, right = (bench(rows).want("marts.bridge_cut") for rows in (tables, turned))
    keys = ["policy_id", "dimension", "member", "month"]
    assert left.height > 500
    assert left.sort(keys).equals(right.sort(keys))


def test_a_row_stands_in_every_month_in_which_something_is_paid(run_models: RunModels) -> None:
    made = run_models(history("a s i 2024-01-15 2024-03-01 1 100 EUR month", "2024-05-01"), "marts.bridge_cut")
    rows = made["marts.bridge_cut"].filter(dimension="segment")
    assert rows["month"].sort().to_list() == [date(2024, 1, 1), date(2024, 2, 1), date(2024, 3, 1)]


def test_rates_are_those_of_the_business_where_all_stand_together(bench: type[Bench]) -> None:
    tables = world(5)
    alike = [{"segment": "one", "company_id": row["company_id"], "name": "x"} for row in tables["objects.company"]]
    made = bench(tables | {"objects.company": alike, "history.company": []})
    cut = made.want("marts.revenue_rate_cut").filter(dimension="segment", member="one").sort("month")
    whole = made.want("marts.revenue_rate_month").join(cut, on="month", how="semi").sort("month")
    shared = [name for name in whole.columns if name in cut.columns]
    assert cut.height > 20
    assert cut.drop_nulls(("ltv", "quick_ratio", "asp")).height > 10
    assert cut.select(shared).equals(whole.select(shared))


def test_rates_of_a_segment_count_a_company_that_moves_where_it_goes(run_models: RunModels) -> None:
    lives = """
        a s i 2024-01-01 2024-02-05 1 100 EUR month
        a s i 2024-02-05 - 1 60 EUR month
        b t i 2024-01-01 2024-02-10 1 40 EUR month
        c u i 2024-02-01 - 1 30 EUR month
    """
    stood = [
        *past("a", ("2023-06-01", {"segment": "small"}), ("2024-02-03", {"segment": "large"})),
        *past("b", ("2023-06-01", {"segment": "small"})),
        *past("c", ("2023-06-01", {"segment": "small"})),
    ]
    tables = history(lives, "2024-03-01") | {"history.company": stood}
    rows = run_models(tables, "marts.revenue_rate_cut")["marts.revenue_rate_cut"]
    found = {row["member"]: row for row in rows.filter(dimension="segment", month=date(2024, 2, 1)).to_dicts()}
    names = ("gross_mrr_churn_rate", "logo_churn_rate", "trailing_logo_churn_rate", "quick_ratio", "arpa", "asp", "ltv")
    assert [found["small"][name] for name in names] == [1, 1, 1, 0.75, 30, 30, 30]
    assert [found["large"][name] for name in names] == [0.4, 0, 0, 0, 60, None, None]
