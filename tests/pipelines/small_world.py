"""A world of three companies, in the vendors' own shapes: small enough to build everything in seconds, all in euros."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime

LAST_DAY = date(2026, 6, 30)
DELIVERED_AT = datetime(2026, 7, 1)

COMPANIES = """\
Record ID,Company name,Company Domain Name,Industry,Number of Employees,Create Date,Last Modified Date
101,Harbour & Finch,harbourfinch.example,Logistics,420,2025-01-06 08:15,2026-06-01 14:07
102,Pellworm Energie,pellworm.example,Energy,85,2025-06-17 11:30,2026-06-18 09:12
103,Quiet Lead,quietlead.example,,,2026-05-01 09:00,2026-05-01 09:00
"""
CONTACTS = """\
Record ID,First Name,Last Name,Email,Job Title,Associated Company IDs,Create Date,Last Modified Date
201,Aoife,Brennan,aoife@harbourfinch.example,Head of Operations,101,2025-01-06 08:20,2026-06-01 10:00
202,Tom,Petersen,tp@pellworm.example,Managing director,102,2025-06-17 11:31,2026-06-18 09:12
203,Lost,Row,lost@nowhere.example,,101,2025-06-17 11:31,not a time
"""
BROKEN_COMPANY = "104,Broken\n"
MEASURED = [("101", "cus_1", 20_000), ("102", "cus_2", 5_000)]


def _epoch(year: int, month: int, day: int) -> int:
    return int(datetime(year, month, day, tzinfo=UTC).timestamp())


def _page(records: list[dict[str, object]]) -> str:
    return json.dumps({"object": "list", "data": records, "has_more": False})


def _customer(company: str, customer: str) -> dict[str, object]:
    shown = {"id": customer, "object": "customer", "name": f"Customer {company}", "email": f"pay@{customer}.example"}
    return shown | {"created": _epoch(2026, 1, 1), "metadata": {"hubspot_company_id": company}}


def _price(amount: int) -> dict[str, object]:
    recurring = {"interval": "month", "interval_count": 1, "usage_type": "licensed"}
    shown = {"id": f"price_{amount}", "object": "price", "currency": "eur", "unit_amount": amount, "type": "recurring"}
    return shown | {"product": "prod_1", "active": True, "created": _epoch(2026, 1, 1), "recurring": recurring}


def _subscription(customer: str, amount: int) -> dict[str, object]:
    start = _epoch(2026, 2, 1)
    item: dict[str, object] = {"id": f"si_{customer}", "object": "subscription_item", "created": start, "quantity": 2}
    item |= {"price": _price(amount)}
    shown = {"id": f"sub_{customer}", "object": "subscription", "customer": customer, "status": "active"}
    items = {"object": "list", "data": [item], "has_more": False}
    return shown | {"currency": "eur", "created": start, "start_date": start, "items": items, "metadata": {}}


def _invoice(customer: str, amount: int) -> dict[str, object]:
    at = _epoch(2026, 2, 1)
    shown = {"id": f"in_{customer}", "object": "invoice", "customer": customer, "status": "paid"}
    paid = {"finalized_at": at, "paid_at": at + 86_400}
    money = {"currency": "eur", "subtotal": 2 * amount, "total": 2 * amount, "amount_paid": 2 * amount}
    lines: dict[str, object] = {"object": "list", "data": [], "has_more": False}
    return shown | money | {"number": f"N-{customer}", "created": at, "status_transitions": paid, "lines": lines}


def files() -> Mapping[str, str]:
    """Every file of the inbox by its name; one row of the companies and one of the contacts cannot be taken."""
    product = {"id": "prod_1", "object": "product", "name": "Team", "active": True, "created": _epoch(2026, 1, 1)}
    ticket = {
        "id": 1,
        "subject": "Where is my crate?",
        "status": "open",
        "created_at": "2026-06-10T09:00:00Z",
        "updated_at": "2026-06-10T09:00:00Z",
    }
    return {
        "hubspot/companies.csv": COMPANIES + BROKEN_COMPANY,
        "hubspot/contacts.csv": CONTACTS,
        "stripe/customers.json": _page([_customer(company, customer) for company, customer, _ in MEASURED]),
        "stripe/products.json": _page([product]),
        "stripe/prices.json": _page([_price(amount) for *_, amount in MEASURED]),
        "stripe/subscriptions.json": _page([_subscription(customer, amount) for _, customer, amount in MEASURED]),
        "stripe/invoices.json": _page([_invoice(customer, amount) for _, customer, amount in MEASURED]),
        "zendesk/tickets.json": json.dumps({"tickets": [ticket], "next_page": None}),
    }
