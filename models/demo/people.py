"""The people: the vendor's own team and the companies' contacts, with addresses and telephones; not what they do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

from models.demo.clock import Clock, between, days
from models.demo.companies import Company
from models.demo.frames import Row
from models.demo.words import AREAS, COUNTRIES, FAMILY, FREE_MAIL, GIVEN, TEAM, TITLES, plain

DOMAIN = "lumenly.example"
HEADS = {"startup": (1, 3), "mid_market": (2, 5), "enterprise": (4, 8)}


@dataclass
class Contact:
    """One person at one company; for a shared mailbox the names are null.

    `person_no` is the number of the person's first contact; `left_at` when the person left for another company, and
    `is_moved` whether the CRM then changed this record instead of making another.
    """

    no: int
    company: Company
    first_name: str | None
    last_name: str | None
    email: str
    phone: str | None
    job_title: str | None
    department: str | None
    decision_role: str
    is_free_mail: bool
    is_role_address: bool
    created_at: datetime
    in_crm: bool
    in_helpdesk: bool
    in_mail: bool
    in_survey: bool
    in_planhat: bool = False
    in_intercom: bool = False
    in_usage: bool = False
    person_no: int = 0
    left_at: datetime | None = None
    is_moved: bool = False

    def is_there(self, moment: datetime) -> bool:
        """Whether the contact works at the company at `moment`."""
        return self.created_at <= moment and (self.left_at is None or moment < self.left_at)


def team_rows() -> list[Row]:
    """Rows of frame `team_members`."""
    return [
        {
            "member_no": no,
            "name": name,
            "email": f"{'.'.join(plain(name).split())}@{DOMAIN}",
            "role": role,
            "is_active": is_active,
        }
        for no, (name, role, is_active) in enumerate(TEAM, start=1)
    ]


def make_contacts(clock: Clock, companies: Sequence[Company]) -> list[Contact]:
    """A few contacts for every company; every company that some system knows has one that the same system knows."""
    contacts: list[Contact] = []
    taken: set[str] = set()
    for company in companies:
        rng = clock.rng("contacts", company.no)
        buys = company.story.kind in ("billed", "outside")
        count = rng.randint(*HEADS[company.segment]) + buys
        switchboard = company.phone = phone_number(rng, company.country)
        for place in range(count):
            contacts.append(_person(clock, rng, company, len(contacts) + 1, place, switchboard, taken))
        for contact in contacts[-count:]:
            known = contact.in_crm or contact.in_helpdesk or contact.in_mail or contact.in_survey
            contact.in_mail = contact.in_mail or not known
        for mailbox in _mailboxes(rng, company, buys):
            contacts.append(_mailbox(rng, company, len(contacts) + 1, mailbox, taken))
    for contact in contacts:
        contact.person_no = contact.no
    return contacts


def _person(
    clock: Clock, rng: Random, company: Company, no: int, place: int, switchboard: str, taken: set[str]
) -> Contact:
    language = COUNTRIES[company.country][0] if rng.random() < 0.8 else rng.choice(tuple(GIVEN))
    first_name, last_name = rng.choice(GIVEN[language]), rng.choice(FAMILY[language])
    title, department, role = rng.choice(TITLES)
    free = company.domain is None or (company.segment == "startup" and rng.random() < 0.08)
    email = new_address(rng, company, first_name, last_name, free, taken)
    buys = company.story.kind in ("billed", "outside")
    main = place == 0
    created_at = company.created_at if main else between(rng, company.created_at, clock.as_of)
    shares = rng.random() < 0.2
    return Contact(
        no=no,
        company=company,
        first_name=first_name,
        last_name=last_name,
        email=email.upper() if no % 41 == 0 else email,
        phone=switchboard if shares else phone_number(rng, company.country) if rng.random() < 0.75 else None,
        job_title=title,
        department=department,
        decision_role="champion" if main and buys else role,
        is_free_mail=free,
        is_role_address=False,
        created_at=created_at,
        in_crm=company.in_crm and (main or rng.random() < 0.88),
        in_helpdesk=(company.in_helpdesk and (main or rng.random() < 0.6)) or (buys and rng.random() < 0.04),
        in_mail=main or rng.random() < (0.5 if buys else 0.3),
        in_survey=buys and (main or rng.random() < 0.55),
    )


def new_address(rng: Random, company: Company, first: str, last: str, free: bool, taken: set[str]) -> str:
    """An address that is not in `taken` yet, at the company's domain or (`free`) at a provider; adds it to `taken`."""
    given, family = plain(first).replace(" ", ""), plain(last).replace(" ", "")
    domain = rng.choice(FREE_MAIL) if free else str(company.domain)
    if not free and company.second_domain and rng.random() < 0.4:
        domain = company.second_domain
    local = rng.choice((f"{given}.{family}", f"{given}.{family}", f"{given[0]}{family}", given))
    local = f"{given}.{family}{rng.randint(60, 99)}" if free else local
    address, number = f"{local}@{domain}", 2
    while address in taken:
        address, number = f"{given}.{family}{number}@{domain}", number + 1
    taken.add(address)
    return address


def phone_number(rng: Random, country: str) -> str:
    """A telephone number as people write them: grouped, run together, or with the 00 prefix."""
    pattern = rng.choice((COUNTRIES[country][4], *AREAS.get(country, ())))
    number = pattern.format(*(rng.randrange(10 ** int(width[1])) for width in pattern.split("{:")[1:]))
    return rng.choice((number, number, number.replace(" ", ""), number.replace("+", "00"), number.replace(" ", "-")))


def _mailboxes(rng: Random, company: Company, buys: bool) -> list[str]:
    if company.domain is None:
        return []
    boxes = ["billing"] if buys and rng.random() < 0.45 else []
    boxes += ["info"] if rng.random() < 0.12 else []
    return [*boxes, "support"] if company.in_helpdesk and rng.random() < 0.12 else boxes


def _mailbox(rng: Random, company: Company, no: int, mailbox: str, taken: set[str]) -> Contact:
    email = f"{mailbox}@{company.domain}"
    taken.add(email)
    return Contact(
        no=no,
        company=company,
        first_name=None,
        last_name=None,
        email=email,
        phone=None,
        job_title=None,
        department="Finance" if mailbox == "billing" else None,
        decision_role="unknown",
        is_free_mail=False,
        is_role_address=True,
        created_at=company.created_at + days(rng.uniform(0, 3)),
        in_crm=company.in_crm and rng.random() < 0.7,
        in_helpdesk=company.in_helpdesk and (mailbox == "support" or rng.random() < 0.4),
        in_mail=mailbox != "support",
        in_survey=False,
    )


def contact_rows(clock: Clock, contacts: Sequence[Contact]) -> list[Row]:
    """Rows of frame `contacts`."""
    rng = clock.rng("contact rows")
    return [
        {
            "contact_no": contact.no,
            "company_no": contact.company.no,
            "first_name": contact.first_name,
            "last_name": contact.last_name,
            "email": contact.email,
            "phone": contact.phone,
            "job_title": contact.job_title,
            "department": contact.department,
            "decision_role": contact.decision_role,
            "is_free_mail": contact.is_free_mail,
            "is_role_address": contact.is_role_address,
            "created_at": contact.created_at,
            "updated_at": between(rng, contact.created_at, clock.as_of),
            "in_crm": contact.in_crm,
            "in_helpdesk": contact.in_helpdesk,
            "in_mail": contact.in_mail,
            "in_survey": contact.in_survey,
            "in_planhat": contact.in_planhat,
            "in_intercom": contact.in_intercom,
            "in_usage": contact.in_usage,
            "person_no": contact.person_no,
            "left_at": contact.left_at,
        }
        for contact in contacts
    ]
