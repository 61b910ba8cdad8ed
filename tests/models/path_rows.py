"""Small words for tests of the value path: rules, and evidence by person. No test stands here."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

FIRST = date(2026, 1, 1)
AS_OF = 90
RUN = [{"as_of": datetime(2026, 4, 1, 12)}]
Rule = dict[str, Any]
Evidence = dict[str, Any]
RULES: list[Rule] = [
    {"rule": "reads", "stage": "researcher", "kinds": ["a", "b"], "needed": 1, "window": 10, "half": None},
    {"rule": "studies", "stage": "researcher", "kinds": ["a"], "needed": 2, "window": 60, "half": 7},
    {"rule": "asks", "stage": "hand_raiser", "kinds": ["b"], "needed": 2, "window": 14, "half": None},
    {"rule": "uses", "stage": "adopter", "kinds": ["c"], "needed": 3, "window": 40, "half": 5, "customer": True},
    {"rule": "praises", "stage": "advocate", "kinds": ["b", "d"], "needed": 3, "window": 9, "half": None},
    {"rule": "brings", "stage": "champion", "kinds": ["d"], "needed": 1, "window": 12, "half": None, "customer": True},
]
EVIDENCE = {
    **dict.fromkeys(("contact_id", "kind", "object", "object_id", "topic", "company_id"), pl.String),
    "occurred_at": pl.Datetime,
    **dict.fromkeys(("occurred_on", "customer_from_on", "customer_to_on"), pl.Date),
    "strength": pl.Decimal(38, 12),
}
MAIN = {"contact_id": pl.String, "company_id": pl.String, "from_on": pl.Date, "to_on": pl.Date}


def on(day: int | None) -> date | None:
    return None if day is None else FIRST + timedelta(days=day)


def policy_rules(rules: list[Rule]) -> pl.DataFrame:
    rows = [
        {
            "rule": rule["rule"],
            "stage": rule["stage"],
            "kinds": rule["kinds"],
            "needed": Decimal(rule["needed"]),
            "window_days": rule["window"],
            "half_life_days": rule["half"],
            "requires_customer": rule.get("customer", False),
        }
        for rule in rules
    ]
    types = {"needed": pl.Decimal(38, 12), "half_life_days": pl.Int64}
    return pl.DataFrame(rows, schema_overrides=types)


def given(people: dict[str, list[Evidence]]) -> dict[str, Any]:
    """The path's own inputs: the evidence by person, and the rules of this file."""
    rows = [
        {
            "contact_id": person,
            "kind": piece["kind"],
            "object": "signal",
            "object_id": f"{person}-{number}",
            "occurred_at": datetime(2026, 1, 1, 9) + timedelta(days=piece["day"]),
            "occurred_on": on(piece["day"]),
            "topic": piece.get("topic"),
            "strength": Decimal(str(piece.get("strength", 1))),
            "company_id": piece.get("company"),
            "customer_from_on": on(piece.get("customer_from")),
            "customer_to_on": on(piece.get("customer_to")),
        }
        for person, pieces in people.items()
        for number, piece in enumerate(pieces)
    ]
    return {
        "meta.run": RUN,
        "intermediate.evidence": pl.DataFrame(rows, schema=EVIDENCE),
        "intermediate.main_company": pl.DataFrame(schema=MAIN),
        "policy.path_rules": policy_rules(RULES),
    }
