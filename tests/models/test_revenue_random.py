"""MRR and its movements of thousands of random companies: against the slow oracle, and where nothing may change."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
import revenue_histories as histories
from mrr_oracle import SHIPPED, STANDARD, Company, Rules, Version
from mrr_oracle_days import day_ends
from revenue_bills import FIRST
from revenue_sets import RATES, Oracle, check, check_all, config, expected_commitments

from models.policy import loading

if TYPE_CHECKING:
    from conftest import Bench, RunModels

AS_OF = datetime(2025, 3, 17, 11, 30)
INVARIANTS = sorted(
    path.stem
    for path in (Path(loading.__file__).parents[1] / "invariants").glob("*.sql")
    if "marts.company_group" not in path.read_text()
    and any(
        name in path.read_text()
        for name in (
            *("marts.mrr_movement", "marts.company_month", "marts.arr_bridge", "marts.committed_mrr"),
            *("marts.mrr_change_day", "marts.mrr_day", "intermediate.month"),
        )
    )
)
HISTORIES = int(os.environ.get("RAPPORT_HISTORIES", "2000"))
BATCH = 2500
COMMITTED = int(os.environ.get("RAPPORT_COMMITTED", "300"))
COMMITTED_KEYS = ("policy_id", "company_id", "currency", "month")
SHIPPED_BESIDE = [name for name in SHIPPED if name != "standard"]


def given(companies: list[Company]) -> dict[str, Any]:
    return histories.tables(companies, AS_OF) | {"objects.exchange_rate": RATES}


def check_invariants(bench: Bench) -> None:
    """All that bridges, months and days must hold; what is merely told is expected of such histories."""
    broken = {name: bench.offenders(name).height for name in INVARIANTS}
    told = {"discount_in_own_currency", "exchange_rate_known", "credits_within_revenue"}
    assert {name for name, rows in broken.items() if rows} <= told, broken


@pytest.mark.parametrize("batch", range(-(-HISTORIES // BATCH)))
def test_every_month_and_day_is_what_the_oracle_says(bench: type[Bench], tmp_path: Path, batch: int) -> None:
    """All sets that are shipped, side by side."""
    companies = histories.make(seed=20250317 + batch, companies=min(BATCH, HISTORIES - batch * BATCH))
    made = bench(given(companies), config(tmp_path, *SHIPPED_BESIDE))
    assert check_all(made, Oracle(companies, SHIPPED, AS_OF, "UTC")) > 100 * len(companies)
    check_invariants(made)


WEEKS = dict(STANDARD.months) | {"week": Fraction(30, 7)}
OTHER = Rules(statuses=frozenset({"active", "trialing"}), durations=frozenset({"forever"}), months=WEEKS)
MIXED = {
    "first": Rules(
        snapshot="first_instant",
        past_due_days=10,
        reactivation="within_days",
        reactivation_days=61,
        conversion="fixed_rate",
        fixed_rate_on=date(2024, 2, 10),
    ),
    "agreed": Rules(cancellation="at_notice", committed_minimum="in", grain="subscription", reactivation="never"),
    "items": Rules(grain="item", rounding="per_item", conversion="none", months=WEEKS, past_due_days=45),
    "billed": Rules(basis="invoice_line", grain="subscription", statuses=OTHER.statuses, reactivation="within_days"),
    "products": Rules(basis="invoice_line", grain="item", snapshot="first_instant", conversion="none"),
    "group": Rules(grain="parent", committed_minimum="in", reactivation="within_days", reactivation_days=40),
}


def test_other_switches_are_what_the_oracle_says(bench: type[Bench], tmp_path: Path) -> None:
    """Days and months that end in New York, with every value of every switch in one of the sets."""
    companies = histories.make(seed=4, companies=300)
    made = bench(given(companies), config(tmp_path, zone="America/New_York", main=OTHER, **MIXED))
    oracle = Oracle(companies, {"standard": OTHER, **MIXED}, AS_OF, "America/New_York")
    assert check_all(made, oracle) > 30_000
    check_invariants(made)


def test_every_committed_month_is_what_the_oracle_says(bench: type[Bench], tmp_path: Path) -> None:
    """All sets that are shipped, for 300 companies: what past months knew, the running one, and those that come."""
    companies = histories.make(seed=11, companies=COMMITTED)
    made = bench(given(companies), config(tmp_path, *SHIPPED_BESIDE))
    expected = expected_commitments(companies, SHIPPED, AS_OF, "UTC")
    assert check(made.want("marts.committed_month"), COMMITTED_KEYS, expected) > 40 * COMMITTED
    check_invariants(made)


def test_committed_months_under_other_switches(bench: type[Bench], tmp_path: Path) -> None:
    companies = histories.make(seed=13, companies=COMMITTED // 3)
    made = bench(given(companies), config(tmp_path, zone="America/New_York", main=OTHER, **MIXED))
    expected = expected_commitments(companies, {"standard": OTHER, **MIXED}, AS_OF, "America/New_York")
    assert check(made.want("marts.committed_month"), COMMITTED_KEYS, expected) > 20 * COMMITTED


def test_every_day_of_the_business_is_what_the_oracle_says(bench: type[Bench], tmp_path: Path) -> None:
    companies = histories.make(seed=6, companies=40)
    sets = {**SHIPPED, **MIXED}
    made = bench(given(companies), config(tmp_path, *SHIPPED_BESIDE, zone="Europe/Berlin", **MIXED))
    days = day_ends(FIRST, AS_OF, "Europe/Berlin")
    oracle = Oracle(companies, sets, AS_OF, "Europe/Berlin")
    assert check(made.want("marts.mrr_day"), ("policy_id", "day"), oracle.whole(days)) > 700 * 8


def test_sets_know_nothing_of_each_other(run_models: RunModels, tmp_path: Path) -> None:
    """A set's rows are the same whichever others are computed, in whichever order they are named."""
    rows = given(histories.make(seed=12, companies=80))
    asked = {
        "alone": config(tmp_path / "alone"),
        "some": config(tmp_path / "some", "planhat", group=MIXED["group"]),
        "all": config(tmp_path / "all", "chartmogul", "stripe", "planhat", **MIXED),
        "turned": config(tmp_path / "turned", *reversed(SHIPPED_BESIDE), **dict(reversed(MIXED.items()))),
    }
    keys = ("policy_id", "company_id", "currency")
    marts = {
        "marts.mrr_movement": (*keys, "month"),
        "marts.mrr_change_day": (*keys, "day"),
        "marts.company_month": (*keys, "month"),
    }
    found = {name: run_models(rows, *marts, config=folder) for name, folder in asked.items()}
    for mart, key in marts.items():
        whole = found["all"][mart].sort(key)
        assert set(whole["policy_id"]) >= {"standard", *SHIPPED_BESIDE, "group"}
        for name in asked:
            part = found[name][mart].sort(key)
            assert part.equals(whole.filter(pl.col("policy_id").is_in(part["policy_id"].unique().implode()))), name
        assert found["turned"][mart].height == whole.height


def halves(version: Version) -> list[Version]:
    """The same item as two of half the quantity each."""
    return [replace(version, item=version.item + part, quantity=version.quantity / 2) for part in ("a", "b")]


def yearly(version: Version) -> Version:
    """A monthly price as twelve times that price a year."""
    return replace(version, amount=version.amount * 12, interval="year") if version.interval == "month" else version


@pytest.mark.parametrize("change", ["shuffle", "duplicate", "halves", "yearly", "reshape"])
def test_what_must_not_matter(run_models: RunModels, tmp_path: Path, change: str) -> None:
    """Order, repeated rows, splitting items in halves, yearly for monthly prices; and where a version is cut in two."""
    companies = histories.make(seed=99, companies=120, odd=change != "reshape")
    for company in companies:
        company.discounts = [d for d in company.discounts if d.percent is not None and d.item is None]
    before = given(companies)
    after = {name: list(rows) for name, rows in before.items()}
    versions = [version for company in companies for version in company.versions]
    if change == "halves":
        versions = [half for version in versions for half in halves(version)]
    elif change == "yearly":
        versions = [yearly(version) for version in versions]
    elif change == "reshape":
        versions = [part for version in versions for part in cut(version)]
    elif change == "duplicate":
        versions = versions + versions[::2]
    after["objects.subscription_version"] = [histories.version_row(version) for version in versions]
    if change != "halves":
        for rows in after.values():
            Random(5).shuffle(rows)
    # two halves that are rounded one by one are not what the whole is
    folder = config(tmp_path, *(name for name in SHIPPED_BESIDE if change != "halves" or name != "chartmogul"))
    wanted = ("marts.mrr_movement", "marts.mrr_change_day", "marts.company_month", "marts.arr_bridge")
    first, second = (run_models(rows, *wanted, config=folder) for rows in (before, after))
    for name in wanted:
        keys = [key for key in ("policy_id", "company_id", "currency", "month", "day") if key in first[name].columns]
        assert first[name].sort(keys).equals(second[name].sort(keys)), name
        assert first[name].height > 60


def cut(version: Version) -> list[Version]:
    """The same stretch of time as two versions."""
    middle = (version.start + ((version.end or AS_OF) - version.start) / 2).replace(microsecond=0)
    if not version.start < middle < (version.end or middle.max):
        return [version]
    return [replace(version, end=middle), replace(version, start=middle)]


def test_what_is_not_known_yet_changes_nothing(run_models: RunModels) -> None:
    """Complete months are the same whether asked at their end or later, as long as nothing was dated back."""
    companies = histories.make(seed=3, companies=200)
    early = datetime(2024, 9, 1)
    asked = [
        run_models(histories.tables(companies, at) | {"objects.exchange_rate": RATES}, "marts.company_month")
        for at in (early, AS_OF)
    ]
    first, second = (found["marts.company_month"].filter(pl.col("month") < early.date()) for found in asked)
    assert first.sort("company_id", "month").equals(second.sort("company_id", "month"))
