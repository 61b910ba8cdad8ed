"""Services: the onboarding after the first won deal, trainings, migrations and help for unhappy customers; their parts.

What a service costs stands in the deal. Only companies that the CRM or the success managers' tool can keep a service
for have one; late and unhappy ones show in health and satisfaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from models.demo.catalogue import MIGRATION, ONBOARDING, TRAINING
from models.demo.clock import Clock, between, days
from models.demo.companies import Company
from models.demo.frames import Row
from models.demo.pipeline import Deal

PHASES = ("Kick-off", "Set-up", "Migration", "Training", "Hand-over")
# name, kind, days at least and at most, deliverables at least and at most
Kind = tuple[str, str, tuple[int, int], tuple[int, int]]
SERVICES: dict[int, Kind] = {
    ONBOARDING: ("Onboarding", "onboarding", (60, 140), (8, 12)),
    TRAINING: ("Training", "training", (10, 30), (2, 4)),
    MIGRATION: ("Data migration", "migration", (30, 80), (5, 8)),
}
PARTS = (
    "Success plan", "Workspace set up", "Users invited", "Single sign-on", "Import of old boards", "First board live",
    "Automation rules", "Reports for the management", "Training: editors", "Training: admins", "Handbook",
    "Hand-over protocol",
)  # fmt: skip
HELP = ("Adoption programme", "optimisation", (50, 80), (4, 7))
MILESTONES = (("Kick-off held", 0.05), ("First team live", 0.55), ("Handed over", 1.0))


class Delivery:
    """Collects services with their deliverables and milestones, by deal."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.today = (clock.as_of - timedelta(microseconds=1)).date()
        self.services: list[Row] = []
        self.deliverables: list[Row] = []
        self.milestones: list[Row] = []

    def deliver(self, companies: Sequence[Company], deals: Sequence[Deal]) -> None:
        """The services of all won deals, and those for some who are unhappy at the end of the history."""
        begun: set[int] = set()
        for deal in deals:
            company = deal.company
            if deal.status != "won" or deal.ended_at is None or not _is_kept(company):
                continue
            is_first = company.no not in begun
            begun.add(company.no)
            onboards = is_first and (company.segment != "startup" or company.no % 3 == 0)
            wanted = {ONBOARDING} if onboards else set()
            for product_no in sorted(wanted | ({deal.service} if deal.service else set())):
                self._serve(company, deal.no, deal.ended_at, SERVICES[product_no])
        now = self.clock.as_of - timedelta(seconds=1)
        for company in companies:
            if _is_kept(company) and company.pays_at(now) and company.story.mood(now) < 0.45 and company.no % 3 == 0:
                self._serve(company, None, self.clock.as_of - days(20 + company.no % 40), HELP)

    def _serve(self, company: Company, deal_no: int | None, after: datetime, kind_of: Kind) -> None:
        no = len(self.services) + 1
        rng = self.clock.rng("service", no)
        name, kind, length, count = kind_of
        begin = after + days(rng.uniform(1, 12))
        if begin >= self.clock.as_of:
            return
        planned = days(rng.randint(*length))
        mood = company.story.mood(begin + planned)
        shown = company.story.mood(begin + planned, "delivery")
        slow = rng.uniform(0.9, 1.15) + max(0.0, 0.75 - shown) * 0.8
        end = begin + planned * slow
        stopped_at = self._stopped(company, begin, end)
        share = min(1.0, (min(stopped_at or self.clock.as_of, self.clock.as_of) - begin) / (end - begin))
        owner_no = company.csm_no
        dates = begin.date(), (begin + planned).date()
        is_complete, is_given_up = share >= 1, company.story.fate == "leaving"
        self.services.append(
            {
                "service_no": no,
                "company_no": company.no,
                "deal_no": deal_no,
                "name": f"{name} {company.name}",
                "service_type": kind,
                "status": "complete" if is_complete else "paused" if stopped_at or is_given_up else "active",
                "phase": PHASES[min(len(PHASES) - 1, int(share * len(PHASES)))],
                "health": self._health(rng, mood, is_complete, dates[1]),
                "owner_no": owner_no,
                "starts_on": dates[0],
                "due_on": dates[1],
                "completed_on": end.date() if is_complete else None,
                "last_session_at": between(rng, begin, begin + (end - begin) * share),
                "satisfaction": _satisfaction(rng, shown) if is_complete and rng.random() < 0.7 else None,
            }
        )
        self._parts(rng, no, owner_no, begin, planned, end, share, rng.randint(*count))

    def _stopped(self, company: Company, begin: datetime, end: datetime) -> datetime | None:
        """When the customer was lost in the middle of the service."""
        last = [last for first, last in company.spans if last and first <= end and begin <= last < end]
        return last[0] if last and last[0] < self.clock.as_of else None

    def _health(self, rng: Random, mood: float, is_complete: bool, due_on: date) -> str | None:
        if is_complete:
            return None
        if mood < 0.4:
            return "at_risk"
        return "needs_attention" if due_on < self.today or rng.random() < 0.15 else "on_track"

    def _parts(
        self,
        rng: Random,
        service_no: int,
        owner_no: int,
        begin: datetime,
        planned: timedelta,
        end: datetime,
        share: float,
        count: int,
    ) -> None:
        """Deliverables one after another up to `share` of the service's time, and its milestones."""
        names = sorted(rng.sample(range(len(PARTS)), count))
        for place, name in enumerate(names, start=1):
            part = place / count
            delivered_on = (begin + (end - begin) * part).date() if part <= share else None
            accepted_on = delivered_on + timedelta(days=rng.randint(0, 6)) if delivered_on else None
            if accepted_on and (accepted_on > self.today or rng.random() < 0.12):
                accepted_on = None
            running = "in_progress" if part - share < 1 / count else "scheduled" if part < 0.8 else "planned"
            self.deliverables.append(
                {
                    "deliverable_no": len(self.deliverables) + 1,
                    "service_no": service_no,
                    "name": PARTS[name],
                    "status": "accepted" if accepted_on else "delivered" if delivered_on else running,
                    "due_on": (begin + planned * part).date(),
                    "delivered_on": delivered_on,
                    "accepted_on": accepted_on,
                    "owner_no": owner_no,
                }
            )
        for words, part in MILESTONES:
            self.milestones.append(
                {
                    "milestone_no": len(self.milestones) + 1,
                    "service_no": service_no,
                    "name": words,
                    "due_on": (begin + planned * part).date(),
                    "reached_on": (begin + (end - begin) * part).date() if part <= share else None,
                }
            )


def _is_kept(company: Company) -> bool:
    """Whether a system that keeps services knows the company."""
    return company.crm == "hubspot" or company.in_planhat


def _satisfaction(rng: Random, mood: float) -> Decimal:
    return Decimal(max(2, min(10, round(2 * (0.8 + 4.3 * mood + rng.uniform(-0.6, 0.6)))))) / 2
