"""The truth about a world's revenue, survey and tickets, by the plainest code: no SQL, no shared helpers of the marts.

Each function takes any frames of the demo's shape and gives one truth frame. Revenue is exact in fractions and rounded
once, half up, to six places; minutes are exact seconds cut to whole minutes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl

from models.demo.clock import add_months, month_start, month_starts
from models.demo.frames import Row, table

PAYING = ("active", "past_due")
MONTHS_OF: dict[str, Fraction] = {
    "month": Fraction(1),
    "year": Fraction(12),
    "week": Fraction(12, 52),
    "day": Fraction(12, 365),
}


def truth_mrr(world: Mapping[str, pl.DataFrame], as_of: datetime) -> pl.DataFrame:
    """Net MRR per company, currency and month, at the last instant of each month that is over at `as_of`.

    Items in subscriptions count at price x quantity while active or past due, metered ones not; percentages come off
    one after another, then fixed amounts per billing period, split over the items by what is left of each, never
    below 0. A won deal that no subscription names counts with its `mrr` from 00:00 UTC of the day it was won for its
    `contract_length_months`. Rows with nothing are left out.
    """
    versions, discounts = _by(world, "subscription_versions"), _by(world, "subscription_discounts")
    subscriptions = world["subscriptions"].to_dicts()
    named = {row["deal_no"] for row in subscriptions}
    deals = [deal for deal in world["deals"].to_dicts() if _derives(deal, named)]
    starts = [row["started_at"] for row in subscriptions] + [deal["closed_at"] for deal in deals]
    rows: list[Row] = []
    for month in month_starts(min(starts, default=as_of), month_start(as_of)):
        close = add_months(month, 1)
        sums: dict[tuple[int, str], Fraction] = {}
        for row in subscriptions:
            items = [version for version in versions.get(row["sub_no"], []) if _counts(version, close)]
            if items:
                key = row["company_no"], row["currency"]
                sums[key] = sums.get(key, Fraction(0)) + subscription_mrr(
                    items, discounts.get(row["sub_no"], []), close
                )
        for deal in deals:
            if _runs(deal, close):
                key = deal["company_no"], deal["currency"]
                sums[key] = sums.get(key, Fraction(0)) + Fraction(deal["mrr"])
        for (company_no, currency), mrr in sorted(sums.items()):
            if mrr > 0:
                rows.append({"company_no": company_no, "month": month.date(), "currency": currency, "mrr": six(mrr)})
    return table("truth_mrr", rows)


def subscription_mrr(items: list[Row], discounts: list[Row], close: datetime) -> Fraction:
    """Net MRR of the counted `items` of one subscription at the last instant before `close`, not rounded."""
    months = [MONTHS_OF[item["billing_interval"]] * item["interval_count"] for item in items]
    net = [
        Fraction(item["unit_amount"]) * Fraction(item["quantity"]) / length
        for item, length in zip(items, months, strict=True)
    ]
    running = [row for row in discounts if _covers(row["starts_at"], row["ends_at"], close)]
    for row in running:
        if row["percent_off"] is not None:
            net = [value * (1 - Fraction(row["percent_off"]) / 100) for value in net]
    for row in running:
        total = sum(net)
        if row["amount_off"] is not None and row["currency"] == items[0]["currency"] and total > 0:
            off = Fraction(row["amount_off"])
            net = [
                max(Fraction(0), value - off / length * value / total)
                for value, length in zip(net, months, strict=True)
            ]
    return sum(net, Fraction(0))


def six(value: Fraction) -> Decimal:
    """`value` rounded half up to six places."""
    scaled = value * 10**6
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    whole += 2 * rest >= scaled.denominator
    return Decimal(whole).scaleb(-6)


def _covers(first: datetime, last: datetime | None, close: datetime) -> bool:
    """Whether [first, last) holds the last instant before `close`."""
    return first < close and (last is None or last >= close)


def _counts(version: Row, close: datetime) -> bool:
    is_paid = version["status"] in PAYING and not version["is_metered"]
    return is_paid and _covers(version["valid_from"], version["valid_to"], close)


def _derives(deal: Row, named: set[Any]) -> bool:
    return deal["status"] == "won" and deal["deal_no"] not in named and bool(deal["mrr"])


def _runs(deal: Row, close: datetime) -> bool:
    first = datetime(deal["closed_at"].year, deal["closed_at"].month, deal["closed_at"].day)
    return _covers(first, add_months(first, deal["contract_length_months"]), close)


def _by(world: Mapping[str, pl.DataFrame], name: str) -> dict[int, list[Row]]:
    grouped: dict[int, list[Row]] = {}
    for row in world[name].to_dicts():
        grouped.setdefault(row["sub_no"], []).append(row)
    return grouped


def truth_nps(world: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Promoters (9-10), passives (7-8) and detractors (0-6) per month of answer, by each contact's latest answer."""
    latest: dict[tuple[date, int], Row] = {}
    for row in world["nps_responses"].to_dicts():
        key = row["answered_at"].date().replace(day=1), row["contact_no"]
        if key not in latest or row["answered_at"] > latest[key]["answered_at"]:
            latest[key] = row
    rows = []
    for month in sorted({month for month, _ in latest}):
        scores = [row["score"] for (of, _), row in latest.items() if of == month]
        rows.append(
            {
                "month": month,
                "promoters": sum(score >= 9 for score in scores),
                "passives": sum(7 <= score <= 8 for score in scores),
                "detractors": sum(score <= 6 for score in scores),
            }
        )
    return table("truth_nps", rows)
