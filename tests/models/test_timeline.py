"""The timeline: everything that happened, once, and nothing that will."""

from __future__ import annotations

from typing import Any

from customer_rows import deal, subscription, tables


def test_the_timeline_holds_all_that_happened_and_nothing_that_will(run_models: Any) -> None:
    given = tables(
        ticket=[
            {"ticket_id": "t", "company_id": "acme", "requester_id": "ann", "subject": "Help", "status": "open"}
            | {"opened_at": "2026-01-12 09:00"}
        ],
        ticket_event=[
            {"ticket_id": "t", "occurred_at": at, "field_name": "status", "old_value": old, "new_value": new}
            for at, old, new in (("2026-01-12 10:00", "new", "solved"), ("2026-01-12 11:00", "solved", "open"))
        ],
        conversation=[
            {"conversation_id": "mail", "company_id": "acme", "conversation_type": "email", "started_at": "2026-02-01"}
            | {"subject": "Hello"},
            {"conversation_id": "call", "company_id": "acme", "conversation_type": "call", "started_at": "2026-02-02"},
        ],
        conversation_participant=[{"conversation_id": "mail", "contact_id": "ann", "role": "to"}],
        message=[
            {"conversation_id": "mail", "sent_at": "2026-02-01", "author_team_member_id": "us"},
            {"conversation_id": "mail", "sent_at": "2026-02-03", "is_bounce": True},
        ],
        nps_response=[{"contact_id": "ann", "company_id": "acme", "score": 9, "answered_at": "2026-03-01"}],
        opportunity=[deal("d", company_id="acme", status="lost", closed_at="2026-04-01", lost_reason="price")],
        opportunity_stage_history=[{"opportunity_id": "d", "stage": "Offer", "entered_at": "2026-03-15"}],
        subscription=[
            subscription("acme", canceled_at="2026-05-01", cancel_reason="too_expensive", ends_at="2026-12-01")
        ],
        invoice=[
            {"invoice_id": "i", "company_id": "acme", "number": "A-1", "currency": "EUR", "total": "119.5"}
            | {"status": "paid", "issued_on": "2026-05-02", "due_on": "2026-05-16", "paid_at": "2026-05-20"},
        ],
        payment=[
            {"company_id": "acme", "paid_at": "2026-05-20", "amount": "119.5", "currency": "EUR", "status": "succeeded"}
        ],
    )
    made = run_models(given, "marts.timeline")["marts.timeline"].sort("happened_at", "kind")
    assert made.select("kind", "title", "contact_id").rows() == [
        ("subscription_started", "Subscription started", None),
        ("ticket_opened", "Help", "ann"),
        ("ticket_solved", "Help", "ann"),
        ("ticket_reopened", "Help", "ann"),
        ("message_out", "Hello", "ann"),
        ("call", "call", None),
        ("bounce", "Hello", "ann"),
        ("nps_answer", "NPS 9", "ann"),
        ("opportunity_stage", "d: Offer", None),
        ("opportunity_lost", "d: price", None),
        ("subscription_canceled", "Notice given: too expensive", None),
        ("invoice_issued", "Invoice A-1 119.50 EUR", None),
        ("invoice_overdue", "Invoice A-1 119.50 EUR", None),
        ("payment", "119.50 EUR", None),
    ]
    assert set(made["company_id"]) == {"acme"}
    keys = made.select("object", "object_id", "kind")
    assert keys.unique().height == keys.height
