"""QuickBooks Online: answers of its API and its reports land and read alike, and every mapping keeps to its object."""

from __future__ import annotations

import io
import json
from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter

from pipelines.home import ROOT
from tests.connectors.conftest import Delivered, Judged, Staged

CONNECTOR = ROOT / "connectors" / "quickbooks"
SAMPLE = CONNECTOR / "sample"
OBJECTS = sorted(path.stem for path in CONNECTOR.glob("*.sql"))
Record = dict[str, Any]


def by_id(rows: pl.DataFrame) -> dict[str, dict[str, Any]]:
    return {row["source_record_id"]: row for row in rows.to_dicts()}


def answer(kind: str, *records: Record) -> Record:
    """An answer to a query."""
    return {"QueryResponse": {kind: list(records), "startPosition": 1, "maxResults": len(records)}, "time": "2024"}


def bill(no: int, **more: object) -> Record:
    """A small paid invoice in euros, of customer 1."""
    line = {"Id": "1", "Amount": 10.5, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {}}
    base: Record = {"Id": str(no), "DocNumber": f"N{no}", "TxnDate": "2024-03-01", "TotalAmt": 10.5, "Balance": 0}
    base |= {"CurrencyRef": {"value": "EUR"}, "CustomerRef": {"value": "1", "name": "Acme"}, "Line": [line]}
    return base | {"MetaData": {"LastUpdatedTime": "2024-03-01T10:00:00-08:00"}} | more


def write(folder: Path, files: dict[str, object]) -> Path:
    """Write files into a new folder: bytes and text as they are, anything else as JSON."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        plain = content if isinstance(content, bytes | str) else json.dumps(content)
        (folder / name).write_bytes(plain if isinstance(plain, bytes) else plain.encode())
    return folder


# --- the shapes ------------------------------------------------------------------------------------------------------


def test_every_shape_of_the_sample_lands(delivered: Delivered) -> None:
    deliveries = delivered("quickbooks", SAMPLE)
    assert {delivery.file for delivery in deliveries} == {path.name for path in SAMPLE.iterdir()}
    assert sum(delivery.rows_quarantined for delivery in deliveries) == 0
    read = Counter[str]()
    for delivery in deliveries:
        read[delivery.resource] += delivery.rows_read
    assert read == {
        "customers": 5,
        "items": 6,
        "invoices": 7,
        "payments": 5,
        "sales_receipts": 1,
        "refund_receipts": 1,
        "credit_memos": 3,
        "terms": 1,
        "payment_methods": 1,
        "preferences": 1,
        "deletions": 3,
        "customer_contact_list": 3,
        "product_service_list": 4,
        "invoice_list": 5,
        "transaction_list": 4,
    }


@pytest.mark.parametrize("object_name", OBJECTS)
def test_every_mapping_keeps_to_its_object(object_name: str, staged: Staged, judged: Judged) -> None:
    rows = staged("quickbooks", object_name, SAMPLE)
    good, reasons = judged("quickbooks", object_name, SAMPLE)
    assert reasons == []
    assert len(good) == len(rows) > 0


def test_answers_may_hold_one_record_none_or_several_kinds(tmp_path: Path, delivered: Delivered) -> None:
    folder = write(
        tmp_path / "inbox",
        {
            "one.json": {"Invoice": bill(1), "time": "2024-07-05T02:11:09-07:00"},
            "none.json": {"QueryResponse": {}, "time": "2024-07-05T02:11:09-07:00"},
            "lists.json": {"Invoice": [bill(2), bill(3)], "Customer": [{"Id": "1", "DisplayName": "Acme"}]},
            "invoices.jsonl": "".join(json.dumps(bill(no)) + "\n" for no in (4, 5)),
            "cut.json": json.dumps(answer("Invoice", bill(6)))[:80],
            "vendors.json": answer("Vendor", {"Id": "3"}),
        },
    )
    found = delivered("quickbooks", folder)
    assert {(one.file, one.resource): one.rows_stored for one in found if one.rows_stored} == {
        ("one.json", "invoices"): 1,
        ("lists.json", "invoices"): 2,
        ("lists.json", "customers"): 1,
        ("invoices.jsonl", "invoices"): 2,
    }
    aside = {one.file: one.note for one in found if one.rows_quarantined}
    assert aside.keys() == {"cut.json", "vendors.json"}
    assert aside["cut.json"].startswith("not valid JSON at line 1")


def test_deleted_records_keep_what_they_said(judged: Judged) -> None:
    rows = by_id(judged("quickbooks", "invoice", SAMPLE)[0])
    assert rows["136"]["source_deleted_at"] == datetime(2024, 6, 12, 18, 15)
    assert (rows["136"]["total"], rows["136"]["number"]) == (Decimal(240), "1044")
    payments = by_id(judged("quickbooks", "payment", SAMPLE)[0])
    assert payments["203"]["source_deleted_at"] == datetime(2024, 6, 17, 18, 15)
    companies = by_id(judged("quickbooks", "company", SAMPLE)[0])
    assert companies["61"]["source_deleted_at"] == datetime(2024, 1, 16)
    assert companies["61"]["name"] == "Penrose Optics"


# --- the sample's rows -----------------------------------------------------------------------------------------------


def test_customers_are_a_tree_of_companies_without_projects(judged: Judged) -> None:
    rows = by_id(judged("quickbooks", "company", SAMPLE)[0])
    assert rows.keys() == {"58", "59", "61", "Quill & Sable Press", "Cash customer"}
    assert (rows["59"]["name"], rows["59"]["parent_company_id"]) == ("Taproom Bend", "58")
    assert rows["58"]["external_id"] == "hubspot:10000000071"
    assert rows["58"]["updated_at"] == datetime(2024, 7, 1, 15), "from the change feed"
    assert rows["Quill & Sable Press"]["address"] == "8 Mill Lane, Camden ME 04843"
    people = by_id(judged("quickbooks", "contact", SAMPLE)[0])
    assert {no: row["name"] for no, row in people.items()} == {
        "58": "Dana Whitlock",
        "58:2": "ap@wharfanchor.example",
        "61": "office@penrose-optics.example",
        "Quill & Sable Press:ines@quillsable.example": "Ines Calder",
        "Quill & Sable Press:books@quillsable.example": "books@quillsable.example",
    }


def test_bills_add_up(judged: Judged) -> None:
    rows = by_id(judged("quickbooks", "invoice", SAMPLE)[0])
    assert {no: row["status"] for no, row in rows.items() if no.isdigit()} == {
        "130": "paid",
        "131": "partly_paid",
        "132": "open",
        "133": "void",
        "134": "paid",
        "135": "paid",
        "136": "open",
    }
    for row in rows.values():
        if row["subtotal"] is not None:
            assert row["subtotal"] - row["discount_amount"] + row["tax_amount"] == row["total"]
            assert row["amount_paid"] + row["amount_due"] == row["total"]
    assert rows["131"]["company_id"] == "58", "a project's bill is its customer's"
    assert rows["130"]["paid_at"] == datetime(2024, 5, 6)
    lines = judged("quickbooks", "invoice_line", SAMPLE)[0]
    sums = lines.group_by("invoice_id").agg(pl.col("amount").sum(), pl.col("discount_amount").sum())
    for invoice_id, amount, discount in sums.rows():
        assert (amount, discount) == (rows[invoice_id]["subtotal"], rows[invoice_id]["discount_amount"])
    kinds = dict(lines.select("source_record_id", "revenue_type").rows())
    assert (kinds["130:1"], kinds["132:1"], kinds["134:1"]) == ("one_time", "recurring", None)


def test_only_what_no_subscription_billed_is_a_sale(judged: Judged) -> None:
    rows = judged("quickbooks", "sale", SAMPLE)[0]
    assert dict(rows.select("source_record_id", "amount").rows()) == {
        "Invoice:130:1": Decimal("1440.95"),
        "Invoice:130:2": Decimal("768.75"),
        "Invoice:130:3": Decimal("230.55"),
        "Invoice:131:1.1": Decimal(1500),
        "Invoice:131:1.2": Decimal(480),
        "Invoice:131:2": Decimal("20.5"),
        "Invoice:135:1": Decimal(1300),
        "SalesReceipt:401:1": Decimal(648),
    }
    copied = by_id(judged("quickbooks", "invoice", SAMPLE)[0])["134"]
    assert copied["external_id"] == "chargebee:LUM-000412", "a copy of another system's bill says so"


def test_payments_are_told_bill_by_bill_and_keep_their_sum(judged: Judged) -> None:
    rows = by_id(judged("quickbooks", "payment", SAMPLE)[0])
    assert {no: (row["invoice_id"], row["amount"]) for no, row in rows.items() if no.startswith("201")} == {
        "201:130": ("130", Decimal("2635.47")),
        "201:131": ("131", Decimal(750)),
        "201:credit:301": (None, Decimal(-50)),
    }
    assert sum(row["amount"] for no, row in rows.items() if no.startswith("202")) == Decimal(1600)
    assert rows["RefundReceipt:501"]["amount"] == Decimal("-257.28")
    assert rows["204"]["status"] == "canceled"
    assert rows["list:Payment:2024-03-01:Quill & Sable Press:1125.00:1"]["amount"] == Decimal(1125)
    notes = by_id(judged("quickbooks", "credit_note", SAMPLE)[0])
    assert (notes["303"]["invoice_id"], notes["301"]["invoice_id"]) == ("131", None)


# --- reports ---------------------------------------------------------------------------------------------------------

HEADER = ["Date", "Transaction type", "Num", "Name", "Memo/Description", "Due date", "Amount", "Open balance"]
CURRENCY = "Home currency\r\nGBP\r\n"


def report(*rows: list[str], header: list[str] = HEADER) -> str:
    """A report as CSV, with the titles above and the footer below."""
    commas = "," * (len(header) - 1)
    lines = [f'"Bath & Sons, Ltd"{commas}', f"Invoice List by Date{commas}", f"All Dates{commas}", "", ",".join(header)]
    lines += [",".join(f'"{cell}"' for cell in row) for row in rows]
    total = '"TOTAL"' + "," * (len(header) - 2) + '"£1,200.50",'
    return "\r\n".join([*lines, total, "", "", f'"Accrual Basis Friday, July 05, 2024 09:00 AM GMT+01:00"{commas}', ""])


ROWS = [
    ["13/01/2024", "Invoice", "77", "Müller, Bräu", "", "12/02/2024", "1,100.50", "0.00"],
    ["05/02/2024", "Invoice", "78", "Acme", "zwei", "06/03/2024", "100.00", "40.00"],
]


def test_the_order_of_day_and_month_shows_in_the_report(tmp_path: Path, judged: Judged) -> None:
    folder = write(tmp_path / "inbox", {"uk_Invoice List.csv": report(*ROWS), "home_currency.csv": CURRENCY})
    rows, reasons = judged("quickbooks", "invoice", folder)
    assert reasons == []
    shown = rows.select("number", "issued_on", "due_on", "total", "amount_due", "currency", "company_id").rows()
    assert sorted(shown) == [
        ("77", date(2024, 1, 13), date(2024, 2, 12), Decimal("1100.5"), Decimal(0), "GBP", "Müller, Bräu"),
        ("78", date(2024, 2, 5), date(2024, 3, 6), Decimal(100), Decimal(40), "GBP", "Acme"),
    ]
    other = write(tmp_path / "us", {"us_Invoice List.csv": report(ROWS[1]), "home_currency.csv": CURRENCY})
    assert judged("quickbooks", "invoice", other)[0]["issued_on"].to_list() == [date(2024, 5, 2)]


def test_reports_in_other_encodings_and_workbooks_read_alike(tmp_path: Path, judged: Judged) -> None:
    fields = ("number", "company_id", "issued_on", "total")
    expected = None
    for name, content in {
        "utf8_Invoice List.csv": report(*ROWS).encode(),
        "bom_Invoice List.csv": report(*ROWS).encode("utf-8-sig"),
        "latin_Invoice List.csv": report(*ROWS).encode("cp1252"),
        "wide_Invoice List.csv": report(*ROWS).encode("utf-16"),
        "lf_Invoice List.csv": report(*ROWS).replace("\r\n", "\n").encode(),
        "book_Invoice List.xlsx": workbook(),
    }.items():
        folder = write(tmp_path / name.split("_")[0], {name: content, "home_currency.csv": CURRENCY})
        rows, reasons = judged("quickbooks", "invoice", folder)
        assert reasons == []
        shown = sorted(rows.select(*fields).rows())
        expected = expected or shown
        assert shown == expected, name


def workbook() -> bytes:
    """The report as Excel file: dates are dates there, amounts numbers."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("Invoice List by Date")
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    sheet.write_column(0, 0, ["Bath & Sons, Ltd", "Invoice List by Date", "All Dates"])
    sheet.write_row(4, 0, HEADER)
    for at, row in enumerate(ROWS, start=5):
        for column, cell in enumerate(row):
            if "/" in cell:
                sheet.write_datetime(at, column, datetime.strptime(cell, "%d/%m/%Y"), day)
            elif column >= 6:
                sheet.write_number(at, column, float(cell.replace(",", "")))
            elif cell:
                sheet.write_string(at, column, cell)
    sheet.write_row(7, 0, ["TOTAL", "", "", "", "", "", 1200.5, 40])
    sheet.write(11, 0, "Accrual Basis Friday, July 05, 2024 09:00 AM GMT+01:00")
    book.close()
    return out.getvalue()


def test_the_api_wins_over_a_report_of_the_same_bill(tmp_path: Path, judged: Judged) -> None:
    same = ["03/01/2024", "Invoice", "N1", "Acme", "", "03/31/2024", "10.50", "10.50"]
    customer = {"Id": "1", "DisplayName": "Acme", "FullyQualifiedName": "Acme"}
    later = ["03/02/2024", "Invoice", "N9", "Acme", "", "03/31/2024", "20.00", "0.00"]
    files: dict[str, object] = {
        "a.json": answer("Invoice", bill(1)),
        "b.json": answer("Customer", customer),
        "c_Invoice List.csv": report(same, later),
        "home_currency.csv": CURRENCY,
    }
    rows = by_id(judged("quickbooks", "invoice", write(tmp_path / "inbox", files))[0])
    assert {no: (row["company_id"], row["status"]) for no, row in rows.items()} == {
        "1": ("1", "paid"),
        "list:N9:Acme": ("1", "paid"),
    }


def test_what_is_broken_is_set_aside_with_its_reason_and_place(
    tmp_path: Path, judged: Judged, delivered: Delivered
) -> None:
    bad = [["32/13/2024", "Invoice", "79", "Acme", "", "06/03/2024", "ten", "0.00"], ["x", "y"]]
    files: dict[str, object] = {
        "invoices.json": answer("Invoice", bill(1), bill(2, TotalAmt="many"), bill(3, CurrencyRef=None)),
        "r_Invoice List.csv": report(ROWS[0], *bad),
        "other.csv": "Vendor,Balance\nPaper Mill,3\n",
    }
    folder = write(tmp_path / "inbox", files)
    rows, reasons = judged("quickbooks", "invoice", folder)
    assert rows["source_record_id"].to_list() == ["1"]
    assert any(reason.startswith('total: "many" is not a decimal number') for reason in reasons)
    assert sum("currency is missing" in reason for reason in reasons) == 3, "no preferences say which it is"
    found = {one.file: one.rows_quarantined for one in delivered("quickbooks", folder)}
    assert found == {"invoices.json": 0, "r_Invoice List.csv": 1, "other.csv": 1}
