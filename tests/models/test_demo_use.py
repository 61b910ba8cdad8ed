"""The demo's meetings and use of the product: times hold across changes of clocks, and both tell the story."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from models.demo.frames import World
from models.demo.recurrence import DAYS, Rule
from models.demo.world import AS_OF, make_world


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


def local(moment: datetime, zone: str) -> datetime:
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def test_a_series_keeps_its_local_time_when_clocks_change(world: World) -> None:
    series = {row["series_no"]: row for row in world["appointment_series"].to_dicts()}
    offsets: dict[int, set[timedelta]] = {}
    for row in world["appointments"].filter(pl.col("series_no").is_not_null()).to_dicts():
        rule = series[row["series_no"]]
        planned = row["original_starts_at"] or row["starts_at"]
        first, here = local(rule["first_starts_at"], rule["timezone"]), local(planned, rule["timezone"])
        assert (here.time(), here.weekday()) == (first.time(), first.weekday())
        assert f"BYDAY={DAYS[here.weekday()]}" in rule["rrule"] or "MONTHLY" in rule["rrule"]
        assert row["ends_at"] - row["starts_at"] == timedelta(minutes=rule["duration_minutes"])
        offsets.setdefault(row["series_no"], set()).add(here - planned)
    assert sum(len(seen) == 2 for seen in offsets.values()) > 50, "series across a change of clocks"
    assert {re.sub(r"BYDAY=.*", "", rule["rrule"]) for rule in series.values()} == {
        "FREQ=WEEKLY;",
        "FREQ=WEEKLY;INTERVAL=2;",
        "FREQ=MONTHLY;",
    }


def test_rules_give_the_occurrences_worked_out_by_hand() -> None:
    weekly = Rule(
        date(2026, 3, 17), datetime(2026, 1, 1, 9, 30).time(), "Europe/Berlin", 2, datetime(2026, 4, 28, 7, 30)
    )
    assert weekly.text == "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;UNTIL=20260428T073000Z"
    assert list(weekly.starts(AS_OF)) == [
        datetime(2026, 3, 17, 8, 30),
        datetime(2026, 3, 31, 7, 30),
        datetime(2026, 4, 14, 7, 30),
        datetime(2026, 4, 28, 7, 30),
    ]
    monthly = Rule(date(2025, 9, 12), datetime(2026, 1, 1, 14).time(), "America/New_York", 0, None)
    assert monthly.text == "FREQ=MONTHLY;BYDAY=2FR"
    assert list(monthly.starts(datetime(2025, 12, 12, 19, 0, 1))) == [
        datetime(2025, 9, 12, 18),
        datetime(2025, 10, 10, 18),
        datetime(2025, 11, 14, 19),
        datetime(2025, 12, 12, 19),
    ]


def test_occurrences_are_called_off_moved_and_end_with_the_customer(world: World) -> None:
    appointments = world["appointments"]
    assert (appointments["original_starts_at"].is_not_null() == appointments["is_moved"]).all()
    assert appointments.filter("is_moved", "is_canceled").is_empty()
    assert appointments["is_moved"].sum() > 100 < appointments["is_canceled"].sum()
    assert len(world["truth_appointment"]) == (~appointments["is_canceled"]).sum()
    ended = world["appointment_series"].filter(pl.col("rrule").str.contains("UNTIL="))
    last = appointments.group_by("series_no").agg(pl.col("starts_at").max())
    for row in ended.join(last, on="series_no").to_dicts():
        until = datetime.strptime(row["rrule"].split("UNTIL=")[1], "%Y%m%dT%H%M%SZ")
        assert row["starts_at"] <= until + timedelta(days=2)


def test_use_sinks_before_customers_leave_for_that(world: World) -> None:
    left = world["truth_decline"].filter(pl.col("lost_on").is_not_null(), cause="usage_drop")
    events = world["usage_events"].join(left.select("company_no", "lost_on"), on="company_no")
    before = (pl.col("lost_on") - pl.col("occurred_at").dt.date()).dt.total_days()
    early, late = events.filter(before.is_between(180, 270)).height, events.filter(before.is_between(0, 90)).height
    assert early > 100
    assert late < early * 0.3


def test_users_and_their_events_agree(world: World) -> None:
    seen = (
        world["usage_events"]
        .group_by("user_no")
        .agg(
            pl.col("occurred_at").min().alias("first"),
            pl.col("occurred_at").max().alias("last"),
            pl.first("company_no"),
        )
    )
    both = world["product_users"].join(seen, on="user_no", how="left", suffix="_event")
    assert (both["first_active_at"].eq_missing(both["first"])).all()
    assert (both["last_active_at"].eq_missing(both["last"])).all()
    assert (both["company_no"] == both["company_no_event"]).drop_nulls().all()
    assert (both["signed_up_at"] <= both["first"]).drop_nulls().all()
    assert set(both["status"]) == {"invited", "active", "inactive", "deactivated"}
    assert both["external_user_id"].is_unique().all()
    assert world["truth_usage"]["events"].sum() == len(world["usage_events"])
    row = world["truth_usage"].filter(pl.col("active_users") > 1).row(0, named=True)
    month = world["usage_events"].filter(
        pl.col("company_no") == row["company_no"], pl.col("occurred_at").dt.date().dt.month_start() == row["month"]
    )
    assert (row["active_users"], row["events"]) == (month["user_no"].n_unique(), len(month))


def test_a_champion_who_left_does_nothing_more(world: World) -> None:
    left = world["notes"].filter(pl.col("title") == "Champion left").select("company_no", "noted_at")
    assert len(left) >= 3
    first = world["contacts"].filter(~pl.col("is_role_address")).group_by("company_no").agg(pl.min("contact_no"))
    champions = first.join(left, on="company_no")
    users = world["product_users"].join(champions, on="contact_no")
    assert set(users["status"]) == {"deactivated"}
    assert (users["last_active_at"] < users["noted_at"]).drop_nulls().all()
    seen = (
        world["appointment_attendees"].join(champions, on="contact_no").join(world["appointments"], on="appointment_no")
    )
    assert seen.filter(
        pl.col("series_no").is_not_null(), pl.col("starts_at") > pl.col("noted_at") + timedelta(days=2)
    ).is_empty()


def test_visitors_are_anonymous_until_known(world: World) -> None:
    visitors, signals = world["visitors"], world["signals"]
    assert set(signals["anonymous_id"].drop_nulls()) == set(visitors["anonymous_id"])
    assert visitors["contact_no"].null_count() > 100 < visitors["contact_no"].count()
    assert (visitors["identified_at"].is_null() == visitors["contact_no"].is_null()).all()
    assert signals.filter(pl.col("anonymous_id").is_null(), pl.col("contact_no").is_null()).is_empty()
    both = signals.join(visitors, on="anonymous_id", suffix="_visitor")
    assert both.filter(
        pl.col("contact_no").is_not_null(), pl.col("contact_no") != pl.col("contact_no_visitor")
    ).is_empty()
    anonymous = both.filter(pl.col("contact_no").is_null(), pl.col("identified_at").is_not_null())
    assert len(anonymous) > 500
    assert (anonymous["occurred_at"] < anonymous["identified_at"]).all()
    known = both.filter(pl.col("contact_no").is_not_null())
    assert (known["occurred_at"] >= known["identified_at"]).all()
    assert {"referral", "review", "expansion_request", "form_fill", "download"} <= set(signals["signal_type"])
