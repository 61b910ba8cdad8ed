"""Health: what each sign reads from the objects, and when nothing is known of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from customer_rows import CUSTOMER

AS_OF = date(2026, 7, 1)
MODELS = Path(__file__).parents[2] / "models"


def read(run_models: Any, tables: dict[str, Any], factor: str) -> Decimal | None:
    """The value of one sign of the one customer; None where nothing is known."""
    made = run_models({**CUSTOMER, **tables}, "intermediate.health_point")["intermediate.health_point"]
    values = made.filter(factor=factor, day_on=AS_OF)["raw_value"].to_list()
    return values[0] if values else None


def test_last_touch_counts_days_since_a_person_wrote(run_models: Any) -> None:
    talk = {
        "objects.conversation": [
            {"conversation_id": "c", "company_id": "acme", "conversation_type": "email", "started_at": "2026-05-01"}
        ],
        "objects.message": [
            {"conversation_id": "c", "sent_at": "2026-06-01", "author_contact_id": "ann"},
            {"conversation_id": "c", "sent_at": "2026-06-10", "author_contact_id": "ann", "is_automatic": True},
            {"conversation_id": "c", "sent_at": "2026-06-20", "author_team_member_id": "us", "is_public": False},
            {"conversation_id": "c", "sent_at": "2026-07-05", "author_contact_id": "ann"},
        ],
    }
    assert read(run_models, talk, "last_touch") == 30
    assert read(run_models, {}, "last_touch") is None


def test_response_balance_is_the_share_of_our_messages_that_got_an_answer(run_models: Any) -> None:
    def written(conversation: str, at: str, who: str) -> dict[str, Any]:
        return {"conversation_id": conversation, "sent_at": at, f"author_{who}_id": "x"}

    talk = {
        "objects.conversation": [
            {"conversation_id": name, "company_id": "acme", "conversation_type": "email", "started_at": "2026-05-01"}
            for name in ("answered", "silent", "old")
        ],
        "objects.message": [
            written("answered", "2026-06-01", "team_member"),
            written("answered", "2026-06-02", "contact"),
            written("answered", "2026-06-03", "team_member"),
            written("silent", "2026-06-04", "team_member"),
            written("old", "2026-01-04", "team_member"),
        ],
    }
    assert read(run_models, talk, "response_balance") == Decimal("0.333333")
    fewer = {**talk, "objects.message": talk["objects.message"][:3]}
    assert read(run_models, fewer, "response_balance") is None


def test_ticket_signs_are_zero_where_a_helpdesk_is_known_and_absent_where_it_is_not(run_models: Any) -> None:
    ticket = {"subject": "Help", "status": "open", "opened_at": "2026-06-01", "company_id": "acme"}
    tickets = [
        {**ticket, "ticket_id": "urgent", "priority": "urgent"},
        {**ticket, "ticket_id": "low", "priority": "low", "csat": "good"},
        {**ticket, "ticket_id": "solved", "priority": "high", "status": "solved", "csat": "bad"},
        {**ticket, "ticket_id": "old", "opened_at": "2026-01-01", "csat": "good"},
    ]
    rated = [{**ticket, "ticket_id": f"rated{nth}", "csat": word} for nth, word in enumerate(("good", "bad"))]
    assert read(run_models, {"objects.ticket": tickets}, "ticket_load") == 3
    assert read(run_models, {"objects.ticket": tickets}, "ticket_severity") == 1
    assert read(run_models, {"objects.ticket": [*tickets, *rated]}, "csat") == Decimal("0.5")
    assert read(run_models, {"objects.ticket": [*tickets, *rated[:1]]}, "csat") == Decimal("0.666667")
    assert read(run_models, {"objects.ticket": tickets}, "csat") is None, "two ratings say nothing"
    others = [{**ticket, "company_id": "other"}]
    assert read(run_models, {"objects.ticket": others}, "ticket_load") == 0
    assert read(run_models, {"objects.ticket": others}, "csat") is None
    assert read(run_models, {}, "ticket_load") is None


def test_payments_overdue_is_the_age_of_the_oldest_unpaid_invoice(run_models: Any) -> None:
    invoice = {"company_id": "acme", "currency": "EUR", "total": 100, "status": "open", "due_on": "2026-06-21"}
    late = [invoice, {**invoice, "due_on": "2026-06-01", "status": "paid"}, {**invoice, "due_on": "2026-07-21"}]
    assert read(run_models, {"objects.invoice": late}, "payments_overdue") == 10
    assert read(run_models, {"objects.invoice": late[1:]}, "payments_overdue") == 0
    assert read(run_models, {}, "payments_overdue") is None


@pytest.mark.parametrize(
    ("change", "days"),
    [
        ({}, 365),
        ({"cancel_at": "2026-07-31", "canceled_at": "2026-06-01"}, 30),
        ({"auto_renew": False, "ends_at": "2026-09-29"}, 90),
        ({"auto_renew": True, "ends_at": "2026-09-29"}, 365),
        ({"auto_renew": False, "ends_at": "2030-01-01"}, 365),
    ],
)
def test_contract_time_left_runs_to_the_day_all_is_known_to_end(
    run_models: Any, change: dict[str, Any], days: int
) -> None:
    sub = {**CUSTOMER["objects.subscription"][0], **change}
    assert read(run_models, {"objects.subscription": [sub]}, "contract_time_left") == days


def test_csm_score_fades(run_models: Any) -> None:
    def company(scored_at: str | None) -> dict[str, Any]:
        return {"objects.company": [{"company_id": "acme", "name": "Acme", "csm_score": 4, "csm_score_at": scored_at}]}

    assert read(run_models, company("2026-06-01"), "csm_score") == 4
    assert read(run_models, company(None), "csm_score") == 4
    assert read(run_models, company("2025-06-01"), "csm_score") is None


def test_champion_left_is_the_share_of_champions_who_are_gone_or_bounce(run_models: Any) -> None:
    people = [
        {"contact_id": "here", "name": "Here", "decision_role": "champion"},
        {"contact_id": "gone", "name": "Gone", "decision_role": "champion"},
        {"contact_id": "bounces", "name": "Bounces", "decision_role": "champion"},
        {"contact_id": "user", "name": "User", "decision_role": "user"},
    ]
    roles = [{"contact_id": person["contact_id"], "company_id": "acme"} for person in people]
    roles[1]["ended_on"] = "2026-01-01"
    wish = {"contact_id": "bounces", "channel": "email", "preference": "bounced"}
    tables = {
        "objects.contact": people,
        "objects.job_role": roles,
        "objects.communication_preference": [wish],
    }
    assert read(run_models, tables, "champion_left") == Decimal("0.666667")
    assert read(run_models, {**tables, "objects.contact": people[3:]}, "champion_left") is None


def test_nps_of_a_company_is_pooled_over_its_people(run_models: Any) -> None:
    answers = [
        {"contact_id": "ann", "company_id": "acme", "score": 3, "answered_at": "2025-09-01"},
        {"contact_id": "ann", "company_id": "acme", "score": 9, "answered_at": "2026-02-01"},
        {"contact_id": "bob", "company_id": "acme", "score": 8, "answered_at": "2026-02-01"},
        {"contact_id": "old", "company_id": "acme", "score": 0, "answered_at": "2024-02-01"},
    ]
    assert read(run_models, {"objects.nps_response": answers}, "nps") == 50


def test_only_customers_are_scored(run_models: Any) -> None:
    gone = {**CUSTOMER["objects.subscription"][0], "status": "canceled", "ends_at": "2026-01-01"}
    made = run_models({**CUSTOMER, "objects.subscription": [gone]}, "marts.health_score", "intermediate.health_point")
    assert made["marts.health_score"].height == 0
    assert made["intermediate.health_point"]["day_on"].max() == date(2025, 12, 31)


def used(user: str, *days: str) -> list[dict[str, Any]]:
    shared = {"company_id": "acme", "product_user_id": user, "external_user_id": user, "event_name": "opened"}
    return [{**shared, "occurred_at": f"{day}T12:00:00"} for day in days]


def test_use_is_measured_by_licences_else_by_the_most_users_there_were(run_models: Any) -> None:
    events = used("ann", "2026-06-03", "2026-06-30") + used("bob", "2026-06-02") + used("cid", "2026-06-02")
    events += used("dan", "2026-07-01")
    item = {"subscription_id": "sub", "item": "seats", "product_id": "seat", "currency": "EUR", "unit_amount": 9}
    item |= {"valid_from": "2025-01-01", "status": "active", "billing_interval": "month", "interval_count": 1}
    bought = {
        "objects.product": [{"product_id": "seat", "sku": "seat", "name": "Seat", "category": "plan"}],
        "objects.subscription_version": [{**item, "quantity": 4, "is_metered": False}],
    }
    # Of three who were active at once one still is; four were bought.
    assert read(run_models, {"objects.usage_event": events}, "usage_level") == Decimal("0.333333")
    assert read(run_models, {"objects.usage_event": events, **bought}, "usage_level") == Decimal("0.25")
    assert read(run_models, bought, "usage_level") is None
    users = [
        {"product_user_id": name, "external_user_id": name, "company_id": "acme"} for name in ("ann", "bob", "eve")
    ]
    users[2] |= {"status": "deactivated", "updated_at": "2026-05-01"}
    known = {"objects.usage_event": events, "objects.product_user": users}
    assert read(run_models, known, "usage_breadth") == Decimal("0.5")
    assert read(run_models, {"objects.usage_event": events}, "usage_breadth") is None


def test_the_trend_of_use_is_what_is_more_than_before(run_models: Any) -> None:
    now = ("2026-06-03", "2026-06-30") * 5
    before = ("2026-05-06", "2026-05-20", "2026-06-02", "2026-06-02") * 5
    assert read(run_models, {"objects.usage_event": used("ann", *now, *before)}, "usage_trend") == Decimal("-0.5")
    few = used("ann", *now, *before[1:])
    assert read(run_models, {"objects.usage_event": few}, "usage_trend") is None, "19 acts say nothing"
    assert read(run_models, {"objects.usage_event": used("ann", *now, *["2026-05-05"] * 20)}, "usage_trend") is None


def test_delivery_is_the_age_of_what_is_late_longest_of_what_runs(run_models: Any) -> None:
    service = {"service_id": "s", "company_id": "acme", "name": "Start", "status": "active", "starts_on": "2026-05-01"}
    parts = [
        {"service_id": "s", "name": "late", "status": "planned", "due_on": "2026-06-21"},
        {
            "service_id": "s",
            "name": "done",
            "status": "delivered",
            "due_on": "2026-05-21",
            "delivered_on": "2026-06-01",
        },
    ]
    late = {"objects.service": [service], "objects.deliverable": parts}
    assert read(run_models, late, "delivery") == 10
    assert read(run_models, {**late, "objects.deliverable": parts[1:]}, "delivery") == 0
    goal = {"service_id": "s", "name": "goal", "due_on": "2026-04-01"}  # before the service began
    assert read(run_models, {**late, "objects.milestone": [goal]}, "delivery") == 61
    ended = {**service, "status": "complete", "completed_on": "2026-06-15"}
    assert read(run_models, {**late, "objects.service": [ended]}, "delivery") is None
    assert read(run_models, {}, "delivery") is None


def test_some_words_make_a_ticket_severe_whatever_its_priority(run_models: Any) -> None:
    ticket = {"subject": "Help", "status": "open", "opened_at": "2026-06-01", "company_id": "acme", "priority": "low"}
    tickets = [{**ticket, "ticket_id": word, "severity": word} for word in ("CRITICAL", "minor")]
    assert read(run_models, {"objects.ticket": tickets}, "ticket_severity") == 1


def test_a_survey_counts_beside_ratings_but_not_twice_for_one_ticket(run_models: Any) -> None:
    ticket = {"subject": "Help", "status": "open", "opened_at": "2026-06-01", "company_id": "acme", "ticket_id": "t"}
    answer = {"survey_type": "csat", "company_id": "acme", "scale_min": 1, "scale_max": 5, "answered_at": "2026-06-02"}
    other = {"contact_id": "ben", **answer}
    answers = [{**answer, "score": 1, "ticket_id": "t"}, {**answer, "score": 2}, {**answer, "score": 3}]
    answers += [{**other, "score": 1}]
    rated = {"objects.ticket": [{**ticket, "csat": "good"}], "objects.survey_response": answers}
    assert read(run_models, rated, "csat") == Decimal("0.333333")
    assert read(run_models, {**rated, "objects.ticket": [ticket]}, "csat") == 0


def test_customers_may_be_whom_their_source_calls_so(bench: Any, tmp_path: Path) -> None:
    words = (MODELS / "policy" / "behaviour.toml").read_text()
    name = "customer_status_follows_subscriptions"
    (tmp_path / "behaviour.toml").write_text(words.replace(f"{name} = true", f"{name} = false"))
    row = {"company_id": "acme", "name": "Acme", "source_record_id": "1"}
    told = [
        ("2026-01-01", "2026-02-01", "lead"),
        ("2026-02-01", "2026-03-01", "Customer"),
        ("2026-03-01", None, "lost"),
    ]
    tables = {
        "objects.company": [
            {**row, "lifecycle_phase": "lost", "phase_since": "2026-03-01"},
            {
                "company_id": "new",
                "name": "New",
                "source_record_id": "2",
                "lifecycle_phase": "customer",
                "phase_since": "2026-05-01",
            },
            {
                "company_id": "out",
                "name": "Out",
                "source_record_id": "3",
                "lifecycle_phase": "canceled",
                "phase_since": "2026-06-01",
            },
        ],
        "history.company": [
            {**row, "valid_from": since, "valid_to": until, "known_from": since, "lifecycle_phase": phase}
            for since, until, phase in told
        ],
    }
    made = bench(tables, tmp_path).want("intermediate.customer_span").sort("company_id").rows()
    assert made == [
        ("acme", date(2026, 2, 1), date(2026, 3, 1), None),
        ("new", date(2026, 5, 1), None, None),
        ("out", date(2026, 6, 1), None, date(2026, 6, 1)),
    ]
