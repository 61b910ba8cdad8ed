"""What is measured of customers: workspaces and projects in the success managers' tool, and licences used week by week.

The product itself counts the licences of those whom that tool does not know.
Readings sink where use drops before a customer leaves. The last four weeks of large customers are read daily, small
customers every four weeks only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from models.demo.catalogue import PLANS, Catalogue
from models.demo.clock import Clock, add_months, days, month_start, month_starts
from models.demo.companies import Company
from models.demo.draft import SEATS
from models.demo.frames import Row
from models.demo.plan import Plan

TEAMS = ("Operations", "Finance", "Marketing", "Field service", "Human resources", "Purchasing", "Sales")
AIMS = ("All teams work in boards", "Month-end in three days", "No more spreadsheets", "One place for requests")
DAILY = 28


class Gauge:
    """Collects assets, projects and readings of the companies that the success managers' tool knows."""

    def __init__(self, clock: Clock, catalogue: Catalogue, plans: Sequence[Plan]) -> None:
        self.clock = clock
        self.today = (clock.as_of - timedelta(microseconds=1)).date()
        self.assets: list[Row] = []
        self.projects: list[Row] = []
        self.readings: list[Row] = []
        self.seats: list[Row] = []
        self._bought: dict[int, list[Row]] = {}
        of_plans = {price.no for price in catalogue.prices if price.product_no in PLANS}
        for plan in plans:
            own = self._bought.setdefault(plan.company_no, [])
            own += [version for version in plan.versions if version["price_no"] in of_plans]

    def read(self, companies: Sequence[Company]) -> None:
        """Everything of all companies; readings are numbered by time."""
        for company in companies:
            rng = self.clock.rng("readings", company.no)
            if company.in_planhat and company.spans:
                for at, used in self._counts(rng, company):
                    self._reading(company, "company", at, "licences_used", used)
                self._assets(rng, company)
                self._projects(rng, company)
            elif company.in_usage and company.spans:
                counts = self._counts(rng, company)
                self.seats += [{"company_no": company.no, "read_at": at, "value": used} for at, used in counts]
        self.readings.sort(key=lambda row: (row["read_at"], row["company_no"], row["asset_no"] or 0))
        self.readings = [{"reading_no": no} | row for no, row in enumerate(self.readings, start=1)]

    def _seats(self, company: Company, at: datetime) -> int:
        """How many licences the company has; of those whom no billing system knows, what their like have."""
        if company.no not in self._bought:
            return sum(SEATS[company.segment]) // 3
        own = self._bought[company.no]
        return sum(
            v["quantity"] for v in own if v["valid_from"] <= at and (v["valid_to"] is None or at < v["valid_to"])
        )

    def _counts(self, rng: Random, company: Company) -> Iterator[tuple[datetime, Decimal]]:
        """When the licences in use are counted, and how many there are."""
        monday = company.spans[0][0].date() + timedelta(days=7 - company.spans[0][0].weekday())
        daily_from = self.today - timedelta(days=DAILY) if company.segment == "enterprise" else self.today
        day = monday
        while day <= self.today:
            at = datetime(day.year, day.month, day.day, 4)
            if company.pays_at(at) and at < self.clock.as_of:
                yield at, _used(rng, company, at, self._seats(company, at))
            step = 28 if company.segment == "startup" else 7
            day += timedelta(days=1 if day >= daily_from else step)

    def _assets(self, rng: Random, company: Company) -> None:
        """Workspaces, those of large customers below a site, read at the start of each month."""
        count = {"startup": (0, 1), "mid_market": (1, 2), "enterprise": (2, 4)}[company.segment]
        site = self._asset(company, f"Site {company.city}", "site", None) if company.segment == "enterprise" else None
        teams = rng.sample(TEAMS, rng.randint(*count))
        for place, team in enumerate(teams, start=1):
            asset_no = self._asset(company, f"Workspace {team}", "workspace", site)
            for month in month_starts(add_months(company.spans[0][0], 1), self.clock.as_of):
                at = month + timedelta(hours=4)
                if company.pays_at(at) and at < self.clock.as_of:
                    used = _used(rng, company, at, max(1, self._seats(company, at) // (place + 1)))
                    self._reading(company, "asset", at, "licences_used", used, asset_no=asset_no)

    def _asset(self, company: Company, name: str, kind: str, parent_no: int | None) -> int:
        no = len(self.assets) + 1
        row = {"asset_no": no, "company_no": company.no, "parent_asset_no": parent_no, "name": name}
        self.assets.append(row | {"asset_type": kind})
        return no

    def _projects(self, rng: Random, company: Company) -> None:
        for team in rng.sample(TEAMS, rng.choice((0, 1, 1, 2) if company.segment != "startup" else (0, 0, 1))):
            first = company.spans[0][0] + days(rng.uniform(20, 300))
            if not company.pays_at(first) or first >= self.clock.as_of:
                continue
            no, length = len(self.projects) + 1, rng.choice((3, 4, 6, 9))
            last = add_months(datetime(first.year, first.month, first.day), length)
            self.projects.append(
                {
                    "project_no": no,
                    "company_no": company.no,
                    "name": f"Roll-out to {team}",
                    "status": self._status(company, last.date(), first),
                    "objective": rng.choice(AIMS),
                    "starts_on": first.date(),
                    "ends_on": last.date(),
                    "mrr": Decimal(rng.randint(4, 60) * 25) if rng.random() < 0.7 else None,
                    "currency": company.currency,
                    "owner_no": company.csm_no,
                }
            )
            for place, month in enumerate(month_starts(add_months(first, 1), min(last, self.clock.as_of)), start=1):
                at = month + timedelta(hours=4)
                if company.pays_at(at) and at < self.clock.as_of:
                    done = Decimal(min(100, round(100 * place / length * company.story.mood(at) + rng.uniform(0, 8))))
                    self._reading(company, "project", at, "progress_percent", done, project_no=no)

    def _status(self, company: Company, ends_on: date, first: datetime) -> str:
        if not company.pays_at(month_start(self.clock.as_of) - days(1)):
            return "Stopped"
        if ends_on <= self.today:
            return "Done"
        return "On hold" if company.story.mood(max(first, self.clock.as_of - days(1))) < 0.4 else "In progress"

    def _reading(
        self,
        company: Company,
        subject: str,
        at: datetime,
        metric: str,
        value: Decimal,
        *,
        asset_no: int | None = None,
        project_no: int | None = None,
    ) -> None:
        self.readings.append(
            {
                "subject_type": subject,
                "company_no": company.no,
                "asset_no": asset_no,
                "project_no": project_no,
                "metric": metric,
                "read_at": at,
                "value": value,
            }
        )


def _used(rng: Random, company: Company, at: datetime, seats: int) -> Decimal:
    share = 0.15 + 0.95 * company.story.mood(at, "usage") + rng.uniform(-0.06, 0.06)
    share *= 1 - 0.85 * company.story.sunk(at, "usage_drop")
    return Decimal(max(0, min(seats, round(seats * share))))
