"""Tickets: how long everything took, in calendar and business minutes, and what becomes of a ticket's text."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from ticket_rows import REOPENED, UTC_HOURS, case, times

from models.policy.support import Policy


def test_a_reopened_ticket_counts_to_its_first_and_its_last_solution(run_models: Any) -> None:
    row = times(run_models, REOPENED)
    assert (row["first_reply_minutes"], row["first_reply_business_minutes"]) == (3960, 120)
    assert (row["full_resolution_minutes"], row["full_resolution_business_minutes"]) == (5370, 570)
    assert (row["first_resolution_minutes"], row["first_resolution_business_minutes"]) == (4080, 240)
    assert (row["reopen_count"], row["reply_count"], row["is_one_touch"]) == (1, 1, False)


def test_waits_are_the_stays_in_each_status(run_models: Any) -> None:
    tables = case(
        "2026-01-12 09:00",
        events=[
            "2026-01-12 09:30 new>open",
            "2026-01-12 10:00 open>pending",
            "2026-01-12 16:30 pending>hold",
            "2026-01-13 09:15 hold>open",
            "2026-01-13 09:45:30 open>solved",
        ],
    )
    row = times(run_models, tables)
    assert (row["requester_wait_minutes"], row["requester_wait_business_minutes"]) == (60 + 1005 + 30, 60 + 45 + 30)
    assert (row["agent_wait_minutes"], row["agent_wait_business_minutes"]) == (390, 390)
    assert (row["agent_work_minutes"], row["agent_work_business_minutes"]) == (90, 90)
    assert (row["on_hold_minutes"], row["on_hold_business_minutes"]) == (1005, 45)


def test_a_ticket_never_answered_has_no_first_reply(run_models: Any) -> None:
    row = times(
        run_models, case("2026-01-09 16:00", messages=["2026-01-09 16:00 customer", "2026-01-10 16:00 customer"])
    )
    assert row["first_reply_minutes"] is None
    assert row["first_reply_business_minutes"] is None
    assert row["full_resolution_minutes"] is None
    assert row["reply_count"] == 0


def test_internal_notes_and_automatic_answers_are_no_reply(run_models: Any) -> None:
    tables = case(
        "2026-01-12 09:00",
        messages=[
            "2026-01-12 09:00 public",
            "2026-01-12 09:05 automatic",
            "2026-01-12 09:10 note",
            "2026-01-12 09:45 public",
            "2026-01-12 11:30 public",
        ],
        events=["2026-01-12 11:30 open>solved"],
    )
    row = times(run_models, tables)
    assert (row["first_reply_minutes"], row["full_resolution_minutes"]) == (45, 150)
    assert (row["reply_count"], row["is_one_touch"]) == (2, False)


def test_one_answer_and_solved_for_good_is_one_touch(run_models: Any) -> None:
    tables = case(
        "2026-01-12 09:00",
        messages=["2026-01-12 09:00 customer", "2026-01-12 09:45 public"],
        events=["2026-01-12 09:45 open>solved", "2026-01-19 09:45 solved>closed"],
    )
    row = times(run_models, tables)
    assert (row["is_one_touch"], row["reopen_count"], row["full_resolution_minutes"]) == (True, 0, 45)


def test_while_open_again_a_ticket_has_no_full_resolution(run_models: Any) -> None:
    tables = case("2026-01-12 09:00", events=["2026-01-12 10:00 open>solved", "2026-01-12 11:00 solved>open"])
    row = times(run_models, tables)
    assert (row["first_resolution_minutes"], row["full_resolution_minutes"]) == (60, None)
    assert (row["is_solved"], row["reopen_count"], row["is_one_touch"]) == (False, 1, None)


def test_minutes_are_cut_once_from_exact_seconds(run_models: Any) -> None:
    tables = case(
        "2026-01-12 08:59:30",
        messages=["2026-01-12 09:01:29 public"],
        events=["2026-01-12 09:00:40 new>open", "2026-01-12 09:01:00 open>pending", "2026-01-12 09:01:40 pending>open"],
    )
    row = times(run_models, tables, **{"meta.run": [{"as_of": datetime(2026, 1, 12, 9, 2)}]})
    assert (row["first_reply_minutes"], row["first_reply_business_minutes"]) == (1, 1)
    # 70 + 20 + 20 seconds, each less than the whole minutes they make together.
    assert (row["requester_wait_minutes"], row["agent_wait_minutes"]) == (1, 0)


def test_without_history_the_sources_own_times_count(run_models: Any) -> None:
    ticket = {"ticket_id": "T", "subject": "Help", "opened_at": "2026-01-09 16:00"}
    stated = {
        **ticket,
        "status": "closed",
        "first_replied_at": "2026-01-12 10:00",
        "solved_at": "2026-01-12 12:00",
        "reopen_count": 0,
        "reply_count": 1,
    }
    row = times(run_models, {"objects.ticket": [stated]})
    assert (row["first_reply_minutes"], row["first_reply_business_minutes"]) == (3960, 120)
    assert (row["full_resolution_minutes"], row["full_resolution_business_minutes"]) == (4080, 240)
    assert (row["first_resolution_minutes"], row["is_one_touch"]) == (4080, True)
    assert (row["requester_wait_minutes"], row["agent_wait_minutes"]) == (None, None)
    again = times(run_models, {"objects.ticket": [{**stated, "reopen_count": 2}]})
    assert (again["first_resolution_minutes"], again["full_resolution_minutes"]) == (None, 4080)


def test_what_happens_after_the_as_of_instant_is_not_known(run_models: Any) -> None:
    row = times(run_models, REOPENED, **{"meta.run": [{"as_of": datetime(2026, 1, 12, 12, 30)}]})
    assert (row["is_solved"], row["full_resolution_minutes"], row["reopen_count"]) == (True, 4080, 0)
    before = run_models(
        {**UTC_HOURS, **REOPENED, "meta.run": [{"as_of": datetime(2026, 1, 9, 15)}]}, "marts.ticket_times"
    )
    assert before["marts.ticket_times"].height == 0


def test_repeated_and_reordered_history_changes_nothing(run_models: Any) -> None:
    doubled = {**REOPENED, "objects.ticket_event": [*reversed(REOPENED["objects.ticket_event"])] * 2}
    for number, event in enumerate(doubled["objects.ticket_event"]):
        doubled["objects.ticket_event"][number] = {**event, "source_record_id": f"{number}"}
    assert times(run_models, doubled) == times(run_models, REOPENED)


def test_changes_of_one_second_keep_the_sources_order(run_models: Any) -> None:
    tables = case("2026-01-12 09:00", events=["2026-01-12 10:00 new>open", "2026-01-12 10:00 open>solved"])
    for number, event in zip(("9", "10"), tables["objects.ticket_event"], strict=True):
        event["source_record_id"] = number
    assert times(run_models, tables)["is_solved"] is True


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"time_zone": "Europe/Atlantis"}, "not a time zone"),
        ({"holiday_country": "ZZ"}, "no public holidays"),
        ({"holiday_subdivision": "XX"}, "not a part of DE"),
        ({"opening_hours": [{"weekday": "monday", "opens": "17:00", "closes": "09:00"}]}, "is not after"),
        (
            {
                "opening_hours": [
                    {"weekday": "monday", "opens": "09:00", "closes": "12:00"},
                    {"weekday": "monday", "opens": "11:00", "closes": "13:00"},
                ]
            },
            "overlap",
        ),
    ],
)
def test_impossible_opening_hours_are_refused(change: dict[str, Any], reason: str) -> None:
    fine = {
        "time_zone": "Europe/Berlin",
        "holiday_country": "DE",
        "holiday_subdivision": "",
        "own_holidays": [],
        "expansion_phrases": [],
        "opening_hours": [{"weekday": "monday", "opens": "09:00", "closes": "17:00"}],
    }
    assert Policy.model_validate(fine)
    with pytest.raises(ValueError, match=reason):
        Policy.model_validate({**fine, **change})


def test_months_sum_what_was_opened_answered_solved_and_rated(bench: Any) -> None:
    ticket = {"subject": "Help", "status": "solved", "channel": "email", "priority": "high", "company_id": "acme"}
    tickets = [
        {**ticket, "ticket_id": "a", "opened_at": "2026-01-31 23:00", "first_replied_at": "2026-02-01 00:00"}
        | {"solved_at": "2026-02-01 01:00", "csat": "good", "reply_count": 1},
        {**ticket, "ticket_id": "b", "opened_at": "2026-02-02 10:00", "first_replied_at": "2026-02-02 13:00"}
        | {"solved_at": "2026-02-02 14:00", "csat": "bad", "reply_count": 3, "reopen_count": 1},
        {**ticket, "ticket_id": "c", "opened_at": "2026-02-03 10:00", "status": "open", "csat": "offered"},
    ]
    made = bench(
        {
            **UTC_HOURS,
            "objects.ticket": tickets,
            "objects.company": [{"company_id": "acme", "name": "Acme", "segment": "big"}],
        }
    )
    january, february = made.want("marts.ticket_month").sort("month").to_dicts()
    assert {january["segment"], january["priority"], january["channel"]} == {"big", "high", "email"}
    assert (january["opened_count"], january["replied_count"], january["solved_count"]) == (1, 1, 0)
    assert (january["first_reply_minutes"], january["first_reply_business_minutes"]) == (60, 0)
    assert (february["opened_count"], february["replied_count"], february["solved_count"]) == (2, 1, 2)
    assert (february["median_first_reply_minutes"], february["full_resolution_minutes"]) == (180, 120 + 240)
    assert (february["csat_good_count"], february["csat_bad_count"]) == (1, 1)
    assert (february["one_touch_count"], february["reopened_count"]) == (1, 1)
    assert made.offenders("ticket_months_add_up").height == 0
    assert made.offenders("business_minutes_within_calendar").height == 0


def test_the_invariants_notice_impossible_minutes_and_lost_tickets(bench: Any) -> None:
    row = {
        "ticket_id": "T",
        **dict.fromkeys(("segment", "priority", "channel"), "any"),
        "opened_at": datetime(2026, 1, 12, 9),
        "is_solved": False,
        "first_reply_minutes": 10,
        "first_reply_business_minutes": 10,
    }
    right = bench({"marts.ticket_times": [row]})
    assert right.offenders("business_minutes_within_calendar").height == 0
    for wrong in ({"first_reply_business_minutes": 11}, {"on_hold_minutes": 1, "on_hold_business_minutes": 2}):
        broken = bench({"marts.ticket_times": [{**row, **wrong}]})
        assert broken.offenders("business_minutes_within_calendar").height == 1
    months = right.want("marts.ticket_month")
    lost = bench({"marts.ticket_times": [row, {**row, "ticket_id": "U"}], "marts.ticket_month": months})
    assert lost.offenders("ticket_months_add_up").height == 1
