"""The life of the demo's subscriptions as Stripe tells it: what each looked like at an instant, an event per change.

What a single object looks like stands in `demo_shapes`, which files are written in `demo`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.stripe.demo_shapes import (
    CRM_DEAL,
    Record,
    cancellation,
    customer_id,
    discount,
    epoch,
    item,
    listed,
    subscription_id,
)

CHANGING = ("cancel_at", "cancel_at_period_end", "canceled_at", "items", "pause_collection", "status")
"""Fields whose former values an event tells."""


@dataclass(frozen=True)
class Life:
    """One subscription: its row, and the rows of its versions, discounts and billed periods, each in order of time."""

    row: Record
    versions: Sequence[Record]
    discounts: Sequence[Record]
    periods: Sequence[tuple[datetime, datetime]]

    @property
    def moments(self) -> list[datetime]:
        """Every instant at which something about it changed, the first being its start."""
        found = {version[end] for version in self.versions for end in ("valid_from", "valid_to")}
        found |= {row["starts_at"] for row in self.discounts}
        found |= {self.row["canceled_at"], self.row["ended_at"]}
        ended = self.row["ended_at"]
        return sorted(moment for moment in found if moment is not None and (ended is None or moment <= ended))

    def at(self, moment: datetime, prices: Mapping[int, Record], coupons: Mapping[int, str]) -> Record:
        """The subscription object at an instant; where it has ended, with the items that it had at the end."""
        row = self.row
        is_over = row["ended_at"] is not None and moment >= row["ended_at"]
        running = self._running(moment, is_over)
        told = str(running[0]["status"])
        is_known = row["canceled_at"] is not None and moment >= row["canceled_at"]
        anchor = row["trial_ends_at"] or row["started_at"]
        items = [self._item(version, moment, prices) for version in running]
        ending = epoch(row["cancel_at"]) if is_known else None
        return {
            "id": subscription_id(row["sub_no"]),
            "object": "subscription",
            "billing_cycle_anchor": epoch(anchor),
            "cancel_at": ending,
            "cancel_at_period_end": ending is not None and not is_over,
            "canceled_at": epoch(row["canceled_at"]) if is_known else None,
            "cancellation_details": cancellation(row, is_known),
            "collection_method": "charge_automatically",
            "created": epoch(row["started_at"]),
            "currency": row["currency"].lower(),
            "customer": customer_id(row),
            "discounts": [
                discount(given, coupons[given["discount_no"]])
                for given in self.discounts
                if given["starts_at"] <= moment and (given["ends_at"] is None or moment < given["ends_at"])
            ],
            "ended_at": epoch(row["ended_at"]) if is_over else None,
            "items": listed(items, f"/v1/subscription_items?subscription={subscription_id(row['sub_no'])}"),
            "livemode": True,
            "metadata": self._metadata(is_over),
            "pause_collection": {"behavior": "void", "resumes_at": None} if told == "paused" and not is_over else None,
            "start_date": epoch(row["started_at"]),
            "status": row["status"] if is_over else "active" if told == "paused" else told,
            "trial_end": epoch(row["trial_ends_at"]),
            "trial_start": epoch(row["started_at"]) if row["trial_ends_at"] else None,
        }

    def _running(self, moment: datetime, is_over: bool) -> list[Record]:
        if is_over:
            return [version for version in self.versions if version["valid_to"] == self.row["ended_at"]]
        return [
            version
            for version in self.versions
            if version["valid_from"] <= moment and (version["valid_to"] is None or moment < version["valid_to"])
        ]

    def _item(self, version: Record, moment: datetime, prices: Mapping[int, Record]) -> Record:
        first = min(row["valid_from"] for row in self.versions if row["item_no"] == version["item_no"])
        return item(version, first, prices[version["price_no"]], self._period(moment))

    def _period(self, moment: datetime) -> tuple[datetime, datetime]:
        """The billing period at an instant: the last one billed by then, or the time before the first bill."""
        billed = [period for period in self.periods if period[0] <= moment]
        first = self.periods[0][0] if self.periods else moment
        return billed[-1] if billed else (self.row["started_at"], max(first, moment))

    def _metadata(self, is_over: bool) -> Record:
        row, metadata = self.row, {}
        if row["deal_no"] is not None:
            metadata["hubspot_deal_id"] = str(CRM_DEAL + row["deal_no"])
        if row["replaced_by_sub_no"] is not None and is_over:
            metadata["replaced_by_subscription"] = subscription_id(row["replaced_by_sub_no"])
        return metadata

    def events(self, prices: Mapping[int, Record], coupons: Mapping[int, str]) -> Iterator[Record]:
        """One event per change, with the whole subscription as it was from then on."""
        before: Record | None = None
        for number, moment in enumerate(self.moments, start=1):
            now = self.at(moment, prices, coupons)
            kind = "created" if before is None else "deleted" if now["status"] == "canceled" else "updated"
            told: Record = {"object": now}
            if before is not None and kind == "updated":
                told["previous_attributes"] = {key: before[key] for key in CHANGING if before[key] != now[key]}
            yield {
                "id": f"evt_{self.row['sub_no']:06d}_{number:03d}",
                "object": "event",
                "api_version": "2025-09-30.clover",
                "created": epoch(moment),
                "data": told,
                "livemode": True,
                "pending_webhooks": 0,
                "type": f"customer.subscription.{kind}",
            }
            before = now
