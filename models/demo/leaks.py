"""What goes wrong in billing: bills forgotten, late, too low, too high or never paid, planted among honest ones.

Which bills there should be stands in `billing`; what follows from the flaws, as a truth, in `truth_money`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby

from models.demo.billing import BILLED, Bill, cents, covers, line_of, runs, taken_off
from models.demo.catalogue import NEW, OLD, Catalogue
from models.demo.clock import Clock, add_months
from models.demo.frames import Row
from models.demo.plan import Discount, Plan

SETTLED = timedelta(days=46)
"""Nothing is planted in bills younger than this: by now it is sure that they are wrong."""
PLANS_PER_FLAW = 45
ROUNDS = 2
"""How many bills one after another have the same flaw, where it lasts."""


@dataclass
class Call:
    """What a subscription calls for at the start of a billing period, and the bill that was made of it, if any."""

    company_no: int
    sub_no: int
    currency: str
    called_at: datetime
    amount: Decimal
    bill: Bill | None
    flaw: str | None = None


def asked(lines: Iterable[Row], discount: Decimal) -> Decimal:
    """What a bill of these lines asks for its own period: without usage, corrections and tax, after discounts."""
    return sum((line["amount"] for line in own_lines(lines)), Decimal(0)) - discount


def own_lines(lines: Iterable[Row]) -> list[Row]:
    """The lines that are for a bill's own period."""
    return [line for line in lines if line["revenue_type"] == "recurring" and not line["is_proration"]]


class Saboteur:
    """Plants every kind of flaw in the bills of subscriptions of their own, from a year before the end on."""

    def __init__(self, clock: Clock, catalogue: Catalogue) -> None:
        self.catalogue, self.as_of = catalogue, clock.as_of
        self.first = add_months(clock.as_of, -11)
        self.last = clock.as_of - SETTLED

    def plant(self, bills: Iterable[Bill]) -> tuple[list[Bill], list[Call]]:
        """The bills as they were made, and the calls of all honest ones; `bills` come plan by plan, in order."""
        lives = [list(group) for _, group in groupby(bills, key=lambda bill: bill.plan and bill.plan.no)]
        calls = {
            id(bill): _call(bill, bill.plan) for life in lives for bill in life if bill.plan and bill.status is None
        }
        wanted = max(1, len(lives) // PLANS_PER_FLAW)
        kinds: tuple[tuple[str, Callable[[list[Bill]], list[Bill] | None]], ...] = (
            ("price_differs", self._at_the_old_price),
            ("discount", self._discounted_on),
            ("billed_without_contract", self._billed_on),
            ("unpaid", self._unpaid),
            ("quantity_differs", self._for_fewer),
            ("timing", self._late),
            ("not_billed", self._forgotten),
        )
        free = [life for life in lives if all(bill.status is None for bill in life)]
        for flaw, damage in kinds:
            found = 0
            for life in list(free):
                hit = damage(life) if found < wanted else None
                if hit is not None:
                    found += 1
                    free.remove(life)
                    for bill in hit:
                        if id(bill) in calls:
                            calls[id(bill)].flaw = flaw
                            calls[id(bill)].bill = None if bill.flaw == "forgotten" else bill
        made = [bill for life in lives for bill in life]
        return made, list(calls.values())

    def _recent(self, life: list[Bill]) -> list[Bill]:
        return [
            bill
            for bill in life
            if self.first <= bill.period_start < self.last and asked(bill.lines, bill.discount) > 0
        ]

    def _pair(self, life: list[Bill]) -> list[Bill] | None:
        recent = self._recent(life)
        return recent[1 : 1 + ROUNDS] if len(recent) > ROUNDS + 1 else None

    def _forgotten(self, life: list[Bill]) -> list[Bill] | None:
        """A bill that was never made; not the newest one."""
        hit = self._pair(life)
        if hit is None or life[-1] in hit:
            return None
        hit[0].flaw = "forgotten"
        return hit[:1]

    def _late(self, life: list[Bill]) -> list[Bill] | None:
        hit = self._pair(life)
        for bill in hit[:1] if hit else []:
            bill.flaw, bill.issued_at = "late", bill.issued_at + timedelta(days=38)
        return hit[:1] if hit else None

    def _unpaid(self, life: list[Bill]) -> list[Bill] | None:
        """A bill that nobody pays, of a content customer who pays by bank transfer."""
        hit = self._recent(life)[:1]
        if not hit or hit[0].company.method != "bank_transfer" or hit[0].company.story.decline:
            return None
        hit[0].flaw = "unpaid"
        return hit

    def _for_fewer(self, life: list[Bill]) -> list[Bill] | None:
        """Fewer seats than agreed."""
        hit = self._pair(life)
        if hit is None or any(
            len(own_lines(bill.lines)) != 1 or own_lines(bill.lines)[0]["quantity"] < 4 for bill in hit
        ):
            return None
        for bill in hit:
            self._change(bill, lambda line: {"quantity": line["quantity"] - max(1, line["quantity"] // 5)})
        return hit

    def _at_the_old_price(self, life: list[Bill]) -> list[Bill] | None:
        """The price of before the rise that the subscription was part of."""
        plan, recent = life[0].plan, self._recent(life)
        rises = [change.at for change in plan.changes if change.kind == "generation"] if plan else []
        hit = [bill for bill in recent if rises and bill.period_start >= rises[0]][1 : 1 + ROUNDS]
        if (
            plan is None
            or len(hit) < ROUNDS
            or any(self._old_price(plan, own_lines(bill.lines)[0]) is None for bill in hit)
        ):
            return None
        for bill in hit:
            self._change(bill, lambda line: self._old_price(plan, line) or {})
        return hit

    def _old_price(self, plan: Plan, line: Row) -> Row | None:
        new = self.catalogue.price(line["product_no"], plan.currency, plan.interval, NEW)
        old = self.catalogue.price(line["product_no"], plan.currency, plan.interval, OLD)
        is_dearer = line["price_no"] == new.no and old.unit_amount < new.unit_amount
        return {"price_no": old.no, "unit_amount": old.unit_amount} if is_dearer else None

    def _discounted_on(self, life: list[Bill]) -> list[Bill] | None:
        """A discount that goes on after its end, up to bills of the last year."""
        plan, recent = life[0].plan, self._recent(life)
        over = [row for row in plan.discounts if row.ends_at is not None] if plan else []
        if plan is None or not over or over[0].ends_at is None or len(recent) <= ROUNDS:
            return None
        ended, until = over[0].ends_at, recent[ROUNDS - 1].period_start
        hit = [bill for bill in life if ended <= bill.period_start <= until]
        if len([bill for bill in hit if bill in recent]) < ROUNDS:
            return None
        for bill in hit:
            bill.discount = self._off(bill, plan, over[0])
        return hit

    def _billed_on(self, life: list[Bill]) -> list[Bill] | None:
        """A bill for the period after the end."""
        plan = life[0].plan
        if plan is None or plan.end_at is None or plan.follower or plan.reason == "payment_failed":
            return None
        end_at, eve = plan.end_at, plan.end_at - timedelta(seconds=1)
        running = [
            row for row in plan.versions if covers(row, eve) and row["status"] in BILLED and not row["is_metered"]
        ]
        start, end = next(period for period in plan.periods() if period[0] >= end_at)
        if not running or not self.first <= start < self.last:
            return None
        lines = [line_of(plan, row, start, end) for row in running]
        life.append(Bill(life[0].company, plan, plan.currency, start, start, end, lines, flaw="beyond"))
        return life[-1:]

    def _change(self, bill: Bill, changed: Callable[[Row], Row]) -> None:
        """Give the bill's own lines other values, and the discount that follows."""
        lines = []
        for line in bill.lines:
            new = line | changed(line) if line in own_lines([line]) else line
            lines.append(new | {"amount": cents(new["unit_amount"] * new["quantity"])} if new != line else line)
        bill.lines = lines
        if bill.plan:
            bill.discount = self._off(bill, bill.plan)

    def _off(self, bill: Bill, plan: Plan, *others: Discount) -> Decimal:
        at = bill.period_start
        running = [row for row in plan.discounts if row in others or runs(row, at)]
        return taken_off(running, sum((line["amount"] for line in own_lines(bill.lines)), Decimal(0)))


def _call(bill: Bill, plan: Plan) -> Call:
    return Call(bill.company.no, plan.no, bill.currency, bill.period_start, asked(bill.lines, bill.discount), bill)
