"""The workspace's own files: a mapping in words becomes resources and SQL, and every mistake in it has its sentence."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines import declarations
from pipelines.home import Home
from pipelines.rooms import CONNECTORS, catalogue, sources
from pipelines.sync.ingest import Delivery, sync
from pipelines.tables import staging
from pipelines.warehouse import Connection, open_warehouse

FOLDER = CONNECTORS / "files"
COLLECTION = """\
[[collection]]
name = "deals"
files = ["deals*"]
key = ["No"]
object = "opportunity"

[collection.fields]
title = "Title"
stage = "Stage"
status = { constant = "open" }
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    for name in ("RAPPORT_HOME", "DAGSTER_HOME", "DLT_DATA_DIR", "RUNTIME__DLTHUB_TELEMETRY"):
        monkeypatch.setenv(name, "")
    place = Home(tmp_path / "home")
    place.create(["files"])
    place.prepare_environment()
    yield place
    declarations.use(None)


Take = Callable[[str, dict[str, str | bytes]], list[Delivery]]


@pytest.fixture
def take(home: Home) -> Take:
    """Write a mapping and files, and sync them."""

    def run(mapping: str, files: dict[str, str | bytes]) -> list[Delivery]:
        (home.config / "files.toml").write_text(mapping)
        for name, content in files.items():
            path = home.inbox / "files" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        (found,) = sync(home, ["files"], None, lambda _: None)
        return list(found.deliveries)

    return run


def staged(con: Connection, name: str) -> tuple[list[dict[str, Any]], list[str]]:
    """The good rows of an object, and the reasons for the others."""
    staging.build(con, catalogue()[f"staging_files.{name}"])
    rows = con.sql(f"select * from staging_files.{name} order by source_record_id").pl().to_dicts()
    query = f"select reason from quarantine.files__{name} where stage = 'map' order by line"
    return rows, [reason for (reason,) in con.execute(query).fetchall()]


# --- the sample ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, dict[str, Delivery]]]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("RAPPORT_HOME", "DAGSTER_HOME", "DLT_DATA_DIR", "RUNTIME__DLTHUB_TELEMETRY"):
            patch.setenv(name, "")
        place = Home(tmp_path_factory.mktemp("files") / "home")
        place.create(["files"])
        place.prepare_environment()
        shutil.copytree(FOLDER / "config", place.config, dirs_exist_ok=True)
        shutil.copytree(FOLDER / "sample", place.inbox / "files", dirs_exist_ok=True)
        (found,) = sync(place, ["files"], None, lambda _: None)
        yield place, {one.file: one for one in found.deliveries}
        declarations.use(None)


def test_every_kind_of_file_lands_in_its_collection(sample: tuple[Home, dict[str, Delivery]]) -> None:
    found = {file: (one.resource, one.rows_read, one.rows_stored) for file, one in sample[1].items()}
    assert found == {
        "2026/machines-week-27.zip": ("_file", 0, 0),
        "2026/machines-week-27.zip/export/machines-27.csv": ("machines", 1, 1),
        "accounts.xlsx": ("accounts", 3, 3),
        "contract_payments.csv": ("contract_payments", 3, 3),
        "contracts.jsonl": ("contracts", 3, 3),
        "delivery.xlsx": ("_file", 0, 0),
        "delivery.xlsx/Deliverables": ("deliverables", 2, 2),
        "delivery.xlsx/How to": ("_file", 0, 0),
        "delivery.xlsx/Milestones": ("milestones", 2, 2),
        "delivery.xlsx/Services": ("services", 2, 2),
        "machines.csv": ("machines", 3, 3),
        "machines_broken.csv": ("machines", 3, 2),
        "readings.parquet": ("readings", 2, 2),
    }
    assert sample[1]["delivery.xlsx"].note == "a workbook of 4 sheets"
    assert sample[1]["delivery.xlsx/How to"].note.startswith(
        "not read: config/files.toml asks for the sheet Services or"
    )
    assert sample[1]["2026/machines-week-27.zip"].note == "an archive of 1 files"


def test_the_sample_becomes_objects(sample: tuple[Home, dict[str, Delivery]]) -> None:
    with open_warehouse(sample[0], "a test") as con:
        machines, refused = staged(con, "machine")
        assert [row["source_record_id"] for row in machines] == ["HF-1001", "HF-1002", "PE-2001", "PE-2002", "XX-2"]
        first = machines[0]
        assert (first["delivered_on"], first["price"], first["currency"], first["power_kw"], first["options"]) == (
            date(2025, 2, 17),
            Decimal("12480.50"),
            "EUR",
            Decimal("7.5"),
            ["GPS", "cold start"],
        )
        assert (first["company_id"], first["is_leased"], machines[1]["is_leased"]) == (
            "harbourfinch.example",
            False,
            None,
        )
        assert machines[3]["options"] == ["Überdruckventil"]
        assert machines[0]["custom"] == '{"hall":"A"}'
        assert [reason.split("; ") for reason in refused] == [
            [
                'delivered_on: "02/17/2025" is not written as %d.%m.%Y, as config/files.toml (delivered_on of '
                "machines) says",
                "price: \"12,480.50\" is no number written with decimal ',' and thousands '.', as config/files.toml "
                "(price of machines) says",
                "power_kw: \"7.5\" is no number written with decimal ',', as config/files.toml (power_kw of machines) "
                "says",
                'is_leased: "maybe" is not true or false',
            ]
        ]
        companies, _ = staged(con, "company")
        assert [(row["name"], row["support_plan"], row["csm_score"], row["csm_score_at"]) for row in companies] == [
            ("Harbour & Finch", "premium", 4, datetime(2026, 6, 3)),
            ("Pellworm Energie", "plus", 2, datetime(2026, 6, 11)),
            ("Quiet Lead", "basic", None, None),
        ]
        domains, _ = staged(con, "company_domain")
        assert [(row["company_id"], row["domain"], row["is_primary"]) for row in domains] == [
            ("K-01", "harbourfinch.example", True),
            ("K-02", "pellworm.example", True),
        ]
        contracts, _ = staged(con, "contract")
        assert [(row["name"], row["contract_value"]) for row in contracts] == [
            ("Crate monitoring, two halls", Decimal("36000.5")),
            ("Grid reports", Decimal(6000)),
        ]
        payments, _ = staged(con, "contract_payment_schedule")
        assert [(row["source_record_id"], row["due_on"], row["amount"]) for row in payments] == [
            ("C-7:02/01/2025", date(2025, 2, 1), Decimal("18000.25")),
            ("C-7:02/01/2026", date(2026, 2, 1), Decimal("18000.25")),
            ("C-9:05/01/2026", date(2026, 5, 1), Decimal(6000)),
        ]
        assert [row["status"] for row in staged(con, "deliverable")[0]] == ["accepted", "in_progress"]
        assert [row["reached_on"] for row in staged(con, "milestone")[0]] == [date(2025, 3, 10), None]
        readings, _ = staged(con, "metric_reading")
        assert [(row["value"], row["read_at"]) for row in readings] == [
            (Decimal("1250.125"), datetime(2026, 6, 30, 23)),
            (Decimal("80.5"), datetime(2026, 6, 30, 23)),
        ]


# --- which file goes where -------------------------------------------------------------------------------------------


def test_without_a_mapping_there_is_nothing(home: Home) -> None:
    (home.inbox / "files" / "a.csv").write_text("x\n1\n")
    (found,) = sync(home, ["files"], None, lambda _: None)
    (one,) = found.deliveries
    assert (one.rows_quarantined, one.note) == (
        1,
        "no collection of config/files.toml takes a file of this name; there is none yet",
    )
    assert not [name for name in catalogue() if "_files." in name]
    (home.config / "files.toml").write_text("")
    (found,) = sync(home, ["files"], None, lambda _: None)
    assert found.deliveries == ()


def test_a_header_that_is_missing_is_named_with_the_line_that_asks_for_it(take: Take) -> None:
    (one,) = take(COLLECTION, {"deals.csv": "No,Titel,Stage\n1,A,new\n"})
    assert one.note == (
        "columns fit deals best (2 of 3) but required column 'title' is missing (config/files.toml:8 asks for it); "
        "the file has 'Titel' which may be its new name"
    )
    (other,) = take(COLLECTION, {"other.csv": "No,Title,Stage\n1,A,new\n"})
    assert other.note == "no collection of config/files.toml takes a file of this name; its globs are deals*"


def test_a_changed_mapping_reads_the_files_again(home: Home, take: Take) -> None:
    files: dict[str, str | bytes] = {"deals.csv": "No,Title,Stage\n1,A,new\n", "more/deals.csv": "No,Title\n2,B\n"}
    first = take(COLLECTION, files)
    assert [(one.file, one.rows_stored) for one in first] == [("deals.csv", 1), ("more/deals.csv", 0)]
    again = take(COLLECTION.replace('stage = "Stage"', 'stage = { header = "Stage", optional = true }'), {})
    assert [(one.file, one.rows_stored) for one in again] == [("deals.csv", 1), ("more/deals.csv", 1)]
    with open_warehouse(home, "a test") as con:
        assert con.execute("select count(*) from raw_files.deals").fetchall() == [(2,)]
    assert take(COLLECTION.replace('stage = "Stage"', 'stage = { header = "Stage", optional = true }'), {}) == []
    words = COLLECTION.replace('"Stage"', '{ header = "Stage", optional = true, values = { "new" = "begun" } }')
    assert take(words, {}) == [], "what a value means changes nothing of how a file is read"


def test_a_sheet_that_is_not_there_is_told(take: Take) -> None:
    mapping = COLLECTION.replace("key =", 'sheet = "Deals"\nkey =')
    (one,) = take(mapping, {"deals.xlsx": (FOLDER / "sample" / "accounts.xlsx").read_bytes()})
    assert one.note == "config/files.toml asks for the sheet Deals; the workbook has Accounts"


def test_one_row_may_give_several_objects(home: Home, take: Take) -> None:
    mapping = """\
[[collection]]
name = "orders"
files = ["orders*.json"]
records = "orders"
key = ["id"]
version = "version"

  [[collection.object]]
  object = "contact"
  key = ["mail"]
  fields.name = "who"

  [[collection.object]]
  object = "sale"
  fields.sold_on = { header = "day", date_format = "%d/%m/%y" }
  fields.amount = { header = "sum", decimal = ".", thousands = "'" }
  fields.currency = { constant = "CHF" }
  fields.company_id = { header = "crm", source = "hubspot" }
"""
    records = (
        '{"orders": [{"id": 1, "mail": "a@x.example", "who": "Ann", "day": "03/04/26", "sum": "1\'000.50", "crm": "7", '
        '"version": 2}, {"id": 2, "mail": "a@x.example", "who": "Anna", "day": "2026-05-06", "sum": "7", "crm": null, '
        '"version": 5}, {"id": 3, "mail": null, "who": "?", "day": null, "sum": "7", "crm": "8", "version": "soon"}]}'
    )
    (one,) = take(mapping, {"orders-1.json": records})
    assert (one.resource, one.rows_stored) == ("orders", 3)
    with open_warehouse(home, "a test") as con:
        people, _ = staged(con, "contact")
        assert [(row["source_record_id"], row["name"], row["custom"]) for row in people] == [
            ("a@x.example", "Anna", None)
        ]
        sales, reasons = staged(con, "sale")
        assert [(row["sold_on"], row["amount"], row["currency"], row["company_id"]) for row in sales] == [
            (date(2026, 4, 3), Decimal("1000.5"), "CHF", "hubspot:7"),
            (date(2026, 5, 6), Decimal(7), "CHF", None),
        ]
        assert reasons == [
            'version: "soon" is no version: neither a number nor a time such as 2026-03-31T14:05:00Z; '
            "sold_on is missing"
        ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("03/04/2026", 'may be: "03/04/2026" does not say which is the day and which the month; write date_format ='),
        ("3.4.26 10:00", "does not say which is the day and which the month"),
        ("2026-04-03", None),
        ("soon", '"soon" is not a date such as 2026-03-31'),
    ],
)
def test_a_date_that_may_be_two_is_refused(home: Home, take: Take, text: str, reason: str | None) -> None:
    mapping = COLLECTION + 'expected_close_on = "Close"\n'
    take(mapping, {"deals.csv": f"No,Title,Stage,Close\n1,A,new,{text}\n"})
    with open_warehouse(home, "a test") as con:
        rows, reasons = staged(con, "opportunity")
    assert len(rows) == (reason is None)
    assert not reason or reason.removeprefix("may be: ") in reasons[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1234.5", "1234.5"),
        ("1.234", None),
        ("12,5", None),
        ("1,234.50", None),
        ("0.125", "0.125"),
        ("1.2345", "1.2345"),
    ],
)
def test_a_number_that_may_be_two_is_refused(home: Home, take: Take, text: str, value: str | None) -> None:
    take(COLLECTION + 'amount = "Sum"\n', {"deals.csv": f'No,Title,Stage,Sum\n1,A,new,"{text}"\n'})
    with open_warehouse(home, "a test") as con:
        rows, reasons = staged(con, "opportunity")
    if value is not None:
        assert [row["amount"] for row in rows] == [Decimal(value)]
    else:
        assert reasons == [
            f'amount: "{text}" does not say which mark is for decimals and which for thousands; write decimal = "," or '
            'decimal = ".", and thousands where there is one, in config/files.toml (amount of deals)'
        ]


@pytest.mark.parametrize(
    ("text", "value"),
    [("1 234 567,5", "1234567.5"), ("1\u00a0234", "1234"), ("-12,5", "-12.5"), ("1.234", None), ("12 34", None)],
)
def test_thousands_may_be_spaces(home: Home, take: Take, text: str, value: str | None) -> None:
    mapping = COLLECTION + 'amount = { header = "Sum", decimal = ",", thousands = " " }\n'
    take(mapping, {"deals.csv": f'No,Title,Stage,Sum\n1,A,new,"{text}"\n'})
    with open_warehouse(home, "a test") as con:
        rows, reasons = staged(con, "opportunity")
    assert [row["amount"] for row in rows] == ([Decimal(value)] if value else [])
    assert len(reasons) == (value is None)


def test_trust_is_the_highest() -> None:
    assert next(iter(sources())) == "files"
