"""Chats in the product's messenger: short questions, answered by support; sentences stand in `meeting_texts`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from models.demo.clock import Clock, add_months, between, month_starts
from models.demo.companies import Company
from models.demo.frames import Row
from models.demo.meeting_texts import CHAT_DETAIL, CHAT_GLAD, CHAT_GLOOMY, CHAT_MORE, CHATS
from models.demo.people import Contact

MONTHLY = {"startup": 0.46, "mid_market": 0.68, "enterprise": 1.05}


class Messenger:
    """Collects the chats of all companies, oldest first."""

    def __init__(self, clock: Clock, team: Sequence[Row]) -> None:
        self.clock = clock
        self.members = [row["member_no"] for row in team if row["role"] == "support" and row["is_active"]]
        self.chats: list[Row] = []
        self.parts: list[Row] = []

    def talk(self, companies: Sequence[Company], contacts: Sequence[Contact]) -> None:
        """All chats with contacts whom the messenger knows."""
        people: dict[int, list[Contact]] = {}
        for contact in contacts:
            if contact.in_intercom:
                people.setdefault(contact.company.no, []).append(contact)
        asked: list[tuple[datetime, Company, Contact]] = []
        for company in companies:
            rng = self.clock.rng("chats", company.no)
            for month in month_starts(company.created_at, self.clock.as_of) if company.no in people else ():
                first, last = max(month, company.created_at), min(add_months(month, 1), self.clock.as_of)
                at = between(rng, first, last)
                gloom = 1 - company.story.mood(at, "support")
                wanted = MONTHLY[company.segment] * (0.8 + 1.2 * gloom) if company.pays_at(at) else 0.08
                present = [person for person in people[company.no] if person.is_there(at)]
                for _ in range(int(wanted) + (rng.random() < wanted % 1) if present else 0):
                    asked.append((at, company, rng.choice(present)))
                    at = between(rng, first, last)
        for at, company, person in sorted(asked, key=lambda ask: (ask[0], ask[2].no)):
            if person.is_there(at) and at < self.clock.as_of:
                self._chat(at, company, person)

    def _chat(self, opened_at: datetime, company: Company, person: Contact) -> None:
        no = len(self.chats) + 1
        rng = self.clock.rng("chat", no)
        member_no, mood = rng.choice(self.members), company.story.mood(opened_at, "support")
        subject, question, answer = rng.choice(CHATS)
        said: list[tuple[datetime, bool, str]] = [(opened_at, False, question)]
        at = opened_at

        def say(by_member: bool, body: str, low: int, high: int) -> None:
            nonlocal at
            at += timedelta(seconds=rng.randint(low, high))
            said.append((at, by_member, body))

        slow = 1 if mood > 0.5 else 6
        if rng.random() > 0.03 + 0.12 * (1 - mood):
            if rng.random() < 0.35:
                say(True, rng.choice(CHAT_MORE), 40, 2400 * slow)
                say(False, rng.choice(CHAT_DETAIL), 20, 5400)
            say(True, answer, 40, 3600 * slow)
            if rng.random() < 0.6:
                say(False, rng.choice(CHAT_GLAD if rng.random() < mood + 0.1 else CHAT_GLOOMY), 15, 7200)
        closed_at = at + timedelta(seconds=rng.randint(60, 90_000))
        is_over = len(said) > 1 and closed_at < self.clock.as_of
        shown = company.story.mood(opened_at, "talk")
        rating = max(1, min(5, round(1 + 4.4 * shown + rng.uniform(-1, 1)))) if is_over and rng.random() < 0.4 else None
        for moment, by_member, body in said:
            if moment < self.clock.as_of:
                self._say(no, moment, None if by_member else person.no, member_no if by_member else None, body)
        self.chats.append(
            {
                "chat_no": no,
                "company_no": company.no,
                "contact_no": person.no,
                "member_no": member_no,
                "subject": subject,
                "opened_at": opened_at,
                "closed_at": closed_at if is_over else None,
                "is_open": not is_over,
                "rating": rating,
            }
        )

    def _say(self, chat_no: int, at: datetime, contact_no: int | None, member_no: int | None, body: str) -> None:
        self.parts.append(
            {
                "chat_no": chat_no,
                "part_no": len(self.parts) + 1,
                "author_contact_no": contact_no,
                "author_member_no": member_no,
                "body": body,
                "created_at": at,
            }
        )
