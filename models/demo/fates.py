"""How a customer's plans end or go on, and the plans of all companies together; peculiarities stand in `features`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from models.demo.catalogue import MONTHLY, NEW, OLD, TEAM
from models.demo.clock import Clock, add_months, days
from models.demo.companies import Company
from models.demo.draft import Draft, first_plan, reshape
from models.demo.features import FEATURE_FUNCTIONS, HOUR
from models.demo.plan import Change, Plan
from models.demo.texts import LEAVING_WORDS

REASONS = tuple(LEAVING_WORDS)


def make_plans(clock: Clock, companies: Sequence[Company]) -> list[Plan]:
    """The plans of all companies that a billing system knows, by company and start; fills `Company.spans`."""
    rise_at = add_months(clock.start, clock.months // 2)
    plans: list[Plan] = []
    for company in companies:
        if company.in_billing:
            draft = Draft(clock, clock.rng("plans", company.no), company, rise_at)
            _bill(draft) if company.story.kind == "billed" else _try(draft)
            made = sorted(draft.plans, key=lambda plan: plan.started_at)
            company.created_at = min(company.created_at, made[0].started_at - days(0.01))
            company.spans = _spans(made, clock.as_of)
            plans += made
    return plans


def _bill(draft: Draft) -> None:
    first_plan(draft)
    FEATURE_FUNCTIONS[draft.company.story.feature](draft)
    fate = draft.company.story.fate
    if draft.main.end_at is None:
        if fate in ("growing", "shrinking"):
            _resize(draft, fate == "growing")
        elif fate in ("left_period_end", "leaving", "returned"):
            _leave_at_period_end(draft)
        elif fate == "left_at_once":
            _leave(draft, draft.company.story.turn_at)
        elif fate == "payment_failed":
            _fail_to_pay(draft)
    for plan in draft.plans[1:]:
        if plan.end_at is None and draft.main.end_at and draft.main.end_at > plan.started_at:
            plan.end_at, plan.notice_at, plan.reason = draft.main.end_at, draft.main.notice_at, draft.main.reason
    if fate == "returned":
        _return(draft)
    for plan in draft.plans:
        _raise_price(draft, plan)


def _try(draft: Draft) -> None:
    """A trial that nobody paid for after it, or that still runs."""
    first_plan(draft)
    main = draft.main
    if draft.rng.random() < 0.25:
        main.started_at = draft.clock.as_of - days(draft.rng.uniform(2, 13))
    reshape(draft, MONTHLY)
    main.trial_ends_at = main.started_at + days(14)
    main.is_sold = False
    if main.trial_ends_at <= draft.clock.as_of:
        main.end_at = main.trial_ends_at
        main.notice_at = main.end_at - days(draft.rng.choice((0.5, 3)))
        main.reason, main.comment = "trial_not_continued", None


def _resize(draft: Draft, more: bool) -> None:
    quantity = draft.main.lines[0][1]
    for share in (0.2, 0.45, 0.75) if more else (0.4, 0.7):
        factor = draft.rng.uniform(1.08, 1.4) if more else draft.rng.uniform(0.6, 0.88)
        new = quantity + max(1, round(quantity * factor) - quantity) if more else max(1, round(quantity * factor))
        draft.main.changes.append(Change(draft.moment(share), "quantity", new))
        quantity = new


def _leave(draft: Draft, end_at: datetime) -> None:
    main, reason = draft.main, draft.rng.choice(REASONS)
    main.end_at, main.notice_at = end_at, min(draft.company.story.turn_at, end_at)
    main.reason = reason
    main.comment = draft.rng.choice(LEAVING_WORDS[reason]) if draft.rng.random() < 0.7 else None


def _leave_at_period_end(draft: Draft) -> None:
    leaving = draft.company.story.fate == "leaving"
    _leave(draft, draft.main.boundary_after(draft.clock.as_of if leaving else draft.company.story.turn_at))


def _fail_to_pay(draft: Draft) -> None:
    """The payment fails at a renewal, is tried again for three weeks, and the subscription is ended."""
    failed_at = draft.main.boundary_after(draft.company.story.turn_at)
    draft.main.changes = [change for change in draft.main.changes if change.at < failed_at]
    draft.main.changes.append(Change(failed_at + HOUR, "status", "past_due"))
    if failed_at + days(21) <= draft.clock.as_of:
        draft.main.end_at = draft.main.notice_at = failed_at + days(21)
        draft.main.reason = "payment_failed"


def _return(draft: Draft) -> None:
    """Come back months later with a new subscription for fewer seats."""
    old, return_at = draft.main, draft.company.story.return_at
    if old.end_at is None or return_at is None:
        return
    at = draft.company.story.return_at = max(return_at, old.end_at + days(40))
    if at < draft.clock.as_of:
        product_no, quantity = old.lines[0]
        back = draft.plan(at, [(product_no, max(1, round(quantity * draft.rng.uniform(0.6, 1.2))))])
        back.is_sold = draft.company.in_crm and draft.company.segment != "startup"
        draft.plans.append(back)


def _raise_price(draft: Draft, plan: Plan) -> None:
    """Move a monthly plan to the dearer price in the very first instant of the month of the price rise."""
    swapped = any(change.kind == "interval" and change.at <= draft.rise_at for change in plan.changes)
    chosen = draft.company.story.feature == "price_migration" or draft.rng.random() < 0.5
    sells = any(product_no == TEAM for product_no, _ in plan.lines)
    if sells and plan.generation == OLD and plan.interval == MONTHLY and not swapped and chosen:
        plan.changes.append(Change(draft.rise_at, "generation", NEW))


def _spans(plans: Sequence[Plan], as_of: datetime) -> list[tuple[datetime, datetime | None]]:
    return [
        (plan.anchor, plan.end_at if plan.end_at and plan.end_at <= as_of else None)
        for plan in plans
        if plan.first_status != "incomplete" and plan.anchor < min(plan.end_at or as_of, as_of)
    ]
