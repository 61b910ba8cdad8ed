"""The truth about identity: which records of which system are the same company, contact or team member.

`system` is crm (HubSpot's records), billing (Stripe's), helpdesk (Zendesk's), survey, mail, or the source's own name:
salesforce, planhat, intercom, jira, chargebee, quickbooks, product_usage, calendar. The record is named by its number
in the world (`record_no`) or, in systems that know people by address alone, by the lower-case address (`address`).
Whoever exports the world for a vendor turns numbers into that vendor's record ids.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from models.demo.frames import Row, table

AGENTS = ("support", "csm")
SYSTEM_OF_CRM = {"hubspot": "crm", "salesforce": "salesforce"}
SYSTEM_OF_BILLING = {"stripe": "billing", "chargebee": "chargebee"}
TOOLS = {"planhat": "in_planhat", "intercom": "in_intercom", "jira": "in_jira", "product_usage": "in_usage"}


def truth_identity(world: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per record that some system has; `no` is the company, contact or team member it is.

    Both CRMs and the success managers' tool (planhat) know all team members; help desk, messenger (intercom) and issue
    tracker (jira) those in support and success; mail and calendar everybody who wrote, was written to or was invited;
    the survey everybody who answered. The accounting (quickbooks) knows the companies billed by chargebee that bought
    something outside a subscription. A contact of product_usage is named by its `user_no`.
    """
    return table("truth_identity", [*_companies(world), *_contacts(world), *_members(world)])


def _row(kind: str, system: str, no: int, address: str | None = None, record_no: int | None = None) -> Row:
    number = None if address else no if record_no is None else record_no
    return {"kind": kind, "system": system, "record_no": number, "address": address, "no": no}


def _companies(world: Mapping[str, pl.DataFrame]) -> Iterator[Row]:
    once = set(world["invoices"].filter(pl.col("sub_no").is_null())["company_no"])
    for company in world["companies"].to_dicts():
        no = company["company_no"]
        if company["crm"]:
            yield _row("company", SYSTEM_OF_CRM[company["crm"]], no)
        if company["billing"]:
            yield _row("company", SYSTEM_OF_BILLING[company["billing"]], no)
        if company["in_helpdesk"]:
            yield _row("company", "helpdesk", no)
        if company["billing"] == "chargebee" and no in once:
            yield _row("company", "quickbooks", no)
        for system, flag in TOOLS.items():
            if company[flag]:
                yield _row("company", system, no)


def _contacts(world: Mapping[str, pl.DataFrame]) -> Iterator[Row]:
    answered = set(world["nps_responses"]["contact_no"]) | set(world["survey_responses"]["contact_no"])
    mailed = set(world["mails"]["from_contact_no"]) | set(world["mail_recipients"]["contact_no"])
    invited = _invited(world, "contact_no")
    users = dict(world["product_users"].select("contact_no", "user_no").iter_rows())
    crms = dict(world["companies"].select("company_no", "crm").iter_rows())
    for contact in world["contacts"].to_dicts():
        no, address = contact["contact_no"], contact["email"].lower()
        if contact["in_crm"]:
            yield _row("contact", SYSTEM_OF_CRM[crms[contact["company_no"]]], no)
        for system in ("helpdesk", "planhat", "intercom"):
            if contact[f"in_{system}"]:
                yield _row("contact", system, no)
        if no in users:
            yield _row("contact", "product_usage", no, record_no=users[no])
        for system, known in (("survey", answered), ("mail", mailed), ("calendar", invited)):
            if no in known:
                yield _row("contact", system, no, address)


def _members(world: Mapping[str, pl.DataFrame]) -> Iterator[Row]:
    mailed = set(world["mails"]["from_member_no"]) | set(world["mail_recipients"]["member_no"])
    invited = _invited(world, "member_no")
    for member in world["team_members"].to_dicts():
        no = member["member_no"]
        for system in ("crm", "salesforce", "planhat"):
            yield _row("team_member", system, no)
        for system in ("helpdesk", "intercom", "jira"):
            if member["role"] in AGENTS:
                yield _row("team_member", system, no)
        for system, known in (("mail", mailed), ("calendar", invited)):
            if no in known:
                yield _row("team_member", system, no, member["email"])


def _invited(world: Mapping[str, pl.DataFrame], column: str) -> set[int | None]:
    """Numbers of those who attend an appointment that stands in the calendar."""
    there = world["appointments"].filter(pl.col("system") == "calendar").select("appointment_no")
    return set(world["appointment_attendees"].join(there, on="appointment_no")[column])
