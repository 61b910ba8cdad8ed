"""Which invoice answers which call. What may answer what is said by the candidates; here it is only settled.

A call has at most one answer. An invoice answers one call for each service period it is for; one that is for a longer
period than the calls answers all that lie in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import groupby
from typing import NamedTuple

import polars as pl

INPUTS = ("behaviour.day_candidate", "behaviour.period_candidate", "behaviour.several_candidate")
CALL, BILL = "expected_invoice_id", "invoice_id"
EARLY = 2
"""A day too early counts as so many days too late: bills are late more often than early."""


def build(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per answered call: expected_invoice_id (unique), invoice_id.

    First the service periods that fit each other, then those that cover several calls, then those that lie in a call's;
    then days, in order, of the subscription, the contract, the company; last the invoices for several payments.
    """
    periods = frames["behaviour.period_candidate"].sort(
        "rank", "shared", "is_other_amount", "days_apart", "stretch_id", CALL, descending=[False, True] + [False] * 4
    )
    fits = _one_to_one(periods.filter(kind="fits"))
    free = _without(periods, fits, CALL, "stretch_id")
    covers = free.filter(kind="covers").unique(CALL, keep="first", maintain_order=True)
    free = _without(free, covers, CALL, "stretch_id").filter(kind="is_in")
    is_in = _one_to_one(free.sort("rank", "days_apart", "is_other_amount", "stretch_id", CALL))
    answers = [found.select(CALL, BILL) for found in (fits, covers, is_in)]
    for rank in (1, 2, 3):
        days = _without(frames["behaviour.day_candidate"].filter(rank=rank), pl.concat(answers), CALL, BILL)
        answers.append(_in_order(days))
    several = _without(frames["behaviour.several_candidate"], pl.concat(answers), CALL).sort("rank", "days_apart", BILL)
    answers.append(several.unique(CALL, keep="first", maintain_order=True).select(CALL, BILL))
    return pl.concat(answers).sort(CALL)


def _without(pairs: pl.DataFrame, taken: pl.DataFrame, *keys: str) -> pl.DataFrame:
    for key in keys:
        pairs = pairs.join(taken.select(key).unique(), on=key, how="anti", maintain_order="left")
    return pairs


def _one_to_one(pairs: pl.DataFrame) -> pl.DataFrame:
    """The pairs that are left when the best one (they come best first) is taken again and again.

    All pairs that are the best of both their call and their service period are taken at once, which is the same.
    """
    taken = [pairs.clear()]
    while pairs.height:
        of_call = pairs.with_row_index("_place").unique(CALL, keep="first", maintain_order=True)
        of_bill = pairs.with_row_index("_place").unique("stretch_id", keep="first", maintain_order=True)
        best = of_call.join(of_bill.select("_place"), on="_place", how="semi").drop("_place")
        taken.append(best)
        pairs = _without(pairs, best, CALL, "stretch_id")
    return pl.concat(taken)


def _in_order(pairs: pl.DataFrame) -> pl.DataFrame:
    """The answers by day, one party after another: a later invoice answers a later call."""
    calls: set[str] = set()
    bills: set[str] = set()
    found: list[tuple[str, str]] = []
    possible = map(Pair._make, pairs.sort("party").select(Pair._fields).iter_rows())
    for _, group in groupby(possible, lambda one: one.party):
        left = [one for one in group if one.expected_invoice_id not in calls and one.invoice_id not in bills]
        answers = in_order(left)
        calls |= {call for call, _ in answers}
        bills |= {bill for _, bill in answers}
        found += answers
    return pl.DataFrame(found, schema={CALL: pl.String, BILL: pl.String}, orient="row")


class Pair(NamedTuple):
    """An invoice that may answer a call."""

    party: str
    expected_invoice_id: str
    invoice_id: str
    called_on: date
    billed_on: date
    is_due: bool
    days_late: int
    is_other_amount: int


class Way(NamedTuple):
    """A way to answer the calls up to some place: what it is worth, its last answer, and the way to there."""

    worth: tuple[int, int, int, int] = (0, 0, 0, 0)
    answer: tuple[str, str] | None = None
    before: Way | None = None


def in_order(rows: Iterable[Pair]) -> list[tuple[str, str]]:
    """Answer calls with invoices one to one, in the order of their days.

    `rows` are the pairs that are possible. As many calls as possible that are due already are answered, then as many as
    possible of all; then the days between are as few as possible (early ones twice), then the other amounts. Of ways
    that are equal in all that, the earlier invoices answer the earlier calls.
    """
    pairs = {(row.expected_invoice_id, row.invoice_id): row for row in rows}
    calls = sorted({(row.called_on, row.expected_invoice_id) for row in pairs.values()})
    bills = sorted({(row.billed_on, row.invoice_id) for row in pairs.values()})
    line = [Way()] * (len(bills) + 1)
    for _, call in calls:
        line = _next_line(line, call, bills, pairs)
    way: Way | None = line[-1]
    answers = []
    while way is not None:
        answers += [way.answer] if way.answer else []
        way = way.before
    return answers[::-1]


def _next_line(
    above: list[Way], call: str, bills: list[tuple[date, str]], pairs: Mapping[tuple[str, str], Pair]
) -> list[Way]:
    """The best ways to answer the calls up to `call` with the first 0, 1, 2 … of the invoices."""
    line = [above[0]]
    for place, (_, bill) in enumerate(bills):
        one, other = line[place], above[place + 1]
        best = one if one.worth >= other.worth else other
        row = pairs.get((call, bill))
        if row is not None:
            late, before = row.days_late, above[place]
            due, all_of_them, apart, others = before.worth
            worth = (
                due + row.is_due,
                all_of_them + 1,
                apart - (late if late >= 0 else -EARLY * late),
                others - row.is_other_amount,
            )
            if worth > best.worth:
                best = Way(worth, (call, bill), before)
        line.append(best)
    return line
