"""Rules about tasks, tickets, people and companies: each on, off, and undone when its cause goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from behaviour_rows import COMPANY, ids, subscribed

if TYPE_CHECKING:
    from conftest import Bench

Made = Callable[..., "Bench"]


# --- tasks, tickets, people -----------------------------------------------------------------------------------------

TASK = {
    "task_id": "t",
    "description": "Call Ann",
    "task_type": "Call",
    "status": "done",
    "completed_at": "2026-06-01",
    "owner_id": "us",
}


def test_a_task_that_is_done_is_a_conversation(made: Made) -> None:
    link = {"task_id": "t", "contact_id": "ann"}
    given: dict[str, Any] = {
        "sourced.task": [TASK],
        "sourced.task_link": [link],
        "objects.task_link": [link],
        "objects.job_role": [{"contact_id": "ann", "company_id": "acme", "is_primary": True}],
        "sourced.conversation": [],
        "sourced.conversation_participant": [],
        "objects.company": [COMPANY],
    }
    found = made(given)
    (row,) = found.want("objects.conversation").to_dicts()
    assert (row["conversation_type"], row["subject"], row["company_id"]) == ("call", "Call Ann", "acme")
    assert (row["task_id"], row["derived_by"]) == ("t", "done_task_is_conversation")
    people = found.want("objects.conversation_participant")
    assert sorted(people.select("contact_id", "team_member_id", "role").rows(), key=str) == [
        ("ann", None, "to"),
        (None, "us", "from"),
    ]
    timeline = found.want("marts.timeline")
    assert timeline.select("kind", "company_id", "contact_id").rows() == [("call", "acme", "ann")]
    assert made(given, done_task_is_conversation=False).want("objects.conversation").height == 0
    for change in ({"status": "to_do"}, {"source_deleted_at": "2026-06-02"}):
        undone = made(given | {"sourced.task": [{**TASK, **change}]})
        assert undone.want("objects.conversation").height == 0


def test_a_ticket_that_asks_for_more_is_a_signal(made: Made) -> None:
    ticket = {
        "ticket_id": "t",
        "requester_id": "ann",
        "company_id": "acme",
        "status": "open",
        "opened_at": "2026-06-01",
    }
    given: dict[str, Any] = {
        "sourced.ticket": [{**ticket, "subject": "We need More Seats"}],
        "sourced.signal": [],
    }
    found = made(given)
    assert found.want("objects.ticket")["is_expansion_signal"].to_list() == [True]
    (row,) = found.want("objects.signal").to_dicts()
    assert (row["signal_type"], row["contact_id"], row["company_id"]) == ("expansion_request", "ann", "acme")
    assert (row["topic"], row["derived_by"]) == ("more seats", "ticket_asks_for_more")
    assert made(given, ticket_asks_for_more=False).want("objects.signal").height == 0
    assert made(given, ticket_asks_for_more=False).want("objects.ticket")["is_expansion_signal"].to_list() == [False]
    quiet = made(given | {"sourced.ticket": [{**ticket, "subject": "It is slow"}]})
    assert quiet.want("objects.signal").height == 0


def test_what_a_visitor_did_belongs_to_who_it_turned_out_to_be(made: Made) -> None:
    seen = {"anonymous_id": "a1", "signal_type": "page_view", "occurred_at": "2026-06-01"}
    given: dict[str, Any] = {
        "sourced.signal": [seen],
        "objects.visitor": [{"anonymous_id": "a1", "contact_id": "ann"}],
        "objects.job_role": [{"contact_id": "ann", "company_id": "acme", "is_primary": True}],
        "sourced.ticket": [],
    }
    assert made(given).want("objects.signal").select("contact_id", "company_id").rows() == [("ann", "acme")]
    off = made(given, visitor_becomes_known=False)
    assert off.want("objects.signal").select("contact_id", "company_id").rows() == [(None, None)]
    two = [{"anonymous_id": "a1", "contact_id": who} for who in ("ann", "bob")]
    assert made(given | {"objects.visitor": two}).want("objects.signal")["contact_id"].to_list() == [None]


def test_a_contact_known_by_address_belongs_to_the_company_with_that_domain(made: Made) -> None:
    given: dict[str, Any] = {
        "sourced.job_role": [],
        "objects.company_domain": [{"company_id": "acme", "domain": "acme.example"}],
        "objects.contact_email": [{"contact_id": "ann", "address": "ann@acme.example", "is_valid_syntax": True}],
    }
    rows = made(given).want("objects.job_role")
    assert rows.select("contact_id", "company_id", "derived_by").rows() == [("ann", "acme", "company_known_by_domain")]
    assert made(given, company_known_by_domain=False).want("objects.job_role").height == 0
    sent = [{"contact_id": "ann", "company_id": "other"}]
    assert ids(made(given | {"sourced.job_role": sent}).want("objects.job_role"), "company_id") == ["other"]


@pytest.mark.parametrize(
    ("term", "status"),
    [
        (None, "prospect"),
        ({"ends_at": None, "starts_at": "2026-08-01"}, "coming"),
        ({"ends_at": None}, "customer"),
        ({"ends_at": "2026-12-01", "canceled_at": "2026-05-01"}, "canceled"),
        ({"ends_at": "2025-12-01", "canceled_at": "2025-05-01", "status": "canceled"}, "lost"),
    ],
)
def test_the_status_of_a_customer_follows_its_subscriptions(
    made: Made, term: dict[str, Any] | None, status: str
) -> None:
    given = subscribed(**(term or {}))
    if term is None:
        given["sourced.subscription"] = []
    given["objects.company"] = [{**COMPANY, "lifecycle_phase": "Lost"}]
    assert made(given).want("intermediate.company_status")["customer_status"].to_list() == [status]
    off = made(given, customer_status_follows_subscriptions=False)
    assert off.want("intermediate.company_status")["customer_status"].to_list() == ["lost"]


def test_issues_are_ranked_by_what_their_companies_pay(made: Made) -> None:
    given = subscribed(ends_at=None, auto_renew=None, version={"valid_to": None})
    given["objects.issue"] = [
        {"issue_id": name, "title": name, "status_category": category}
        for name, category in (("small", "to_do"), ("big", "in_progress"), ("done", "done"))
    ]
    given["objects.issue_link"] = [{"issue_id": issue, "company_id": "acme"} for issue in ("big", "big", "done")]
    rows = made(given).want("marts.issue_value").sort("issue_id")
    assert rows.select("issue_id", "company_count", "combined_mrr", "combined_arr", "rank").rows() == [
        ("big", 1, 100, 1200, 1),
        ("done", 1, 100, 1200, None),
        ("small", 0, 0, 0, 2),
    ]
