"""How the demo's people, companies and deals look in Salesforce's data export; contracts and work are in `demo_work`.

Rows come in as the world has them and go out as lines of text. A record's id is its object's three characters, `LU`
for the vendor, and its number in the world.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import polars as pl

World = Mapping[str, pl.DataFrame]
Row = dict[str, Any]
Line = dict[str, str]

FIRST_DAY = datetime(2021, 1, 4, 8)
MONTHS = 12
"""Installments in which a recurring line's revenue is scheduled."""
STAGES = {
    "appointmentscheduled": "Prospecting",
    "qualifiedtobuy": "Qualification",
    "presentationscheduled": "Value Proposition",
    "decisionmakerboughtin": "Negotiation/Review",
    "contractsent": "Proposal/Price Quote",
    "closedwon": "Closed Won",
    "closedlost": "Closed Lost",
}
TYPES = {
    "new_business": "New Business",
    "renewal": "Renewal",
    "upsell": "Upsell",
    "cross_sell": "Cross-Sell",
    "downsell": "Downsell",
}
ROLES = {
    "champion": "Champion",
    "economic_buyer": "Economic Buyer",
    "technical_buyer": "Technical Buyer",
    "user": "Business User",
    "influencer": "Influencer",
    "blocker": "Blocker",
}
ACCOUNT_TYPES = {"lead": "Prospect", "customer": "Customer - Direct", "former customer": "Former Customer"}
DEPARTMENTS = {"csm": "Customer Success", "account_executive": "Sales", "support": "Support"}
RECURRING, ONE_TIME = 9001, 9002
"""Numbers of the two products of every deal: the seats of a month, and what is paid once."""


def record_id(prefix: str, number: int) -> str:
    """Salesforce's id of a record of the world."""
    return f"{prefix}LU{number:013}"


def instant(moment: datetime | None) -> str:
    """A time as the data export writes it."""
    return "" if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def text(value: object) -> str:
    """A value as the data export writes it: flags as 0 and 1, numbers without zeros at their end, nothing for none."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, Decimal):
        plain = f"{value:f}"
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "" if value is None else value.isoformat() if isinstance(value, date) else str(value)


def system(made: datetime, changed: datetime, owner_no: int) -> Line:
    """The fields that every record has."""
    who = record_id("005", owner_no)
    return {
        "IsDeleted": "0",
        "CreatedDate": instant(made),
        "CreatedById": who,
        "LastModifiedDate": instant(changed),
        "LastModifiedById": who,
        "SystemModstamp": instant(changed),
    }


def user(member: Row) -> Line:
    """One of the vendor's own people."""
    first, _, last = member["name"].partition(" ")
    return {
        "Id": record_id("005", member["member_no"]),
        "Username": f"{member['email']}.crm",
        "LastName": last,
        "FirstName": first,
        "Name": member["name"],
        "Department": DEPARTMENTS[member["role"]],
        "Email": member["email"],
        "IsActive": text(member["is_active"]),
        "UserType": "Standard",
        "ContactId": "",
        **system(FIRST_DAY, FIRST_DAY, 1),
    }


def account(company: Row) -> Line:
    """A company."""
    return {
        "Id": record_id("001", company["record_no"]),
        "MasterRecordId": "",
        "Name": company["name"],
        "Type": ACCOUNT_TYPES[company["lifecycle_phase"]],
        "ParentId": record_id("001", company["parent_no"]) if company["parent_no"] else "",
        "BillingStreet": text(company["address"]),
        "BillingPostalCode": text(company["postal_code"]),
        "BillingCity": text(company["city"]),
        "BillingCountry": "",
        "BillingCountryCode": text(company["country"]),
        "Phone": text(company["phone"]),
        "Website": f"https://www.{company['domain']}/" if company["domain"] else "",
        "Industry": text(company["industry"]),
        "NumberOfEmployees": text(company["employee_count"]),
        "AccountSource": text(company["lead_source"]),
        "OwnerId": record_id("005", company["owner_no"]),
        "CurrencyIsoCode": company["currency"],
        "Legal_Name__c": text(company["legal_name"]),
        "Segment__c": text(company["segment"]),
        "CSM__c": record_id("005", company["csm_no"]) if company["csm_no"] else "",
        "CSM_Score__c": text(company["csm_score"]),
        "CSM_Score_Date__c": instant(company["csm_score_at"]),
        **system(company["created_at"], company["updated_at"], company["owner_no"]),
    }


def contact(person: Row, owner_no: int, wishes: Iterable[Row]) -> Line:
    """A contact. Salesforce insists on a last name: shared mailboxes have their address there."""
    said = {wish["channel"]: wish for wish in wishes}
    mail = said.get("email", {"preference": None, "stated_at": None})
    has_bounced = mail["preference"] == "bounced"
    is_silent = "phone" in said and said["phone"]["preference"] == "unsubscribed"
    names = [name for name in (person["first_name"], person["last_name"]) if name]
    return {
        "Id": record_id("003", person["record_no"]),
        "MasterRecordId": "",
        "AccountId": record_id("001", person["company_no"]),
        "LastName": person["last_name"] or person["email"],
        "FirstName": text(person["first_name"]),
        "Name": " ".join(names) or person["email"],
        "Phone": text(person["phone"]),
        "Email": person["email"],
        "Title": text(person["job_title"]),
        "Department": text(person["department"]),
        "OwnerId": record_id("005", owner_no),
        "HasOptedOutOfEmail": text(mail["preference"] == "unsubscribed"),
        "DoNotCall": text(is_silent),
        "IsEmailBounced": text(has_bounced),
        "EmailBouncedDate": instant(mail["stated_at"]) if has_bounced else "",
        **system(person["created_at"], person["updated_at"], owner_no),
    }


def jobs(world: World) -> list[Line]:
    """Which contacts left which account and when, and where those of them work now whom Salesforce moved."""
    made = []
    for person in world["contacts"].filter(pl.col("ended_on").is_not_null()).to_dicts():
        left = person["former_company_no"] or person["company_no"]
        made.append((person, left, None, person["ended_on"]))
        if person["former_company_no"]:
            made.append((person, person["company_no"], person["started_on"], None))
    return [
        {
            "Id": record_id("07k", number),
            "AccountId": record_id("001", account),
            "ContactId": record_id("003", person["record_no"]),
            "Roles": "",
            "IsDirect": text(account == person["company_no"]),
            "IsActive": text(ended_on is None),
            "StartDate": text(started_on),
            "EndDate": text(ended_on),
            **system(person["created_at"], person["updated_at"], 1),
        }
        for number, (person, account, started_on, ended_on) in enumerate(made, start=1)
    ]


def products(world: World) -> list[Line]:
    """The catalogue, and the two products of which deals have lines."""
    made = [
        _product(row["product_no"], row["sku"], row["name"], row["category"]) for row in world["products"].to_dicts()
    ]
    monthly = {"RevenueScheduleType": "Repeat", "RevenueInstallmentPeriod": "Monthly"}
    monthly |= {"NumberOfRevenueInstallments": str(MONTHS)}
    made.append(_product(RECURRING, "UNIT-SEATS", "Seats of the unit's plan", "plan") | monthly)
    return [*made, _product(ONE_TIME, "UNIT-START", "Start package", "service")]


def _product(number: int, sku: str, name: str, family: str) -> Line:
    return {
        "Id": record_id("01t", number),
        "Name": name,
        "ProductCode": sku,
        "Family": family,
        "IsActive": "1",
        "RevenueScheduleType": "",
        "RevenueInstallmentPeriod": "",
        "NumberOfRevenueInstallments": "",
        **system(FIRST_DAY, FIRST_DAY, 1),
    }


def prices(world: World) -> list[Line]:
    """The prices of the catalogue that are due each month."""
    return [
        {
            "Id": record_id("01u", row["price_no"]),
            "Pricebook2Id": record_id("01s", 1),
            "Product2Id": record_id("01t", row["product_no"]),
            "CurrencyIsoCode": row["currency"],
            "UnitPrice": text(row["unit_amount"]),
            "IsActive": "1",
            **system(FIRST_DAY, FIRST_DAY, 1),
        }
        for row in world["prices"].filter(pl.col("billing_interval") == "month").to_dicts()
    ]


def deal(row: Row, contract_no: int | None) -> Line:
    """An opportunity; what it is worth each month stands in its lines."""
    closes = row["closed_at"].date() if row["closed_at"] else row["expected_close_on"]
    return {
        "Id": record_id("006", row["deal_no"]),
        "AccountId": record_id("001", row["company_no"]),
        "Name": row["title"],
        "StageName": STAGES[row["stage"]],
        "Amount": text(row["amount"]),
        "Probability": text(row["probability"] * 100),
        "CloseDate": text(closes),
        "Type": TYPES[row["opportunity_type"]],
        "IsClosed": text(row["status"] != "open"),
        "IsWon": text(row["status"] == "won"),
        "OwnerId": record_id("005", row["owner_no"]),
        "ContractId": record_id("800", contract_no) if contract_no else "",
        "CurrencyIsoCode": row["currency"],
        "Contract_Length_Months__c": text(row["contract_length_months"]),
        "Lost_Reason__c": text(row["lost_reason"]),
        **system(row["created_at"], row["updated_at"], row["owner_no"]),
    }


def stages(world: World) -> list[Line]:
    """The stages each deal went through."""
    ordered = world["deal_stages"].sort("deal_no", "entered_at").to_dicts()
    return [
        {
            "Id": record_id("008", number),
            "OpportunityId": record_id("006", row["deal_no"]),
            "CreatedDate": instant(row["entered_at"]),
            "StageName": STAGES[row["stage"]],
            "SystemModstamp": instant(row["entered_at"]),
            "IsDeleted": "0",
        }
        for number, row in enumerate(ordered, start=1)
    ]


def roles(world: World) -> list[Line]:
    """The people of each deal with the part they play."""
    deals = {row["deal_no"]: row for row in world["deals"].to_dicts()}
    return [
        {
            "Id": record_id("00K", number),
            "OpportunityId": record_id("006", row["deal_no"]),
            "ContactId": record_id("003", row["contact_no"]),
            "Role": ROLES.get(row["role"], "Other"),
            "IsPrimary": "0",
            **system(
                deals[row["deal_no"]]["created_at"],
                deals[row["deal_no"]]["created_at"],
                deals[row["deal_no"]]["owner_no"],
            ),
        }
        for number, row in enumerate(world["deal_contacts"].sort("deal_no", "contact_no").to_dicts(), start=1)
    ]


def lines(world: World) -> list[Line]:
    """Two lines of each deal at most: a year of its recurring part, scheduled monthly, and what is paid once."""
    made = []
    for row in world["deals"].to_dicts():
        parts = ((RECURRING, row["mrr"] * MONTHS), (ONE_TIME, row["one_time_amount"]))
        for place, (product, total) in enumerate(parts):
            if total:
                made.append(
                    {
                        "Id": record_id("00k", row["deal_no"] * 2 + place),
                        "OpportunityId": record_id("006", row["deal_no"]),
                        "Product2Id": record_id("01t", product),
                        "Quantity": "1",
                        "UnitPrice": text(total),
                        "TotalPrice": text(total),
                        "HasRevenueSchedule": text(product == RECURRING),
                        "CurrencyIsoCode": row["currency"],
                        **system(row["created_at"], row["created_at"], row["owner_no"]),
                    }
                )
    return made
