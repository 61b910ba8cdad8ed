"""The relationship: touches by channel, answers against a plain reading of random talk, whom we reach and who left."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from customer_rows import one, tables

from models.policy.loading import PolicyError, load_policies

AS_OF = datetime(2026, 7, 1)
RUN = [{"as_of": AS_OF}]
US = {"author_team_member_id": "us"}


def message(conversation: str, at: Any, **more: Any) -> dict[str, Any]:
    return {"conversation_id": conversation, "sent_at": at, **more}


def job(contact_id: str, company_id: str, **more: Any) -> dict[str, Any]:
    return {"contact_id": contact_id, "company_id": company_id, "is_primary": True, "started_on": "2020-01-01", **more}


def a_relationship() -> dict[str, Any]:
    """Acme: Ann and Ben wrote and met, Cid is not touched, Dan the champion left. Beta: only Eve, long ago."""
    return {
        "meta.run": RUN,
        **tables(
            company=[
                {"company_id": "acme", "name": "Acme", "owner_id": "us"},
                {"company_id": "beta", "name": "Beta", "owner_id": "away"},
                {"company_id": "other", "name": "Other"},
                {"company_id": "silent", "name": "Silent", "owner_id": "us"},
            ],
            team_member=[
                {"team_member_id": "us", "name": "Us", "is_active": True},
                {"team_member_id": "away", "name": "Away", "is_active": False},
            ],
            contact=[
                {"contact_id": "ann", "name": "Ann", "decision_role": "user"},
                {"contact_id": "ben", "name": "Ben", "decision_role": "unknown"},
                {"contact_id": "cid", "name": "Cid", "decision_role": "economic_buyer"},
                {"contact_id": "dan", "name": "Dan", "decision_role": "champion"},
                {"contact_id": "eve", "name": "Eve"},
            ],
            job_role=[
                job("ann", "acme"),
                job("ben", "acme"),
                job("cid", "acme"),
                job("dan", "acme", is_primary=False, ended_on="2026-06-01"),
                job("dan", "other", started_on="2026-06-01"),
                job("eve", "beta"),
            ],
            conversation=[
                {"conversation_id": key, "conversation_type": kind, "started_at": "2026-06-01", "company_id": company}
                for key, kind, company in (("c1", "email", "acme"), ("c2", "chat", "acme"), ("c3", "email", "beta"))
            ],
            conversation_participant=[
                {"conversation_id": "c1", "contact_id": "ann", "role": "to"},
                {"conversation_id": "c3", "contact_id": "eve", "role": "to"},
            ],
            message=[
                message("c1", "2026-06-01T08:00:00", **US),
                message("c1", "2026-06-01T09:00:00", **US),
                message("c1", "2026-06-01T10:30:59", author_contact_id="ann"),
                message("c1", "2026-06-01T10:40:00", author_contact_id="ann"),
                message("c1", "2026-06-01T11:00:59", **US),
                message("c2", "2026-06-20T08:00:00", author_contact_id="ann"),
                message("c2", "2026-06-20T08:10:00", **US),
                message("c3", "2026-01-01T08:00:00", **US),
                message("c3", "2026-01-02T08:00:00", author_contact_id="eve"),
            ],
            appointment=[
                {"appointment_id": "met", "title": "x", "starts_at": "2026-05-20", "pipeline_stage": "done"},
                {"appointment_id": "next", "title": "x", "starts_at": "2026-07-09", "pipeline_stage": "preparation"},
                {"appointment_id": "off", "title": "x", "starts_at": "2026-07-02", "pipeline_stage": "canceled"},
                {"appointment_id": "ours", "title": "x", "starts_at": "2026-07-03", "pipeline_stage": "preparation"},
            ],
            appointment_attendee=[
                {"appointment_id": "met", "contact_id": "ann", "response": "accepted", "is_organizer": True},
                {"appointment_id": "met", "contact_id": "ben", "response": "accepted"},
                {"appointment_id": "next", "contact_id": "cid", "response": "none"},
                {"appointment_id": "off", "contact_id": "cid", "response": "accepted"},
                {"appointment_id": "ours", "team_member_id": "us", "response": "accepted"},
            ],
            task=[
                {
                    "task_id": "late",
                    "company_id": "beta",
                    "description": "x",
                    "status": "to_do",
                    "due_on": "2026-06-15",
                },
                {"task_id": "done", "company_id": "beta", "description": "x", "status": "done", "due_on": "2026-06-01"},
                {"task_id": "open", "company_id": "beta", "description": "x", "status": "to_do"},
            ],
        ),
    }


@pytest.fixture(scope="module")
def made(bench: Any) -> Any:
    given = a_relationship()
    for row in given["objects.appointment"]:
        row["company_id"] = "acme"
    return bench(given)


def test_each_channel_tells_the_last_touch_and_the_next(made: Any) -> None:
    rows = made.want("marts.touch_channel")
    mail = one(rows, subject_id="acme", channel="email")
    assert (mail["last_at"], mail["last_direction"]) == (datetime(2026, 6, 1, 11, 0, 59), "out")
    assert (mail["in_count"], mail["out_count"], mail["next_at"]) == (2, 3, None)
    met = one(rows, subject_id="acme", channel="meeting")
    assert (met["last_at"], met["last_object_id"], met["last_direction"]) == (datetime(2026, 5, 20), "met", None)
    assert (met["next_at"], met["next_object"], met["next_object_id"]) == (datetime(2026, 7, 9), "appointment", "next")
    assert one(rows, subject_id="ben")["last_object_id"] == "met"
    ben = one(made.want("intermediate.contact_touch"), contact_id="ben")
    assert (ben["last_touch_at"], ben["last_touch_channel"]) == (datetime(2026, 5, 20), "meeting")
    cid = one(rows, subject_id="cid")
    assert (cid["last_at"], cid["next_object_id"]) == (None, "next")
    old = one(rows, subject_id="beta", channel="email")
    assert (old["last_at"], old["in_count"], old["out_count"]) == (datetime(2026, 1, 2, 8), 0, 0)
    task = one(rows, subject_id="beta", channel="task")
    assert (task["last_at"], task["next_at"], task["next_object_id"]) == (None, datetime(2026, 6, 15), "late")
    assert set(rows.filter(subject_type="company")["subject_id"]) == {"acme", "beta"}


def test_a_relationship_tells_answers_roles_and_who_left(made: Any) -> None:
    rows = made.want("marts.relationship")
    acme, beta = one(rows, company_id="acme"), one(rows, company_id="beta")
    assert set(rows["company_id"]) == {"acme", "beta", "other"}
    # Theirs: 08:00 to 10:30:59. Ours: 10:30:59 to 11:00:59, and 10 minutes in the chat.
    assert (acme["their_reply_count"], acme["their_reply_minutes"]) == (1, 150)
    assert (acme["our_reply_count"], acme["our_reply_minutes"]) == (2, 20)
    assert (acme["last_touch_at"], acme["last_heard_at"]) == (
        datetime(2026, 6, 20, 8, 10),
        datetime(2026, 6, 20, 8),
    )
    assert acme["next_touch_at"] == datetime(2026, 7, 9)
    assert (acme["people"], acme["people_touched"], acme["is_single_threaded"]) == (3, 2, False)
    assert (acme["roles_known"], acme["roles_covered"]) == ("economic_buyer, user", "user")
    assert acme["roles_missing"] == "champion, economic_buyer"
    assert (acme["champion_left_name"], acme["champion_left_on"]) == ("Dan", date(2026, 6, 1))
    assert (acme["champion_went_to"], acme["is_unowned"]) == ("Other", False)
    assert (beta["their_reply_count"], beta["their_reply_minutes"], beta["people_touched"]) == (0, None, 0)
    assert (beta["is_single_threaded"], beta["is_unowned"], beta["champion_left_on"]) == (False, True, None)
    assert one(rows, company_id="other")["is_unowned"]
    assert made.offenders("relationship_follows_touch").height == 0


def test_a_relationship_with_one_person_hangs_by_a_thread(bench: Any) -> None:
    given = a_relationship()
    given["objects.appointment_attendee"] = [
        row for row in given["objects.appointment_attendee"] if row.get("contact_id") != "ben"
    ]
    rows = bench(given).want("marts.relationship")
    assert one(rows, company_id="acme")["is_single_threaded"]


def test_the_invariant_notices_a_touch_that_is_not_told(made: Any, bench: Any) -> None:
    channels = made.want("marts.touch_channel").filter(pl.col("channel") != "chat")
    broken = {"marts.relationship": made.want("marts.relationship"), "marts.touch_channel": channels}
    assert bench(broken).offenders("relationship_follows_touch")["company_id"].to_list() == ["acme"]


def test_answers_are_as_read_plainly(bench: Any) -> None:
    rng = random.Random(9)
    start = datetime(2026, 6, 1)
    talks = {
        f"c{number}": sorted(
            (start + timedelta(seconds=second), rng.choice(["in", "out"]))
            for second in rng.sample(range(20 * 86400), rng.randrange(1, 12))
        )
        for number in range(60)
    }
    given = tables(
        company=[{"company_id": "acme", "name": "Acme"}],
        conversation=[
            {"conversation_id": key, "conversation_type": "email", "started_at": start, "company_id": "acme"}
            for key in talks
        ],
        message=[
            message(key, at, **(US if side == "out" else {"author_contact_id": "ann"}))
            for key, said in talks.items()
            for at, side in said
        ],
    )
    expected = []
    for key, said in talks.items():
        asked: tuple[datetime, str] | None = None
        for at, side in said:
            if asked is not None and side != asked[1]:
                minutes = int((at - asked[0]).total_seconds()) // 60
                expected.append((key, "us" if side == "out" else "them", asked[0], at, minutes))
            if asked is None or side != asked[1]:
                asked = (at, side)
    found = bench({"meta.run": RUN, **given}).want("intermediate.reply_time")
    columns = ("conversation_id", "answered_by", "asked_at", "answered_at", "minutes")
    assert sorted(found.select(columns).rows()) == sorted(expected)
    assert len(expected) > 100


def test_a_role_wanted_twice_is_refused(tmp_path: Any) -> None:
    text = 'cover_days = 9\nwanted_roles = ["user", "user"]\nbounce_days = 1\nsingle_thread_people = 1\n'
    (tmp_path / "relationship.toml").write_text(text)
    with pytest.raises(PolicyError, match="wanted_roles lists a role twice"):
        load_policies(tmp_path)


# --- champions -------------------------------------------------------------------------------------------------------


def champions(made: Any) -> dict[str, tuple[int, int, str | None]]:
    """How many champions a company has or had, how many are gone, and who is left."""
    rows = made.want("intermediate.company_champion")
    return {
        row["company_id"]: (row["champion_count"], row["left_count"], row["champion_names"]) for row in rows.to_dicts()
    }


def test_a_champion_who_moved_is_gone_and_no_champion_of_the_new_company(bench: Any) -> None:
    given = a_relationship()
    told = {"contact_id": "dan", "name": "Dan", "known_from": "2020-05-01", "source_record_id": "dan"}
    given["history.contact"] = [
        {**told, "valid_from": "2020-05-01", "valid_to": "2021-05-01", "decision_role": "user"},
        {**told, "valid_from": "2021-05-01", "decision_role": "champion"},
    ]
    assert champions(bench(given)) == {"acme": (1, 1, None)}
    given["history.contact"][1]["valid_from"] = "2026-06-20"
    assert champions(bench(given)) == {"other": (1, 0, "Dan")}


def test_who_had_no_company_yet_is_champion_of_the_first(bench: Any) -> None:
    told = {"contact_id": "dan", "name": "Dan", "known_from": "2019-05-01", "source_record_id": "dan"}
    history = [{**told, "valid_from": "2019-05-01", "decision_role": "champion"}]
    assert champions(bench({**a_relationship(), "history.contact": history})) == {"acme": (1, 1, None)}


def test_who_comes_back_is_there(bench: Any) -> None:
    given = a_relationship()
    told = {"contact_id": "dan", "name": "Dan", "known_from": "2021-05-01", "source_record_id": "dan"}
    given["history.contact"] = [{**told, "valid_from": "2021-05-01", "decision_role": "champion"}]
    given["objects.job_role"][4]["ended_on"] = "2026-06-15"
    given["objects.job_role"].append(job("dan", "acme", is_primary=False, started_on="2026-06-15"))
    assert champions(bench(given)) == {"acme": (1, 0, "Dan")}


@pytest.mark.parametrize(
    ("bounces", "gone_from"),
    [
        ([("2026-03-02", None), (None, "2026-06-09"), (None, None)], "2026-03-16"),
        ([("2026-03-02", None), ("2026-03-20", "2026-02-01")], "2026-03-16"),
        ([(None, "2026-06-09"), (None, "2026-05-01"), (None, None)], "2026-05-15"),
    ],
)
def test_a_bounce_counts_from_the_day_it_is_of_not_from_a_later_change_of_the_record(
    bench: Any, bounces: list[tuple[str | None, str | None]], gone_from: str
) -> None:
    wish = {"contact_id": "ann", "channel": "email", "preference": "bounced"}
    given = tables(
        company=[{"company_id": "acme", "name": "Acme"}],
        contact=[{"contact_id": "ann", "name": "Ann", "decision_role": "champion"}],
        job_role=[job("ann", "acme")],
        communication_preference=[wish | {"stated_at": at, "updated_at": changed} for at, changed in bounces],
    )
    told = {"contact_id": "ann", "name": "Ann", "known_from": "2020-05-01", "source_record_id": "ann"}
    given["history.contact"] = [{**told, "valid_from": "2020-05-01", "decision_role": "champion"}]
    spells = bench({"meta.run": RUN, **given}).want("intermediate.champion_spell").sort("from_on")
    assert [(str(row["from_on"]), row["has_left"]) for row in spells.to_dicts()][:2] == [
        ("2020-05-01", False),
        (gone_from, True),
    ]
    assert all(spells["has_left"][1:])


@pytest.mark.parametrize(
    ("heard", "wishes", "is_gone", "company_id"),
    [
        (None, [("bounced", "2026-06-17")], True, None),
        (None, [("bounced", "2026-06-18")], False, None),
        ("2026-06-16", [("bounced", "2026-06-17")], True, None),
        ("2026-06-17T09:00:00", [("bounced", "2026-06-17")], False, None),
        (None, [("bounced", "2026-06-10"), ("subscribed", "2026-06-11")], False, None),
        (None, [("bounced", "2026-06-10"), ("subscribed", "2026-06-09")], True, None),
        (None, [("bounced", None), ("subscribed", None)], True, None),
        ("2025-01-01", [("bounced", None)], False, None),
        ("2026-06-05", [("bounced", "2026-06-01"), ("bounced", "2026-06-10")], True, None),
        ("2026-06-11", [("bounced", "2026-06-01"), ("bounced", "2026-06-10")], False, None),
        ("2026-06-11", [("bounced", "2026-06-10")], False, "acme"),
        ("2026-06-11", [("bounced", "2026-06-10")], True, "elsewhere"),
    ],
)
def test_a_bounce_is_no_farewell_of_somebody_who_still_writes(
    bench: Any, heard: str | None, wishes: list[tuple[str, str | None]], is_gone: bool, company_id: str | None
) -> None:
    talk = {"conversation_id": "c1", "conversation_type": "email", "started_at": "2025-01-01", "company_id": company_id}
    said = [message("c1", heard, author_contact_id="ann")] if heard else []
    given = {
        "meta.run": RUN,
        **tables(
            company=[{"company_id": "acme", "name": "Acme"}, {"company_id": "elsewhere", "name": "Elsewhere"}],
            contact=[{"contact_id": "ann", "name": "Ann", "decision_role": "champion"}],
            job_role=[job("ann", "acme")],
            conversation=[talk],
            message=said,
            communication_preference=[
                {"contact_id": "ann", "channel": "email", "preference": word, "stated_at": at} for word, at in wishes
            ],
        ),
    }
    assert champions(bench(given)) == {"acme": (1, int(is_gone), None if is_gone else "Ann")}
