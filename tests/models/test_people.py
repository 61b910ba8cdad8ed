"""People and what they say: which address is whose, where a person works, and which company a talk belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest

from models.policy.email import Policy


def flags(run_models: Any, addresses: Sequence[str], flag: str) -> dict[str, Any]:
    """One flag of each address."""
    given = [{"contact_email_id": text, "contact_id": "ann", "address": text} for text in addresses]
    table = run_models({"sourced.contact_email": given}, "objects.contact_email")["objects.contact_email"]
    return dict(table.select("contact_email_id", flag).rows())


def made(run_models: Any, name: str, rows: list[dict[str, Any]], **objects: Any) -> pl.DataFrame:
    """objects.<name> from the sources' rows and other objects by their short names."""
    given = {f"sourced.{name}": rows, **{f"objects.{other}": given for other, given in objects.items()}}
    table = f"objects.{name}"
    return run_models(given, table)[table]


# --- addresses --------------------------------------------------------------------------------------------------------


WELL_FORMED = (
    "ann@acme.example",
    "o'brien+crm@a-b.co.uk",
    "jürgen@münchen.de",
    "x@xn--mnchen-3ya.de",
    "a.b_c@1und1.de",
)
BROKEN = (
    "ann",
    "ann@",
    "@acme.example",
    "ann@acme",
    "ann@@acme.example",
    "ann@acme..example",
    "ann..lee@acme.example",
    ".ann@acme.example",
    "ann.@acme.example",
    "ann lee@acme.example",
    "ann@-acme.example",
    "ann@acme-.example",
    "ann@acme.example,bob@acme.example",
    "<ann@acme.example>",
    "ann@10.0.0.1",
    "ann@acme.e",
    f"{'a' * 65}@acme.example",
    f"ann@{'a' * 64}.example",
    f"ann@{'a.' * 130}example",
    "ann\x07@acme.example",
)


def test_well_formed_and_broken_addresses_are_told_apart(run_models: Any) -> None:
    found = flags(run_models, [*WELL_FORMED, *BROKEN], "is_valid_syntax")
    assert found == {**dict.fromkeys(WELL_FORMED, True), **dict.fromkeys(BROKEN, False)}


def test_shared_mailboxes_belong_to_a_function_or_a_machine(run_models: Any) -> None:
    expected = {
        "Billing@Acme.example": True,
        "billing+eu@acme.example": True,
        "noreply-eu@acme.example": True,
        "info@web.de": True,
        "ann.billing@acme.example": False,
        "ann@info.example": False,
    }
    assert flags(run_models, list(expected), "is_role_address") == expected


def test_public_mail_providers_are_known_by_the_whole_domain(run_models: Any) -> None:
    expected = {"ann@gmail.com": True, "Info@Web.de": True, "ann@gmail.com.example": False, "ann@mygmail.com": False}
    assert flags(run_models, list(expected), "is_free_mail") == expected


def test_addresses_are_kept_in_lower_case(run_models: Any) -> None:
    assert flags(run_models, [" Ann@Acme.example "], "address") == {" Ann@Acme.example ": "ann@acme.example"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"own_domains": ["acme.example", "acme.example"]}, "listed twice"),
        ({"own_domains": ["ann@acme.example"]}, "pattern"),
        ({"role_local_parts": ["Info"]}, "pattern"),
    ],
)
def test_an_email_policy_that_makes_no_sense_is_refused(change: dict[str, Any], reason: str) -> None:
    fine: dict[str, list[str]] = {name: [] for name in Policy.model_fields}
    assert Policy.model_validate(fine)
    with pytest.raises(ValueError, match=reason):
        Policy.model_validate({**fine, **change})


# --- where a person works ---------------------------------------------------------------------------------------------

DOMAINS = [
    {"company_id": "acme", "domain": "acme.example"},
    {"company_id": "acme", "domain": "acme.example", "is_primary": True},
    {"company_id": "twin_a", "domain": "twin.example"},
    {"company_id": "twin_b", "domain": "twin.example"},
    {"company_id": "tiny", "domain": "gmail.com"},
    {"company_id": "agency", "domain": "github.com"},
]


def address(contact: str, text: str, **more: Any) -> dict[str, Any]:
    return {"contact_id": contact, "address": text, "is_valid_syntax": True, **more}


def test_who_is_known_only_by_address_works_where_the_domain_says(run_models: Any) -> None:
    addresses = [
        address("works there", "ann@acme.example"),
        address("shared mailbox", "billing@acme.example", is_role_address=True),
        address("two companies claim it", "ann@twin.example"),
        address("free mail", "ann@gmail.com"),
        address("shared domain", "ann@github.com"),
        address("unknown", "ann@nobody.example"),
        address("private, the source says", "eve@acme.example", is_work=False),
        address("broken", "ann@@acme.example", is_valid_syntax=False),
        address("deleted", "old@acme.example", source_deleted_at="2026-01-01"),
        address("two addresses", "two@gmail.com", is_primary=True),
        address("two addresses", "two@acme.example"),
    ]
    rows = made(run_models, "job_role", [], contact_email=addresses, company_domain=DOMAINS)
    assert sorted(rows.select("contact_id", "company_id", "is_primary", "derived_by").rows()) == [
        (contact, "acme", True, "company_known_by_domain")
        for contact in ("shared mailbox", "two addresses", "works there")
    ]


def test_a_source_that_says_where_somebody_works_is_believed(run_models: Any) -> None:
    stated = [{"contact_id": "ann", "company_id": "twin_a", "job_title": "CTO"}]
    rows = made(
        run_models, "job_role", stated, contact_email=[address("ann", "ann@acme.example")], company_domain=DOMAINS
    )
    assert rows.select("company_id", "is_primary", "derived_by").rows() == [("twin_a", True, None)]


def test_a_contact_has_one_first_job(bench: Any) -> None:
    cases: dict[str, list[dict[str, Any]]] = {
        "who left works elsewhere": [{"is_primary": True, "ended_on": "2026-01-01"}, {"company_id": "right"}],
        "the source's main one": [{}, {"company_id": "right", "is_primary": True}],
        "the newer of two main ones": [
            {"is_primary": True, "started_on": "2024-01-01"},
            {"company_id": "right", "is_primary": True, "started_on": "2025-01-01"},
        ],
        "the last one held": [
            {"started_on": "2023-01-01", "ended_on": "2024-01-01"},
            {"started_on": "2024-01-01", "ended_on": "2025-01-01", "company_id": "right"},
            {"ended_on": "2024-02-01"},
        ],
        "leaving later": [{"company_id": "right", "is_primary": True, "ended_on": "2027-01-01"}, {}],
        "deleted": [{"is_primary": True, "source_deleted_at": "2026-01-01"}, {"company_id": "right"}],
        "said twice": [{"company_id": "right", "is_primary": True}, {"company_id": "right", "is_primary": True}],
    }
    roles = [{"contact_id": name, "company_id": "wrong", **role} for name, given in cases.items() for role in given]
    made_ = bench({"sourced.job_role": roles})
    rows = made_.want("objects.job_role")
    assert dict(rows.filter(is_primary=True).select("contact_id", "company_id").rows()) == dict.fromkeys(cases, "right")
    assert rows.height == len(roles)
    assert made_.offenders("one_first_job").height == 0


def test_the_invariant_notices_two_first_jobs(bench: Any) -> None:
    roles = [{"contact_id": "ann", "company_id": name, "is_primary": True} for name in "ab"]
    assert bench({"objects.job_role": roles}).offenders("one_first_job").height == 1


# --- which company a talk belongs to ----------------------------------------------------------------------------------

ROLES = [
    {"contact_id": "ann", "company_id": "acme", "is_primary": True},
    {"contact_id": "ann", "company_id": "former", "is_primary": False},
    {"contact_id": "bob", "company_id": "bobs", "is_primary": True},
]


def test_tickets_and_answers_belong_to_the_persons_company(run_models: Any) -> None:
    ticket = {"subject": "Help", "status": "open", "opened_at": "2026-01-01", "requester_id": "ann"}
    tickets = [{**ticket, "ticket_id": "t1"}, {**ticket, "ticket_id": "t2", "company_id": "said"}]
    rows = made(run_models, "ticket", [*tickets, {**ticket, "ticket_id": "t3", "requester_id": "eve"}], job_role=ROLES)
    assert dict(rows.select("ticket_id", "company_id").rows()) == {"t1": "acme", "t2": "said", "t3": None}
    answers = [{"nps_response_id": "n", "contact_id": "ann", "score": 9, "answered_at": "2026-01-01"}]
    assert made(run_models, "nps_response", answers, job_role=ROLES)["company_id"].to_list() == ["acme"]


def test_a_ticket_that_asks_for_more_is_an_expansion_signal(run_models: Any) -> None:
    texts: dict[str, tuple[str | None, bool]] = {
        "Login fails": ("It says 500", False),
        "We need MORE seats": (None, True),
        "Question": ("Could you send a quote for twenty users? We want an additional license too.", True),
        "Upgraded and broken": ("since the upgrade", False),
        "Login": ("It fails since the upgrade to version 4.2; must we upgrade our browsers?", False),
        "Plans": ("Can you upgrade our plan?", True),
        "Tiers": ("We would like to upgrade to Enterprise.", True),
    }
    tickets = [
        {"subject": subject, "description": description, "status": "open", "opened_at": "2026-01-01"}
        for subject, (description, _) in texts.items()
    ]
    rows = made(run_models, "ticket", tickets)
    assert dict(rows.select("subject", "is_expansion_signal").rows()) == {
        name: asks for name, (_, asks) in texts.items()
    }


def talk(name: str = "c", **more: Any) -> dict[str, Any]:
    return {"conversation_id": name, "conversation_type": "email", "started_at": "2026-01-01", **more}


def test_a_conversation_belongs_to_its_first_outside_participant(run_models: Any) -> None:
    talks = [talk("alone"), talk("stated", company_id="said"), talk("ticket", ticket_id="t"), talk("nobody")]
    talks += [talk("to before cc"), talk("writer first"), talk("no company passed over")]
    people = [
        ("alone", "ann", "to"),
        ("stated", "ann", "to"),
        ("ticket", "ann", "from"),
        ("to before cc", "ann", "cc"),
        ("to before cc", "bob", "to"),
        ("writer first", "bob", "to"),
        ("writer first", "ann", "from"),
        ("no company passed over", "eve", "from"),
        ("no company passed over", "ann", "cc"),
    ]
    participants = [{"conversation_id": name, "contact_id": who, "role": role} for name, who, role in people]
    ticket = {"ticket_id": "t", "company_id": "tickets", "subject": "s", "status": "open", "opened_at": "2026-01-01"}
    given = {"conversation_participant": participants, "job_role": ROLES, "ticket": [ticket]}
    rows = made(run_models, "conversation", talks, **given)
    assert dict(rows.select("conversation_id", "company_id").rows()) == {
        "alone": "acme",
        "stated": "said",
        "ticket": "tickets",
        "nobody": None,
        "to before cc": "bobs",
        "writer first": "acme",
        "no company passed over": "acme",
    }


def test_messages_tell_who_began_and_when_it_ended(run_models: Any) -> None:
    messages = [
        {"conversation_id": "c", "sent_at": "2026-01-02", "author_team_member_id": "us"},
        {"conversation_id": "c", "sent_at": "2026-01-01", "author_contact_id": "bob"},
    ]
    told = made(run_models, "conversation", [talk()], message=messages, job_role=ROLES).row(0, named=True)
    assert (told["direction"], told["message_count"], told["company_id"]) == ("in", 2, "bobs")
    assert f"{told['ended_at']:%Y-%m-%d}" == "2026-01-02"
    stated = talk(direction="out", message_count=5, ended_at="2026-02-01")
    kept = made(run_models, "conversation", [stated], message=messages).row(0, named=True)
    assert (kept["direction"], kept["message_count"], f"{kept['ended_at']:%m}") == ("out", 5, "02")
