"""Handovers: every fact in words, in its place, with a record behind it that is there; and whom they are told of."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from customer_rows import company, deal, subscription, tables, version
from test_portfolio import renewal

AS_OF = datetime(2026, 7, 1)
OWNERS = {"source_record_id": "acme", "known_from": "2025-01-01", "company_id": "acme", "name": "Acme"}
LONG = "word " * 200


def world() -> dict[str, Any]:
    meeting = {"title": "Review", "company_id": "acme", "pipeline_stage": "done", "starts_at": "2026-06-01"}
    note = {"company_id": "acme", "author_id": "ole", "noted_at": "2026-06-02T10:00:00"}
    ticket = {"company_id": "acme", "opened_at": "2026-06-29"}
    invoice = {"company_id": "acme", "currency": "EUR", "status": "open", "total": 120, "amount_paid": 20}
    return {
        "meta.run": [{"as_of": AS_OF}],
        **tables(
            company=[company("acme", owner_id="olga", co_owner_id="ole"), company("lead"), company("idle")],
            team_member=[{"team_member_id": "olga", "name": "Olga"}, {"team_member_id": "ole", "name": "Ole"}],
            subscription=[subscription("acme", renewal_on="2026-09-01")],
            subscription_version=[version("acme", 1200)],
            contact=[
                {"contact_id": "ann", "name": "Ann", "decision_role": "economic_buyer"},
                {"contact_id": "ben", "name": "Ben"},
                {"contact_id": "old", "name": "Old"},
            ],
            job_role=[
                {"contact_id": "ann", "company_id": "acme", "is_primary": True, "job_title": "Head of IT"},
                {"contact_id": "ben", "company_id": "acme", "is_primary": True},
                {"contact_id": "old", "company_id": "acme", "is_primary": True, "ended_on": "2026-01-01"},
            ],
            appointment=[
                {**meeting, "appointment_id": "new", "next_actions": "Send the plan."},
                {**meeting, "appointment_id": "ancient", "next_actions": "Old.", "starts_at": "2025-06-01"},
                {**meeting, "appointment_id": "off", "next_actions": "No.", "pipeline_stage": "canceled"},
            ],
            appointment_attendee=[{"appointment_id": "new", "contact_id": "ben", "response": "accepted"}],
            task=[
                {"task_id": "late", "company_id": "acme", "description": "Call Ann", "status": "to_do"}
                | {"due_on": "2026-06-30", "owner_id": "ole"},
                {"task_id": "some", "company_id": "acme", "description": "Think", "status": "to_do"},
                {"task_id": "over", "company_id": "acme", "description": "Gone", "status": "done"},
            ],
            ticket=[
                {**ticket, "ticket_id": "t", "subject": "It burns", "status": "open", "priority": "high"},
                {**ticket, "ticket_id": "done", "subject": "It burnt", "status": "solved"},
            ],
            opportunity=[
                deal(
                    "More", company_id="acme", amount=50, expected_close_on="2026-08-01", next_steps="Write an offer."
                ),
                deal("First", company_id="lead"),
                deal("Lost", company_id="idle", status="lost"),
            ],
            invoice=[
                {**invoice, "invoice_id": "i1", "number": "7", "due_on": "2026-06-30"},
                {**invoice, "invoice_id": "i2", "number": "8", "due_on": "2026-07-01"},
                {**invoice, "invoice_id": "i3", "number": "9", "due_on": "2026-06-01", "status": "paid"},
            ],
            service=[{"service_id": "s", "company_id": "acme", "name": "Onboarding", "status": "active"}],
            note=[
                {**note, "note_id": "n1", "body": "They \n are  fine.\nAll of them\nÉva said:\nSo."},
                {**note, "note_id": "n2", "title": "Beware", "body": LONG, "is_pinned": True, "noted_at": "2024-01-01"},
                {**note, "note_id": "n3", "body": "Too old.", "noted_at": "2025-12-01"},
            ],
        ),
        "history.company": [
            {**OWNERS, "valid_from": "2025-01-01", "valid_to": "2025-05-01", "owner_id": "ole"},
            {**OWNERS, "valid_from": "2025-05-01", "owner_id": "olga"},
        ],
        "marts.health_score": [
            {"company_id": "acme", "as_of": "2026-07-01", "segment": "a", "profile": "standard", "coverage": 1}
            | {"factor_count": 9, "arr": 0, "currency": "EUR", "score": "60.4", "band": "needs_attention"}
            | {"score_30d_ago": "72.1", "change_30d": "-11.7", "main_cause": "usage"},
        ],
        "marts.ticket_sla": [
            {"ticket_id": "t", "measure": "resolution", "state": "overdue", "segment": "a", "priority": "high"}
            | {"subject": "It burns"}
            | {"sla_name": "gold", "calendar": "default", "opened_at": "2026-06-29", "is_paused": False},
        ],
        "marts.renewal": [renewal("acme", date(2026, 9, 1), 100, "0.5")],
    }


@pytest.fixture(scope="module")
def made(bench: Any) -> Any:
    return bench(world())


def said(made: Any, company_id: str) -> dict[str, list[str]]:
    rows = made.want("marts.handover").filter(company_id=company_id).sort("place").to_dicts()
    return {
        section: [row["sentence"] for row in rows if row["section"] == section]
        for section in {row["section"] for row in rows}
    }


def test_a_handover_tells_what_is_open_and_who_is_who(made: Any) -> None:
    assert said(made, "acme") == {
        "account": [
            "Customer since 1 Jan 2025, pays 1,200.00 EUR a year. Owner: Olga; success manager: Ole.",
            "Ole owned it until 1 May 2025.",
        ],
        "risk": [
            "1 severe ticket is open.",
            "Health 60 of 100 (needs attention), 30 days before 72; above all: use of the product.",
            "Invoice 7 is overdue since 30 Jun 2026: 100.00 EUR.",
        ],
        "renewal": [
            "Renews on 1 Sep 2026: 1,200.00 EUR a year, 50% likely; notice until 2 Aug 2026; renews by itself."
        ],
        "people": ["Ann, Head of IT (economic buyer); never in touch.", "Ben; last in touch on 1 Jun 2026."],
        "promise": ["Agreed on 1 Jun 2026 (Review): Send the plan."],
        "task": ["Call Ann; due on 30 Jun 2026, 1 day late; Ole is to do it.", "Think; nobody is to do it."],
        "ticket": ["It burns (high); open, since 29 Jun 2026; what we promised is overdue."],
        "opportunity": ["More; Offer, 50.00 EUR, expected on 1 Aug 2026. Next: Write an offer."],
        "delivery": ["Onboarding: nothing to hand over, on track, no session yet."],
        "touch": [
            "Ticket: last on 29 Jun 2026 from them.",
            "Meeting: last on 1 Jun 2026.",
            "Task: none yet; next on 30 Jun 2026.",
        ],
        "note": [
            "Kept on top, 1 Jan 2024, Ole: Beware - " + ("word " * 100).strip() + " ...",
            "2 Jun 2026, Ole: They are fine. All of them. Éva said: So.",
        ],
    }


def test_it_is_told_of_customers_and_of_open_opportunities_alone(made: Any) -> None:
    assert set(made.want("marts.handover")["company_id"]) == {"acme", "lead"}
    assert said(made, "lead")["account"] == ["Not a customer yet. Owner: nobody."]


def test_behind_every_line_is_a_record_that_is_there(made: Any) -> None:
    rows = made.want("marts.handover").select("object", "object_id").unique().rows()
    for name, record in rows:
        table = "marts.renewal" if name == "renewal" else f"objects.{name}"
        assert record in made.want(table)[f"{name}_id"].to_list(), (name, record)
    assert len({name for name, _ in rows}) > 9


def test_health_is_a_risk_only_where_it_is_one(bench: Any) -> None:
    health = {
        "company_id": "acme", "as_of": "2026-06-30", "segment": "a", "profile": "standard", "coverage": 1,
        "factor_count": 9, "arr": 0, "currency": "EUR", "score": 90,
    }  # fmt: skip
    for band, section in (("thriving", "account"), ("at_risk", "risk")):
        tables: dict[str, Any] = {"meta.run": [{"as_of": datetime(2026, 7, 1)}]}
        tables |= {"marts.health_score": [health | {"band": band}], "marts.portfolio_account": []}
        tables |= {"marts.company_360": [], "marts.contact_360": [], "marts.renewal": []}
        found = bench(tables).want("intermediate.handover_standing").select("section", "sentence").rows()
        assert found == [(section, f"Health 90 of 100 ({band.replace('_', ' ')}).")]
