"""Which invoice answers which call, in the plainest Python: every pair looked at, every assignment tried.

It shares no code with the models. Where several assignments by day are equally good, the one that is asked about may be
any of them; so `verdict` checks answers instead of giving them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

Pair = tuple[str, str]


@dataclass(frozen=True)
class Call:
    """What is called for; `links`: the subscriptions and contracts that are the same agreement."""

    id: str
    company: str
    subscription: str | None
    links: frozenset[str]
    currency: str
    issue_on: date
    due_on: date | None
    amount: Decimal
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True)
class Stretch:
    """A service period that an invoice is for."""

    id: str
    subscription: str | None
    start: datetime
    end: datetime
    amount: Decimal


@dataclass(frozen=True)
class Bill:
    """An invoice; `stretches` are those of its recurring lines, or its own."""

    id: str
    company: str
    subscription: str | None
    contract: str | None
    currency: str
    issued_on: date
    due_on: date
    amount: Decimal
    is_real: bool
    stretches: tuple[Stretch, ...]


class Case:
    """The calls and bills of a few customers, and the days that policy allows between them."""

    def __init__(self, calls: Sequence[Call], bills: Sequence[Bill], as_of: date, match_days: int) -> None:
        self.calls, self.bills = calls, [bill for bill in bills if bill.is_real]
        self.as_of, self.match_days = as_of, match_days
        self.by_call = {call.id: call for call in calls}

    def party(self, bill: Bill, subscription: str | None) -> tuple[int, str]:
        """For whom a bill (or a period of it, of `subscription`) may answer, and how closely."""
        for rank, name in ((1, subscription), (2, bill.contract)):
            if name and any(name in call.links and call.currency == bill.currency for call in self.calls):
                return rank, name
        return 3, bill.company

    def by_period(self) -> dict[str, str]:
        """Answers by service period: the best pair is taken again and again."""
        found: list[tuple[str, tuple[object, ...], Call, Bill, Stretch]] = []
        for bill in self.bills:
            for stretch in bill.stretches:
                rank, party = self.party(bill, stretch.subscription)
                is_named = bool(stretch.subscription or bill.contract)
                for call in self.calls:
                    if call.start is None or call.end is None or call.currency != bill.currency:
                        continue
                    if not (call.company == party if rank == 3 else party in call.links):
                        continue
                    if rank == 3 and is_named and stretch.amount != call.amount:
                        continue
                    shared = min(call.end, stretch.end) - max(call.start, stretch.start)
                    of_call, of_bill = 2 * shared > call.end - call.start, 2 * shared > stretch.end - stretch.start
                    apart, other = abs((bill.issued_on - call.issue_on).days), stretch.amount != call.amount
                    if of_call and of_bill:
                        found.append(("fits", (rank, -shared, other, apart, stretch.id, call.id), call, bill, stretch))
                    elif of_call and rank < 3:
                        found.append(("covers", (rank, -shared, other, apart, stretch.id), call, bill, stretch))
                    elif of_bill and rank < 3:
                        found.append(("is_in", (rank, apart, other, stretch.id, call.id), call, bill, stretch))
        answers: dict[str, str] = {}
        used: set[str] = set()
        for kind in ("fits", "covers", "is_in"):
            free = [row for row in found if row[0] == kind and row[4].id not in used]
            for _, _, call, bill, stretch in sorted(free, key=lambda row: row[1]):  # type: ignore[arg-type]
                if call.id not in answers and (kind == "covers" or stretch.id not in used):
                    answers[call.id] = bill.id
                    used.add(stretch.id)
        return answers

    def by_day(self) -> dict[tuple[int, str], dict[Pair, tuple[int, ...]]]:
        """The pairs that are near enough, by party, each with what it is worth."""
        found: dict[tuple[int, str], dict[Pair, tuple[int, ...]]] = {}
        for bill in self.bills:
            rank, party = self.party(bill, bill.subscription)
            for call in self.calls:
                if call.currency != bill.currency or (call.start and bill.stretches):
                    continue
                if rank == 3 and (call.company != party or call.amount != bill.amount):
                    continue
                if rank < 3 and party not in call.links:
                    continue
                late = (bill.due_on - call.due_on if call.due_on else bill.issued_on - call.issue_on).days
                if abs(late) <= self.match_days:
                    kind = "period" if call.start else "due" if call.due_on else "issue"
                    name = f"{party}:{call.amount}.0000:" if rank == 3 else f"{party}:"
                    name += f"{call.currency}:{kind}"
                    worth = (
                        call.issue_on <= self.as_of,
                        1,
                        -late if late > 0 else 2 * late,
                        call.amount == bill.amount,
                    )
                    found.setdefault((rank, name), {})[call.id, bill.id] = tuple(map(int, worth))
        return found

    def several(self, taken: dict[str, str]) -> dict[str, str]:
        """What answers payments without a period: the nearest bill whose service period holds several of them."""
        answers: dict[str, str] = {}
        for call in self.calls:
            best: list[tuple[int, int, str]] = []
            for bill in self.bills:
                for stretch in bill.stretches:
                    rank, party = self.party(bill, stretch.subscription)
                    held = [
                        other
                        for other in self.calls
                        if other.start is None and other.currency == bill.currency and party in other.links
                        for other_day in [datetime.combine(other.due_on or other.issue_on, datetime.min.time())]
                        if stretch.start <= other_day < stretch.end
                    ]
                    if rank < 3 and call in held and len(held) > 1:
                        best.append((rank, abs((bill.issued_on - call.issue_on).days), bill.id))
            if call.start is None and call.id not in taken and best:
                answers[call.id] = min(best)[2]
        return answers

    def verdict(self, answers: dict[str, str]) -> str | None:
        """What is wrong with the answers; None when nothing is."""
        left = dict(answers)
        settled = self.by_period()
        for call, bill in settled.items():
            if left.pop(call, None) != bill:
                return f"{call} is answered by {answers.get(call)}, by service period it is {bill}"
        for (_, party), pairs in sorted(self.by_day().items()):
            used = set(settled.values())
            free = {pair: worth for pair, worth in pairs.items() if pair[0] not in settled and pair[1] not in used}
            chosen = {pair: worth for pair, worth in free.items() if left.get(pair[0]) == pair[1]}
            # one that answers several payments answers just one of them by day: the one that is worth most
            chosen = {
                pair: chosen[pair]
                for pair in {pair[1]: pair for pair in sorted(chosen, key=chosen.__getitem__)}.values()
            }
            ways = list(assignments(list(free.items())))
            worth, best = total(chosen), max(total(dict(way))[:3] for way in ways)
            in_order = max(total(dict(way)) for way in ways if self.is_in_order(way))
            if worth[:3] != best or worth != in_order:
                return f"{party}: the answers by day {sorted(chosen)} are worth {worth}, not {best} and {in_order}"
            if not self.is_in_order(chosen):
                return f"{party}: the answers by day {sorted(chosen)} are not in order"
            settled |= dict(list(chosen))
            for call, _ in chosen:
                del left[call]
        several = self.several(settled)
        return None if left == several else f"{left} are for several payments, not {several}"

    def is_in_order(self, pairs: Iterable[Pair | tuple[Pair, object]]) -> bool:
        """Whether later calls are answered by later bills (those of one day go by their ids)."""
        bills = {bill.id: bill for bill in self.bills}
        plain = [pair if isinstance(pair[0], str) else pair[0] for pair in pairs]
        places = []
        for call_id, bill_id in plain:
            call, bill = self.by_call[call_id], bills[bill_id]
            asked, told = (call.due_on, bill.due_on) if call.due_on else (call.issue_on, bill.issued_on)
            places.append(((asked, call.id), (told, bill.id)))
        places.sort()
        return [bill for _, bill in places] == sorted(bill for _, bill in places)


def total(pairs: Mapping[Pair, tuple[int, ...]]) -> tuple[int, ...]:
    """The sum of what pairs are worth."""
    return tuple(sum(parts) for parts in zip((0, 0, 0, 0), *pairs.values(), strict=True))


def assignments(pairs: Sequence[tuple[Pair, tuple[int, ...]]]) -> Iterator[list[tuple[Pair, tuple[int, ...]]]]:
    """Every way to take pairs that share no call and no bill."""
    if not pairs:
        yield []
        return
    ((call, bill), worth), *rest = pairs
    yield from assignments(rest)
    for others in assignments([pair for pair in rest if pair[0][0] != call and pair[0][1] != bill]):
        yield [((call, bill), worth), *others]
