"""Why customers go down: each whose fate it is has one cause, and its own sign goes first and furthest.

What a cause does stands where it shows: a champion who left is gone from `people` on, use drops in `usage`, bills stay
open in `payments`, tickets pile up in `support`. The truth about it is `truth_decline`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from models.demo.clock import Clock, days, working
from models.demo.companies import Company
from models.demo.frames import Row
from models.demo.people import Contact
from models.demo.plan import Plan
from models.demo.story import OTHERS_BEFORE, SINKING, Decline

CAUSES = ("champion_left", "usage_drop", "unpaid", "tickets")
NOTICED = timedelta(days=30)
"""After so long without a champion everybody knows that he or she is gone."""
OVERDUE = timedelta(days=60)
"""A bill that is overdue for so long is as bad as bills get."""


def afflict(clock: Clock, companies: Sequence[Company], plans: Sequence[Plan], contacts: Sequence[Contact]) -> None:
    """Give every company whose fate it is to go down its cause; a champion who leaves does so from here on.

    A company takes one of the causes that its systems can show; where there is none, the help desk gets to know
    it. Nothing about what a company buys changes.
    """
    firsts = {contact.company.no: contact for contact in reversed(contacts)}
    own: dict[int, list[Plan]] = {}
    for plan in plans:
        own.setdefault(plan.company_no, []).append(plan)
    for company in companies:
        if company.story.fate in SINKING and company.spans:
            declines = dict(_possible(clock, company, own.get(company.no, []), firsts[company.no]))
            fails = company.story.fate == "payment_failed" and "unpaid" in declines
            chosen = "unpaid" if fails else clock.rng("cause", company.no).choice(sorted(declines))
            company.story.decline = declines[chosen]
            if chosen == "champion_left":
                firsts[company.no].left_at = declines[chosen].began_at
            elif chosen == "unpaid":
                company.method = "bank_transfer"
            elif chosen == "tickets":
                company.in_helpdesk = firsts[company.no].in_helpdesk = True


def _possible(clock: Clock, company: Company, plans: Sequence[Plan], first: Contact) -> Iterator[tuple[str, Decline]]:
    """The causes that can be seen at the company, with their times."""
    story = company.story
    before, until, low = SINKING[story.fate]
    began_at = max(story.turn_at - days(before), story.signed_at + (story.turn_at - story.signed_at) / 4)
    rng = clock.rng("began", company.no)
    began_at = working(rng, (began_at + days(rng.uniform(0, 12))).date())
    down_at = max(story.turn_at - days(until), began_at + NOTICED)
    others_at = max(story.turn_at - days(OTHERS_BEFORE), began_at)

    def decline(cause: str, first_at: datetime, last_at: datetime) -> tuple[str, Decline]:
        return cause, Decline(cause, first_at, last_at, max(others_at, first_at), low)

    can_leave = _has_champion(company, plans, first) and began_at > first.created_at + days(2)
    due_at = _first_due(clock, company, plans, began_at)
    is_in_time = due_at and due_at + OVERDUE <= max(story.turn_at, began_at + OVERDUE) + days(20)
    if company.in_usage:
        yield decline("usage_drop", began_at, max(story.turn_at, began_at + NOTICED))
    if can_leave:
        yield decline("champion_left", began_at, began_at + NOTICED)
    if due_at and is_in_time:
        yield decline("unpaid", due_at, due_at + OVERDUE)
    if company.in_helpdesk or not (company.in_usage or can_leave or is_in_time):
        yield decline("tickets", began_at, down_at)


def _has_champion(company: Company, plans: Sequence[Plan], first: Contact) -> bool:
    """Whether the CRM knows a champion by an address of the company: the one CRM says so itself, the other in deals."""
    is_known = company.crm == "hubspot" or not plans or any(plan.deal_no for plan in plans)
    return first.in_crm and is_known and company.domain is not None and not first.is_free_mail


def _first_due(clock: Clock, company: Company, plans: Sequence[Plan], after: datetime) -> datetime | None:
    """When the first bill issued from `after` on would fall due if the company paid by bank transfer."""
    issued = []
    for plan in plans:
        if plan.first_status == "active" and sum(quantity for _, quantity in plan.lines) > 0:
            start = next(start for start, _ in plan.periods() if start >= after)
            if start < min(plan.end_at or clock.as_of, clock.as_of):
                issued.append(start)
    return min(issued) + terms(company) if issued else None


def terms(company: Company) -> timedelta:
    """How long the company has to pay a bill by bank transfer."""
    return timedelta(days=14 if company.segment == "startup" else 30)


def unpaid_from(company: Company) -> datetime | None:
    """From when on the company pays no bill it gets; null where bills are not its cause of decline."""
    decline = company.story.decline
    return decline.began_at - terms(company) if decline and decline.cause == "unpaid" else None


def stand_in(clock: Clock, contacts: Sequence[Contact]) -> None:
    """See to it that a champion who left was the only one, and that somebody mails and uses the product afterwards."""
    people: dict[int, list[Contact]] = {}
    for contact in contacts:
        if not contact.is_role_address:
            people.setdefault(contact.company.no, []).append(contact)
    for first, *others in people.values():
        decline = first.company.story.decline
        if decline and decline.cause == "champion_left":
            for other in others:
                other.decision_role = "influencer" if other.decision_role == "champion" else other.decision_role
        stay = [other for other in others if other.left_at is None and other.person_no == other.no]
        if decline and decline.cause == "champion_left" and stay:
            early = [other for other in stay if other.created_at < decline.began_at - days(20)]
            deputy = (early or stay)[0]
            if not early:
                share = clock.rng("deputy", deputy.no).uniform(0.05, 0.3)
                deputy.created_at = first.created_at + days((decline.began_at - first.created_at).days * share)
            deputy.in_mail, deputy.in_usage = True, deputy.company.in_usage


def decline_rows(clock: Clock, companies: Sequence[Company]) -> list[Row]:
    """Rows of frame `truth_decline`: of every customer that paid when its decline began.

    `began_on` is the first day on which the cause's own sign can be worse, `down_on` that on which it is worst, or that
    on which the customer was lost or well again before; null where it still gets worse. `lost_on` is the day from which
    it paid no more. `is_recovered`: it pays, and has been content again since.
    """
    rows = []
    for company in companies:
        story, decline = company.story, company.story.decline
        if decline is None or not company.pays_at(decline.began_at) or decline.began_at >= clock.as_of:
            continue
        lost_at = company.paid_until(decline.began_at)
        is_back = story.return_at is not None and story.return_at < clock.as_of
        ends = [at for at in (lost_at, story.return_at if story.fate == "recovered" else None) if at]
        down_at = min([decline.down_at, *ends])
        rows.append(
            {
                "company_no": company.no,
                "cause": decline.cause,
                "began_on": decline.began_at.date(),
                "down_on": down_at.date() if down_at < clock.as_of else None,
                "lost_on": lost_at.date() if lost_at else None,
                "is_recovered": is_back and company.pays_at(clock.as_of - days(0.001)),
            }
        )
    return rows
