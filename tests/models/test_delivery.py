"""Services: what was handed over, whether it is in time, and that in a sentence; wishes and asks for more."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from behaviour_rows import subscribed

TODAY = date(2026, 7, 1)
SERVICE = {"service_id": "S", "company_id": "acme", "name": "Onboarding", "status": "active", "starts_on": "2026-05-01"}


def part(number: int, due: str | None, **given: Any) -> dict[str, Any]:
    row = {"deliverable_id": f"D{number}", "service_id": "S", "name": f"Part {number}", "status": "planned"}
    return {**row, "due_on": due, **given}


def progress(bench: Any, *parts: dict[str, Any], given: dict[str, Any] | None = None, **service: Any) -> dict[str, Any]:
    made = bench({"objects.service": [{**SERVICE, **service}], "objects.deliverable": parts, **(given or {})})
    row: dict[str, Any] = made.want("marts.service_progress").row(0, named=True)
    assert not made.offenders("services_within_agreed").height
    return row


DONE = [part(number, "2026-06-01", status="delivered", delivered_on="2026-06-01") for number in range(8)]
ACCEPTED = [part(8, "2026-06-01", status="accepted"), part(9, "2026-06-01", accepted_on="2026-06-20")]
AHEAD = [part(10, "2026-07-01"), part(11, "2026-08-01", status="in_progress")]
SESSION = {"last_session_at": "2026-06-03 10:00"}


def test_progress_is_told_in_a_sentence(bench: Any) -> None:
    row = progress(bench, *DONE, *ACCEPTED, *AHEAD, **SESSION)
    assert row["sentence"] == "10 of 12 delivered, on track, last session on 3 Jun 2026"
    assert (row["deliverable_count"], row["delivered_count"], row["accepted_count"], row["late_count"]) == (
        12,
        10,
        2,
        0,
    )
    assert (row["next_due_on"], row["days_late"], row["is_on_track"]) == (TODAY, 0, True)


@pytest.mark.parametrize(
    ("service", "due", "words", "state"),
    [
        ({}, "2026-06-30", "1 day late", "late"),
        ({}, "2026-06-10", "21 days late", "late"),
        ({"health": "at_risk"}, "2026-06-10", "21 days late, at risk", "late"),
        ({"health": "needs_attention"}, "2026-07-01", "needs attention", "needs_attention"),
        ({"health": "on_track", "due_on": "2026-06-28"}, "2026-07-01", "3 days late", "late"),
        ({"due_on": "2026-07-01"}, None, "on track", "on_track"),
        ({"status": "paused"}, "2026-06-10", "paused", "paused"),
        ({"status": "complete", "completed_on": "2026-06-12"}, "2026-06-10", "complete since 12 Jun 2026", "complete"),
        ({"status": None, "completed_on": "2026-06-12"}, "2026-06-10", "complete since 12 Jun 2026", "complete"),
        ({"status": "complete"}, "2026-06-10", "complete", "complete"),
    ],
)
def test_lateness_is_counted_from_the_first_day_missed_while_it_runs(
    bench: Any, service: dict[str, Any], due: str | None, words: str, state: str
) -> None:
    row = progress(bench, part(0, "2026-06-20", status="delivered"), part(1, due), **SESSION, **service)
    assert row["sentence"] == f"1 of 2 delivered, {words}, last session on 3 Jun 2026"
    assert row["state"] == state
    runs = row["status"] == "active"
    assert row["is_on_track"] == (state == "on_track" if runs else None)
    assert (row["days_late"] is None) == (not runs)


def test_what_was_handed_over_late_is_counted(bench: Any) -> None:
    """One late, one on its day, one accepted before and handed over after it, one nobody says when, one ahead."""
    parts = [
        part(0, "2026-06-01", status="delivered", delivered_on="2026-06-02"),
        part(1, "2026-06-01", status="delivered", delivered_on="2026-06-01"),
        part(2, "2026-06-01", status="accepted", delivered_on="2026-06-03", accepted_on="2026-06-01"),
        part(3, "2026-06-01", status="delivered", updated_at="2026-06-20"),
        part(4, "2026-06-01", delivered_on="2026-07-09"),
    ]
    row = progress(bench, *parts)
    assert (row["delivered_count"], row["delivered_late_count"], row["late_count"]) == (4, 1, 1)


def test_a_milestone_missed_is_late_too_and_counts_where_nothing_is_handed_over(bench: Any) -> None:
    points = [
        {
            "milestone_id": "A",
            "service_id": "S",
            "name": "Kick-off",
            "due_on": "2026-05-02",
            "reached_on": "2026-05-02",
        },
        {"milestone_id": "B", "service_id": "S", "name": "Live", "due_on": "2026-06-29", "reached_on": "2026-07-02"},
        {
            "milestone_id": "C",
            "service_id": "S",
            "name": "Gone",
            "due_on": "2026-05-01",
            "source_deleted_at": "2026-06-01",
        },
    ]
    row = progress(bench, given={"objects.milestone": points})
    assert row["sentence"] == "1 of 2 milestones reached, 2 days late, no session yet"
    assert row["late_count"] == 0
    assert progress(bench)["sentence"] == "nothing to hand over, on track, no session yet"


def test_sessions_are_those_held_and_the_next_one_planned(bench: Any) -> None:
    sessions = [
        {
            "appointment_id": f"A{number}",
            "service_id": "S",
            "title": "Session",
            "starts_at": at,
            "pipeline_stage": stage,
        }
        for number, (at, stage) in enumerate(
            [("2026-07-08 09:00", "canceled"), ("2026-07-20 09:00", "preparation"), ("2026-07-09 09:00", None)]
        )
    ]
    row = progress(bench, given={"objects.appointment": sessions}, starts_on="2026-07-05", last_session_at="2026-07-09")
    assert row["sentence"] == "nothing to hand over, starts on 5 Jul 2026, next on 9 Jul 2026"
    assert (row["state"], row["is_on_track"], row["last_session_at"]) == ("planned", True, None)
    assert row["next_session_at"] == datetime(2026, 7, 9, 9)


def test_counts_agree_with_counting_by_hand(bench: Any) -> None:
    draw = random.Random(3)
    parts = []
    for number in range(300):
        due = TODAY + timedelta(days=draw.randint(-20, 20))
        status = draw.choice(["planned", "scheduled", "in_progress", "delivered", "accepted"])
        parts.append(part(number, due.isoformat(), service_id=f"S{draw.randrange(40)}", status=status))
    services = [{**SERVICE, "service_id": f"S{number}"} for number in range(40)]
    made = bench({"objects.service": services, "objects.deliverable": parts})
    for row in made.want("marts.service_progress").rows(named=True):
        own = [each for each in parts if each["service_id"] == row["service_id"]]
        open_dues = [
            date.fromisoformat(each["due_on"]) for each in own if each["status"] not in ("delivered", "accepted")
        ]
        missed = [due for due in open_dues if due < TODAY]
        assert row["deliverable_count"] == len(own)
        assert row["delivered_count"] == len(own) - len(open_dues)
        assert row["accepted_count"] == sum(each["status"] == "accepted" for each in own)
        assert row["late_count"] == len(missed)
        assert row["days_late"] == max(((TODAY - due).days for due in missed), default=0)
        assert row["next_due_on"] == min((due for due in open_dues if due >= TODAY), default=None)
    assert not made.offenders("services_within_agreed").height
    made.con.execute("update marts.service_progress set accepted_count = 999 where service_id = 'S1'").fetchall()
    made.con.execute("delete from marts.service_progress where service_id = 'S2'").fetchall()
    assert sorted(made.offenders("services_within_agreed")["service_id"].to_list()) == ["S1", "S2"]


def test_feature_requests_are_ranked_apart(bench: Any) -> None:
    given = subscribed(ends_at=None, auto_renew=None, version={"valid_to": None})
    kinds = {"bug": "Bug", "wish": " Feature Request ", "idea": "Idea", "made": "Improvement", "task": None}
    given["objects.issue"] = [
        {"issue_id": name, "title": name, "issue_type": kind, "status_category": "done" if name == "made" else None}
        for name, kind in kinds.items()
    ]
    given["objects.issue_link"] = [{"issue_id": issue, "company_id": "acme"} for issue in ("bug", "idea", "made")]
    rows = bench(given).want("marts.issue_value").sort("issue_id")
    assert rows.select("issue_id", "rank", "is_feature_request", "feature_rank").rows() == [
        ("bug", 1, False, None),
        ("idea", 2, True, 1),
        ("made", None, True, None),
        ("task", 3, False, None),
        ("wish", 4, True, 2),
    ]


def test_asks_for_more_stand_with_what_is_paid_and_what_followed(bench: Any) -> None:
    given = subscribed(ends_at=None, auto_renew=None, version={"valid_to": None})
    given["objects.company"] = [
        *given["objects.company"],
        *({"company_id": name, "name": name} for name in ("won", "lost", "talks", "renews")),
    ]
    ticket = {"subject": "Could we have more seats?", "status": "open", "opened_at": "2026-05-01"}
    given["sourced.ticket"] = [
        {**ticket, "ticket_id": "T1", "company_id": "acme"},
        {**ticket, "ticket_id": "T2", "company_id": "acme", "subject": "Broken"},
        {**ticket, "ticket_id": "T3", "company_id": None},
        *({**ticket, "ticket_id": name, "company_id": name} for name in ("won", "lost", "talks", "renews")),
    ]
    given["sourced.signal"] = [
        {"signal_id": "G", "company_id": "acme", "signal_type": "expansion_request", "occurred_at": "2024-03-01"},
        {"signal_id": "V", "company_id": "acme", "signal_type": "page_view", "occurred_at": "2026-05-02"},
    ]
    given["objects.opportunity"] = [
        {
            "opportunity_id": f"{company} {number}",
            "company_id": company,
            "title": "More",
            "stage": "any",
            "status": status,
            "opportunity_type": kind,
            "created_at": f"2026-05-0{number}" if number else "2026-04-30",
        }
        for company, number, status, kind in [
            ("acme", 0, "lost", None),
            ("won", 2, "lost", "upsell"),
            ("won", 3, "won", "upsell"),
            ("lost", 2, "lost", None),
            ("talks", 2, "lost", None),
            ("talks", 3, "suspended", None),
            ("renews", 2, "open", "renewal"),
        ]
    ]
    grown = {"item": "more seats", "valid_from": "2025-02-10", "valid_to": None}
    (version,) = given["sourced.subscription_version"]
    given["sourced.subscription_version"] = [version, {**version, **grown}]
    made = bench(given)
    rows = made.want("marts.expansion_ask").sort("rank", "object_id", nulls_last=True)
    assert rows.select("object_id", "state", "opportunity_id", "rank").rows() == [
        ("T1", "open", None, 1),
        ("renews", "open", None, 2),
        ("talks", "in_sales", "talks 3", 3),
        ("G", "answered", None, None),
        ("lost", "declined", "lost 2", None),
        ("won", "answered", "won 3", None),
    ]
    assert rows.filter(object_id="T1").select("phrase", "mrr", "arr").row(0) == ("more seats", 200, 2400)
    assert rows.filter(object_id="G")["grown_on"].to_list() == [date(2025, 2, 10)]
    assert not made.offenders("asks_for_more_once").height
    made.con.execute("delete from marts.expansion_ask where object_id = 'T1'").fetchall()
    made.con.execute("update marts.expansion_ask set rank = null where object_id = 'talks'").fetchall()
    assert sorted(made.offenders("asks_for_more_once")["object_id"].to_list()) == ["T1", "renews", "talks"]


@pytest.mark.parametrize(
    ("asked", "grown", "followed", "state"),
    [
        ("2025-07-01", None, None, "open"),
        ("2025-06-30", None, None, "lapsed"),
        ("2025-03-01", "2026-03-01", None, "answered"),
        ("2025-02-28", "2026-03-01", None, "lapsed"),
        ("2025-02-28", None, "2026-02-28", "in_sales"),
        ("2025-02-28", None, "2026-03-01", "lapsed"),
    ],
)
def test_what_comes_after_a_year_is_no_answer(
    bench: Any, asked: str, grown: str | None, followed: str | None, state: str
) -> None:
    given = subscribed(ends_at=None, auto_renew=None, version={"valid_to": None})
    if grown:
        (version,) = given["sourced.subscription_version"]
        more = {**version, "item": "more seats", "valid_from": grown, "valid_to": None}
        given["sourced.subscription_version"] = [version, more]
    if followed:
        deal = {"opportunity_id": "o", "company_id": "acme", "title": "More", "stage": "any", "status": "open"}
        given["objects.opportunity"] = [{**deal, "created_at": followed}]
    signal = {"signal_id": "G", "company_id": "acme", "signal_type": "expansion_request", "occurred_at": asked}
    made = bench({**given, "sourced.signal": [signal]})
    (row,) = made.want("marts.expansion_ask").to_dicts()
    assert row["state"] == state
    assert (row["rank"] is None) == (state not in ("open", "in_sales"))
    assert (row["grown_on"] is None) == (state != "answered")
