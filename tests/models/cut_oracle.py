"""The cuts of the bridge told the slow and obvious way: company by company, month by month. No test stands here.

It takes what companies and items pay as given (that has an oracle of its own) and tells where they stood, what moved
between members, and what is left of cohorts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any

Row = dict[str, Any]
AMOUNTS = ("opening", "new", "reactivation", "expansion", "contraction", "churn", "fx", "closing")
MOVED = ("transfer_in", "transfer_out")
COUNTS = ("opening", "new", "reactivated", "churned", "transferred_in", "transferred_out", "closing")
COUNTED = tuple(f"customers_{name}" for name in COUNTS)
Cut = dict[tuple[Any, ...], dict[str, Decimal]]
"""By (policy_id, dimension, member, month): every amount of a month (not of a year), and the counts."""


def stood(history: Iterable[Row], company: str, at: datetime) -> Row:
    """The row of a company's history that holds at an instant; before the first one, that one."""
    own = sorted((row for row in history if row["company_id"] == company), key=lambda row: row["valid_from"])
    begun = [row for row in own if row["valid_from"] <= at]
    return begun[-1] if begun else own[0]


def top(parents: Mapping[str, str | None], company: str) -> str:
    """The company at the top of a group, whose name nobody else's link leads beyond; 'no group' where there is none."""

    def is_cyclic(name: str) -> bool:
        above, seen = parents[name], set()
        while above is not None and above not in seen:
            if above == name:
                return True
            seen.add(above)
            above = parents[above]
        return False

    if parents[company] is None and company not in parents.values():
        return "no group"
    name = company
    while (above := parents[name]) is not None and not is_cyclic(name):
        name = above
    return name


def members(history: list[Row], companies: Iterable[str], at: datetime) -> dict[str, dict[str, str]]:
    """Of every company, where it stood at an instant, by dimension."""
    names = sorted(companies)
    rows = {name: stood(history, name, at) for name in names}
    parents = {name: row["parent_company_id"] for name, row in rows.items()}
    return {
        name: {
            "segment": row["segment"] or "not stated",
            "country": row["country"] or "not stated",
            "owner": row["owner_id"] or "not stated",
            "parent": top(parents, name),
        }
        for name, row in rows.items()
    }


def by_place(company_month: Iterable[Row], months: Iterable[Row], history: list[Row], names: Iterable[str]) -> Cut:
    """The cuts by where companies stood, from their months. `months`: policy_id, month, valued_at."""
    found: Cut = defaultdict(lambda: defaultdict(Decimal))
    names = list(names)
    valued = {(row["policy_id"], row["month"]): row["valued_at"] for row in months}
    placed = {at: members(history, names, at) for at in set(valued.values())}
    earlier = {
        later: before
        for policy_id in {p for p, _ in valued}
        for before, later in pairwise(sorted_of(valued, policy_id))
    }
    for row in company_month:
        when = row["policy_id"], row["month"]
        now = placed[valued[when]][row["company_id"]]
        before = placed[valued[earlier[when]]][row["company_id"]] if when in earlier else now
        if row["movement"] == "churn":
            now = before
        for dimension in now:
            old = found[row["policy_id"], dimension, before[dimension], row["month"]]
            new = found[row["policy_id"], dimension, now[dimension], row["month"]]
            old["opening"] += row["opening"]
            old["customers_opening"] += row["was_customer"]
            if now[dimension] != before[dimension] and row["was_customer"]:
                old["transfer_out"] += row["opening"]
                new["transfer_in"] += row["opening"]
                old["customers_transferred_out"] += 1
                new["customers_transferred_in"] += 1
            for name in AMOUNTS[1:]:
                new[name] += row[name]
            new["customers_new"] += row["movement"] == "new"
            new["customers_reactivated"] += row["movement"] == "reactivation"
            new["customers_churned"] += row["movement"] == "churn"
            new["customers_closing"] += row["is_customer"]
    return found


def sorted_of(valued: Mapping[tuple[str, Any], datetime], policy_id: str) -> list[tuple[str, Any]]:
    """The months of one set of rules, in order."""
    return sorted(key for key in valued if key[0] == policy_id)


def money(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.000001"), ROUND_HALF_UP)


def by_slot(
    dimension: str,
    native: Mapping[tuple[str, Any, str, str], Decimal],
    months: list[Any],
    rates: Mapping[tuple[Any, str], Decimal],
    kinds: Mapping[tuple[str, Any], str],
    policy_id: str = "standard",
) -> Cut:
    """The cuts by what companies pay for or in. `native`: by (company, month, currency, member); `kinds`: each month's
    movement of a company that is one."""
    found: Cut = defaultdict(lambda: defaultdict(Decimal))
    held: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for company, _, currency, member in native:
        held[company].add((currency, member))
    for company, slots in held.items():
        for place, month in enumerate(months):
            last = months[place - 1] if place else None
            was, then, now = (defaultdict[str, Decimal](Decimal) for _ in range(3))
            for currency, member in slots:
                before = native.get((company, last, currency, member), Decimal(0))
                after = native.get((company, month, currency, member), Decimal(0))
                was[member] += money(before * rates.get((last, currency), Decimal(0)))
                then[member] += money(before * rates[month, currency])
                now[member] += money(after * rates[month, currency])
            kind = kinds.get((company, month), "none")
            _tell(found, (policy_id, dimension, month), kind, was, then, now)
    return found


def _tell(
    found: Cut,
    where: tuple[Any, ...],
    kind: str,
    was: Mapping[str, Decimal],
    then: Mapping[str, Decimal],
    now: Mapping[str, Decimal],
) -> None:
    """One company's month."""
    policy_id, dimension, month = where
    change = {member: now[member] - then[member] for member in now}
    ups = sorted((-amount, member) for member, amount in change.items() if amount > 0)
    downs = sorted((amount, member) for member, amount in change.items() if amount < 0)
    moving = min(-sum(amount for amount, _ in ups), -sum(amount for amount, _ in downs))
    for member in now:
        row = found[policy_id, dimension, member, month]
        row["opening"] += was[member]
        row["fx"] += then[member] - was[member]
        row["closing"] += now[member]
        if kind in ("new", "reactivation"):
            row[kind] += change[member]
        if kind == "churn":
            row["churn"] -= change[member]
    if kind not in ("new", "reactivation", "churn"):
        for side, queue, rest in (("transfer_in", ups, "expansion"), ("transfer_out", downs, "contraction")):
            left = Decimal(moving)
            for amount, member in queue:
                taken = min(left, -amount)
                left -= taken
                found[policy_id, dimension, member, month][side] += taken
                found[policy_id, dimension, member, month][rest] += -amount - taken


def told(frame: Iterable[Row]) -> Cut:
    """The rows of `marts.bridge_cut` as the oracle says them: a month's worth, no counts where there are none."""
    return {
        (row["policy_id"], row["dimension"], row["member"], row["month"]): {
            **{name: row[name] / 12 for name in (*AMOUNTS, *MOVED)},
            **{name: Decimal(row[name] or 0) for name in COUNTED},
        }
        for row in frame
    }
