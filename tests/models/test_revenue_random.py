"""MRR and its movements of thousands of random companies: against the slow oracle, and where nothing may change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
import revenue_histories as histories
from mrr_oracle import Company, Rules, Version, committed, company_rows, month_ends, movements, rounded
from revenue_rows import rate

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
            "intermediate.month",
        )
    )
)
UNITS = {
    currency: [(date(2023, 1, 2), units), (date(2023, 12, 29), again), (date(2024, 6, 14), units)]
    for currency, units, again in (("USD", "1.0875", "1.1050"), ("JPY", "141.62", "157"))
}
RATES = [rate(currency, day.isoformat(), units) for currency, quotes in UNITS.items() for day, units in quotes]


def rates_of(ends: list[tuple[date, datetime]]) -> dict[tuple[str, date], Fraction]:
    """What a unit of each currency is worth in euros, by the last quote on a day before the snapshot's."""
    found = {("EUR", month): Fraction(1) for month, _ in ends}
    for month, end in ends:
        for currency, quotes in UNITS.items():
            units = [Fraction(value) for day, value in quotes if day < end.date()][-1]
            found[currency, month] = rounded(1 / units, 12)
    return found


def fractions(row: Mapping[str, Any], names: Mapping[str, Any]) -> dict[str, Fraction]:
    return {name: Fraction(row[name]) for name in names}


def compare(bench: Bench, companies: list[Company], rules: Rules) -> int:
    """Assert that every row of three marts is what the oracle says, and that there is no other; return their number."""
    first = min(version.start for company in companies for version in company.versions)
    ends = month_ends(first, AS_OF, rules.zone)
    native = {
        (row["company_id"], row["currency"], row["month"]): row
        for row in bench.want("marts.mrr_movement").iter_rows(named=True)
    }
    reporting = {
        (row["company_id"], row["month"]): row for row in bench.want("marts.company_month").iter_rows(named=True)
    }
    coming = {
        (row["company_id"], row["currency"]): Fraction(row["committed_mrr"])
        for row in bench.want("marts.committed_mrr").iter_rows(named=True)
        if row["committed_mrr"]
    }
    checked = len(native) + len(reporting) + len(coming)
    rates = rates_of(ends) if rules.zone == "UTC" else None
    for company in companies:
        rows, called = movements(company, ends, rules)
        for (currency, month), expected in rows.items():
            row = native.pop((company.name, currency, month))
            assert fractions(row, expected) == expected, (company, currency, month)
        for month, expected in company_rows(rows, called, rates).items() if rates else ():
            row = reporting.pop((company.name, month))
            assert fractions(row, expected) == expected, (company, month)
        for currency, amount in committed(company, AS_OF, rules).items():
            assert coming.pop((company.name, currency)) == amount, (company, currency)
    assert not native
    assert not coming
    assert not reporting or rates is None
    return checked


def test_every_month_is_what_the_oracle_says(bench: type[Bench]) -> None:
    companies = histories.make(seed=20250317, companies=2500)
    made = bench(histories.tables(companies, AS_OF) | {"objects.exchange_rate": RATES})
    assert compare(made, companies, Rules()) > 50_000
    broken = {name: made.offenders(name).height for name in INVARIANTS}
    expected = {"discount_in_own_currency", "exchange_rate_known", "credits_within_revenue"}
    assert {name for name, rows in broken.items() if rows} <= expected, broken


def test_other_switches_are_what_the_oracle_says(bench: type[Bench], tmp_path: Path) -> None:
    """Months that end in New York, trials in, time-limited discounts out, 30 days to a month of weeks."""
    shipped = (loading.HERE / "revenue.toml").read_text()
    for before, after in (
        ('time_zone = "UTC"', 'time_zone = "America/New_York"'),
        ('counted_statuses = ["active", "past_due"]', 'counted_statuses = ["active", "trialing"]'),
        ('counted_discounts = ["once", "repeating", "forever"]', 'counted_discounts = ["forever"]'),
        ("numerator = 52\ndenominator = 12", "numerator = 30\ndenominator = 7"),
    ):
        assert before in shipped
        shipped = shipped.replace(before, after)
    (tmp_path / "revenue.toml").write_text(shipped)
    rules = Rules(
        zone="America/New_York",
        statuses=frozenset({"active", "trialing"}),
        durations=frozenset({"forever"}),
        months=dict(Rules().months) | {"week": Fraction(30, 7)},
    )
    companies = histories.make(seed=4, companies=400)
    made = bench(histories.tables(companies, AS_OF) | {"objects.exchange_rate": RATES}, tmp_path)
    assert compare(made, companies, rules) > 8_000


def halves(version: Version) -> list[Version]:
    """The same item as two of half the quantity each."""
    return [replace(version, item=version.item + part, quantity=version.quantity / 2) for part in ("a", "b")]


def yearly(version: Version) -> Version:
    """A monthly price as twelve times that price a year."""
    return replace(version, amount=version.amount * 12, interval="year") if version.interval == "month" else version


@pytest.mark.parametrize("change", ["shuffle", "duplicate", "halves", "yearly", "reshape"])
def test_what_must_not_matter(run_models: RunModels, change: str) -> None:
    """Order, repeated rows, splitting items in halves, yearly for monthly prices; and where a version is cut in two."""
    companies = histories.make(seed=99, companies=300, odd=change != "reshape")
    for company in companies:
        company.discounts = [d for d in company.discounts if d.percent is not None and d.item is None]
    before = histories.tables(companies, AS_OF) | {"objects.exchange_rate": RATES}
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
    wanted = ("marts.mrr_movement", "marts.company_month", "marts.arr_bridge")
    first, second = run_models(before, *wanted), run_models(after, *wanted)
    for name in wanted:
        keys = [key for key in ("company_id", "currency", "month") if key in first[name].columns]
        assert first[name].sort(keys).equals(second[name].sort(keys)), name
        assert first[name].height > 20


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
