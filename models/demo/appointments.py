"""Appointments: first calls, kick-offs, recurring reviews and what became of each; fewer where a customer is unhappy.

Sentences stand in `meeting_texts`, how a series repeats in `recurrence`. Series are in the calendar; single meetings in
the calendar or in the CRM that knows the company.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from random import Random

from models.demo.clock import Clock, between, days
from models.demo.companies import Company
from models.demo.frames import Row
from models.demo.meeting_texts import DEMOS, KICK_OFF, RESCUE, REVIEWS
from models.demo.people import Contact
from models.demo.pipeline import Deal
from models.demo.recurrence import ZONES, Rule, utc

# segment: (weeks between meetings, 0 for monthly, None for no series; how often)
RHYTHMS: dict[str, tuple[tuple[int | None, ...], tuple[int, ...]]] = {
    "startup": ((0, None), (25, 75)),
    "mid_market": ((2, 0, None), (22, 60, 18)),
    "enterprise": ((1, 2, 0), (14, 64, 22)),
}
RESPONSES = ("accepted", "tentative", "declined", "none")


class Diary:
    """Collects the appointments of all companies, by company; numbered by begin at the end."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.series: list[Row] = []
        self.appointments: list[Row] = []
        self.attendees: list[Row] = []
        self._made: list[tuple[Row, list[Row]]] = []

    def plan(
        self,
        companies: Sequence[Company],
        contacts: Sequence[Contact],
        deals: Sequence[Deal],
        services: Sequence[Row],
    ) -> None:
        """All appointments that begin before the end of the history."""
        people: dict[int, list[Contact]] = {}
        for contact in contacts:
            if not contact.is_role_address:
                people.setdefault(contact.company.no, []).append(contact)
        for deal in deals:
            self._sell(deal, people[deal.company.no])
        by_no = {company.no: company for company in companies}
        for service in services:
            self._kick_off(by_no[service["company_no"]], people[service["company_no"]], service)
        for company in companies:
            for first, last in company.spans:
                self._meet_again(company, people[company.no], first, last)
            self._rescue(company, people[company.no])
        self._made.sort(key=lambda made: (made[0]["starts_at"], made[0]["company_no"]))
        for no, (row, guests) in enumerate(self._made, start=1):
            self.appointments.append({"appointment_no": no} | row)
            self.attendees += [{"appointment_no": no} | guest for guest in guests]

    def _sell(self, deal: Deal, people: Sequence[Contact]) -> None:
        rng, company = self.clock.rng("calls", deal.no), deal.company
        if deal.kind != "new_business" and rng.random() < 0.7:
            return
        at = deal.created_at
        for title, agenda, outcome, actions in DEMOS[: rng.choice((1, 2, 2, 3))]:
            latest = deal.ended_at or self.clock.as_of
            at = between(rng, at + timedelta(hours=3), at + max((latest - at) / 3, days(1)))
            talk = f"{title}: {company.name}", agenda, outcome, actions
            self._single(rng, company, people, company.owner_no, at, talk, in_crm=rng.random() < 0.75)

    def _kick_off(self, company: Company, people: Sequence[Contact], service: Row) -> None:
        rng = self.clock.rng("kick-off", service["service_no"])
        day = datetime.combine(service["starts_on"], time(8)) + days(rng.uniform(1, 6))
        at = between(rng, day, day + days(2))
        title, agenda, outcome, actions = KICK_OFF[0].format(service=service["name"]), *KICK_OFF[1:]
        self._single(rng, company, people, service["owner_no"], at, (title, agenda, outcome, actions), in_crm=False)

    def _rescue(self, company: Company, people: Sequence[Contact]) -> None:
        """One talk where the mood is low."""
        rng, at = self.clock.rng("rescue", company.no), company.story.turn_at - days(20)
        if company.pays_at(at) and company.story.mood(at) < 0.4 and rng.random() < 0.6:
            self._single(rng, company, people, company.csm_no, between(rng, at, at + days(12)), RESCUE, in_crm=True)

    def _single(
        self,
        rng: Random,
        company: Company,
        people: Sequence[Contact],
        member_no: int,
        at: datetime,
        talk: tuple[str, str, str, str],
        *,
        in_crm: bool,
    ) -> None:
        at = at.replace(minute=at.minute // 15 * 15, second=0)
        present = [person for person in people if person.is_there(at)]
        known = [person for person in present if person.in_crm]
        in_crm = in_crm and bool(known) and company.crm is not None
        guests = _some(rng, known if in_crm else present or people[:1])
        if at >= self.clock.as_of:
            return
        row = self._row(rng, company, member_no, at, rng.choice((30, 45, 60)))
        title, agenda, outcome, actions = talk
        row |= {"title": title, "agenda": agenda, "system": company.crm if in_crm else "calendar"}
        row["is_canceled"] = rng.random() < 0.05
        if not row["is_canceled"]:
            row |= {"outcome": outcome, "next_actions": actions if rng.random() < 0.7 else None}
        self._keep(rng, row, guests, member_no)

    def _meet_again(self, company: Company, people: Sequence[Contact], first: datetime, last: datetime | None) -> None:
        """A series from the second week of a customer's time to its end; unhappy customers call off more and more."""
        rng = self.clock.rng("series", company.no, first)
        weeks = rng.choices(*RHYTHMS[company.segment])[0]
        day = (first + days(rng.uniform(6, 20))).date()
        day += timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= 5 else 0)
        day += timedelta(days=7 if day.day > 28 else 0)
        local = time(rng.randint(9, 15), rng.choice((0, 0, 15, 30)))
        if weeks is None or utc(day, local, ZONES[company.country]) >= min(last or self.clock.as_of, self.clock.as_of):
            return
        rule = Rule(day, local, ZONES[company.country], weeks, last)
        minutes = 30 if weeks else 60
        no = len(self.series) + 1
        talk = rng.choice(REVIEWS)
        guests = _some(rng, people[:3])
        starts = list(rule.starts(self.clock.as_of))
        self.series.append(
            {
                "series_no": no,
                "rrule": rule.text,
                "timezone": rule.zone,
                "first_starts_at": starts[0],
                "duration_minutes": minutes,
            }
        )
        url = _call(rng)
        for start in starts:
            staying = [guest for guest in guests if not guest.left_at or start < guest.left_at]
            row = self._row(rng, company, company.csm_no, start, minutes)
            row |= {"series_no": no, "conference_url": url, "location": None, "system": "calendar"}
            self._course(rng, company, row, talk)
            self._keep(rng, row, staying or people[-1:], company.csm_no)

    def _course(self, rng: Random, company: Company, row: Row, talk: tuple[str, str, str, str, str]) -> None:
        """Whether an occurrence is called off or moved, and what came of it."""
        title, agenda, gladly, sadly, actions = talk
        start, mood = row["starts_at"], company.story.mood(row["starts_at"])
        shown = company.story.mood(start, "talk")
        row |= {"title": f"{title} {company.name}", "agenda": agenda}
        if rng.random() < 0.04 + max(0.0, 0.7 - shown):
            row["is_canceled"] = True
            return
        if rng.random() < 0.06:
            moved = start + rng.choice((timedelta(hours=1), timedelta(hours=2), timedelta(days=1), timedelta(days=2)))
            if moved < self.clock.as_of:
                row |= {"is_moved": True, "original_starts_at": start, "starts_at": moved}
                row["ends_at"] += moved - start
        if rng.random() < 0.5:
            row |= {"outcome": gladly if mood > 0.5 else sadly, "next_actions": actions if rng.random() < 0.5 else None}

    def _row(self, rng: Random, company: Company, member_no: int, at: datetime, minutes: int) -> Row:
        is_there = rng.random() < 0.15
        return {
            "series_no": None,
            "company_no": company.no,
            "organizer_no": member_no,
            "title": "",
            "agenda": None,
            "outcome": None,
            "next_actions": None,
            "starts_at": at,
            "ends_at": at + timedelta(minutes=minutes),
            "timezone": ZONES[company.country],
            "location": f"{company.name}, {company.city}" if is_there else None,
            "conference_url": None if is_there else _call(rng),
            "is_canceled": False,
            "is_moved": False,
            "original_starts_at": None,
            "system": "calendar",
        }

    def _keep(self, rng: Random, row: Row, guests: Sequence[Contact], member_no: int) -> None:
        came = [_attendee(None, member_no, "accepted", True)]
        for guest in guests:
            came.append(_attendee(guest.no, None, rng.choices(RESPONSES, (76, 6, 8, 10))[0], False))
        self._made.append((row, came))


def _attendee(contact_no: int | None, member_no: int | None, response: str, is_organizer: bool) -> Row:
    return {"contact_no": contact_no, "member_no": member_no, "response": response, "is_organizer": is_organizer}


def _some(rng: Random, people: Sequence[Contact]) -> list[Contact]:
    return rng.sample(list(people), min(len(people), rng.choice((1, 2, 2, 3))))


def _call(rng: Random) -> str:
    letters = "".join(rng.choice("abcdefghijkmnpqrstuvwxyz") for _ in range(10))
    return f"https://meet.lumenly.example/{letters[:3]}-{letters[3:7]}-{letters[7:]}"
