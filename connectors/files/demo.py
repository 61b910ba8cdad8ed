"""Writes the demo's spreadsheets: what the delivery team hands over, and which payments contracts agreed on.

`demo.toml` maps them. They name the services and contracts by the ids that those have in the systems they stand in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

Row = dict[str, Any]
WRITTEN_AT = datetime(2026, 7, 1)
"""When the workbook says it was made: the same bytes every time."""


def write_exports(world: Mapping[str, pl.DataFrame], folder: Path, seed: int) -> None:
    """Write `delivery.xlsx` and `contract-payments.csv`; the world alone decides what is in them."""
    folder.mkdir(parents=True, exist_ok=True)
    services = _service_ids(world)
    members = {row["member_no"]: row["email"] for row in world["team_members"].to_dicts()}
    delivered = [row for row in world["deliverables"].to_dicts() if row["service_no"] in services]
    reached = [row for row in world["milestones"].to_dicts() if row["service_no"] in services]
    sheets = {
        "Deliverables": [_deliverable(row, services, members) for row in delivered],
        "Milestones": [_milestone(row, services) for row in reached],
    }
    _write_workbook(folder / "delivery.xlsx", sheets)
    payments = [_payment(row) for row in world["contract_payments"].to_dicts()]
    lines = ["Vertrag;Fällig;Betrag;Währung", *payments]
    (folder / "contract-payments.csv").write_bytes(("\r\n".join(lines) + "\r\n").encode("cp1252"))


def _service_ids(world: Mapping[str, pl.DataFrame]) -> dict[int, str]:
    """The id of each service in the system that keeps it: the CRM those of its companies, the other those it knows."""
    companies = {row["company_no"]: row for row in world["companies"].to_dicts()}
    found = {}
    for row in world["services"].to_dicts():
        company, number = companies[row["company_no"]], row["service_no"]
        if company["crm"] == "hubspot":
            found[number] = f"hubspot:{54_000_000_000 + number}"
        elif company["in_planhat"]:
            found[number] = f"planhat:06{number:022x}"
    return found


def _deliverable(row: Row, services: Mapping[int, str], members: Mapping[int, str]) -> Row:
    return {
        "No": f"D-{row['deliverable_no']:05d}",
        "Service": services[row["service_no"]],
        "Deliverable": row["name"],
        "Status": row["status"].replace("_", " "),
        "Due": row["due_on"],
        "Delivered": row["delivered_on"],
        "Accepted": row["accepted_on"],
        "Owner": members.get(row["owner_no"]),
    }


def _milestone(row: Row, services: Mapping[int, str]) -> Row:
    return {
        "No": f"M-{row['milestone_no']:05d}",
        "Service": services[row["service_no"]],
        "Milestone": row["name"],
        "Due": row["due_on"],
        "Reached": row["reached_on"],
    }


def _payment(row: Row) -> str:
    return f"800LU{row['contract_no']:013d};{row['due_on']:%d.%m.%Y};{_german(row['amount'])};{row['currency']}"


def _german(amount: Decimal) -> str:
    """`1234.5` -> `1.234,50`."""
    return f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))


def _write_workbook(path: Path, sheets: Mapping[str, Iterable[Row]]) -> None:
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": WRITTEN_AT})
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows, 1):
                sheet.write_row(0, 0, list(row))
                for column, value in enumerate(row.values()):
                    if isinstance(value, date):
                        sheet.write_datetime(number, column, datetime(value.year, value.month, value.day), day)
                    elif value is not None:
                        sheet.write(number, column, value)
