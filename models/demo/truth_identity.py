"""The truth about identity: which records of which kind of system are the same company, contact or team member.

`system` is crm, billing, helpdesk, survey or mail; the record is named by its number in the world (`record_no`) or, in
systems that know people by address alone, by the lower-case address (`address`). Whoever exports the world for a vendor
turns numbers into that vendor's record ids.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from models.demo.frames import Row, table

AGENTS = ("support", "csm")


def truth_identity(world: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per record that some system has; `no` is the company, contact or team member it is.

    The CRM knows all team members; the help desk those in support and success; mail everybody who wrote or was written
    to; the survey everybody who answered.
    """
    return table("truth_identity", [*_companies(world), *_contacts(world), *_members(world)])


def _row(kind: str, system: str, no: int, address: str | None = None) -> Row:
    return {"kind": kind, "system": system, "record_no": None if address else no, "address": address, "no": no}


def _companies(world: Mapping[str, pl.DataFrame]) -> Iterator[Row]:
    for company in world["companies"].to_dicts():
        for system in ("crm", "billing", "helpdesk"):
            if company[f"in_{system}"]:
                yield _row("company", system, company["company_no"])


def _contacts(world: Mapping[str, pl.DataFrame]) -> Iterator[Row]:
    answered = set(world["nps_responses"]["contact_no"])
    mailed = set(world["mails"]["from_contact_no"]) | set(world["mail_recipients"]["contact_no"])
    for contact in world["contacts"].to_dicts():
        no, address = contact["contact_no"], contact["email"].lower()
        for system in ("crm", "helpdesk"):
            if contact[f"in_{system}"]:
                yield _row("contact", system, no)
        for system, known in (("survey", answered), ("mail", mailed)):
            if no in known:
                yield _row("contact", system, no, address)


def _members(world: Mapping[str, pl.DataFrame]) -> Iterator[Row]:
    mailed = set(world["mails"]["from_member_no"]) | set(world["mail_recipients"]["member_no"])
    for member in world["team_members"].to_dicts():
        no = member["member_no"]
        yield _row("team_member", "crm", no)
        if member["role"] in AGENTS:
            yield _row("team_member", "helpdesk", no)
        if no in mailed:
            yield _row("team_member", "mail", no, member["email"])
