"""The demo's HubSpot API: owners, pipelines, histories and products as the CRM API answers them, and what it knows."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl

from connectors.hubspot.demo_files import Row, World, deal_id, iso, number, owner_id, record, write_pages

STAGES = {
    "appointmentscheduled": ("Appointment scheduled", "0.2"),
    "qualifiedtobuy": ("Qualified to buy", "0.4"),
    "presentationscheduled": ("Presentation scheduled", "0.6"),
    "decisionmakerboughtin": ("Decision maker bought-In", "0.8"),
    "contractsent": ("Contract sent", "0.9"),
    "closedwon": ("Closed won", "1.0"),
    "closedlost": ("Closed lost", "0.0"),
}
"""HubSpot's own sales pipeline: stage id -> (label, likelihood of winning)."""
TEAMS = {"csm": "Customer success", "account_executive": "Sales", "support": "Support"}
FREQUENCIES: dict[tuple[str | None, int | None], str] = {
    ("month", 1): "monthly",
    ("month", 3): "quarterly",
    ("month", 6): "per_six_months",
    ("year", 1): "annually",
    ("year", 2): "per_two_years",
}


def write_api_pages(world: World, folder: Path) -> None:
    """Write owners, deal pipelines, stage history and products to `folder`, a hundred to a page.

    `world` is what the portal knows (`of_portal`).
    """
    write_pages(folder, "01_owners", [_owner(row) for row in world["team_members"].iter_rows(named=True)])
    write_pages(folder, "06_deal_pipelines", [_pipeline()])
    write_pages(folder, "07_deal_stage_history", _stage_history(world))
    write_pages(folder, "08_products", _products(world))


def of_portal(world: World) -> World:
    """The world as far as the portal knows it: the companies of this CRM, their people, deals and what was done."""
    companies = world["company_spellings"].filter(pl.col("system") == "crm")
    contacts = world["contact_spellings"].filter(pl.col("system") == "crm")
    deals = _only(world["deals"], "company_no", companies)
    kept_here = {name: world[name].filter(pl.col("system") == "hubspot") for name in ("notes", "tasks", "appointments")}
    return {
        **world,
        **kept_here,
        "companies": companies,
        "contacts": contacts,
        "deals": deals,
        "deal_stages": _only(world["deal_stages"], "deal_no", deals),
        "deal_contacts": _only(world["deal_contacts"], "deal_no", deals),
        "appointment_attendees": _only(world["appointment_attendees"], "appointment_no", kept_here["appointments"]),
        "services": _only(world["services"], "company_no", companies),
        "communication_preferences": _only(world["communication_preferences"], "contact_no", contacts),
    }


def _only(frame: pl.DataFrame, key: str, known: pl.DataFrame) -> pl.DataFrame:
    return frame.filter(pl.col(key).is_in(known[key].implode()))


def _owner(member: Row) -> Row:
    first, _, last = member["name"].partition(" ")
    return {
        "id": owner_id(member["member_no"]),
        "email": member["email"],
        "type": "PERSON",
        "firstName": first,
        "lastName": last,
        "userId": 500_000 + member["member_no"],
        "createdAt": "2020-01-06T08:00:00.000Z",
        "updatedAt": "2020-01-06T08:00:00.000Z",
        "archived": not member["is_active"],
        "teams": [{"id": "1", "name": TEAMS[member["role"]], "primary": True}],
    }


def _pipeline() -> Row:
    stages = [
        {
            "id": stage,
            "label": label,
            "displayOrder": place,
            "metadata": {"isClosed": str(stage.startswith("closed")).lower(), "probability": chance},
        }
        for place, (stage, (label, chance)) in enumerate(STAGES.items())
    ]
    return {"id": "default", "label": "Sales Pipeline", "displayOrder": 0, "stages": stages, "archived": False}


def _stage_history(world: World) -> list[Row]:
    entries: dict[int, list[Row]] = {}
    for row in world["deal_stages"].sort("deal_no", "entered_at", descending=[False, True]).iter_rows(named=True):
        entry = {"value": row["stage"], "timestamp": iso(row["entered_at"]), "sourceType": "CRM_UI"}
        entries.setdefault(row["deal_no"], []).append(entry)
    return [
        record(
            deal_id(row["deal_no"]),
            {"dealname": row["title"], "dealstage": row["stage"]},
            row["created_at"],
            row["updated_at"],
            propertiesWithHistory={"dealstage": entries[row["deal_no"]]},
        )
        for row in world["deals"].sort("deal_no").iter_rows(named=True)
        if row["deal_no"] in entries
    ]


def _products(world: World) -> list[Row]:
    """A product of HubSpot has one billing frequency and one price per currency: the shortest period's newest."""
    introduced = datetime(2020, 1, 6, 8)
    records = []
    for product in world["products"].sort("product_no").iter_rows(named=True):
        prices = world["prices"].filter(pl.col("product_no") == product["product_no"]).sort("price_no").to_dicts()
        periods = {(price["billing_interval"], price["interval_count"]) for price in prices}
        period = min(periods, key=lambda p: (p[0] or "", p[1] or 0), default=(None, None))
        amounts = {
            f"hs_price_{price['currency'].lower()}": number(price["unit_amount"])
            for price in prices
            if (price["billing_interval"], price["interval_count"]) == period
        }
        properties = {
            "name": product["name"],
            "hs_sku": product["sku"],
            "hs_folder_name": product["category"],
            "hs_status": "active",
            "recurringbillingfrequency": FREQUENCIES.get(period),
            "createdate": iso(introduced),
        }
        records.append(record(str(90_000 + product["product_no"]), properties | amounts, introduced, introduced))
    return records
