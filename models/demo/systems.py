"""Which of several systems of one kind knows a company, and who is known to the newer systems; not what they hold.

The vendor bought another firm some years ago: that unit kept its own CRM and its own billing. Both were chosen so that
about every sixth company of each kind is the unit's. Families and look-alikes stay in one CRM.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from models.demo.clock import Clock
from models.demo.companies import Company
from models.demo.people import Contact
from models.demo.words import TWINS

UNIT_SHARE = 6
"""One company in so many belongs to the unit that was bought."""


def assign_systems(clock: Clock, companies: Sequence[Company]) -> None:
    """Say for every company which CRM and which billing system knows it, and which of the other systems do.

    The unit's customers are billed by the unit's billing. Companies without a domain of their own are known to none of
    the newer systems: nothing there could tell who they are.
    """
    unit = _unit(companies)
    for company in companies:
        in_unit = company.no in unit
        company.crm = ("salesforce" if in_unit else "hubspot") if company.in_crm else None
        company.billing = ("chargebee" if in_unit else "stripe") if company.in_billing else None
        if company.domain is None:
            continue
        rng = clock.rng("systems", company.no)
        small = company.segment == "startup"
        buys = company.story.kind in ("billed", "outside")
        in_planhat, in_intercom, in_jira, in_usage = (rng.random() for _ in range(4))
        company.in_planhat = buys and (in_unit or in_planhat < (0.25 if small else 0.65))
        company.in_intercom = in_intercom < (0.55 if company.story.kind != "lead" else 0.06)
        company.in_jira = buys and in_jira < (0.2 if small else 0.45)
        company.in_usage = company.story.kind == "trial" or (buys and in_usage < 0.88)


def _unit(companies: Sequence[Company]) -> set[int]:
    """Numbers of the unit's companies: whole families, about a sixth of each kind of story."""
    twins = {name for pair in TWINS for name, _, _, _ in pair}
    families: dict[int, list[Company]] = {}
    for company in companies:
        families.setdefault(_head(company).no, []).append(company)
    seen: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    chosen: set[int] = set()
    for family in families.values():
        kinds = Counter(company.story.kind for company in family if company.in_crm)
        seen += kinds
        fits = all(company.in_crm and company.domain and company.name not in twins for company in family)
        if fits and all((taken[kind] + count) * UNIT_SHARE <= seen[kind] + 3 for kind, count in kinds.items()):
            taken += kinds
            chosen |= {company.no for company in family}
    return chosen


def _head(company: Company) -> Company:
    while company.parent:
        company = company.parent
    return company


def introduce(clock: Clock, contacts: Sequence[Contact]) -> None:
    """Say which people the newer systems know; the first of a company is known wherever the company is."""
    met: set[int] = set()
    for contact in contacts:
        company = contact.company
        if contact.is_role_address:
            continue
        is_main = company.no not in met
        met.add(company.no)
        rng = clock.rng("known", contact.no)
        in_planhat, in_intercom, in_usage = (rng.random() for _ in range(3))
        contact.in_planhat = company.in_planhat and (is_main or in_planhat < 0.6)
        contact.in_intercom = company.in_intercom and (is_main or in_intercom < 0.55)
        contact.in_usage = company.in_usage and (is_main or in_usage < 0.85)
