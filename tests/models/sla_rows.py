"""Small words for tests of promises on tickets: a company, its contract, one ticket. No test stands here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Tables = Mapping[str, Any]
ACME = {"company_id": "acme", "name": "Acme", "country": "DE", "segment": "startup"}
HOLDING = {"company_id": "holding", "name": "Holding"}
CONTRACT = {
    "contract_id": "K",
    "company_id": "acme",
    "name": "Agreement",
    "signed_on": "2025-01-01",
    "starts_on": "2025-01-01",
    "sla_name": "Gold",
    "sla_first_response_minutes": 120,
    "sla_resolution_minutes": 600,
}
ALWAYS = {"policy.support_calendar_for": [{"field": "sla_name", "value": "Gold", "calendar": "always"}]}


def promised(ticket: Tables, *contracts: Tables, companies: Sequence[Tables] = (ACME,), **given: Any) -> dict[str, Any]:
    """Tables of one ticket of Acme with the contracts given, the usual one without any."""
    tables = {**ticket, "objects.ticket": [{"company_id": "acme", **row} for row in ticket["objects.ticket"]]}
    agreed = [{**CONTRACT, **contract} for contract in contracts or ({},)]
    return {"objects.company": companies, "objects.contract": agreed, **tables, **given}


def kept(bench: Any, tables: Tables) -> dict[str, dict[str, Any]]:
    """Rows of marts.ticket_sla of one ticket by measure; no invariant is broken by them."""
    made = bench(tables)
    rows = {row["measure"]: row for row in made.want("marts.ticket_sla").rows(named=True)}
    assert not made.offenders("sla_state_follows_due").height
    assert not made.offenders("sla_months_add_up").height
    return rows


def told(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["state"], row["target_minutes"], row["elapsed_minutes"], row["left_minutes"], row["due_at"]
