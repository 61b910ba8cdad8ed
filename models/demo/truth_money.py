"""The truth about what was agreed, billed and collected, and why they differ: plain sums over plans, deals and bills.

It shares no code with the models that find the same. Nothing here is taxed; months are those of UTC.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from models.demo.clock import add_months
from models.demo.frames import Row
from models.demo.leaks import Call, asked
from models.demo.pipeline import Deal

GRACE = timedelta(days=15)
DUE_DAYS = timedelta(days=30)
NONE = Decimal(0)
LEAKS = ("not_billed", "price_differs", "quantity_differs", "discount", "billed_without_contract", "unpaid")
Key = tuple[int, str, date]


class Ledger:
    """Collects what was agreed, billed and collected by company, currency and month, and why they differ."""

    def __init__(self, as_of: datetime) -> None:
        self.as_of = as_of
        back = add_months(as_of, -12)
        first = datetime(back.year, back.month, 1)
        self.first = (first if first == back else add_months(first, 1)).date()
        self.last_day = (as_of - timedelta(seconds=1)).date()
        self.sums: dict[str, dict[Key, Decimal]] = {
            name: defaultdict(Decimal) for name in ("contracted", "billed", "collected")
        }
        self.reasons: dict[tuple[Key, str], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        self.found: list[Row] = []

    # --- what is agreed ---------------------------------------------------------------------------------------------

    def call(self, calls: Iterable[Call]) -> None:
        """What subscriptions call for; why the bill of a period asks for something else."""
        for call in calls:
            if call.amount <= 0 or call.called_at >= self.as_of:
                continue
            key = self._key(call.company_no, call.currency, call.called_at)
            self.sums["contracted"][key] += call.amount
            planted = call.flaw in LEAKS
            if call.bill is None:
                self._explain(key, "billed", "not_billed", call.amount, call.sub_no, None, planted)
                continue
            lost = call.amount - asked(call.bill.lines, call.bill.discount)
            if lost:
                self._explain(key, "billed", call.flaw or "?", lost, call.sub_no, call.bill.no, planted)

    def agree(self, deals: Sequence[Deal], contracts: Iterable[Row], payments: Iterable[Row]) -> None:
        """What deals call for of companies that no billing system knows: by their contract's payments, else monthly."""
        signed = {row["contract_no"]: row for row in contracts if row["signed_on"]}
        scheduled: dict[int, list[Row]] = defaultdict(list)
        for row in payments:
            if row["contract_no"] in signed:
                scheduled[signed[row["contract_no"]]["deal_no"]].append(row)
        for deal in deals:
            if deal.status != "won" or deal.ended_at is None or deal.company.in_billing:
                continue
            if deal.no in scheduled:
                for row in scheduled[deal.no]:
                    at = datetime.combine(row["due_on"], datetime.min.time()) - DUE_DAYS
                    self._unbilled(deal, at, row["amount"])
            else:
                for at in self._instalments(deal, deals):
                    self._unbilled(deal, at, deal.mrr)

    def _instalments(self, deal: Deal, deals: Sequence[Deal]) -> Iterable[datetime]:
        """Starts of the months in which a won deal runs; a later renewal of the company ends it."""
        assert deal.ended_at
        first = datetime(deal.ended_at.year, deal.ended_at.month, deal.ended_at.day)
        end = add_months(first, deal.term)
        for other in deals:
            if other.company is deal.company and other.kind == "renewal" and other.status == "won" and other.mrr > 0:
                day = other.ended_at and datetime(other.ended_at.year, other.ended_at.month, other.ended_at.day)
                end = min(end, day) if day and day > first else end
        for place in range(deal.term):
            if (at := add_months(first, place)) < end:
                yield at

    def _unbilled(self, deal: Deal, at: datetime, amount: Decimal) -> None:
        if at < self.as_of and amount > 0:
            key = self._key(deal.company.no, deal.currency, at)
            self.sums["contracted"][key] += amount
            reason = "timing" if at + GRACE >= self.as_of else "not_billed"
            self._explain(key, "billed", reason, amount, None, None, False)

    # --- what is billed and collected -------------------------------------------------------------------------------

    def bill(self, rows: Mapping[str, Sequence[Row]], calls: Iterable[Call]) -> None:
        """What bills ask for beside, or in another month than, what is called for; and what came in for them."""
        lines, payments, credits = _by(rows["invoice_lines"]), _by(rows["payments"]), _by(rows["credit_notes"])
        paid_for = {row["payment_no"]: row["invoice_no"] for row in rows["payments"]}
        refunds = _by([row | {"invoice_no": paid_for[row["payment_no"]]} for row in rows["refunds"]])
        called = {call.bill.no: call for call in calls if call.bill}
        refused = {no for no, call in called.items() if call.flaw == "unpaid"}
        for bill in rows["invoices"]:
            if bill["status"] not in ("void", "draft"):
                no = bill["invoice_no"]
                self._billed(bill, lines[no], called.get(no))
                credit = sum((row["amount"] for row in credits[no]), NONE)
                self._collected(bill, payments[no], refunds[no], credit, no in refused)

    def _billed(self, bill: Row, lines: Sequence[Row], call: Call | None) -> None:
        key = self._key(bill["company_no"], bill["currency"], bill["issued_at"])
        self.sums["billed"][key] += bill["subtotal"] - bill["discount_amount"]
        own = asked(lines, bill["discount_amount"])
        if call is None:
            self._explain(key, "billed", "billed_without_contract", -own, bill["sub_no"], bill["invoice_no"], True)
        elif call.amount > 0:
            self._move("billed", self._key(call.company_no, call.currency, call.called_at), key, own)
        for line in lines:
            beside = "proration" if line["is_proration"] else line["revenue_type"]
            if beside != "recurring":
                self._explain(key, "billed", beside, -line["amount"], None, None, False)

    def _collected(
        self, bill: Row, payments: Sequence[Row], refunds: Sequence[Row], credit: Decimal, is_planted: bool
    ) -> None:
        net: Decimal = bill["subtotal"] - bill["discount_amount"]
        key = self._key(bill["company_no"], bill["currency"], bill["issued_at"])

        def untaxed(amount: Decimal) -> Decimal:
            if amount == bill["total"] or not bill["total"]:
                return net if bill["total"] else amount
            share: Decimal = amount * net / bill["total"]
            return share.quantize(Decimal("0.01"), ROUND_HALF_UP)

        paid = given_back = NONE
        for row in sorted(payments, key=lambda row: (row["paid_at"], row["payment_no"])):
            if row["status"] == "succeeded":
                part, paid = untaxed(paid + row["amount"]) - untaxed(paid), paid + row["amount"]
                there = self._key(bill["company_no"], bill["currency"], row["paid_at"])
                self.sums["collected"][there] += part
                self._move("collected", key, there, part)
        for row in sorted(refunds, key=lambda row: (row["refunded_at"], row["refund_no"])):
            part, given_back = untaxed(given_back + row["amount"]) - untaxed(given_back), given_back + row["amount"]
            there = self._key(bill["company_no"], bill["currency"], row["refunded_at"])
            self.sums["collected"][there] -= part
            self._explain(there, "collected", "credited", part, None, None, False)
        left = net - untaxed(paid)
        if net < 0:
            self._explain(key, "collected", "credited", left, None, None, False)
            return
        forgiven = max(credit - given_back, NONE)
        covered = untaxed(min(paid + forgiven, bill["total"])) - untaxed(paid) if forgiven else NONE
        self._explain(key, "collected", "credited", min(covered, left), None, None, False)
        is_lost = bill["status"] == "uncollectible" or bill["due_at"].date() < self.last_day
        reason = "unpaid" if is_lost else "timing"
        self._explain(
            key, "collected", reason, left - min(covered, left), bill["sub_no"], bill["invoice_no"], is_planted
        )

    # --- the books --------------------------------------------------------------------------------------------------

    def _key(self, company_no: int, currency: str, at: datetime) -> Key:
        return company_no, currency, date(at.year, at.month, 1)

    def _move(self, comparison: str, one: Key, other: Key, amount: Decimal) -> None:
        if one != other:
            self._explain(one, comparison, "timing", amount, None, None, False)
            self._explain(other, comparison, "timing", -amount, None, None, False)

    def _explain(
        self, key: Key, comparison: str, reason: str, amount: Decimal, sub_no: int | None, no: int | None, planted: bool
    ) -> None:
        self.reasons[key, comparison][reason] += amount
        if reason in LEAKS and amount and key[2] >= self.first:
            names = ("company_no", "currency", "month")
            self.found.append(
                dict(zip(names, key, strict=True))
                | {"reason": reason, "amount": abs(amount), "is_overbilled": amount < 0, "sub_no": sub_no}
                | {"invoice_no": no, "is_planted": planted}
            )

    def leaks(self) -> list[Row]:
        """Rows of frame `truth_leak`."""
        return self.found

    def months(self) -> list[Row]:
        """Rows of frame `truth_reconciliation`."""
        rows: list[Row] = []
        for key in sorted({key for sums in self.sums.values() for key in sums}):
            if key[2] < self.first:
                continue
            told = {name: sums.get(key, NONE) for name, sums in self.sums.items()}
            for comparison in ("billed", "collected"):
                parts = {reason: amount for reason, amount in self.reasons[key, comparison].items() if amount}
                for reason, amount in sorted((parts or {"none": NONE}).items()):
                    names = {"company_no": key[0], "currency": key[1], "month": key[2]}
                    rows.append(names | {"comparison": comparison, "reason": reason, "amount": amount} | told)
        return rows


def _by(rows: Iterable[Row]) -> dict[int, list[Row]]:
    groups: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["invoice_no"]].append(row)
    return groups
