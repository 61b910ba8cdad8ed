"""What makes one customer's subscriptions peculiar: each feature is a function that bends the customer's plans.

How a plan becomes rows stands in `plan`, how a customer fares in `fates`; who has which feature stands in `story`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from models.demo.catalogue import (
    BUSINESS,
    CALLS,
    CURRENCIES,
    ESSENTIALS,
    INSIGHTS,
    MONTHLY,
    PRIORITY,
    QUARTERLY,
    TEAM,
    TWO_YEARLY,
    YEARLY,
)
from models.demo.clock import add_months, between, days, month_start
from models.demo.draft import Draft, discount, reshape
from models.demo.plan import Change, Discount, Plan
from models.demo.texts import LEAVING_WORDS

HOUR = timedelta(hours=1)


def _plain(draft: Draft) -> None:
    pass


def _trial(draft: Draft) -> None:
    draft.main.trial_ends_at = draft.main.started_at + days(draft.rng.choice((14, 30)))


def _seats(draft: Draft) -> None:
    quantity = draft.main.lines[0][1]
    for share in (0.1, 0.25, 0.4, 0.55, 0.7):
        quantity = max(2, round(quantity * draft.rng.choice((0.8, 1.1, 1.25, 1.5))))
        draft.main.changes.append(Change(draft.moment(share), "quantity", quantity))


def _month_to_year(draft: Draft) -> None:
    reshape(draft, MONTHLY, TEAM)
    draft.main.changes.append(Change(draft.boundary(0.4), "interval", YEARLY))


def _upgrade(draft: Draft) -> None:
    product_no = draft.rng.choice((ESSENTIALS, TEAM))
    reshape(draft, draft.main.interval, product_no)
    draft.main.changes.append(Change(draft.moment(0.4), "product", product_no + 1))


def _downgrade(draft: Draft) -> None:
    reshape(draft, MONTHLY, BUSINESS)
    draft.main.changes.append(Change(draft.boundary(0.5), "product", TEAM))


def _two_items(draft: Draft) -> None:
    reshape(draft, draft.main.interval, draft.rng.choice((TEAM, BUSINESS)))
    draft.main.lines.append((INSIGHTS, draft.rng.choice((1, 1, 2))))


def _percent_forever(draft: Draft) -> None:
    discount(draft, "forever", percent=draft.rng.choice(("10", "15", "20", "12.5")))


def _percent_repeating(draft: Draft) -> None:
    reshape(draft, MONTHLY, TEAM)
    discount(draft, "repeating", percent="20")


def _amount_once(draft: Draft) -> None:
    discount(draft, "once", amount=draft.rng.choice(("20", "50")))


def _amount_forever(draft: Draft) -> None:
    if draft.rng.random() < 0.6:
        _two_items(draft)
    discount(draft, "forever", amount="30")


def _stacked(draft: Draft) -> None:
    _two_items(draft)
    draft.main.interval = MONTHLY
    draft.main.discounts += [
        Discount(draft.main.anchor, "forever", percent_off=Decimal(10)),
        Discount(draft.main.anchor, "once", amount_off=Decimal(20)),
    ]


def _paused(draft: Draft) -> None:
    paused_at = draft.moment(0.3)
    if draft.rng.random() < 0.25 and draft.horizon == draft.clock.as_of:
        paused_at = max(draft.main.started_at + days(3), between(draft.rng, draft.horizon - days(35), draft.horizon))
    draft.main.changes += [
        Change(paused_at, "status", "paused"),
        Change(paused_at + days(draft.rng.uniform(36, 80)), "status", "active"),
    ]


def _past_due(draft: Draft) -> None:
    reshape(draft, MONTHLY)
    for share in (0.2, 0.6):
        failed_at = draft.boundary(share) + HOUR
        draft.main.changes += [
            Change(failed_at, "status", "past_due"),
            Change(failed_at + days(draft.rng.uniform(5, 27)), "status", "active"),
        ]


def _unpaid(draft: Draft) -> None:
    reshape(draft, MONTHLY)
    failed_at = draft.boundary(0.35) + HOUR
    draft.main.changes += [
        Change(failed_at, "status", "past_due"),
        Change(failed_at + days(14), "status", "unpaid"),
        Change(failed_at + days(draft.rng.uniform(38, 70)), "status", "active"),
    ]


def _follow(draft: Draft, at: datetime, currency: str) -> Plan:
    """End the main plan at `at` and start another in the same instant, which becomes the main one."""
    old, company = draft.main, draft.company
    lines = [(product_no, max(2, round(count * 1.2)) if count > 1 else count) for product_no, count in old.lines]
    new = draft.plan(at, lines, old.interval)
    old.end_at = old.notice_at = at
    old.reason, old.follower = "replaced", new
    old.currency = currency
    new.is_sold = company.in_crm and old.is_sold
    draft.plans.insert(0, new)
    return new


def _replaced(draft: Draft) -> None:
    at = draft.boundary(0.45)
    if at < draft.horizon:
        _follow(draft, at, draft.company.currency)


def _metered(draft: Draft) -> None:
    reshape(draft, MONTHLY)
    draft.main.lines = [draft.main.lines[0], (CALLS, 1)]


def _currency_change(draft: Draft) -> None:
    reshape(draft, MONTHLY)
    other = next(currency for currency in CURRENCIES if currency != draft.company.currency)
    at = draft.boundary(0.4)
    if at < draft.horizon:
        _follow(draft, at, other).is_sold = False


def _add_on(draft: Draft) -> None:
    draft.plans.append(draft.plan(draft.moment(0.35), [(draft.rng.choice((INSIGHTS, PRIORITY)), 1)]))


def _price_migration(draft: Draft) -> None:
    reshape(draft, MONTHLY, TEAM)


def _incomplete(draft: Draft) -> None:
    failed = draft.plan(draft.main.started_at - days(1.3), [draft.main.lines[0]])
    failed.first_status, failed.is_sold = "incomplete", False
    failed.end_at = failed.started_at + timedelta(hours=23)
    draft.plans.append(failed)


def _quarterly(draft: Draft) -> None:
    reshape(draft, QUARTERLY, BUSINESS)
    if draft.rng.random() < 0.5:
        draft.main.lines.append((INSIGHTS, 1))


def _two_yearly(draft: Draft) -> None:
    reshape(draft, TWO_YEARLY, BUSINESS)


def _midnight(draft: Draft) -> None:
    """Start, and change, at the very first instant of a month."""
    first = add_months(month_start(draft.main.started_at), 1)
    draft.main.started_at = first if first < draft.horizon - days(40) else draft.main.started_at
    reshape(draft, MONTHLY)
    for share, factor in ((0.3, 2), (0.6, 1.5)):
        at = add_months(month_start(draft.moment(share)), 1)
        draft.main.changes.append(Change(at, "quantity", round(draft.main.lines[0][1] * factor)))


def _last_second(draft: Draft) -> None:
    """Change in the very last second of a month."""
    for share, factor in ((0.25, 1.4), (0.55, 1.2)):
        at = add_months(month_start(draft.moment(share)), 1) - timedelta(seconds=1)
        draft.main.changes.append(Change(at, "quantity", round(draft.main.lines[0][1] * factor) + 1))


def _drop_item(draft: Draft) -> None:
    _two_items(draft)
    draft.main.interval = MONTHLY
    draft.main.changes.append(Change(draft.boundary(0.5), "drop", None, line=1))
    if draft.rng.random() < 0.5:
        draft.main.changes.append(Change(draft.boundary(0.8), "add", (PRIORITY, 1)))


def _short_lived(draft: Draft) -> None:
    """Another subscription that joins and leaves inside one month."""
    at = month_start(draft.moment(0.4)) + timedelta(days=2, hours=9, minutes=12)
    if at > draft.main.started_at:
        extra = draft.plan(at, [(INSIGHTS, 1)])
        extra.end_at = extra.notice_at = at + timedelta(days=11, hours=5)
        extra.reason, extra.comment, extra.is_sold = "other", "Ordered by mistake.", False
        draft.plans.append(extra)


def _ends_at_as_of(draft: Draft) -> None:
    """The last paid period ends in the very instant at which the history ends."""
    as_of = draft.clock.as_of
    if draft.horizon < as_of or draft.company.story.return_at or draft.main.started_at > as_of - days(70):
        return
    reshape(draft, MONTHLY)
    reach = (as_of - draft.main.started_at).days // 30 - 1
    draft.main.started_at = add_months(as_of, -reach)
    draft.main.end_at, draft.main.notice_at = as_of, as_of - days(12.3)
    draft.main.reason, draft.main.comment = "unused", draft.rng.choice(LEAVING_WORDS["unused"])


FEATURE_FUNCTIONS: dict[str, Callable[[Draft], None]] = {
    "plain": _plain,
    "trial": _trial,
    "seats": _seats,
    "month_to_year": _month_to_year,
    "upgrade": _upgrade,
    "downgrade": _downgrade,
    "two_items": _two_items,
    "percent_forever": _percent_forever,
    "percent_repeating": _percent_repeating,
    "amount_once": _amount_once,
    "amount_forever": _amount_forever,
    "stacked": _stacked,
    "paused": _paused,
    "past_due": _past_due,
    "unpaid": _unpaid,
    "replaced": _replaced,
    "metered": _metered,
    "one_time": _plain,
    "currency_change": _currency_change,
    "add_on": _add_on,
    "price_migration": _price_migration,
    "incomplete": _incomplete,
    "quarterly": _quarterly,
    "two_yearly": _two_yearly,
    "midnight": _midnight,
    "last_second": _last_second,
    "drop_item": _drop_item,
    "short_lived": _short_lived,
    "ends_at_as_of": _ends_at_as_of,
}
