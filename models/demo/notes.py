"""Notes and tasks of the vendor's own people about their customers; sentences stand in `meeting_texts`.

Each is kept in one system: the CRM that knows the company, or the success managers' own tool once it is a customer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random

from models.demo import meeting_texts as texts
from models.demo.clock import Clock, add_months, between, days, month_starts
from models.demo.companies import Company
from models.demo.frames import Row
from models.demo.people import Contact

MONTHLY_NOTES = {"startup": 0.34, "mid_market": 0.62, "enterprise": 1.02}
MONTHLY_TASKS = {"startup": 0.38, "mid_market": 0.76, "enterprise": 1.25}
OPEN = ("to_do", "in_progress", "pending_customer", "blocked")
PRIORITIES = ("low", "normal", "high", "urgent")


class Desk:
    """What the vendor's people know of one company when they write: who is there and which systems they can use."""

    def __init__(self, clock: Clock, company: Company, people: Sequence[Contact]) -> None:
        self.clock, self.company = clock, company
        self.people = [person for person in people if not person.is_role_address]

    def moments(self, rng: Random, monthly: float) -> Iterator[datetime]:
        """When something is written: seldom about leads, more about customers, most about unhappy ones."""
        company, as_of = self.company, self.clock.as_of
        for month in month_starts(company.created_at, as_of):
            first, last = max(month, company.created_at), min(add_months(month, 1), as_of)
            middle = first + (last - first) / 2
            pays = company.pays_at(middle)
            fresh = middle < company.created_at + days(90)
            wanted = monthly * (1.6 - company.story.mood(middle) if pays else 1.1 if fresh else 0.12)
            for _ in range(int(wanted) + (rng.random() < wanted % 1)):
                at = between(rng, first, last)
                if at < as_of - timedelta(minutes=5):
                    yield at

    def system(self, rng: Random, at: datetime) -> str | None:
        """Where it is written; null where no system that keeps such things knows the company."""
        tools = [self.company.crm] if self.company.crm else []
        tools += ["planhat", "planhat"] if self.company.in_planhat and self.company.pays_at(at) else []
        return rng.choice(tools) if tools else None

    def person(self, rng: Random, system: str, at: datetime) -> Contact | None:
        """Somebody whom the system knows and who is there."""
        flag = "in_planhat" if system == "planhat" else "in_crm"
        known = [person for person in self.people if getattr(person, flag) and person.is_there(at)]
        return rng.choice(known) if known else None

    def member(self, at: datetime) -> int:
        """Who looks after the company: the success manager of a customer, else the account executive."""
        return self.company.csm_no if self.company.pays_at(at) else self.company.owner_no


def desks(clock: Clock, companies: Sequence[Company], contacts: Sequence[Contact]) -> list[Desk]:
    """One desk per company."""
    people: dict[int, list[Contact]] = {}
    for contact in contacts:
        people.setdefault(contact.company.no, []).append(contact)
    return [Desk(clock, company, people[company.no]) for company in companies]


def note_rows(clock: Clock, desks: Sequence[Desk]) -> list[Row]:
    """Rows of frame `notes`, by time."""
    rows: list[Row] = []
    for desk in desks:
        rng, company = clock.rng("notes", desk.company.no), desk.company
        left_at = desk.people[0].left_at
        special = {left_at: texts.CHAMPION_LEFT} if left_at else {}
        if company.story.fate == "returned" and company.story.return_at:
            special[company.story.return_at + days(2)] = texts.RETURNED
        ordinary = [(at, None) for at in desk.moments(rng, MONTHLY_NOTES[company.segment])]
        for at, note in [*special.items(), *ordinary]:
            system = desk.system(rng, at)
            if system and at < clock.as_of:
                rows.append(_note(rng, desk, at, system, note))
    rows.sort(key=lambda row: (row["noted_at"], row["company_no"]))
    return [{"note_no": no} | row for no, row in enumerate(rows, start=1)]


def _note(rng: Random, desk: Desk, at: datetime, system: str, note: tuple[str, str] | None) -> Row:
    person = desk.person(rng, system, at)
    subject = desk.people[0] if note is texts.CHAMPION_LEFT else person
    title, body = note or rng.choice(_notes(desk.company, at))
    name = _name(subject, "Our contact")
    return {
        "company_no": desk.company.no,
        "contact_no": person.no if person and rng.random() < 0.7 else None,
        "author_no": desk.member(at),
        "noted_at": at,
        "title": title,
        "body": body.format(name=name, people=rng.randint(3, 40)),
        "is_pinned": note is not None or rng.random() < 0.04,
        "system": system,
    }


def _notes(company: Company, at: datetime) -> tuple[tuple[str, str], ...]:
    if not company.pays_at(at):
        return texts.NOTES_SALES
    mood = company.story.mood(at)
    return texts.NOTES_GLOOMY if mood < 0.45 else texts.NOTES_GLAD if mood > 0.84 else texts.NOTES_PLAIN


def task_rows(clock: Clock, desks: Sequence[Desk]) -> list[Row]:
    """Rows of frame `tasks`, by creation."""
    rows: list[Row] = []
    for desk in desks:
        rng = clock.rng("tasks", desk.company.no)
        left_at = desk.people[0].left_at
        special = [(left_at + days(1), texts.TASK_NEW_CHAMPION)] if left_at else []
        for at, what in [*special, *((at, None) for at in desk.moments(rng, MONTHLY_TASKS[desk.company.segment]))]:
            system = desk.system(rng, at)
            if system:
                rows.append(_task(rng, desk, at, system, what))
    rows.sort(key=lambda row: (row["created_at"], row["company_no"]))
    return [{"task_no": no} | row for no, row in enumerate(rows, start=1)]


def _task(rng: Random, desk: Desk, at: datetime, system: str, what: tuple[str, str] | None) -> Row:
    as_of, mood = desk.clock.as_of, desk.company.story.mood(at)
    person = desk.person(rng, system, at)
    kind, words = what or rng.choice(_tasks(desk.company, at))
    due = at + days(rng.uniform(1, 15))
    late = rng.random() < 0.12 + 0.3 * (1 - mood)
    done_at = between(rng, due, due + days(25)) if late else between(rng, at + timedelta(minutes=4), due)
    is_ignored, is_forgotten = rng.random() < 0.04, rng.random() < 0.015
    is_over = done_at < as_of and not is_forgotten
    is_done = is_over and not is_ignored
    return {
        "company_no": desk.company.no,
        "contact_no": person.no if person and rng.random() < 0.75 else None,
        "owner_no": desk.member(at),
        "description": words.format(name=_name(person, "the customer"), company=desk.company.name),
        "task_type": kind,
        "status": "done" if is_done else "ignored" if is_over else rng.choices(OPEN, (60, 24, 10, 6))[0],
        "priority": rng.choices(PRIORITIES, (15, 60, 20, 5) if mood > 0.5 else (2, 38, 40, 20))[0],
        "due_on": due.date(),
        "completed_at": done_at if is_done else None,
        "created_at": at,
        "updated_at": done_at if is_over else between(rng, at, min(at + days(5), as_of)),
        "system": system,
    }


def _tasks(company: Company, at: datetime) -> tuple[tuple[str, str], ...]:
    if not company.pays_at(at):
        return texts.TASKS_SALES
    return texts.TASKS_GLOOMY if company.story.mood(at) < 0.45 else texts.TASKS_PLAIN


def _name(person: Contact | None, otherwise: str) -> str:
    return f"{person.first_name} {person.last_name}" if person else otherwise
