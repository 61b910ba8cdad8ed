"""The draft of one customer's subscriptions: its plans in the making and the moments at which they may change.

What a feature or a fate does to a draft stands in `features` and `fates`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from random import Random

from models.demo.catalogue import INSIGHTS, MONTHLY, PLANS, PRIORITY, YEARLY, Interval
from models.demo.clock import Clock, between
from models.demo.companies import Company
from models.demo.plan import Discount, Plan, generation_at
from models.demo.story import LEAVERS

SEATS = {"startup": (2, 15), "mid_market": (14, 85), "enterprise": (80, 420)}


@dataclass
class Draft:
    """The plans of one customer in the making; `main` is the one that decides whether it stays."""

    clock: Clock
    rng: Random
    company: Company
    rise_at: datetime
    plans: list[Plan] = field(default_factory=list)

    @property
    def main(self) -> Plan:
        """The main plan; the newest one where one replaced another."""
        return self.plans[0]

    @property
    def horizon(self) -> datetime:
        """Until when things can happen to the plans."""
        story = self.company.story
        return story.turn_at if story.fate in LEAVERS else self.clock.as_of

    def moment(self, share: float) -> datetime:
        """An instant about `share` (0 to 1) through the main plan's life."""
        span = self.horizon - self.main.started_at
        return between(self.rng, self.main.started_at + span * share, self.main.started_at + span * (share + 0.15))

    def boundary(self, share: float) -> datetime:
        """The end of a billing period at or after `share` of the main plan's life."""
        return self.main.boundary_after(self.main.started_at + (self.horizon - self.main.started_at) * share)

    def plan(self, at: datetime, lines: list[tuple[int, int]], interval: Interval = MONTHLY) -> Plan:
        """A new plan of this customer from `at`."""
        company = self.company
        generation = generation_at(at, self.rise_at)
        return Plan(company.no, company.currency, interval, at, lines, generation, is_sold=company.in_crm)

    def seats(self) -> int:
        """A number of seats that fits the customer's size."""
        low, high = SEATS[self.company.segment]
        return round(low * math.pow(high / low, self.rng.random()))


def first_plan(draft: Draft) -> None:
    """The main plan as it would be without any peculiarity."""
    rng, segment = draft.rng, draft.company.segment
    weights = {"startup": (50, 42, 8), "mid_market": (8, 62, 30), "enterprise": (0, 30, 70)}[segment]
    interval = YEARLY if rng.random() < {"startup": 0.2, "mid_market": 0.4, "enterprise": 0.7}[segment] else MONTHLY
    lines = [(rng.choices(PLANS, weights)[0], draft.seats())]
    if segment != "startup" and rng.random() < 0.15:
        lines.append((rng.choice((INSIGHTS, PRIORITY)), 1))
    plan = draft.plan(draft.company.story.signed_at, lines, interval)
    plan.is_sold = draft.company.in_crm and (segment != "startup" or rng.random() < 0.5)
    draft.plans.append(plan)


def reshape(draft: Draft, interval: Interval, product_no: int | None = None) -> None:
    """Set interval and product of the main plan before anything is planned on it."""
    draft.main.interval = interval
    if product_no:
        draft.main.lines = [(product_no, draft.main.lines[0][1])]


def discount(draft: Draft, duration: str, percent: str | None = None, amount: str | None = None) -> None:
    """A discount from the start of the main plan, or now and then from a later period."""
    late = draft.rng.random() < 0.3
    draft.main.discounts.append(
        Discount(
            starts_at=draft.boundary(0.3) if late else draft.main.anchor,
            duration=duration,
            percent_off=Decimal(percent) if percent else None,
            amount_off=Decimal(amount) if amount else None,
            months=3 if duration == "repeating" else None,
        )
    )
