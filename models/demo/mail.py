"""E-mail threads: check-ins, sales talk, newsletters, automatic replies and bounces; sentences stand in `texts`.

A bounce is written as from the contact whose address failed. A newsletter is automatic and from a team member; an
automatic reply is automatic and from a contact.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from models.demo.clock import Clock, add_months, between, days, month_starts, working
from models.demo.companies import Company
from models.demo.frames import Row
from models.demo.people import Contact
from models.demo.texts import AGAIN, AWAY, BOUNCED, CHECK_INS, NEWSLETTER_BODY, NEWSLETTERS, SALES_MAILS


class Mailbox:
    """Collects the threads of all companies, by company and time."""

    def __init__(self, clock: Clock, team: Sequence[Row]) -> None:
        self.clock = clock
        self.names: dict[int, str] = {row["member_no"]: row["name"] for row in team}
        self.threads: list[Row] = []
        self.mails: list[Row] = []
        self.recipients: list[Row] = []

    def write(self, companies: Sequence[Company], contacts: Sequence[Contact]) -> None:
        """All mails with contacts that the mail system knows."""
        known: dict[int, list[Contact]] = {}
        for contact in contacts:
            if contact.in_mail and not contact.is_role_address:
                known.setdefault(contact.company.no, []).append(contact)
        for company in companies:
            if company.no in known:
                self._sell(company, known[company.no])
                self._keep_in_touch(company, known[company.no])
                self._look_after(company, known[company.no])
                self._miss(company, known[company.no][0])
                self._inform(company, known[company.no])

    def _sell(self, company: Company, people: Sequence[Contact]) -> None:
        rng = self.clock.rng("sales mails", company.no)
        if not company.in_crm:
            return
        at = between(rng, company.created_at, min(company.story.signed_at, self.clock.as_of))
        for subject, text, answer in SALES_MAILS[: rng.choice((1, 2))]:
            if at >= self.clock.as_of - days(1):
                return
            wins = company.story.kind != "lead" or rng.random() < 0.4
            self._thread(rng, company, people, company.owner_no, at, (subject, text, answer if wins else None))
            at = working(rng, (at + days(rng.uniform(6, 15))).date())

    def _keep_in_touch(self, company: Company, people: Sequence[Contact]) -> None:
        rng = self.clock.rng("check-ins", company.no)
        for month in month_starts(company.story.signed_at, self.clock.as_of):
            at = between(rng, month, add_months(month, 1))
            mood = company.story.mood(at, "talk")
            wanted = {"startup": 0.22, "mid_market": 0.45, "enterprise": 0.8}[company.segment] * (0.25 + mood)
            if at >= self.clock.as_of or not company.pays_at(at) or rng.random() > wanted:
                continue
            subject, text, gladly, curtly = rng.choice(CHECK_INS)
            answers = rng.random() < 0.25 + 0.65 * mood
            answer = (gladly if rng.random() < mood else curtly) if answers else None
            self._thread(rng, company, people, company.csm_no, at, (subject, text, answer))

    def _look_after(self, company: Company, people: Sequence[Contact]) -> None:
        """Every few weeks somebody asks how it goes where it goes badly, and mostly hears something."""
        decline, rng = company.story.decline, self.clock.rng("looked after", company.no)
        if decline is None:
            return
        at = working(rng, (decline.began_at - days(rng.uniform(20, 30))).date())
        until = min(company.story.return_at or self.clock.as_of, self.clock.as_of)
        while at < until:
            if company.pays_at(at) and at > company.story.signed_at:
                subject, text, gladly, curtly = rng.choice(CHECK_INS)
                answer = (gladly if company.story.mood(at) > 0.5 else curtly) if rng.random() < 0.92 else None
                self._thread(rng, company, people, company.csm_no, at, (subject, text, answer))
            at = working(rng, (at + days(rng.uniform(17, 25))).date())

    def _miss(self, company: Company, champion: Contact) -> None:
        """Mail to a champion who left comes back, each time, and nobody answers it."""
        decline, rng = company.story.decline, self.clock.rng("missed", company.no)
        at = champion.left_at
        if decline is None or decline.cause != "champion_left" or at is None:
            return
        for _ in range(2):
            at = working(rng, (at + days(rng.uniform(2, 9))).date())
            if at < self.clock.as_of and company.pays_at(at):
                subject, text, _, _ = rng.choice(CHECK_INS)
                thread_no, first = self._begin(company, company.csm_no, at, subject, text, [champion])
                self._bounce(thread_no, at, first, champion, company.csm_no)

    def _inform(self, company: Company, people: Sequence[Contact]) -> None:
        """A newsletter each quarter to all known people of paying customers."""
        for month in month_starts(self.clock.start, self.clock.as_of):
            at = month + timedelta(days=8, hours=7, minutes=30)
            readers = [person for person in people if person.is_there(at)]
            if month.month % 3 == 1 and at < self.clock.as_of and company.pays_at(at) and readers:
                subject = f"{NEWSLETTERS[month.month // 3 % 4]} {month.year}"
                thread_no = self._open(company, subject)
                self._mail(thread_no, at, subject, NEWSLETTER_BODY, None, 1, readers, automatic=True)

    def _thread(
        self,
        rng: Random,
        company: Company,
        people: Sequence[Contact],
        member_no: int,
        at: datetime,
        talk: tuple[str, str, str | None],
    ) -> None:
        """One mail of the vendor and what follows: a bounce, an automatic reply, an answer, a word of thanks."""
        subject, text, answer = talk
        present = [person for person in people if person.is_there(at)] or [people[0]]
        chosen = rng.sample(present, min(len(present), rng.choice((1, 1, 2))))
        person = chosen[0]
        thread_no, first = self._begin(company, member_no, at, subject, text, chosen)
        chance = rng.random()
        if chance < 0.03:
            self._bounce(thread_no, at, first, person, member_no)
            self._try_again(thread_no, at, subject, person, member_no)
            return
        if chance < 0.09:
            away = AWAY[0].format(subject=subject)
            self._reply(thread_no, at + timedelta(seconds=41), away, AWAY[1], first, person, member_no, automatic=True)
        if answer is None:
            return
        at = working(rng, (at + days(rng.uniform(0.9, 4))).date())
        if not person.is_there(at):
            return
        words = f"{answer}\n\nBest regards\n{person.first_name} {person.last_name}"
        second = self._reply(thread_no, at, f"Re: {subject}", words, first, person, member_no)
        if second and rng.random() < 0.55:
            at = at + timedelta(minutes=rng.randint(12, 300))
            thanks = "Thank you, I will come back to you shortly." + self._signed(member_no)
            if there := [reader for reader in chosen if reader.is_there(at)]:
                self._mail(thread_no, at, f"Re: {subject}", thanks, second, member_no, there)

    def _begin(
        self, company: Company, member_no: int, at: datetime, subject: str, text: str, people: Sequence[Contact]
    ) -> tuple[int, int | None]:
        """The first mail of a thread: the thread's number and its own."""
        thread_no = self._open(company, subject)
        body = text.format(name=people[0].first_name) + self._signed(member_no)
        return thread_no, self._mail(thread_no, at, subject, body, None, member_no, people)

    def _bounce(self, thread_no: int, at: datetime, to_no: int | None, person: Contact, member_no: int) -> None:
        body, at = BOUNCED[1].format(address=person.email), at + timedelta(seconds=9)
        self._reply(thread_no, at, BOUNCED[0], body, to_no, person, member_no, bounce=True)

    def _try_again(self, thread_no: int, at: datetime, subject: str, person: Contact, member_no: int) -> None:
        """Where mail came back though the person is there: some days later it arrives and is answered."""
        rng = self.clock.rng("again", thread_no)
        at = working(rng, (at + days(rng.uniform(1.1, 3))).date())
        if not person.is_there(at + days(9)):
            return
        body = AGAIN[0].format(name=person.first_name) + self._signed(member_no)
        second = self._mail(thread_no, at, subject, body, None, member_no, [person])
        at = working(rng, (at + days(rng.uniform(1.1, 4))).date())
        words = f"{AGAIN[1]}\n\nBest regards\n{person.first_name} {person.last_name}"
        self._reply(thread_no, at, f"Re: {subject}", words, second, person, member_no)

    def _signed(self, member_no: int) -> str:
        return f"\n\nBest regards\n{self.names[member_no]}\nLumenly"

    def _open(self, company: Company, subject: str) -> int:
        self.threads.append({"thread_no": len(self.threads) + 1, "company_no": company.no, "subject": subject})
        return len(self.threads)

    def _reply(
        self,
        thread_no: int,
        at: datetime,
        subject: str,
        body: str,
        to_no: int | None,
        person: Contact,
        member_no: int,
        bounce: bool = False,
        automatic: bool = False,
    ) -> int | None:
        """A mail from a contact to a team member; its number, or null where it would lie in the future."""
        if at >= self.clock.as_of:
            return None
        no = self._keep(thread_no, at, subject, body, to_no, person.no, None, bounce, automatic)
        self.recipients.append({"mail_no": no, "contact_no": None, "member_no": member_no, "kind": "to"})
        return no

    def _mail(
        self,
        thread_no: int,
        at: datetime,
        subject: str,
        body: str,
        to_no: int | None,
        member_no: int,
        people: Sequence[Contact],
        automatic: bool = False,
    ) -> int | None:
        """A mail from a team member to contacts; the second of two people stands in copy."""
        if at >= self.clock.as_of:
            return None
        no = self._keep(thread_no, at, subject, body, to_no, None, member_no, False, automatic)
        for place, person in enumerate(people):
            kind = "cc" if place and not automatic else "to"
            self.recipients.append({"mail_no": no, "contact_no": person.no, "member_no": None, "kind": kind})
        return no

    def _keep(
        self,
        thread_no: int,
        at: datetime,
        subject: str,
        body: str,
        to_no: int | None,
        contact_no: int | None,
        member_no: int | None,
        bounce: bool,
        automatic: bool,
    ) -> int:
        self.mails.append(
            {
                "mail_no": len(self.mails) + 1,
                "thread_no": thread_no,
                "sent_at": at,
                "from_contact_no": contact_no,
                "from_member_no": member_no,
                "subject": subject,
                "body": body,
                "in_reply_to_no": to_no,
                "is_bounce": bounce,
                "is_automatic": automatic,
            }
        )
        return len(self.mails)
