"""The demo's HubSpot: writes the files a portal of the invented company would export, with the quirks such files have.

What happened is the world's (`models/demo`). Pages of the API are written in `demo_api`, what was done for customers in
`demo_activities`. Here are the CSV exports of companies, contacts and deals.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import polars as pl

from connectors.hubspot.demo_activities import note_id, write_activities
from connectors.hubspot.demo_api import STAGES, of_portal, write_api_pages
from connectors.hubspot.demo_files import (
    Row,
    World,
    company_id,
    contact_id,
    deal_id,
    flag,
    minute,
    number,
    plain,
    table,
    write,
)

BUYING_ROLES = {
    "champion": "Champion",
    "economic_buyer": "Budget Holder",
    "technical_buyer": "Technical Buyer",
    "user": "End User",
    "influencer": "Influencer",
    "blocker": "Blocker",
}
DEAL_TYPES = {
    "new_business": "New Business",
    "renewal": "Renewal",
    "upsell": "Upsell",
    "cross_sell": "Cross-sell",
    "downsell": "Downsell",
}
OPTED_OUT = {"subscribed": "false", "unsubscribed": "true", "bounced": "", "unknown": ""}
GREW_FROM = {"enterprise": "mid_market", "mid_market": "startup"}
TOO_SHORT, IMPOSSIBLE = "9900000001", "9900000002"
"""Ids of the two rows that are broken on purpose; no real record has them."""


def write_exports(world: World, folder: Path, seed: int) -> None:
    """Write the portal's export files to `folder`, which must exist; their names sort in the order of delivery.

    The portal knows the companies with `crm` hubspot, their contacts and deals. The same world and seed give the same
    bytes.
    """
    world = of_portal(world)
    members = dict(world["team_members"].select("member_no", "name").iter_rows())
    known = world["companies"].sort("record_no").to_dicts()
    pinned = _pinned(world)
    rows = [_company(row, members, pinned.get(row["record_no"], "")) for row in known]
    first, corrections = _with_mistakes(rows, Random(f"hubspot {seed}"))
    first.insert(len(first) // 2, _impossible(first[0]))
    names = {row["record_no"]: row["name"] for row in known}
    contacts, western, moved = _contacts(world, names, members)
    broken = f"{TOO_SHORT},Too,Few\n"
    write_api_pages(world, folder)
    write_activities(world, folder)
    write(folder / "02_hubspot-crm-exports-all-companies.csv", table(first), encoding="utf-8-sig")
    write(folder / "03_hubspot-crm-exports-all-contacts-1.csv", table(contacts) + broken)
    write(folder / "04_hubspot-crm-exports-all-contacts-2.csv", table(western), encoding="cp1252")
    write(folder / "05_hubspot-crm-exports-all-deals.csv", table(_deals(world, members), delimiter=";"))
    write(folder / "10_hubspot-crm-exports-companies-corrected.csv", table(corrections))
    if moved:
        write(folder / "14_hubspot-crm-exports-contacts-moved.csv", table(moved))


def _pinned(world: World) -> dict[int, str]:
    """The newest of each company's pinned notes: HubSpot keeps one on top."""
    rows = world["notes"].filter("is_pinned").sort("note_no")
    return {row["company_no"]: note_id(row["note_no"]) for row in rows.iter_rows(named=True)}


def _company(row: Row, members: Mapping[int, str], pinned: str) -> dict[str, str]:
    return {
        "Record ID": company_id(row["record_no"]),
        "Company name": row["name"],
        "Legal name": plain(row["legal_name"]),
        "Company Domain Name": plain(row["domain"]),
        "Additional Domains": plain(row["second_domain"]),
        "Company owner": members.get(row["owner_no"], ""),
        "Customer Success Manager": members.get(row["csm_no"], ""),
        "Lifecycle Stage": row["lifecycle_phase"].capitalize(),
        "Industry": plain(row["industry"]),
        "Number of Employees": plain(row["employee_count"]),
        "Country/Region Code": plain(row["country"]),
        "City": plain(row["city"]),
        "Street Address": plain(row["address"]),
        "Postal Code": plain(row["postal_code"]),
        "Phone Number": plain(row["phone"]),
        "Parent Company": company_id(row["parent_no"]) if row["parent_no"] else "",
        "Lead source": plain(row["lead_source"]),
        "Segment": plain(row["segment"]),
        "CSM score": plain(row["csm_score"]),
        "CSM score date": minute(row["csm_score_at"]),
        "Pinned Engagement ID": pinned,
        "Create Date": minute(row["created_at"]),
        "Last Modified Date": minute(row["updated_at"]),
    }


def _with_mistakes(rows: list[dict[str, str]], rng: Random) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """The first export, a few values wrong in it, and a later one of just those companies that puts them right.

    Those companies have also moved, and grown out of their segment. By then somebody has renamed the property Industry
    and made a new one.
    """
    newest = max(_moment(row) for row in rows)
    old = [place for place, row in enumerate(rows) if _moment(row) <= newest - timedelta(days=2)]
    first, corrections = list(rows), []
    for place in sorted(rng.sample(old, min(6, len(old)))):
        row = rows[place]
        right = {("Company industry" if key == "Industry" else key): value for key, value in row.items()}
        right["Last Modified Date"] = minute(_moment(row) + timedelta(days=1))
        corrections.append(right | {"Partner programme": rng.choice(("Gold", "Silver"))})
        first[place] = row | {"City": row["City"].upper(), "Number of Employees": f"{row['Number of Employees']}0"}
        abroad = "AT" if row["Country/Region Code"] == "CH" else "CH"
        first[place] |= {"Segment": GREW_FROM.get(row["Segment"], ""), "Country/Region Code": abroad}
    return first, corrections


def _moment(row: Mapping[str, str]) -> datetime:
    return datetime.strptime(row["Last Modified Date"], "%Y-%m-%d %H:%M")


def _impossible(like: Mapping[str, str]) -> dict[str, str]:
    """A company that was created on a day that never was."""
    values = {"Record ID": IMPOSSIBLE, "Company name": "Thirtieth of February", "Create Date": "2025-02-30 10:00"}
    return dict.fromkeys(like, "") | values | {"Last Modified Date": "2025-03-01 10:00"}


def _contacts(
    world: World, names: Mapping[int, str], members: Mapping[int, str]
) -> tuple[list[dict[str, str]], list[dict[str, str]], list[dict[str, str]]]:
    """The contacts in three files' worth: everybody else, one of them twice; a third that Windows-1252 can write.

    Those who changed jobs stand there as they were; the last file has them as they are.
    """
    owners = dict(world["companies"].select("company_no", "owner_no").iter_rows())
    wishes = world["communication_preferences"].filter(pl.col("channel") == "email")  # of others HubSpot keeps nothing
    wish = dict(wishes.select("contact_no", "preference").iter_rows())

    def written(row: Row) -> dict[str, str]:
        owner = members.get(owners[row["company_no"]], "")
        return _contact(row, names, owner, wish.get(row["contact_no"], "unknown"))

    people = world["contacts"].sort("record_no").to_dicts()
    rows = [written(_before_moving(row)) for row in people]
    moved = [written(row) for row in people if row["former_company_no"]]
    western = [row for place, row in enumerate(rows) if place % 3 == 0 and _is_western(row.values())]
    apart = {row["Record ID"] for row in western}
    rest = [row for row in rows if row["Record ID"] not in apart]
    rest.insert(len(rest) // 2, rest[len(rest) // 3])
    return rest, western, moved


def _before_moving(row: Row) -> Row:
    """The contact at the company that it left, where it has changed jobs since."""
    if not row["former_company_no"]:
        return row
    former = {name: row[f"former_{name}"] for name in ("company_no", "email", "job_title")}
    return row | former | {"other_email": None, "updated_at": row["created_at"]}


def _is_western(values: Iterable[str]) -> bool:
    try:
        "".join(values).encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _contact(row: Row, names: Mapping[int, str], owner: str, wish: str) -> dict[str, str]:
    company = company_id(row["company_no"]) if row["company_no"] in names else ""
    # Mail to the address at the former company comes back, not mail to the new one.
    comes_back = wish == "bounced" and row["email"] == (row["former_email"] or row["email"])
    return {
        "Record ID": contact_id(row["record_no"]),
        "First Name": plain(row["first_name"]),
        "Last Name": plain(row["last_name"]),
        "Email": row["email"],
        "Additional email addresses": plain(row["other_email"]),
        "Phone Number": plain(row["phone"]),
        "Job Title": plain(row["job_title"]),
        "Job function": plain(row["department"]),
        "Buying Role": BUYING_ROLES.get(row["decision_role"], "Other"),
        "Contact owner": owner,
        "Unsubscribed from all email": OPTED_OUT[wish],
        "Email hard bounce reason": "Unknown user" if comes_back else "",
        "Associated Company": names.get(row["company_no"], ""),
        "Associated Company IDs": company,
        "Associated Company IDs (Primary)": company,
        "Create Date": minute(row["created_at"]),
        "Last Modified Date": minute(row["updated_at"]),
    }


def _deals(world: World, members: Mapping[int, str]) -> list[dict[str, str]]:
    people: dict[int, list[str]] = defaultdict(list)
    for link in world["deal_contacts"].sort("deal_no", "contact_no").iter_rows(named=True):
        people[link["deal_no"]].append(contact_id(link["contact_no"]))
    entered = dict(world["deal_stages"].group_by("deal_no").agg(pl.col("entered_at").max()).iter_rows())
    return [
        _deal(row, members.get(row["owner_no"], ""), people[row["deal_no"]], entered.get(row["deal_no"]))
        for row in world["deals"].sort("deal_no").iter_rows(named=True)
    ]


def _deal(row: Row, owner: str, people: Sequence[str], entered: datetime | None) -> dict[str, str]:
    return {
        "Record ID": deal_id(row["deal_no"]),
        "Deal Name": row["title"],
        "Pipeline": "Sales Pipeline",
        "Deal Stage": STAGES[row["stage"]][0],
        "Deal Type": DEAL_TYPES[row["opportunity_type"]],
        "Amount": number(row["amount"]),
        "Monthly recurring revenue": number(row["mrr"]),
        "One-time amount": number(row["one_time_amount"]),
        "Currency": row["currency"],
        "Deal probability": number(row["probability"]),
        "Is Closed Won": flag(row["status"] == "won"),
        "Is closed lost": flag(row["status"] == "lost"),
        "Is Deal Closed?": flag(row["status"] != "open"),
        "Close Date": minute(row["closed_at"] or row["expected_close_on"]),
        "Date entered current stage": minute(entered),
        "Closed Lost Reason": plain(row["lost_reason"]),
        "Contract length (months)": plain(row["contract_length_months"]),
        "Deal owner": owner,
        "Associated Company IDs": company_id(row["company_no"]),
        "Associated Contact IDs": ";".join(people),
        "Create Date": minute(row["created_at"]),
        "Last Modified Date": minute(row["updated_at"]),
    }
