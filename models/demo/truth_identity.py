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


def truth_identity(world: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per record that some system has; `no` is the company, person or team member it is.

    A person is numbered as its first contact (`person_no`). `is_undecidable`: nobody could tell from what the systems
    have whose the record is. `is_duplicate`: the second record of the same thing in one system.

    Both CRMs and the success managers' tool (planhat) know all team members; help desk, messenger (intercom) and issue
    tracker (jira) those in support and success; mail and calendar everybody who wrote, was written to or was invited;
    the survey everybody who answered. The accounting (quickbooks) knows the companies billed by chargebee that bought
    something outside a subscription. A contact of product_usage is named by its `user_no`.
    """
    return table("truth_identity", [*_companies(world), *_contacts(world), *_members(world)])


def _row(kind: str, system: str, no: int, address: str | None = None, spelled: Row | None = None) -> Row:
    number = None if address else spelled["record_no"] if spelled else no
    row = {"kind": kind, "system": system, "record_no": number, "address": address, "no": no}
    return row | {name: bool(spelled and spelled[name]) for name in ("is_undecidable", "is_duplicate")}


def _companies(world: Mapping[str, pl.DataFrame]) -> Iterator[Row]:
    once = set(world["invoices"].filter(pl.col("sub_no").is_null())["company_no"])
    for row in world["company_spellings"].sort("company_no", "system", "record_no").to_dicts():
        if row["system"] != "quickbooks" or row["company_no"] in once:
            yield _row("company", row["system"], row["company_no"], spelled=row)


def _contacts(world: Mapping[str, pl.DataFrame]) -> Iterator[Row]:
    answered = set(world["nps_responses"]["contact_no"]) | set(world["survey_responses"]["contact_no"])
    mailed = set(world["mails"]["from_contact_no"]) | set(world["mail_recipients"]["contact_no"])
    by_address = {"survey": answered, "mail": mailed, "calendar": _invited(world, "contact_no")}
    users = dict(world["product_users"].select("contact_no", "user_no").iter_rows())
    for row in world["contact_spellings"].sort("contact_no", "system", "record_no").to_dicts():
        no, system, person = row["contact_no"], row["system"], row["person_no"]
        if system in by_address:
            if no in by_address[system]:
                yield _row("contact", system, person, row["email"].lower(), row)
        elif system == "product_usage":
            if no in users:
                yield _row("contact", system, person, spelled=row | {"record_no": users[no]})
        elif system in ("crm", "salesforce") or (system != "jira" and row[f"in_{system}"]):
            yield _row("contact", system, person, spelled=row)


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
