"""The demo's HubSpot API: pages of records as the CRM API answers them. CSV exports are written in `demo`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

World = Mapping[str, pl.DataFrame]
Row = dict[str, Any]

PAGE = 100
"""Records on a page of the API, at most."""
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
    """Write owners, deal pipelines, stage history, products and survey answers to `folder`, a hundred to a page.

    `world` is what the portal knows (`of_portal`).
    """
    _write_pages(folder, "01_owners", [_owner(row) for row in world["team_members"].iter_rows(named=True)])
    _write_pages(folder, "06_deal_pipelines", [_pipeline()])
    _write_pages(folder, "07_deal_stage_history", _stage_history(world))
    _write_pages(folder, "08_products", _products(world))
    _write_pages(folder, "09_feedback_submissions", _feedback(world))


def of_portal(world: World) -> World:
    """The world as far as the portal knows it: the companies of this CRM, their contacts and deals."""
    companies = world["companies"].filter(pl.col("crm") == "hubspot")
    contacts = _only(world["contacts"].filter("in_crm"), "company_no", companies)
    deals = _only(world["deals"], "company_no", companies)
    return {
        **world,
        "companies": companies,
        "contacts": contacts,
        "deals": deals,
        "deal_stages": _only(world["deal_stages"], "deal_no", deals),
        "deal_contacts": _only(world["deal_contacts"], "deal_no", deals),
    }


def _only(frame: pl.DataFrame, key: str, known: pl.DataFrame) -> pl.DataFrame:
    return frame.filter(pl.col(key).is_in(known[key].implode()))


def company_id(number: int) -> str:
    """HubSpot's id of a company of the world."""
    return str(10_000_000_000 + number)


def contact_id(number: int) -> str:
    """HubSpot's id of a contact of the world."""
    return str(20_000_000_000 + number)


def deal_id(number: int) -> str:
    """HubSpot's id of a deal of the world."""
    return str(30_000_000_000 + number)


def number(value: Decimal | None) -> str:
    """An amount as HubSpot writes it: no trailing zeros, empty for none."""
    text = "" if value is None else f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _write_pages(folder: Path, name: str, records: Sequence[Mapping[str, Any]]) -> None:
    for page, start in enumerate(range(0, len(records), PAGE), start=1):
        answer: dict[str, Any] = {"results": records[start : start + PAGE]}
        following = records[start + PAGE : start + PAGE + 1]
        if following:
            after = following[0]["id"]
            link = f"https://api.hubapi.com/crm/v3/objects?limit={PAGE}&after={after}"
            answer["paging"] = {"next": {"after": after, "link": link}}
        text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
        (folder / f"{name}-page-{page:03}.json").write_bytes(text.encode())


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _record(record_id: str, properties: Row, created: datetime, updated: datetime, **more: Any) -> Row:
    return {
        "id": record_id,
        "properties": properties | {"hs_object_id": record_id},
        "createdAt": _iso(created),
        "updatedAt": _iso(updated),
        "archived": False,
        **more,
    }


def _owner(member: Row) -> Row:
    first, _, last = member["name"].partition(" ")
    return {
        "id": str(40_000_000 + member["member_no"]),
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
        entry = {"value": row["stage"], "timestamp": _iso(row["entered_at"]), "sourceType": "CRM_UI"}
        entries.setdefault(row["deal_no"], []).append(entry)
    return [
        _record(
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
            "createdate": _iso(introduced),
        }
        records.append(_record(str(90_000 + product["product_no"]), properties | amounts, introduced, introduced))
    return records


def _feedback(world: World) -> list[Row]:
    """Ratings of solved tickets by people the CRM knows; whether they would recommend, the survey tool asks them."""
    people = world["contacts"].select(requester_no="contact_no", email="email")
    rated = world["tickets"].filter(pl.col("csat").is_in(["good", "bad"])).join(people, on="requester_no")
    return [
        _record(
            str(60_000_000_000 + row["ticket_no"]),
            {
                "hs_survey_type": "CSAT",
                "hs_survey_name": "Ticket rating",
                "hs_value": "2" if row["csat"] == "good" else "0",
                "hs_content": row["csat_comment"],
                "hs_submission_timestamp": _iso(row["updated_at"]),
                "hs_contact_id": contact_id(row["requester_no"]),
                "hs_contact_email_rollup": row["email"],
            },
            row["updated_at"],
            row["updated_at"],
        )
        for row in rated.sort("ticket_no").iter_rows(named=True)
    ]
