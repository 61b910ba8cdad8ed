"""Sets of rules as files of a config folder, and what the models make of them beside what the oracle says.

No test stands here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from mrr_oracle import Company, Rules, life, rounded
from mrr_oracle_committed import committed_months
from mrr_oracle_days import (
    MILLION,
    Move,
    Row,
    Snapshot,
    changes,
    coming_ends,
    committed,
    day_ends,
    month_ends,
    moves,
    native,
    reporting,
    where_something_changes,
    whole_business,
)
from mrr_oracle_worth import Steps, steps, tops
from revenue_bills import FIRST
from revenue_rows import rate

from models.policy import loading

if TYPE_CHECKING:
    from conftest import Bench

SHIPPED = loading.HERE / "revenue.toml"
QUOTED = [
    date(2023, 1, 2),
    date(2023, 12, 29),
    date(2024, 6, 14),
    date(2024, 10, 31),
    *(date(2025, 3, d) for d in (16, 17)),
]
UNITS = {
    currency: list(zip(QUOTED, (units, again) * 3, strict=True))
    for currency, units, again in (("USD", "1.0875", "1.1050"), ("JPY", "141.62", "157"))
}
RATES = [rate(currency, day.isoformat(), units) for currency, quotes in UNITS.items() for day, units in quotes]
Expected = dict[Any, Row]


# --- files ------------------------------------------------------------------------------------------------------------


def changed(text: str, *settings: tuple[str, str]) -> str:
    """The text of a set with other values: `("snapshot", '"first_instant"')`."""
    for name, value in settings:
        lines = text.splitlines()
        (place,) = (number for number, line in enumerate(lines) if line.startswith(f"{name} = "))
        text = "\n".join([*lines[:place], f"{name} = {value}", *lines[place + 1 :]])
    return text


def quoted(words: Sequence[str]) -> str:
    return "[" + ", ".join(f'"{word}"' for word in words) + "]"


def own_set(policy_id: str, rules: Rules) -> str:
    """A set's own file."""
    settings = {
        name: f'"{getattr(rules, name)}"'
        for name in ("basis", "cancellation", "committed_minimum", "snapshot", "reactivation", "conversion", "rounding")
    } | {
        "policy_id": f'"{policy_id}"',
        "counted_statuses": quoted(sorted(rules.statuses)),
        "counted_discounts": quoted(sorted(rules.durations)),
        "past_due_days": str(rules.past_due_days),
        "movement_grain": f'"{rules.grain}"',
        "reactivation_days": str(rules.reactivation_days),
    }
    if rules.fixed_rate_on:
        settings["fixed_rate_on"] = rules.fixed_rate_on.isoformat()
    intervals = (
        f'[[interval]]\nbilling_interval = "{name}"\nnumerator = {worth.numerator}\ndenominator = {worth.denominator}\n'
        for name, worth in rules.months.items()
    )
    return "\n".join(chain((f"{name} = {value}" for name, value in settings.items()), intervals))


CONTEXT = """
reporting_currency = "EUR"
retention_windows = [1, 3, 12]
trailing_months = 6
churn_reason_days = 92
rate_max_age_days = 31
"""


def config(folder: Path, *shipped: str, zone: str = "UTC", main: Rules | None = None, **own: Rules) -> Path:
    """A folder with a main set, `standard` as shipped or as given, and others beside it: shipped ones and own ones."""
    context = ("compared", quoted([*shipped, *own])), ("time_zone", f'"{zone}"')
    if main is None:
        text = changed(SHIPPED.read_text(), *context)
    else:
        text = "".join((CONTEXT, *(f"{name} = {value}\n" for name, value in context), own_set("standard", main)))
    (folder / "revenue").mkdir(parents=True, exist_ok=True)
    (folder / "revenue.toml").write_text(text)
    for policy_id, rules in own.items():
        (folder / "revenue" / f"{policy_id}.toml").write_text(own_set(policy_id, rules))
    return folder


# --- what the oracle says ---------------------------------------------------------------------------------------------


def rates_of(ends: list[Snapshot], rules: Rules) -> dict[tuple[str, date], Fraction]:
    """What a unit of each currency is worth in euros, by the last quote before the snapshot's day or the day named."""
    found = {("EUR", end.day): Fraction(1) for end in ends}
    for end in ends:
        for currency, quotes in UNITS.items():
            units = [Fraction(value) for day, value in quotes if day < (rules.fixed_rate_on or end.quoted_before)][-1]
            found[currency, end.day] = rounded(1 / units, 12)
    return found


class Oracle:
    """Everything the oracle says of some companies under some sets of rules."""

    def __init__(self, companies: list[Company], sets: Mapping[str, Rules], as_of: datetime, zone: str) -> None:
        self.sets = sets
        self.months: Expected = {}
        self.days: Expected = {}
        self.reported: Expected = {}
        self.committed: Expected = {}
        self.families: dict[str, list[list[Steps]]] = {}
        lives = {company.name: life(company) for company in companies}
        days = day_ends(FIRST, as_of, zone)
        for policy_id, rules in sets.items():
            ends = month_ends(FIRST, as_of, zone, rules.snapshot)
            groups = _groups(companies, rules)
            families = {
                name: [steps(company, lives[company.name], rules, name) for company in group]
                for name, group in groups.items()
            }
            self.families[policy_id] = list(families.values())
            for name, group in groups.items():
                for currency, amount in committed(group, as_of, ends[-1], rules, name).items():
                    self.committed[policy_id, name, currency] = {"committed_mrr": amount}
            by_month: list[Move] = []
            by_day: list[Move] = []
            for family in families.values():
                by_month += moves(family, ends, rules)
                by_day += moves(family, where_something_changes(family, days), rules)
            self.months |= _named(policy_id, native(by_month))
            self.days |= _named(policy_id, changes(by_day))
            if rules.conversion != "none":
                self.reported |= _named(policy_id, reporting(by_month, rates_of(ends, rules)))

    def whole(self, ends: list[Snapshot]) -> Expected:
        """All MRR of each set at each of some days, where it is converted at all."""
        found: Expected = {}
        for policy_id, rules in self.sets.items():
            if rules.conversion != "none":
                every = whole_business(self.families[policy_id], ends, rates_of(ends, rules))
                if rules.snapshot == "last_instant":
                    self._close(policy_id, every)
                found |= _named(policy_id, every)
        return found

    def _close(self, policy_id: str, days: dict[tuple[date], Row]) -> None:
        """The last day of a month is worth what each company is worth at its end, rounded one by one."""
        last = {day.replace(day=1): day for (day,) in sorted(days)}
        for month, day in last.items():
            of_month = (row for key, row in self.reported.items() if (key[0], key[2]) == (policy_id, month))
            mrr = sum(row["closing"] for row in of_month)
            days[(day,)] |= {"mrr": mrr, "arr": 12 * mrr}


def expected_commitments(companies: list[Company], sets: Mapping[str, Rules], as_of: datetime, zone: str) -> Expected:
    """Every committed month of each set, past, running and coming."""
    found: Expected = {}
    for policy_id, rules in sets.items():
        ends = month_ends(FIRST, as_of, zone, rules.snapshot)
        coming = coming_ends(ends[-1], zone, rules.snapshot)
        for name, group in _groups(companies, rules).items():
            for currency, month, row in committed_months(group, as_of, ends, coming, rules, name):
                found[policy_id, name, currency, month] = row
    return found


def _groups(companies: list[Company], rules: Rules) -> dict[str, list[Company]]:
    """The companies whose money stands under each name."""
    top = tops(companies)
    groups: dict[str, list[Company]] = defaultdict(list)
    for company in companies:
        groups[top[company.name] if rules.grain == "parent" else company.name].append(company)
    return groups


def _named(policy_id: str, rows: Mapping[Any, Row]) -> Expected:
    return {(policy_id, *key): row for key, row in rows.items()}


# --- side by side -----------------------------------------------------------------------------------------------------


def check(found: pl.DataFrame, keys: tuple[str, ...], expected: Expected) -> int:
    """Assert that every row is what the oracle says, and that there is no other; return their number."""
    assert expected
    left = dict(expected)
    for row in found.iter_rows(named=True):
        key = tuple(row[name] for name in keys)
        assert key in left, ("the oracle knows no such row", row)
        wanted = left.pop(key)
        assert all(row[name] * MILLION == value for name, value in wanted.items()), (row, wanted)
    assert not left, (len(left), next(iter(left.items())))
    return len(expected)


def check_all(bench: Bench, oracle: Oracle) -> int:
    """Every row of every set in four marts, against the oracle; returns how many rows there are."""
    policy, company, currency = "policy_id", "company_id", "currency"
    # that nothing is committed is told of who pays now, and may be left unsaid
    lasting = bench.want("marts.committed_mrr").filter(pl.col("committed_mrr") != 0)
    return (
        check(bench.want("marts.mrr_movement"), (policy, company, currency, "month"), oracle.months)
        + check(bench.want("marts.mrr_change_day"), (policy, company, currency, "day"), oracle.days)
        + check(bench.want("marts.company_month"), (policy, company, "month"), oracle.reported)
        + check(lasting, (policy, company, currency), oracle.committed)
    )
