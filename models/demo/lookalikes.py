"""People who are easily taken for one another, or for two: namesakes, families in one firm, and those who change jobs.

Who works where before that stands in `people`; how systems spell them in `contact_spelling`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from random import Random

from models.demo.clock import Clock, between, days
from models.demo.companies import Company
from models.demo.frames import Row
from models.demo.people import Contact, new_address, phone_number
from models.demo.words import TITLES, TWINS, plain

MOVERS = 160
"""One contact in so many goes to another company during the history."""
FAMILIES = 90
"""One contact in so many has a relative of the same name in the same company."""
NAMESAKES = 70
"""One contact in so many has the name of somebody at another company."""
COMING_BACK = 0.5
"""Share of the champions who left whom one meets again."""
MOVED_SHARE = 0.5
"""How often a CRM that knows both companies changes the old record instead of making a second one."""


def mix_up(clock: Clock, contacts: Sequence[Contact]) -> None:
    """Give some contacts the name of another and make some the new job of somebody who left; addresses stay unique."""
    rng = clock.rng("lookalikes")
    taken = {contact.email.lower() for contact in contacts}
    firsts = {contact.company.no: contact for contact in reversed(contacts)}
    free = [person for person in contacts if _can_change(person) and firsts[person.company.no] is not person]
    rng.shuffle(free)
    _name_alike(rng, contacts, free, taken)
    wanted = max(1, len(contacts) // MOVERS)
    leavers: list[tuple[Contact, datetime]] = []
    for person in rng.sample(free, min(len(free), 3 * wanted)):
        first, last = person.created_at + days(60), clock.as_of - days(60)
        if first < last:
            leavers.append((person, between(rng, first, last)))
    used: set[int] = set()
    for person, left_at in leavers:
        job = _new_job(clock, person, left_at, [other for other in free if other.no not in used])
        if job and _can_change(person) and person.no not in used and len(used) < 2 * wanted:
            used |= {person.no, job.no}
            _move(clock, rng, person, left_at, job, taken, MOVED_SHARE)
    _find_champions_a_job(clock, firsts.values(), [other for other in free if other.no not in used], taken)


def _find_champions_a_job(clock: Clock, firsts: Iterable[Contact], free: Sequence[Contact], taken: set[str]) -> None:
    """Half of the champions who left come back at another company, where the CRM finds them."""
    used: set[int] = set()
    for person in firsts:
        rng = clock.rng("champion", person.no)
        if person.left_at and rng.random() < COMING_BACK:
            near = [other for other in free if other.no not in used and other.company.crm == person.company.crm]
            job = _new_job(clock, person, person.left_at, near if person.in_crm else [])
            if job:
                used.add(job.no)
                _move(clock, rng, person, person.left_at, job, taken, 1)


def _can_change(person: Contact) -> bool:
    return not person.is_role_address and not person.is_free_mail and person.company.domain is not None


def _rename(rng: Random, person: Contact, like: Contact, taken: set[str]) -> None:
    """Give a person the name of another, with an address that fits it."""
    person.first_name, person.last_name = like.first_name, like.last_name
    taken.discard(person.email.lower())
    person.email = new_address(rng, person.company, str(like.first_name), str(like.last_name), False, taken)


def _name_alike(rng: Random, contacts: Sequence[Contact], free: list[Contact], taken: set[str]) -> None:
    """Relatives in one company, who share its switchboard at most, and namesakes at different ones."""
    at_home: dict[int, list[Contact]] = defaultdict(list)
    for person in contacts:
        if _can_change(person):
            at_home[person.company.no].append(person)
    for _ in range(max(1, len(contacts) // FAMILIES) if free else 0):
        younger = free.pop()
        elder = next((other for other in at_home[younger.company.no] if other is not younger), None)
        if elder:
            _rename(rng, younger, elder, taken)
            if younger.phone == elder.phone:
                younger.phone = phone_number(rng, younger.company.country)
            younger.job_title, younger.department, _ = rng.choice([one for one in TITLES if one[0] != elder.job_title])
    for _ in range(min(len(free) // 3, len(contacts) // NAMESAKES)):
        one, other = free.pop(), rng.choice(free)
        if one.company is not other.company:
            _rename(rng, one, other, taken)


def _new_job(clock: Clock, person: Contact, left_at: datetime, free: Sequence[Contact]) -> Contact | None:
    """A contact of another company, with the same CRM if there is one, who can be the person after `left_at`."""
    start, end = left_at + days(10), min(left_at + days(150), clock.as_of - days(15))
    places = [other for other in free if other.company is not person.company and other.left_at is None]
    if start >= end:
        return None
    fitting = [other for other in places if other.company.created_at + days(5) < end]
    known = [other for other in fitting if other.company.crm and other.company.crm == person.company.crm]
    return next(iter(known or fitting), None)


def _move(
    clock: Clock, rng: Random, person: Contact, left_at: datetime, job: Contact, taken: set[str], moved_share: float
) -> None:
    """Make `job` the new job of `person`: the same name, a new address, mostly the same mobile telephone."""
    _rename(rng, job, person, taken)
    start = max(left_at + days(10), job.company.created_at + days(1))
    job.created_at = between(rng, start, max(start + days(2), min(left_at + days(150), clock.as_of - days(15))))
    job.person_no, person.left_at = person.person_no, left_at
    person.phone = job.phone = phone_number(rng, person.company.country)
    same_crm = person.company.crm is not None and person.company.crm == job.company.crm
    if same_crm and person.in_crm and rng.random() < moved_share:
        person.is_moved, job.in_crm, job.in_mail = True, False, True


def job_change_rows(contacts: Sequence[Contact]) -> list[Row]:
    """Rows of frame `truth_job_change`: who went from which company to which, and when."""
    jobs = {contact.person_no: contact for contact in contacts if contact.person_no != contact.no}
    return [
        {
            "person_no": contact.person_no,
            "from_company_no": contact.company.no,
            "to_company_no": jobs[contact.no].company.no,
            "left_at": contact.left_at,
            "joined_at": jobs[contact.no].created_at,
            "is_champion": contact.decision_role == "champion",
        }
        for contact in contacts
        if contact.no in jobs
    ]


def distinct_rows(companies: Sequence[Company], contacts: Sequence[Contact]) -> list[Row]:
    """Rows of frame `truth_distinct`: pairs that look alike and are not the same."""
    rows = [
        {"kind": "company", "no": first, "other_no": second, "reason": reason}
        for first, second, reason in sorted(_distinct_companies(companies))
    ]
    named: dict[str, list[Contact]] = defaultdict(list)
    for contact in contacts:
        if contact.first_name and contact.last_name:
            named[f"{plain(contact.first_name)} {plain(contact.last_name)}"].append(contact)
    pairs: dict[tuple[int, int], str] = {}
    for people in named.values():
        for place, one in enumerate(people):
            for other in people[place + 1 :]:
                key = min(one.person_no, other.person_no), max(one.person_no, other.person_no)
                if key[0] != key[1]:
                    reason = "relative" if one.company is other.company else "namesake"
                    pairs[key] = reason if pairs.get(key) != "relative" else "relative"
    rows += [{"kind": "contact", "no": no, "other_no": other, "reason": why} for (no, other), why in pairs.items()]
    return rows


def _distinct_companies(companies: Sequence[Company]) -> Iterator[tuple[int, int, str]]:
    by_name = {company.name: company.no for company in companies}
    for (one, *_), (other, *_) in TWINS:
        if one in by_name and other in by_name:
            yield by_name[one], by_name[other], "twin"
    for company in companies:
        if company.parent:
            yield min(company.no, company.parent.no), max(company.no, company.parent.no), "family"
        if company.agency:
            yield min(company.no, company.agency.no), max(company.no, company.agency.no), "agency"
