"""The life of the demo's subscriptions as Chargebee tells it: what each looked like at an instant, an event per change.

What a single object looks like stands in `demo_shapes`, which files are written in `demo`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.chargebee.demo_shapes import Record, cents, coupon, customer_id, epoch, plain, stamped, subscription_id

AUTOMATIC = {"payment_failed": "not_paid"}
"""Reasons for which Chargebee itself ends a subscription."""


@dataclass(frozen=True)
class Life:
    """One subscription: its row, the rows of its versions and discounts, its billed periods, and its deal's link."""

    row: Record
    versions: Sequence[Record]
    discounts: Sequence[Record]
    periods: Sequence[tuple[datetime, datetime]]
    link: Record

    @property
    def moments(self) -> list[datetime]:
        """Every instant at which something about it changed, the first being its start."""
        found = {version[end] for version in self.versions for end in ("valid_from", "valid_to")}
        found |= {row["starts_at"] for row in self.discounts}
        found |= {self.row["canceled_at"], self.row["ended_at"]}
        ended = self.row["ended_at"]
        return sorted(moment for moment in found if moment is not None and (ended is None or moment <= ended))

    def at(self, moment: datetime, prices: Mapping[int, str]) -> Record:
        """The subscription at an instant; where it has ended, with the items that it had at the end."""
        row = self.row
        is_over = row["ended_at"] is not None and moment >= row["ended_at"]
        running = self._running(moment, is_over)
        status, more = self._status(moment, running, is_over)
        start, end = self._period(moment)
        record: Record = {
            "id": subscription_id(row["sub_no"]),
            "customer_id": customer_id(row),
            "currency_code": row["currency"],
            "billing_period": running[0]["interval_count"],
            "billing_period_unit": running[0]["billing_interval"],
            "status": status,
            "created_at": epoch(row["started_at"]),
            "started_at": epoch(row["started_at"]),
            "current_term_start": epoch(start),
            "current_term_end": epoch(end),
            "due_invoices_count": int(running[0]["status"] == "past_due"),
            "mrr": self._mrr(running),
            "subscription_items": [self._item(version, prices) for version in running],
            "coupons": self._coupons(moment),
            "discounts": self._by_hand(moment),
            "meta_data": self.link | self._last_words(is_over),
        }
        if row["trial_ends_at"]:
            record |= {"trial_start": epoch(row["started_at"]), "trial_end": epoch(row["trial_ends_at"])}
        return stamped(record | more, "subscription", moment)

    def _running(self, moment: datetime, is_over: bool) -> list[Record]:
        """The versions that hold at an instant, or after the end those that held last."""
        if is_over:
            last = max(version["valid_to"] or moment for version in self.versions)
            return [version for version in self.versions if version["valid_to"] in (last, None)]
        return [
            version
            for version in self.versions
            if version["valid_from"] <= moment and (version["valid_to"] is None or moment < version["valid_to"])
        ]

    def _status(self, moment: datetime, running: Sequence[Record], is_over: bool) -> tuple[str, Record]:
        """Chargebee's word for the status, and the fields that go with it.

        It knows no unpaid subscription: one whose dunning has run out is paused. One whose first payment never came
        was cancelled at once.
        """
        row, told = self.row, str(running[0]["status"])
        reason = row["cancel_reason"]
        why = {} if reason is None else {"cancel_reason_code": reason} | _own_reason(reason)
        if told.startswith("incomplete"):
            return "cancelled", {"cancelled_at": epoch(row["started_at"])} | _own_reason("payment_failed")
        said = row["canceled_at"]
        noted = (
            {"cancel_schedule_created_at": epoch(said)} if said and said < (row["ended_at"] or row["cancel_at"]) else {}
        )
        if is_over:
            return "cancelled", {"cancelled_at": epoch(row["ended_at"])} | why | noted
        if told in ("paused", "unpaid"):
            return "paused", {"pause_date": epoch(running[0]["valid_from"])}
        if told == "trialing":
            return "in_trial", {}
        if said and said <= moment:
            return "non_renewing", {"cancelled_at": epoch(row["cancel_at"])} | why | noted
        return "active", {}

    def _period(self, moment: datetime) -> tuple[datetime, datetime]:
        covering = [period for period in self.periods if period[0] <= moment < period[1]]
        return covering[-1] if covering else (self.row["started_at"], moment)

    def _mrr(self, running: Sequence[Record]) -> int:
        """Chargebee's own monthly figure: rounded, and before any discount that is not for ever."""
        months = {"year": 12, "month": 1}
        return int(
            sum(
                version["unit_amount"]
                * version["quantity"]
                * 100
                / (months[version["billing_interval"]] * version["interval_count"])
                for version in running
                if not version["is_metered"]
            )
        )

    def _item(self, version: Record, prices: Mapping[int, str]) -> Record:
        found: Record = {"item_price_id": prices[version["price_no"]], "item_type": "plan", "free_quantity": 0}
        if version["is_metered"]:
            return found | {"item_type": "addon", "unit_price_in_decimal": plain(version["unit_amount"])}
        each = cents(version["unit_amount"])
        return found | {"quantity": version["quantity"], "unit_price": each, "amount": each * version["quantity"]}

    def _given(self, moment: datetime) -> list[Record]:
        return [
            row
            for row in self.discounts
            if row["starts_at"] <= moment and (row["ends_at"] is None or moment < row["ends_at"])
        ]

    def _coupons(self, moment: datetime) -> list[Record]:
        """Those that last; of a limited one Chargebee says until when."""
        return [
            {"coupon_id": coupon(row, row["starts_at"])["id"], "object": "coupon"}
            | ({"apply_till": epoch(row["ends_at"])} if row["ends_at"] else {})
            for row in self._given(moment)
            if row["duration"] != "once"
        ]

    def _by_hand(self, moment: datetime) -> list[Record]:
        """One-time discounts are given by hand here."""
        found = []
        for row in self._given(moment):
            if row["duration"] == "once":
                terms = coupon(row, row["starts_at"])
                kind = {"percentage": terms.get("discount_percentage"), "amount": terms.get("discount_amount")}
                told = {
                    "id": f"disc_{row['discount_no']:05d}",
                    "type": terms["discount_type"],
                    "duration_type": "one_time",
                }
                told |= {key: value for key, value in kind.items() if value is not None}
                times = {"created_at": epoch(row["starts_at"]), "apply_till": epoch(row["ends_at"])}
                found.append(told | times | {"apply_on": "invoice_amount", "currency_code": row["currency"]})
        return found

    def _last_words(self, is_over: bool) -> Record:
        words: Record = {}
        if is_over and self.row["cancel_comment"]:
            words["cancel_comment"] = self.row["cancel_comment"]
        if is_over and self.row["replaced_by_sub_no"] is not None:
            words["replaced_by_subscription"] = subscription_id(self.row["replaced_by_sub_no"])
        return words

    def events(self, prices: Mapping[int, str]) -> Iterator[Record]:
        """One event per change, with the whole subscription as it was from then on."""
        before: Record | None = None
        for number, moment in enumerate(self.moments, start=1):
            now = self.at(moment, prices)
            yield {
                "id": f"ev_{self.row['sub_no']:06d}_{number:03d}",
                "occurred_at": epoch(moment),
                "source": "scheduled_job",
                "object": "event",
                "api_version": "v2",
                "event_type": f"subscription_{_kind(before, now)}",
                "content": {"subscription": now},
            }
            before = now


def _own_reason(reason: str) -> Record:
    return {"cancel_reason": AUTOMATIC[reason]} if reason in AUTOMATIC else {}


def _kind(before: Record | None, now: Record) -> str:
    """What Chargebee calls the change."""
    if now["status"] == "cancelled":
        return "cancelled"
    if before is None:
        return "created"
    was = before["status"]
    if now["status"] == "paused" and was != "paused":
        return "paused"
    if was == "paused":
        return "resumed"
    if was == "in_trial":
        return "activated"
    return "cancellation_scheduled" if now["status"] == "non_renewing" and was != "non_renewing" else "changed"
