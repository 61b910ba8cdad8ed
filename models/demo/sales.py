"""Which deals there are: those behind plans, those of customers that no billing system knows, open and lost ones.

A won deal either is named by a subscription or belongs to a company that no billing system knows; then its recurring
part runs from the day it was won for the length of its term.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from models.demo.catalogue import MIGRATION, ONBOARDING, TRAINING, Catalogue
from models.demo.clock import Clock, add_months, between, days
from models.demo.companies import Company
from models.demo.pipeline import Deal
from models.demo.plan import Plan, length
from models.demo.story import LEAVERS

CENT = Decimal("0.01")
SIZE = {"startup": (90, 700), "mid_market": (500, 4500), "enterprise": (3500, 21000)}


class SalesBook:
    """Collects the deals of all companies and tells plans the numbers of theirs."""

    def __init__(self, clock: Clock, catalogue: Catalogue) -> None:
        self.clock, self.catalogue = clock, catalogue
        self.deals: list[Deal] = []

    def sell(self, companies: Iterable[Company], plans: Sequence[Plan]) -> None:
        """Make the deals of every company the CRM knows; fills `Plan.deal_no` and the spans of unbilled customers."""
        own: dict[int, list[Plan]] = {}
        for plan in plans:
            own.setdefault(plan.company_no, []).append(plan)
        for company in companies:
            if company.story.kind == "outside":
                self._outside(company)
            elif company.in_crm:
                self._behind_plans(company, own.get(company.no, []))
                self._pending(company, own.get(company.no, []))

    def _add(
        self,
        company: Company,
        kind: str,
        ended_at: datetime | None,
        mrr: Decimal,
        term: int = 12,
        service: int | None = None,
        status: str = "won",
        currency: str | None = None,
    ) -> Deal:
        no = len(self.deals) + 1
        rng = self.clock.rng("deal", no)
        latest = ended_at or self.clock.as_of
        created_at = between(rng, latest - days(120 if company.segment == "enterprise" else 70), latest - days(2))
        created_at = max(created_at, min(company.created_at + days(0.03), latest - days(0.01)))
        money = currency or company.currency
        one_time = self.catalogue.price(service, money).unit_amount if service else Decimal(0)
        deal = Deal(no, company, kind, status, created_at, ended_at, mrr, one_time, money, term, service)
        self.deals.append(deal)
        return deal

    def _behind_plans(self, company: Company, plans: Sequence[Plan]) -> None:
        rng = self.clock.rng("behind", company.no)
        followers = [plan.follower for plan in plans if plan.follower]
        left = [plan.end_at for plan in plans if plan.end_at and plan.follower is None]
        for plan in plans:
            if not plan.is_sold:
                continue
            is_back = any(end < plan.started_at for end in left)
            is_first = is_back or plan is next(plan for plan in plans if plan.is_sold)
            kind = "renewal" if plan in followers else "new_business" if is_first else "cross_sell"
            won_at = min(plan.anchor, max(plan.anchor - days(rng.uniform(0.1, 8)), company.created_at + days(0.05)))
            is_won = won_at < self.clock.as_of
            mrr = self._mrr(plan) * (Decimal("1.05") if rng.random() < 0.06 else 1)
            deal = self._add(
                company,
                kind,
                won_at if is_won else None,
                mrr.quantize(CENT),
                max(12, length(plan.interval)),
                rng.choice((None, None, TRAINING, ONBOARDING)) if kind == "new_business" else None,
                "won" if is_won else "open",
                plan.currency,
            )
            plan.deal_no = deal.no

    def _mrr(self, plan: Plan) -> Decimal:
        """What the plan brings a month at its start, after percentages off."""
        prices = self.catalogue
        total = sum(
            prices.price(product_no, plan.currency, plan.interval, plan.generation).monthly * quantity
            for product_no, quantity in plan.lines
        )
        for discount in plan.discounts:
            if discount.percent_off and discount.starts_at == plan.anchor:
                total *= 1 - discount.percent_off / 100
        return Decimal(total).quantize(CENT)

    def _pending(self, company: Company, plans: Sequence[Plan]) -> None:
        """Deals that are open or lost: further sales to customers, lost renewals, and the leads'."""
        rng = self.clock.rng("pending", company.no)
        pays = company.pays_at(self.clock.as_of - days(0.001))
        guess = self._mrr(plans[-1]) if plans else _guess(rng.random(), company)
        past = between(rng, company.created_at + days(1), self.clock.as_of)
        if pays:
            for kind, share, part in (("upsell", 0.16, "0.25"), ("renewal", 0.18, "1"), ("downsell", 0.04, "0.6")):
                if rng.random() < share:
                    self._add(company, kind, None, (guess * Decimal(part)).quantize(CENT), status="open")
            if rng.random() < 0.14:
                self._add(company, "upsell", past, (guess * Decimal("0.3")).quantize(CENT), status="lost")
        elif company.spans and rng.random() < 0.5:
            ended = max(last or first for first, last in company.spans)
            self._add(company, "renewal", min(ended, self.clock.as_of - days(0.5)), guess, status="lost")
        elif not company.spans:
            for _ in range(rng.choice((0, 1, 1, 1, 2))):
                is_open = rng.random() < 0.5
                closed_at = None if is_open else between(rng, company.created_at + days(2), self.clock.as_of)
                status = "open" if is_open else "lost"
                self._add(company, "new_business", closed_at, guess, rng.choice((12, 12, 24)), status=status)

    def _outside(self, company: Company) -> None:
        """Term after term of a customer known by its deals alone; a late renewal leaves a gap."""
        rng, story, as_of = self.clock.rng("outside", company.no), company.story, self.clock.as_of
        leaves = story.fate in LEAVERS
        mrr, won_at, kind = _guess(rng.random(), company), story.signed_at, "new_business"
        while won_at < as_of:
            term = rng.choice((12, 12, 12, 6, 24))
            service = rng.choice((None, TRAINING, ONBOARDING, MIGRATION)) if kind == "new_business" else None
            self._add(company, kind, won_at, mrr, term, service)
            first, end = term_of(won_at, term)
            company.spans.append((first, end if end < as_of else None))
            self._extras(company, won_at, end, mrr)
            if end >= as_of:
                return
            if leaves and end >= story.turn_at:
                self._add(company, "renewal", end - days(rng.uniform(1, 20)), mrr, status="lost")
                if story.fate != "returned" or not story.return_at:
                    return
                won_at, kind, leaves = max(end + days(45), story.return_at), "new_business", False
                continue
            late = days(rng.uniform(4, 38)) if rng.random() < 0.2 else days(0)
            won_at, kind = end + late + timedelta(seconds=rng.randint(8 * 3600, 17 * 3600)), "renewal"
            growth = Decimal(rng.choice(("1", "1", "1.05", "1.2", "0.9")))
            mrr = (mrr * growth).quantize(CENT)

    def _extras(self, company: Company, won_at: datetime, end: datetime, mrr: Decimal) -> None:
        """More seats to the end of the term, and a training without a recurring part."""
        rng = self.clock.rng("extras", company.no, won_at)
        if rng.random() < 0.4:
            at = between(rng, won_at + days(40), end - days(62))
            left = (end.year - at.year) * 12 + end.month - at.month
            if at < self.clock.as_of and left >= 1:
                self._add(company, "upsell", at, (mrr * Decimal("0.2")).quantize(CENT), left)
        if rng.random() < 0.4:
            at = between(rng, won_at + days(15), end)
            if at < self.clock.as_of:
                self._add(company, "cross_sell", at, Decimal(0), 12, TRAINING)


def term_of(won_at: datetime, months: int) -> tuple[datetime, datetime]:
    """The stretch in which a won deal's recurring part runs: from 00:00 UTC of the day it was won, half-open."""
    first = datetime(won_at.year, won_at.month, won_at.day)
    return first, add_months(first, months)


def _guess(share: float, company: Company) -> Decimal:
    low, high = SIZE[company.segment]
    return Decimal(round(low * math.pow(high / low, share), 1)).quantize(CENT)
