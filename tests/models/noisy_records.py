"""The demo world's companies and people as several careless sources would send them: staging frames, and the truth.

Names are misspelt, legal forms come and go, domains change, fields are missing, first and last names are swapped,
people are known by nicknames, initials or other addresses. The same for the same seed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

import polars as pl

from models.demo.words import slug
from models.identity import company_record, contact_record
from models.policy.loading import load_policies
from tests.models.identity_rows import told, warehouse

SOURCES = ("crm", "billing", "desk", "tool")
LOADED = datetime(2026, 7, 1)
NICKNAMES = {"olivia": "Liv", "katharina": "Kathi", "matthias": "Matze", "patrick": "Pat", "victor": "Vic"}
STAGED: Mapping[str, tuple[str, ...]] = {
    "company": (
        *("name", "legal_name", "country", "city", "address", "postal_code", "phone", "parent_company_id"),
        *("external_id", "source_record_id"),
    ),
    "company_domain": ("company_id", "domain", "source_record_id"),
    "contact": ("name", "first_name", "last_name", "country", "external_id", "source_record_id"),
    "contact_email": ("contact_id", "address", "source_record_id"),
    "contact_phone": ("contact_id", "phone", "source_record_id"),
    "job_role": ("contact_id", "company_id", "job_title", "source_record_id"),
    "team_member": ("email", "source_record_id"),
}
Row = dict[str, Any]


@dataclass
class Staged:
    """Rows of staging tables, and by object whose record each source key is."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in STAGED})
    truth: dict[str, dict[str, int]] = field(default_factory=lambda: {"company": {}, "contact": {}})

    def add(self, table: str, source: str, **fields: Any) -> None:
        self.rows[table].append({"source_system": source, **fields})

    def frames(self, **policies: pl.DataFrame) -> dict[str, pl.DataFrame]:
        """What the record builders read: the staging frames, the shipped policies, the sources in order of trust."""
        found = {f"policy.{name}": frame for name, frame in load_policies().items()}
        found["policy.source_rank"] = pl.DataFrame({"source": SOURCES, "trust": range(len(SOURCES))}).cast(
            {"trust": pl.Int64}
        )
        for name, columns in STAGED.items():
            schema: dict[str, Any] = dict.fromkeys(("source_system", *columns), pl.String)
            extra = {"created_at": pl.Datetime("us"), "loaded_at": pl.Datetime("us"), "ended_on": pl.Date}
            found[f"staging.{name}"] = pl.DataFrame(
                [{"created_at": LOADED, "loaded_at": LOADED} | row for row in self.rows[name]], schema=schema | extra
            )
        return found | policies


def cleaned(staged: Staged) -> dict[str, pl.DataFrame]:
    """The record tables, each contact at the companies its source says."""
    frames = staged.frames()
    with warehouse(frames) as con:
        company_record.renew(con)
        con.execute(
            "create table identity.company_link as "
            "select source_key, source_record_id as company_id from identity.company_record"
        ).fetchall()
        contact_record.renew(con)
        return {kind: told(con, f"identity.{kind}_record") for kind in ("company", "contact")}


def noisy(world: Mapping[str, pl.DataFrame], seed: int) -> Staged:
    """The world's companies and contacts in two to four of `SOURCES` each."""
    rng, staged = Random(seed), Staged()
    companies = {company["company_no"]: company for company in world["companies"].to_dicts()}
    for company in companies.values():
        company |= {
            "street": f"{rng.choice(('Mill', 'Station', 'Market', 'Garden', 'Harbour'))} Street {rng.randint(1, 180)}",
            "postal_code": f"{rng.randint(10000, 99999)}",
            "phone": f"+1 212 {rng.randint(200, 999)} {rng.randint(1000, 9999)}",
            "sources": [source for source in SOURCES if rng.random() < 0.7] or [rng.choice(SOURCES)],
        }
        for source in company["sources"]:
            _company(rng, staged, source, company)
    for contact in world["contacts"].to_dicts():
        company = companies[contact["company_no"]]
        for source in company["sources"]:
            if rng.random() < 0.6:
                _contact(rng, staged, source, contact, company)
    return staged


def _company(rng: Random, staged: Staged, source: str, company: Row) -> None:
    no = str(company["company_no"])
    name = company["legal_name"] if source == "billing" or rng.random() < 0.2 else company["name"]
    name = typo(rng, name) if rng.random() < 0.12 else name
    domain = company["domain"]
    if domain and rng.random() < 0.06:
        domain = rng.choice((domain.replace(".example", ".test"), f"{slug(name)[:12]}-online.example"))
    gone = _misses(rng, source)
    parent = company["parent_no"]
    staged.add(
        "company",
        source,
        source_record_id=no,
        name=name,
        country=gone(company["country"], 0.1),
        city=gone(company["city"], 0.3),
        address=gone(company["street"], 0.4),
        postal_code=gone(company["postal_code"], 0.4),
        phone=gone(company["phone"], 0.5),
        parent_company_id=str(parent) if parent and source == "crm" else None,
        external_id=f"crm:{no}" if source != "crm" and "crm" in company["sources"] and rng.random() < 0.5 else None,
    )
    if domain and rng.random() > {"billing": 0.7}.get(source, 0.2):
        staged.add("company_domain", source, company_id=no, domain=domain, source_record_id=f"{no}:{domain}")
    staged.truth["company"][f"{source}:{no}"] = company["company_no"]


def _contact(rng: Random, staged: Staged, source: str, contact: Row, company: Row) -> None:
    no, first, last = str(contact["contact_no"]), contact["first_name"], contact["last_name"]
    if first and last:
        luck = rng.random()
        if luck < 0.04:
            first, last = last, first
        elif luck < 0.09:
            first = NICKNAMES.get(first.lower(), first[:3])
        elif luck < 0.14:
            first = f"{first[0]}."
        elif luck < 0.24:
            first, last = typo(rng, first), last
        elif luck < 0.30:
            last = typo(rng, last)
    gone = _misses(rng, source)
    staged.add(
        "contact",
        source,
        source_record_id=no,
        name=" ".join(part for part in (first, last) if part) or contact["email"],
        first_name=first if source != "desk" else None,
        last_name=last if source != "desk" else None,
        country=gone(company["country"], 0.5),
        external_id=f"crm:{no}" if source == "tool" and rng.random() < 0.3 else None,
    )
    address = contact["email"].lower()
    if rng.random() < 0.15 and first and last:
        address = f"{slug(first)}{slug(last)[:1]}{rng.randint(1, 99)}@gmail.com"
    if rng.random() > 0.12:
        staged.add("contact_email", source, contact_id=no, address=address, source_record_id=f"{no}:{address}")
    if contact["phone"] and rng.random() < 0.5:
        staged.add("contact_phone", source, contact_id=no, phone=contact["phone"], source_record_id=no)
    if rng.random() < 0.8:
        title, key = gone(contact["job_title"], 0.3), str(company["company_no"])
        staged.add("job_role", source, contact_id=no, company_id=key, job_title=title, source_record_id=no)
    staged.truth["contact"][f"{source}:{no}"] = contact["contact_no"]


def _misses(rng: Random, source: str) -> Callable[[Any, float], Any]:
    return lambda value, share: None if rng.random() < share else value


def typo(rng: Random, text: str) -> str:
    """The text with one letter dropped, doubled, swapped with the next or changed."""
    if len(text) < 4:
        return text
    at = rng.randrange(1, len(text) - 1)
    swapped = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    changed = text[:at] + rng.choice("aeinrst") + text[at + 1 :]
    return rng.choice((text[:at] + text[at + 1 :], text[:at] + text[at] + text[at:], swapped, changed))
