"""HubSpot: both shapes of every export land, every mapping keeps to its object, records mean what they say."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from connectors.hubspot.records import labels_of
from connectors.hubspot.source import RESOURCES
from pipelines.home import ROOT
from tests.connectors.conftest import REAL_DATA, Delivered, Judged, Staged

SAMPLE = ROOT / "connectors" / "hubspot" / "sample"
OBJECTS = sorted(path.stem for path in SAMPLE.parent.glob("*.sql"))


def by_id(rows: pl.DataFrame) -> dict[str, dict[str, object]]:
    return {row["source_record_id"]: row for row in rows.to_dicts()}


# --- the shapes ------------------------------------------------------------------------------------------------------


def test_every_file_of_the_sample_lands_where_it_belongs(delivered: Delivered) -> None:
    deliveries = delivered("hubspot", SAMPLE)
    assert {delivery.file for delivery in deliveries} == {path.name for path in SAMPLE.iterdir()}
    assert {delivery.resource for delivery in deliveries} == {resource.name for resource in RESOURCES}
    assert sum(delivery.rows_quarantined for delivery in deliveries) == 0
    both = Counter((delivery.resource, Path(delivery.file).suffix) for delivery in deliveries)
    crm = ("companies", "contacts", "deals", "line_items", "products", "tickets", "feedback_submissions")
    for name in (*crm, "calls", "meetings", "appointments", "notes", "tasks", "services"):
        assert both[name, ".csv"] == both[name, ".json"] == 1


@pytest.mark.parametrize("object_name", OBJECTS)
def test_every_mapping_keeps_to_its_object(object_name: str, staged: Staged, judged: Judged) -> None:
    rows = staged("hubspot", object_name, SAMPLE)
    good, reasons = judged("hubspot", object_name, SAMPLE)
    assert reasons == []
    assert len(good) == len(rows) > 0


@pytest.mark.skipif(not REAL_DATA.exists(), reason="the folder of real exports is not here")
def test_tables_of_a_loader_are_taken_or_set_aside_whole(delivered: Delivered, judged: Judged) -> None:
    folder = REAL_DATA / "hubspot"
    rows = {delivery.file: delivery for delivery in delivered("hubspot", folder)}
    taken = {
        "company_data.csv": ("companies", 24),
        "contact_data.csv": ("contacts", 22),
        "deal_data.csv": ("deals", 44),
        "owner_data.csv": ("owners", 100),
        "ticket_data.csv": ("tickets", 25),
        "deal_pipeline_stage_data.csv": ("deal_stages", 71),
        "ticket_pipeline_stage_data.csv": ("ticket_stages", 15),
        "deal_stage_data.csv": ("deal_stage_entries", 14),
        "engagement_meeting_data.csv": ("meetings", 100),
        "engagement_note_data.csv": ("notes", 1),
        "engagement_task_data.csv": ("tasks", 2),
    }
    for file, (resource, read) in taken.items():
        assert (rows[file].resource, rows[file].rows_read, rows[file].rows_quarantined) == (resource, read, 0)
    others = [row for file, row in rows.items() if file not in taken and not file.startswith("company_data_")]
    assert len(others) > 40
    assert {(row.resource, row.rows_quarantined) for row in others} == {("_file", 1)}
    good = {"company": 24, "contact": 22, "opportunity": 0, "conversation": 0, "appointment": 100, "note": 1, "task": 1}
    mapped = {name: judged("hubspot", name, folder) for name in good}
    assert {name: len(rows) for name, (rows, _) in mapped.items()} == good
    assert set(mapped["opportunity"][1]) == {"stage is missing"}  # the deals of this trial data have none
    assert mapped["task"][1] == ["description is missing"]  # neither subject nor text nor kind
    (task,) = mapped["task"][0].to_dicts()
    assert (task["description"], task["status"], task["due_on"]) == ("to-do", "to_do", date(2023, 3, 8))
    assert (task["owner_id"], task["created_at"]) == ("32779820", datetime(2023, 3, 3, 10, 40, 9, 556000))
    assert mapped["note"][0].select("body", "noted_at").rows() == [
        ("note body", datetime(2014, 8, 27, 20, 50, 44, 778000)),
    ]
    assert mapped["appointment"][0]["conference_url"].null_count() == 1


def test_a_label_is_a_header_and_a_column() -> None:
    assert labels_of("Record ID = id; Is Deal Closed? = hs_is_closed", "deal_id = id") == {
        "Record ID": "id",
        "Is Deal Closed?": "hs_is_closed",
        "deal_id": "id",
    }
    for resource in RESOURCES:
        assert set(resource.labels.values()) <= set(resource.columns), resource.name
        assert {*resource.key, *resource.required} <= set(resource.columns), resource.name


# --- what the rows mean ----------------------------------------------------------------------------------------------


def test_companies_of_both_shapes(judged: Judged) -> None:
    rows = by_id(judged("hubspot", "company", SAMPLE)[0])
    harbour, clinics = rows["9000000101"], rows["9000000111"]
    assert harbour["updated_at"] == datetime(2026, 6, 21, 14, 7)
    assert harbour["phase_since"] == datetime(2024, 2, 1, 9)
    assert (harbour["owner_id"], harbour["co_owner_id"]) == ("70000001", "70000002")  # named in the export
    assert (harbour["csm_score"], harbour["custom"]) == (4, '{"favourite_colour":"teal"}')
    assert rows["9000000102"]["parent_company_id"] == "9000000101"
    assert (clinics["country"], clinics["employee_count"], clinics["currency"]) == ("US", 1200, "USD")
    assert rows["9000000112"]["created_at"] == datetime(2024, 5, 1, 10, 10)  # sent as milliseconds
    assert rows["9000000113"]["source_deleted_at"] == datetime(2025, 2, 2, 12)


def test_merged_records_lead_to_the_one_they_went_into(staged: Staged, judged: Judged) -> None:
    companies, contacts = by_id(judged("hubspot", "company", SAMPLE)[0]), by_id(judged("hubspot", "contact", SAMPLE)[0])
    assert companies["9000000198"]["name"] == "Tide Water Clinic"  # delivered before it was merged
    assert companies["9000000199"]["name"] == "Tidewater Clinics"  # never delivered, only named
    for gone in ("9000000198", "9000000199"):
        assert companies[gone]["external_id"] == "hubspot:9000000111"
        assert companies[gone]["source_deleted_at"] is not None
    assert companies["9000000111"]["source_deleted_at"] is None
    assert contacts["9100000299"]["external_id"] == "hubspot:9100000211"
    domains = staged("hubspot", "company_domain", SAMPLE)
    assert domains.filter(pl.col("domain") == "tidewater.example")["company_id"].to_list() == ["9000000111"]
    deals = by_id(judged("hubspot", "opportunity", SAMPLE)[0])
    assert deals["9200000399"]["source_deleted_at"] == deals["9200000311"]["updated_at"]


def test_people_their_addresses_and_their_companies(judged: Judged, staged: Staged) -> None:
    rows = by_id(judged("hubspot", "contact", SAMPLE)[0])
    assert rows["9100000202"]["name"] == "billing@harbourfinch.example"
    assert [rows[no]["decision_role"] for no in ("9100000201", "9100000203", "9100000211", "9100000212")] == [
        "champion",
        "economic_buyer",
        "economic_buyer",
        "user",
    ]
    mails = staged("hubspot", "contact_email", SAMPLE).filter(pl.col("contact_id") == "9100000201")
    assert dict(mails.select("address", "is_primary").iter_rows()) == {
        "aoife@harbourfinch.example": True,
        "aoife.old@harbourfinch.example": False,
        "aoife.nb@mail.example": False,
    }
    phones = staged("hubspot", "contact_phone", SAMPLE).filter(pl.col("contact_id") == "9100000203")
    assert phones["phone_type"].to_list() == ["mobile"]  # the same number stands in both fields
    roles = staged("hubspot", "job_role", SAMPLE)
    assert dict(roles.select("source_record_id", "is_primary").iter_rows()) == {
        "9100000201:9000000101": True,
        "9100000201:9000000102": False,
        "9100000202:9000000101": True,
        "9100000203:9000000103": True,
        "9100000211:9000000111": True,  # listed last by the API, with the label that means primary
        "9100000211:9000000112": False,
        "9100000212:9000000112": True,
        "9100000213:9000000111": True,
    }
    gone = roles.filter(pl.col("source_deleted_at").is_not_null())
    assert gone["contact_id"].to_list() == ["9100000213"]


def test_whether_people_want_mail(judged: Judged) -> None:
    rows = judged("hubspot", "communication_preference", SAMPLE)[0]
    assert set(rows["channel"]) == {"email"}
    assert rows.filter(source_record_id="9100000212:email")["address"].str.contains("@").to_list() == [True]
    assert rows.select("source_record_id", "topic", "preference").rows() == [
        ("9100000201:email", None, "subscribed"),
        ("9100000202:email", None, "unknown"),
        ("9100000203:email", None, "unsubscribed"),
        ("9100000211:email", None, "unknown"),
        ("9100000211:email:6125111", "Product news", "unsubscribed"),  # its name stands in subscription_types.json
        ("9100000211:email:6125112", "Invitations", "subscribed"),
        ("9100000212:email", None, "bounced"),
        ("9100000213:email", None, "bounced"),  # an address that is none, of a contact that was deleted
    ]
    assert rows["source_deleted_at"].to_list() == [None] * 7 + [datetime(2025, 12, 1, 10)]


def test_deals_say_how_they_stand(judged: Judged, staged: Staged) -> None:
    rows = by_id(judged("hubspot", "opportunity", SAMPLE)[0])
    stands = {no: (row["status"], row["opportunity_type"], row["stage"]) for no, row in rows.items()}
    assert stands == {
        "9200000301": ("won", "new_business", "Closed won"),
        "9200000302": ("open", "new_business", "Contract sent"),
        "9200000303": ("lost", "upsell", "Closed lost"),
        "9200000311": ("won", "new_business", "Closed won"),
        "9200000312": ("won", "renewal", "Signed"),  # a stage of the portal's own, in a pipeline of its own
        "9200000313": ("open", None, "Qualified to buy"),
        "9200000399": ("open", None, "Qualified to buy"),
    }
    assert rows["9200000301"]["one_time_amount"] == Decimal(600)
    assert rows["9200000311"]["one_time_amount"] == Decimal(1500)  # the line item that is billed once
    assert rows["9200000302"]["mrr"] == Decimal("400.04")
    assert rows["9200000302"]["closed_at"] is None
    assert rows["9200000312"]["closed_at"] == datetime(2026, 1, 1)
    assert (rows["9200000303"]["lost_reason"], rows["9200000301"]["lost_reason"]) == ("Budget cut", None)
    assert rows["9200000313"]["source_deleted_at"] == datetime(2025, 10, 2, 7)
    assert rows["9200000399"]["company_id"] == "9000000112"  # linked by a page of the associations API
    history = staged("hubspot", "opportunity_stage_history", SAMPLE)
    assert Counter(history["opportunity_id"]) == {"9200000301": 2, "9200000311": 3, "9200000312": 2}
    people = staged("hubspot", "opportunity_contact", SAMPLE)
    roles = dict(people.select("source_record_id", "role").iter_rows())
    assert roles["9200000311:9100000211"] == "signs_the_contract"
    assert roles["9200000301:9100000201"] == "Champion"
    assert roles["9200000399:9100000212"] == "END_USER"


def test_prices_have_a_currency(staged: Staged) -> None:
    prices = by_id(staged("hubspot", "product_price", SAMPLE))
    assert set(prices) == {"9400000511:EUR", "9400000511:USD", "9400000512:USD", "9400000513:USD"}
    assert prices["9400000513:USD"]["source_deleted_at"] == "2023-12-31T23:00:00Z"
    assert prices["9400000511:EUR"]["unit_amount"] == "230.00"
    assert prices["9400000511:EUR"]["billing_interval"] == "month"
    assert prices["9400000512:USD"]["billing_interval"] is None


def test_tickets_and_their_history_use_the_same_words(judged: Judged) -> None:
    rows = by_id(judged("hubspot", "ticket", SAMPLE)[0])
    assert {no: (row["status"], row["priority"]) for no, row in rows.items()} == {
        "9500000601": ("open", "high"),
        "9500000602": ("closed", None),
        "9500000611": ("pending", "urgent"),
        "9500000612": ("closed", "normal"),
        "9500000613": ("new", None),
    }
    events = judged("hubspot", "ticket_event", SAMPLE)[0].sort("field_name", "occurred_at")
    assert events.select("field_name", "old_value", "new_value").rows() == [
        ("assignee", None, "70000002"),
        ("priority", None, "normal"),
        ("priority", "normal", "urgent"),
        ("status", None, "new"),
        ("status", "new", "pending"),
    ]


def test_only_nps_answers_are_nps_answers(judged: Judged) -> None:
    rows = by_id(judged("hubspot", "nps_response", SAMPLE)[0])
    assert {no: (row["score"], row["respondent"]) for no, row in rows.items()} == {
        "9600000701": (9, "aoife@harbourfinch.example"),
        "9600000711": (3, "maya@tidewater.example"),
        "9600000712": (10, "sam@tidewaterlabs.example"),
        "9600000715": (0, "maya@tidewater.example"),
    }
    assert rows["9600000715"]["source_deleted_at"] == datetime(2026, 6, 5, 10, 5)
    assert rows["9600000712"]["answered_at"] == datetime(2026, 6, 5, 9)
