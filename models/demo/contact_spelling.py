"""How each system writes each person: the frame `contact_spellings`; who a person really is stands in `contacts`.

Some records have another form of the name, a private, second or former address, or a shared mailbox; mostly a
telephone, the company and the name together still tell who it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

import polars as pl

from models.demo.clock import Clock, days
from models.demo.company_spelling import SECOND, Place
from models.demo.frames import Row, World, table
from models.demo.people import Contact
from models.demo.spelling import mistyped, other_person_name, other_phone
from models.demo.words import COUNTRIES, FAMILY, FREE_MAIL, plain

NOISE = {
    "crm": 0.03, "salesforce": 0.03, "helpdesk": 0.2, "planhat": 0.16, "intercom": 0.2, "product_usage": 0.16,
    "jira": 0.15, "survey": 0.02, "mail": 0.02, "calendar": 0.02,
}  # fmt: skip
"""Share of a system's people who are written otherwise."""
BY_ADDRESS = ("survey", "mail", "calendar")
"""Systems that know a person by the address alone: no telephone, no company."""
LOST_SHARE = 0.002
"""Share of records, outside the CRM, of which nobody can tell whose they are."""
TWICE_SHARE = 0.008


def contact_spellings(
    clock: Clock,
    contacts: Sequence[Contact],
    world: Mapping[str, pl.DataFrame],
    places: Mapping[tuple[int, str], Place],
) -> World:
    """The frame `contact_spellings`: all columns of `contacts` as each system has them or would have them.

    There is a row for every contact and every system, of the CRMs only for the one that knows the contact; who else is
    known where, `contacts` says. `record_no` is the number of the record. A person whom the CRM moved to a new company
    has the old one in `former_*`; the row's `company_no` is the new one.
    """
    crms = dict(world["companies"].select("company_no", "crm").iter_rows())
    book = _AddressBook(clock, places, {contact.email.lower() for contact in contacts})
    jobs = {contact.person_no: contact for contact in contacts if contact.person_no != contact.no}
    rows: list[Row] = []
    for contact, plain_row in zip(contacts, world["contacts"].to_dicts(), strict=True):
        crm = {"hubspot": "crm", "salesforce": "salesforce"}.get(crms[contact.company.no] or "")
        for system in NOISE:
            if system not in ("crm", "salesforce"):
                rows.append(book.spelled(contact, plain_row, system))
            elif system == crm and contact.in_crm:
                row = book.spelled(contact, plain_row, system)
                rows.append(_moved(row, contact, jobs[contact.no]) if contact.is_moved else _dated(row, contact))
                if not contact.is_role_address and clock.rng("twice", contact.no).random() < TWICE_SHARE:
                    rows += book.second(contact, plain_row, system)
    return {"contact_spellings": table("contact_spellings", rows)}


def _dated(row: Row, contact: Contact) -> Row:
    """The record of a job that is over says so, where the CRM can."""
    return row | {"ended_on": contact.left_at.date()} if contact.left_at else row


def _moved(row: Row, contact: Contact, job: Contact) -> Row:
    """The record of a person who changed jobs, as the CRM has it since."""
    former = {f"former_{name}": row[name] for name in ("company_no", "email", "job_title")}
    now: Row = {"company_no": job.company.no, "email": job.email, "job_title": job.job_title}
    now |= {"department": job.department, "started_on": job.created_at.date(), "updated_at": job.created_at + days(2)}
    assert contact.left_at
    return row | former | now | {"other_email": row["email"], "ended_on": contact.left_at.date()}


@dataclass
class _AddressBook:
    """Writes the records of people; keeps the addresses that are given, for each belongs to one person."""

    clock: Clock
    places: Mapping[tuple[int, str], Place]
    taken: set[str]
    private: dict[int, str] = field(default_factory=dict)

    def spelled(self, contact: Contact, plain_row: Row, system: str) -> Row:
        """The record of a contact in a system."""
        rng = self.clock.rng("person", contact.no, system)
        place = self.places[contact.company.no, system]
        row: Row = plain_row | {"system": system, "record_no": contact.no, "is_undecidable": False}
        row |= {"is_duplicate": False, "other_email": None, "former_company_no": None, "former_email": None}
        row |= {"former_job_title": None, "started_on": None, "ended_on": None}
        own = f"@{contact.company.domain}"
        if contact.is_role_address:
            return row
        if place.domain != contact.company.domain and row["email"].lower().endswith(own):
            row["email"] = row["email"].lower().removesuffix(own) + f"@{place.domain}"
        is_crm = system in ("crm", "salesforce")
        if place.is_lost or (not is_crm and rng.random() < LOST_SHARE):
            return row | self._lost(rng, contact, system)
        if rng.random() >= NOISE[system] or contact.no % 41 == 0:
            return row
        return row | (self._misspelled(rng, contact) if is_crm else self._noisy(rng, contact, row, system))

    def second(self, contact: Contact, plain_row: Row, system: str) -> list[Row]:
        """The contact once more in its CRM, with another address; only of those who have a telephone of their own."""
        rng = self.clock.rng("second person", contact.no)
        if not contact.phone or contact.phone == contact.company.phone or contact.left_at:
            return []
        row = self.spelled(contact, plain_row, system) | {"record_no": SECOND + contact.no, "is_duplicate": True}
        first, last = self._name(rng, contact)
        row |= {"first_name": first, "last_name": last, "phone": other_phone(rng, contact.phone)}
        made_at = min(contact.created_at + days(rng.uniform(5, 90)), self.clock.as_of - days(0.02))
        return [row | {"email": self._private(rng, contact), "created_at": made_at, "updated_at": made_at}]

    def _name(self, rng: Random, contact: Contact) -> tuple[str, str]:
        family_names = FAMILY[COUNTRIES[contact.company.country][0]]
        return other_person_name(rng, contact.first_name or "", contact.last_name or "", family_names)

    def _misspelled(self, rng: Random, contact: Contact) -> Row:
        first, last = self._name(rng, contact)
        return {"first_name": first, "last_name": last}

    def _noisy(self, rng: Random, contact: Contact, row: Row, system: str) -> Row:
        """Another name, half the time another address; without a telephone the name stays whole."""
        changed = self._misspelled(rng, contact)
        if contact.phone and system not in BY_ADDRESS:
            changed["phone"] = other_phone(rng, contact.phone)
        if contact.is_free_mail or rng.random() < 0.5:
            return changed
        if system in BY_ADDRESS:
            return {"email": self._alias(rng, contact, row["email"])}
        way = rng.choices(("private", "alias", "typo", "mailbox"), (5, 5, 2, 1))[0]
        has_own_phone = contact.phone is not None and contact.phone != contact.company.phone
        if not has_own_phone:
            changed = {}
        if way == "private" or (way == "mailbox" and system not in ("planhat", "intercom")):
            return changed | {"email": self._private(rng, contact)}
        if way == "mailbox":
            return {"email": f"office@{row['email'].split('@')[1].lower()}"}
        if way == "typo":
            local, domain = row["email"].lower().split("@")
            return changed | {"email": self._new(f"{mistyped(rng, local)}@{domain}", contact)}
        return changed | {"email": self._alias(rng, contact, row["email"])}

    def _lost(self, rng: Random, contact: Contact, system: str) -> Row:
        """A private address that says nothing, and hardly a name."""
        letters = plain(f"{contact.first_name} {contact.last_name}").split()
        local = "".join(word[0] for word in letters) + str(rng.randint(1000, 9999))
        address = self._new(f"{local}@{rng.choice(FREE_MAIL)}", contact)
        name = (f"{(contact.first_name or '?')[0]}.", f"{(contact.last_name or '?')[0]}.")
        first, last = name if system in BY_ADDRESS else (None, None)
        unsaid = {"phone": None, "job_title": None, "department": None, "is_undecidable": True}
        return {"first_name": first, "last_name": last, "email": address} | unsaid

    def _private(self, rng: Random, contact: Contact) -> str:
        """The person's private address, the same wherever it is given."""
        if contact.no not in self.private:
            given, family = plain(contact.first_name or "").split()[0], plain(contact.last_name or "").replace(" ", "")
            local = rng.choice((f"{given}.{family}", f"{given}{family[0]}", f"{family}.{given}"))
            address = f"{local}{rng.randint(1, 99)}@{rng.choice(FREE_MAIL)}"
            self.private[contact.no] = self._new(address, contact)
        return self.private[contact.no]

    def _alias(self, rng: Random, contact: Contact, email: str) -> str:
        """Another address of the person at the same domain."""
        given, family = (plain(name or "").replace(" ", "") for name in (contact.first_name, contact.last_name))
        local, domain = email.lower().split("@")
        ways = (f"{given}.{family}", f"{given[0]}.{family}", f"{family}.{given}", f"{given}_{family}", family)
        return self._new(f"{rng.choice([way for way in ways if way != local])}@{domain}", contact)

    def _new(self, address: str, contact: Contact) -> str:
        """`address`, or one with the contact's number where somebody has it."""
        if address in self.taken:
            local, domain = address.split("@")
            address = f"{local}{contact.no}@{domain}"
        self.taken.add(address)
        return address
