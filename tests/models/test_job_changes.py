"""Who worked where: one main company a day against a plain walk over the days; what a change is, and its signals."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from job_rows import COMPANIES, ENDED, NEXT, Row, given, on

if TYPE_CHECKING:
    from conftest import Bench

Made = Callable[..., "Bench"]
DAYS = 24
EARLY, LATE = -1, 999


# --- the main company of a day, told plainly -------------------------------------------------------------------------


def covering(roles: list[Row], company: str, day: int) -> list[Row]:
    return [
        role
        for role in roles
        if role["company_id"] == company
        and (role["started_on"] is None or role["started_on"] <= day)
        and (role["ended_on"] is None or role["ended_on"] > day)
    ]


def unbroken(roles: list[Row], company: str, day: int) -> list[Row]:
    """The roles of the unbroken time at a company that a day lies in."""
    found: list[Row] = []
    for step in (-1, 1):
        at = day
        while 0 <= at < DAYS and covering(roles, company, at):
            found += covering(roles, company, at)
            at += step
    return found


def dated(roles: list[Row]) -> list[Row]:
    """A role that nobody dates began with the first one at the company that somebody does, unless it ended before."""
    made = []
    for role in roles:
        same = [other for other in roles if other["company_id"] == role["company_id"]]
        starts = [other["started_on"] for other in same if (other["started_on"] or 0) < first(other["ended_on"])]
        began = min((day for day in starts if day is not None), default=None)
        if role["started_on"] is None and began is not None and first(role["ended_on"]) > began:
            role = role | {"started_on": began}
        made.append(role)
    return made


def first(*days: int | None) -> int:
    return next((day for day in days if day is not None), LATE)


def moved_to(roles: list[Row], addresses: dict[str, int | None]) -> set[str]:
    """The companies whose address came before anything else was known of a job there, and after another company was."""
    known: dict[str, list[int]] = {company: [] for company in COMPANIES}
    for role in roles:
        known[role["company_id"]].append(first(role["started_on"], role["created_at"]))
    for company, came in addresses.items():
        known[company].append(first(came))
    earliest = {company: min(days, default=LATE) for company, days in known.items()}
    return {name for name, came in addresses.items() if came == earliest[name] and came > min(earliest.values())}


def main_company(roles: list[Row], addresses: dict[str, int | None], day: int) -> str | None:
    jobs, mails = [], []
    roles = dated(roles)
    moved = moved_to(roles, addresses)
    roles = [
        role | {"started_on": addresses[role["company_id"]]}
        if role["company_id"] in moved and role["started_on"] is None
        else role
        for role in roles
    ]
    for company in COMPANIES:
        spell = unbroken(roles, company, day)
        if spell:
            began = min(EARLY if role["started_on"] is None else role["started_on"] for role in spell)
            came = addresses.get(company)
            known = min(first(role["started_on"], came, role["created_at"]) for role in spell)
            jobs.append((not any(role["is_primary"] for role in spell), -began, company, known))
        if company in moved or (company in addresses and company not in {role["company_id"] for role in roles}):
            came = EARLY if addresses[company] is None else addresses[company]
            if came is not None and came <= day:
                mails.append((-came, company, came))
    if jobs and mails:
        return min(jobs)[2] if min(jobs)[3] >= min(mails)[2] else min(mails)[1]
    return min(jobs)[2] if jobs else min(mails)[1] if mails else None


@pytest.mark.parametrize("seed", range(60))
def test_every_day_has_the_one_main_company_a_walk_over_the_days_gives(bench: type[Bench], seed: int) -> None:
    chance = random.Random(seed)
    days = [None, *range(DAYS)]
    roles = [
        {"company_id": chance.choice(COMPANIES[:3]), "is_primary": False}
        | {key: chance.choice(days) for key in ("started_on", "ended_on", "created_at")}
        for _ in range(chance.randrange(6))
    ]
    if roles:
        chance.choice(roles)["is_primary"] = chance.random() < 0.7
    roles = [role for role in roles if (role["started_on"] or 0) < (role["ended_on"] or DAYS)]
    addresses = {name: chance.choice(days) for name in COMPANIES if chance.random() < 0.5}
    made = bench(given(roles, addresses))
    rows = made.want("intermediate.main_company").to_dicts()
    for day in range(DAYS):
        there = [
            row["company_id"]
            for row in rows
            if (row["from_on"] is None or row["from_on"] <= on(day))
            and (row["to_on"] is None or row["to_on"] > on(day))
        ]
        expected = main_company(roles, addresses, day)
        assert there == ([expected] if expected else []), f"day {day} of {roles} {addresses}"
    told = [main_company(roles, addresses, day) for day in range(DAYS)]
    then = made.want("behaviour.company_then").to_dicts()
    for day in range(DAYS):
        counted = [row["company_id"] for row in then if row["from_on"] <= on(day) < row["to_on"]]
        before = [company for company in told[: day + 1] if company]
        after = [company for company in told[day:] if company]
        assert counted == [*before[-1:], *after[:1]][:1], f"day {day} of {roles} {addresses}"


# --- changes ---------------------------------------------------------------------------------------------------------


def changes(made: Bench) -> list[tuple[Any, ...]]:
    columns = ("from_company_id", "to_company_id", "left_on", "seen_on", "evidence", "has_left", "is_new_there")
    return made.want("marts.job_change").sort("changed_on").select(columns).rows()


def signals(made: Bench) -> list[tuple[Any, ...]]:
    rows = made.want("objects.signal").sort("signal_type", descending=True)
    return rows.select("signal_type", "company_id", "title", "derived_by").rows()


MOVED = ("a", "b", on(5), on(9), "ended", True, True)


def test_a_job_that_ended_and_the_next_one(made: Made) -> None:
    assert changes(made(given([ENDED, NEXT]))) == [MOVED]
    assert changes(made(given([ENDED]))) == [("a", None, on(5), on(5), "ended", True, False)]
    assert changes(made(given([ENDED, {"company_id": "a", "started_on": 9}]))) == [], "who comes back has not changed"
    assert changes(made(given([{**ENDED, "ended_on": None}]))) == []
    assert changes(made(given([{**ENDED, "ended_on": 300}]))) == [], "what is to come is not told yet"


def test_an_address_at_a_company_known_later_tells_of_a_move(made: Made) -> None:
    before = {"company_id": "a", "is_primary": True, "created_at": 1}
    both = [before, {"company_id": "b"}]
    assert changes(made(given(both, {"a": 1, "b": 9}))) == [("a", "b", None, on(9), "email_domain", True, True)]
    assert changes(made(given(both, {"a": 1}))) == [], "when it began, nobody knows"
    both = [before, {"company_id": "b", "created_at": 1}]
    assert changes(made(given(both, {"b": 9}))) == [], "both were known from the first"


def test_a_second_job_is_no_leaving(made: Made) -> None:
    both = [{"company_id": "a", "started_on": 0}, {**NEXT, "is_primary": True}]
    assert changes(made(given(both))) == [("a", "b", None, on(9), "other_main_company", False, True)]
    assert signals(made(given(both))) == []
    both = [{"company_id": "a", "started_on": 0, "is_primary": True}, NEXT]
    assert changes(made(given(both))) == [], "the source says which one is the main one"


def test_a_job_that_one_source_dates_and_another_does_not_began_when_it_did(made: Made) -> None:
    before = {"company_id": "a", "ended_on": 5}
    there = [{**NEXT, "is_primary": True}, {"company_id": "b"}]
    assert changes(made(given([before, *there]))) == [MOVED]


def test_a_company_the_source_names_no_more_was_left(made: Made) -> None:
    past = {"job_role_id": "gone", "contact_id": "ann", "company_id": "a", "valid_from": on(0), "valid_to": on(5)}
    history = {"history.job_role": [past | {"known_from": on(0)}]}
    assert changes(made(given([NEXT], **history))) == [MOVED]
    still = [{"company_id": "a"}, NEXT]
    assert changes(made(given(still, **history)))[0][5] is False, "another source still has her there"


def test_a_later_address_elsewhere_is_a_move(made: Made) -> None:
    job = {"company_id": "a", "created_at": 1, "is_primary": True}
    assert changes(made(given([job], {"b": 9}))) == [("a", "b", None, on(9), "email_domain", True, True)]
    assert changes(made(given([job], {"b": 0}))) == [], "it came before"
    assert changes(made(given([job], {"b": None}))) == [], "nobody knows when it came"
    shared = {"objects.company_domain": [{"company_id": name, "domain": "b.example"} for name in ("b", "c")]}
    assert changes(made(given([job], {"b": 9}, **shared))) == [], "a domain of two companies"
    at_one = [job, {"company_id": "c"}]
    assert changes(made(given(at_one, {"b": 9}, **shared)))[0][:2] == ("a", "c"), "the one of the two she has a job at"
    at_both = [*at_one, {"company_id": "b"}]
    assert changes(made(given(at_both, {"b": 9}, **shared))) == [], "she has a job at both"
    assert changes(made(given([], {"a": 0, "b": 9}))) == [("a", "b", None, on(9), "email_domain", True, True)]


def test_a_champion_who_left_is_a_signal_here_and_there(made: Made) -> None:
    moved = given([ENDED, NEXT])
    left = ("champion_left", "a", "Ann left A", "champion_left_is_signal")
    came = ("champion_arrived", "b", "Ann came to B", "champion_arrived_is_signal")
    assert signals(made(moved)) == [left, came]
    assert made(moved).want("objects.signal")["occurred_at"].dt.date().sort().to_list() == [on(5), on(9)]
    assert signals(made(moved, champion_left_is_signal=False)) == [came]
    assert signals(made(moved, champion_arrived_is_signal=False)) == [left]
    user = [{"contact_id": "ann", "name": "Ann", "decision_role": "user"}]
    assert signals(made(moved | {"objects.contact": user})) == [], "she is no champion"
    gone = [{**role, "source_deleted_at": "2026-06-01"} for role in moved["objects.job_role"]]
    assert signals(made(moved | {"objects.job_role": gone})) == [], "undone with its cause"
    known = {**NEXT, "started_on": 2}
    assert signals(made(given([{**ENDED, "is_primary": True}, known]))) == [left], "she was there before"
