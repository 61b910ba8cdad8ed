"""Repetition and time zones of calendars: compared with an independent library, at clock changes, and within bounds."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import icalendar
import pytest
import recurring_ical_events
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.calendar.reader import read_calendar
from connectors.calendar.repeat import MAX_BARREN_RULES, MAX_OCCURRENCES
from connectors.reading.frames import REJECTED
from connectors.reading.resource import Export

BERLIN = "DTSTART;TZID=Europe/Berlin"


def read(path: Path, *events: tuple[str, ...], around: tuple[str, ...] = ()) -> tuple[list[dict[str, Any]], list[str]]:
    """The rows of the events, and the reasons of those that were refused."""
    lines = ["BEGIN:VCALENDAR", *around]
    for number, event in enumerate(events):
        lines += ["BEGIN:VEVENT", f"UID:{number}", *event, "END:VEVENT"]
    file = path / "a.ics"
    file.write_text("\r\n".join([*lines, "END:VCALENDAR"]))
    frames: dict[str, list[dict[str, Any]]] = {"events": [], REJECTED: []}
    for name, frame in read_calendar(file, Export(file, "a.ics", "a")):
        frames[name] += frame.to_dicts()
    return frames["events"], [row["reason"] for row in frames[REJECTED]]


def starts(path: Path, *event: str, around: tuple[str, ...] = ()) -> list[str]:
    rows, reasons = read(path, event, around=around)
    assert reasons == []
    return [one["starts"] for one in json.loads(rows[0]["occurrences"])]


def test_local_time_stays_when_the_clock_changes(tmp_path: Path) -> None:
    assert starts(tmp_path, f"{BERLIN}:20260327T093000", "RRULE:FREQ=DAILY;COUNT=4") == [
        "2026-03-27T08:30:00Z",
        "2026-03-28T08:30:00Z",
        "2026-03-29T07:30:00Z",
        "2026-03-30T07:30:00Z",
    ]


def test_a_time_that_is_left_out_or_comes_twice(tmp_path: Path) -> None:
    # 02:30 does not exist on 29 March 2026 in Berlin: it counts from the offset before, 03:30 on the new clock
    assert starts(tmp_path, f"{BERLIN}:20260328T023000", "RRULE:FREQ=DAILY;COUNT=3")[1] == "2026-03-29T01:30:00Z"
    # and comes twice on 25 October: the first one counts
    assert starts(tmp_path, f"{BERLIN}:20261025T023000") == ["2026-10-25T00:30:00Z"]


def test_lengths_are_exact_by_dtend_and_nominal_by_duration(tmp_path: Path) -> None:
    night = (f"{BERLIN}:20260327T220000", "RRULE:FREQ=DAILY;COUNT=2")
    rows, _ = read(tmp_path, (*night, "DTEND;TZID=Europe/Berlin:20260328T220000"), (*night, "DURATION:P1D"))
    ends = [[one["ends"] for one in json.loads(row["occurrences"])] for row in rows]
    assert ends == [
        ["2026-03-28T21:00:00Z", "2026-03-29T21:00:00Z"],
        ["2026-03-28T21:00:00Z", "2026-03-29T20:00:00Z"],
    ]


@pytest.mark.parametrize(
    ("name", "shown", "utc"),
    [
        ("Europe/Berlin", "Europe/Berlin", "08:00"),
        ("/freeassociation.sourceforge.net/Europe/Berlin", "Europe/Berlin", "08:00"),
        ("/mozilla.org/20070129_1/America/New_York", "America/New_York", "14:00"),
        ("America/Los Angeles", "America/Los_Angeles", "17:00"),
        ('"W. Europe Standard Time"', "Europe/Berlin", "08:00"),
        ("Eastern Standard Time", "America/New_York", "14:00"),
        ('"tzone://Microsoft/Utc"', "UTC", "09:00"),
        ("Customized Time Zone", "Customized Time Zone", "06:30"),
        ("Opaque", "Asia/Tokyo", "00:00"),
    ],
)
def test_zones_go_by_many_names(tmp_path: Path, name: str, shown: str, utc: str) -> None:
    own = ("BEGIN:VTIMEZONE", "TZID:Customized Time Zone", "BEGIN:STANDARD", "DTSTART:19700101T000000")
    own += ("TZOFFSETFROM:+0230", "TZOFFSETTO:+0230", "END:STANDARD", "END:VTIMEZONE")
    tokyo = ("BEGIN:VTIMEZONE", "TZID:Opaque", "X-LIC-LOCATION:Asia/Tokyo", "END:VTIMEZONE")
    rows, reasons = read(tmp_path, (f"DTSTART;TZID={name}:20260105T090000",), around=own + tokyo)
    assert reasons == []
    assert (rows[0]["timezone"], rows[0]["starts_at"]) == (shown, f"2026-01-05T{utc}:00Z")


def test_times_without_a_zone_are_the_calendars(tmp_path: Path) -> None:
    floating = "DTSTART:20260105T090000"
    assert starts(tmp_path, floating) == ["2026-01-05T09:00:00Z"]
    assert starts(tmp_path, floating, around=("X-WR-TIMEZONE:America/New_York",)) == ["2026-01-05T14:00:00Z"]
    assert starts(tmp_path, "DTSTART;VALUE=DATE:20260105", around=("X-WR-TIMEZONE:America/New_York",)) == [
        "2026-01-05T00:00:00Z"
    ]


def test_further_dates_and_exceptions(tmp_path: Path) -> None:
    assert starts(
        tmp_path,
        f"{BERLIN}:20260105T090000",
        "DTEND;TZID=Europe/Berlin:20260105T100000",
        "RRULE:FREQ=WEEKLY;UNTIL=20260126",
        "EXDATE;TZID=Europe/Berlin:20260112T090000",
        "EXDATE;VALUE=DATE:20260119",
        "RDATE;VALUE=PERIOD:20260201T080000Z/PT3H",
        "RDATE:20260202T080000Z,20260105T080000Z",
    ) == ["2026-01-05T08:00:00Z", "2026-01-26T08:00:00Z", "2026-02-01T08:00:00Z", "2026-02-02T08:00:00Z"]


def test_a_series_goes_on_for_two_years_past_the_newest_change(tmp_path: Path) -> None:
    weekly = ("DTSTART:20200106T090000Z", "RRULE:FREQ=WEEKLY")
    begins = starts(tmp_path, *weekly, "DTSTAMP:20230101T000000Z")
    assert (begins[0], begins[-1]) == ("2020-01-06T09:00:00Z", "2024-12-30T09:00:00Z")
    assert starts(tmp_path, *weekly)[-1] == "2022-01-03T09:00:00Z"


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("FREQ=SECONDLY", "it repeats every second, which no appointment does"),
        ("FREQ=MINUTELY;INTERVAL=5", "it repeats every minute, which no appointment does"),
        ("FREQ=DAILY;INTERVAL=0", "RRULE 'FREQ=DAILY;INTERVAL=0' has no interval that can be read"),
        ("FREQ=FORTNIGHTLY", "RRULE 'FREQ=FORTNIGHTLY' has no frequency that is known"),
        ("FREQ=DAILY;UNTL=20260301", "RRULE 'FREQ=DAILY;UNTL=20260301' has a part that is not known: UNTL"),
        ("FREQ=DAILY;COUNT=many", "RRULE 'FREQ=DAILY;COUNT=many' has no count that can be read"),
        (
            "RSCALE=HEBREW;FREQ=YEARLY",
            "RRULE 'RSCALE=HEBREW;FREQ=YEARLY' does not count as the Gregorian calendar does",
        ),
        (
            f"FREQ=DAILY;BYHOUR={','.join(map(str, range(24)))};BYMINUTE=0,10,20,30,40",
            "it takes place over 100 times a day, which no appointment does",
        ),
    ],
)
def test_rules_that_cannot_be_are_refused(tmp_path: Path, rule: str, reason: str) -> None:
    rows, reasons = read(tmp_path, ("DTSTART:20260105T090000Z", f"RRULE:{rule}"), ("DTSTART:20260105T090000Z",))
    assert (len(rows), reasons) == (1, [reason])


def test_the_work_for_a_file_is_bounded(tmp_path: Path) -> None:
    never = ("DTSTART:20260105T090000Z", "RRULE:FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30")
    rows, reasons = read(tmp_path, *[never] * (MAX_BARREN_RULES + 2))
    assert (len(rows), len(reasons)) == (MAX_BARREN_RULES, 2)
    rows, _ = read(tmp_path, ("DTSTART:20260105T090000Z", "RRULE:FREQ=HOURLY"))
    assert len(json.loads(rows[0]["occurrences"])) == MAX_OCCURRENCES
    assert rows[0]["note"] == "its repetition goes on; followed to 2027-02-26"


RULES = st.builds(
    lambda freq, interval, days, months, end: ";".join(filter(None, (f"FREQ={freq}", interval, days, months, end))),
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    st.sampled_from(["", "INTERVAL=2", "INTERVAL=5"]),
    st.sampled_from(["", "BYDAY=MO,TH", "BYMONTHDAY=1,-1", "BYDAY=SA;BYMONTHDAY=1,2,3,4,5,6,7"]),
    st.sampled_from(["", "BYMONTH=3,10"]),
    st.sampled_from(["", "UNTIL=20260930T120000Z", "UNTIL=20251101T060000Z"]),
)
BEGINS = st.datetimes(datetime(2025, 1, 1), datetime(2026, 3, 1)).map(lambda one: one.replace(second=0, microsecond=0))


@settings(max_examples=60, deadline=None)
@given(rule=RULES, begin=BEGINS, zone=st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Sydney"]))
def test_occurrences_are_those_of_an_independent_library(
    rule: str, begin: datetime, zone: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    event = (f"DTSTART;TZID={zone}:{begin:%Y%m%dT%H%M%S}", "DURATION:PT1H", f"RRULE:{rule}")
    ours = starts(tmp_path_factory.mktemp("series"), *event)
    text = "\r\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:0", *event, "END:VEVENT", "END:VCALENDAR"])
    horizon = begin + timedelta(days=731)
    theirs = recurring_ical_events.of(icalendar.Calendar.from_ical(text)).between(begin - timedelta(days=2), horizon)
    wanted = sorted({f"{one['DTSTART'].dt.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for one in theirs})
    assert [one for one in ours if one < f"{horizon - timedelta(days=2):%Y-%m-%d}"] == [
        one for one in wanted if one < f"{horizon - timedelta(days=2):%Y-%m-%d}"
    ]


CALENDARS = Path(recurring_ical_events.__file__).parent / "test" / "calendars"
FIRST, LAST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)
OTHERWISE = {
    "end_before_start_event": "the library swaps begin and end, here the end is left out",
    "issue_132_swapped_start_and_end": "the library swaps begin and end, here the end is left out",
    "multiple_rrule": "a begin that its rule does not name counts as one of COUNT here",
}
"""Calendars that the library reads otherwise."""


@pytest.mark.skipif(not CALENDARS.is_dir(), reason="the library came without its calendars")
@pytest.mark.parametrize("path", sorted(CALENDARS.glob("*.ics")), ids=lambda path: path.stem)
def test_series_of_real_calendars_are_those_of_an_independent_library(path: Path) -> None:
    """Events without changed occurrences, up to where an endless series was followed."""
    frames = list(read_calendar(path, Export(path, path.name, "a")))
    rows = [row for name, frame in frames if name == "events" for row in frame.to_dicts()]
    rows.sort(key=lambda row: row["sequence"])
    changed = {row["uid"] for row in rows if row["recurrence_id"]}
    newest = {row["event_key"]: row for row in rows if row["uid"] not in changed}.values()
    ends = {row["uid"]: _day_before(row["expanded_to"]) for row in newest}
    found = [(row["uid"], one["starts"]) for row in newest for one in json.loads(row["occurrences"])]
    theirs = []
    query = recurring_ical_events.of(icalendar.Calendar.from_ical(path.read_bytes()), skip_bad_series=True)
    for one in query.between(FIRST, LAST):
        when, uid = one["DTSTART"].dt, str(one["UID"]) if "UID" in one else None
        begin = when.astimezone(UTC) if isinstance(when, datetime) else datetime(when.year, when.month, when.day)
        if uid not in changed:
            theirs.append((uid, f"{begin:%Y-%m-%dT%H:%M:%SZ}"))
    ours, theirs = ([(uid, begin) for uid, begin in pairs if begin < ends.get(uid, "9")] for pairs in (found, theirs))
    assert path.stem in OTHERWISE or set(ours) == set(theirs)


def _day_before(instant: str | None) -> str:
    return f"{datetime.fromisoformat(instant) - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}" if instant else "9"
