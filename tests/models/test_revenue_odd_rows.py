"""What rows come to that contradict each other or end without saying so: overlaps, ends, credits, huge sums."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from behaviour_rows import subscribed as agreed
from revenue_rows import Tables, by_month, discount, history, moves, rate

from models.policy import loading

if TYPE_CHECKING:
    from conftest import Bench, RunModels

RANKS = [{"source": "files", "trust": 0}, {"source": "bank", "trust": 1}]
AS_OF = "2024-08-10"
ONE = "c s i 2024-01-01 - 1 100 EUR month"


def paid(run_models: RunModels, tables: Tables, *columns: str, config: Path | None = None) -> list[str]:
    found = run_models(tables, "marts.mrr_movement", config=config)["marts.mrr_movement"]
    return by_month(found, *(columns or ("closing",)), places="1")


def subscribed(text: str, as_of: str = AS_OF, **fields: Any) -> Tables:
    """A history whose one subscription says more of itself."""
    tables = history(text, as_of)
    tables["objects.subscription"][0] |= fields
    return tables


# --- exchange rates of people and of a bank ---------------------------------------------------------------------------


def rates(*lines: str) -> list[dict[str, Any]]:
    """Rows from lines `source day units loaded_at`, in dollars."""
    rows = []
    for line in lines:
        source, day, units, loaded = line.split()
        rows.append(rate("USD", day, units) | {"source_system": source, "loaded_at": loaded})
    return rows


@pytest.mark.parametrize("bank_loaded", ["2023-01-01", "2025-01-01"])
@pytest.mark.parametrize("manual_on", ["2024-02-29", "2024-02-10"])
def test_a_manual_rate_is_never_overwritten(run_models: RunModels, bank_loaded: str, manual_on: str) -> None:
    """Neither by the bank's rate of its day nor by a later one of its month; before it, and next month, the bank's."""
    given = rates(
        f"files {manual_on} 2 2024-03-05",
        *(f"bank {day} 1.25 {bank_loaded}" for day in ("2024-01-31", "2024-02-10", "2024-02-29", "2024-03-29")),
    )
    tables = history("c s i 2024-01-01 - 1 100 USD month", "2024-04-01", exchange_rate=given)
    found = run_models(tables | {"policy.source_rank": RANKS}, "marts.company_month")["marts.company_month"]
    assert by_month(found, "mrr") == ["2024-01 80.00", "2024-02 50.00", "2024-03 80.00"]


def test_of_two_tellings_by_one_source_the_newest_stands(run_models: RunModels) -> None:
    given = rates("files 2024-01-20 4 2024-02-01", "files 2024-01-20 2 2024-03-01", "bank 2024-01-20 8 2024-04-01")
    tables = history("c s i 2024-01-01 - 1 100 USD month", "2024-02-01", exchange_rate=given)
    found = run_models(tables | {"policy.source_rank": RANKS}, "marts.company_month")["marts.company_month"]
    assert by_month(found, "mrr") == ["2024-01 50.00"]
    tables["objects.exchange_rate"][1]["source_deleted_at"] = "2024-03-02"
    tables["objects.exchange_rate"][0]["source_deleted_at"] = "2024-03-02"
    found = run_models(tables | {"policy.source_rank": RANKS}, "marts.company_month")["marts.company_month"]
    assert by_month(found, "mrr") == ["2024-01 12.50"]


# --- versions of one item that overlap --------------------------------------------------------------------------------

OVERLAPS = {
    "the earlier goes on": (
        "c s i 2024-01-01 2024-07-01 1 100 EUR month\nc s i 2024-03-01 2024-05-01 1 40 EUR month",
        [100, 100, 40, 40, 100, 100, 0],
    ),
    "the earlier never ends": (
        "c s i 2024-01-01 - 1 100 EUR month\nc s i 2024-03-01 2024-05-01 1 40 EUR month",
        [100, 100, 40, 40, 100, 100, 100, 100],
    ),
    "the later never ends": (
        "c s i 2024-01-01 2024-05-01 1 100 EUR month\nc s i 2024-03-01 - 1 40 EUR month",
        [100, 100, 40, 40, 40, 40, 40, 40],
    ),
    "one within one within one": (
        "c s i 2024-01-01 - 1 100 EUR month\nc s i 2024-02-01 2024-07-01 1 40 EUR month\n"
        "c s i 2024-03-01 2024-05-01 1 7 EUR month",
        [100, 40, 7, 7, 40, 40, 100, 100],
    ),
    "paused for a while": (
        "c s i 2024-01-01 - 1 100 EUR month\nc s i 2024-03-01 2024-05-01 1 100 EUR month paused",
        [100, 100, 0, 100, 100, 100, 100],
    ),
    "two items add up": (
        "c s i 2024-01-01 2024-07-01 1 100 EUR month\nc s j 2024-03-01 2024-05-01 1 40 EUR month",
        [100, 100, 140, 140, 100, 100, 0],
    ),
    "told twice": (
        "c s i 2024-01-01 2024-07-01 1 40 EUR month\nc s i 2024-01-01 2024-03-01 1 100 EUR month",
        [100, 100, 0],
    ),
}


@pytest.mark.parametrize("name", OVERLAPS)
def test_versions_that_overlap(run_models: RunModels, name: str) -> None:
    text, amounts = OVERLAPS[name]
    found = paid(run_models, history(text, AS_OF))
    assert [int(line.split()[1]) for line in found] == amounts


def test_overlaps_are_told_and_break_nothing(bench: type[Bench]) -> None:
    made = bench(history(OVERLAPS["one within one within one"][0], AS_OF))
    assert made.offenders("one_version_at_a_time").height == 2
    for name in ("items_sum_to_company", "mrr_movement_closes", "mrr_movement_continues", "committed_mrr_closes"):
        assert made.offenders(name).height == 0


def test_a_deleted_version_gives_way_to_the_one_before(run_models: RunModels) -> None:
    tables = history("c s i 2024-01-01 - 1 100 EUR month\nc s i 2024-03-01 - 1 40 EUR month", "2024-06-01")
    tables["objects.subscription_version"][1]["source_deleted_at"] = "2024-04-15"
    assert paid(run_models, tables) == ["2024-01 100", "2024-02 100", "2024-03 40", "2024-04 100", "2024-05 100"]


def test_what_renews_is_what_ran_last(bench: type[Bench]) -> None:
    """Of two versions that run when a term ends, one goes on, the one that ran."""
    text = "c s i 2024-01-01 - 1 100 EUR month\nc s i 2024-03-01 - 1 40 EUR month"
    tables = subscribed(text, "2025-03-10", ends_at="2025-01-01", auto_renew=True)
    tables["sourced.subscription"] = tables.pop("objects.subscription")
    tables["sourced.subscription_version"] = tables.pop("objects.subscription_version")
    made = bench(tables)
    renewed = made.want("objects.subscription_version").filter(pl.col("subscription_id").str.contains("renewed"))
    assert renewed["unit_amount"].to_list() == [Decimal(40)]
    assert by_month(made.want("marts.mrr_movement"), "closing", places="1")[-2:] == ["2025-02 40", "2025-03 40"]


# --- ends that only the subscription tells ----------------------------------------------------------------------------

THREE = ["2024-01 100", "2024-02 100", "2024-03 100", "2024-04 0"]
ALL = [f"2024-{month:02d} 100" for month in range(1, 9)]
ENDS: dict[str, tuple[dict[str, Any], list[str], list[int]]] = {
    "canceled": ({"status": "canceled", "canceled_at": "2024-04-10"}, THREE, []),
    "canceled, when it was to end": (
        {"status": "canceled", "canceled_at": "2024-02-10", "cancel_at": "2024-04-10"},
        THREE,
        [],
    ),
    "canceled, when it ended": (
        {"status": "canceled", "canceled_at": "2024-02-10", "cancel_at": "2024-03-10", "ends_at": "2024-04-10"},
        THREE,
        [],
    ),
    "canceled, with a term that would renew": (
        {"status": "canceled", "ends_at": "2024-04-10", "auto_renew": True},
        THREE,
        [],
    ),
    "canceled, no day given": ({"status": "canceled", "updated_at": "2024-04-10"}, THREE, []),
    "canceled, running to the end of what is paid": (
        {"status": "canceled", "canceled_at": "2024-02-10", "ends_at": "2024-12-01", "auto_renew": True},
        ALL,
        [0],
    ),
    "to end, and past": ({"cancel_at": "2024-04-10", "canceled_at": "2024-02-10"}, THREE, []),
    "to end, and to come": ({"cancel_at": "2024-10-10"}, ALL, [0]),
    "under notice, no end given": ({"canceled_at": "2024-02-10"}, ALL, [0]),
    "under notice, with a term that would renew": (
        {"canceled_at": "2024-02-10", "ends_at": "2024-12-01", "auto_renew": True},
        ALL,
        [0],
    ),
    "renewing by itself": ({"ends_at": "2024-12-01", "auto_renew": True}, ALL, [100]),
    "paused": ({"status": "paused", "paused_at": "2024-04-10"}, THREE, []),
    "paused at the start": ({"status": "paused", "paused_at": "2024-01-01"}, [], []),
    "paused once": ({"status": "active", "paused_at": "2024-04-10"}, ALL, [100]),
}


@pytest.mark.parametrize("name", ENDS)
def test_subscription_alone_tells_its_end(bench: type[Bench], name: str) -> None:
    said, months, committed = ENDS[name]
    made = bench(subscribed(ONE, **said))
    assert by_month(made.want("marts.mrr_movement"), "closing", places="1") == months
    assert made.want("marts.committed_mrr")["committed_mrr"].to_list() == committed
    assert made.offenders("committed_mrr_closes").height == 0


def test_a_version_with_an_end_of_its_own_keeps_it(run_models: RunModels) -> None:
    """It was canceled in February and paid until the end of April: it counts until then, not to the click."""
    text = "c s i 2024-01-01 2024-05-01 1 100 EUR month"
    assert paid(run_models, subscribed(text, status="canceled", canceled_at="2024-02-10")) == [*ALL[:4], "2024-05 0"]


def test_a_version_says_that_a_pause_is_over(run_models: RunModels, tmp_path: Path) -> None:
    text = "c s i 2024-01-01 - 1 100 EUR month\nc s j 2024-06-01 - 1 30 EUR month"
    tables = subscribed(text, status="paused", paused_at="2024-04-10")
    assert paid(run_models, tables) == [*THREE, "2024-06 30", "2024-07 30", "2024-08 30"]
    shipped = (loading.HERE / "revenue.toml").read_text()
    (tmp_path / "revenue.toml").write_text(shipped.replace('"past_due"]', '"past_due", "paused"]'))
    counted = paid(run_models, tables, config=tmp_path)
    assert counted == [*ALL[:5], "2024-06 130", "2024-07 130", "2024-08 130"]


def test_asking_later_moves_no_complete_month(run_models: RunModels) -> None:
    text = "\n".join(f"c{n} s{n} i 2024-01-01 - 1 100 EUR month" for n in range(len(ENDS)))
    asked = []
    for as_of in ("2024-03-01", "2024-09-01"):
        tables = history(text, as_of)
        for row, (said, _, _) in zip(tables["objects.subscription"], ENDS.values(), strict=True):
            row |= said
        found = run_models(tables, "marts.mrr_movement")["marts.mrr_movement"]
        asked.append(found.filter(pl.col("month").dt.month() < 3).sort("company_id", "month"))
    assert asked[0].equals(asked[1])


# --- credits ----------------------------------------------------------------------------------------------------------


def test_negative_items_lower_what_is_paid_and_never_below_nothing(bench: type[Bench]) -> None:
    """40 off 100, then 140: 60, then 0, which is no customer; other currencies and customers are left alone."""
    text = """
        c s i 2024-01-01 - 1 100 EUR month
        c t i 2024-02-01 2024-03-01 1 -40 EUR month
        c t i 2024-03-01 2024-05-01 1 -140 EUR month
        c u i 2024-01-01 - 1 10 USD month
        d v i 2024-01-01 - 1 -50 EUR month
        e w i 2024-01-01 - 1 5 EUR month
    """
    made = bench(history(text, "2024-06-10", exchange_rate=[rate("USD", "2023-12-31", "2")]))
    native = made.want("marts.mrr_movement")
    assert by_month(native.filter(company_id="c", currency="EUR"), "closing", "gross_mrr", places="1") == [
        "2024-01 100 100",
        "2024-02 60 60",
        "2024-03 0 0",
        "2024-05 100 100",
        "2024-06 100 100",
    ]
    whole = made.want("marts.company_month")
    assert moves(whole.filter(company_id="c"), "1") == [
        "2024-01 new 105",
        "2024-02 contraction 40",
        "2024-03 contraction 60",
        "2024-05 expansion 100",
    ]
    assert set(whole["company_id"]) == {"c", "e"}
    told = made.offenders("credits_within_revenue").sort("company_id")
    assert told.select("company_id", "subscription_id", "net_mrr", "beyond").rows() == [
        ("c", "t", Decimal(-140), Decimal(40)),
        ("d", "v", Decimal(-50), Decimal(50)),
    ]
    closes = ("mrr_not_negative", "items_sum_to_company", "arr_bridge_closes", "currencies_sum_to_company")
    for name in (*closes, "mrr_movement_continues", "companies_sum_to_bridge", "committed_mrr_closes"):
        assert made.offenders(name).height == 0, name


def test_discounts_leave_credits_as_they_are(run_models: RunModels) -> None:
    text = "c s i 2024-01-01 - 1 100 EUR month\nc s j 2024-01-01 - 1 -30 EUR month"
    offs = [discount("s", "2024-01-01", percent_off=20), discount("s", "2024-02-01", amount_off=60, currency="EUR")]
    tables = history(text, "2024-03-01", subscription_discount=offs)
    assert paid(run_models, tables, "closing", "gross_mrr") == ["2024-01 50 70", "2024-02 0 70"]


# --- sums beyond reason -----------------------------------------------------------------------------------------------

HUGE = {
    "1000000 1000000000 IDR month": "1000000000000000.00",
    "1 100000000000000 EUR month": "100000000000000.00",
    "0.5 199999999999999.98 EUR month": "99999999999999.99",
    "3 99999999999999.99 EUR month": "299999999999999.97",
    "2.5 40000000000000.5 EUR month 3": "33333333333333.75",
    "1 12000000000000000 EUR year": "1000000000000000.00",
    "1 -100000000000000 EUR month": None,
}


@pytest.mark.parametrize("line", HUGE)
def test_huge_sums_are_exact(bench: type[Bench], line: str) -> None:
    made = bench(history(f"c s i 2024-01-01 - {line}", "2024-03-10"))
    expected = HUGE[line]
    found = by_month(made.want("marts.mrr_movement"), "closing")
    assert found == ([] if expected is None else [f"2024-0{month} {expected}" for month in (1, 2, 3)])
    assert made.offenders("price_within_reach").height == 0


def test_huge_sums_are_discounted_and_converted(bench: type[Bench], tmp_path: Path) -> None:
    """3·10^14 in euros less a tenth and 0.03, in rupiahs, through every mart and every invariant of the bridge."""
    shipped = (loading.HERE / "revenue.toml").read_text()
    (tmp_path / "revenue.toml").write_text(shipped.replace('currency = "EUR"', 'currency = "IDR"'))
    offs = [discount("s", "2024-01-01", percent_off=10), discount("s", "2024-01-01", amount_off="0.03", currency="EUR")]
    text = "c s i 2024-01-01 2025-02-01 3 100000000000000.01 EUR month\nd t i 2024-01-01 - 1 90000 IDR month"
    quotes = [rate("IDR", "2023-12-31", "17000.5")]
    made = bench(history(text, "2025-03-10", subscription_discount=offs, exchange_rate=quotes), tmp_path)
    native = made.want("marts.mrr_movement").filter(pl.col("closing") > 0, company_id="c")
    assert set(native["closing"]) == {Decimal("269999999999999.997")}
    whole = made.want("marts.company_month").filter(pl.col("is_customer"), company_id="c")
    assert set(whole["mrr"]) == {Decimal("269999999999999.997") * Decimal("17000.5")}
    for mart in ("arr_bridge", "retention_month", "committed_mrr", "churn_month", "revenue_rate_month"):
        assert made.want(f"marts.{mart}").height > 0
    for name in ("currencies_sum_to_company", "arr_bridge_closes", "committed_mrr_closes", "items_sum_to_company"):
        assert made.offenders(name).height == 0, name


@pytest.mark.parametrize(("amount", "mrr"), [("20", 100), ("1000000000000", 5 * 10**12), ("2000000000000", None)])
def test_a_renewal_names_no_amount_that_money_has_no_room_for(bench: type[Bench], amount: str, mrr: int | None) -> None:
    term = {"auto_renew": False, "starts_at": "2025-08-15", "ends_at": "2026-08-15"}
    version = {"valid_from": "2025-08-15", "valid_to": None, "unit_amount": amount}
    (row,) = bench(agreed(**term, version=version)).want("objects.opportunity").to_dicts()
    assert (row["opportunity_type"], row["mrr"], row["amount"]) == ("renewal", mrr, mrr and mrr * 12)


def test_what_is_no_price_is_left_out_and_told(bench: type[Bench]) -> None:
    text = """
        c s i 2024-01-01 - 99999999999999 99999999999999 EUR month
        c s j 2024-01-01 - 1 100000000000000000000000 EUR year
        c s k 2024-01-01 - 1 100 EUR month
    """
    made = bench(history(text, "2024-03-10"))
    assert set(made.want("marts.mrr_movement")["closing"]) == {Decimal(100)}
    assert sorted(made.offenders("price_within_reach")["item"]) == ["i", "j"]
