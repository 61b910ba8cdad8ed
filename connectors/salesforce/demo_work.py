"""How the demo's contracts, meetings, tasks and notes look in Salesforce's data export; see also `demo_shapes`."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from connectors.salesforce.demo_shapes import Line, Row, World, instant, record_id, system, text

RHYTHMS = {"month": "Monthly", "year": "Yearly", "week": "Weekly"}
STATUSES = {
    "to_do": "Not Started",
    "in_progress": "In Progress",
    "blocked": "Blocked",
    "pending_customer": "Waiting on someone else",
    "done": "Completed",
    "ignored": "Deferred",
}
PRIORITIES = {"low": "Low", "normal": "Normal", "high": "High", "urgent": "Urgent"}
RESPONSES = {"accepted": "Accepted", "declined": "Declined", "tentative": "Maybe", "none": "New"}


def contract(row: Row, owner_no: int) -> Line:
    """A contract. Salesforce names its last day, not the one after."""
    signed = row["signed_on"]
    at = datetime.combine(signed or row["starts_on"], time(12))
    return {
        "Id": record_id("800", row["contract_no"]),
        "AccountId": record_id("001", row["company_no"]),
        "OwnerId": record_id("005", owner_no),
        "Name": row["name"],
        "ContractNumber": f"{row['contract_no']:08}",
        "Status": "Activated" if signed else "In Approval Process",
        "StartDate": text(row["starts_on"]),
        "EndDate": text(row["ends_on"] - timedelta(days=1)) if row["ends_on"] else "",
        "ContractTerm": text(row["length_months"]),
        "CompanySignedDate": text(signed),
        "CustomerSignedDate": text(signed),
        "ActivatedDate": instant(at) if signed else "",
        "CurrencyIsoCode": row["currency"],
        "Opportunity__c": record_id("006", row["deal_no"]),
        "Contract_Value__c": text(row["contract_value"]),
        "Auto_Renew__c": text(row["auto_renew"]),
        "Renewal_Term_Months__c": text(row["renewal_period_months"]),
        "Notice_Period_Days__c": text(row["notice_period_days"]),
        "Billing_Frequency__c": RHYTHMS[row["billing_interval"]],
        "SLA_Name__c": text(row["sla_name"]),
        "SLA_First_Response_Minutes__c": text(row["sla_first_response_minutes"]),
        "SLA_Resolution_Minutes__c": text(row["sla_resolution_minutes"]),
        "SLA_Uptime_Percent__c": text(row["sla_uptime_percent"]),
        **system(at, at, owner_no),
    }


def event(row: Row) -> Line:
    """A meeting; one that was called off says so in a field of the workspace's own."""
    made = row["starts_at"] - timedelta(days=1)
    return {
        "Id": record_id("00U", row["appointment_no"]),
        "WhoId": "",
        "WhatId": record_id("001", row["company_no"]),
        "AccountId": record_id("001", row["company_no"]),
        "OwnerId": record_id("005", row["organizer_no"]),
        "Subject": row["title"],
        "Description": text(row["agenda"]),
        "Type": "Meeting",
        "ActivityDate": text(row["starts_at"].date()),
        "StartDateTime": instant(row["starts_at"]),
        "EndDateTime": instant(row["ends_at"]),
        "IsAllDayEvent": "0",
        "Location": text(row["conference_url"] or row["location"]),
        "IsChild": "0",
        "IsRecurrence": "0",
        "IsRecurrence2": "0",
        "Status__c": "Canceled" if row["is_canceled"] else "",
        "Outcome__c": text(row["outcome"]),
        "Next_Actions__c": text(row["next_actions"]),
        **system(made, max(made, row["ends_at"]), row["organizer_no"]),
    }


def guests(world: World) -> list[Line]:
    """Who was invited, besides the one who called the meeting: that is its owner."""
    starts = dict(world["appointments"].select("appointment_no", "starts_at").iter_rows())
    owners = dict(world["appointments"].select("appointment_no", "organizer_no").iter_rows())
    ordered = world["appointment_attendees"].sort("appointment_no", "contact_no", "member_no").to_dicts()
    made = []
    for number, row in enumerate((row for row in ordered if not row["is_organizer"]), start=1):
        no, made_at = row["appointment_no"], starts[row["appointment_no"]] - timedelta(days=1)
        who = ("003", row["contact_no"]) if row["contact_no"] else ("005", row["member_no"])
        made.append(
            {
                "Id": record_id("0RE", number),
                "EventId": record_id("00U", no),
                "RelationId": record_id(*who),
                "Status": RESPONSES[row["response"]],
                "IsWhat": "0",
                **system(made_at, made_at, owners[no]),
            }
        )
    return made


def task(row: Row) -> Line:
    """A task."""
    return {
        "Id": record_id("00T", row["task_no"]),
        "WhoId": record_id("003", row["contact_no"]) if row["contact_no"] else "",
        "WhatId": record_id("001", row["company_no"]),
        "AccountId": record_id("001", row["company_no"]),
        "OwnerId": record_id("005", row["owner_no"]),
        "Subject": row["description"],
        "Type": row["task_type"],
        "TaskSubtype": "Task",
        "Status": STATUSES[row["status"]],
        "Priority": PRIORITIES[row["priority"]],
        "ActivityDate": text(row["due_on"]),
        "IsClosed": text(row["status"] == "done"),
        "CompletedDateTime": instant(row["completed_at"]),
        **system(row["created_at"], row["updated_at"], row["owner_no"]),
    }


def note(row: Row) -> Line:
    """A note, under the contact where it is about one person, else under the account."""
    about = ("003", row["contact_no"]) if row["contact_no"] else ("001", row["company_no"])
    return {
        "Id": record_id("002", row["note_no"]),
        "ParentId": record_id(*about),
        "Title": text(row["title"]),
        "Body": row["body"],
        "OwnerId": record_id("005", row["author_no"]),
        **system(row["noted_at"], row["noted_at"], row["author_no"]),
    }
