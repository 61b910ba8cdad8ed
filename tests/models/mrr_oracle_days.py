"""Months and days of a business and what moved in them, from what its companies are worth. No test stands here.

Money is counted in whole millionths here, to which levels are rounded.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import TypeVar
from zoneinfo import ZoneInfo

from mrr_oracle import Company, Rules, State, counting_lines, during, given, running, whole
from mrr_oracle_worth import Counted, Money, Steps, Unit, Units, chains, counted, uses_lines, worth

MOMENT = timedelta(microseconds=1)
START_OF_TIME = datetime(1, 1, 1)
MILLION = 1_000_000
MOVEMENTS = ("new", "reactivation", "expansion", "contraction", "churn", "fx")
Row = dict[str, int]
Level = dict[str, tuple[int, int]]
Key = TypeVar("Key")


@dataclass(frozen=True)
class Snapshot:
    """What a month (named by its first day) or a day is valued at, and by which rates.

    `at` is the last instant that counts; time between two snapshots is counted in days from `on` to `on`.
    """

    day: date
    at: datetime
    on: date
    quoted_before: date


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC).replace(tzinfo=None)


def _here(instant: datetime, zone: ZoneInfo) -> date:
    return instant.replace(tzinfo=UTC).astimezone(zone).date()


def month_ends(first: datetime, as_of: datetime, zone: str, snapshot: str = "last_instant") -> list[Snapshot]:
    """Every month of the zone from the one of `first` to the one just before `as_of`."""
    here = ZoneInfo(zone)
    month = _here(first, here).replace(day=1)
    found = []
    while (start := _midnight(month, here)) < as_of:
        following = (month + timedelta(days=31)).replace(day=1)
        end = min(_midnight(following, here), as_of)
        if snapshot == "first_instant":
            found.append(Snapshot(month, start, month, month))
        else:
            found.append(Snapshot(month, end - MOMENT, _here(end, here), _here(end, here)))
        month = following
    return found


def coming_ends(last: Snapshot, zone: str, snapshot: str = "last_instant") -> list[Snapshot]:
    """The twelve months after the last one."""
    here = ZoneInfo(zone)
    found = []
    for _ in range(12):
        month = ((found[-1].day if found else last.day) + timedelta(days=31)).replace(day=1)
        following = _midnight((month + timedelta(days=31)).replace(day=1), here)
        at = _midnight(month, here) if snapshot == "first_instant" else following - MOMENT
        found.append(Snapshot(month, at, month, month))
    return found


def day_ends(first: datetime, as_of: datetime, zone: str) -> list[Snapshot]:
    """Every day of the zone from the one of `first` to the one just before `as_of`."""
    here = ZoneInfo(zone)
    day = _here(first, here)
    found = []
    while _midnight(day, here) < as_of:
        end = min(_midnight(day + timedelta(days=1), here), as_of)
        found.append(Snapshot(day, end - MOMENT, day, _here(end, here)))
        day += timedelta(days=1)
    return found


def where_something_changes(family: list[Steps], ends: list[Snapshot]) -> list[Snapshot]:
    """The snapshots that are the first after a step: at all others everything is as at the one before."""
    instants = [end.at for end in ends]
    places = {bisect_left(instants, moment) for steps in family for moment, _ in steps}
    return [ends[place] for place in sorted(places) if place < len(ends)]


@dataclass(frozen=True)
class Move:
    """What became of one unit between two snapshots: its kind, and (opening, closing, gross) per currency."""

    unit: Unit
    day: date
    kind: str
    money: Mapping[str, tuple[int, int, int]]


def millionths(value: Fraction) -> int:
    """Rounded half away from zero."""
    return whole(value.numerator * MILLION, value.denominator)


def levels(family: list[Steps], ends: list[Snapshot]) -> Iterator[tuple[Snapshot, dict[Unit, Level]]]:
    """(net, gross) of each unit and currency at each snapshot: summed over the family, never below nothing."""
    instants = [[moment for moment, _ in steps] for steps in family]
    last: list[int] = []
    now: dict[Unit, Level] = {}
    for end in ends:
        places = [bisect_right(moments, end.at) for moments in instants]
        if places != last:
            last, total = places, dict[tuple[Unit, str], Money]()
            for steps, place in zip(family, places, strict=True):
                for key, (net, gross) in steps[place - 1][1].items() if place else ():
                    before = total.get(key, (Fraction(0), Fraction(0)))
                    total[key] = before[0] + net, before[1] + gross
            now = {}
            for (unit, currency), (net, gross) in total.items():
                both = max(millionths(net), 0), max(millionths(gross), 0)
                now.setdefault(unit, {})[currency] = both
        yield end, now


def moves(family: list[Steps], ends: list[Snapshot], rules: Rules) -> list[Move]:
    """Every unit's move at every snapshot at which it pays or paid at the one before, or gets something for nothing."""
    found: list[Move] = []
    before: dict[Unit, Level] = {}
    gone: dict[Unit, date | None] = {}
    for end, now in levels(family, ends):
        for unit in sorted(before.keys() | now.keys()):
            old, new = before.get(unit, {}), now.get(unit, {})
            paid, pays = (any(net for net, _ in level.values()) for level in (old, new))
            kind = "change"
            if paid != pays:
                kind = "churn" if paid else _coming(gone, unit, end.on, rules)
                gone[unit] = None if pays else end.on
            money = {}
            for currency in old.keys() | new.keys():
                money[currency] = old.get(currency, (0, 0))[0], *new.get(currency, (0, 0))
            found.append(Move(unit, end.day, kind, money))
        before = now
    return found


def _coming(gone: Mapping[Unit, date | None], unit: Unit, on: date, rules: Rules) -> str:
    """What it is called that a unit pays which did not: never before, or gone since a day that is told."""
    since = gone.get(unit)
    if since is None or rules.reactivation == "never":
        return "new"
    is_late = rules.reactivation == "within_days" and (on - since).days > rules.reactivation_days
    return "new" if is_late else "reactivation"


def _row(opening: int, closing: int, kind: str) -> Row:
    change = closing - opening
    row = dict.fromkeys(MOVEMENTS, 0) | {"opening": opening, "closing": closing}
    if kind == "change":
        row["expansion" if change > 0 else "contraction"] = abs(change)
    else:
        row[kind] = abs(change)
    return row


def _add(rows: dict[Key, Row], key: Key, row: Row) -> None:
    before = rows.get(key)
    rows[key] = row if before is None else {name: value + before[name] for name, value in row.items()}


def native(found: Iterable[Move]) -> dict[tuple[str, str, date], Row]:
    """Rows by (company, currency, day or month), each in its currency."""
    rows: dict[tuple[str, str, date], Row] = {}
    for move in found:
        for currency, (opening, closing, gross) in move.money.items():
            row = _row(opening, closing, move.kind) | {"gross_mrr": gross}
            _add(rows, (move.unit[0], currency, move.day), row)
    return {key: row for key, row in rows.items() if row["opening"] or row["closing"]}


def changes(found: Iterable[Move]) -> dict[tuple[str, str, date], Row]:
    """The same without rows in which nothing moves, and without what days do not tell."""
    return {
        key: {name: value for name, value in row.items() if name not in ("fx", "gross_mrr")}
        for key, row in native(found).items()
        if any(row[name] for name in MOVEMENTS)
    }


def reporting(found: Iterable[Move], rates: Mapping[tuple[str, date], Fraction]) -> dict[tuple[str, date], Row]:
    """Rows by (company, month) in the reporting currency: revaluation first, then each unit's one net change."""
    rows: dict[tuple[str, date], Row] = {}
    for move in found:
        if not any(opening or closing for opening, closing, _ in move.money.values()):
            continue
        last_month = (move.day - timedelta(days=1)).replace(day=1)
        opening = sum(_worth(amount, rates.get((c, last_month))) for c, (amount, _, _) in move.money.items())
        revalued = sum(_worth(amount, rates[c, move.day]) for c, (amount, _, _) in move.money.items())
        closing = sum(_worth(amount, rates[c, move.day]) for c, (_, amount, _) in move.money.items())
        row = _row(revalued, closing, move.kind) | {"opening": opening, "fx": revalued - opening}
        _add(rows, (move.unit[0], move.day), row)
    return rows


def _worth(amount: int, rate: Fraction | None) -> int:
    return whole(amount * rate.numerator, rate.denominator) if amount and rate is not None else 0


def whole_business(
    families: Iterable[list[Steps]], ends: list[Snapshot], rates: Mapping[tuple[str, date], Fraction]
) -> dict[tuple[date], Row]:
    """All MRR at each snapshot, each currency's sum in the reporting one, and how many pay; from the first month on."""
    paid: dict[date, dict[str, int]] = {end.day: {} for end in ends}
    payers: dict[date, set[str]] = {end.day: set() for end in ends}
    for family in families:
        for end, now in levels(family, ends):
            for unit, level in now.items():
                for currency, (net, _) in level.items():
                    if net:
                        paid[end.day][currency] = paid[end.day].get(currency, 0) + net
                        payers[end.day].add(unit[0])
    first = min(day for day, names in payers.items() if names).replace(day=1)
    rows = {}
    for day, sums in paid.items():
        if day >= first:
            mrr = sum(_worth(amount, rates[currency, day]) for currency, amount in sums.items())
            rows[(day,)] = {"mrr": mrr, "arr": 12 * mrr, "customer_count": MILLION * len(payers[day])}
    return rows


def committed(family: Iterable[Company], as_of: datetime, last: Snapshot, rules: Rules, name: str) -> dict[str, int]:
    """MRR per currency of a company, or of those under it, once all has happened that is known at as-of; nothing of 0.

    That a bill's time ends says nothing of the customer's leaving: what is paid for at the last snapshot goes on. Who
    will be past due for ever will be so for long enough.
    """
    end, total = datetime.max, dict[tuple[Unit, str], Fraction]()
    for company in family:
        if uses_lines(company, rules):
            what: Counted = (), (), tuple(pair for pair in counting_lines(company) if during(pair[1], last.at))
        else:
            items = running(company, end, as_of)
            since = {version.subscription: START_OF_TIME for version, status in items if status == "past_due"}
            what = counted(company, State(items, given(company, end), (), since), end, rules)
        for key, (net, _) in worth(what, rules, Units(name, rules.grain, chains(company))).items():
            total[key] = total.get(key, Fraction(0)) + net
    found: dict[str, int] = {}
    for (_, currency), net in total.items():
        found[currency] = found.get(currency, 0) + max(millionths(net), 0)
    return {currency: amount for currency, amount in found.items() if amount}
