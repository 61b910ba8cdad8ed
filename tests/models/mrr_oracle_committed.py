"""What is committed in every month, computed the slow and obvious way. No test stands here.

Written from the definition: MRR, and what is signed and has not begun, without what is known to end. What a month that
is over knew is asked of each item by itself; what comes is all that is known at as-of.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from mrr_oracle import Company, Rules, State, Subscription, Version, counting_lines, during, given, status_at
from mrr_oracle_days import START_OF_TIME, Snapshot, millionths
from mrr_oracle_worth import Counted, Unit, Units, Worth, chains, counted, uses_lines, worth

END_OF_TIME = datetime.max
Key = tuple[Unit, str]
"""An item of a subscription, or what is billed without one, in one currency."""
Row = dict[str, int]


class Items(Units):
    """Every item by itself, whichever subscriptions follow each other."""

    def of(self, subscription: str | None, item: str | None) -> Unit:
        """The item."""
        return (self.company, subscription or "", item or "")


@dataclass(frozen=True)
class Run:
    """An unbroken time in which an item counts."""

    start: datetime
    end: datetime
    known_from: datetime
    known_to: datetime


@dataclass
class Future:
    """One company under one set of rules, past and coming, as it is known at as-of."""

    company: Company
    rules: Rules
    as_of: datetime

    def __post_init__(self) -> None:
        """Work out what each item is worth from each instant on, and its unbroken runs."""
        self.by_line = uses_lines(self.company, self.rules)
        self.steps = list(self._steps())
        self.moments = [moment for moment, _ in self.steps]
        self.runs: dict[Key, list[Run]] = {}
        for key in {key for _, now in self.steps for key in now}:
            self.runs[key] = [self._known(key, *ends) for ends in self._unbroken(key)]

    def worth_at(self, instant: datetime) -> Worth:
        """(net, gross) of each item that counts at an instant."""
        place = bisect_right(self.moments, instant)
        return self.steps[place - 1][1] if place else {}

    def worth_later(self, instant: datetime) -> Worth:
        """Of each item once everything has happened; what is billed at the instant goes on."""
        return self.worth_at(instant) if self.by_line else self.worth_at(END_OF_TIME)

    def stays(self, instant: datetime) -> Iterator[tuple[Key, Fraction]]:
        """What counts at an instant and is not known to end then."""
        for key, (net, _) in self.worth_at(instant).items():
            run = next((run for run in self.runs[key] if run.start <= instant < run.end), None)
            if self.by_line or (run is not None and instant < run.known_to):
                yield key, net

    def signed(self, instant: datetime) -> Iterator[tuple[Key, Fraction]]:
        """What has not begun at an instant and is known to, with what it is worth when it begins."""
        for key, runs in self.runs.items():
            for run in runs:
                if not self.by_line and run.known_from <= instant < min(run.start, run.known_to):
                    yield key, self.worth_at(run.start)[key][0]

    def _said(self, subscription: str) -> Subscription:
        return self.company.subscriptions.get(subscription, Subscription())

    def _end(self, version: Version) -> datetime:
        """When a version ends, by all that is known at as-of."""
        own = self._said(version.subscription)
        ends = [version.end, version.deleted, own.deleted]
        is_called_off = own.status == "canceled" or (own.told is not None and own.told < self.as_of)
        if own.ends is not None:
            is_before = own.cancel is not None and own.cancel <= own.ends
            if own.ends <= self.as_of or not own.renews or is_called_off or is_before:
                ends.append(own.ends)
        if own.cancel is not None and (own.ends is None or own.cancel >= self.as_of):
            ends.append(own.cancel)
        if version.end is None and own.ends is None and own.cancel is None and is_called_off:
            ends.append((own.told or own.updated) if own.status == "canceled" else self.as_of)
        return min((end for end in ends if end is not None), default=END_OF_TIME)

    def _running(self, instant: datetime) -> tuple[tuple[Version, str], ...]:
        last: dict[tuple[str, str], Version] = {}
        for version in self.company.versions:
            key = version.subscription, version.item
            if version.start <= instant < self._end(version) and (key not in last or version.start > last[key].start):
                last[key] = version
        return tuple(
            (version, status_at(version, self._said(version.subscription), instant)) for version in last.values()
        )

    def _steps(self) -> Iterator[tuple[datetime, Worth]]:
        """What items are worth from each instant on at which one of them may change; the last is the end of time."""
        company, units = self.company, Items(self.company.name, self.rules.grain, chains(self.company))
        lines = counting_lines(company)
        said = company.subscriptions.values()
        told = [moment for version in company.versions for moment in (version.start, self._end(version))]
        told += [moment for own in said for moment in (own.paused, own.told) if moment is not None]
        told += [moment for d in company.discounts for moment in (d.start, d.end) if moment is not None]
        told += [moment for _, line in lines for moment in (line.start, line.end) if moment is not None]
        since: dict[str, datetime] = {}
        waiting = sorted({*told, END_OF_TIME})
        while waiting:
            moment = waiting.pop(0)
            if self.by_line:
                what: Counted = (), (), tuple(pair for pair in lines if during(pair[1], moment))
            else:
                items = self._forever() if moment == END_OF_TIME else self._running(moment)
                due = {version.subscription for version, status in items if status == "past_due"}
                if due - since.keys() and self.rules.past_due_days and moment < END_OF_TIME:
                    waiting = sorted({*waiting, moment + timedelta(days=self.rules.past_due_days)})
                since = {name: since.get(name, START_OF_TIME if moment == END_OF_TIME else moment) for name in due}
                what = counted(company, State(items, given(company, moment), (), since), moment, self.rules)
            yield moment, worth(what, self.rules, units)

    def _forever(self) -> tuple[tuple[Version, str], ...]:
        """What runs when nothing more happens."""
        last: dict[tuple[str, str], Version] = {}
        for version in self.company.versions:
            key = version.subscription, version.item
            if self._end(version) == END_OF_TIME and (key not in last or version.start > last[key].start):
                last[key] = version
        return tuple(
            (version, status_at(version, self._said(version.subscription), END_OF_TIME)) for version in last.values()
        )

    def _unbroken(self, key: Key) -> Iterator[tuple[datetime, datetime]]:
        begun: datetime | None = None
        for moment, now in self.steps:
            if key in now and begun is None:
                begun = moment
            elif key not in now and begun is not None:
                yield begun, moment
                begun = None
        if begun is not None and begun < END_OF_TIME:
            yield begun, END_OF_TIME

    def _known(self, key: Key, start: datetime, end: datetime) -> Run:
        """Since when a run was known to begin, and from when on it was known to end."""
        (_, subscription, item), _ = key
        own = self._said(subscription)
        versions = [v for v in self.company.versions if (v.subscription, v.item) == (subscription, item)]
        known_from, known_to = start, end
        first = min((v.start for v in self.company.versions if v.subscription == subscription), default=start)
        if own.created is not None and start <= first:
            known_from = min(own.created, start)
        if own.told is not None:
            known_to = min(own.told, end)
        elif end < END_OF_TIME and not self._goes_on(subscription, item, end):
            is_fixed = end in (own.ends, own.cancel) or end in {version.end for version in versions}
            known_to = START_OF_TIME if is_fixed else end
        return Run(start, end, known_from, known_to)

    def _goes_on(self, subscription: str, item: str, instant: datetime) -> bool:
        """Whether the item is there all the same, in another status, at another price or in another currency."""
        return any((v.subscription, v.item) == (subscription, item) for v, _ in self._running(instant))


def committed_months(
    family: Iterable[Company], as_of: datetime, ends: list[Snapshot], coming: list[Snapshot], rules: Rules, name: str
) -> Iterator[tuple[str, date, Row]]:
    """(currency, month, row) of a company, or of those under it, for every month in which anything is committed."""
    futures = [Future(company, rules, as_of) for company in family]
    *past, now = ends
    for end in past:
        yield from _past(futures, end, rules, name)
    lasting: dict[str, int] = {}
    for currency, row in _now(futures, now, rules, name):
        lasting[currency] = row["committed_mrr"]
        yield currency, now.day, row
    for end in coming:
        mrr = _by_currency(_rounded(_of_units(futures, rules, name, (_nets(f.worth_at(end.at)) for f in futures))))
        for currency in {currency for currency, amount in (*mrr.items(), *lasting.items()) if amount}:
            yield currency, end.day, _row(mrr.get(currency, 0), lasting.get(currency, 0), 0)


def _past(futures: list[Future], end: Snapshot, rules: Rules, name: str) -> Iterator[tuple[str, date, Row]]:
    """A month by what was known at its end."""
    mrr, stays, signed = (
        _by_currency(_rounded(_of_units(futures, rules, name, nets)))
        for nets in (
            (_nets(future.worth_at(end.at)) for future in futures),
            (future.stays(end.at) for future in futures),
            (future.signed(end.at) for future in futures),
        )
    )
    for currency in mrr.keys() | stays.keys() | signed.keys():
        runs, lasts, begins = (each.get(currency, 0) for each in (mrr, stays, signed))
        if runs or lasts or begins:
            yield currency, end.day, _row(runs, lasts, begins)


def _now(futures: list[Future], now: Snapshot, rules: Rules, name: str) -> Iterator[tuple[str, Row]]:
    """The month that is not over, by all that is known at as-of."""
    more: list[list[tuple[Key, Fraction]]] = []
    for future in futures:
        before, after = future.worth_at(now.at), future.worth_later(now.at)
        nothing = Fraction(0), Fraction(0)
        grown = (
            (key, after.get(key, nothing)[0] - before.get(key, nothing)[0]) for key in before.keys() | after.keys()
        )
        more.append([(key, max(net, Fraction(0))) for key, net in grown])
    runs = _rounded(_of_units(futures, rules, name, (_nets(future.worth_at(now.at)) for future in futures)))
    lasts = _rounded(_of_units(futures, rules, name, (_nets(future.worth_later(now.at)) for future in futures)))
    grows = _rounded(_of_units(futures, rules, name, more))
    total: dict[str, tuple[int, int, int]] = {}
    for unit in runs.keys() | lasts.keys() | grows.keys():
        mrr, committed = runs.get(unit, 0), lasts.get(unit, 0)
        coming = max(grows.get(unit, 0), committed - mrr)
        before = total.get(unit[1], (0, 0, 0))
        total[unit[1]] = before[0] + mrr, before[1] + coming, before[2] + committed
    for currency, (mrr, coming, committed) in total.items():
        if mrr or coming or committed:
            leaving = mrr + coming - committed
            yield (
                currency,
                {"mrr": mrr, "signed": coming, "leaving": leaving, "committed_mrr": committed},
            )


def _row(mrr: int, stays: int, signed: int) -> Row:
    more, less = max(stays - mrr, 0), max(mrr - stays, 0)
    return {"mrr": mrr, "signed": signed + more, "leaving": less, "committed_mrr": stays + signed}


def _nets(worths: Worth) -> Iterator[tuple[Key, Fraction]]:
    return ((key, net) for key, (net, _) in worths.items())


def _of_units(
    futures: list[Future], rules: Rules, name: str, nets: Iterable[Iterable[tuple[Key, Fraction]]]
) -> dict[Key, Fraction]:
    """Summed up to the units whose changes are told apart."""
    total: dict[Key, Fraction] = {}
    for future, of_items in zip(futures, nets, strict=True):
        units = Units(name, rules.grain, chains(future.company))
        for ((_, subscription, item), currency), net in of_items:
            unit = units.of(subscription or None, item or None), currency
            total[unit] = total.get(unit, Fraction(0)) + net
    return total


def _rounded(total: dict[Key, Fraction]) -> dict[Key, int]:
    """In millionths; what is less than nothing is nothing."""
    return {unit: max(millionths(net), 0) for unit, net in total.items()}


def _by_currency(units: dict[Key, int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for (_, currency), amount in units.items():
        found[currency] = found.get(currency, 0) + amount
    return found
