"""What the demo's truth says of its records, and how well links agree with it; shared by tests and benchmarks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from pipelines.home import Home
from pipelines.rooms import CONNECTORS
from pipelines.warehouse import Connection

RECORD_IDS: dict[tuple[str, str], tuple[str, Callable[[int], str] | None]] = {
    ("company", "crm"): ("hubspot", lambda no: str(10_000_000_000 + no)),
    ("contact", "crm"): ("hubspot", lambda no: str(20_000_000_000 + no)),
    ("team_member", "crm"): ("hubspot", lambda no: str(40_000_000 + no)),
    ("company", "billing"): ("stripe", lambda no: f"cus_{no:06d}"),
    ("company", "helpdesk"): ("zendesk", lambda no: str(50_000_000 + no)),
    ("contact", "helpdesk"): ("zendesk", lambda no: str(60_000_000 + no)),
    ("team_member", "helpdesk"): ("zendesk", lambda no: str(70_000_000 + no)),
    ("contact", "survey"): ("survey", None),
    ("contact", "mail"): ("mail", None),
    ("team_member", "mail"): ("email", None),
    ("contact", "calendar"): ("calendar", None),
    ("team_member", "calendar"): ("email", None),
    ("company", "salesforce"): ("salesforce", lambda no: f"001LU{no:013d}"),
    ("contact", "salesforce"): ("salesforce", lambda no: f"003LU{no:013d}"),
    ("team_member", "salesforce"): ("salesforce", lambda no: f"005LU{no:013d}"),
    ("company", "chargebee"): ("chargebee", lambda no: f"cb_{no:06d}"),
    ("company", "quickbooks"): ("quickbooks", lambda no: str(1000 + no)),
    ("company", "intercom"): ("intercom", lambda no: f"{no:024x}"),
    ("contact", "intercom"): ("intercom", lambda no: f"{no:024x}"),
    ("team_member", "intercom"): ("intercom", lambda no: str(4_000_000 + no)),
    ("company", "jira"): ("jira", lambda no: str(no)),
    ("team_member", "jira"): ("jira", lambda no: f"712020:00000000-0000-4000-8000-{no:012d}"),
    ("company", "planhat"): ("planhat", lambda no: f"01{no:022x}"),
    ("contact", "planhat"): ("planhat", lambda no: f"02{no:022x}"),
    ("team_member", "planhat"): ("planhat", lambda no: f"03{no:022x}"),
    ("company", "product_usage"): ("product_usage", lambda no: f"acct_{no:06d}"),
    ("contact", "product_usage"): ("product_usage", lambda no: f"usr_{no:06d}"),
}
"""How each system of the demo writes the number of a record; null where it names people by their address."""
THEMES = {"champion_left": "people", "usage_drop": "usage", "unpaid": "payment", "tickets": "support"}
"""What the signs are about that a cause of a decline shows in first and most."""
SOURCES = {"crm": "hubspot", "billing": "stripe", "helpdesk": "zendesk"}
"""The sources that the truth calls by another name."""


def has_demo(system: str) -> bool:
    """Whether the demo writes exports of a system of the truth."""
    return (CONNECTORS / SOURCES.get(system, system) / "demo.py").is_file()


def truth(home: Home, name: str) -> pl.DataFrame:
    """What the world of a demo's home knows of itself."""
    return pl.read_parquet(home.path / "truth" / f"{name}.parquet")


def numbered(home: Home, con: Connection, kind: str) -> pl.DataFrame:
    """The number in the world of each golden company or team member."""
    links = con.sql(f"select source_key, {kind}_id from identity.{kind}_link").pl()
    known = identities(truth(home, "identity")).filter(pl.col("kind") == kind).join(links, on="source_key")
    return known.select(f"{kind}_id", "no").unique()


def identities(known: pl.DataFrame) -> pl.DataFrame:
    """Those records of `truth_identity` that the demo writes, each with its `source_key`."""
    rows = []
    for row in known.iter_rows(named=True):
        if has_demo(row["system"]):
            source, write = RECORD_IDS[row["kind"], row["system"]]
            record = write(row["record_no"]) if write else row["address"]
            del row["record_no"], row["address"]
            rows.append(row | {"source_key": f"{source}:{record}"})
    return pl.DataFrame(rows)


@dataclass(frozen=True)
class Score:
    """Pairs of records that are the same in truth (`same`), were put together (`joined`), and both (`right`)."""

    same: int
    joined: int
    right: int

    @property
    def precision(self) -> float:
        """Share of the pairs put together that are the same."""
        return self.right / self.joined if self.joined else 1.0

    @property
    def recall(self) -> float:
        """Share of the pairs that are the same that were put together."""
        return self.right / self.same if self.same else 1.0


def score(records: pl.DataFrame) -> Score:
    """How records are grouped beside how they should be: `golden` beside `no`, one row per record.

    Pairs are counted by the sizes of groups, never one by one; a record without golden id is alone.
    """
    known = records.with_columns(golden=pl.coalesce("golden", pl.lit("alone ") + pl.col("source_key")))

    def pairs(*keys: str) -> int:
        sizes = known.group_by(keys).len()["len"].cast(pl.Int64)
        return int((sizes * (sizes - 1)).sum()) // 2

    return Score(pairs("no"), pairs("golden"), pairs("no", "golden"))


def wrongly_merged(records: pl.DataFrame, distinct: pl.DataFrame) -> list[Mapping[str, object]]:
    """Pairs of the truth's `distinct` (no, other_no, reason) of which some records have one golden id."""
    golden = records.drop_nulls("golden").select("no", "golden").unique()
    both = distinct.join(golden, on="no").join(golden.rename({"no": "other_no"}), on=["other_no", "golden"])
    return list(both.sort("no", "other_no").iter_rows(named=True))


def graded(truth: pl.DataFrame, links: pl.DataFrame, kind: str) -> pl.DataFrame:
    """The records of one kind with their golden id, null where they have none; `links`: source_key, golden."""
    return identities(truth).filter(pl.col("kind") == kind).join(links, on="source_key", how="left")


def declines(truth: pl.DataFrame, as_of_on: date, *, days: int = 60) -> pl.DataFrame:
    """The declines of `truth_decline` that have had `days` days to show by `as_of_on`.

    Gives company_no, cause, theme, from_on (the last day before it began) and to_on (the last day on which it was as
    bad as it got: before the customer was lost, where it recovered when it was down, else `as_of_on`).
    """
    lost = pl.col("lost_on") - timedelta(days=1)
    known = pl.col("lost_on").is_not_null() & (pl.col("lost_on") <= as_of_on)
    found = truth.with_columns(
        theme=pl.col("cause").replace_strict(THEMES),
        from_on=pl.col("began_on") - timedelta(days=1),
        to_on=pl.when(known).then(lost).when("is_recovered").then("down_on").otherwise(pl.lit(as_of_on)),
    )
    long = pl.col("began_on") + timedelta(days=days) <= pl.col("to_on")
    return found.filter(long).select("company_no", "cause", "theme", "from_on", "to_on").sort("company_no")
