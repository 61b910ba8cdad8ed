"""What the signs of use of a company were on a day, asked of the rows a day at a time. Other signs: `sign_oracle`."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache

from sign_world import FIRST, LAST, TREND_ACTS, USAGE_DAYS, Row, World, number

Value = Decimal | None


def on(moment: datetime | date | None) -> date | None:
    return moment.date() if isinstance(moment, datetime) else moment


def days(count: int) -> timedelta:
    return timedelta(days=count)


def share(part: float, whole: float, times: int = 1, least: int = 1) -> Value:
    return number(times * part / whole) if whole >= least else None


class OfUse:
    """Answers for one world."""

    def __init__(self, world: World) -> None:
        self.rows = world.rows
        self.of: dict[tuple[str, str], list[Row]] = {}
        for table, rows in world.rows.items():
            for row in rows:
                self.of.setdefault((table, row.get("company_id", "")), []).append(row)

    def get(self, table: str, company: str) -> list[Row]:
        return self.of.get((f"objects.{table}", company), [])

    def acts(self, company: str, day: date, first: int, last: int) -> list[Row]:
        """What was done between so many and so many days before a day."""
        found = self.get("usage_event", company)
        return [row for row in found if first <= (day - row["occurred_at"].date()).days <= last]

    @cache  # noqa: B019  an oracle lives as long as its world
    def active(self, company: str, day: date) -> int:
        return len({self.person(row) for row in self.acts(company, day, 1, USAGE_DAYS)})

    def person(self, row: Row) -> str:
        """Who has an account: the person where one is known."""
        accounts = [
            one for one in self.rows["objects.product_user"] if one["product_user_id"] == row["product_user_id"]
        ]
        found: str = next((one["contact_id"] for one in accounts if one["contact_id"]), row["product_user_id"])
        return found

    def readings(self, company: str, day: date) -> list[Row]:
        return [row for row in self.get("metric_reading", company) if row["read_at"].date() <= day]

    @cache  # noqa: B019
    def seats_used(self, company: str, day: date) -> int:
        told = sorted(self.readings(company, day), key=lambda row: row["read_at"])
        return told[-1]["value"] if told else self.active(company, day)

    def usage_level(self, company: str, day: date) -> Value:
        seats = 0
        for sub in self.get("subscription", company):
            for row in self.rows["objects.subscription_version"]:
                runs = row["valid_from"].date() <= day and (not row["valid_to"] or day < row["valid_to"].date())
                if row["subscription_id"] == sub["subscription_id"] and row["status"] == "active" and runs:
                    seats += row["quantity"]
        span = (day - FIRST).days + 60
        peak = max(self.seats_used(company, day - days(back)) for back in range(span)) if not seats else 0
        is_known = self.acts(company, day, 1, 9999) or self.readings(company, day)
        return share(self.seats_used(company, day), seats or peak) if is_known else None

    def usage_trend(self, company: str, day: date) -> Value:
        now = len(self.acts(company, day, 1, USAGE_DAYS))
        before = len(self.acts(company, day, USAGE_DAYS + 1, 2 * USAGE_DAYS))
        return share(now - before, before, least=TREND_ACTS)

    def usage_breadth(self, company: str, day: date) -> Value:
        used = [row["occurred_at"].date() for row in self.get("usage_event", company)]
        if not self.acts(company, day, 1, 9999):
            return None
        stays: dict[str, list[tuple[date, date | None]]] = {}
        for user in self.get("product_user", company):
            since = on(user["signed_up_at"]) or min(used) + days(1)
            until = None
            if user["status"] == "deactivated":
                versions = self.of.get(("history.product_user", company), [])
                mine = [v for v in versions if v["product_user_id"] == user["product_user_id"]]
                last = [on(user["updated_at"]), on(user["last_active_at"] and user["last_active_at"] + days(1))]
                told = [at for at in last if at]
                until = user["updated_at"].date() if len(mine) > 1 else min(max(told, default=LAST), LAST)
            stays.setdefault(self.person(user), []).append((since, until))
        known = 0
        for theirs in stays.values():
            ends = [until for _, until in theirs if until]
            is_over = len(ends) == len(theirs) and max(ends) <= day
            known += min(since for since, _ in theirs) <= day and not is_over
        return share(self.active(company, day), known)
