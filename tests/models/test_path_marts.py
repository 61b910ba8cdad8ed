"""The value path's evidence, roll-ups, conversion and interest; what a path's policy may not say."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from customer_rows import one, subscription, tables
from path_rows import AS_OF, RUN, given

from models import policy
from models.objects.signal import Signal
from models.policy.loading import PolicyError, load_policies
from models.policy.path import STAGES

POLICIES = Path(policy.__file__).parent

# --- roll-ups --------------------------------------------------------------------------------------------------------


def stands(contact_id: str, stage: str, since: date, company_id: str | None = "acme") -> dict[str, Any]:
    place = STAGES.index(stage) + 1
    return {
        "contact_id": contact_id,
        "company_id": company_id,
        "stage": stage,
        "stage_no": place,
        "since_on": since,
        "days_held": 1,
        "first_reached_on": since,
        "furthest_stage": stage,
        "furthest_stage_no": place,
        "weeks_engaged": 1,
        "evidence_count": 1,
        "last_evidence_on": since,
        "would_fall_on": None,
        "next_step": "x",
    }


@pytest.mark.parametrize(("rule", "stage"), [("highest", "buyer"), ("most_common", "researcher")])
def test_a_company_stands_where_its_people_do(bench: Any, rule: str, stage: str) -> None:
    people = [
        stands("a", "audience", date(2026, 1, 1)),
        stands("b", "researcher", date(2026, 2, 1)),
        stands("c", "researcher", date(2026, 3, 1)),
        stands("d", "audience", date(2026, 2, 1)),
        stands("e", "buyer", date(2026, 4, 1)),
        stands("nobody", "champion", date(2026, 4, 1), company_id=None),
    ]
    frame = pl.DataFrame(people, schema_overrides={"would_fall_on": pl.Date})
    settings = load_policies()["path"].with_columns(company_stage=pl.lit(rule))
    made = bench({"marts.contact_stage": frame, "policy.path": settings})
    (row,) = made.want("marts.company_stage").to_dicts()
    since = {"buyer": date(2026, 4, 1), "researcher": date(2026, 2, 1)}[stage]
    assert (row["stage"], row["since_on"], row["contact_count"]) == (stage, since, 5)
    assert [row[f"{name}_count"] for name in STAGES] == [2, 2, 0, 1, 0, 0, 0, 0]
    assert made.offenders("stage_mix_adds_up").height == 0
    broken = made.want("marts.company_stage").with_columns(buyer_count=pl.lit(2))
    assert bench({"marts.company_stage": broken}).offenders("stage_mix_adds_up").height == 1


def test_who_came_from_another_company_stands_there_since_then(bench: Any) -> None:
    people = [
        stands("a", "buyer", date(2026, 1, 1)),
        stands("b", "buyer", date(2026, 3, 1)),
        stands("c", "buyer", date(2026, 2, 1)),
    ]
    frame = pl.DataFrame(people, schema_overrides={"would_fall_on": pl.Date})
    fixed = {"from_company_id": "other", "from_company_name": "O", "to_company_id": people[0]["company_id"]}
    fixed |= {"was_champion": False, "evidence": "job", "seen_on": "2026-02-20", "is_new_there": True}
    moved = [
        {**fixed, "contact_id": name, "contact_name": name, "changed_on": day, "has_left": left}
        for name, day, left in (("a", "2026-02-20", True), ("b", "2026-02-20", True), ("c", "2026-02-25", False))
    ]
    for name, since in (("a", date(2026, 2, 20)), ("b", date(2026, 3, 1)), ("c", date(2026, 2, 1))):
        made = bench({"marts.contact_stage": frame.filter(contact_id=name), "marts.job_change": moved})
        assert made.want("marts.company_stage")["since_on"].to_list() == [since]


def test_conversion_follows_those_who_came_in_a_month(bench: Any) -> None:
    """Two come in January: one asks after 10 days; one leaps from nothing to praise, the stages before it with it."""
    steps = {
        "ann": [{"kind": "a", "day": 0}, {"kind": "b", "day": 10}, {"kind": "b", "day": 10}],
        "ben": [{"kind": "d", "day": 4, "strength": 3}],
        "eve": [{"kind": "a", "day": 40}],
    }
    rows = bench(given(steps)).want("marts.stage_conversion")
    assert {
        (row["month"].month, row["from_stage"], row["entered_count"], row["converted_count"], row["median_days"])
        for row in rows.to_dicts()
    } == {
        (1, "audience", 2, 2, 0),
        (1, "researcher", 2, 2, 5),
        (1, "hand_raiser", 2, 1, 0),
        (1, "buyer", 1, 1, 0),
        (1, "value_creator", 1, 1, 0),
        (1, "adopter", 1, 1, 0),
        (1, "advocate", 1, 0, None),
        (2, "audience", 1, 1, 0),
        (2, "researcher", 1, 0, None),
    }


def test_the_invariants_notice_a_gap_and_a_stage_without_evidence(bench: Any) -> None:
    steps = {"ann": [{"kind": "a", "day": 0}, {"kind": "b", "day": 85}]}
    made = bench(given(steps))
    spells, evidence = made.want("marts.stage_spell"), made.want("marts.stage_evidence")
    contacts = made.want("marts.contact_stage")
    assert spells.height == 3
    gap = spells.filter(pl.col("from_on") != spells["from_on"].sort()[1])
    told = {"meta.run": RUN, "marts.stage_evidence": evidence, "marts.contact_stage": contacts}
    assert bench({**told, "marts.stage_spell": gap}).offenders("stage_spells_join").height == 1
    few = evidence.filter(pl.col("stage") != "audience")
    bare = {**told, "marts.stage_spell": spells, "marts.stage_evidence": few}
    assert bench(bare).offenders("stage_has_evidence")["stage"].to_list() == ["audience"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('stage = "buyer"\nplace = 4', 'stage = "buyer"\nplace = 5', "stages must be these in this order"),
        ('rule = "has_bought"', 'rule = "reads_up"', "rules are called the same"),
        ('kind = "return_visit"', 'kind = "page_view"', "strengths are given twice"),
        ('kinds = ["referral"]', "kinds = []", "kinds must name at least one"),
        ('stage = "champion"\nkinds', 'stage = "audience"\nkinds', "the audience needs no rule"),
        ("window_days = 180", "window_days = 0", "window_days"),
    ],
)
def test_a_path_that_cannot_be_is_refused(tmp_path: Any, old: str, new: str, told: str) -> None:
    shipped = (POLICIES / "path.toml").read_text()
    assert old in shipped
    (tmp_path / "path.toml").write_text(shipped.replace(old, new, 1))
    with pytest.raises(PolicyError, match=told):
        load_policies(tmp_path)


# --- evidence --------------------------------------------------------------------------------------------------------


def test_each_kind_of_evidence_is_found_with_its_people(bench: Any) -> None:
    def mail(key: str, day: str, **more: Any) -> dict[str, Any]:
        return {"message_id": key, "conversation_id": "c1", "sent_at": day, **more}

    made = bench(
        {
            "meta.run": [{"as_of": datetime(2026, 7, 1)}],
            **tables(
                company=[{"company_id": "acme", "name": "Acme"}, {"company_id": "new", "name": "New"}],
                contact=[{"contact_id": key, "name": key} for key in ("ann", "ben", "gone")]
                + [{"contact_id": "deleted", "name": "x", "source_deleted_at": "2026-01-01"}],
                job_role=[
                    {"contact_id": "ann", "company_id": "acme", "started_on": "2020-01-01", "ended_on": "2026-03-01"},
                    {"contact_id": "ann", "company_id": "new", "started_on": "2026-03-01", "is_primary": True},
                ],
                subscription=[subscription("acme", starts_at="2026-01-15", currency="EUR", ends_at=None)],
                conversation=[{"conversation_id": "c1", "conversation_type": "email", "started_at": "2026-02-01"}],
                message=[
                    mail("m0", "2026-02-01", author_contact_id="ann"),
                    mail("m1", "2026-02-02", author_team_member_id="us"),
                    mail("m2", "2026-02-03", author_contact_id="ann"),
                    mail("m3", "2026-02-04", author_contact_id="ben", is_automatic=True),
                ],
                appointment=[
                    {"appointment_id": "a1", "title": "Start", "starts_at": "2026-02-10", "pipeline_stage": "done"},
                    {"appointment_id": "a2", "title": "Off", "starts_at": "2026-02-11", "pipeline_stage": "canceled"},
                    {"appointment_id": "a3", "title": "Ahead", "starts_at": "2026-07-11", "pipeline_stage": "done"},
                ],
                appointment_attendee=[
                    {"appointment_id": "a1", "contact_id": "ann", "response": "accepted"},
                    {"appointment_id": "a1", "contact_id": "ben", "response": "declined"},
                    {"appointment_id": "a2", "contact_id": "ann", "response": "accepted"},
                    {"appointment_id": "a3", "contact_id": "ann", "response": "accepted"},
                ],
                ticket=[
                    {"ticket_id": "t1", "subject": "x", "status": "open", "requester_id": "ben"}
                    | {"opened_at": "2026-02-12", "category": "Billing"}
                ],
                opportunity=[
                    {"opportunity_id": "o1", "title": "x", "status": "won", "stage": "won", "created_at": "2026-01-05"}
                    | {"closed_at": "2026-01-14"}
                ],
                opportunity_contact=[
                    {"opportunity_id": "o1", "contact_id": "ann", "role": "buyer"},
                    {"opportunity_id": "o1", "contact_id": "ann", "role": "signs"},
                    {"opportunity_id": "o1", "contact_id": "deleted"},
                ],
                service=[{"service_id": "v1", "name": "x", "opportunity_id": "o1", "starts_on": "2026-01-20"}],
                deliverable=[
                    {"deliverable_id": "d1", "service_id": "v1", "name": "x", "status": "accepted"}
                    | {"accepted_on": "2026-02-20"},
                    {"deliverable_id": "d2", "service_id": "v1", "name": "x", "status": "planned"},
                ],
                milestone=[{"milestone_id": "g1", "service_id": "v1", "name": "x", "reached_on": "2026-03-10"}],
                usage_event=[
                    {"usage_event_id": key, "event_name": "x", "occurred_at": at, "contact_id": "ben"}
                    for key, at in (("u2", "2026-02-01T09:00"), ("u1", "2026-02-01T08:00"), ("u3", "2026-02-02T08:00"))
                ],
                signal=[
                    {"signal_type": "page_view", "occurred_at": "2026-04-01", "contact_id": "ann", "topic": "Pricing"},
                    {"signal_type": "page_view", "occurred_at": "2026-04-01", "anonymous_id": "who"},
                ],
            ),
        }
    )
    found = made.want("intermediate.evidence").sort("occurred_at", "kind")
    columns = ("contact_id", "kind", "object_id", "company_id", "customer_from_on", "customer_to_on")
    there = ("acme", date(2026, 1, 15), date(2026, 3, 1))
    nowhere = (None, None, None)
    assert found.select(columns).rows() == [
        ("ann", "opportunity_open", "o1", *there),
        ("ann", "opportunity_won", "o1", *there),
        ("ann", "service_started", "v1", *there),
        ("ann", "email", "m0", *there),
        ("ben", "product_used", "u1", *nowhere),
        ("ben", "product_used", "u3", *nowhere),
        ("ann", "email_reply", "m2", *there),
        ("ann", "meeting_attended", "a1", *there),
        ("ben", "ticket", "t1", *nowhere),
        ("ann", "deliverable_accepted", "d1", *there),
        ("ann", "milestone_reached", "g1", "new", None, None),
        ("ann", "page_view", one(found, kind="page_view")["object_id"], "new", None, None),
    ]
    assert one(found, kind="page_view")["strength"] == Decimal("0.25")
    assert one(found, kind="ticket")["topic"] == "Billing"


def test_every_kind_of_signal_there_is_counts_for_a_stage() -> None:
    """All that the signal's own field names but an ask for more, which says something of the company's needs."""
    named = Signal.to_schema().columns["signal_type"].description.removeprefix("Kind: ").split(", ")
    kinds = {name for name in named if name.isidentifier()} - {"expansion_request"}
    counted = {kind for rule in load_policies()["path_rules"]["kinds"] for kind in rule}
    assert len(kinds) == 14
    assert kinds <= counted


def test_who_answers_a_campaign_comes_forward(bench: Any) -> None:
    signal = [{"contact_id": "ann", "signal_type": "reply", "occurred_at": "2026-06-01"}]
    made = bench({"objects.contact": [{"contact_id": "ann", "name": "Ann"}], "objects.signal": signal})
    assert made.want("marts.contact_stage")["stage"].to_list() == ["hand_raiser"]


# --- interest --------------------------------------------------------------------------------------------------------


def test_interest_halves_and_tells_which_way_it_goes(bench: Any) -> None:
    """Half-life 30 days: 30 days old counts half, 60 a quarter, 90 an eighth."""
    acme = {"company": "acme", "kind": "a"}
    steps = {
        "ann": [
            {**acme, "day": AS_OF, "topic": " Pricing "},
            {**acme, "day": AS_OF - 60, "topic": "pricing", "strength": 2},
            {**acme, "day": AS_OF - 60, "topic": "Security"},
            {**acme, "day": AS_OF - 90, "topic": "security"},
            {**acme, "day": AS_OF, "topic": "Home"},
            {**acme, "day": AS_OF, "topic": " "},
            {"company": "acme", "kind": "ticket", "day": AS_OF, "topic": "Incident"},
        ],
        "ben": [
            {**acme, "day": AS_OF - 30, "topic": "PRICING"},
            {"kind": "a", "day": AS_OF - 29, "topic": "Reports", "company": None},
            {"kind": "a", "day": AS_OF - 500, "topic": "Boards", "company": None},
        ],
    }
    stop = pl.DataFrame({"value": ["home"]})
    rows = bench({**given(steps), "policy.path_stop_topics": stop}).want("marts.interest")
    assert {
        (*row[:4], float(row[4]), float(row[5]), row[6])
        for row in rows.select(
            *("subject_id", "topic", "evidence_count", "contact_count"), *("intensity", "intensity_before", "trend")
        ).rows()
    } == {
        ("ann", "pricing", 2, 1, 1.5, 1.0, "rising"),
        ("ann", "security", 2, 1, 0.375, 0.75, "fading"),
        ("ben", "pricing", 1, 1, 0.5, 1.0, "fading"),
        ("ben", "reports", 1, 1, round(0.5 ** (29 / 30), 4), 0.0, "new"),
        ("ben", "boards", 1, 1, 0.0, round(0.5 ** (470 / 30), 4), "past"),
        # Everything they did: about a topic or not, tickets and visits to the home page as well.
        ("ann", "(all)", 7, 1, 4.875, 1.75, "rising"),
        ("ben", "(all)", 3, 1, round(0.5 + 0.5 ** (29 / 30), 4), 1.0, "rising"),
        ("acme", "(all)", 8, 2, 5.375, 2.75, "rising"),
        ("acme", "pricing", 3, 2, 2.0, 2.0, "steady"),
        ("acme", "security", 2, 1, 0.375, 0.75, "fading"),
    }
