"""Salesforce's deals, contracts, activities and cases: what rows mean once mapped; the demo's export comes back."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from connectors.salesforce.demo import write_exports
from connectors.salesforce.demo_shapes import record_id
from models.demo.frames import World
from models.demo.world import make_world
from tests.connectors.conftest import Delivered, Judged
from tests.connectors.test_salesforce import (
    CALDER,
    IDA,
    JUERGEN,
    LABS,
    MINA,
    NORDLICHT,
    OMAR,
    PETRA,
    ROSA,
    SAMPLE,
    TOM,
    by_id,
    write,
)

SEATS, ADD_ON, STARTER, TWICE = (f"0065f000000{end}" for end in ("aB1cAAE", "Qe2DAAS", "Zz3kAAC", "mN4PAAU"))
CALL, MAIL, RENEWAL = "00T5f000000mN4PEAU", "00T5f000000Hh6WEAS", "00T5f000000Zz3kEAC"
REVIEW, VISIT = "00U5f000000aB1cEAE", "00U5f000000Qe2DEAS"
EXPORT, MORE_SEATS, UNKNOWN = "5005f000000aB1cAAE", "5005f000000Qe2DAAS", "5005f000000Zz3kAAC"
THREAD = "email:<th-77@mail.example>"


# --- sales -----------------------------------------------------------------------------------------------------------


def test_deals_say_how_they_stand(judged: Judged) -> None:
    rows = by_id(judged("salesforce", "opportunity", SAMPLE)[0])
    assert {no: (row["status"], row["opportunity_type"], row["probability"]) for no, row in rows.items()} == {
        SEATS: ("won", "new_business", Decimal(1)),
        ADD_ON: ("lost", "upsell", Decimal(0)),
        STARTER: ("open", None, Decimal("0.75")),  # a type of the workspace's own
        TWICE: ("open", None, Decimal("0.1")),
        "0065f000000Rt5vAAC": ("open", "renewal", Decimal("0.75")),
    }
    assert json.loads(str(rows[STARTER]["custom"]))["type"] == "Channel pilot"
    assert rows[ADD_ON]["lost_reason"] == "Budget cut until 2027"  # the API's newer version
    assert (rows[SEATS]["closed_at"], rows[STARTER]["closed_at"]) == (datetime(2023, 3, 1), None)
    assert (rows[SEATS]["pipeline"], rows[SEATS]["contract_length_months"]) == ("Subscription sale", 12)
    assert rows[TWICE]["source_deleted_at"] == datetime(2023, 2, 6, 9, 30)
    assert [rows[no]["currency"] for no in (SEATS, STARTER)] == ["EUR", "GBP"]


def test_the_recurring_part_comes_from_the_line_items(judged: Judged, tmp_path: Path) -> None:
    rows = by_id(judged("salesforce", "opportunity", SAMPLE)[0])
    assert (rows[SEATS]["mrr"], rows[SEATS]["one_time_amount"]) == (4800, 4800)  # 57,600 in twelve months; onboarding
    assert (rows[ADD_ON]["mrr"], rows[ADD_ON]["one_time_amount"]) == (Decimal("333.3333"), None)  # 1,000 a quarter
    assert (rows[STARTER]["mrr"], rows[STARTER]["one_time_amount"]) == (Decimal("900.04"), 1200)  # fields of its own
    deal = {"Id": SEATS, "Name": "A", "StageName": "New", "AccountId": "", "CloseDate": "2026-06-30", "IsDeleted": "0"}
    product = {"Name": "P", "ProductCode": "", "Family": "", "IsActive": "1", "SystemModstamp": ""}
    names = ("RevenueInstallmentPeriod", "NumberOfRevenueInstallments", "Billing_Frequency__c")
    paces = (
        ("Weekly", "52", ""),
        ("Quarterly", "8", ""),
        ("Yearly", "1", ""),
        ("", "", "Semi-Annual"),
        ("Daily", "", ""),
    )
    products = [
        {"Id": f"01t00000000000{n}AAA", **product, **dict(zip(names, pace, strict=True))}
        for n, pace in enumerate(paces)
    ]
    lines = [
        {
            "Id": f"00k00000000000{n}AAA",
            "OpportunityId": SEATS,
            "Product2Id": one["Id"],
            "Quantity": "1",
            "UnitPrice": "1",
        }
        | {"TotalPrice": "1200.00", "HasRevenueSchedule": "1" if n != 3 else "0", "IsDeleted": "0"}
        for n, one in enumerate(products)
    ]
    write(tmp_path / "Opportunity.csv", deal)
    write(tmp_path / "Product2.csv", *products)
    write(tmp_path / "OpportunityLineItem.csv", *lines, lines[0] | {"Id": "00k00000000000xAAA", "IsDeleted": "1"})
    (row,) = judged("salesforce", "opportunity", tmp_path)[0].to_dicts()
    # 100 + 50 + 100 + 200; how many installments the last one has is not said
    assert (row["mrr"], row["one_time_amount"]) == (450, 1200)


def test_stages_are_told_once(judged: Judged) -> None:
    rows = judged("salesforce", "opportunity_stage_history", SAMPLE)[0].sort("entered_at")
    stages = {
        no: rows.filter(pl.col("opportunity_id") == no).select("stage", "entered_at").rows() for no in (SEATS, ADD_ON)
    }
    assert stages[SEATS] == [
        ("Qualification", datetime(2023, 2, 1, 9, 30)),  # a change of amount is no change of stage
        ("Proposal/Price Quote", datetime(2023, 2, 20, 14)),
        ("Closed Won", datetime(2023, 3, 1, 15, 30)),
    ]
    assert stages[ADD_ON] == [
        ("Prospecting", datetime(2025, 12, 1, 9)),
        ("Proposal/Price Quote", datetime(2026, 1, 15, 9)),
        ("Closed Lost", datetime(2026, 2, 27, 10)),
    ]


def test_contracts_have_half_open_terms(judged: Judged) -> None:
    first, pilot, draft = judged("salesforce", "contract", SAMPLE)[0].sort("starts_on").to_dicts()
    assert (first["name"], first["opportunity_id"], first["signed_on"]) == (
        "Contract 00000101",
        SEATS,
        date(2023, 3, 1),
    )
    assert (first["ends_on"], first["renewal_on"], first["auto_renew"]) == (None, date(2024, 3, 1), True)
    assert (first["billing_interval"], first["interval_count"], first["due_days"]) == ("month", 3, 30)
    assert (first["sla_first_response_minutes"], first["sla_uptime_percent"]) == (60, Decimal("99.9"))
    assert (pilot["signed_on"], pilot["ends_on"], pilot["cancel_on"]) == (date(2023, 6, 30), *[date(2023, 11, 1)] * 2)
    assert (draft["signed_on"], draft["ends_on"]) == (None, date(2027, 8, 1))  # without an end: start and term
    assert draft["source_deleted_at"] == datetime(2026, 6, 26, 8)


def test_prices_and_parts_played(judged: Judged) -> None:
    prices = judged("salesforce", "product_price", SAMPLE)[0].sort("source_record_id")
    assert prices.select("currency", "unit_amount", "billing_interval", "interval_count", "is_active").rows() == [
        ("EUR", 4800, None, None, True),
        ("GBP", Decimal("75.5"), "month", 3, False),
        ("EUR", 40, "month", 1, True),
    ]
    skus = judged("salesforce", "product", SAMPLE)[0].sort("name")["sku"].to_list()
    assert skus == ["LUM-SEAT", "ONB-1", "LUM-TB"]
    parts = judged("salesforce", "opportunity_contact", SAMPLE)[0]
    assert set(parts.select("opportunity_id", "contact_id", "role").iter_rows()) == {
        (SEATS, ROSA, "Champion"),
        (SEATS, JUERGEN, "Decision Maker"),
        (STARTER, TOM, "Business User"),
        (ADD_ON, MINA, "Evaluator"),
    }


# --- activities ------------------------------------------------------------------------------------------------------


def test_calls_and_mails_that_are_over_are_conversations(judged: Judged) -> None:
    tasks = by_id(judged("salesforce", "task", SAMPLE)[0])
    assert Counter(row["status"] for row in tasks.values()) == {
        "done": 1, "in_progress": 1, "pending_customer": 1, "to_do": 1, "ignored": 1,
    }  # fmt: skip
    assert (tasks[RENEWAL]["owner_group"], tasks[RENEWAL]["owner_id"]) == ("Renewals desk", None)
    assert [row["task_type"] for row in tasks.values() if row["status"] == "to_do"] == ["call"]
    (done,) = (row for row in tasks.values() if row["status"] == "done")
    assert (done["completed_at"], done["due_on"], done["ticket_id"]) == (
        datetime(2026, 5, 7, 14), date(2026, 5, 8), MORE_SEATS,
    )  # fmt: skip
    talks = by_id(judged("salesforce", "conversation", SAMPLE)[0])
    assert set(talks) & set(tasks) == set()
    assert (talks[CALL]["conversation_type"], talks[CALL]["direction"]) == ("call", "out")
    assert (talks[CALL]["started_at"], talks[CALL]["ended_at"]) == (
        datetime(2026, 6, 18, 13, 20), datetime(2026, 6, 18, 13, 35),
    )  # fmt: skip
    assert MAIL not in talks  # the mail itself is there
    assert (talks[THREAD]["direction"], talks[THREAD]["company_id"]) == ("out", CALDER)
    assert (talks[THREAD]["ended_at"], talks[THREAD]["has_attachments"]) == (datetime(2026, 6, 28, 12, 30), True)
    assert {talk["ticket_id"] for talk in talks.values()} >= {EXPORT, MORE_SEATS, UNKNOWN}
    links = judged("salesforce", "task_link", SAMPLE)[0].filter(pl.col("task_id") == RENEWAL)
    assert set(links.select("company_id", "contact_id", "team_member_id").iter_rows()) == {
        (NORDLICHT, None, None), (None, ROSA, None), (None, JUERGEN, None),
    }  # fmt: skip


def test_meetings_are_appointments(judged: Judged) -> None:
    rows = by_id(judged("salesforce", "appointment", SAMPLE)[0])
    assert len(rows) == 3  # neither a guest's copy nor the head of a series
    review, visit = rows[REVIEW], rows[VISIT]
    assert (review["pipeline_stage"], review["is_recurring"], review["timezone"]) == ("done", True, "Europe/Berlin")
    assert (review["conference_url"], review["location"]) == ("https://meet.lumenly.example/nor-dlic-ht", None)
    assert (visit["starts_at"], visit["ends_at"], visit["is_all_day"]) == (
        datetime(2026, 7, 8),
        datetime(2026, 7, 10),
        True,
    )
    assert (visit["pipeline_stage"], visit["location"]) == ("canceled", "Leeds")
    guests = judged("salesforce", "appointment_attendee", SAMPLE)[0]
    there = guests.filter((pl.col("appointment_id") == REVIEW) & pl.col("source_deleted_at").is_null())
    assert set(there.select("contact_id", "team_member_id", "response", "is_organizer").iter_rows()) == {
        (None, OMAR, "accepted", True),
        (ROSA, None, "accepted", False),
        (JUERGEN, None, "declined", False),
        (None, IDA, "none", False),
    }


def test_notes_belong_to_what_they_are_about(judged: Judged) -> None:
    notes = {row["title"]: row for row in judged("salesforce", "note", SAMPLE)[0].to_dicts()}
    assert (notes["Who decides"]["company_id"], notes["Who decides"]["author_id"]) == (NORDLICHT, OMAR)
    assert (notes["On leave until August"]["contact_id"], notes["On leave until August"]["body"]) == (
        MINA, "On leave until August",
    )  # fmt: skip
    assert (notes["Cause"]["ticket_id"], notes["Cause"]["company_id"]) == (EXPORT, NORDLICHT)
    assert (notes["Pilot"]["opportunity_id"], notes["Pilot"]["company_id"]) == (STARTER, CALDER)


# --- cases -----------------------------------------------------------------------------------------------------------


def test_cases_and_their_history_use_the_same_words(judged: Judged) -> None:
    rows = by_id(judged("salesforce", "ticket", SAMPLE)[0])
    assert {
        no: (rows[no]["status"], rows[no]["priority"], rows[no]["assignee_id"]) for no in (EXPORT, MORE_SEATS, UNKNOWN)
    } == {
        EXPORT: ("closed", "high", PETRA),
        MORE_SEATS: ("pending", "normal", PETRA),
        UNKNOWN: ("new", "urgent", None),  # a queue has it
    }
    assert (rows[UNKNOWN]["requester_id"], rows[UNKNOWN]["subject"]) == ("info@unknown.example", "Case 00001003")
    assert (rows[EXPORT]["csat"], rows[EXPORT]["severity"], rows[EXPORT]["solved_at"]) == (
        "good", "S2", datetime(2026, 5, 6, 15),
    )  # fmt: skip
    events = judged("salesforce", "ticket_event", SAMPLE)[0].sort("field_name", "occurred_at")
    assert events.filter(pl.col("ticket_id") == EXPORT).select("field_name", "old_value", "new_value").rows() == [
        ("assignee", None, PETRA),
        ("priority", None, "high"),
        ("status", None, "new"),
        ("status", "new", "open"),
        ("status", "open", "closed"),
    ]


def test_what_was_said_about_a_case_and_by_mail(judged: Judged) -> None:
    rows = judged("salesforce", "message", SAMPLE)[0].sort("sent_at")
    about = rows.filter(pl.col("conversation_id") == EXPORT)
    assert about.select("author_contact_id", "author_team_member_id", "is_public", "body").rows() == [
        ("rosa.keller@nordlicht.example", None, True, "Since Monday the weekly export holds no rows."),
        (None, "petra.vogel@lumenly.example", True, "We are looking & will write again."),
        (None, PETRA, False, "Cause: the index of 3 May."),
        (ROSA, None, True, "It works again, thank you!"),  # written in the portal, where she is a user
    ]
    assert rows.filter(pl.col("conversation_id") == THREAD)["subject"].to_list() == [
        "Your order form",
        "Re: Your order form",
    ]
    assert "(draft)" not in rows["subject"].to_list()
    assert rows.filter(pl.col("is_bounce"))["source_deleted_at"].to_list() == [datetime(2026, 2, 3, 12, 30)]
    present = judged("salesforce", "conversation_participant", SAMPLE)[0]
    thread = present.filter(pl.col("conversation_id") == THREAD)
    assert dict(thread.select("address", "role").iter_rows()) == {
        "ida.lund@lumenly.example": "from",
        "tom@calderwray.example": "from",
        "office@calderwray.example": "to",
        "omar.haddad@lumenly.example": "cc",
    }
    call = present.filter(pl.col("conversation_id") == CALL)
    assert set(call.select("contact_id", "team_member_id", "role").iter_rows()) == {
        (ROSA, None, "to"), (JUERGEN, None, "to"), (None, OMAR, "from"),
    }  # fmt: skip
    assert judged("salesforce", "ticket", SAMPLE)[0].filter(pl.col("company_id") == LABS).height == 1


# --- the demo's export -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(seed=5, companies=40, months=12)


@pytest.fixture(scope="module")
def exports(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unit")
    write_exports(world, folder, seed=5)
    return folder


def test_the_same_world_gives_the_same_files(world: World, exports: Path, tmp_path: Path) -> None:
    write_exports(world, tmp_path, seed=5)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        path.name: path.read_bytes() for path in exports.iterdir()
    }


def test_the_quirks_are_there_and_only_the_broken_row_is_refused(
    exports: Path, delivered: Delivered, judged: Judged
) -> None:
    deliveries = delivered("salesforce", exports)
    assert sum(row.rows_quarantined for row in deliveries) == 0
    repeated = {row.file.rpartition("/")[2]: row.rows_repeated for row in deliveries if row.rows_repeated}
    assert set(repeated) == {"Contact.csv", "contact_2.csv"}
    (reason,) = judged("salesforce", "company", exports)[1]
    assert "2025-02-30" in reason
    for path in SAMPLE.parent.glob("*.sql"):
        if path.stem != "company":
            assert judged("salesforce", path.stem, exports)[1] == [], path.stem


def test_the_export_holds_what_the_world_says(world: World, exports: Path, judged: Judged) -> None:
    known = world["company_spellings"].filter(pl.col("system") == "salesforce")
    ours = pl.col("company_no").is_in(known["company_no"].implode())
    companies = by_id(judged("salesforce", "company", exports)[0])
    assert len(companies) == len(known) > 3
    for row in known.to_dicts():
        company = companies[record_id("001", row["record_no"])]
        assert [company[name] for name in ("name", "city", "country", "employee_count")] == [
            row[name] for name in ("name", "city", "country", "employee_count")
        ]
    deals = world["deals"].filter(ours)
    mapped = judged("salesforce", "opportunity", exports)[0]
    for name in ("amount", "mrr", "one_time_amount"):
        assert (mapped[name].sum() or 0) == (deals[name].sum() or 0), name
    for name in ("status", "opportunity_type", "contract_length_months"):
        assert Counter(mapped[name]) == Counter(deals[name]), name
    stages = world["deal_stages"].filter(pl.col("deal_no").is_in(deals["deal_no"].implode()))
    assert len(judged("salesforce", "opportunity_stage_history", exports)[0]) == len(stages)
    people = world["contact_spellings"].filter(pl.col("system") == "salesforce")
    assert sorted(judged("salesforce", "contact_email", exports)[0]["address"]) == sorted(
        people["email"].str.to_lowercase()
    )
    for frame, name in (("appointments", "appointment"), ("tasks", "task"), ("notes", "note")):
        rows = world[frame].filter(pl.col("system") == "salesforce")
        assert len(judged("salesforce", name, exports)[0]) == len(rows), name
    tasks = judged("salesforce", "task", exports)[0]
    told = world["tasks"].filter(pl.col("system") == "salesforce")
    assert Counter(tasks["status"]) == Counter(told["status"])
    assert len(judged("salesforce", "contract", exports)[0]) == len(world["contracts"].filter(ours))
