"""Tickets with their comments and events; discontented companies ask more often, wait longer and come back.

Sentences stand in `texts`; how the times of a ticket are measured in `truth_tickets`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from models.demo.clock import Clock, add_months, between, days, month_starts, working
from models.demo.companies import Company
from models.demo.frames import Row
from models.demo.people import Contact
from models.demo.texts import (
    CSAT_BAD,
    CSAT_GOOD,
    CUSTOMER_REPLIES,
    INTERNAL_NOTES,
    MEMBER_REPLIES,
    REOPENINGS,
    TICKETS,
)

MONTHLY_TICKETS = {"startup": 0.24, "mid_market": 0.5, "enterprise": 1.1}
PILE = 3.5
"""Further tickets a month where tickets are what takes a company down."""
CHANNELS = ("email", "email", "web", "web", "chat", "phone")


class Desk:
    """Collects the tickets of all companies, oldest first."""

    def __init__(self, clock: Clock, team: Sequence[Row]) -> None:
        self.clock = clock
        self.members = [row["member_no"] for row in team if row["role"] == "support" and row["is_active"]]
        self.tickets: list[Row] = []
        self.comments: list[Row] = []
        self.events: list[Row] = []

    def serve(self, companies: Sequence[Company], contacts: Sequence[Contact]) -> None:
        """All tickets of all companies that some contact can ask for."""
        askers: dict[int, list[Contact]] = {}
        for contact in contacts:
            if contact.in_helpdesk:
                askers.setdefault(contact.company.no, []).append(contact)
        asked = []
        for company in companies:
            for opened_at in self._openings(company) if company.no in askers else ():
                present = [person for person in askers[company.no] if person.is_there(opened_at)]
                asked += [(opened_at, company, present)] if present else []
        for opened_at, company, people in sorted(asked, key=lambda ask: (ask[0], ask[1].no)):
            self._serve(opened_at, company, people)

    def _openings(self, company: Company) -> list[datetime]:
        rng = self.clock.rng("tickets", company.no)
        moments = []
        rate = MONTHLY_TICKETS[company.segment]
        for month in month_starts(company.story.signed_at, self.clock.as_of):
            is_early = company.story.kind == "trial" and month <= company.story.signed_at
            if not (is_early or company.pays_at(month + days(14))):
                continue
            gloom = 1 - company.story.mood(month + days(14), "support")
            wanted = rate * (0.7 + 3.4 * gloom * gloom) + 0.9 * max(0.0, gloom - 0.5)
            wanted += PILE * company.story.sunk(month + days(14), "tickets")
            for _ in range(int(wanted) + (rng.random() < wanted % 1)):
                odd = month + timedelta(seconds=rng.randrange(28 * 86400))
                at = odd if rng.random() < 0.15 else between(rng, month, add_months(month, 1))
                if at < self.clock.as_of - timedelta(minutes=5) and at > company.created_at:
                    moments.append(at)
        return sorted(moments)

    def _serve(self, opened_at: datetime, company: Company, people: Sequence[Contact]) -> None:
        no = len(self.tickets) + 1
        rng = self.clock.rng("ticket", no)
        category = rng.choices(tuple(TICKETS), (5, 6, 3, 3, 4))[0]
        subject, text, answer = rng.choice(TICKETS[category])
        asker = rng.choice(people)
        course = _Course(rng, no, opened_at, asker.no, rng.choice(self.members))
        mood, plight = company.story.mood(opened_at, "support"), company.story.sunk(opened_at, "tickets")
        course.say(text, by_member=False)
        course.turn("new", by_member=False)
        if plight and rng.random() < 0.2 + 0.6 * plight:
            course.drag_on(answer, company.story.return_at or company.paid_until(opened_at) or self.clock.as_of)
        elif rng.random() >= 0.02 + 0.1 * (1 - mood) ** 3:
            course.answer(answer, mood)
        done = [step for step in course.steps if step[0] < self.clock.as_of]
        rating = self._keep(no, done, rng, company.story.mood(opened_at, "talk"))
        status = next(step[2]["new_value"] for step in reversed(done) if step[2].get("field_name") == "status")
        assigned = any(step[2].get("field_name") == "assignee" for step in done)
        is_known = company.in_helpdesk and rng.random() > 0.02
        self.tickets.append(
            {
                "ticket_no": no,
                "company_no": company.no if is_known else None,
                "requester_no": asker.no,
                "assignee_no": course.member_no if assigned else None,
                "subject": subject,
                "description": text,
                "priority": course.priority,
                "channel": rng.choice(CHANNELS),
                "opened_at": opened_at,
                "updated_at": done[-1][0],
                "status": status,
                "csat": rating,
                "csat_comment": _verdict(rng, rating),
                "category": category,
            }
        )

    def _keep(self, no: int, done: Sequence[tuple[datetime, str, Row]], rng: Random, mood: float) -> str | None:
        """Number and keep the steps that are past; the rating, where the ticket was solved and rated."""
        for at, kind, step in done:
            if kind == "comment":
                self.comments.append(
                    {"ticket_no": no, "comment_no": len(self.comments) + 1} | step | {"created_at": at}
                )
            else:
                self.events.append({"ticket_no": no, "event_no": len(self.events) + 1, "occurred_at": at} | step)
        solved = any(step.get("new_value") == "solved" for _, _, step in done)
        if not solved or rng.random() > 0.45:
            return None
        return "good" if rng.random() < mood + 0.15 else "bad"


class _Course:
    """One ticket as it goes on: what is said and what changes, in order of time."""

    def __init__(self, rng: Random, no: int, opened_at: datetime, asker_no: int, member_no: int) -> None:
        self.rng, self.now, self.asker_no, self.member_no = rng, opened_at, asker_no, member_no
        self.status: str | None = None
        self.priority = rng.choices(("low", "normal", "high", "urgent"), (15, 60, 19, 6))[0]
        self.steps: list[tuple[datetime, str, Row]] = []

    def say(self, body: str, *, by_member: bool, is_public: bool = True) -> None:
        step: Row = {
            "author_contact_no": None if by_member else self.asker_no,
            "author_member_no": self.member_no if by_member else None,
            "body": body,
            "is_public": is_public,
        }
        self.steps.append((self.now, "comment", step))

    def change(self, name: str, old: str | None, new: str, by_member: bool = True) -> None:
        who = self.member_no if by_member else None
        step: Row = {"field_name": name, "old_value": old, "new_value": new, "member_no": who}
        self.steps.append((self.now, "event", step))

    def turn(self, status: str, by_member: bool = True) -> None:
        if status != self.status:
            self.change("status", self.status, status, by_member)
            self.status = status

    def wait(self, low_minutes: float, high_minutes: float) -> None:
        """Go on after a while; beyond two hours only in office hours."""
        minutes = low_minutes * math.pow(high_minutes / low_minutes, self.rng.random())
        moment = self.now + timedelta(seconds=round(minutes * 60))
        if minutes > 120:
            day = moment.date() if moment.hour < 16 else moment.date() + timedelta(days=1)
            moment = working(self.rng, day)
        self.now = max(moment, self.now + timedelta(seconds=30))

    def drag_on(self, answer: str, until: datetime) -> None:
        """Something severe that is looked at and not solved for months, or until `until`."""
        until = min(until, self.now + timedelta(days=self.rng.randint(50, 130)))
        self.priority = self.rng.choice(("high", "high", "urgent"))
        self.wait(2, 600)
        self.change("assignee", None, str(self.member_no))
        self.turn("open")
        self.wait(6, 2200)
        self.say(self.rng.choice(MEMBER_REPLIES), by_member=True)
        self.now = max(self.now, until)
        self.wait(6, 2200)
        self.say(answer, by_member=True)
        self.turn("solved")
        self.now += timedelta(hours=96)
        self.turn("closed", by_member=False)

    def answer(self, answer: str, mood: float) -> None:
        """From the assignment to the last solution, with all replies, pauses and reopenings."""
        rng = self.rng
        slow = 1.0 if mood > 0.5 else 2.5
        self.wait(2, 240 * slow)
        self.change("assignee", None, str(self.member_no))
        self.turn("open")
        if rng.random() < 0.12:
            new = "urgent" if self.priority == "high" else "high"
            self.change("priority", self.priority, new)
            self.priority = new
        if rng.random() < 0.3:
            self.wait(3, 60)
            self.say(rng.choice(INTERNAL_NOTES), by_member=True, is_public=False)
        self.wait(6, 900 * slow)
        rounds = rng.choices((0, 1, 2, 3), (40, 32, 18, 10))[0]
        self.say(answer if rounds == 0 else rng.choice(MEMBER_REPLIES), by_member=True)
        for left in range(rounds, 0, -1):
            self._round(answer if left == 1 else rng.choice(MEMBER_REPLIES), slow)
        self.turn("solved")
        for _ in range(2):
            if rng.random() < 0.05 + 0.3 * (1 - mood) ** 2:
                self._reopen(slow)
        self.now += timedelta(hours=96)
        self.turn("closed", by_member=False)

    def _round(self, reply: str, slow: float) -> None:
        self.turn(self.rng.choice(("pending", "pending", "hold")))
        self.wait(15, 2400)
        self.say(self.rng.choice(CUSTOMER_REPLIES), by_member=False)
        self.turn("open", by_member=False)
        self.wait(10, 1500 * slow)
        self.say(reply, by_member=True)

    def _reopen(self, slow: float) -> None:
        self.wait(30, 3000)
        self.say(self.rng.choice(REOPENINGS), by_member=False)
        self.turn("open", by_member=False)
        self.wait(20, 1800 * slow)
        self.say(self.rng.choice(MEMBER_REPLIES), by_member=True)
        self.turn("solved")


def _verdict(rng: Random, rating: str | None) -> str | None:
    if rating is None or rng.random() < 0.6:
        return None
    return rng.choice(CSAT_GOOD if rating == "good" else CSAT_BAD)
