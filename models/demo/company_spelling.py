"""How each system writes each company: the frame `company_spellings`; what a company really is stands in `companies`.

Some records have another name, an old, foreign or missing domain; mostly enough is left for a careful person to tell
whose they are: people in common, a telephone, an address, an unusual name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

import polars as pl

from models.demo.clock import Clock, days
from models.demo.companies import Company
from models.demo.frames import Row, World, table
from models.demo.spelling import initials_of, other_company_name, other_phone, other_street
from models.demo.words import TWINS, slug

SYSTEMS = {
    "crm": ("crm", "hubspot"), "salesforce": ("crm", "salesforce"), "billing": ("billing", "stripe"),
    "chargebee": ("billing", "chargebee"), "quickbooks": ("billing", "chargebee"), "helpdesk": ("in_helpdesk", True),
    "planhat": ("in_planhat", True), "intercom": ("in_intercom", True), "jira": ("in_jira", True),
    "product_usage": ("in_usage", True),
}  # fmt: skip
"""Which companies each system knows: a column of `companies` and its value."""
NOISE = {
    "crm": 0.03, "salesforce": 0.03, "billing": 0, "chargebee": 0, "quickbooks": 0.2, "helpdesk": 0.24,
    "planhat": 0.18, "intercom": 0.24, "jira": 0.2, "product_usage": 0.16,
}  # fmt: skip
"""Share of a system's records that are written otherwise."""
LINKED = {
    "billing": 0.7, "chargebee": 0.7, "quickbooks": 0.7, "helpdesk": 0.6, "planhat": 0.8, "intercom": 0.6,
    "product_usage": 0.6,
}  # fmt: skip
"""How often a record names the company's record in the CRM (the accounting: in the billing system)."""
OLDER = ("helpdesk", "quickbooks", "jira", "intercom")
"""Systems that may still have the domain a company had before."""
LOST = {"helpdesk": 0.007, "intercom": 0.007, "jira": 0.007}
"""Share of records that nobody can tell the company of."""
LOOKALIKES = frozenset(name for pair in TWINS for name, *_ in pair)
SHARED_WITH_PARENT = ("helpdesk", "intercom", "planhat")
"""Systems in which a subsidiary may stand with its parent's domain."""
TWICE_SHARE = 0.012
SECOND = 500_000
"""Added to the number of a company or contact: its second record in the same CRM."""


@dataclass(frozen=True)
class Place:
    """A company in one system: the domain of its people's addresses there, and whether nobody can tell whose it is."""

    domain: str | None
    is_lost: bool


def mislead(clock: Clock, companies: Sequence[Company]) -> None:
    """Give some companies a domain they had before, and some an agency whose domain stands in their records too."""
    agencies = [
        company
        for company in companies
        if company.domain and company.industry in ("Media", "Professional services") and not company.in_billing
    ]
    agencies = [company for company in agencies if company.in_crm and not company.parent][: 1 + len(companies) // 120]
    for company in companies:
        rng = clock.rng("misleading", company.no)
        if not company.domain or company.name in LOOKALIKES:
            continue
        if not company.second_domain and rng.random() < 0.06:
            stem = slug(company.name.split()[0])
            company.old_domain = f"{rng.choice(('get', 'my', 'team'))}{stem}-{company.no}.example"
        elif agencies and company not in agencies and company.in_helpdesk and rng.random() < 0.02:
            company.agency = rng.choice(agencies)


def company_places(clock: Clock, companies: Sequence[Company]) -> dict[tuple[int, str], Place]:
    """Where the people of each company write from as each system has it, by number and system."""
    places = {}
    for company in companies:
        for system in {*SYSTEMS, "survey", "mail", "calendar"}:
            rng = clock.rng("place", company.no, system)
            is_old = system in OLDER and company.old_domain is not None and rng.random() < 0.5
            is_lost = rng.random() < LOST.get(system, 0) and company.domain is not None
            places[company.no, system] = Place(company.old_domain if is_old else company.domain, is_lost)
    return places


def company_spellings(
    clock: Clock, firms: Sequence[Company], world: Mapping[str, pl.DataFrame], places: Mapping[tuple[int, str], Place]
) -> World:
    """The frame `company_spellings`: all columns of `companies` as each system that knows the company has them.

    `record_no` is the number of the record, another one for a company's second record in one CRM (`is_duplicate`).
    `is_linked`: the record names the company's id in the CRM (in the accounting: in the billing).
    """
    by_no = {firm.no: firm for firm in firms}
    rows: list[Row] = []
    for plain_row in world["companies"].to_dicts():
        firm = by_no[plain_row["company_no"]]
        is_muddled = _is_muddled(firm)
        for system, (column, value) in SYSTEMS.items():
            if plain_row[column] == value:
                rng = clock.rng("spelling", firm.no, system)
                rows.append(_spelled(rng, firm, plain_row, system, places[firm.no, system], is_muddled))
        is_plain = firm.crm and firm.domain and firm.name not in LOOKALIKES
        if is_plain and clock.rng("twice", firm.no).random() < TWICE_SHARE:
            rows.append(_second(clock, firm, plain_row))
    return {"company_spellings": table("company_spellings", rows)}


def _is_muddled(firm: Company) -> bool:
    """Whether its domain says too little: its bills then name the CRM's record, for money must be told apart."""
    return bool(firm.old_domain or firm.agency or firm.parent)


def _spelled(rng: Random, firm: Company, plain_row: Row, system: str, place: Place, is_muddled: bool) -> Row:
    is_linked = rng.random() < LINKED.get(system, 0) or firm.domain is None
    row = plain_row | {"system": system, "record_no": firm.no, "is_linked": is_linked}
    row |= {"is_undecidable": place.is_lost, "is_duplicate": False}
    if system in ("billing", "chargebee"):
        return row | {"is_linked": is_linked or is_muddled}
    if system in ("crm", "salesforce"):
        row["second_domain"] = firm.second_domain or (firm.old_domain if rng.random() < 0.4 else None)
        is_noisy = rng.random() < NOISE[system]
        return row | ({"name": other_company_name(rng, firm.name, firm.legal_name)} if is_noisy else {})
    if firm.domain is None:
        return row
    if place.is_lost:
        lost = {"name": initials_of(firm.name), "legal_name": None, "domain": None, "second_domain": None}
        lost |= {"phone": None, "address": None, "postal_code": None, "city": None, "parent_no": None}
        return row | lost | {"is_linked": False}
    if place.domain != firm.domain:
        row |= {"domain": place.domain, "second_domain": None, "is_linked": False}
    if firm.agency and system in ("helpdesk", "intercom"):
        row |= {"domain": firm.agency.domain, "second_domain": firm.domain, "is_linked": rng.random() < 0.3}
    elif place.domain == firm.domain and firm.parent and system in SHARED_WITH_PARENT and rng.random() < 0.25:
        row |= {"domain": firm.parent.domain, "second_domain": None, "is_linked": rng.random() < 0.3}
    return row | (_noise(rng, firm) if rng.random() < NOISE[system] else {})


def _noise(rng: Random, firm: Company) -> Row:
    """What is written otherwise; in half of the records neither id nor domain is left to tell whose it is.

    Of companies that look like another one the domain stays: their names alone say nothing.
    """
    if firm.name in LOOKALIKES:
        return {"name": other_company_name(rng, firm.name, firm.legal_name), "is_linked": False}
    changed: Row = {"name": other_company_name(rng, firm.name, firm.legal_name), "address": other_street(firm.address)}
    changed["phone"] = other_phone(rng, firm.phone) if firm.phone else None
    if rng.random() < 0.5:
        changed |= {"is_linked": False, "domain": None, "second_domain": None}
    elif rng.random() < 0.3:
        changed["is_linked"] = False
    return changed


def _second(clock: Clock, firm: Company, plain_row: Row) -> Row:
    """The company once more in its CRM, entered by somebody who did not look: no domain, but the same place."""
    rng = clock.rng("second", firm.no)
    made_at = min(plain_row["created_at"] + days(rng.uniform(20, 200)), clock.as_of - days(0.02))
    row = plain_row | {"system": "crm" if firm.crm == "hubspot" else "salesforce", "record_no": SECOND + firm.no}
    row |= {"is_linked": False, "is_undecidable": False, "is_duplicate": True, "created_at": made_at}
    row |= {"name": other_company_name(rng, firm.name, firm.legal_name), "domain": None, "second_domain": None}
    row |= {"phone": other_phone(rng, firm.phone) if firm.phone else None, "address": other_street(firm.address)}
    row |= {"updated_at": min(made_at, plain_row["updated_at"]), "csm_score": None, "csm_score_at": None}
    return row | {"lead_source": "Trade fair"}
