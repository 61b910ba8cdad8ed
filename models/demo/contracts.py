"""Signed papers: the contracts of the bought unit's won deals, with their agreed payments; the sales are in `sales`.

Every seventh contract still waits for its signature. Where a subscription is billed for the deal, the contract has its
rhythm and no payments of its own; else its payments add up to its value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal

from models.demo.clock import Clock, add_months, days
from models.demo.frames import Row
from models.demo.pipeline import Deal
from models.demo.plan import Plan

# name, minutes to an answer and to a solution, per cent of time the product is up
LEVELS: tuple[tuple[str, int, int, str], ...] = (
    ("Standard", 480, 5760, "99.5"),
    ("Priority", 240, 2880, "99.9"),
    ("Enterprise", 60, 1440, "99.95"),
)
CENT = Decimal("0.01")
UNSIGNED = 7


def contract_rows(clock: Clock, deals: Sequence[Deal], plans: Iterable[Plan]) -> tuple[list[Row], list[Row]]:
    """Rows of frames `contracts` and `contract_payments`."""
    contracts: list[Row] = []
    payments: list[Row] = []
    billed = {plan.deal_no: plan for plan in plans}
    for deal in deals:
        if deal.company.crm == "salesforce" and deal.status == "won" and deal.ended_at:
            contract = _contract(clock, len(contracts) + 1, deal, deal.ended_at)
            contracts.append(contract)
            if deal.no in billed:
                contract["billing_interval"] = billed[deal.no].interval[0]
            else:
                payments += _payments(contract, deal)
    return contracts, payments


def _contract(clock: Clock, no: int, deal: Deal, won_at: datetime) -> Row:
    rng = clock.rng("contract", no)
    first = datetime(won_at.year, won_at.month, won_at.day)
    renews = rng.random() < 0.6
    level = LEVELS[("startup", "mid_market", "enterprise").index(deal.company.segment)]
    has_level = rng.random() < 0.8
    return {
        "contract_no": no,
        "company_no": deal.company.no,
        "deal_no": deal.no,
        "name": f"{deal.company.name}: agreement {first.year}",
        "signed_on": None if no % UNSIGNED == 3 else (first - days(rng.randint(0, 9))).date(),
        "starts_on": first.date(),
        "ends_on": add_months(first, deal.term).date(),
        "contract_value": deal.mrr * deal.term + deal.one_time,
        "currency": deal.currency,
        "length_months": deal.term,
        "auto_renew": renews,
        "renewal_period_months": rng.choice((12, 12, deal.term)) if renews else None,
        "notice_period_days": rng.choice((30, 60, 90)),
        "billing_interval": "year" if deal.term % 12 == 0 and rng.random() < 0.5 else "month",
        "sla_name": level[0] if has_level else None,
        "sla_first_response_minutes": level[1] if has_level else None,
        "sla_resolution_minutes": level[2] if has_level else None,
        "sla_uptime_percent": Decimal(level[3]) if has_level else None,
    }


def _payments(contract: Row, deal: Deal) -> Iterator[Row]:
    """Equal payments at the start of each period, the first with what is paid once and what does not divide."""
    step = 12 if contract["billing_interval"] == "year" else 1
    count = deal.term // step
    each = (deal.mrr * deal.term / count).quantize(CENT, ROUND_DOWN)
    first = datetime.combine(contract["starts_on"], datetime.min.time())
    for place in range(count):
        rest = contract["contract_value"] - each * count if place == 0 else Decimal(0)
        due_on = (add_months(first, place * step) + timedelta(days=14)).date()
        yield {
            "contract_no": contract["contract_no"],
            "due_on": due_on,
            "amount": each + rest,
            "currency": contract["currency"],
        }
