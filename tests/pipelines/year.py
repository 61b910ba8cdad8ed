"""A vendor's year, month by month: what each system would export at a month's end, with what changes on the way.

Late rows, corrections, deletions, a record that comes back, a row that cannot be read, a workflow, people's decisions,
and in the seventh month a system that is trusted more than those before. Everything follows from the month's number.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from pipelines.match.decisions import HEADER

YEAR = 2025
CUSTOMERS = {1: 1, 2: 1, 3: 1, 4: 2, 5: 4, 6: 8}
"""Company -> the month in which it starts to pay."""
CRM_FROM = 7
"""The CRM is trusted more than billing and help desk, and connected late."""

SYNC = 'shrink_limit = 0.5\n[[full_export]]\nsource = "zendesk"\nresource = "organizations"\n'
WORKFLOW = """
[[template]]
id = "onboarding"
name = "Onboarding"
subject = "company"
starts_when = "customer_status = 'customer'"
ends_when = "customer_status = 'lost'"

[[step]]
template = "onboarding"
id = "kickoff"
name = "Kick-off"
days = 5

[[step]]
template = "onboarding"
id = "review"
name = "Review"
after = "kickoff"
days = 30
"""


def last_day(month: int) -> date:
    """The last day of a month of that year."""
    return date(YEAR + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def delivered_at(month: int) -> datetime:
    """When that month's exports arrive: on its last day, in the evening."""
    return datetime.combine(last_day(month), time(18))


def files(month: int) -> dict[str, str]:
    """Every file that lies in the inbox at that month's end, by its name; those of before under the same names."""
    found = {
        "stripe/customers.json": _page(_customers(month)),
        "stripe/products.json": _page([_product()]),
        "stripe/prices.json": _page([_price(1), _price(2)]),
        "stripe/subscriptions.json": _page(list(_subscriptions(month))),
        "stripe/invoices.json": _page(list(_invoices(month))),
        "zendesk/organizations.json": json.dumps({"organizations": list(_organizations(month)), "next_page": None}),
        "zendesk/users.json": json.dumps({"users": list(_users(month)), "next_page": None}),
        "zendesk/tickets.json": json.dumps({"tickets": list(_tickets(month)), "next_page": None}),
    }
    if month >= CRM_FROM:
        found |= {
            "hubspot/companies.csv": "\n".join(_crm_companies(month)) + "\n",
            "hubspot/contacts.csv": "\n".join(_crm_contacts(month)) + "\n",
            "hubspot/deals.csv": "\n".join(_crm_deals(month)) + "\n",
        }
    return found


def decisions(month: int) -> str:
    """What people have decided by that month's end, as `config/match.csv`: one in the fifth month, taken back in the
    ninth, and one in the eighth."""
    rows = [",".join(HEADER)]
    if month >= 5:
        undone = f"{YEAR}-09-10T09:00:00Z,mia@lumenly.example" if month >= 9 else ","
        told = f"mia@lumenly.example,{YEAR}-05-10T09:00:00Z,one owner"
        rows.append(f"1,company,same,stripe:cus_1,zendesk:502,{told},{undone}")
    if month >= 8:
        told = f"mia@lumenly.example,{YEAR}-08-10T09:00:00Z,two firms,,"
        rows.append(f"2,company,different,stripe:cus_4,hubspot:104,{told}")
    return "\n".join(rows) + "\n"


def _page(records: list[dict[str, Any]]) -> str:
    return json.dumps({"object": "list", "data": records, "has_more": False})


def _at(month: int, day: int = 1, hour: int = 9) -> datetime:
    return datetime(YEAR, month, day, hour)


def _epoch(month: int, day: int = 1) -> int:
    return int(_at(month, day).replace(tzinfo=UTC).timestamp())


def _iso(month: int, day: int = 1) -> str:
    return f"{_at(month, day).isoformat()}Z"


def _paying(month: int) -> list[int]:
    return [company for company, since in CUSTOMERS.items() if since <= month]


def _name(company: int, month: int) -> str:
    return f"Harbour {'Nord' if company == 2 and month >= 6 else 'Works'} {company}"


def _customers(month: int) -> list[dict[str, Any]]:
    return [
        {"id": f"cus_{company}", "object": "customer", "name": _name(company, month), "created": _epoch(1, 2)}
        | {"email": f"pay@harbour{company}.example"}
        | {"metadata": {"hubspot_company_id": f"10{company}"} if company in (1, 2) else {}}
        for company in _paying(month)
    ]


def _product() -> dict[str, Any]:
    return {"id": "prod_1", "object": "product", "name": "Team", "active": True, "created": _epoch(1)}


def _price(number: int) -> dict[str, Any]:
    recurring = {"interval": "month", "interval_count": 1, "usage_type": "licensed"}
    shown = {"id": f"price_{number}", "object": "price", "currency": "eur", "unit_amount": 10_000 * number}
    return shown | {
        "type": "recurring",
        "product": "prod_1",
        "active": True,
        "created": _epoch(1),
        "recurring": recurring,
    }


def _quantity(company: int, month: int) -> int:
    return company + (3 if month >= 5 else 0) - (2 if month >= 9 else 0)


def _subscriptions(month: int) -> Iterator[dict[str, Any]]:
    for company in _paying(month):
        start = _epoch(CUSTOMERS[company])
        item = {"id": f"si_{company}", "object": "subscription_item", "created": start, "price": _price(1)}
        items = {"object": "list", "data": [item | {"quantity": _quantity(company, month)}], "has_more": False}
        ended = {"ended_at": _epoch(10, 5), "canceled_at": _epoch(10, 3)} if company == 3 and month >= 10 else {}
        shown = {"id": f"sub_{company}", "object": "subscription", "customer": f"cus_{company}", "currency": "eur"}
        state = {"status": "canceled" if ended else "active", "created": start, "start_date": start, "metadata": {}}
        yield shown | state | ended | {"items": items}


def _invoices(month: int) -> Iterator[dict[str, Any]]:
    """Paid in the month after; that of the second month for company 2 comes late, one of the third is put right."""
    for company in _paying(month):
        for billed in range(CUSTOMERS[company], month + 1):
            if (company, billed) == (2, 2) and month < 6:
                continue
            amount = 10_000 * _quantity(company, billed) + (500 if (company, billed) == (1, 3) and month >= 8 else 0)
            at = _epoch(billed)
            is_paid = billed < month
            paid = {"finalized_at": at} | ({"paid_at": _epoch(billed + 1, 2)} if is_paid else {})
            number = f"{company}-{billed:02}"
            yield {
                "id": f"in_{number}",
                "object": "invoice",
                "customer": f"cus_{company}",
                "status": "paid" if is_paid else "open",
                "currency": "eur",
                "subtotal": amount,
                "total": amount,
                "amount_paid": amount if is_paid else 0,
                "number": number,
                "created": at,
                "status_transitions": paid,
                "lines": {"object": "list", "data": [], "has_more": False},
            }


def _organizations(month: int) -> Iterator[dict[str, Any]]:
    """The second one is gone from the fourth month to the eighth, the fifth for good from the eleventh."""
    for company in (1, 2, 3, 4, 5):
        if (company == 2 and 4 <= month <= 8) or (company == 5 and month >= 11):
            continue
        name = {"name": _name(company, month), "domain_names": [f"harbour{company}.example"], "shared_tickets": False}
        yield {"id": 500 + company, **name, "created_at": _iso(1, 3), "updated_at": _iso(1, 3)}


def _users(month: int) -> Iterator[dict[str, Any]]:
    for company in (1, 2, 3, 4, 5):
        who = {"name": f"Ada {company}", "email": f"ada@harbour{company}.example", "role": "end-user"}
        seen = _iso(8, 4) if month >= 8 and company == 1 else _iso(1, 4)
        phone = "+49 30 5550101" if seen == _iso(8, 4) else None
        yield {"id": 600 + company, **who, "organization_id": 500 + company, "phone": phone} | {
            "created_at": _iso(1, 4),
            "updated_at": seen,
        }


def _tickets(month: int) -> Iterator[dict[str, Any]]:
    """One a month, solved in the month after; in the sixth an old version of the fourth one comes once more."""
    for opened in range(1, month + 1):
        is_old = month == 6 and opened == 4
        is_solved = opened < month and not is_old
        yield {
            "id": opened,
            "subject": f"Crate {opened}",
            "status": "solved" if is_solved else "open",
            "priority": "high",
            "requester_id": 600 + opened % 5 + 1,
            "organization_id": 500 + opened % 5 + 1,
            "created_at": _iso(opened, 10),
            "updated_at": _iso(opened + 1, 3) if is_solved else _iso(opened, 10),
        }


def _crm_companies(month: int) -> Iterator[str]:
    """One row cannot be read in the first month of the CRM; a name and a size change later."""
    yield "Record ID,Company name,Company Domain Name,Industry,Number of Employees,Create Date,Last Modified Date"
    for company in (1, 2, 3, 4, 6):
        is_changed = company == 1 and month >= 11
        size = 90 if is_changed else 40 + company
        name = f"Harbour {'Group' if is_changed else 'Works'} {company}"
        changed = f"{YEAR}-11-04 09:00" if is_changed else f"{YEAR}-02-01 09:00"
        yield f"10{company},{name},harbour{company}.example,Logistics,{size},{YEAR}-01-05 09:00,{changed}"
    if month == CRM_FROM:
        yield "109,Broken"


def _crm_contacts(month: int) -> Iterator[str]:
    yield "Record ID,First Name,Last Name,Email,Job Title,Associated Company IDs,Create Date,Last Modified Date"
    for company in (1, 2, 3, 4):
        title = "Director" if company == 2 and month >= 9 else "Buyer"
        changed = f"{YEAR}-09-02 10:00" if title == "Director" else f"{YEAR}-01-06 10:00"
        who = f"20{company},Ada,Of {company},ada@harbour{company}.example,{title}"
        yield f"{who},10{company},{YEAR}-01-06 10:00,{changed}"
    yield f"209,Lost,Row,lost@nowhere.example,,101,{YEAR}-01-06 10:00,not a time"


def _crm_deals(month: int) -> Iterator[str]:
    columns = "Record ID,Deal Name,Deal Stage,Amount,Currency,Close Date,Associated Company IDs"
    yield f"{columns},Create Date,Last Modified Date"
    for number in range(CRM_FROM, month + 1):
        is_won = number < month
        stage, changed = ("Closed won", number + 1) if is_won else ("Contract sent", number)
        amount = 900 if number == 8 and month >= 10 else 1_000 * number
        dates = f"{YEAR}-{number:02}-04 10:00,{YEAR}-{max(changed, 10 if amount == 900 else 1):02}-05 10:00"
        yield f"30{number},More {number},{stage},{amount},EUR,{YEAR}-12-01 09:00,10{number % 4 + 1},{dates}"
