"""The rows behind each sign of health: which they are, and what the invariants notice."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
from customer_rows import CUSTOMER, tables
from sign_world import World

MODELS = Path(__file__).parents[2] / "models"
INVARIANTS = ["health_evidence_exists", "health_evidence_counted"]


def written(name: str, conversation: str, at: str, who: str) -> dict[str, Any]:
    return {"message_id": name, "conversation_id": conversation, "sent_at": at, f"author_{who}_id": "x"}


def ticket(name: str, **more: Any) -> dict[str, Any]:
    return {"ticket_id": name, "subject": "Help", "status": "open", "opened_at": "2026-06-01"} | {
        "company_id": "acme",
        **more,
    }


def invoice(name: str, **more: Any) -> dict[str, Any]:
    return {"invoice_id": name, "company_id": "acme", "currency": "EUR", "total": 100, "status": "open"} | {
        "issued_on": "2026-05-01",
        **more,
    }


def world() -> dict[str, Any]:
    """One customer of whom every sign is known; beside each row that counts stands one that does not."""
    people = [
        {"contact_id": name, "name": name.title(), "decision_role": "champion" if name != "user" else "user"}
        for name in ("here", "gone", "user")
    ]
    roles = [{"contact_id": person["contact_id"], "company_id": "acme", "is_primary": True} for person in people]
    roles[1]["ended_on"] = "2026-05-01"
    use = {"company_id": "acme", "event_name": "open", "source_system": "app"}
    part = {"service_id": "service", "name": "part"}
    return {
        **CUSTOMER,
        **tables(
            contact=people,
            job_role=roles,
            company=[{"company_id": "acme", "name": "Acme", "csm_score": 4, "csm_score_at": "2026-06-01"}],
            conversation=[
                {
                    "conversation_id": name,
                    "company_id": "acme",
                    "conversation_type": "email",
                    "started_at": "2026-05-01",
                }
                for name in ("answered", "silent")
            ],
            message=[
                written("m1", "answered", "2026-06-01", "team_member"),
                written("m2", "answered", "2026-06-02", "contact"),
                written("m3", "answered", "2026-06-03", "team_member"),
                written("m4", "silent", "2026-06-04", "team_member"),
                written("m5", "silent", "2026-06-30", "team_member"),
                written("m6", "silent", "2026-01-04", "team_member"),
            ],
            ticket=[
                ticket("t1", priority="urgent"),
                ticket("t2", priority="low", csat="good"),
                ticket("t3", priority="high", status="solved", csat="bad"),
                ticket("t4", opened_at="2025-01-01", csat="good", status="solved"),
                ticket("t5", priority="low", severity="Critical", opened_at="2025-01-01"),
            ],
            survey_response=[
                {
                    "survey_response_id": name,
                    "company_id": "acme",
                    "survey_type": "csat",
                    "scale_min": 1,
                    "scale_max": 5,
                }
                | {"answered_at": "2026-06-01", "score": score, "ticket_id": about, "respondent": name}
                for name, score, about in (("s1", 1, None), ("s2", 5, "t2"))
            ],
            nps_response=[
                {"nps_response_id": name, "contact_id": who, "company_id": "acme", "score": score, "answered_at": at}
                for name, who, score, at in (
                    ("n1", "here", 3, "2025-09-01"),
                    ("n2", "here", 9, "2026-02-01"),
                    ("n3", "user", 2, "2026-02-01"),
                )
            ],
            invoice=[
                invoice("i1", due_on="2026-06-21"),
                invoice("i2", due_on="2026-06-01", status="paid", paid_at="2026-06-02"),
                invoice("i3", due_on="2026-07-21"),
            ],
            service=[{"service_id": "service", "company_id": "acme", "name": "Start", "starts_on": "2026-05-01"}],
            deliverable=[
                {"deliverable_id": "d1", **part, "due_on": "2026-06-20", "status": "pending"},
                {
                    "deliverable_id": "d2",
                    **part,
                    "due_on": "2026-06-10",
                    "delivered_on": "2026-06-09",
                    "status": "delivered",
                },
            ],
            product_user=[
                {"product_user_id": name, "company_id": "acme", "external_user_id": name, "signed_up_at": "2026-01-01"}
                for name in ("busy", "idle")
            ],
            metric_reading=[
                {"metric_reading_id": name, "subject_type": "company", "company_id": "acme", "metric": "seats_used"}
                | {"value": 3, "read_at": at}
                for name, at in (("r1", "2026-05-01"), ("r2", "2026-06-01"))
            ],
            usage_event=[
                {
                    **use,
                    "usage_event_id": name,
                    "product_user_id": "busy",
                    "external_user_id": "busy",
                    "occurred_at": at,
                }
                for name, at in (
                    *((f"e1-{nth}", "2026-05-10") for nth in range(20)),
                    ("e2", "2026-06-10"),
                    ("e3", "2026-06-20"),
                )
            ],
        ),
    }


def test_each_sign_leads_to_the_rows_it_is_read_from(bench: Any) -> None:
    made = bench(world())
    found = made.want("marts.health_evidence")
    rows = {
        factor: {
            (kind, name): against for kind, name, against in group.select("object", "object_id", "is_against").rows()
        }
        for (factor,), group in found.group_by("factor")
    }
    assert set(rows) == set(made.want("marts.health_factor")["factor"])
    assert rows == {
        "last_touch": {("message", "m5"): False},
        "response_balance": {("message", "m1"): False, ("message", "m3"): True, ("message", "m4"): True},
        "ticket_load": {("ticket", "t1"): True, ("ticket", "t2"): True, ("ticket", "t3"): True},
        "ticket_severity": {("ticket", "t1"): True, ("ticket", "t5"): True},
        "csat": {("ticket", "t2"): False, ("ticket", "t3"): True, ("survey_response", "s1"): True},
        "nps": {("nps_response", "n2"): False, ("nps_response", "n3"): True},
        "payments_overdue": {("invoice", "i1"): True},
        "delivery": {("deliverable", "d1"): True, ("service", "service"): False},
        "contract_time_left": {("subscription", "sub"): False},
        "csm_score": {("company", "acme"): False},
        "champion_left": {("contact", "here"): False, ("contact", "gone"): True},
        "usage_level": {("usage_event", "e3"): False, ("metric_reading", "r2"): False},
        "usage_trend": {("usage_event", "e3"): False},
        "usage_breadth": {
            ("usage_event", "e3"): False,
            ("product_user", "busy"): False,
            ("product_user", "idle"): True,
        },
    }
    for invariant in INVARIANTS:
        assert made.offenders(invariant).height == 0


def test_in_a_world_of_all_sorts_each_sign_has_its_rows_and_each_sum_comes_out(bench: Any) -> None:
    made = bench(World(seed=12, companies=40).tables())
    for invariant in (path.stem for path in MODELS.glob("invariants/health_*.sql")):
        assert made.offenders(invariant).height == 0, invariant
    assert made.want("marts.health_factor")["factor"].n_unique() == 14
    assert made.want("marts.health_evidence").height > 200


def test_the_invariants_notice_evidence_that_is_wrong(bench: Any) -> None:
    made = bench(world())
    factors, rows = made.want("marts.health_factor"), made.want("marts.health_evidence")
    live = {name: given for name, given in world().items() if name.startswith("objects.")}

    def broken(evidence: pl.DataFrame) -> list[str]:
        spoiled = bench({**live, "marts.health_factor": factors, "marts.health_evidence": evidence})
        return [name for name in INVARIANTS if spoiled.offenders(name).height]

    assert broken(rows) == []
    assert broken(rows.with_columns(object_id=pl.col("object_id").replace("n2", "nobody"))) == INVARIANTS[:1]
    assert broken(rows.filter(pl.col("factor") != "nps")) == INVARIANTS[:1]
    for factor in ("ticket_load", "ticket_severity", "payments_overdue"):
        assert broken(rows.filter(pl.col("factor") != factor)), factor
    for factor in ("csat", "response_balance", "champion_left"):
        turned = pl.when(factor=factor).then(True).otherwise("is_against")
        assert broken(rows.with_columns(is_against=turned)) == INVARIANTS[1:], factor
    assert broken(rows.filter(pl.col("object") != "deliverable")) == INVARIANTS[1:]


def test_where_nothing_is_owed_or_asked_there_is_nothing_to_show(bench: Any) -> None:
    quiet = {
        **CUSTOMER,
        "objects.ticket": [ticket("t", company_id="other")],
        "objects.invoice": [invoice("i", due_on="2026-06-01", status="paid", paid_at=datetime(2026, 5, 30))],
    }
    made = bench(quiet)
    values = dict(made.want("marts.health_factor").select("factor", "raw_value").rows())
    assert (values["payments_overdue"], values["ticket_load"], values["ticket_severity"]) == (0, 0, 0)
    assert made.want("marts.health_evidence")["factor"].to_list() == ["contract_time_left"]
    for invariant in INVARIANTS:
        assert made.offenders(invariant).height == 0
