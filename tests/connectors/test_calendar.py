"""Calendars: which version of an event counts, who was asked and answered, and that one broken event loses no other."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from connectors.calendar.demo import write_exports
from connectors.calendar.source import calendar
from models.demo.world import make_world
from pipelines.rooms import CONNECTORS
from tests.conftest import LandFiles
from tests.connectors.conftest import REAL_DATA, Delivered, Judged, Staged

SAMPLE = CONNECTORS / "calendar" / "sample"
RENEWAL = "040000008200E00074C5B7101A82E00800000000B0C5D1A1"
ROLLOUT = "3k2c8p0f1a9harbour@google.com"


def event(*lines: str, method: str = "PUBLISH") -> str:
    return "\r\n".join(
        ["BEGIN:VCALENDAR", f"METHOD:{method}", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR", ""]
    )


def appointments(judged: Judged, folder: Path) -> dict[str, dict[str, Any]]:
    rows, reasons = judged("calendar", "appointment", folder)
    assert reasons == []
    return {row["source_record_id"]: row for row in rows.to_dicts()}


def test_every_event_is_counted_and_a_broken_one_loses_no_other(delivered: Delivered) -> None:
    came = delivered("calendar", SAMPLE)
    brought = {one.file: (one.rows_read, one.rows_stored, one.rows_quarantined) for one in came}
    assert brought == {
        "Outlook calendar.ics": (2, 2, 0),
        "Takeout/Calendar/mara.lindt@lumenly.example.ics": (5, 5, 0),
        "broken calendar.ics": (4, 1, 3),
        "invitations/brightfold review canceled.ics": (1, 1, 0),
        "invitations/brightfold review.ics": (1, 1, 0),
        "invitations/renewal moved.ics": (1, 1, 0),
        "invitations/renewal reply.ics": (1, 1, 0),
    }


def test_what_is_refused_says_where_and_why(land_files: LandFiles) -> None:
    tables = land_files(calendar, {"a.ics": SAMPLE / "broken calendar.ics", "b.ics": "Dear all,\n", "c.ics": ""})
    assert [(row["_delivery_id"], row["_line"], row["reason"]) for row in tables["_rejected"]] == [
        (
            "a.ics",
            4,
            "DTSTART: time zone 'Western/Central Europe' is no name of the IANA list nor of Windows, and the file does "
            "not define it",
        ),
        ("a.ics", 10, "VEVENT has no end: another one begins before it"),
        ("a.ics", 15, "it repeats every second, which no appointment does"),
        ("b.ics", 0, "no calendar: there is no BEGIN:VCALENDAR and no event in it"),
    ]
    (good,) = tables["events"]
    assert (good["uid"], good["_line"], good["note"]) == (
        "good-among-broken",
        22,
        "not readable: this line is no property",
    )


def test_a_series_has_its_exceptions(judged: Judged) -> None:
    found = appointments(judged, SAMPLE)
    rollout = {key.partition(":")[2]: row for key, row in found.items() if key.startswith(ROLLOUT)}
    # ten o'clock in Berlin, also after the clocks changed on 29 March; 6 April is taken out
    assert {key: (row["starts_at"], row["pipeline_stage"]) for key, row in rollout.items()} == {
        "20260309T090000Z": (datetime(2026, 3, 9, 9), None),
        "20260316T090000Z": (datetime(2026, 3, 16, 9), "canceled"),
        "20260323T090000Z": (datetime(2026, 3, 23, 9), None),
        "20260330T080000Z": (datetime(2026, 3, 31, 12), None),
        "20260413T080000Z": (datetime(2026, 4, 13, 8), None),
    }
    first = rollout["20260309T090000Z"]
    assert (first["series_id"], first["is_recurring"], first["timezone"]) == (ROLLOUT, True, "Europe/Berlin")
    assert (first["location"], first["conference_url"]) == ("Quay Room (8)", "https://meet.google.com/abc-defg-hij")
    assert first["agenda"] == "Rollout\n1. open questions\n2. dates"
    assert rollout["20260330T080000Z"]["title"] == "Harbourline rollout (moved)"
    assert rollout["20260330T080000Z"]["ends_at"] == datetime(2026, 3, 31, 13)


def test_the_newest_version_counts_whatever_file_it_came_in(judged: Judged) -> None:
    found = appointments(judged, SAMPLE)
    assert found[RENEWAL]["starts_at"] == datetime(2026, 3, 19, 13, 30)
    assert found[RENEWAL]["conference_url"] == "https://lumenly.zoom.us/j/98765432101?pwd=abc"
    review = found["6F0A2C1E-BRIGHTFOLD-REVIEW"]
    assert (review["title"], review["pipeline_stage"]) == ("Brightfold quarterly review", "canceled")
    assert review["ends_at"] == datetime(2026, 3, 26, 9, 45)


def test_whole_days_and_private_events(judged: Judged) -> None:
    found = appointments(judged, SAMPLE)
    fair = found["5nfairdays@google.com"]
    assert (fair["starts_at"], fair["ends_at"], fair["is_all_day"]) == (
        datetime(2026, 5, 12),
        datetime(2026, 5, 14),
        True,
    )
    yearly = sorted(key for key in found if key.startswith("040000008200E00074C5B7101A82E00800000000C1D2E3F4"))
    assert [key[-8:] for key in yearly] == ["20260601", "20270601", "20280601"]
    assert (found["7qprivate@google.com"]["title"], found["7qprivate@google.com"]["agenda"]) == ("(private)", None)


def test_people_are_asked_and_answer_and_rooms_are_none(judged: Judged, staged: Staged) -> None:
    rows = judged("calendar", "appointment_attendee", SAMPLE)[0]
    said = {(row["appointment_id"], row["address"]): row for row in rows.to_dicts()}
    first = f"{ROLLOUT}:20260309T090000Z"
    assert {
        address: (row["response"], row["is_organizer"], row["is_optional"])
        for (key, address), row in said.items()
        if key == first
    } == {
        "mara.lindt@lumenly.example": ("accepted", True, False),
        "marta@harbourline.example": ("accepted", False, False),
        "tom@brightfold.example": ("none", False, True),
    }
    assert said[RENEWAL, "chidi.okafor@northpane.example"]["response"] == "accepted"
    assert said[f"{ROLLOUT}:20260330T080000Z", "marta@harbourline.example"]["response"] == "tentative"
    people = staged("calendar", "contact", SAMPLE)
    assert dict(people.select("source_record_id", "name").iter_rows()) == {
        "chidi.okafor@northpane.example": "Chidi Okafor",
        "ines.ferreira@quayside.example": "Inês Ferreira",
        "jonas.weber@lumenly.example": "Jonas Weber",
        "mara.lindt@lumenly.example": "Mara Lindt",
        "marta@harbourline.example": "Marta Nowak",
        "tom@brightfold.example": "Tom Baker",
    }
    assert set(staged("calendar", "contact_email", SAMPLE)["address"]) == set(people["source_record_id"])


BASE = ("UID:x", "DTSTART:20260105T090000Z", "DTEND:20260105T100000Z", "SUMMARY:Weekly", "RRULE:FREQ=WEEKLY;COUNT=3")
VERSIONS = {
    "1.ics": event(*BASE, "SEQUENCE:0", "DTSTAMP:20260101T000000Z"),
    "2.ics": event(*BASE[:3], "SUMMARY:Weekly talk", BASE[4], "SEQUENCE:1", "DTSTAMP:20260102T000000Z"),
    "3.ics": event(
        "UID:x", "RECURRENCE-ID:20260112T090000Z", "DTSTART:20260113T090000Z", "SEQUENCE:1", "DTSTAMP:20260103T000000Z",
        "SUMMARY:Moved", method="REQUEST",
    ),
    "4.ics": event(
        "UID:x", "RECURRENCE-ID:20260119T090000Z", "SEQUENCE:2", "DTSTAMP:20260104T000000Z", method="CANCEL",
    ),
}  # fmt: skip


@pytest.mark.parametrize("order", list(itertools.permutations(VERSIONS))[::5])
def test_the_order_of_files_changes_nothing(judged: Judged, tmp_path: Path, order: tuple[str, ...]) -> None:
    for place, name in enumerate(order):
        (tmp_path / f"{place}.ics").write_text(VERSIONS[name], newline="")
    assert {
        key: (row["title"], row["starts_at"].day, row["pipeline_stage"])
        for key, row in appointments(judged, tmp_path).items()
    } == {
        "x:20260105T090000Z": ("Weekly talk", 5, None),
        "x:20260112T090000Z": ("Moved", 13, None),
        "x:20260119T090000Z": ("Weekly talk", 19, "canceled"),
    }


def test_an_old_change_of_an_occurrence_that_is_gone_is_gone(judged: Judged, tmp_path: Path) -> None:
    change = ("UID:x", "RECURRENCE-ID:20260112T090000Z", "DTSTART:20260112T110000Z", "SUMMARY:Later")
    (tmp_path / "1.ics").write_text(event(*BASE, "SEQUENCE:0"))
    (tmp_path / "2.ics").write_text(event(*change, "SEQUENCE:1"))
    later = "DTSTART:20260106T090000Z"
    (tmp_path / "3.ics").write_text(event("UID:x", later, "SUMMARY:Weekly", BASE[4], "SEQUENCE:2"))
    assert [row["starts_at"] for row in appointments(judged, tmp_path).values()] == [
        datetime(2026, 1, 6, 9) + timedelta(weeks=week) for week in range(3)
    ]


def test_the_same_calendar_exported_again_is_a_repetition(land_files: LandFiles) -> None:
    exported = (*BASE, "LAST-MODIFIED:20260101T000000Z")
    files = {f"{day}.ics": event(*exported, f"DTSTAMP:202603{day:02d}T000000Z") for day in (1, 2)}
    rows = land_files(calendar, files)["events"]
    assert rows[0]["_key"] == rows[1]["_key"]
    assert rows[0]["_hash"] == rows[1]["_hash"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_do_not_matter(land_files: LandFiles, encoding: str, line_end: str) -> None:
    text = event("UID:x", "DTSTART:20260105T090000Z", "SUMMARY:Grüße an Zo", " ë", "DESCRIPTION:a\\nb\\, c")
    (row,) = land_files(calendar, {"a.ics": text.replace("\r\n", line_end).encode(encoding)})["events"]
    assert (row["summary"], row["description"]) == ("Grüße an Zoë", "a\nb, c")


def test_a_fold_within_a_letter_is_joined(land_files: LandFiles) -> None:
    text = event("UID:x", "DTSTART:20260105T090000Z", "SUMMARY:Zoë").encode().replace(b"\xc3\xab", b"\xc3\r\n \xab")
    (row,) = land_files(calendar, {"a.ics": text})["events"]
    assert row["summary"] == "Zoë"


@pytest.mark.skipif(not REAL_DATA.is_dir(), reason="the real calendars are not here")
def test_real_calendars_are_read_or_refused_with_a_reason(land_files: LandFiles) -> None:
    files = {path.relative_to(REAL_DATA).as_posix(): path for path in sorted((REAL_DATA / "ics").rglob("*.ics"))}
    assert len(files) == 163
    tables = land_files(calendar, files)
    read = {row["_delivery_id"]: 0 for row in tables["_read"]}
    for row in tables["_read"]:
        read[row["_delivery_id"]] += row["rows_read"]
    refused = {row["_delivery_id"] for row in tables["_rejected"] if row["_resource"] == "_file"}
    counted = Counter(row["_delivery_id"] for row in tables["events"] + tables["_rejected"])
    for name, path in files.items():
        events = len(re.findall(rb"(?im)^BEGIN:VEVENT\s*$", path.read_bytes().replace(b"\r", b"\n")))
        assert read[name] == counted[name] == (events or int(name in refused)), name
    assert all(row["reason"] for row in tables["_rejected"])
    assert (len(tables["events"]), len(tables["_rejected"])) == (96, 100)


def test_the_demos_calendars_give_the_worlds_appointments(judged: Judged, tmp_path: Path) -> None:
    world = make_world(seed=5, companies=40, months=18, as_of=datetime(2026, 7, 1))
    write_exports(world, tmp_path / "one", 5)
    rows = judged("calendar", "appointment", tmp_path / "one")[0]
    planned = world["appointments"].filter(pl.col("system") == "calendar")
    said = ["title", "agenda", "location", "conference_url", "starts_at", "ends_at", "timezone"]
    wanted = planned.with_columns(stage=pl.when("is_canceled").then(pl.lit("canceled")))
    found = rows.filter(pl.col("starts_at") < datetime(2026, 7, 1)).with_columns(stage="pipeline_stage")
    assert wanted.height > 100
    assert found.select(*said, "stage").sort(said).rows() == wanted.select(*said, "stage").sort(said).rows()
    guests = judged("calendar", "appointment_attendee", tmp_path / "one")[0]
    asked = world["appointment_attendees"].join(planned, on="appointment_no", how="semi")
    there = guests.join(found, left_on="appointment_id", right_on="source_record_id", how="semi")
    counts = [frame["response"].value_counts().sort("response").rows() for frame in (there, asked)]
    assert counts[0] == counts[1]
    write_exports(world, tmp_path / "two", 5)
    for path in (one for one in (tmp_path / "one").rglob("*") if one.is_file()):
        assert (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes() == path.read_bytes()
