"""How bills are paid, late, in part, after failures or never; and the rows of the billing frames.

What a bill asks for stands in `billing`. How fast a company pays follows its way of paying, and
whether unpaid bills are what takes it down.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from models.demo.billing import Bill, cents, covers
from models.demo.causes import terms, unpaid_from
from models.demo.clock import Clock, between, days
from models.demo.frames import Row

RETRIES = (timedelta(hours=1), timedelta(days=3), timedelta(days=8))
FRAMES = ("invoices", "invoice_lines", "payments", "refunds", "credit_notes", "sales")


class Books:
    """Settles bills up to the end of the history and keeps the rows of the billing frames."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.rows: dict[str, list[Row]] = {name: [] for name in FRAMES}

    def settle(self, bills: Iterable[Bill]) -> None:
        """Number the bills by date of issue, pay them, and make all rows.

        Chance goes by the place a bill would have if all were honest: a flaw changes nothing about other bills.
        """
        known = [bill for bill in bills if bill.issued_at < self.clock.as_of]
        known += [_voided(bill) for bill in known if self._is_doubled(bill)]
        places = {bill: place for place, bill in enumerate(sorted(known, key=_honest_order), start=1)}
        made = [bill for bill in known if bill.flaw != "forgotten"]
        for no, bill in enumerate(sorted(made, key=_order), start=1):
            bill.no = no
            rng = self.clock.rng("paying", places[bill])
            if bill.flaw == "unpaid":
                bill.status = "open"
            elif bill.status is None:
                self._pay(rng, bill)
            elif bill.status == "void" and bill.plan and bill.plan.first_status == "incomplete":
                bill.attempts = [(bill.issued_at + timedelta(seconds=40), bill.total, "failed")]
            self._write(bill)
            self._correct(rng, bill)

    def _is_doubled(self, bill: Bill) -> bool:
        if bill.plan is None or bill.status is not None:
            return False
        return self.clock.rng("doubled", bill.plan.no, bill.honest_at).random() < 0.008

    def _pay(self, rng: Random, bill: Bill) -> None:
        if bill.total <= 0:
            bill.status, bill.paid_at = "paid", bill.issued_at
            return
        since, back = unpaid_from(bill.company), bill.company.story.return_at
        if _status(bill, timedelta(hours=2)) in ("past_due", "unpaid"):
            self._fail(bill)
        elif since and since <= bill.issued_at and not (back and bill.issued_at >= back):
            self._refuse(bill)
        else:
            self._pay_freely(rng, bill)
        bill.attempts = [attempt for attempt in bill.attempts if attempt[0] < self.clock.as_of]
        if bill.paid_at and bill.paid_at >= self.clock.as_of:
            bill.paid_at = None
        bill.status = bill.status or ("paid" if bill.paid_at else "open")

    def _refuse(self, bill: Bill) -> None:
        """Not paid before the company is content again, and not written off either."""
        if bill.company.story.return_at:
            bill.paid_at = bill.company.story.return_at + days(0.3)
            bill.attempts = [(bill.paid_at, bill.total, "succeeded")]

    def _fail(self, bill: Bill) -> None:
        """Tries that fail until the subscription is active again; or it ends and the bill is given up."""
        assert bill.plan is not None
        active = [row["valid_from"] for row in bill.plan.versions if row["status"] == "active"]
        bill.paid_at = min((at for at in active if at > bill.issued_at), default=None)
        until = bill.paid_at or bill.plan.end_at or self.clock.as_of
        bill.attempts = [
            (bill.issued_at + wait, bill.total, "failed") for wait in RETRIES if bill.issued_at + wait < until
        ]
        if bill.paid_at:
            bill.attempts.append((bill.paid_at, bill.total, "succeeded"))
        elif bill.plan.end_at and bill.plan.end_at <= self.clock.as_of:
            bill.status = "uncollectible"

    def _pay_freely(self, rng: Random, bill: Bill) -> None:
        method = bill.company.method
        if method == "bank_transfer":
            self._transfer(rng, bill)
        else:
            wait = (3, 5.5) if method == "sepa_debit" else (0.04, 0.05)
            bill.paid_at = bill.issued_at + days(rng.uniform(*wait))
            bill.attempts = [(bill.paid_at, bill.total, "succeeded")]

    def _transfer(self, rng: Random, bill: Bill) -> None:
        """Pay by bank: in time, late or not at all, as the mood is; now and then half of it first."""
        mood = bill.company.story.mood(bill.issued_at, "payment")
        late = (0.3, 1.02) if mood >= 0.5 else (0.9, 2.1) if mood >= 0.3 else (1.3, 3.4)
        wait = (due_at(bill) - bill.issued_at).days * rng.uniform(*late)
        if mood < 0.3 and rng.random() < 0.25:
            bill.status = "uncollectible" if bill.issued_at < self.clock.as_of - days(150) else None
            return
        bill.paid_at, half = bill.issued_at + days(wait), cents(bill.total / 2)
        if rng.random() < (0.04 if mood >= 0.5 else 0.2):
            bill.attempts = [(bill.paid_at, half, "succeeded")]
            bill.paid_at += days(rng.uniform(9, 60))
        rest = bill.total - sum(amount for _, amount, _ in bill.attempts)
        bill.attempts.append((bill.paid_at, rest, "succeeded"))

    def _write(self, bill: Bill) -> None:
        paid = [amount for _, amount, status in bill.attempts if status == "succeeded"]
        self.rows["invoices"].append(
            {
                "invoice_no": bill.no,
                "company_no": bill.company.no,
                "sub_no": bill.plan.no if bill.plan else None,
                "number": None if bill.status == "draft" else f"LUM-{bill.no:06d}",
                "status": bill.status,
                "issued_at": bill.issued_at,
                "due_at": due_at(bill),
                "paid_at": bill.paid_at if bill.status == "paid" else None,
                "period_start": bill.period_start,
                "period_end": bill.period_end,
                "currency": bill.currency,
                "subtotal": bill.subtotal,
                "discount_amount": bill.discount,
                "tax_amount": bill.tax,
                "total": bill.total,
                "amount_paid": sum(paid, Decimal(0)),
            }
        )
        for place, line in enumerate(bill.lines, start=1):
            self.rows["invoice_lines"].append({"invoice_no": bill.no, "line_no": place} | line)
        for at, amount, status in bill.attempts:
            self.rows["payments"].append(self._payment(bill, at, amount, status))
        if bill.plan is None and bill.status != "draft":
            self.rows["sales"].append(self._sale(bill))

    def _payment(self, bill: Bill, at: datetime, amount: Decimal, status: str) -> Row:
        method = bill.company.method
        return {
            "payment_no": len(self.rows["payments"]) + 1,
            "invoice_no": bill.no,
            "company_no": bill.company.no,
            "paid_at": at,
            "amount": amount,
            "currency": bill.currency,
            "status": status,
            "method": "card" if method == "bank_transfer" and status == "failed" else method,
        }

    def _sale(self, bill: Bill) -> Row:
        line = bill.lines[0]
        return {
            "sale_no": len(self.rows["sales"]) + 1,
            "company_no": bill.company.no,
            "product_no": line["product_no"],
            "sold_at": bill.issued_at,
            "amount": line["amount"],
            "currency": bill.currency,
            "description": line["description"],
            "invoice_no": bill.no,
        }

    def _correct(self, rng: Random, bill: Bill) -> None:
        """A refund of what is left of the last period after an immediate end, and now and then a goodwill credit."""
        end_at = bill.plan.end_at if bill.plan else None
        left_early = end_at is not None and bill.period_start < end_at < bill.period_end
        if bill.status == "paid" and bill.paid_at and bill.total > 0:
            if left_early and end_at and end_at < self.clock.as_of and rng.random() < 0.7:
                share = (bill.period_end - end_at) / (bill.period_end - bill.period_start)
                amount = cents(bill.total * Decimal(str(round(share, 6))))
                self._refund(bill, max(end_at, bill.paid_at) + days(0.1), amount, "requested_by_customer")
            elif rng.random() < 0.006:
                self._refund(bill, bill.paid_at + days(rng.uniform(1, 9)), cents(bill.total / 4), "duplicate")
        if bill.status in ("paid", "open") and bill.total > 20 and rng.random() < 0.015:
            at = between(rng, bill.issued_at + days(1), bill.issued_at + days(20))
            reason = rng.choice(("product_unsatisfactory", "order_change", "duplicate"))
            self._credit(bill, at, cents(bill.total * rng.choice((Decimal("0.1"), Decimal("0.5")))), reason)

    def _refund(self, bill: Bill, at: datetime, amount: Decimal, reason: str) -> None:
        if at < self.clock.as_of and amount > 0:
            last = self.rows["payments"][-1]
            self.rows["refunds"].append(
                {
                    "refund_no": len(self.rows["refunds"]) + 1,
                    "payment_no": last["payment_no"],
                    "refunded_at": at,
                    "amount": min(amount, last["amount"]),
                    "currency": bill.currency,
                    "reason": reason,
                }
            )

    def _credit(self, bill: Bill, at: datetime, amount: Decimal, reason: str) -> None:
        if at < self.clock.as_of:
            no = len(self.rows["credit_notes"]) + 1
            self.rows["credit_notes"].append(
                {
                    "credit_note_no": no,
                    "invoice_no": bill.no,
                    "company_no": bill.company.no,
                    "issued_at": at,
                    "amount": amount,
                    "currency": bill.currency,
                    "reason": reason,
                    "number": f"LUM-{bill.no:06d}-CN-{no:02d}",
                }
            )


def due_at(bill: Bill) -> datetime:
    """When the bill is to be paid: at once, or within 14 or 30 days by bank transfer."""
    if bill.company.method != "bank_transfer":
        return bill.issued_at
    return bill.issued_at + terms(bill.company)


def _status(bill: Bill, wait: timedelta) -> str | None:
    """Status of the bill's subscription a while after it was issued."""
    rows: Sequence[Row] = bill.plan.versions if bill.plan else ()
    return next((str(row["status"]) for row in rows if covers(row, bill.issued_at + wait)), None)


def _order(bill: Bill) -> tuple[datetime, int, int, bool]:
    return bill.issued_at, bill.company.no, bill.plan.no if bill.plan else 0, bill.status == "void"


def _honest_order(bill: Bill) -> tuple[bool, datetime, int, int, bool]:
    return (
        bill.flaw == "beyond",
        bill.honest_at,
        bill.company.no,
        bill.plan.no if bill.plan else 0,
        bill.status == "void",
    )


def _voided(bill: Bill) -> Bill:
    """The same bill, sent a second time by mistake a minute later and withdrawn."""
    again = bill.issued_at + timedelta(minutes=1)
    copy = Bill(
        bill.company,
        bill.plan,
        bill.currency,
        again,
        bill.period_start,
        bill.period_end,
        bill.lines,
        bill.discount,
        "void",
    )
    copy.flaw, copy.honest_at = bill.flaw, bill.honest_at + timedelta(minutes=1)
    return copy
