"""What every sign of a company was on a day, asked of the rows one day at a time, in plain Python. No test stands here.

Each function is given a company and a day and answers as things stood at the end of that day; None: nothing is known.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, get_args

from sign_oracle_use import OfUse, Value, days, on, share
from sign_world import AS_OF, BOUNCE_DAYS, FIRST, LAST, NPS_DAYS, WINDOWS, Row, World, number

from models.policy.health import Factor


class Oracle(OfUse):
    """Answers for one world."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.signs: dict[str, Callable[[str, date], Value]] = {name: getattr(self, name) for name in get_args(Factor)}

    # --- what is paid for

    def terms(self, company: str) -> list[tuple[date, date | None, date | None, date, date | None]]:
        """First day, end, planned end, day it was known of and day the end was asked for, of each paid subscription."""
        found = []
        for sub in self.get("subscription", company):
            begin = max(sub["starts_at"], sub.get("trial_ends_at") or sub["starts_at"])
            ends, asked, cancel = sub.get("ends_at"), sub.get("canceled_at"), sub.get("cancel_at")
            stop = sub.get("source_deleted_at") or ends or cancel
            if stop and stop <= begin:
                continue
            planned = ends if not sub["auto_renew"] and not asked else None
            said = asked
            if cancel and not said:
                versions = [
                    v for v in self.rows["history.subscription"] if v["subscription_id"] == sub["subscription_id"]
                ]
                said = versions[1]["valid_from"] if len(versions) > 1 else sub["updated_at"]
            known = min(begin, sub.get("created_at") or begin, AS_OF)
            notice = min(said, stop or said, AS_OF) if said else None
            found.append((begin.date(), on(stop), on(planned), known.date(), on(notice)))
        return found

    def notice_on(self, company: str, first: date, stop: date | None) -> date | None:
        """The day from which all that ran or was to come, until a span ended, was said to end; None: it was not."""
        terms = self.terms(company)
        last = stop - days(1) if stop else LAST + days(400)
        unsaid = first - days(1)
        for day in (first + days(count) for count in range((last - first).days + 1)):
            running = [notice for begin, end, _, _, notice in terms if begin <= day and (end is None or day < end)]
            if any(notice is None or day < notice for notice in running):
                unsaid = day
        if unsaid < last:
            return unsaid + days(1) if unsaid < LAST else None
        at_once = [notice for _, end, _, _, notice in terms if notice and notice == end == stop]
        return stop if at_once and stop and stop <= LAST else None

    def is_customer(self, company: str, day: date) -> bool:
        return any(begin <= day and (stop is None or day < stop) for begin, stop, *_ in self.terms(company))

    def contract_time_left(self, company: str, day: date) -> Value:
        horizon, last = WINDOWS["contract_horizon_days"], date.min
        for _, stop, planned, known, notice in self.terms(company):
            if known <= day:
                is_told = stop is not None and (notice or stop) <= day
                end = stop if is_told else planned
                last = max(last, end or date.max)
        return number(min(horizon, (last - day).days))

    # --- talk

    def last_touch(self, company: str, day: date) -> Value:
        talks = {row["conversation_id"] for row in self.get("conversation", company)}
        sent = [m["sent_at"].date() for m in self.rows["objects.message"] if is_said(m, talks)]
        for talk in self.get("conversation", company):
            if not any(m["conversation_id"] == talk["conversation_id"] for m in self.rows["objects.message"]):
                sent.append(talk["started_at"].date())
        sent += [row["opened_at"].date() for row in self.get("ticket", company)]
        before = [at for at in sent if at <= day]
        return number((day - max(before)).days) if before else None

    def response_balance(self, company: str, day: date) -> Value:
        talks = {row["conversation_id"] for row in self.get("conversation", company)}
        said = [m for m in self.rows["objects.message"] if is_said(m, talks)]
        asked = answered = 0
        for ours in (m for m in said if m.get("author_team_member_id")):
            age = (day - ours["sent_at"].date()).days
            if WINDOWS["response_grace_days"] <= age <= WINDOWS["response_days"]:
                asked += 1
                answered += any(
                    m.get("author_contact_id")
                    and m["conversation_id"] == ours["conversation_id"]
                    and m["sent_at"] > ours["sent_at"]
                    and m["sent_at"].date() <= day
                    for m in said
                )
        return share(answered, asked, least=WINDOWS["response_messages"])

    # --- tickets and answers

    def helped(self, day: date) -> bool:
        return any(row["opened_at"].date() <= day for row in self.rows["objects.ticket"])

    def ticket_load(self, company: str, day: date) -> Value:
        ages = [(day - row["opened_at"].date()).days for row in self.get("ticket", company)]
        return number(sum(0 <= age <= WINDOWS["ticket_days"] for age in ages)) if self.helped(day) else None

    def stood(self, ticket: Row, field: str, day: date) -> str:
        """What a field of a ticket said at the end of a day."""
        events = [e for e in self.rows["objects.ticket_event"] if e["ticket_id"] == ticket["ticket_id"]]
        told = sorted((e for e in events if e["field_name"] == field), key=lambda e: e["occurred_at"])
        word = told[0]["old_value"] if told else ticket[field]
        for event in told:
            word = event["new_value"] if event["occurred_at"].date() <= day else word
        return str(word)

    def is_open(self, ticket: Row, day: date) -> bool:
        events = [e for e in self.rows["objects.ticket_event"] if e["ticket_id"] == ticket["ticket_id"]]
        if any(e["field_name"] == "status" for e in events):
            return self.stood(ticket, "status", day) not in ("solved", "closed")
        if ticket["status"] != "solved":
            return True
        stated = ticket.get("solved_at")
        known = stated if stated and stated <= AS_OF else ticket.get("updated_at") or ticket["opened_at"]
        return bool(day < known.date())

    def ticket_severity(self, company: str, day: date) -> Value:
        severe = [
            ticket
            for ticket in self.get("ticket", company)
            if ticket["opened_at"].date() <= day
            and (ticket["severity"] == "Critical" or self.stood(ticket, "priority", day) in ("high", "urgent"))
            and self.is_open(ticket, day)
        ]
        return number(len(severe)) if self.helped(day) else None

    def rated_on(self, ticket: Row) -> date:
        """The day a rating counts from: the last solution of a ticket that is solved, else the day it was opened."""
        events = [e for e in self.rows["objects.ticket_event"] if e["ticket_id"] == ticket["ticket_id"]]
        told = sorted((e for e in events if e["field_name"] == "status"), key=lambda e: e["occurred_at"])
        done = ("solved", "closed")
        if told and told[-1]["new_value"] in done:
            turns = [e for e in told if e["new_value"] in done and e["old_value"] not in done]
            return turns[-1]["occurred_at"].date()  # type: ignore[no-any-return]
        stated = ticket.get("solved_at")
        if not told and ticket["status"] in done and stated and stated <= AS_OF:
            return stated.date()  # type: ignore[no-any-return]
        return ticket["opened_at"].date()  # type: ignore[no-any-return]

    def csat(self, company: str, day: date) -> Value:
        rated = [row for row in self.rows["objects.ticket"] if row["csat"] in ("good", "bad")]
        rated = [row for row in rated if row["opened_at"] <= AS_OF]
        found = [(self.rated_on(row), row["csat"] == "good") for row in rated if row["company_id"] == company]
        newest: dict[Any, Row] = {}
        for row in sorted(self.get("survey_response", company), key=lambda row: row["answered_at"]):
            if row["survey_type"] == "csat" and row["answered_at"] <= AS_OF:
                newest[row["contact_id"], row["ticket_id"], row["answered_at"].month] = row
        names = {row["ticket_id"] for row in rated}
        for row in newest.values():
            if row["score"] != 3 and row["ticket_id"] not in names:
                found.append((row["answered_at"].date(), row["score"] > 3))
        live = [is_good for at, is_good in found if 0 <= (day - at).days <= WINDOWS["csat_days"]]
        return share(sum(live), len(live), least=WINDOWS["csat_ratings"])

    def nps(self, company: str, day: date) -> Value:
        newest: dict[Any, Row] = {}
        for row in sorted(self.get("nps_response", company), key=lambda row: row["answered_at"]):
            if row["answered_at"].date() <= day:
                newest[row["contact_id"] or row["nps_response_id"]] = row
        live = [row["score"] for row in newest.values() if (day - row["answered_at"].date()).days <= NPS_DAYS]
        return share(sum(score >= 9 for score in live) - sum(score <= 6 for score in live), len(live), times=100)

    # --- money and delivery

    def settled(self, invoice: Row) -> date | None:
        """The day from which a bill is owed no more; None while it is owed."""
        status, due = invoice["status"], invoice["due_on"]
        if status in ("draft", "void"):
            return due  # type: ignore[no-any-return]
        if status == "uncollectible":
            return on(invoice.get("updated_at")) or due
        if status == "paid" or invoice.get("amount_paid") == 100:
            if invoice.get("paid_at"):
                return on(invoice["paid_at"])
            paid = 0
            payments = [p for p in self.rows["objects.payment"] if p["invoice_id"] == invoice["invoice_id"]]
            for payment in sorted(payments, key=lambda p: (p["paid_at"], p["payment_id"])):
                paid += payment["amount"] if payment["status"] == "succeeded" else 0
                if paid >= 100:
                    return on(payment["paid_at"])
            return due  # type: ignore[no-any-return]
        return None

    def payments_overdue(self, company: str, day: date) -> Value:
        bills = [row for row in self.get("invoice", company) if not row["source_deleted_at"]]
        bills = [row for row in bills if (row["issued_on"] or FIRST) <= LAST]
        if not any((row["issued_on"] or row["due_on"] or LAST) <= day for row in bills):
            return None
        owed = []
        for bill in (bill for bill in bills if bill["due_on"] and bill["due_on"] < day):
            settled = self.settled(bill)
            if settled is None or day < min(settled, LAST):
                owed.append(bill["due_on"])
        return number((day - min(owed)).days if owed else 0)

    def delivery(self, company: str, day: date) -> Value:
        late, running = [], False
        for service in self.get("service", company):
            done = service["completed_on"]
            status = service["status"] or ("complete" if done and done <= LAST else "active")
            stop = None
            if status == "complete":
                stop = min(done or on(service["updated_at"]) or LAST, LAST)
            elif status == "paused":
                stop = on(service["updated_at"]) or LAST
            if day < service["starts_on"] or (stop is not None and day >= stop):
                continue
            running = True
            due = [service["due_on"]]
            for part in (row for row in self.parts(service) if not self.is_done(row, day)):
                due.append(part["due_on"])
            late += [max(at, service["starts_on"]) for at in due if at]
        late = [at for at in late if at < day]
        return number((day - min(late)).days if late else 0) if running else None

    def parts(self, service: Row) -> list[Row]:
        listed = self.rows["objects.deliverable"] + self.rows["objects.milestone"]
        return [row for row in listed if row["service_id"] == service["service_id"]]

    def is_done(self, part: Row, day: date) -> bool:
        done = part.get("reached_on") or part.get("delivered_on")
        if part.get("status") in ("delivered", "accepted"):
            done = min(done or part["updated_at"].date(), LAST)
        return bool(done and done <= min(day, LAST))

    # --- people and their judgement

    def csm_score(self, company: str, day: date) -> Value:
        told = self.of.get(("history.company", company), [])
        for row in sorted(told, key=lambda row: row["valid_from"], reverse=True):
            score, dated = row["csm_score"], row["csm_score_at"] if row["csm_score"] else None
            first = on(dated or (row["known_from"] if row is told[0] else row["valid_from"]))
            assert first is not None
            if min(first, LAST) <= day:
                is_stale = dated and (day - dated.date()).days > WINDOWS["csm_score_days"]
                return None if score is None or is_stale else number(score)
        return None

    def champion_left(self, company: str, day: date) -> Value:
        gone = champions = 0
        for job in self.get("job_role", company):
            who, left = job["contact_id"], job["ended_on"]
            called = next(row["valid_from"] for row in self.rows["history.contact"] if row["contact_id"] == who)
            if called.date() <= day:
                champions += 1
                gone += bool(left and left <= day) or self.bounces(who, day)
        return share(gone, champions)

    def bounces(self, who: str, day: date) -> bool:
        wishes = [row for row in self.rows["objects.communication_preference"] if row["contact_id"] == who]
        bounced = [row["stated_at"] for row in wishes if row["preference"] == "bounced"]
        heard = [row["stated_at"] for row in wishes if row["preference"] == "subscribed"]
        heard += [m["sent_at"] for m in self.rows["objects.message"] if m.get("author_contact_id") == who]
        return any(
            day >= at.date() + days(BOUNCE_DAYS) and not any(word > at and word.date() <= day for word in heard)
            for at in bounced
        )


def is_said(message: Row, talks: set[str]) -> bool:
    return message["conversation_id"] in talks and not message.get("is_automatic")
