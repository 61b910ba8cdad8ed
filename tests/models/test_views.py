"""The unified views of a company and of a contact bring together what all sources know."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from customer_rows import RATES, company, links, one, subscription, tables, version

DOMAINS = ("b.example", "a.example", "a.example", "gmail.com")


def test_company_360_brings_everything_about_a_company_together(bench: Any) -> None:
    given = tables(
        company=[company("acme", owner_id="olga", co_owner_id="carl", country="DE", segment="big"), company("other")],
        company_domain=[{"company_id": "acme", "domain": name} for name in DOMAINS],
        team_member=[{"team_member_id": "olga", "name": "Olga"}, {"team_member_id": "carl", "name": "Carl"}],
        subscription=[subscription("acme", renewal_on="2026-09-01")],
        subscription_version=[version("acme", 1200, quantity=4, unit_amount=300, product_id="seats")],
        invoice=[
            {"invoice_id": "late", "company_id": "acme", "currency": "EUR", "total": 119, "amount_paid": 19}
            | {"status": "open", "due_on": "2026-06-01"},
            {"invoice_id": "void", "company_id": "acme", "currency": "EUR", "total": 50, "status": "void"}
            | {"due_on": "2026-06-01"},
        ],
        opportunity=[
            {"company_id": "acme", "title": "More", "stage": "Offer", "status": "open", "amount": 1000}
            | {"currency": "EUR", "probability": "0.25", "expected_close_on": "2026-08-01"},
        ],
        contact=[{"contact_id": "ann", "name": "Ann", "decision_role": "champion"}],
        job_role=[{"contact_id": "ann", "company_id": "acme", "is_primary": True}],
        ticket=[
            {"ticket_id": "t", "company_id": "acme", "subject": "Help", "status": "open", "priority": "urgent"}
            | {"opened_at": "2026-06-15", "csat": "good", "requester_id": "ann", "is_expansion_signal": True},
        ],
        product=[{"product_id": "seats", "sku": "S", "name": "Seats", "category": "plan"}],
        product_user=[{"product_user_id": "u", "contact_id": "ann", "company_id": "acme", "external_user_id": "7"}],
        usage_event=[
            {"usage_event_id": f"{day}:{number:02}", "occurred_at": f"{day}T09:00:{number:02}", "event_name": "save"}
            | {"company_id": "acme", "product_user_id": "u", "contact_id": "ann"}
            for day, acts in (("2026-05-10", 40), ("2026-06-20", 20))
            for number in range(acts)
        ],
        service=[
            {"service_id": "s", "company_id": "acme", "name": "Onboarding", "status": "active", "due_on": "2026-06-01"},
            {"service_id": "t", "company_id": "acme", "name": "Training", "status": "complete"},
        ],
        nps_response=[{"contact_id": "ann", "company_id": "acme", "score": 9, "answered_at": "2026-05-01"}],
        survey_response=[
            {"survey_type": kind, "contact_id": "ann", "company_id": "acme", "ticket_id": about, "score": score}
            | {"scale_min": 1, "scale_max": 5, "answered_at": at}
            for kind, about, score, at in (
                ("csat", "t", 1, "2026-06-16"),  # the ticket's own rating says it already
                ("csat", None, 2, "2026-05-16"),
                ("csat", None, 1, "2026-04-16"),
                ("csat", None, 5, "2026-03-15"),
                ("csat", None, 3, "2026-02-14"),
                ("csat", None, 5, "2025-04-16"),
                ("ces", "t", 5, "2026-06-16"),
                ("ces", None, 1, "2026-05-16"),
                ("ces", None, 3, "2026-04-16"),
            )
        ],
    )
    given["identity.company_link"] = links(
        "company", ("crm", "1", "acme"), ("billing", "c1", "acme"), ("crm", "2", "acme")
    )
    made = bench(given)
    row = one(made.want("marts.company_360"), company_id="acme")
    expected = {
        "name": "Acme",
        "domains": "a.example, b.example",
        "customer_status": "customer",
        "customer_since": date(2025, 1, 1),
        "renewal_on": date(2026, 9, 1),
        "owner_name": "Olga",
        "csm_name": "Carl",
        "mrr": 100,
        "arr": 1200,
        "mrr_total": 100,
        "overdue_amount": 100,
        "overdue_count": 1,
        "overdue_days": 30,
        "open_opportunity_count": 1,
        "open_pipeline_amount": 1000,
        "weighted_pipeline_amount": 250,
        "nps_score": 100,
        "nps_last_score": 9,
        "csat": 0.5,
        "csat_count": 4,
        "ces": 1 / 3,
        "ces_count": 3,
        "open_ticket_count": 1,
        "open_severe_ticket_count": 1,
        "last_touch_at": datetime(2026, 6, 15),
        "last_touch_channel": "ticket",
        "last_touch_direction": "in",
        "contact_count": 1,
        "champion_names": "Ann",
        "stage": "advocate",
        "stage_since_on": date(2026, 5, 1),
        "engagement_trend": "rising",
        "active_users": 1,
        "usage_trend": -0.5,
        "licences_bought": 4,
        "licences_used": 1,
        "licence_use": 0.25,
        "last_used_at": datetime(2026, 6, 20, 9, 0, 19),
        "running_service_count": 1,
        "late_service_count": 1,
        "open_expansion_ask_count": 1,
        "churn_probability": None,
        "sources": "billing, crm",
        "source_count": 2,
    }
    assert {key: row[key] for key in expected} == expected
    assert row["health_score"] is not None
    rated = one(made.want("marts.health_factor"), factor="csat")
    assert rated["raw_value"] == row["csat"], "health reads the same ratings"
    quiet = one(made.want("marts.company_360"), company_id="other")
    assert (quiet["customer_status"], quiet["mrr"], quiet["health_score"], quiet["sources"]) == (
        "prospect",
        0,
        None,
        "test",
    )
    assert (quiet["stage"], quiet["active_users"], quiet["running_service_count"]) == (None, None, 0)
    for invariant in ("company_360_once", "contact_360_once", "portfolio_adds_up", "pipeline_adds_up"):
        assert made.offenders(invariant).height == 0


def test_money_in_other_currencies_is_shown_in_the_reporting_one(run_models: Any) -> None:
    given = tables(
        company=[company("acme")],
        invoice=[{"company_id": "acme", "currency": "USD", "total": 110, "status": "open", "due_on": "2026-06-01"}],
        exchange_rate=RATES,
    )
    row = run_models(given, "marts.company_360")["marts.company_360"].row(0, named=True)
    assert (row["overdue_amount"], row["currency"]) == (Decimal(100), "EUR")


def test_contact_360_brings_everything_about_a_person_together(bench: Any) -> None:
    address = {"contact_id": "ann", "is_valid_syntax": True, "is_role_address": False, "is_free_mail": False}
    given = tables(
        company=[company("acme")],
        contact=[
            {"contact_id": "ann", "name": "Ann", "decision_role": "champion"},
            {"contact_id": "bob", "name": "Bob"},
        ],
        communication_preference=[
            {"contact_id": "ann", "channel": "email", "preference": wish, "stated_at": at, "topic": topic}
            for wish, at, topic in (
                ("subscribed", "2025-01-01", None),
                ("unsubscribed", "2026-01-01", None),
                ("subscribed", "2026-02-01", "product news"),
                ("unknown", "2026-03-01", None),
            )
        ],
        contact_email=[
            {**address, "address": "info@acme.example", "is_role_address": True, "is_primary": True},
            {**address, "address": "ann@@acme", "is_valid_syntax": False, "is_primary": True},
            {**address, "address": "ann@acme.example"},
            {**address, "address": "ann@mail.example", "is_free_mail": True},
        ],
        contact_phone=[
            {"contact_id": "ann", "phone": "ext. 12", "phone_type": "mobile"},
            {"contact_id": "ann", "phone": "030 123456", "e164": "+4930123456", "phone_type": "work"},
        ],
        job_role=[
            {"contact_id": "ann", "company_id": "acme", "is_primary": True},
            {"contact_id": "ann", "company_id": "acme", "is_primary": False, "job_title": "CTO"},
            {
                "contact_id": "ann",
                "company_id": "former",
                "is_primary": False,
                "job_title": "Trainee",
                "department": "HR",
            },
        ],
        conversation=[{"conversation_id": "c", "conversation_type": "email", "started_at": "2026-06-01"}],
        conversation_participant=[
            {"conversation_id": "c", "contact_id": name, "role": role} for name, role in (("ann", "to"), ("bob", "cc"))
        ],
        message=[
            {"conversation_id": "c", "sent_at": "2026-06-01", "author_team_member_id": "us"},
            {"conversation_id": "c", "sent_at": "2026-06-02", "author_contact_id": "ann"},
            {"conversation_id": "c", "sent_at": "2026-06-03", "author_contact_id": "bob", "is_automatic": True},
            {"conversation_id": "c", "sent_at": "2026-01-03", "author_contact_id": "bob"},
        ],
        ticket=[
            {"ticket_id": name, "requester_id": "ann", "subject": "Help", "status": status, "opened_at": "2026-05-01"}
            for name, status in (("t1", "open"), ("t2", "closed"))
        ],
        nps_response=[
            {"contact_id": "ann", "score": score, "answered_at": at}
            for score, at in ((3, "2024-01-01"), (7, "2026-01-01"))
        ],
        signal=[
            {"contact_id": "ann", "signal_type": kind, "topic": topic, "occurred_at": at}
            for kind, topic, at in (
                ("form_fill", "Pricing", "2026-01-05"),
                ("download", "Security", "2026-06-20"),
                ("content_view", "security", "2026-06-27"),
                ("content_view", "Pricing", "2026-06-26"),
            )
        ],
    )
    given["identity.contact_link"] = links(
        "contact", ("crm", "1", "ann"), ("helpdesk", "7", "ann"), ("email", "ann@acme.example", "ann")
    )
    made = bench(given)
    row = one(made.want("marts.contact_360"), contact_id="ann")
    expected = {
        "email": "ann@acme.example",
        "phone": "+4930123456",
        "company_name": "Acme",
        "job_title": "CTO",
        "department": None,
        "decision_role": "champion",
        "email_preference": "unsubscribed",
        "last_touch_at": datetime(2026, 6, 2),
        "messages_in": 1,
        "messages_out": 1,
        "ticket_count": 2,
        "open_ticket_count": 1,
        "stage": "hand_raiser",
        "stage_since_on": date(2026, 6, 2),
        "furthest_stage": "hand_raiser",
        "weeks_engaged": 5,
        "last_engaged_on": date(2026, 6, 27),
        "next_step": "Answer in person within a day and agree on a first meeting.",
        "topics": "security, pricing",
        "engagement_trend": "rising",
        "nps_last_score": 7,
        "sources": "crm, helpdesk",
        "source_count": 2,
    }
    assert {key: row[key] for key in expected} == expected
    whole = one(made.want("marts.interest"), subject_id="ann", subject_type="contact", topic="(all)")
    assert (row["engagement"], whole["evidence_count"]) == (whole["intensity"], 7)
    other = one(made.want("marts.contact_360"), contact_id="bob")
    assert (other["messages_in"], other["messages_out"], other["email_preference"]) == (0, 1, "unknown")
    assert other["last_touch_at"] == datetime(2026, 6, 1)
    assert made.offenders("contact_360_once").height == 0
