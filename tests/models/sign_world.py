"""Random rows of everything health reads, for some sixty companies over four months. No test stands here.

Windows of the policies are short here, so that all of them open and close within these months.
"""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from models.policy.loading import load_policies

FIRST = date(2026, 3, 1)
LAST = date(2026, 6, 30)
AS_OF = datetime(2026, 6, 30, 23, 59, 59)
DAYS = (LAST - FIRST).days + 1
WINDOWS = {
    "response_days": 20,
    "response_grace_days": 2,
    "response_messages": 2,
    "csat_ratings": 2,
    "ticket_days": 15,
    "csat_days": 25,
    "csm_score_days": 30,
    "contract_horizon_days": 40,
}
NPS_DAYS, USAGE_DAYS, BOUNCE_DAYS, TREND_ACTS = 30, 6, 5, 2
Row = dict[str, Any]


class World:
    """The rows, by table; `add` numbers them."""

    def __init__(self, seed: int, companies: int) -> None:
        self.rng = random.Random(seed)
        self.rows: dict[str, list[Row]] = {}
        self.names = [f"c{number}" for number in range(companies)]
        for name in self.names:
            self._company(name)
            self._subscriptions(name)
            self._invoices(name)
            self._talk(name)
            self._tickets(name)
            self._answers(name)
            self._services(name)
            self._champions(name)
            self._use(name)

    def tables(self) -> dict[str, Any]:
        """The tables a bench is made of."""
        policy = load_policies()
        changed = {
            "health": WINDOWS,
            "nps": {"window_days": NPS_DAYS},
            "usage": {"window_days": USAGE_DAYS, "trend_acts": TREND_ACTS},
            "relationship": {"bounce_days": BOUNCE_DAYS},
        }
        given = {
            f"policy.{name}": policy[name].with_columns(**{key: pl.lit(value) for key, value in words.items()})
            for name, words in changed.items()
        }
        product = [{"product_id": "seat", "sku": "seat", "name": "Seat", "category": "plan"}]
        return {"meta.run": [{"as_of": AS_OF}], **given, "objects.product": product, **self.rows}

    def add(self, table: str, **row: Any) -> Row:
        rows = self.rows.setdefault(table, [])
        short = table.split(".")[1]
        row = {f"{short}_id": f"{short}-{len(rows):05}", "source_record_id": f"{len(rows):05}", **row}
        rows.append(row)
        return row

    def moment(self, first: int = -30, last: int = DAYS + 8) -> datetime:
        """An instant so many days after the first day, never at midnight."""
        day = datetime.combine(FIRST, datetime.min.time()) + timedelta(days=self.rng.randint(first, last))
        return day + timedelta(seconds=self.rng.randint(1, 86_397))

    def past(self) -> datetime:
        return self.moment(last=DAYS - 1)

    def day(self, first: int = -30, last: int = DAYS + 8) -> date:
        return self.moment(first, last).date()

    def maybe(self, share: float = 0.5) -> bool:
        return self.rng.random() < share

    def _company(self, name: str) -> None:
        """A company whose success manager says something now and then, dated or not."""
        row: Row = {"company_id": name, "name": name}
        told = sorted({self.past() for _ in range(self.rng.randint(0, 4))})
        for number, since in enumerate(told):
            row["csm_score"] = self.rng.choice([None, 1, 3, 5])
            row["csm_score_at"] = self.rng.choice([None, since, since - timedelta(days=self.rng.randint(1, 40))])
            following = told[number + 1] if number + 1 < len(told) else None
            known = since + timedelta(days=1) if number == 0 else since
            self.add("history.company", **row, valid_from=since, valid_to=following, known_from=known)
        self.add("objects.company", **row)

    def _subscriptions(self, name: str) -> None:
        for _ in range(self.rng.choice([1, 1, 1, 2, 3])):
            starts = self.moment(-60, DAYS + 3)
            ends = starts + timedelta(days=self.rng.randint(3, 150))
            said = starts + timedelta(days=self.rng.randint(0, (ends - starts).days))
            kind = self.rng.choice(["open", "open", "fixed", "asked", "asked", "told", "deleted", "lapsed"])
            row: Row = {"status": "active", "auto_renew": True, "updated_at": min(said, AS_OF)}
            if kind == "fixed":
                row |= {"auto_renew": False, "ends_at": ends, "renewal_status": "ongoing"}
            elif kind == "asked":
                said = min(ends if self.maybe(0.2) else said, AS_OF - timedelta(days=1))
                row |= {"auto_renew": False, "ends_at": ends, "cancel_at": ends, "canceled_at": said}
                row |= {"status": "canceled" if ends <= AS_OF else "active", "renewal_status": "lost"}
            elif kind == "told":
                row |= {"cancel_at": ends}
            elif kind == "deleted" and ends <= AS_OF:
                row |= {"source_deleted_at": ends}
            elif kind == "lapsed" and ends <= AS_OF:
                row |= {"auto_renew": True, "ends_at": ends, "status": "canceled"}
            if self.maybe(0.2):
                row["trial_ends_at"] = starts + timedelta(days=self.rng.randint(1, 20))
            if self.maybe(0.3):
                row["created_at"] = starts - timedelta(days=self.rng.randint(1, 30))
            made = self.add("objects.subscription", company_id=name, currency="EUR", starts_at=starts, **row)
            if kind == "told":
                self._told(made, said)
            if kind == "open" and self.maybe(0.6):
                self._seats(made)

    def _told(self, subscription: Row, said: datetime) -> None:
        """Two versions of which the second says when it ends, or one that said so from the first."""
        shared = {
            key: subscription[key] for key in ("subscription_id", "company_id", "currency", "starts_at", "status")
        }
        first, said = subscription["starts_at"] - timedelta(days=1), min(said, AS_OF)
        known = {"known_from": said, "source_record_id": subscription["source_record_id"]}
        told = {**shared, **known, "cancel_at": subscription["cancel_at"]}
        versions = [{**told, "valid_from": first}]
        if said > first and self.maybe():
            versions = [{**shared, **known, "valid_from": first, "valid_to": said}, {**told, "valid_from": said}]
            subscription["updated_at"] = min(said + timedelta(days=4), AS_OF)
        self.rows.setdefault("history.subscription", []).extend(versions)

    def _seats(self, subscription: Row) -> None:
        begin: datetime | None = subscription["starts_at"]
        while begin is not None:
            end = begin + timedelta(days=self.rng.randint(5, 80)) if self.maybe(0.6) else None
            self.add(
                "objects.subscription_version",
                subscription_id=subscription["subscription_id"],
                item="seats",
                product_id="seat",
                valid_from=begin,
                valid_to=end,
                status=self.rng.choice(["active", "active", "paused"]),
                quantity=self.rng.randint(1, 6),
                unit_amount=10,
                currency="EUR",
                billing_interval="month",
                interval_count=1,
                is_metered=False,
            )
            begin = end if self.maybe(0.7) else None

    def _invoices(self, name: str) -> None:
        for _ in range(self.rng.randint(0, 6)):
            status = self.rng.choice(["paid", "paid", "paid", "open", "partly_paid", "void", "uncollectible", "draft"])
            due = self.day()
            row: Row = {"status": status, "due_on": due if self.maybe(0.9) else None, "total": 100, "currency": "EUR"}
            row["issued_on"] = due - timedelta(days=self.rng.randint(0, 20)) if self.maybe(0.9) else None
            paid = datetime.combine(due, datetime.min.time()) + timedelta(days=self.rng.randint(-5, 25), seconds=77)
            if status == "paid" and self.maybe(0.5):
                row["paid_at"] = paid
            if status == "uncollectible" and self.maybe(0.8):
                row["updated_at"] = paid
            row["source_deleted_at"] = AS_OF if self.maybe(0.1) else None
            if status == "partly_paid":
                row["amount_paid"] = self.rng.choice([50, 100])
            made = self.add("objects.invoice", company_id=name, **row)
            for part in self.rng.choice([[], [100], [40, 60], [40]]) if status == "paid" else []:
                state = self.rng.choice(["succeeded", "succeeded", "succeeded", "failed"])
                at = paid + timedelta(days=self.rng.randint(0, 9), seconds=len(self.rows["objects.invoice"]))
                self.add(
                    "objects.payment",
                    invoice_id=made["invoice_id"],
                    paid_at=at,
                    amount=part,
                    currency="EUR",
                    status=state,
                )

    def _talk(self, name: str) -> None:
        for _ in range(self.rng.randint(0, 3)):
            kind = self.rng.choice(["email", "email", "chat"])
            talk = self.add(
                "objects.conversation", company_id=name, conversation_type=kind, started_at=self.moment(-30, 0)
            )
            moments = sorted(self.moment() for _ in range(self.rng.randint(1, 8)))
            for place, moment in enumerate(moments):
                at = moments[place - 1] if place and self.maybe(0.15) else moment
                who = "author_contact_id" if self.maybe(0.4) else "author_team_member_id"
                automatic = self.maybe(0.1)
                self.add(
                    "objects.message",
                    conversation_id=talk["conversation_id"],
                    sent_at=at,
                    is_automatic=automatic,
                    **{who: "x"},
                )

    def _tickets(self, name: str) -> None:
        for _ in range(self.rng.randint(0, 4)):
            opened, status = self.moment(), "new"
            priority = self.rng.choice(["low", "high", "urgent"])
            ticket = self.add("objects.ticket", company_id=name, subject="?", opened_at=opened)
            ticket["severity"] = self.rng.choice([None, None, "Critical", "minor"])
            ticket["csat"] = self.rng.choice([None, "good", "bad", "offered"])
            moments = sorted({self.past() for _ in range(self.rng.randint(0, 5))})
            for at in (at for at in moments if at > opened):
                field = self.rng.choice(["status", "status", "priority"])
                words = (
                    ["new", "open", "pending", "solved", "closed"] if field == "status" else ["low", "high", "urgent"]
                )
                old = status if field == "status" else priority
                new = self.rng.choice([word for word in words if word != old])
                status, priority = (new, priority) if field == "status" else (status, new)
                shared = {"ticket_id": ticket["ticket_id"], "occurred_at": at, "field_name": field}
                self.add("objects.ticket_event", **shared, old_value=old, new_value=new)
            ticket |= {"status": status, "priority": priority}
            if status == "new" and opened < AS_OF - timedelta(days=2) and self.maybe():
                solved = opened + timedelta(days=self.rng.randint(0, 30))
                ticket |= {"status": "solved", "solved_at": solved if self.maybe() else None}
                ticket["updated_at"] = self.rng.choice([None, min(solved, AS_OF)])

    def _answers(self, name: str) -> None:
        people = [f"{name}-p{number}" for number in range(3)]
        tickets = [row["ticket_id"] for row in self.rows.get("objects.ticket", []) if row["company_id"] == name]
        for _ in range(self.rng.randint(0, 6)):
            who, at = self.rng.choice([*people, None]), self.moment()
            self.add(
                "objects.nps_response", company_id=name, contact_id=who, score=self.rng.randint(0, 10), answered_at=at
            )
        for _ in range(self.rng.randint(0, 5)):
            self.add(
                "objects.survey_response",
                company_id=name,
                contact_id=self.rng.choice(people),
                ticket_id=self.rng.choice([None, *tickets]),
                survey_type=self.rng.choice(["csat", "csat", "ces"]),
                score=self.rng.randint(1, 5),
                scale_min=1,
                scale_max=5,
                answered_at=self.moment(),
            )

    def _services(self, name: str) -> None:
        for _ in range(self.rng.choice([0, 0, 1, 2])):
            starts = self.day(last=80)
            row: Row = {"starts_on": starts, "due_on": self.rng.choice([None, starts + timedelta(days=40)])}
            row["status"] = self.rng.choice([None, "active", "active", "complete", "paused"])
            row["completed_on"] = self.rng.choice([None, starts + timedelta(days=self.rng.randint(5, 90))])
            row["updated_at"] = self.rng.choice([None, self.past()])
            made = self.add("objects.service", company_id=name, name="Start", **row)
            for _ in range(self.rng.randint(0, 3)):
                done, due = self.rng.choice([None, self.day()]), self.rng.choice([None, self.day(), self.day()])
                status = self.rng.choice(["planned", "in_progress", "delivered", "accepted"])
                part: Row = {"service_id": made["service_id"], "name": "Part", "due_on": due}
                self.add("objects.deliverable", **part, status=status, delivered_on=done, updated_at=self.past())
                self.add("objects.milestone", **part, reached_on=self.rng.choice([None, self.day()]))

    def _champions(self, name: str) -> None:
        for _ in range(self.rng.choice([0, 1, 1, 2])):
            person = self.add("objects.contact", name="Someone", decision_role="champion")
            who = person["contact_id"]
            left = self.rng.choice([None, None, self.day()])
            self.add(
                "objects.job_role",
                contact_id=who,
                company_id=name,
                started_on=FIRST - timedelta(days=90),
                ended_on=left,
            )
            called = self.past()
            self.add("history.contact", **person, valid_from=called, known_from=called)
            if self.maybe(0.4):
                wish: Row = {"contact_id": who, "channel": "email"}
                self.add("objects.communication_preference", **wish, preference="bounced", stated_at=self.past())
                if self.maybe(0.4):
                    self.add("objects.communication_preference", **wish, preference="bounced", stated_at=self.past())
                if self.maybe(0.3):
                    self.add("objects.communication_preference", **wish, preference="subscribed", stated_at=self.past())
            if self.maybe(0.4):
                talk = self.add(
                    "objects.conversation", company_id=name, conversation_type="email", started_at=self.moment(-30, 0)
                )
                self.add(
                    "objects.message",
                    conversation_id=talk["conversation_id"],
                    sent_at=self.moment(),
                    author_contact_id=who,
                )

    def _use(self, name: str) -> None:
        for _ in range(self.rng.choice([0, 0, 12])):
            read: Row = {"subject_type": "company", "company_id": name, "metric": "seats_used"}
            self.add("objects.metric_reading", **read, value=self.rng.randint(0, 5), read_at=self.moment())
        for number in range(self.rng.choice([0, 2, 5])):
            user = f"{name}-u{number}"
            for _ in range(self.rng.randint(0, 12)):
                self.add(
                    "objects.usage_event",
                    company_id=name,
                    product_user_id=user,
                    external_user_id=user,
                    event_name=self.rng.choice(["opened", "saved"]),
                    occurred_at=self.moment(),
                )
            if self.maybe(0.8):
                status = self.rng.choice([None, "active", "invited", "deactivated"])
                row: Row = {"product_user_id": user, "external_user_id": user, "company_id": name, "status": status}
                # Some people have several accounts, some accounts are nobody's we know.
                row["contact_id"] = self.rng.choice([None, f"{name}-p{number}", f"{name}-p0"])
                row["signed_up_at"] = self.rng.choice([None, self.past()])
                row["updated_at"] = self.rng.choice([None, self.past()])
                row["last_active_at"] = self.rng.choice([None, self.past()])
                self.add("objects.product_user", **row)
                if status == "deactivated" and row["updated_at"] and self.maybe(0.6):
                    self._versions_of_user(row)

    def _versions_of_user(self, row: Row) -> None:
        """Versions of an account that was in use before, or of one that was deactivated from the first on."""
        changed = row["updated_at"]
        before = changed - timedelta(days=self.rng.randint(1, 50))
        told = {**row, "source_record_id": row["product_user_id"], "known_from": changed}
        if self.maybe():
            self.add("history.product_user", **told | {"status": "active", "valid_from": before, "valid_to": changed})
            self.add("history.product_user", **told, valid_from=changed)
        else:
            self.add("history.product_user", **told, valid_from=before)


def number(value: Any) -> Decimal:
    """A value as the spells keep it."""
    return Decimal(str(value)).quantize(Decimal("0.000001"))
