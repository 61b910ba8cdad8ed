"""Use of the product: its users and what they do in it; a company that will leave uses it less before it does.

How content a company is stands in its story; when it pays, in its spans. Anonymous visits are signals, not use.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from models.demo.catalogue import NAMES_OF_PLANS, PLANS
from models.demo.clock import Clock, add_months, between, days, month_starts
from models.demo.companies import Company
from models.demo.frames import Row
from models.demo.people import Contact
from models.demo.plan import Plan

MONTHLY_EVENTS = {"startup": 4.9, "mid_market": 6.3, "enterprise": 7.7}
# event: (how often, how much it counts)
EVENTS: dict[str, tuple[int, str]] = {
    "signed_in": (30, "0.5"),
    "board_viewed": (26, "1"),
    "card_moved": (18, "1"),
    "comment_added": (12, "1"),
    "form_saved": (8, "1.5"),
    "report_exported": (5, "2"),
    "dashboard_shared": (3, "2.5"),
    "automation_created": (2, "4"),
    "member_invited": (2, "3"),
    "integration_connected": (1, "5"),
}
NAMES, OFTEN = tuple(EVENTS), [often for often, _ in EVENTS.values()]
WEIGHTS = {name: Decimal(weight) for name, (_, weight) in EVENTS.items()}
QUIET = timedelta(days=30)


class Product:
    """Collects the users of all companies and what they do, by company, user and month."""

    def __init__(self, clock: Clock, plans: Sequence[Plan]) -> None:
        self.clock = clock
        self.users: list[Row] = []
        self.events: list[Row] = []
        self._plans: dict[int, list[Plan]] = {}
        for plan in plans:
            self._plans.setdefault(plan.company_no, []).append(plan)

    def use(self, contacts: Sequence[Contact]) -> None:
        """One user for every contact whom the product knows."""
        met: set[int] = set()
        for contact in contacts:
            if contact.in_usage:
                self._use(contact, is_main=contact.company.no not in met)
            met.add(contact.company.no)
        self.events.sort(key=lambda event: (event["occurred_at"], event["user_no"]))
        self.events = [{"event_no": no} | event for no, event in enumerate(self.events, start=1)]

    def _use(self, contact: Contact, is_main: bool) -> None:
        company, user_no = contact.company, len(self.users) + 1
        rng = self.clock.rng("user", contact.no)
        spans = self._access(company)
        first = spans[0][0] if spans else company.story.signed_at
        signed_up_at = between(rng, max(first, contact.created_at), self._latest(contact))
        if is_main:
            signed_up_at = max(contact.created_at, first) + timedelta(minutes=rng.randint(4, 90))
        signed_up_at = min(signed_up_at, self.clock.as_of - timedelta(minutes=2))
        is_invited = not is_main and rng.random() < 0.06
        moments = [] if is_invited else sorted(self._moments(rng, contact, spans, signed_up_at))
        for at, name in moments:
            self.events.append(
                {
                    "user_no": user_no,
                    "company_no": company.no,
                    "event_name": name,
                    "occurred_at": at,
                    "weight": WEIGHTS[name],
                }
            )
        last_active_at = moments[-1][0] if moments else None
        self.users.append(
            {
                "user_no": user_no,
                "contact_no": contact.no,
                "company_no": company.no,
                "external_user_id": f"usr_{user_no:06d}",
                "plan": self._plan(company),
                "signed_up_at": signed_up_at,
                "first_active_at": moments[0][0] if moments else None,
                "last_active_at": last_active_at,
                "status": self._status(company, last_active_at, contact.left_at),
            }
        )

    def _latest(self, contact: Contact) -> datetime:
        """Until when a contact has signed up; those who knew a champion who left, while he or she was there."""
        decline, until = contact.company.story.decline, contact.left_at or self.clock.as_of
        if decline and decline.cause == "champion_left" and contact.created_at < decline.began_at:
            return min(until, decline.began_at)
        return until

    def _access(self, company: Company) -> list[tuple[datetime, datetime]]:
        """The stretches in which the company can use the product: trials and what it pays for."""
        as_of = self.clock.as_of
        spans = [(first, last or as_of) for first, last in company.spans]
        trials = [(p.started_at, p.trial_ends_at) for p in self._plans.get(company.no, []) if p.trial_ends_at]
        spans += [(first, min(last, as_of)) for first, last in trials if first < as_of]
        return sorted(spans)

    def _plan(self, company: Company) -> str | None:
        """Name of the plan the company is or was on last; customers without billing have the largest."""
        sold = [no for plan in self._plans.get(company.no, []) for no, _ in plan.lines if no in PLANS]
        return NAMES_OF_PLANS[sold[-1] if sold else PLANS[-1]]

    def _status(self, company: Company, last_active_at: datetime | None, left_at: datetime | None) -> str:
        as_of = self.clock.as_of
        if left_at or (company.spans and not company.pays_at(as_of - timedelta(seconds=1))):
            return "deactivated"
        if last_active_at is None:
            return "invited"
        return "active" if last_active_at >= as_of - QUIET else "inactive"

    def _moments(
        self,
        rng: Random,
        contact: Contact,
        spans: Sequence[tuple[datetime, datetime]],
        signed_up_at: datetime,
    ) -> Iterator[tuple[datetime, str]]:
        """What one user does and when: more in content companies, on a few days a month, several things a day.

        Where use drops there is some to drop, and one user after another does nothing any more.
        """
        company, left_at = contact.company, contact.left_at
        patience = self.clock.rng("patience", contact.no).uniform(0.2, 0.7)
        zeal = MONTHLY_EVENTS[company.segment] * rng.choice((0.3, 0.7, 1, 1, 1.4, 2))
        drops = company.story.decline is not None and company.story.decline.cause == "usage_drop"
        zeal = max(zeal, MONTHLY_EVENTS[company.segment] * 1.4) if drops else zeal
        growth = {"growing": 0.5, "shrinking": -0.4}.get(company.story.fate, 0.0)
        seen: set[datetime] = set()
        for first, last in spans:
            first, last = max(first, signed_up_at), min(last, left_at or last, self.clock.as_of)
            for month in month_starts(first, last):
                low, high = max(month, first), min(add_months(month, 1), last)
                middle = low + (high - low) / 2
                age = (middle - signed_up_at) / (self.clock.as_of - signed_up_at)
                mood = company.story.mood(middle, "usage")
                wanted = zeal * (high - low) / days(30.4) * (1 + growth * (age - 0.5)) * max(0.03, 1.9 * (mood - 0.2))
                count = int(wanted) + (rng.random() < wanted % 1)
                if company.story.sunk(middle, "usage_drop") < patience:
                    yield from self._days(rng, low, high, count, seen)

    def _days(
        self, rng: Random, low: datetime, high: datetime, count: int, seen: set[datetime]
    ) -> Iterator[tuple[datetime, str]]:
        while count > 0:
            at = between(rng, low, high)
            for place in range(min(count, rng.choice((1, 2, 2, 3, 5)))):
                count -= 1
                if low <= at < high and at not in seen:
                    seen.add(at)
                    yield at, "signed_in" if place == 0 else rng.choices(NAMES, OFTEN)[0]
                at += timedelta(seconds=rng.randint(20, 1500))
