"""A warehouse with just what two alerts read, taken from day to day."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from datetime import time as midnight
from typing import Any

from models.policy.loading import load_policies
from pipelines.channels import Sender
from pipelines.home import Home
from pipelines.tables import alerts, publications
from pipelines.warehouse import connect

FIRST_DAY = date(2026, 6, 1)
FILE = """
[[channel]]
id = "files"
kind = "file"

[[channel]]
id = "chat"
kind = "http"
url_env = "ALERT_URL"

[[alert]]
id = "overdue"
name = "Overdue"
mart = "renewal"
when = "status = 'due'"
key = ["renewal_id"]
since = "renews_on"
message = "{company_name}: {renewal_id} since {renews_on}"
to = "files"
cooldown_days = 0

[[alert]]
id = "risk"
name = "At risk"
mart = "health_score"
when = "band = 'at_risk'"
key = ["company_id"]
message = "{company_name} has {score} of {arr}; {reasons}"
to = "files"
cooldown_days = 0
"""


class Days:
    """A warehouse with just what these alerts read, taken from day to day."""

    def __init__(self, home: Home, text: str = FILE) -> None:
        self.home = home
        (home.config / "alert.toml").write_text(text)
        self.con = connect(home.warehouse)
        self.con.execute("create schema policy; create schema meta; create schema marts").fetchall()
        for name, frame in load_policies(home.config).items():
            if name.startswith("alert"):
                self.con.register("frame", frame)
                self.con.execute(f"create table policy.{name} as select * from frame").fetchall()
        publications.prepare(self.con, home.snapshot)
        alerts.prepare(self.con)

    def show(self, day: date, due: Mapping[str, date] = {}, risky: Mapping[str, str] = {}) -> None:
        """What the marts say on a day: renewals that are due, since when; and companies' bands."""
        as_of = datetime.combine(day + timedelta(days=1), midnight())
        for query in (
            "create or replace table meta.run as select $as_of as as_of, $day as as_of_on",
            "create or replace table marts.company_360 (company_id varchar, name varchar)",
            "create or replace table marts.renewal (renewal_id varchar, company_id varchar, status varchar, "
            "renews_on date)",
            "create or replace table marts.health_score (company_id varchar, as_of date, band varchar, "
            "score decimal(38, 12), arr decimal(38, 12), reasons varchar)",
        ):
            self.con.execute(query, {"as_of": as_of, "day": day} if "$" in query else None).fetchall()
        for name in {*due, *risky}:
            self.con.execute("insert into marts.company_360 values (?, ?)", [name, f"Firm <{name}>"]).fetchall()
        for name, since in due.items():
            self.con.execute("insert into marts.renewal values (?, ?, 'due', ?)", [name, name, since]).fetchall()
        for name, band in risky.items():
            row = [name, day, band, "41.5", "12000"]
            self.con.execute("insert into marts.health_score values (?, ?, ?, ?, ?, null)", row).fetchall()

    def note(self) -> int:
        """Note what follows; return how many messages are new."""
        return alerts.note(self.con, alerts.holding(self.con))

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of a query."""
        return self.con.execute(query).fetchall()

    def states(self) -> list[str]:
        """The state of every message, in the order in which they go out."""
        return [row[0] for row in self.rows("select state from ledger.outbox order by made_on, alert, message_key")]

    def sender(self, **given: Any) -> Sender:
        """A sender by the home's file that sits out no pause."""
        sender = Sender.of_file(self.home)
        sender.sleep = lambda _: None
        for name, value in given.items():
            setattr(sender, name, value)
        return sender

    def files(self) -> dict[str, Any]:
        """What was written, by file name."""
        folder = self.home.path / "outbox" / "files"
        return {path.name: json.loads(path.read_text()) for path in folder.glob("*")}


def later(number: int) -> date:
    return FIRST_DAY + timedelta(days=number)


def risk_only(text: str = FILE, **settings: Any) -> str:
    """The file with only the alert of bands, which goes to the chat, and with these settings of it."""
    head, _, rest = text.partition("[[alert]]")
    risk = rest.partition("[[alert]]")[2].replace('to = "files"', 'to = "chat"')
    for name, value in settings.items():
        risk = risk.replace(f"{name} = 0", f"{name} = {value}")
    return f"{head}[[alert]]{risk}"
