"""A planted past for tests of risk and back-test: customers whose signs tell, or do not tell, whether they are lost."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl

from pipelines.schemas import columns_of, schema_of

AS_OF = date(2026, 6, 30)
DECIMAL = pl.Decimal(18, 6)
FACTORS = ("nps", "usage_trend", "last_touch")
TYPES: dict[str, dict[str, Any]] = {
    "span": {"company_id": pl.String, "from_on": pl.Date, "to_on": pl.Date, "notice_on": pl.Date},
    "point": {
        **{"company_id": pl.String, "day_on": pl.Date, "factor": pl.String, "profile": pl.String},
        **{"raw_value": DECIMAL, "points": DECIMAL, "weight": DECIMAL},
    },
    "total": {
        **{"company_id": pl.String, "day_on": pl.Date},
        **{"coverage": DECIMAL, "score": DECIMAL, "weight_present": DECIMAL},
    },
}


def month_end(number: int) -> date:
    """The last day of the month so many months after January 2024."""
    year, month = divmod(number, 12)
    return date(2024 + year, month + 1, monthrange(2024 + year, month + 1)[1])


def whole(mart: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows with what the mart requires and no test here cares about: amounts of 0, flags that are not set."""
    schema = schema_of(mart)
    assert schema is not None
    blank = {"VARCHAR": "-", "BOOLEAN": False, "DATE": AS_OF}
    rest = {column.name: blank.get(column.sql_type, 0) for column in columns_of(schema) if not column.nullable}
    return [rest | row for row in rows]


class Past:
    """Rows of what a past is made from, gathered customer by customer."""

    def __init__(self) -> None:
        self.spans: list[tuple[Any, ...]] = []
        self.points: list[tuple[Any, ...]] = []
        self.totals: list[tuple[Any, ...]] = []
        self.months: list[dict[str, Any]] = []
        self.changes: list[dict[str, Any]] = []
        self.scores: list[dict[str, Any]] = []

    def customer(self, name: str, segment: str, first: int, last: int, end: date | None, **more: Any) -> None:
        """A customer from a month on; with `end`, lost on that day of the month `last`."""
        notice, arr = more.get("notice"), more.get("arr", 1_200)
        self.spans.append((name, month_end(first).replace(day=1), end, notice))
        for number in range(first, last + 1):
            is_lost = end is not None and number == last
            paid = {"company_id": name, "month": month_end(number).replace(day=1), "segment": segment}
            amount = Decimal(0 if is_lost else arr)
            movement = "churn" if is_lost else "new" if number == first else "none"
            flags = {"movement": movement, "is_customer": not is_lost, "arr": amount}
            self.months.append({"policy_id": "standard", **paid, **flags})
        if end is None or end > AS_OF:
            now = {"company_id": name, "as_of": AS_OF, "arr": arr, "currency": "EUR"}
            told = {"profile": "standard", "coverage": more.get("coverage", "0.9"), "factor_count": 3}
            self.scores.append({**now, "segment": segment, **told})

    def signs(self, name: str, day: date, points: dict[str, float | None], coverage: float = 0.9) -> None:
        """What the signs were worth on a day; a sign without points was not known."""
        known = {factor: value for factor, value in points.items() if value is not None}
        for factor, value in known.items():
            told = (Decimal("1.5"), Decimal(f"{value:.4f}"), Decimal(10))
            self.points.append((name, day, factor, "standard", *told))
        score = Decimal(f"{sum(known.values()) / len(known):.2f}") if known and coverage >= 0.4 else None
        self.totals.append((name, day, Decimal(f"{coverage:.3f}"), score, Decimal(10 * len(known))))

    def grown(self, name: str, day: date, opening: int, expansion: int) -> None:
        """A day on which a customer pays more."""
        row = {"policy_id": "standard", "company_id": name, "currency": "EUR", "day": day, "opening": opening}
        self.changes.append({**row, "expansion": expansion})

    def tables(self) -> dict[str, Any]:
        """What a `Bench` takes."""

        def frame(rows: list[tuple[Any, ...]], kind: str) -> pl.DataFrame:
            return pl.DataFrame(rows, schema=TYPES[kind], orient="row")

        return {
            "meta.run": [{"as_of": datetime(2026, 6, 30)}],
            "marts.company_month": whole("marts.company_month", self.months),
            "marts.mrr_change_day": whole("marts.mrr_change_day", self.changes),
            "marts.health_score": whole("marts.health_score", self.scores),
            "intermediate.customer_span": frame(self.spans, "span"),
            "intermediate.health_point": frame(self.points, "point"),
            "intermediate.health_total": frame(self.totals, "total"),
        }


def planted(companies: int, telling: float, seed: int = 1, rarely: float = 4.4) -> Past:
    """Customers over 30 months, lost the likelier the lower their NPS was (by `telling`), growing whatever it was."""
    rng, past = np.random.default_rng(seed), Past()
    for number in range(companies):
        name, first = f"c{number:03}", int(rng.integers(0, 6))
        level, end, last = rng.normal(60, 20), None, 29
        for month in range(first, 30):
            level = float(np.clip(level + rng.normal(0, 4), 0, 100))
            touch = None if rng.random() < 0.2 else float(rng.uniform(0, 100))
            points = {"nps": level, "usage_trend": float(rng.uniform(0, 100)), "last_touch": touch}
            past.signs(name, month_end(month), points)
            chance = 1 / (1 + np.exp(rarely + telling * (level - 60) / 10))
            if month < 28 and rng.random() < chance:
                end, last = month_end(month + 1).replace(day=15), month + 1
                break
            if rng.random() < 0.02:
                past.grown(name, month_end(month) - timedelta(days=3), 100, 20)
        past.customer(name, "small" if number % 3 else "large", first, last, end, arr=1_200 + 10 * number)
    return past
