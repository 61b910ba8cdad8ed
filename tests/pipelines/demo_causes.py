"""What leads the explanation of each planted decline of a demo; shared by tests and benchmarks."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines import demo
from pipelines.answers import explaining_health
from pipelines.home import Home
from pipelines.warehouse import Connection
from tests.pipelines.demo_truth import declines, numbered, truth


@dataclass(frozen=True)
class Explained:
    """A planted decline: what its cause is about, and what took most from the score since the day before it began."""

    company_no: int
    company_id: str
    cause: str
    theme: str
    leading: str
    change: float
    planted_change: float


def explained(home: Home, published: Connection) -> list[Explained]:
    """Every planted decline that had time to show, as `rapport explain health` tells it; its parts must add up."""
    scored = published.sql("select distinct company_id from marts.health_day").pl()
    companies = numbered(home, published, "company").join(scored, on="company_id").rename({"no": "company_no"})
    planted = declines(truth(home, "decline"), demo.LAST_DAY)
    told = []
    for row in planted.join(companies, on="company_no").sort("company_no", "company_id").iter_rows(named=True):
        found = explaining_health.find(home, row["company_id"], row["from_on"], row["to_on"])
        if found["problems"]:
            raise ValueError(f"{row['company_id']}: {found['problems']}")
        most = found["themes"][0]
        own = sum(float(theme["change"]) for theme in found["themes"] if theme["theme"] == row["theme"])
        names = (row["company_no"], row["company_id"], row["cause"], row["theme"], most["theme"])
        told.append(Explained(*names, float(most["change"]), own))
    return told
