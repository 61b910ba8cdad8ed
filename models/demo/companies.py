"""Who the companies are: names, domains, places, families, and which systems know them; not what they buy."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from models.demo.clock import Clock, between, days
from models.demo.frames import Row
from models.demo.story import Story
from models.demo.words import (
    COUNTRIES,
    FIRST_PARTS,
    LEAD_SOURCES,
    POSTAL_CODES,
    SECOND_PARTS,
    STREETS,
    TRADES,
    TWINS,
    slug,
)

SIZES = {"startup": (3, 45), "mid_market": (50, 700), "enterprise": (900, 14000)}
CHILDREN = (("FR", "France"), ("GB", "UK"), ("DE", "Deutschland"), ("SE", "Nordics"), ("US", "Americas"))


@dataclass
class Company:
    """One company; `spans` are the stretches in which it is a paying customer, known once its revenue is.

    `old_domain` is the one it had before it changed it, `agency` the company that looks after its web site.
    """

    no: int
    story: Story
    name: str
    legal_name: str
    domain: str | None
    country: str
    city: str
    currency: str
    segment: str
    industry: str
    employee_count: int
    created_at: datetime
    owner_no: int
    csm_no: int
    lead_source: str
    in_crm: bool
    in_billing: bool
    in_helpdesk: bool
    method: str
    crm: str | None = None
    billing: str | None = None
    in_planhat: bool = False
    in_intercom: bool = False
    in_jira: bool = False
    in_usage: bool = False
    second_domain: str | None = None
    phone: str | None = None
    address: str = ""
    postal_code: str = ""
    parent: Company | None = None
    agency: Company | None = None
    old_domain: str | None = None
    spans: list[tuple[datetime, datetime | None]] = field(default_factory=list)

    def pays_at(self, moment: datetime) -> bool:
        """Whether the company is a paying customer at `moment`."""
        return any(first <= moment and (last is None or moment < last) for first, last in self.spans)

    def paid_until(self, moment: datetime) -> datetime | None:
        """When the unbroken time in which the company pays at `moment` is over; null while it goes on."""
        until: datetime | None = moment
        for first, last in sorted(self.spans, key=lambda span: span[0]):
            if until is not None and first <= until and (last is None or last > until):
                until = last
        return until


def make_companies(clock: Clock, stories: Sequence[Story], team: Sequence[Row]) -> list[Company]:
    """One company per story; some belong to another company, some pairs look alike and are not."""
    taken: set[str] = set()
    companies = [_company(clock, no, story, team, taken) for no, story in enumerate(stories, start=1)]
    rng = clock.rng("families")
    _twins(rng, companies)
    _families(rng, companies, taken)
    for company in companies:
        if company.domain and rng.random() < 0.06:
            company.second_domain = company.domain.replace(".example", "-mail.example")
    for company in companies:
        _settle(clock.rng("place", company.no), company)
    return companies


def _company(clock: Clock, no: int, story: Story, team: Sequence[Row], taken: set[str]) -> Company:
    rng = clock.rng("company", no)
    weights = (30, 45, 25) if story.kind == "outside" else (50, 36, 14)
    segment = rng.choices(tuple(SIZES), weights)[0]
    country = rng.choices(tuple(COUNTRIES), [place[3] for place in COUNTRIES.values()])[0]
    _, cities, currency, _, _, form = COUNTRIES[country]
    industry, words = rng.choice(TRADES)
    name = _name(rng, words, taken)
    earliest, latest = {"startup": (30, 3), "mid_market": (110, 20), "enterprise": (190, 45)}[segment]
    lead = story.signed_at - days(earliest), story.signed_at - days(latest)
    self_serve = story.kind in ("billed", "trial") and segment == "startup" and rng.random() < 0.16
    helped = {"billed": 0.85, "outside": 0.7, "trial": 0.4, "lead": 0.03}[story.kind]
    late = story.fate in ("at_risk", "worried")
    transfers = rng.random() < (0.75 if late else 0.25 if segment == "startup" else 0.6)
    return Company(
        no=no,
        story=story,
        name=name,
        legal_name=f"{name} {form}",
        domain=None if segment == "startup" and rng.random() < 0.07 else f"{slug(name)}.example",
        country=country,
        city=rng.choice(cities),
        currency=currency,
        segment=segment,
        industry=industry,
        employee_count=int(SIZES[segment][0] * (SIZES[segment][1] / SIZES[segment][0]) ** rng.random()),
        created_at=story.signed_at - days(0.02) if self_serve else between(rng, *lead),
        owner_no=rng.choice([m["member_no"] for m in team if m["role"] == "account_executive"]),
        csm_no=rng.choice([m["member_no"] for m in team if m["role"] == "csm" and m["is_active"]]),
        lead_source="Product sign-up" if self_serve else rng.choice(LEAD_SOURCES),
        in_crm=not self_serve,
        in_billing=story.kind in ("billed", "trial"),
        in_helpdesk=rng.random() < helped,
        method="bank_transfer" if transfers else "sepa_debit" if currency == "EUR" and rng.random() < 0.4 else "card",
    )


def _name(rng: Random, words: Sequence[str], taken: set[str]) -> str:
    while True:
        stem = rng.choice(FIRST_PARTS) + rng.choice(SECOND_PARTS)
        if stem not in taken:
            taken.add(stem)
            return stem if rng.random() < 0.12 else f"{stem} {rng.choice(words)}"


def _twins(rng: Random, companies: Sequence[Company]) -> None:
    """Rename one pair of neighbours in each forty companies, as long as pairs last."""
    for place, pair in enumerate(TWINS):
        for company, (name, legal_name, domain, country) in zip(companies[place * 40 + 7 :], pair, strict=False):
            company.name, company.legal_name, company.domain = name, legal_name, domain
            company.in_crm = True
            _move(rng, company, country)


def _move(rng: Random, company: Company, country: str) -> None:
    _, cities, currency, _, _, _ = COUNTRIES[country]
    company.country, company.city, company.currency = country, rng.choice(cities), currency
    if company.method == "sepa_debit" and currency != "EUR":
        company.method = "card"


def _families(rng: Random, companies: Sequence[Company], taken: set[str]) -> None:
    """Put some companies under a large one, and every sixth of them under the one put there before."""
    heads = [company for company in companies if company.segment == "enterprise" and company.in_crm and company.domain]
    twins = {name for pair in TWINS for name, _, _, _ in pair}
    children: list[Company] = []
    for company in companies:
        if (
            company in heads
            or company.name in twins
            or company.segment == "startup"
            or rng.random() > 0.22
            or not heads
        ):
            continue
        head = children[-1] if len(children) % 6 == 3 else rng.choice(heads)
        place, suffix = rng.choice(CHILDREN)
        if f"{head.name} {suffix}" not in taken:
            taken.add(f"{head.name} {suffix}")
            _adopt(rng, head, company, place, suffix)
            children.append(company)


def _adopt(rng: Random, head: Company, company: Company, country: str, suffix: str) -> None:
    _move(rng, company, country)
    company.parent, company.industry = head, head.industry
    company.name, company.legal_name = f"{head.name} {suffix}", f"{head.name} {suffix} {COUNTRIES[country][5]}"
    company.domain = str(head.domain).replace(".example", f"-{slug(suffix)}.example")


def _settle(rng: Random, company: Company) -> None:
    """Give the company a street and a postal code in its country."""
    streets, is_number_first = STREETS[COUNTRIES[company.country][0]]
    street, number = rng.choice(streets), rng.randint(1, 140)
    company.address = f"{number} {street}" if is_number_first else f"{street} {number}"
    pattern = POSTAL_CODES.get(company.country, "{:05d}")
    digits = re.search(r":0?(\d*)d", pattern)
    size = int(digits[1]) if digits and digits[1] else 1
    company.postal_code = pattern.format(rng.randrange(10 ** (size - 1), 10**size))


def company_rows(clock: Clock, companies: Sequence[Company]) -> list[Row]:
    """Rows of frame `companies`, as they stand at the end of the history."""
    return [_row(clock, company) for company in companies]


def _row(clock: Clock, company: Company) -> Row:
    rng = clock.rng("company row", company.no)
    pays = company.pays_at(clock.as_of - days(0.0001))
    score_at = between(rng, clock.as_of - days(60), clock.as_of)
    scored = pays and company.in_crm and rng.random() < 0.8
    mood = company.story.mood(clock.as_of, "talk")
    newest = max([company.created_at, *(last or first for first, last in company.spans)])
    return {
        "company_no": company.no,
        "name": company.name,
        "legal_name": company.legal_name,
        "domain": company.domain,
        "second_domain": company.second_domain,
        "industry": company.industry,
        "employee_count": company.employee_count,
        "country": company.country,
        "city": company.city,
        "phone": company.phone,
        "address": company.address,
        "postal_code": company.postal_code,
        "currency": company.currency,
        "segment": company.segment,
        "owner_no": company.owner_no,
        "csm_no": company.csm_no,
        "parent_no": company.parent.no if company.parent else None,
        "created_at": company.created_at,
        "updated_at": min(max(newest, score_at) if scored else newest + days(2), clock.as_of - days(0.01)),
        "lifecycle_phase": "customer" if pays else "former customer" if company.spans else "lead",
        "csm_score": max(1, min(5, round(0.6 + 4.6 * mood + rng.uniform(-0.5, 0.5)))) if scored else None,
        "csm_score_at": score_at if scored else None,
        "lead_source": company.lead_source,
        "in_crm": company.in_crm,
        "in_billing": company.in_billing,
        "in_helpdesk": company.in_helpdesk,
        "crm": company.crm,
        "billing": company.billing,
        "in_planhat": company.in_planhat,
        "in_intercom": company.in_intercom,
        "in_jira": company.in_jira,
        "in_usage": company.in_usage,
    }
