"""Promises on tickets: when they fall due, what stops their clock, and whether they are kept."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import holidays
import pytest
from sla_rows import ALWAYS, CONTRACT, kept, promised, told
from ticket_rows import REOPENED, UTC_HOURS, case

from models.policy import support
from models.policy.loading import load_policies

Tables = Mapping[str, Any]


def test_a_reopened_ticket_runs_to_its_last_solution(bench: Any) -> None:
    rows = kept(bench, promised(REOPENED, **UTC_HOURS))
    # Friday 16:00 and two open hours: Monday 10:00, to the second when it was answered.
    assert told(rows["first_response"]) == ("met", 120, 120, 0, datetime(2026, 1, 12, 10))
    # An hour on Friday, eight on Monday, one on Tuesday.
    assert told(rows["resolution"]) == ("met", 600, 570, 30, datetime(2026, 1, 13, 10))
    late = kept(bench, promised(REOPENED, {"sla_resolution_minutes": 569}, **UTC_HOURS))["resolution"]
    assert told(late) == ("missed", 569, 570, -1, datetime(2026, 1, 13, 9, 29))


@pytest.mark.parametrize(
    ("replied", "state", "elapsed", "left"),
    [
        ("2026-01-12 10:59:59", "met", 119, 0),
        ("2026-01-12 11:00", "met", 120, 0),
        ("2026-01-12 11:00:01", "missed", 120, -1),
        ("2026-01-12 12:30", "missed", 210, -90),
    ],
)
def test_a_promise_used_up_to_the_second_is_kept(bench: Any, replied: str, state: str, elapsed: int, left: int) -> None:
    row = kept(bench, promised(case("2026-01-12 09:00", messages=[f"{replied} public"]), **UTC_HOURS))["first_response"]
    assert told(row) == (state, 120, elapsed, left, datetime(2026, 1, 12, 11))


def test_what_is_answered_while_closed_is_not_later_than_closing_time(bench: Any) -> None:
    friday = case("2026-01-09 15:00", messages=["2026-01-10 12:00 public"])
    assert told(kept(bench, promised(friday, **UTC_HOURS))["first_response"]) == (
        "met", 120, 120, 0, datetime(2026, 1, 9, 17),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("opened", "minutes", "due"),
    [
        ("2026-03-27 15:00", 120, "2026-03-30 08:00"),  # Fri 16:00 CET to Mon 10:00 CEST: the clock went forward
        ("2025-10-24 14:00", 120, "2025-10-27 09:00"),  # Fri 16:00 CEST to Mon 10:00 CET: the clock went back
        ("2026-04-02 13:00", 180, "2026-04-07 08:00"),  # over Good Friday and Easter Monday
        ("2026-06-27 10:00", 60, "2026-06-29 08:00"),  # opened on a Saturday
    ],
)
def test_due_times_honour_summer_time_and_holidays(bench: Any, opened: str, minutes: int, due: str) -> None:
    contract = {"sla_first_response_minutes": minutes}
    row = kept(bench, promised(case(opened, messages=[f"{due} public"]), contract))["first_response"]
    assert told(row) == ("met", minutes, minutes, 0, datetime.fromisoformat(due))


@pytest.mark.parametrize(
    ("zone", "opened", "hours"), [("Europe/Berlin", "2026-03-28 23:00", 23), ("Europe/Berlin", "2025-10-25 22:00", 25)]
)
def test_sundays_of_a_clock_change_are_as_long_as_they_are(bench: Any, zone: str, opened: str, hours: int) -> None:
    sundays = {
        "policy.support": [{"time_zone": zone, "holiday_country": "DE", "holiday_subdivision": ""}],
        "policy.support_opening_hours": [
            {"weekday": "sunday", "opens": "00:00", "closes": "24:00", "calendar": "default"}
        ],
    }
    contract = {"sla_first_response_minutes": hours * 60}
    row = kept(bench, promised(case(opened), contract, **sundays))["first_response"]
    assert row["due_at"] == datetime.fromisoformat(opened) + timedelta(hours=hours)


def test_own_holidays_put_off_what_is_due(bench: Any) -> None:
    own = {"policy.support_own_holidays": [{"value": "2026-01-12"}]}
    row = kept(bench, promised(case("2026-01-09 16:00"), **UTC_HOURS, **own))["first_response"]
    assert row["due_at"] == datetime(2026, 1, 13, 10)


def test_a_clock_day_and_night_never_stops(bench: Any) -> None:
    tables = promised(case("2026-04-03 23:30", messages=["2026-04-04 01:31 public"]), **ALWAYS)
    row = kept(bench, tables)["first_response"]
    assert (row["calendar"], *told(row)) == ("always", "missed", 120, 121, -1, datetime(2026, 4, 4, 1, 30))
    times = bench(tables).want("marts.ticket_times")
    assert times["first_reply_business_minutes"].to_list() == times["first_reply_minutes"].to_list() == [121]


@pytest.mark.parametrize(
    ("rule", "calendar"),
    [
        ([], "default"),
        ([("segment", "startup", "always")], "always"),
        ([("segment", "enterprise", "always")], "default"),
        ([("country", "DE", "late"), ("segment", "startup", "always")], "late"),
        ([("sla_name", "Gold", "always"), ("country", "DE", "late")], "always"),
    ],
)
def test_a_ticket_is_measured_by_the_calendar_of_its_level_country_or_segment(
    bench: Any, tmp_path: Path, rule: list[tuple[str, str, str]], calendar: str
) -> None:
    shipped = (Path(support.__file__).parent / "support.toml").read_text()
    late = '[[calendar]]\nname = "late"\n[[opening_hours]]\ncalendar = "late"\nweekday = "friday"\nopens = "20:00"\n'
    rules = [f'[[calendar_for]]\nfield = "{f}"\nvalue = "{v}"\ncalendar = "{c}"\n' for f, v, c in rule]
    (tmp_path / "support.toml").write_text("\n".join([shipped, late + 'closes = "22:00"', *rules]))
    made = bench(promised(case("2026-01-09 16:00")), tmp_path)
    row = made.want("marts.ticket_sla").filter(measure="first_response").row(0, named=True)
    assert row["calendar"] == calendar
    dues = {"default": "2026-01-12 09:00", "always": "2026-01-09 18:00", "late": "2026-01-09 22:00"}
    assert row["due_at"] == datetime.fromisoformat(dues[calendar]) + timedelta(hours=calendar == "default")


PAUSED = [
    "2026-01-12 10:00 new>pending",
    "2026-01-12 14:00 pending>hold",
    "2026-01-12 15:00 hold>open",
    "2026-01-12 16:00 open>solved",
]


def test_pending_stops_the_clock_of_the_solution_only(bench: Any) -> None:
    ticket = case("2026-01-12 09:00", messages=["2026-01-12 14:30 public"], events=PAUSED, status="solved")
    rows = kept(bench, promised(ticket, {"sla_resolution_minutes": 180}, **UTC_HOURS))
    assert told(rows["first_response"]) == ("missed", 120, 330, -210, datetime(2026, 1, 12, 11))
    # An hour before the pause, two after it: used up at 16:00, when it was solved.
    assert told(rows["resolution"]) == ("met", 180, 180, 0, datetime(2026, 1, 12, 16))
    # A pause after it fell due does not move the due time.
    soon = kept(bench, promised(ticket, {"sla_resolution_minutes": 30}, **UTC_HOURS))["resolution"]
    assert told(soon) == ("missed", 30, 180, -150, datetime(2026, 1, 12, 9, 30))
    held = {"policy.sla_pauses": [{"value": "pending"}, {"value": "hold"}]}
    assert kept(bench, promised(ticket, **UTC_HOURS, **held))["resolution"]["elapsed_minutes"] == 120


@pytest.mark.parametrize(
    ("as_of", "state", "elapsed", "is_paused", "due"),
    [
        ("2026-01-12 09:30", "at_risk", 30, False, "2026-01-12 11:00"),
        ("2026-01-12 13:00", "running", 60, True, "2026-01-12 14:00"),
        ("2026-01-12 14:59", "at_risk", 119, False, "2026-01-12 15:00"),
        ("2026-01-12 15:30", "overdue", 150, False, "2026-01-12 15:00"),
    ],
)
def test_an_open_ticket_runs_stands_or_is_overdue(
    bench: Any, as_of: str, state: str, elapsed: int, is_paused: bool, due: str
) -> None:
    ticket = case("2026-01-12 09:00", events=PAUSED)
    ticket["meta.run"] = [{"as_of": datetime.fromisoformat(as_of)}]
    row = kept(bench, promised(ticket, {"sla_resolution_minutes": 120}, **UTC_HOURS))["resolution"]
    assert (row["state"], row["elapsed_minutes"], row["is_paused"]) == (state, elapsed, is_paused)
    assert (row["due_at"], row["ended_at"]) == (datetime.fromisoformat(due), None)


def test_an_unanswered_ticket_is_overdue_and_counts_as_broken_when_it_fell_due(bench: Any) -> None:
    made = bench(promised(case("2026-01-30 16:00"), {"sla_resolution_minutes": None}, **UTC_HOURS))
    row = made.want("marts.ticket_sla").filter(measure="first_response").row(0, named=True)
    assert (row["state"], row["due_at"], row["ended_at"]) == ("overdue", datetime(2026, 2, 2, 10), None)
    month = made.want("marts.sla_month").row(0, named=True)
    assert str(month["month"]) == "2026-02-01"
    assert (month["met_count"], month["missed_count"], month["overdue_count"]) == (0, 1, 1)
    assert month["missed_minutes"] == row["elapsed_minutes"] - 120


def test_the_time_between_a_solution_and_the_reopening_may_be_left_out(bench: Any) -> None:
    tables = promised(REOPENED, **UTC_HOURS) | {"policy.sla_pauses": [{"value": "solved"}, {"value": "closed"}]}
    assert told(kept(bench, tables)["resolution"]) == ("met", 600, 510, 90, datetime(2026, 1, 13, 11))


def test_without_history_nothing_pauses(bench: Any) -> None:
    stated = case(
        "2026-01-12 09:00", status="solved", solved_at="2026-01-12 16:00", first_replied_at="2026-01-12 10:00"
    )
    rows = kept(bench, promised(stated, {"sla_resolution_minutes": 180}, **UTC_HOURS))
    assert told(rows["first_response"])[:3] == ("met", 120, 60)
    assert told(rows["resolution"]) == ("missed", 180, 420, -240, datetime(2026, 1, 12, 12))


def test_a_solution_without_a_word_is_the_answer(bench: Any) -> None:
    ticket = case("2026-01-12 09:00", events=["2026-01-12 10:30 new>solved"], status="solved")
    assert told(kept(bench, promised(ticket, **UTC_HOURS))["first_response"])[:3] == ("met", 120, 90)
    unknown = case("2026-01-12 09:00", status="solved")
    assert kept(bench, promised(unknown, **UTC_HOURS))["resolution"]["state"] == "unknown"


def test_a_wrong_state_is_found(bench: Any) -> None:
    made = bench(promised(REOPENED, **UTC_HOURS))
    made.want("marts.sla_month")
    made.con.execute("update marts.ticket_sla set state = 'missed' where measure = 'resolution'").fetchall()
    assert made.offenders("sla_state_follows_due").height == 1
    assert made.offenders("sla_months_add_up").height == 1


FIRST = datetime(2026, 3, 20)


def is_open(at: datetime, closed: Mapping[Any, Any], calendar: str) -> bool:
    local = at.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo("Europe/Berlin"))
    return calendar == "always" or (local.weekday() < 5 and 9 <= local.hour < 17 and local.date() not in closed)


def walked(stays: Sequence[tuple[datetime, str]], end: datetime, target: int, calendar: str) -> tuple[int, datetime]:
    """The oracle: elapsed minutes and the due time, found by walking through every minute; a clock not used up by the
    end goes on, as if the ticket were open."""
    closed = holidays.country_holidays("DE", years=2026)
    at, elapsed, left, due = stays[0][0], 0, target, None
    while at < end or due is None:
        status = [name for begins, name in stays if begins <= at][-1] if at < end else "open"
        if status != "pending" and is_open(at, closed, calendar):
            elapsed += at < end
            left -= 1
        at += timedelta(minutes=1)
        if due is None and left == 0:
            due = at
    return elapsed, due


@pytest.mark.parametrize("calendar", ["default", "always"])
def test_clocks_agree_with_walking_through_every_minute(bench: Any, calendar: str) -> None:
    draw = random.Random(calendar)
    tickets, events, contracts, expected = [], [], [], {}
    for number in range(60):
        at = FIRST + timedelta(minutes=draw.randrange(20 * 1440))
        stays, status = [(at, "new")], "new"
        moments = sorted(draw.sample(range(1, 9 * 1440), draw.randint(1, 5)))
        for moment in moments[:-1]:
            status = draw.choice([each for each in ("open", "pending", "hold") if each != status])
            stays.append((at + timedelta(minutes=moment), status))
        end, target = at + timedelta(minutes=moments[-1]), draw.randint(1, 3000)
        name = f"{number:02}"
        tickets.append({"ticket_id": name, "company_id": name, "subject": "Help", "status": "solved", "opened_at": at})
        turns = [*stays[1:], (end, "solved")]
        for (_, old), (moment, new) in zip(stays, turns, strict=True):
            row = {"ticket_id": name, "occurred_at": moment, "field_name": "status"}
            events.append({**row, "old_value": old, "new_value": new})
        contracts.append({**CONTRACT, "contract_id": name, "company_id": name, "sla_resolution_minutes": target})
        expected[name] = walked(stays, end, target, calendar)
    tables = {
        "objects.ticket": tickets,
        "objects.ticket_event": events,
        "objects.contract": contracts,
        "objects.company": [{"company_id": row["company_id"], "name": "A company"} for row in contracts],
        **(ALWAYS if calendar == "always" else {}),
    }
    made = bench(tables)
    rows = made.want("marts.ticket_sla").filter(measure="resolution").rows(named=True)
    assert {row["ticket_id"]: (row["elapsed_minutes"], row["due_at"]) for row in rows} == expected
    assert {row["state"] for row in rows} == {"met", "missed"}
    assert load_policies()["sla_pauses"]["value"].to_list() == ["pending"]
    assert not made.offenders("sla_state_follows_due").height
    assert not made.offenders("sla_months_add_up").height
