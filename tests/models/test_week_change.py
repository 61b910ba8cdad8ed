"""Changes of the week: each kind in words, weeks cut at Monday's midnight, and sums of random weeks counted plainly."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from customer_rows import company, deal, one, subscription, tables
from test_portfolio import renewal

TODAY = date(2026, 7, 1)
MONDAY = date(2026, 6, 29)
FIRST = MONDAY - timedelta(weeks=12)
RATES = {"EUR": Decimal(1), "USD": Decimal("0.9")}
PARTS = ("new", "reactivation", "expansion", "contraction", "churn")


def moved(company_id: str, day: date, kind: str, amount: int, currency: str = "EUR") -> dict[str, Any]:
    zeros = dict.fromkeys((*PARTS, "opening", "closing"), 0)
    return {"policy_id": "standard", "company_id": company_id, "currency": currency, "day": day, **zeros, kind: amount}


def business(level: dict[date, int]) -> list[dict[str, Any]]:
    """The whole business on every day, with what it pays a year from each of the given days on."""
    days, arr = [], 0
    for number in range((TODAY - FIRST).days + 8):
        day = FIRST - timedelta(days=7) + timedelta(days=number)
        arr = level.get(day, arr)
        fixed = {"policy_id": "standard", "is_complete": day < TODAY, "currency": "EUR", "customer_count": 1}
        days.append({**fixed, "day": day, "mrr": Decimal(arr) / 12, "arr": arr})
    return days


def rates() -> dict[str, pl.DataFrame]:
    days = [FIRST - timedelta(days=30) + timedelta(days=number) for number in range(150)]
    daily = [("standard", "day", day, name, 0, day, day, rate) for day in days for name, rate in RATES.items()]
    columns = {"policy_id": pl.String, "grain": pl.String, "period": pl.Date, "currency": pl.String}
    columns |= {"period_no": pl.Int64, "quoted_on": pl.Date, "valued_on": pl.Date}
    number = pl.Decimal(38, 12)
    return {
        "intermediate.period_rate": pl.DataFrame(daily, schema={**columns, "rate": number}, orient="row"),
        "intermediate.present_rate": pl.DataFrame(
            list(RATES.items()), schema={"currency": pl.String, "rate": number}, orient="row"
        ),
    }


def no_marts() -> dict[str, Any]:
    names = ("renewal", "mrr_item", "stage_spell", "job_change", "ticket_sla", "mrr_change_day", "band_change")
    return {f"marts.{name}": [] for name in names}


def a_week() -> dict[str, Any]:
    names = ("acme", "beta", "coma")
    spell = {"contact_id": "ann", "direction": "forward", "rules": "x", "days_held": 1, "evidence_count": 1}
    item = {"mrr_item_id": "i", "company_id": "acme", "policy_id": "standard", "subscription_id": "acme-sub"}
    item |= {"basis": "subscription", "rule": "x", "runs_from": "2026-01-01", "gross_mrr": 50, "net_mrr": 40}
    ticket = {"company_id": "acme", "opened_at": "2026-06-29T00:00:00", "status": "open"}
    promise = {"segment": "a", "priority": "high", "sla_name": "gold", "calendar": "default", "is_paused": False}
    promise |= {"company_id": "acme", "subject": "It burns", "opened_at": "2026-06-29"} | {"contract_id": "k"}
    invoice = {"company_id": "beta", "currency": "EUR", "total": 70, "status": "open", "due_on": "2026-06-29"}
    return {
        "meta.run": [{"as_of": datetime(2026, 7, 1)}],
        **rates(),
        **no_marts(),
        **tables(
            company=[company(name) for name in names],
            contact=[{"contact_id": "ann", "name": "Ann"}],
            subscription=[
                subscription("acme", canceled_at="2026-06-30", cancel_at="2026-12-31", cancel_reason="too_dear"),
                subscription("beta", canceled_at="2026-06-30", ends_at="2026-06-30", status="canceled"),
                subscription("coma", canceled_at="2026-06-30", cancel_at="2026-12-31", replaced_by_id="x"),
            ],
            opportunity=[
                deal("Big one", company_id="acme", status="won", amount=500, closed_at="2026-06-30"),
                deal(
                    "Gone", company_id="beta", status="lost", amount=9, closed_at="2026-06-29", lost_reason="Too dear"
                ),
            ],
            invoice=[
                {**invoice, "invoice_id": "late", "number": "7"},
                {**invoice, "invoice_id": "in time", "status": "paid", "paid_at": "2026-06-29T23:00:00"},
                {**invoice, "invoice_id": "void", "status": "void"},
            ],
            ticket=[
                {**ticket, "ticket_id": "t1", "subject": "It burns", "priority": "urgent"},
                {**ticket, "ticket_id": "t0", "subject": "Before", "opened_at": "2026-06-28T23:59:59"},
            ],
            nps_response=[
                {"nps_response_id": "n1", "company_id": "acme", "contact_id": "ann", "score": 9, "comment": "Nice"}
                | {"answered_at": "2026-06-30"},
                {"nps_response_id": "n2", "company_id": "acme", "score": 3, "answered_at": "2026-07-01"},
                {"nps_response_id": "n3", "score": 10, "answered_at": "2026-06-30T01:00:00"},
            ],
            service=[{"service_id": "s", "company_id": "acme", "name": "Onboarding"}],
            deliverable=[
                {"service_id": "s", "name": "Plan", "status": "delivered", "delivered_on": "2026-06-29"},
                {"service_id": "s", "name": "Later", "status": "planned", "due_on": "2026-06-29"},
            ],
            milestone=[{"service_id": "s", "name": "Live", "reached_on": "2026-06-30"}],
        ),
        "marts.mrr_day": business({FIRST - timedelta(days=7): 1000, MONDAY: 900, TODAY: 950}),
        "marts.mrr_change_day": [
            moved("beta", date(2026, 6, 30), "churn", 10),
            moved("coma", date(2026, 6, 30), "new", 20, "USD"),
        ],
        "marts.mrr_item": [{**item, "currency": "EUR"}],
        "marts.renewal": [
            renewal("coma", date(2026, 6, 30), 30, "1", status="renewed", has_come_up=True),
            renewal("coma", date(2026, 6, 29), 40, "0", status="lost", has_come_up=True),
            renewal("coma", date(2026, 7, 1), 50, "0.5", status="due", has_come_up=True),
            renewal("coma", date(2026, 7, 2), 60, "0.5"),
        ],
        "marts.stage_spell": [
            {**spell, "from_on": "2026-05-01", "to_on": "2026-06-30", "stage": "buyer", "stage_no": 4}
            | {"company_id": "acme"},
            {**spell, "from_on": "2026-06-30", "stage": "adopter", "stage_no": 6, "company_id": "acme"},
        ],
        "marts.job_change": [
            {"contact_id": "ann", "contact_name": "Ann", "from_company_id": "beta", "from_company_name": "Beta"}
            | {"changed_on": "2026-06-29", "seen_on": "2026-06-29", "evidence": "ended", "has_left": True}
            | {"is_new_there": True, "was_champion": True, "to_company_name": "Other", "to_company_id": "other"},
        ],
        "marts.band_change": [
            {"company_id": "coma", "changed_on": "2026-06-30", "from_band": "thriving", "to_band": "needs_attention"}
            | {
                "since_on": "2026-06-25",
                "score_before": 80,
                "score": 70,
                "cause": "usage",
                "arr": 20,
                "currency": "EUR",
            },
            {"company_id": "beta", "changed_on": "2026-06-29", "from_band": "at_risk", "to_band": "thriving"}
            | {
                "since_on": "2026-06-25",
                "score_before": 40,
                "score": 75,
                "cause": "people",
                "arr": 8,
                "currency": "EUR",
            },
        ],
        "marts.ticket_sla": [
            {**promise, "ticket_id": "t1", "measure": "first_response", "state": "overdue", "due_at": "2026-06-30"},
            {**promise, "ticket_id": "t1", "measure": "resolution", "state": "running", "due_at": "2026-07-09"},
        ],
    }


SAID = {
    "acme": [
        "Deal won: 500.00 EUR. Big one.",
        "Gave notice: 480.00 EUR a year. It ends on 31 Dec 2026. Reason: too dear.",
        "Promise missed: It burns (first response).",
        "Got further on the value path: from buyer to adopter.",
        "NPS: Ann gave 9 of 10: Nice",
        "NPS: Somebody gave 3 of 10.",
        "Handed over: Onboarding: Plan.",
        "Reached: Live.",
        "Ticket opened: It burns (urgent).",
    ],
    "beta": [
        "Pays nothing any more: 120.00 EUR a year.",
        "Not paid in time: 70.00 EUR. Invoice 7.",
        "Deal lost: 9.00 EUR. Gone. Reason: Too dear.",
        "Health got better: 8.00 EUR a year. From at risk to thriving, above all: champions who left.",
        "Champion left: Ann went to Other.",
    ],
    "coma": [
        "Came up for renewal, undecided: 600.00 EUR a year.",
        "Not renewed: 480.00 EUR a year.",
        "Renewed: 360.00 EUR a year.",
        "New customer: 216.00 EUR a year.",
        "Health got worse: 20.00 EUR a year. From thriving to needs attention, above all: use of the product.",
    ],
    "(unknown)": ["NPS: Somebody gave 10 of 10."],
    "(all)": [
        "ARR 950.00 EUR, 50.00 less than a week before, exchange rates included.",
        "1 renewal undecided: 600.00 EUR a year.",
        "1 deal won: 500.00 EUR.",
        "1 notice given: 480.00 EUR a year.",
        "1 renewal lost: 480.00 EUR a year.",
        "1 renewal went through: 360.00 EUR a year.",
        "1 new customer: 216.00 EUR a year.",
        "1 customer lost: 120.00 EUR a year.",
        "1 invoice not paid in time: 70.00 EUR.",
        "1 customer in worse health: 20.00 EUR a year.",
        "1 deal lost: 9.00 EUR.",
        "1 customer in better health: 8.00 EUR a year.",
        "1 champion left.",
        "1 promise about a ticket missed.",
        "1 company got further on the value path.",
        "3 NPS answers: a score of 33.",
        "1 thing handed over.",
        "1 milestone reached.",
        "1 ticket opened.",
    ],
}


def test_a_week_in_words_the_most_money_first(bench: Any) -> None:
    made = bench(a_week())
    rows = made.want("marts.week_change").filter(week=MONDAY).sort("place")
    found = {name: rows.filter(scope=name)["sentence"].to_list() for name in rows["scope"].unique()}
    assert {key: sorted(said) for key, said in found.items()} == {key: sorted(said) for key, said in SAID.items()}
    # Of the same amount, and of lines without one, the kind decides.
    for name in ("beta", "coma", "(all)", "(unknown)"):
        assert [text for text in found[name] if "EUR" in text] == [text for text in SAID[name] if "EUR" in text]
    assert found["acme"] == SAID["acme"]
    notice = one(rows, kind="notice", company_id="acme")
    assert (notice["amount"], notice["object"], notice["object_id"]) == (-480, "subscription", "acme-sub")
    assert not rows["is_complete"].any()
    before = made.want("marts.week_change").filter(week=MONDAY - timedelta(weeks=1))
    assert before.filter(company_id="acme")["sentence"].to_list() == ["Ticket opened: Before."]
    assert before["is_complete"].all()
    assert made.offenders("week_changes_sum").height == 0


@pytest.mark.parametrize("seed", range(3))
def test_random_weeks_are_as_counted_plainly(bench: Any, seed: int) -> None:
    rng = random.Random(seed)
    days = [FIRST - timedelta(days=9) + timedelta(days=number) for number in range((TODAY - FIRST).days + 12)]
    names = [f"c{number}" for number in range(6)]
    moves = {
        (name, day, currency): moved(name, day, rng.choice(PARTS), rng.randrange(1, 99), currency)
        for name in names
        for day in rng.sample(days, 12)
        for currency in rng.sample(["EUR", "USD"], rng.randrange(1, 3))
    }
    tickets = [(rng.choice([*names, None]), rng.choice(days)) for _ in range(80)]
    given = {
        "meta.run": [{"as_of": datetime(2026, 7, 1)}],
        **rates(),
        **no_marts(),
        **tables(
            company=[company(name) for name in names],
            ticket=[{"company_id": who, "opened_at": day, "subject": "x", "status": "new"} for who, day in tickets],
        ),
        "marts.mrr_day": business({}),
        "marts.mrr_change_day": list(moves.values()),
    }
    made = bench(given)
    rows = made.want("marts.week_change")
    amounts: dict[tuple[date, str], Decimal] = defaultdict(Decimal)
    payers: dict[tuple[date, str], set[str]] = defaultdict(set)
    for (name, day, currency), row in moves.items():
        (kind,) = (part for part in PARTS if row[part])
        if FIRST <= day <= TODAY:
            sign = -1 if kind in ("contraction", "churn") else 1
            week = day - timedelta(days=day.weekday())
            amounts[week, kind] += (sign * 12 * row[kind] * RATES[currency]).quantize(Decimal("0.01"))
            payers[week, kind].add(name)
    opened = Counter(day - timedelta(days=day.weekday()) for _, day in tickets if FIRST <= day <= TODAY)
    business_lines = rows.filter(pl.col("scope") == "(all)", pl.col("kind") != "arr")
    found = {(row["week"], row["kind"]): (row["item_count"], row["amount"]) for row in business_lines.to_dicts()}
    expected: dict[tuple[date, str], Any] = {key: (len(payers[key]), amount) for key, amount in amounts.items()}
    expected |= {(week, "ticket_opened"): (count, None) for week, count in opened.items()}
    assert found == expected
    assert len(found) > 40
    assert rows.filter(kind="arr").height == 13
    assert made.offenders("week_changes_sum").height == 0


def test_the_invariant_notices_a_line_that_is_lost(bench: Any) -> None:
    whole = bench(a_week()).want("marts.week_change")
    lost = whole.filter((pl.col("kind") != "renewal_lost") | (pl.col("scope") == "(all)"))
    wrong = whole.with_columns(
        amount=pl.when(pl.col("scope") == "beta").then(0).otherwise(pl.col("amount")).cast(pl.Decimal(18, 4))
    )
    twice = pl.concat([whole, whole.filter(kind="reached", company_id="acme").with_columns(place=pl.lit(99, pl.Int64))])
    for broken, kinds in (
        (lost, {"renewal_lost"}),
        (wrong, {"churn", "overdue", "deal_lost", "champion_left", "band_better"}),
        (twice, {"reached"}),
    ):
        assert set(bench({"marts.week_change": broken}).offenders("week_changes_sum")["kind"]) == kinds
