"""What a company's items and invoice lines are worth a month under a set of rules, exactly. No test stands here."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from mrr_oracle import Company, Discount, Invoice, Line, Rules, State, Version, counting_lines, rounded

MINOR = {"JPY": 0}
Unit = tuple[str, ...]
Money = tuple[Fraction, Fraction]
Worth = dict[tuple[Unit, str], Money]
Steps = list[tuple[datetime, Worth]]
Paid = tuple[tuple[Invoice, Line], ...]
Counted = tuple[tuple[Version, ...], tuple[Discount, ...], Paid]
NOTHING = Fraction(0)


@dataclass(frozen=True)
class Units:
    """The units whose changes are told apart; the first word of each is the company its rows stand under."""

    company: str
    grain: str
    chains: Mapping[str, str]

    def of(self, subscription: str | None, item: str | None) -> Unit:
        """The unit of an item of a subscription, or of a line that may have neither."""
        if self.grain in ("customer", "parent"):
            return (self.company,)
        chain = self.chains.get(subscription, subscription) if subscription else ""
        return (self.company, chain) if self.grain == "subscription" else (self.company, chain, item or "")


def chains(company: Company) -> dict[str, str]:
    """One name for all subscriptions that hang together because one takes the place of another."""
    name_of = {name: name for name in company.subscriptions}
    for name, own in company.subscriptions.items():
        if own.replaced_by is not None:
            old, new = name_of[name], name_of.setdefault(own.replaced_by, own.replaced_by)
            name_of = {each: new if known == old else known for each, known in name_of.items()}
    return name_of


def tops(companies: Iterable[Company]) -> dict[str, str]:
    """The ultimate parent of each company: itself, if it has none."""
    parents = {company.name: company.parent for company in companies}

    def top(name: str) -> str:
        parent = parents[name]
        return name if parent is None else top(parent)

    return {name: top(name) for name in parents}


def uses_lines(company: Company, rules: Rules) -> bool:
    """Whether a company's revenue is read from its invoices: where they lead, or where there is nothing else."""
    if rules.basis == "invoice_line":
        return bool(counting_lines(company))
    return not company.versions and not company.subscriptions


def steps(company: Company, states: list[tuple[datetime, State]], rules: Rules, name: str) -> Steps:
    """What a company's units are worth from each instant on; its rows stand under `name`."""
    units = Units(name, rules.grain, chains(company))
    by_line = uses_lines(company, rules)
    found: Steps = []
    last: Counted = (), (), ()
    for place, (begin, state) in enumerate(states):
        following = states[place + 1][0] if place + 1 < len(states) else datetime.max
        limits = {since + timedelta(days=rules.past_due_days) for since in state.due_since.values()}
        for moment in (begin, *sorted(limit for limit in limits if begin < limit < following)):
            now: Counted = ((), (), state.lines) if by_line else counted(company, state, moment, rules)
            if now != last:
                found.append((moment, worth(now, rules, units)))
                last = now
    return found


def counted(company: Company, state: State, instant: datetime, rules: Rules) -> Counted:
    """What of a state counts: statuses, notice, time past due, metered items and discounts as the rules say."""
    out = set()
    for name, own in company.subscriptions.items():
        if rules.cancellation == "at_notice" and own.told is not None and own.told <= instant:
            out.add(name)
    for name, since in state.due_since.items():
        if rules.past_due_days and instant >= since + timedelta(days=rules.past_due_days):
            out.add(name)
    items = tuple(
        version
        for version, status in state.items
        if status in rules.statuses
        and version.subscription not in out
        and (not version.metered or (rules.committed_minimum == "in" and version.minimum is not None))
    )
    return items, tuple(d for d in state.discounts if d.duration in rules.durations), ()


def worth(what: Counted, rules: Rules, units: Units) -> Worth:
    """(net, gross) MRR per unit and currency, exact; credits may make it negative."""
    items, discounts, lines = what
    total: Worth = {}
    for unit, currency, net, gross in (
        *_of_items(items, discounts, rules, units),
        *((units.of(_agreed(*pair), pair[1].product), pair[0].currency, *_of_line(*pair, rules)) for pair in lines),
    ):
        if rules.rounding == "per_item":
            net, gross = (rounded(value, MINOR.get(currency, 2)) for value in (net, gross))
        before = total.get((unit, currency), (NOTHING, NOTHING))
        total[unit, currency] = before[0] + net, before[1] + gross
    return total


# --- items of subscriptions -------------------------------------------------------------------------------------------


def _of_items(
    items: tuple[Version, ...], discounts: tuple[Discount, ...], rules: Rules, units: Units
) -> Iterator[tuple[Unit, str, Fraction, Fraction]]:
    for subscription, currency in {(v.subscription, v.currency): None for v in items}:
        mine = [v for v in items if (v.subscription, v.currency) == (subscription, currency)]
        here = [d for d in discounts if d.subscription == subscription and (d.fixed is None or d.currency == currency)]
        for version, net in zip(mine, _nets(mine, here, rules), strict=True):
            yield units.of(subscription, version.item), currency, net, _price(version) * _factor(version, rules)


def _factor(version: Version, rules: Rules) -> Fraction:
    return rules.months[version.interval] / version.count


def _price(version: Version) -> Fraction:
    """Of one billing period; of what is metered only what was promised."""
    if version.metered:
        assert version.minimum is not None
        return version.minimum
    return version.quantity * version.amount


def _nets(items: list[Version], discounts: list[Discount], rules: Rules) -> list[Fraction]:
    """Net MRR of one subscription's items of one currency: percents, then amounts on an item, then amounts on all.

    What is negative is a credit, which no discount touches.
    """
    monthly = []
    for version in items:
        price = _price(version)
        if price > 0:
            here = [d for d in discounts if d.item in (None, version.item)]
            for d in here:
                price *= 1 - (d.percent or NOTHING) / 100
            price -= sum((d.fixed for d in here if d.fixed is not None and d.item is not None), NOTHING)
            price = max(price, NOTHING)
        monthly.append(price * _factor(version, rules))
    shared = sum((d.fixed for d in discounts if d.fixed is not None and d.item is None), NOTHING)
    whole = sum((value for value in monthly if value > 0), NOTHING)
    return [
        max(value - shared * (value / whole) * _factor(version, rules), NOTHING) if value > 0 else value
        for value, version in zip(monthly, items, strict=True)
    ]


# --- lines of invoices ------------------------------------------------------------------------------------------------


def _agreed(invoice: Invoice, line: Line) -> str | None:
    return line.subscription or invoice.subscription


def _of_line(invoice: Invoice, line: Line, rules: Rules) -> Money:
    """(net, gross) MRR of a line: what it bills, by the months it bills it for."""
    assert line.start is not None
    assert line.end is not None
    share = month_share(line.start, line.end, rules)
    return (line.amount - line.off - _share_of_rest(invoice, line)) * share, line.amount * share


def _share_of_rest(invoice: Invoice, line: Line) -> Fraction:
    """What a line bears of its invoice's discount: by its cost, in whole minor units; the largest bears the rest."""
    if not invoice.rest:
        return NOTHING
    costs = {each: each.amount - each.off for each in invoice.lines}
    share = invoice.rest / sum(costs.values(), NOTHING)
    shares = {each: rounded(share * cost, MINOR.get(invoice.currency, 2)) for each, cost in costs.items()}
    largest = max(invoice.lines, key=lambda each: costs[each])
    return shares[line] + (invoice.rest - sum(shares.values(), NOTHING) if line is largest else NOTHING)


def month_share(start: datetime, end: datetime, rules: Rules) -> Fraction:
    """What a month is of a period: of whole months one in so many, of any other as many as days are to a month."""
    months = (end.year - start.year) * 12 + end.month - start.month
    both_last = all(moment.day == monthrange(moment.year, moment.month)[1] for moment in (start, end))
    if months > 0 and start.time() == end.time() and (start.day == end.day or both_last):
        return Fraction(1, months)
    length = Fraction((end - start) // timedelta(microseconds=1), 86_400_000_000)
    return rules.months["day"] / length
