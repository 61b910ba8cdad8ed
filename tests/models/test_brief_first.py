"""What a brief says first, and of health: champions missed, trials, sales, what weighs most. And the next meeting."""

from __future__ import annotations

from datetime import date
from typing import Any

from customer_rows import subscription, version
from test_brief import a_world, lines, person, ticket


def sign(factor: str, theme: str, points: int, lost: str, words: str, weight: int = 10) -> dict[str, Any]:
    fixed = {"company_id": "acme", "as_of": "2026-06-30", "weight": weight, "raw_value": 1}
    gained = weight - int(float(lost))
    return fixed | {
        "factor": factor,
        "theme": theme,
        "points": points,
        "points_lost": lost,
        "contribution": gained,
        "words": words,
    }


HEALTH = {
    "company_id": "acme", "as_of": "2026-06-30", "segment": "a", "profile": "standard", "coverage": 1,
    "factor_count": 4, "arr": 1200, "currency": "EUR", "score": 70, "change_30d": -8, "main_cause": "support",
}  # fmt: skip
SIGNS = [
    sign("ticket_severity", "support", 50, "5", "1 severe ticket open"),
    sign("ticket_load", "support", 90, "1", "3 tickets of late", 30),
    sign("last_touch", "contact", 20, "8", "1 day without a touch"),
    sign("usage_trend", "usage", 100, "0", "steady use of the product"),
]


def test_what_weighs_most_is_named_and_not_praised(bench: Any) -> None:
    views: dict[str, Any] = {"marts.health_evidence": [], "marts.health_factor": SIGNS}
    poor = a_world() | views | {"marts.health_score": [HEALTH | {"band": "needs_attention"}]}
    assert lines(bench, poor, "acme", "first") == [
        "The relationship needs attention: health 70 of 100, 8 less than 30 days ago. "
        "What weighs most: tickets (1 severe ticket open)."
    ]
    assert lines(bench, poor, "acme", "health") == ["Weak: 1 day without a touch.", "Good: steady use of the product."]
    well = a_world() | views | {"marts.health_score": [HEALTH | {"band": "thriving"}]}
    assert lines(bench, well, "acme", "first") == ["They are thriving: health 70 of 100, 8 less than 30 days ago."]
    assert lines(bench, well, "acme", "health")[1] == "Good: few tickets, steady use of the product."


def test_who_leaves_is_thriving_by_the_other_signs_only(bench: Any) -> None:
    leaving = subscription("acme", canceled_at="2026-06-20", cancel_at="2026-08-01", auto_renew=False)
    views: dict[str, Any] = {"marts.health_evidence": [], "marts.health_factor": SIGNS}
    asked = [ticket("t", "2026-06-20", subject="More seats", is_expansion_signal=True)]
    given = a_world(subscription=[leaving], ticket=asked) | views
    given |= {"marts.health_score": [HEALTH | {"band": "thriving"}]}
    assert lines(bench, a_world(ticket=asked), "acme", "first")[0].startswith("They asked for more: ")
    found = lines(bench, given, "acme", "first")
    assert found[1:] == ["By all other signs they are thriving: health 70 of 100, 8 less than 30 days ago."]


def test_what_was_asked_for_before_a_customer_left_matters_no_more(bench: Any) -> None:
    gone = subscription("acme", canceled_at="2026-06-20", ends_at="2026-06-25", status="canceled", auto_renew=False)
    over = version("acme", 1200, valid_to="2026-06-25")
    asked = [ticket("t", "2026-06-01", subject="More seats", is_expansion_signal=True)]
    found = lines(bench, a_world(subscription=[gone], subscription_version=[over], ticket=asked), "acme", "first")
    assert len(found) == 1
    assert found[0].startswith("They left us on 25 Jun 2026")


def test_who_left_when_the_last_day_ended_left_on_that_day(bench: Any) -> None:
    gone = subscription("acme", canceled_at="2026-06-20", ends_at="2026-07-01", status="canceled", auto_renew=False)
    over = version("acme", 1200, valid_to="2026-07-01")
    made = bench(a_world(subscription=[gone], subscription_version=[over]))
    made.con.execute("update meta.run set as_of_on = date '2026-06-30'").fetchall()
    found = made.want("marts.brief_line").filter(subject_id="acme", section="first")["sentence"]
    assert found[0].startswith("They left us on 30 Jun 2026")


def test_a_champion_who_went_or_is_out_of_reach_is_missed(bench: Any) -> None:
    spells = [
        {
            "company_id": "acme",
            "contact_id": name,
            "name": name.title(),
            "from_on": date.fromisoformat(day),
            "to_on": end and date.fromisoformat(end),
            "has_left": left,
        }
        for name, day, end, left in (
            ("ann", "2026-03-01", None, True),
            ("bob", "2026-04-01", None, True),
            ("cid", "2026-02-01", None, False),
            ("dan", "2025-12-01", "2026-02-01", True),
            ("eve", "2025-06-29", None, True),
        )
    ]
    moved = {
        "contact_id": "bob", "contact_name": "Bob", "from_company_id": "acme", "from_company_name": "Acme",
        "changed_on": "2026-04-01", "to_company_id": "loner", "to_company_name": "Loner", "has_left": True,
        "was_champion": True, "evidence": "job", "seen_on": "2026-04-01", "is_new_there": True,
    }  # fmt: skip
    given = a_world() | {"intermediate.champion_spell": spells, "marts.job_change": [moved]}
    assert lines(bench, given, "acme", "first") == [
        "Their champion Bob left on 1 Apr 2026 and is at Loner now.",
        "Their champion Ann is gone or out of reach since 1 Mar 2026.",
    ]


def test_who_tries_the_product_does_not_pay_yet(bench: Any) -> None:
    trial = subscription("acme", starts_at="2026-06-20", trial_ends_at="2026-07-04T08:00:00", status="trialing")
    tried = a_world(subscription=[trial], subscription_version=[])
    assert lines(bench, tried, "acme", "who")[0] == "Acme (Logistics, Leeds, GB, 1,420 people) does not pay yet."
    assert lines(bench, tried, "acme", "first")[0] == ("Their trial ends on 4 Jul 2026, in 3 days.")
    later = subscription("acme", starts_at="2026-07-02T08:00:00")
    found = lines(bench, a_world(subscription=[later], subscription_version=[]), "acme", "first")
    assert found == ["They become a customer on 2 Jul 2026, tomorrow."]


def test_what_may_be_sold_comes_first_where_nobody_pays(bench: Any) -> None:
    def deal(number: int, **more: Any) -> dict[str, Any]:
        fixed = {"company_id": "loner", "title": f"Deal {number}", "stage": "Talk", "status": "open", "currency": "EUR"}
        return fixed | {"opportunity_id": f"o{number}", "amount": 1000 * number} | more

    one_deal = a_world(opportunity=[deal(1, expected_close_on="2026-07-10")])
    assert lines(bench, one_deal, "loner", "first") == [
        'One opportunity is open, at "Talk": 1,000 EUR; expected by 10 Jul 2026.'
    ]
    deals = [
        deal(1),
        deal(2, expected_close_on="2026-06-10", stage="Offer"),
        deal(3, status="won"),
        deal(4, company_id="acme"),
    ]
    made = bench(a_world(opportunity=deals))
    found = made.want("marts.brief_line").filter(section="first").select("subject_id", "sentence").rows()
    assert found == [
        (
            "loner",
            '2 opportunities are open, the nearest at "Offer": 3,000 EUR together; it was expected by 10 Jun 2026.',
        )
    ]
    sources = made.want("marts.brief_source").filter(subject_id="loner", section="first")
    assert set(sources.select("object", "object_id").rows()) == {("opportunity", "o1"), ("opportunity", "o2")}


def test_a_meeting_is_from_nobody_and_names_who_left_the_company(bench: Any) -> None:
    more = {"is_all_day": False, "pipeline_stage": "preparation"}
    meetings = [
        {"appointment_id": f"m{n}", "title": "Review", "company_id": "acme", "starts_at": at, **more}
        for n, at in enumerate(("2026-06-20T09:00:00", "2026-07-03T09:00:00"))
    ]
    guests = [
        {"appointment_attendee_id": f"{name}{n}", "appointment_id": f"m{n}", "contact_id": name}
        for n in range(2)
        for name in ("ann", "bob")
    ]
    moved = {
        "contact_id": "bob", "contact_name": "Bob", "from_company_id": "acme", "from_company_name": "Acme",
        "changed_on": "2026-04-01", "has_left": True, "was_champion": False, "evidence": "job",
        "seen_on": "2026-04-01", "is_new_there": True,
    }  # fmt: skip
    people = [person("ann", decision_role="champion"), person("bob")]
    given = a_world(appointment=meetings, appointment_attendee=guests, contact=people) | {"marts.job_change": [moved]}
    assert lines(bench, given, "acme", "touch")[0] == "Last in touch on 20 Jun 2026 at a meeting."
    assert lines(bench, given, "acme", "next")[0] == (
        'Next meeting: "Review" on Friday 3 Jul 2026, 09:00 UTC with Ann, Bob (who left).'
    )
