"""Which company it counts for what a person does, where a person is shown to work, and the address to use."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from customer_rows import links as contact_links
from job_rows import ENDED, NEXT, Row, given, on

if TYPE_CHECKING:
    from conftest import Bench

Made = Callable[..., "Bench"]


def test_what_a_person_does_counts_for_the_company_they_were_at(made: Made) -> None:
    """She was at a until day 5 and is at b from day 9: between the two, a was the last; before all, the first."""
    days = (-300, 4, 5, 8, 9, 300)
    expected = dict(zip(days, "aaaabb", strict=True))
    both = [ENDED, NEXT]
    survey = {"contact_id": "ann", "score": 9}
    talk = {"contact_id": "ann", "role": "from"}
    people = [talk | {"conversation_id": f"{day}"} for day in days]
    asked = [{"contact_id": "ann", "appointment_id": f"{day}"} for day in days]
    sources: dict[str, tuple[str, Row]] = {
        "ticket": ("opened_at", {"requester_id": "ann", "subject": "Help", "status": "open"}),
        "nps_response": ("answered_at", survey),
        "survey_response": ("answered_at", survey | {"survey_type": "csat", "scale_min": 1, "scale_max": 10}),
        "note": ("noted_at", {"contact_id": "ann", "body": "Called"}),
        "signal": ("occurred_at", {"contact_id": "ann", "signal_type": "page_view"}),
        "conversation": ("started_at", {"conversation_type": "email"}),
        "appointment": ("starts_at", {"title": "Meeting"}),
    }
    world = given(both) | {
        f"sourced.{name}": [more | {f"{name}_id": f"{day}", at: on(day)} for day in days]
        for name, (at, more) in sources.items()
    }
    world |= {"objects.conversation_participant": people}
    world |= {"objects.appointment_attendee": asked}
    done = made(world)
    for name in sources:
        found = dict(done.want(f"objects.{name}").select(f"{name}_id", "company_id").rows())
        assert {day: found[f"{day}"] for day in days} == expected, name


def test_an_address_says_for_which_of_their_companies_somebody_speaks(made: Made) -> None:
    talk = {"conversation_type": "email", "started_at": on(7)}
    answer = {"contact_id": "ann", "answered_at": on(7), "score": 9}
    used = {
        "new": ("Ann@B.example", "b"),
        "old": ("ann@a.example", "a"),
        "elsewhere": ("ann@c.example", "a"),
        "none": (None, "a"),
    }
    writers = [
        {"contact_id": "ann", "conversation_id": name, "role": "from", "address": address}
        for name, (address, _) in used.items()
    ]
    done = made(
        given([ENDED, NEXT])
        | {
            "sourced.conversation": [talk | {"conversation_id": name} for name in used],
            "objects.conversation_participant": writers,
            "objects.message": [
                {"message_id": f"0{name}", "conversation_id": name, "author_contact_id": "ann", "sent_at": on(7)}
                for name in used
            ],
            "sourced.appointment": [{"appointment_id": name, "title": "Meeting", "starts_at": on(7)} for name in used],
            "objects.appointment_attendee": [
                {"contact_id": "ann", "appointment_id": name, "address": address} for name, (address, _) in used.items()
            ],
            "sourced.nps_response": [
                answer | {"nps_response_id": name, "respondent": address} for name, (address, _) in used.items()
            ],
        }
    )
    for name in ("conversation", "appointment", "nps_response"):
        rows = done.want(f"objects.{name}").select(f"{name}_id", "company_id").rows()
        assert dict(rows) == {key: company for key, (_, company) in used.items()}, name


def test_the_address_to_use_is_one_that_works_where_they_work(made: Made) -> None:
    """And mail that comes back from another address says nothing of them."""

    def used(addresses: dict[str, Row], *bounced: str | None) -> tuple[str, str]:
        mails = [
            {"contact_id": "ann", "address": name, "is_valid_syntax": True} | more for name, more in addresses.items()
        ]
        wish = {"contact_id": "ann", "channel": "email"}
        wishes = [{**wish, "preference": "subscribed", "stated_at": on(0)}]
        wishes += [{**wish, "preference": "bounced", "address": name} for name in bounced]
        world = given([ENDED, NEXT]) | {"objects.contact_email": mails, "objects.communication_preference": wishes}
        done = made(world | {"identity.contact_link": contact_links("contact")})
        (email,) = done.want("intermediate.contact_facet")["email"]
        (preference,) = done.want("intermediate.email_preference")["preference"]
        return email, preference

    old, new, free = "ann@a.example", "ann@b.example", "ann@gmail.com"
    both: dict[str, Row] = {old: {"is_primary": True}, new: {}}
    assert used(both) == (new, "subscribed")
    assert used(both, old) == (new, "subscribed"), "the old one comes back"
    assert used(both, new) == (old, "subscribed")
    assert used(both, old, new) == (new, "bounced")
    assert used(both, None) == (new, "bounced"), "who knows which"
    assert used({new: {}, free: {"is_primary": True, "is_free_mail": True}}) == (new, "subscribed")
    assert used({new: {}, free: {"is_free_mail": True}}, new) == (free, "subscribed")


def test_a_person_is_shown_where_they_work_now(made: Made) -> None:
    links = {"identity.contact_link": contact_links("contact")}

    def shown(roles: list[Row], addresses: dict[str, int | None] | None = None) -> tuple[Any, ...]:
        table = made(given(roles, addresses, **links)).want("intermediate.contact_facet")
        return table.select("company_id", "job_title", "role_ended_on").row(0)

    job = {"company_id": "a", "created_at": 1, "is_primary": True, "job_title": "Buyer"}
    assert shown([job]) == ("a", "Buyer", None)
    assert shown([job], {"b": 9}) == ("b", None, None), "an address says where, not as what"
    assert shown([job | {"ended_on": 5}]) == ("a", "Buyer", on(5)), "where they were last"
    assert shown([job | {"ended_on": 300}]) == ("a", "Buyer", None), "not over yet"
    assert shown([job | {"ended_on": 5}, NEXT | {"job_title": "CFO"}]) == ("b", "CFO", None)
    also = {"company_id": "a", "is_primary": False, "job_title": "Clerk"}
    assert shown([job, also]) == ("a", "Buyer", None), "the first one's title"
