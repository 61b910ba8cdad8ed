"""Accounts: what subscriptions make of a company, what stands below it, and what an owner's portfolio sums."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
from customer_rows import company, one, subscription, tables, version, view

from models.intermediate import company_tree

NEW_YEAR = date(2025, 1, 1)
ENDED = {"status": "canceled", "ends_at": "2026-01-01"}
LIVES: dict[str, tuple[list[dict[str, Any]], tuple[str, date | None, date | None]]] = {
    "none": ([], ("prospect", None, None)),
    "never paid": ([{"status": "incomplete_expired"}], ("prospect", None, None)),
    "later": ([{"starts_at": "2026-08-01"}], ("coming", None, None)),
    "trial": (
        [{"status": "trialing", "starts_at": "2026-06-20", "trial_ends_at": "2026-07-20"}],
        ("coming", None, None),
    ),
    "trial only": (
        [{"status": "canceled", "trial_ends_at": "2025-02-01", "ends_at": "2025-01-20"}],
        ("prospect", None, None),
    ),
    "runs": ([{}], ("customer", NEW_YEAR, None)),
    "after trial": ([{"trial_ends_at": "2025-02-01"}], ("customer", date(2025, 2, 1), None)),
    "late payer": ([{"status": "past_due"}], ("customer", NEW_YEAR, None)),
    "fixed term": ([{"auto_renew": False, "ends_at": "2026-12-01"}], ("customer", NEW_YEAR, date(2026, 12, 1))),
    "notice given": (
        [{"cancel_at": "2026-12-01", "canceled_at": "2026-06-01"}],
        ("canceled", NEW_YEAR, date(2026, 12, 1)),
    ),
    "renewal lost": (
        [{"renewal_status": "lost", "auto_renew": False, "ends_at": "2026-12-01"}],
        ("canceled", NEW_YEAR, date(2026, 12, 1)),
    ),
    "over": ([ENDED], ("lost", NEW_YEAR, date(2026, 1, 1))),
    "over, end not said": (
        [{**ENDED, "ends_at": None, "canceled_at": "2026-02-01"}],
        ("lost", NEW_YEAR, date(2026, 2, 1)),
    ),
    "back": ([ENDED, {"starts_at": "2026-03-01"}], ("customer", NEW_YEAR, None)),
    "replaced": ([{"cancel_at": "2026-12-01"}, {"starts_at": "2026-12-01"}], ("customer", NEW_YEAR, None)),
}


def test_subscriptions_make_a_company_what_it_is(run_models: Any) -> None:
    rows = [
        {**subscription(name, **more), "subscription_id": f"{name} {number}"}
        for name, (subscriptions, _) in LIVES.items()
        for number, more in enumerate(subscriptions)
    ]
    given = tables(company=[company(name) for name in LIVES], subscription=rows)
    made = run_models(given, "intermediate.company_status")["intermediate.company_status"]
    found = {name: tuple(rest) for name, *rest in made.select(made.columns[:4]).rows()}
    assert found == {name: expected for name, (_, expected) in LIVES.items()}


def test_a_renewal_is_the_next_one_of_a_term_worth_preparing(run_models: Any) -> None:
    rows = [
        subscription("yearly", renewal_on="2026-09-01"),
        subscription("monthly", renewal_on="2026-07-15"),
        subscription("past", renewal_on="2026-05-01"),
        subscription("leaving", renewal_on="2026-09-01", cancel_at="2026-09-01"),
        subscription("term", auto_renew=False, ends_at="2026-10-01"),
    ]
    given = tables(
        company=[company(row["company_id"]) for row in rows],
        subscription=rows,
        subscription_version=[version("yearly", 1200), version("monthly", 100, billing_interval="month")],
    )
    made = run_models(given, "intermediate.company_status")["intermediate.company_status"]
    assert dict(made.select("company_id", "renewal_on").rows()) == {
        "yearly": date(2026, 9, 1),
        "monthly": None,
        "past": None,
        "leaving": None,
        "term": date(2026, 10, 1),
    }


def tree(*links_: tuple[str, str]) -> pl.DataFrame:
    schema = {"company_id": pl.String, "parent_company_id": pl.String}
    return company_tree.build({"intermediate.company_parent": pl.DataFrame(links_, schema=schema, orient="row")})


def test_revenue_of_a_group_counts_every_company_below_once(run_models: Any) -> None:
    companies = [
        company("top"),
        company("left", parent_company_id="top"),
        company("right", parent_company_id="top"),
        company("leaf", parent_company_id="left"),
        company("lost", parent_company_id="unknown"),
    ]
    given = tables(
        company=companies,
        subscription=[subscription(name) for name in ("top", "left", "right", "leaf")],
        subscription_version=[
            version(n, 12 * m) for n, m in (("top", 1), ("left", 10), ("right", 100), ("leaf", 1000))
        ],
    )
    made = run_models(given, "marts.company_360")["marts.company_360"]
    totals = {row["company_id"]: (row["mrr_total"], row["descendant_count"]) for row in made.to_dicts()}
    assert totals == {"top": (1111, 3), "left": (1010, 1), "right": (100, 0), "leaf": (1000, 0), "lost": (0, 0)}
    assert one(made, company_id="left")["parent_name"] == "Top"
    assert not made["is_in_parent_cycle"].any()


def test_a_cycle_of_parents_is_reported_and_not_followed() -> None:
    made = tree(("a", "b"), ("b", "c"), ("c", "a"), ("below", "a"), ("self", "self"), ("x", "y"))
    assert set(made.filter(is_in_cycle=True)["company_id"]) == {"a", "b", "c", "self"}
    above = made.filter(pl.col("depth") > 0).select("company_id", "ancestor_id").rows()
    assert sorted(above) == [("below", "a"), ("x", "y")]
    assert made.select("company_id", "ancestor_id").is_duplicated().any() is False


def test_a_long_chain_is_walked_to_its_end() -> None:
    made = tree(*((f"{n:03}", f"{n + 1:03}") for n in range(60)))
    assert made.filter(company_id="000")["depth"].max() == 60
    assert tree().height == 0


VIEWS = [
    view("well", owner_id="olga", owner_name="Olga", arr=100, health_band="thriving", last_touch_at="2026-06-20"),
    view("ill", owner_id="olga", owner_name="Olga", arr=50, health_band="at_risk", last_touch_at="2026-05-31")
    | {"renewal_on": "2026-09-29", "overdue_amount": 7},
    view("new", owner_id="olga", owner_name="Olga", arr=25, health_band="needs_attention", renewal_on="2026-09-30")
    | {"last_touch_at": "2026-06-01"},
    view("lead", customer_status="prospect", weighted_pipeline_amount=9),
    view("dark", customer_status="canceled", arr=10),
]


def test_a_portfolio_sums_an_owners_companies(bench: Any) -> None:
    made = bench({"marts.company_360": VIEWS})
    rows = made.want("marts.portfolio")
    olga = one(rows, team_member_id="olga")
    expected = {
        "owner_name": "Olga",
        "company_count": 3,
        "customer_count": 3,
        "arr": 175,
        "thriving_count": 1,
        "needs_attention_count": 1,
        "at_risk_count": 1,
        "arr_at_risk": 50,
        "renewal_count": 1,
        "renewal_arr": 50,
        "overdue_amount": 7,
        "untouched_count": 1,
    }
    assert {key: olga[key] for key in expected} == expected
    nobody = one(rows, team_member_id="nobody")
    assert (nobody["company_count"], nobody["customer_count"], nobody["unscored_count"]) == (2, 1, 1)
    assert (nobody["untouched_count"], nobody["weighted_pipeline_amount"]) == (1, 9)
    assert made.offenders("portfolio_adds_up").height == 0


def test_the_invariants_notice_lost_and_doubled_rows(bench: Any) -> None:
    whole = bench({"marts.company_360": VIEWS}).want("marts.portfolio")
    assert bench({"marts.company_360": VIEWS[:4], "marts.portfolio": whole}).offenders("portfolio_adds_up").height == 1
    companies = [company(row["company_id"]) for row in VIEWS]
    assert bench({"marts.company_360": VIEWS, "objects.company": companies}).offenders("company_360_once").height == 0
    for wrong in (VIEWS[:4], [*VIEWS, VIEWS[0]], [*VIEWS, view("unheard")]):
        broken = bench({"marts.company_360": wrong, "objects.company": companies})
        assert broken.offenders("company_360_once").height == 1
    ann = {"contact_id": "ann", "name": "Ann"}
    counts = dict.fromkeys(("messages_in", "messages_out", "ticket_count", "open_ticket_count"), 0)
    row = {**ann, **counts, "email_preference": "unknown", "sources": "crm", "source_count": 1}
    for rows, offenders in (([row], 0), ([row, row], 1), ([], 1)):
        broken = bench({"marts.contact_360": rows, "objects.contact": [ann]})
        assert broken.offenders("contact_360_once").height == offenders
