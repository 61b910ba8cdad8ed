"""Salesforce: data export, reports and API pages make one of each record; every mapping keeps to its object."""

from __future__ import annotations

import csv
import json
import zipfile
from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from connectors.salesforce.source import RESOURCES
from pipelines.home import ROOT
from pipelines.schemas import columns_of, schema_of
from tests.connectors.conftest import REAL_DATA, Delivered, Judged, Staged

SAMPLE = ROOT / "connectors" / "salesforce" / "sample"
OBJECTS = sorted(path.stem for path in SAMPLE.parent.glob("*.sql"))
NORDLICHT, LABS, CALDER, MERGED = "0015f000000aB1cAAE", "0015f000000Qe2DAAS", "0015f000000Zz3kAAC", "0015f000000mN4PAAU"
OAK_HARBOR, TRIAL = "0015f000000Rt5vAAC", "0015f000000Hh6WAAS"
ROSA, JUERGEN, MINA, TOM, TWIN = (
    f"0035f000000{end}" for end in ("aB1cAAE", "Qe2DAAS", "Zz3kAAC", "mN4PAAU", "Rt5vAAC")
)
IDA, OMAR, PETRA = "0055f000000aB1cAAE", "0055f000000Qe2DAAS", "0055f000000Zz3kAAC"


def by_id(rows: pl.DataFrame) -> dict[str, dict[str, object]]:
    return {row["source_record_id"]: row for row in rows.to_dicts()}


def write(path: Path, *rows: dict[str, str], footer: str = "", encoding: str = "utf-8", delimiter: str = ",") -> None:
    with path.open("w", newline="", encoding=encoding) as file:
        writer = csv.DictWriter(file, list(rows[0]), quoting=csv.QUOTE_ALL, lineterminator="\n", delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
        file.write(footer)


# --- the shapes ------------------------------------------------------------------------------------------------------


def test_every_file_of_the_sample_lands_where_it_belongs(delivered: Delivered) -> None:
    deliveries = delivered("salesforce", SAMPLE)
    assert {delivery.file for delivery in deliveries} == {path.name for path in SAMPLE.iterdir()}
    loader_only = {"opportunity_versions"}
    assert {delivery.resource for delivery in deliveries} == {one.name for one in RESOURCES} - loader_only
    assert sum(delivery.rows_quarantined for delivery in deliveries) == 0
    reports = {row.file: row.note for row in deliveries if row.file.startswith("report")}
    assert set(reports.values()) == {"dates read as month/day/year"}
    assert len(reports) == 3


@pytest.mark.parametrize("object_name", OBJECTS)
def test_every_mapping_keeps_to_its_object(object_name: str, staged: Staged, judged: Judged) -> None:
    rows = staged("salesforce", object_name, SAMPLE)
    good, reasons = judged("salesforce", object_name, SAMPLE)
    assert reasons == []
    assert len(good) == len(rows) > 0
    assert [column for column in rows.columns if good.to_dict().get(column, rows[column]).is_null().all()] == []


def test_references_name_records_that_are_there(judged: Judged) -> None:
    there = {name: set(judged("salesforce", name, SAMPLE)[0]["source_record_id"]) for name in OBJECTS}
    for name in OBJECTS:
        rows, schema = judged("salesforce", name, SAMPLE)[0], schema_of(f"objects.{name}")
        assert schema is not None
        for column in columns_of(schema):
            if column.references in there and column.name in rows.columns:
                named = set(rows[column.name].drop_nulls()) if column.name != f"{name}_id" else set()
                assert {one for one in named if "@" not in one} <= there[column.references], (name, column.name)


def test_a_label_is_a_header_and_a_column() -> None:
    for resource in RESOURCES:
        assert set(resource.labels.values()) <= set(resource.columns), resource.name
        assert {*resource.key, *resource.required} <= set(resource.columns), resource.name


def test_the_weekly_archive_says_the_same_as_its_files(tmp_path: Path, delivered: Delivered, judged: Judged) -> None:
    files = sorted(SAMPLE.glob("[A-Z]*.csv"))
    (tmp_path / "zip").mkdir()
    (tmp_path / "files").mkdir()
    with zipfile.ZipFile(tmp_path / "zip" / "WE_00D5f000000abcdEAA_1.ZIP", "w") as archive:
        for path in files:
            archive.write(path, path.name)
            (tmp_path / "files" / path.name).write_bytes(path.read_bytes())
        archive.writestr("Campaign.csv", '"Id","Name","Status"\n"7015f000000aB1cAAE","Spring","Planned"\n')
    taken = delivered("salesforce", tmp_path / "zip")
    assert sum(row.rows_quarantined for row in taken) == 1  # campaigns are set aside whole
    for name in ("company", "opportunity", "conversation"):
        assert (
            judged("salesforce", name, tmp_path / "zip")[0]
            .drop("_row_id", "loaded_at")
            .equals(judged("salesforce", name, tmp_path / "files")[0].drop("_row_id", "loaded_at"))
        )


@pytest.mark.skipif(not REAL_DATA.exists(), reason="the folder of real exports is not here")
def test_tables_of_a_loader_are_accounted_for(delivered: Delivered, judged: Judged) -> None:
    folder = REAL_DATA / "salesforce"
    rows = {delivery.file: delivery for delivery in delivered("salesforce", folder)}
    assert len(rows) == 14
    for row in rows.values():
        assert row.rows_read == row.rows_stored + row.rows_quarantined + row.rows_repeated
    assert {file for file, row in rows.items() if row.resource == "_file"} == {
        "sf_account_history_data.csv",
        "sf_contact_history_data.csv",
        "sf_order_data.csv",
    }
    assert rows["sf_opportunity_history_data.csv"].resource == "opportunity_versions"
    count = {name: len(judged("salesforce", name, folder)[0]) for name in OBJECTS}
    assert {name: number for name, number in count.items() if number} == {
        "appointment": 10,
        "appointment_attendee": 20,
        "communication_preference": 4,
        "company": 10,
        "contact": 4,
        "contact_email": 1,
        "contact_phone": 2,
        "job_role": 3,
        "opportunity": 9,
        "opportunity_stage_history": 10,
        "product": 2,
        "task": 10,
        "task_link": 29,
        "team_member": 10,
    }
    reasons = {name: set(judged("salesforce", name, folder)[1]) for name in OBJECTS}
    assert reasons.pop("opportunity") == {'probability: "10.000000000000" is above 1'}  # sent as 1000 per cent
    assert reasons.pop("contact") == {"name is missing"}
    assert all("does not look as expected" in reason for reason in reasons.pop("company_domain"))  # scrambled
    assert not any(reasons.values())
    stands = judged("salesforce", "opportunity", folder)[0]
    assert Counter(stands["status"]) == {"won": 4, "lost": 4, "open": 1}
    assert stands["source_deleted_at"].null_count() < 9


# --- one record, however it comes ------------------------------------------------------------------------------------


def test_fifteen_and_eighteen_characters_are_one_record(judged: Judged) -> None:
    rows = by_id(judged("salesforce", "company", SAMPLE)[0])
    assert set(rows) == {NORDLICHT, LABS, CALDER, MERGED, OAK_HARBOR, TRIAL}
    assert rows[NORDLICHT]["name"] == "Nordlicht Optik"  # the data export counts, not the report that came after it
    assert judged("salesforce", "job_role", SAMPLE)[0].filter(pl.col("company_id") == OAK_HARBOR).height == 1


def test_a_report_reads_like_an_export(judged: Judged) -> None:
    company = by_id(judged("salesforce", "company", SAMPLE)[0])[OAK_HARBOR]
    assert (company["employee_count"], company["annual_revenue"], company["currency"]) == (1250, 2_400_000, "USD")
    assert company["created_at"] == datetime(2025, 3, 29)
    assert company["owner_id"] == IDA
    deal = by_id(judged("salesforce", "opportunity", SAMPLE)[0])["0065f000000Rt5vAAC"]
    assert (deal["amount"], deal["probability"]) == (18_000, Decimal("0.75"))
    assert (deal["expected_close_on"], deal["opportunity_type"], deal["status"]) == (
        date(2026, 8, 31),
        "renewal",
        "open",
    )


CASE = {
    "Case ID": "5005f000000dS9f",
    "Case Number": "00009",
    "Subject": "Slow",
    "Status": "Working",
    "Case Origin": "Web",
}


@pytest.mark.parametrize(
    ("opened", "closed", "note", "read"),
    [
        ("31.03.2026, 14:05", "01.04.2026, 09:00", "", datetime(2026, 3, 31, 14, 5)),
        ("3/4/2026 2:05\u202fPM", "3/31/2026 9:00 AM", "dates read as month/day/year", datetime(2026, 3, 4, 14, 5)),
        ("3/4/2026 14:05", "31/3/2026 09:00", "dates read as day/month/year", datetime(2026, 4, 3, 14, 5)),
        ("2026-03-31 14:05", "", "", datetime(2026, 3, 31, 14, 5)),
        ("31-03-2026 14:05:06", "", "", datetime(2026, 3, 31, 14, 5, 6)),
        ("3/4/2026", "5/6/2026", "no date of this file shows whether day or month comes first, so none is read", None),
    ],
)
def test_dates_of_every_locale(
    opened: str, closed: str, note: str, read: datetime | None, tmp_path: Path, delivered: Delivered, judged: Judged
) -> None:
    write(tmp_path / "report1.csv", {**CASE, "Date/Time Opened": opened, "Date/Time Closed": closed})
    (delivery,) = delivered("salesforce", tmp_path)
    assert (delivery.resource, delivery.note) == ("cases", note)
    rows, reasons = judged("salesforce", "ticket", tmp_path)
    assert rows["opened_at"].to_list() == ([read] if read else [])
    assert [f'opened_at: "{opened}"' in reason for reason in reasons] == ([] if read else [True])


def test_a_report_of_a_german_office(tmp_path: Path, delivered: Delivered, judged: Judged) -> None:
    row = {
        "Opportunity ID": "0065f000000dS9f",
        "Opportunity Name": "Größerer Umfang; zweite Stufe",
        "Account ID": NORDLICHT[:15],
        "Stage": "Closed Won",
        "Amount": "1.234,50",
        "Probability (%)": "100",
        "Close Date": "30.06.2026",
    }
    footer = '"Deals"\n"Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved."\n"Generated By: Ida Lund"\n'
    write(tmp_path / "report2.csv", row, footer=footer, encoding="cp1252", delimiter=";")
    (delivery,) = delivered("salesforce", tmp_path)
    assert (delivery.rows_read, delivery.rows_stored, delivery.rows_quarantined) == (4, 1, 3)
    (deal,) = judged("salesforce", "opportunity", tmp_path)[0].to_dicts()
    assert (deal["title"], deal["amount"]) == ("Größerer Umfang; zweite Stufe", Decimal("1234.50"))
    assert (deal["status"], deal["closed_at"], deal["company_id"]) == ("won", datetime(2026, 6, 30), NORDLICHT)


def test_an_older_version_never_wins(tmp_path: Path, judged: Judged) -> None:
    needed = {"Website": "", "Phone": "", "BillingCountry": "", "IsDeleted": "false"}
    new = {"Id": CALDER, "Name": "New", **needed, "SystemModstamp": "2026-06-30T00:00:00.000Z"}
    old = {"Id": CALDER[:15], "Name": "Old", **needed, "SystemModstamp": "2026-06-29T23:59:59.000+0000"}
    write(tmp_path / "1.csv", new)
    write(tmp_path / "2.csv", old)
    assert judged("salesforce", "company", tmp_path)[0]["name"].to_list() == ["New"]


def test_what_cannot_be_read_is_set_aside_with_its_reason(tmp_path: Path, judged: Judged) -> None:
    deal = {"Id": "", "Name": "A", "StageName": "New", "AccountId": "", "CloseDate": "2026-06-30", "SystemModstamp": ""}
    ids = [f"0065f00000000{number}AAA" for number in "12345"]
    write(
        tmp_path / "Opportunity.csv",
        deal | {"Id": ids[0], "Amount": "12,5 Mio", "Probability": "10.0"},
        deal | {"Id": ids[1], "Amount": "1", "Probability": "certain"},
        deal | {"Id": ids[2], "Amount": "1", "Probability": "150.0", "CloseDate": "2026-02-30"},
        deal | {"Id": "", "Amount": "1", "Probability": "10.0"},
        deal | {"Id": ids[4], "Amount": "1", "Probability": "33.3"},
    )
    line = {
        "Id": "00k5f000000aB1cAAE",
        "OpportunityId": ids[4],
        "Quantity": "1",
        "UnitPrice": "1",
        "TotalPrice": "free",
    }
    write(tmp_path / "OpportunityLineItem.csv", line)
    rows, reasons = judged("salesforce", "opportunity", tmp_path)
    assert len(rows) == 0
    text = " ".join(reasons)
    for word in ('"12,5 Mio"', '"certain"', '"1.500000000000" is above 1', '"2026-02-30"', 'mrr: "free"'):
        assert word in text
    assert len(reasons) == 4


# --- what the rows mean ----------------------------------------------------------------------------------------------


def test_companies_and_their_tree(judged: Judged) -> None:
    rows = by_id(judged("salesforce", "company", SAMPLE)[0])
    assert (rows[NORDLICHT]["country"], rows[NORDLICHT]["address"]) == ("DE", "Speicherstraße 4\nHof 2")
    assert json.loads(str(rows[NORDLICHT]["custom"]))["partner_programme_c"] == "Gold"
    assert rows[LABS]["parent_company_id"] == NORDLICHT
    assert [rows[one]["co_owner_id"] for one in (NORDLICHT, LABS)] == [OMAR, OMAR]  # by name, by id
    assert [rows[one]["external_id"] for one in (NORDLICHT, LABS, MERGED)] == [
        "hubspot:9000000777",
        "*:4411",
        f"salesforce:{NORDLICHT}",
    ]
    assert (rows[CALDER]["lifecycle_phase"], rows[CALDER]["employee_count"]) == (
        "Customer - Direct",
        64,
    )  # from the API
    assert rows[CALDER]["annual_revenue"] == Decimal("7250000.5")
    assert rows[TRIAL]["source_deleted_at"] == datetime(2026, 6, 3, 8)
    assert rows[MERGED]["source_deleted_at"] == datetime(2024, 3, 5, 13)
    domains = judged("salesforce", "company_domain", SAMPLE)[0]
    assert dict(domains.select("company_id", "domain").iter_rows()) == {
        NORDLICHT: "nordlicht.example",
        LABS: "labs.nordlicht.example",
        CALDER: "calderwray.example",
        OAK_HARBOR: "oakharbordental.example",
        TRIAL: "test.example",
    }


def test_leads_are_contacts_once(judged: Judged) -> None:
    rows = by_id(judged("salesforce", "contact", SAMPLE)[0])
    converted, lotte, ken = (f"00Q5f000000{end}" for end in ("aB1cEAE", "Qe2DEAS", "Zz3kEAC"))
    assert rows[converted]["external_id"] == f"salesforce:{TOM}"
    assert (rows[converted]["updated_at"], rows[converted]["source_deleted_at"]) == (None, datetime(2026, 1, 14))
    assert rows[lotte]["lifecycle_phase"] == "Working - Contacted"
    assert json.loads(str(rows[ken]["custom"]))["company"] == "Ito Trading"
    assert rows[ken]["owner_id"] is None  # a queue
    roles = dict(judged("salesforce", "job_role", SAMPLE)[0].select("contact_id", "company_id").iter_rows())
    assert roles[lotte] == LABS  # her company's text is just one account's name
    assert ken not in roles
    mails = judged("salesforce", "contact_email", SAMPLE)[0]
    assert mails.filter(pl.col("address") == "tom@calderwray.example")["contact_id"].to_list() == [TOM]


def test_people_their_companies_and_their_wishes(judged: Judged) -> None:
    rows = by_id(judged("salesforce", "contact", SAMPLE)[0])
    assert [rows[one]["decision_role"] for one in (ROSA, JUERGEN, TOM, MINA)] == [
        "champion", "economic_buyer", "user", None,
    ]  # fmt: skip
    assert rows[ROSA]["reports_to_id"] == JUERGEN
    assert rows[TWIN]["external_id"] == f"salesforce:{ROSA}"
    roles = by_id(judged("salesforce", "job_role", SAMPLE)[0])
    assert (roles[f"{ROSA}:{LABS}"]["is_primary"], roles[f"{ROSA}:{LABS}"]["started_on"]) == (False, date(2024, 1, 1))
    assert roles[f"{JUERGEN}:{CALDER}"]["ended_on"] == date(2025, 12, 31)
    assert roles[f"{ROSA}:{NORDLICHT}"]["job_title"] == "Head of Operations"
    wishes = {
        row: wish["preference"]
        for row, wish in by_id(judged("salesforce", "communication_preference", SAMPLE)[0]).items()
    }
    addresses = dict(judged("salesforce", "communication_preference", SAMPLE)[0].select("channel", "address").rows())
    assert "@" in addresses["email"]
    assert addresses["phone"] is None
    assert [wishes[f"{one}:email"] for one in (ROSA, JUERGEN, MINA)] == ["subscribed", "unsubscribed", "bounced"]
    assert [wishes[f"{one}:phone"] for one in (ROSA, JUERGEN)] == ["unknown", "unsubscribed"]
    members = judged("salesforce", "team_member", SAMPLE)[0]
    assert members.select("name", "roles", "team", "is_active").rows() == [
        ("Omar Haddad", "Customer Success", "Success", True),
        ("Petra Vogel", "Support Agent", "Support", False),
        ("Ida Lund", "Account Executive", "Sales", True),
    ]
