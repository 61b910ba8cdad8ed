"""Signals: visits, forms, events, reviews and referrals; who was anonymous first and who it turned out to be.

A visit before the person was known has an anonymous id alone; later ones have the id and the person. Some visitors are
never known. What people do inside the product is use, not a signal, but for the milestones it announces.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from models.demo.clock import Clock, add_months, between, days, month_starts
from models.demo.companies import Company
from models.demo.frames import Row
from models.demo.people import Contact

SITE = "https://lumenly.example"
Act = tuple[str, str | None, str, str | None]
# kind, topic, title, path
RESEARCH: tuple[Act, ...] = (
    ("page_view", "pricing", "Pricing", "/pricing"),
    ("page_view", "product", "Boards", "/product/boards"),
    ("page_view", "product", "Automation", "/product/automation"),
    ("content_view", "onboarding", "How Heronford rolled out boards in a week", "/stories/heronford"),
    ("content_view", "comparison", "Spreadsheets or boards?", "/guides/spreadsheets-or-boards"),
    ("content_view", "security", "Security at Lumenly", "/security"),
    ("return_visit", "pricing", "Pricing", "/pricing"),
    ("download", "security", "Security white paper", "/downloads/security.pdf"),
)
FORMS: tuple[Act, ...] = (
    ("form_fill", "demo", "Ask for a demonstration", "/demo"),
    ("form_fill", "trial", "Start a trial", "/trial"),
    ("assessment", "readiness", "How ready is your team?", "/assessment"),
)
INTEREST: tuple[Act, ...] = (
    ("newsletter", "product", "Newsletter opened", None),
    ("event_registration", "automation", "Webinar: automation in practice", "/events/automation"),
    ("download", "planning", "Planning template", "/downloads/planning.xlsx"),
    ("content_view", "reporting", "Reports people read", "/guides/reports"),
    ("return_visit", "product", "Dashboards", "/product/dashboards"),
    ("social", "product", "Liked a post", None),
)
ADVOCACY: tuple[Act, ...] = (
    ("referral", "advocacy", "Recommended Lumenly to a partner", "/refer"),
    ("review", "advocacy", "Five stars on a review site", "https://reviews.example/lumenly"),
    ("event_attendance", "community", "Spoke at the user day", "/events/user-day"),
    ("event_attendance", "automation", "Webinar: automation in practice", "/events/automation"),
    ("social", "advocacy", "Shared a customer story", None),
)
GROWTH: tuple[Act, ...] = (
    ("expansion_request", "seats", "Asked for more seats", "/account/seats"),
    ("page_view", "plans", "Compare plans", "/account/plans"),
    ("product_milestone", "boards", "100 boards", None),
    ("product_milestone", "automation", "First automation", None),
)
DOUBT: tuple[Act, ...] = (
    ("content_view", "cancellation", "How do I export all data?", "/help/export-all"),
    ("content_view", "cancellation", "Ending a subscription", "/help/end"),
    ("reply", "renewal", "Answered the renewal mail: not now", None),
    ("page_view", "plans", "Compare plans", "/account/plans"),
)
CAMPAIGNS = {
    "newsletter": "newsletter",
    "event_registration": "webinar-automation",
    "event_attendance": "webinar-automation",
    "form_fill": "search-brand",
    "download": "guides",
    "referral": "customers-invite",
}
STRANGERS = 0.8
"""Visitors who are never known, per company."""


class Tracker:
    """Collects the visitors of the website and the signals of all people, by time."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.visitors: list[Row] = []
        self.signals: list[Row] = []

    def watch(self, companies: Sequence[Company], contacts: Sequence[Contact]) -> None:
        """All signals of all companies' people and of strangers."""
        people: dict[int, list[Contact]] = {}
        for contact in contacts:
            if not contact.is_role_address:
                people.setdefault(contact.company.no, []).append(contact)
        for company in companies:
            rng = self.clock.rng("signals", company.no)
            browsers = self._research(rng, people[company.no])
            self._interest(rng, company, people[company.no], browsers)
        self._strangers(len(companies))
        self.signals.sort(key=lambda row: (row["occurred_at"], row["anonymous_id"] or "", row["contact_no"] or 0))
        self.signals = [{"signal_no": no} | row for no, row in enumerate(self.signals, start=1)]

    def _browser(self, rng: Random, contact_no: int | None, identified_at: datetime | None) -> str:
        anonymous_id = f"anon-{rng.getrandbits(64):016x}"
        row = {"anonymous_id": anonymous_id, "contact_no": contact_no, "identified_at": identified_at}
        self.visitors.append(row)
        return anonymous_id

    def _research(self, rng: Random, people: Sequence[Contact]) -> dict[int, str]:
        """The first person, and some others, look round before anybody knows them; their browsers by contact."""
        browsers: dict[int, str] = {}
        for place, person in enumerate(people):
            if place and rng.random() > 0.25:
                continue
            known_at = min(
                person.created_at + timedelta(seconds=rng.randint(30, 900)), self.clock.as_of - timedelta(minutes=1)
            )
            browser = browsers[person.no] = self._browser(rng, person.no, known_at)
            for _ in range(rng.randint(2, 7)):
                at = between(rng, known_at - days(45), known_at)
                self._signal(rng, at, rng.choice(RESEARCH), None, browser)
            self._signal(rng, known_at, rng.choice(FORMS), person, browser)
        return browsers

    def _interest(self, rng: Random, company: Company, people: Sequence[Contact], browsers: dict[int, str]) -> None:
        """What known people do month by month, as their company's mood makes them."""
        for month in month_starts(company.created_at, self.clock.as_of):
            at = between(rng, max(month, company.created_at), min(add_months(month, 1), self.clock.as_of))
            present = [person for person in people if person.is_there(at)]
            acts, chance = self._acts(rng, company, at)
            while present and rng.random() < chance and at < self.clock.as_of:
                person = rng.choice(present)
                act = rng.choice(acts)
                visits = act[3] is not None and rng.random() < 0.8
                self._signal(rng, at, act, person, browsers.get(person.no) if visits else None)
                at += timedelta(seconds=rng.randint(3_600, 700_000))
                chance *= 0.75

    def _acts(self, rng: Random, company: Company, at: datetime) -> tuple[tuple[Act, ...], float]:
        mood = company.story.mood(at)
        if not company.pays_at(at):
            recent = at < company.created_at + days(120)
            return INTEREST + RESEARCH[:6], 0.45 if recent else 0.1
        if mood < 0.4:
            return DOUBT, 0.5
        if company.story.fate == "growing" and rng.random() < 0.35:
            return GROWTH, 0.65
        return (ADVOCACY + INTEREST, 0.47) if mood > 0.84 else (INTEREST, 0.34)

    def _strangers(self, count: int) -> None:
        rng = self.clock.rng("strangers")
        for _ in range(round(count * STRANGERS)):
            browser = self._browser(rng, None, None)
            at = between(rng, self.clock.start, self.clock.as_of)
            for _ in range(rng.randint(1, 4)):
                if at < self.clock.as_of:
                    self._signal(rng, at, rng.choice(RESEARCH[:7]), None, browser)
                at += timedelta(seconds=rng.randint(20, 400_000))

    def _signal(self, rng: Random, at: datetime, act: Act, person: Contact | None, browser: str | None) -> None:
        kind, topic, title, path = act
        url = f"{SITE}{path}" if path and path.startswith("/") else path
        self.signals.append(
            {
                "contact_no": person.no if person else None,
                "anonymous_id": browser,
                "company_no": person.company.no if person and rng.random() < 0.7 else None,
                "signal_type": kind,
                "topic": topic,
                "title": title,
                "occurred_at": at,
                "url": url,
                "campaign": CAMPAIGNS.get(kind) if rng.random() < 0.6 else None,
            }
        )
