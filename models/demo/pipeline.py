"""Deals on their way: stages, amounts and rows of one deal; which deals there are stands in `sales`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from models.demo.clock import Clock, between, days
from models.demo.companies import Company
from models.demo.frames import Row
from models.demo.people import Contact
from models.demo.texts import LOST_REASONS

# stage -> likelihood of winning
STAGES: dict[str, Decimal] = {
    "appointmentscheduled": Decimal("0.2"),
    "qualifiedtobuy": Decimal("0.4"),
    "presentationscheduled": Decimal("0.6"),
    "decisionmakerboughtin": Decimal("0.8"),
    "contractsent": Decimal("0.9"),
    "closedwon": Decimal(1),
    "closedlost": Decimal(0),
}
OPEN_STAGES = tuple(STAGES)[:5]
TYPE_WORDS = {
    "new_business": "New business",
    "renewal": "Renewal",
    "upsell": "More seats",
    "cross_sell": "Add-on",
    "downsell": "Fewer seats",
}


@dataclass
class Deal:
    """One deal; `ended_at` is when it was won or lost (null: open), `service` the product sold once with it."""

    no: int
    company: Company
    kind: str
    status: str
    created_at: datetime
    ended_at: datetime | None
    mrr: Decimal
    one_time: Decimal
    currency: str
    term: int
    service: int | None


def walk(clock: Clock, deal: Deal) -> list[Row]:
    """Rows of frame `deal_stages`: the way of one deal, with steps left out and, now and then, one step back."""
    rng = clock.rng("walk", deal.no)
    reach = len(OPEN_STAGES) if deal.status == "won" else rng.randint(1, len(OPEN_STAGES))
    way = [stage for place, stage in enumerate(OPEN_STAGES[:reach]) if place in (0, reach - 1) or rng.random() < 0.75]
    if len(way) > 2 and rng.random() < 0.08:
        way.insert(-1, way[0])
    last = deal.ended_at or clock.as_of
    moments = sorted(between(rng, deal.created_at, last) for _ in way[1:])
    rows: list[Row] = []
    entered_at = deal.created_at
    for stage, moment in zip(way, [deal.created_at, *moments], strict=True):
        entered_at = max(moment, entered_at + timedelta(seconds=1)) if rows else moment
        rows.append({"deal_no": deal.no, "stage": stage, "entered_at": entered_at})
    if deal.ended_at:
        stage = "closedwon" if deal.status == "won" else "closedlost"
        rows.append({"deal_no": deal.no, "stage": stage, "entered_at": max(deal.ended_at, entered_at)})
    return rows


def deal_row(clock: Clock, deal: Deal, stages: Sequence[Row]) -> Row:
    """Row of frame `deals`, from the deal and the way it went."""
    rng = clock.rng("deal row", deal.no)
    stage, entered_at = stages[-1]["stage"], stages[-1]["entered_at"]
    expected = deal.ended_at or clock.as_of + days(rng.uniform(-20, 110))
    return {
        "deal_no": deal.no,
        "company_no": deal.company.no,
        "title": f"{deal.company.name}: {TYPE_WORDS[deal.kind]}",
        "opportunity_type": deal.kind,
        "stage": stage,
        "status": deal.status,
        "amount": deal.mrr * deal.term + deal.one_time,
        "mrr": deal.mrr,
        "one_time_amount": deal.one_time,
        "currency": deal.currency,
        "probability": STAGES[stage],
        "created_at": deal.created_at,
        "updated_at": entered_at if deal.ended_at else between(rng, entered_at, clock.as_of),
        "closed_at": deal.ended_at,
        "expected_close_on": (expected + days(rng.uniform(-6, 6))).date(),
        "contract_length_months": deal.term,
        "lost_reason": rng.choice(LOST_REASONS) if deal.status == "lost" else None,
        "owner_no": deal.company.owner_no if deal.kind == "new_business" else deal.company.csm_no,
    }


def stakeholders(rng: Random, deal: Deal, contacts: Sequence[Contact]) -> list[Row]:
    """Rows of frame `deal_contacts`: one to three people of the company.

    At the first sale its champion is one of them.
    """
    people = [contact for contact in contacts if contact.in_crm and not contact.is_role_address]
    chosen = rng.sample(people, min(len(people), rng.randint(1, 3)))
    champion = next((person for person in people if person.decision_role == "champion"), None)
    if deal.kind == "new_business" and champion and champion not in chosen and champion.is_there(deal.created_at):
        chosen[0] = champion
    return [{"deal_no": deal.no, "contact_no": person.no, "role": person.decision_role} for person in chosen]
