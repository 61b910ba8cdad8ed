"""Business minutes: opening hours, public holidays, clock changes, and a count of every single minute beside them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import holidays
import polars as pl
import pytest
from ticket_rows import REOPENED, case, times

from models.intermediate import business_day
from models.policy.loading import load_policies


@pytest.mark.parametrize(
    ("opened", "replied", "expected"),
    [
        ("2026-03-27 15:00", "2026-03-30 08:00", 120),  # Fri 16:00 CET to Mon 10:00 CEST: the clock went forward
        ("2025-10-24 14:00", "2025-10-27 09:00", 120),  # Fri 16:00 CEST to Mon 10:00 CET: the clock went back
        ("2026-04-02 13:00", "2026-04-07 08:00", 180),  # over Good Friday and Easter Monday
        ("2025-12-24 15:00", "2025-12-29 09:00", 120),  # over both days of Christmas; the 24th is a working day
        ("2026-06-04 07:00", "2026-06-04 08:00", 60),  # Corpus Christi: a holiday in Bavaria, not in all of Germany
    ],
)
def test_business_minutes_honour_summer_time_and_holidays(
    run_models: Any, opened: str, replied: str, expected: int
) -> None:
    tables = case(opened, messages=[f"{replied} public"])
    made = run_models(tables, "marts.ticket_times")["marts.ticket_times"]
    assert made["first_reply_business_minutes"].to_list() == [expected]


def test_parts_of_a_country_and_own_holidays_are_closed_too(run_models: Any) -> None:
    bavaria = {"policy.support": [{"time_zone": "Europe/Berlin", "holiday_country": "DE", "holiday_subdivision": "BY"}]}
    corpus_christi = case("2026-06-04 07:00", messages=["2026-06-04 08:00 public"])
    assert times(run_models, corpus_christi, **bavaria)["first_reply_business_minutes"] == 0
    own = {"policy.support_own_holidays": [{"value": "2026-01-12"}]}
    assert times(run_models, REOPENED, **own)["first_reply_business_minutes"] == 60


def open_days(first: datetime, last: datetime, hours: Sequence[tuple[str, str, str]], zone: str) -> pl.DataFrame:
    frames = {
        "meta.run": pl.DataFrame({"as_of": [last]}),
        "intermediate.first_ticket": pl.DataFrame({"first_opened_at": [first]}),
        "policy.support": pl.DataFrame([{"time_zone": zone, "holiday_country": "DE", "holiday_subdivision": ""}]),
        "policy.support_opening_hours": pl.DataFrame(
            hours, schema=["weekday", "opens", "closes"], orient="row"
        ).with_columns(calendar=pl.lit("default")),
        "policy.support_own_holidays": pl.DataFrame({"value": []}, schema={"value": pl.String}),
        "policy.support_calendar": load_policies()["support_calendar"].clear(),
    }
    # The calendar goes on for more than a year; what is looked at are the days around the last.
    return business_day.build(frames).filter(pl.col("day_on") <= last.date() + timedelta(days=2))


def test_a_day_may_have_a_break_and_last_to_midnight() -> None:
    hours = [("monday", "09:00", "12:00"), ("monday", "13:00", "24:00")]
    made = open_days(datetime(2026, 1, 12), datetime(2026, 1, 12), hours, "Europe/Berlin")
    assert made["opens_at"].to_list() == [datetime(2026, 1, 12, 8), datetime(2026, 1, 12, 12)]
    assert made["closes_at"].to_list() == [datetime(2026, 1, 12, 11), datetime(2026, 1, 12, 23)]
    assert made["open_seconds_before"].to_list() == [0, 3 * 3600]


def test_days_of_a_clock_change_are_as_long_as_they_are() -> None:
    hours = [("sunday", "00:00", "24:00")]
    spring = open_days(datetime(2026, 3, 29), datetime(2026, 3, 29), hours, "Europe/Berlin").row(0, named=True)
    autumn = open_days(datetime(2025, 10, 26), datetime(2025, 10, 26), hours, "Europe/Berlin").row(0, named=True)
    assert spring["closes_at"] - spring["opens_at"] == timedelta(hours=23)
    assert autumn["closes_at"] - autumn["opens_at"] == timedelta(hours=25)


def test_an_opening_time_that_the_clock_skips_is_the_change_itself() -> None:
    made = open_days(datetime(2026, 3, 29), datetime(2026, 3, 29), [("sunday", "02:30", "04:00")], "Europe/Berlin")
    assert made["opens_at"].to_list() == [datetime(2026, 3, 29, 1)]
    assert made["closes_at"].to_list() == [datetime(2026, 3, 29, 2)]


def open_minutes(first: datetime, last: datetime) -> list[int]:
    """The oracle: how many minutes were open by each minute, found by looking at every single one."""
    berlin, utc = ZoneInfo("Europe/Berlin"), ZoneInfo("UTC")
    closed = holidays.country_holidays("DE", years=range(first.year, last.year + 1))
    counted, at = [0], first
    while at < last:
        local = at.replace(tzinfo=utc).astimezone(berlin)
        is_open = local.weekday() < 5 and 9 <= local.hour < 17 and local.date() not in closed
        counted.append(counted[-1] + is_open)
        at += timedelta(minutes=1)
    return counted


@pytest.mark.parametrize(
    ("first", "days"),
    [
        (datetime(2026, 3, 20), 24),
        (datetime(2025, 10, 20), 20),
        (datetime(2025, 12, 18), 21),
        (datetime(2026, 4, 27), 32),
    ],
    ids=["spring clock and Easter", "autumn clock", "Christmas and New Year", "May holidays"],
)
def test_business_minutes_agree_with_counting_every_minute(run_models: Any, first: datetime, days: int) -> None:
    counted = open_minutes(first, first + timedelta(days=days))
    draw = random.Random(first.toordinal())
    pairs = [sorted(draw.sample(range(len(counted)), 2)) for _ in range(300)]
    tickets = [
        {
            "ticket_id": f"T{number:04}",
            "subject": "Help",
            "status": "solved",
            "opened_at": first + timedelta(minutes=start),
            "solved_at": first + timedelta(minutes=end),
        }
        for number, (start, end) in enumerate(pairs)
    ]
    made = run_models({"objects.ticket": tickets}, "marts.ticket_times")["marts.ticket_times"].sort("ticket_id")
    assert made["full_resolution_minutes"].to_list() == [end - start for start, end in pairs]
    assert made["full_resolution_business_minutes"].to_list() == [counted[end] - counted[start] for start, end in pairs]
