"""The sentences of briefs: whom they are written for, what they say, and what they leave out."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from customer_rows import company, subscription, tables, version
from revenue_rows import rate

from models.policy.loading import PolicyError, load_policies

AS_OF = datetime(2026, 7, 1)
RUN = {"meta.run": [{"as_of": AS_OF}]}


def person(contact_id: str, company_id: str | None = None, **more: Any) -> dict[str, Any]:
    return {"contact_id": contact_id, "name": contact_id.title(), **more}


def job(contact_id: str, company_id: str, **more: Any) -> dict[str, Any]:
    more = {"started_on": "2025-01-01", "is_primary": True} | more
    return {"contact_id": contact_id, "company_id": company_id, **more}


def ticket(ticket_id: str, opened_at: str, **more: Any) -> dict[str, Any]:
    more = {"subject": "Crate lost", "status": "open", "company_id": "acme", "requester_id": "ann"} | more
    return {"ticket_id": ticket_id, "opened_at": opened_at, **more}


def talk(number: int, at: str, **more: Any) -> dict[str, Any]:
    return {"message_id": f"m{number}", "conversation_id": "c1", "sent_at": at, "is_public": True, **more}


def a_world(**more: Any) -> dict[str, Any]:
    """Acme pays 1,200 a year and Ann works there; Zed is known by name alone, Loner Ltd by nothing else either."""
    given: dict[str, Any] = {
        "company": [
            company("acme", industry="Logistics", city="Leeds", country="GB", employee_count=1420, owner_id="mia"),
            company("loner"),
        ],
        "contact": [person("ann", decision_role="champion"), person("zed")],
        "job_role": [job("ann", "acme", job_title="Head of Operations")],
        "team_member": [{"team_member_id": "mia", "name": "Mia Chen", "is_active": True}],
        "subscription": [subscription("acme")],
        "subscription_version": [version("acme", 1200)],
    }
    return RUN | tables(**(given | more))


def lines(bench: Any, given: dict[str, Any], subject: str, section: str | None = None) -> list[str]:
    """The sentences of one subject in their order, of one section or of all, led by the section's name."""
    found = bench(given).want("marts.brief_line").filter(subject_id=subject).sort("section", "place")
    return [
        row["sentence"] if section else f"{row['section']}: {row['sentence']}"
        for row in found.iter_rows(named=True)
        if section in (None, row["section"])
    ]


@pytest.mark.parametrize(
    ("now", "sentence"),
    [
        ("2.5", "; since January 2025 exchange rates took 20 EUR a month."),
        ("1.6", "; since January 2025 exchange rates added 25 EUR a month."),
        ("2.0", "."),
    ],
)
def test_what_exchange_rates_did_is_told_beside_what_customers_did(bench: Any, now: str, sentence: str) -> None:
    rates = [rate("USD", "2024-12-31", "1.25"), rate("USD", "2025-01-31", "2.0"), rate("USD", "2026-06-20", now)]
    dollars = {**version("acme", 2400), "currency": "USD"}
    given = a_world(subscription_version=[dollars], exchange_rate=rates)
    assert lines(bench, given, "acme", "money")[1] == (
        f"Changes: started with 100 EUR a month in January 2025{sentence}"
    )


def test_what_is_said_of_a_customer_and_of_a_person(bench: Any) -> None:
    made = bench(a_world())
    found = made.want("marts.brief_line").sort("subject_type", "section", "place")
    assert [(row["subject_id"], row["section"], row["sentence"]) for row in found.iter_rows(named=True)] == [
        ("acme", "health", "Too little is known to say how healthy the relationship is."),
        ("acme", "money", "They pay 1,200 EUR a year (100 a month)."),
        ("acme", "money", "Changes: started with 100 EUR a month in January 2025."),
        (
            "acme",
            "money",
            "They renew on 1 Jan 2027, in 184 days. It renews by itself unless they give notice by 3 Oct 2026.",
        ),
        ("acme", "money", "Agreed and not billed since 1 Jan 2026: 1,200 EUR."),
        ("acme", "people", "Ann, Head of Operations, champion; never in touch yet."),
        (
            "acme",
            "touch",
            "In the last 90 days we were in touch with nobody known as champion, economic buyer or user.",
        ),
        ("acme", "who", "Acme (Logistics, Leeds, GB, 1,420 people) has been a customer since 1 Jan 2025."),
        ("acme", "who", "Mia Chen owns the account."),
        ("ann", "who", "Ann is Head of Operations at Acme (champion)."),
    ]


def test_of_whom_nothing_is_known_nothing_is_said(bench: Any) -> None:
    made = bench(a_world())
    assert set(made.want("intermediate.brief_subject")["subject_id"]) == {"acme", "ann"}
    assert set(made.want("marts.brief_source")["subject_id"]) == {"acme", "ann"}


@pytest.mark.parametrize(("day", "is_told"), [("2025-07-01", True), ("2025-06-30", False)])
def test_who_was_in_touch_within_the_policys_days_is_worth_a_brief(bench: Any, day: str, is_told: bool) -> None:
    held = [
        {"conversation_id": "c", "company_id": "loner", "conversation_type": "call", "started_at": f"{day}T10:00:00"}
    ]
    given = a_world(conversation=held)
    assert bool(lines(bench, given, "loner")) is is_told


def test_notice_comes_first_and_is_no_renewal(bench: Any) -> None:
    leaving = subscription(
        "acme", canceled_at="2026-06-20", cancel_at="2026-08-01", cancel_reason="too_expensive", auto_renew=False
    )
    assert lines(bench, a_world(subscription=[leaving]), "acme", "first")[0] == (
        "They have given notice and leave on 1 Aug 2026 (reason: too expensive); 1,200 EUR a year go with them."
    )


def test_overdue_invoices_are_added_up_and_each_is_a_source(bench: Any) -> None:
    def bill(number: int, due_on: str, **more: Any) -> dict[str, Any]:
        more = {"status": "open", "total": 100, "amount_due": 100, "currency": "EUR"} | more
        return {"invoice_id": f"i{number}", "company_id": "acme", "due_on": due_on, "issued_on": "2026-04-01", **more}

    bills = [bill(1, "2026-06-30"), bill(2, "2026-05-02"), bill(3, "2026-05-01", status="paid"), bill(4, "2026-07-01")]
    made = bench(a_world(invoice=bills))
    line = made.want("marts.brief_line").filter(section="first").sort("place").row(0, named=True)
    assert line["sentence"] == "2 invoices are overdue: 200 EUR, the oldest for 60 days."
    sources = made.want("marts.brief_source").filter(section="first", place=line["place"])
    assert set(sources.select("object", "object_id").rows()) == {("invoice", "i1"), ("invoice", "i2")}


def test_each_thing_that_changed_is_told_once_and_only_since_we_talked(bench: Any) -> None:
    given = a_world(
        ticket=[
            ticket("t1", "2026-06-10T09:00:00", status="solved"),
            ticket("t0", "2026-06-01T09:00:00", subject="Old"),
        ],
        ticket_event=[
            {
                "ticket_id": "t1",
                "field_name": "status",
                "old_value": "open",
                "new_value": "solved",
                "occurred_at": "2026-06-12T08:00:00",
            },
        ],
        conversation=[
            {
                "conversation_id": "c1",
                "conversation_type": "ticket",
                "ticket_id": "t1",
                "company_id": "acme",
                "started_at": "2026-06-10T09:00:00",
            },
            {
                "conversation_id": "c2",
                "conversation_type": "call",
                "company_id": "acme",
                "started_at": "2026-06-05T09:00:00",
            },
        ],
        message=[talk(n, f"2026-06-1{n}T10:00:00", author_contact_id="ann") for n in (0, 1)],
        note=[{"company_id": "acme", "body": "Budget\nAsks for a\nplan", "noted_at": "2026-06-20T10:00:00"}],
    )
    assert lines(bench, given, "acme", "changed") == [
        '20 Jun 2026: noted: "Budget. Asks for a. plan".',
        '12 Jun 2026: ticket "Crate lost" solved, 2 messages from them.',
    ]


@pytest.mark.parametrize("seed", range(3))
def test_tickets_of_random_talk_are_told_as_a_plain_reading_tells_them(bench: Any, seed: int) -> None:
    draw = random.Random(seed)
    called_at, told = datetime(2026, 6, 10, 12), []
    tickets, conversations, messages = [], [], []
    for name in "abcde":
        opened_at = datetime(2026, 6, draw.randint(5, 14), 9, ord(name) % 60)
        written = [opened_at + timedelta(hours=draw.randint(1, 200), minutes=n) for n in range(draw.randint(0, 4))]
        tickets.append(ticket(name, opened_at.isoformat(), subject=f"Crate {name}"))
        held = {"conversation_id": name, "conversation_type": "ticket", "ticket_id": name, "company_id": "acme"}
        conversations.append(held | {"started_at": opened_at, "subject": f"Crate {name}"})
        messages += [talk(len(messages) + n, at.isoformat(), author_contact_id="ann") for n, at in enumerate(written)]
        for row in messages[len(messages) - len(written) :]:
            row["conversation_id"] = name
        since = [at for at in written if at > called_at]
        if opened_at > called_at:
            more = (
                ["", ", one message from them"][len(since)] if len(since) < 2 else f", {len(since)} messages from them"
            )
            told.append((opened_at, f'{opened_at:%-d %b %Y}: ticket "Crate {name}" opened{more}.'))
        elif since:
            more = "" if len(since) == 1 else f", {len(since)} messages from them"
            told.append((max(since), f'{max(since):%-d %b %Y}: they wrote: "Crate {name}"{more}.'))
    call = {"conversation_id": "call", "conversation_type": "call", "company_id": "acme", "started_at": called_at}
    given = a_world(ticket=tickets, conversation=[*conversations, call], message=messages)
    assert told
    assert lines(bench, given, "acme", "changed") == [sentence for _, sentence in sorted(told, reverse=True)]


def test_longer_lists_are_cut_and_say_so(bench: Any) -> None:
    given = a_world(ticket=[ticket(f"t{n}", f"2026-06-1{n}T09:00:00", subject=f"Crate {n}") for n in range(7)])
    found = lines(bench, given, "acme", "needs")
    assert found[0] == '"Crate 0" is open since 10 Jun 2026.'
    assert found[5:] == ["And 2 more open tickets."]
    assert lines(bench, given, "ann", "needs") == found


def test_plain_words_for_one_and_for_many(bench: Any) -> None:
    users = [
        {"product_user_id": f"u{n}", "external_user_id": f"u{n}", "company_id": "acme", "status": "active"}
        for n in range(2)
    ]
    acts = [
        {"product_user_id": "u0", "company_id": "acme", "event_name": "open", "occurred_at": f"2026-06-{day}T10:00:00"}
        for day in (20, 21)
    ]
    assert lines(bench, a_world(product_user=users, usage_event=acts), "acme", "use") == [
        "1 of 2 users were active in the last 28 days, last on 21 Jun 2026."
    ]


def test_a_kind_told_twice_is_refused(tmp_path: Any) -> None:
    shipped = (load_policies.__globals__["HERE"] / "brief.toml").read_text()
    twice = shipped + '\n[[events]]\nkind = "note"\nwords = "noted: {title}"\n'
    (tmp_path / "brief.toml").write_text(twice)
    with pytest.raises(PolicyError, match="events lists note twice"):
        load_policies(tmp_path)
