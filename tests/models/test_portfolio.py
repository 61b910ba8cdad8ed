"""Portfolios: what threatens an account most, what is ahead of it, and sums per owner and team read plainly."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from customer_rows import one, view

DAY = date(2026, 6, 30)
RUN = [{"as_of": datetime(2026, 6, 30)}]
NEW = {"last_touch_at": "2026-06-20"}
TEAM = [
    {"team_member_id": "olga", "name": "Olga", "team": "North"},
    {"team_member_id": "ole", "name": "Ole", "team": "North"},
    {"team_member_id": "sue", "name": "Sue", "team": "South"},
    {"team_member_id": "lone", "name": "Lone"},
]


def relationship(company_id: str, **more: Any) -> dict[str, Any]:
    zeros = dict.fromkeys(("our_reply_count", "their_reply_count", "people", "people_touched"), 0)
    return {"company_id": company_id, **zeros, "is_single_threaded": False, "is_unowned": False, **more}


def task(company_id: str, due_on: date | None, status: str = "to_do") -> dict[str, Any]:
    fixed = {"description": "x", "status": status, "due_on": due_on}
    return {"task_id": f"{company_id} {due_on} {status}", "company_id": company_id, **fixed}


def renewal(company_id: str, renews_on: date, mrr: int, likelihood: str, **more: Any) -> dict[str, Any]:
    amounts = {
        f"{name}{suffix}": mrr for name in ("base_mrr", "optimistic_forecast", "pessimistic_forecast")
        for suffix in ("", "_reporting")
    }  # fmt: skip
    amounts |= dict.fromkeys(("base_forecast", "base_forecast_reporting"), mrr * Decimal(likelihood))
    fixed = {"segment": "a", "month": renews_on.replace(day=1), "has_come_up": False, "is_notice_passed": False}
    fixed |= {"auto_renew": True, "status": "open", "likelihood": likelihood, "likelihood_from": "policy"}
    fixed |= {"currency": "EUR", "reporting_currency": "EUR", "notice_on": renews_on - timedelta(days=30)}
    return {
        "renewal_id": f"{company_id} {mrr}",
        "company_id": company_id,
        "renews_on": renews_on,
        **amounts,
        **fixed,
        **more,
    }


def given(views: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    tables: dict[str, Any] = {"meta.run": RUN, "objects.team_member": TEAM, "marts.company_360": views}
    rest: dict[str, Any] = {key: [] for key in ("marts.renewal", "marts.relationship", "marts.health_score")}
    return {**tables, **rest, **{f"marts.{name}": rows for name, rows in more.items()}}


LEFT = relationship("left", champion_left_name="Dan", champion_left_on="2026-06-01")
ILL = {"health_band": "at_risk", "health_score": "41.6", "health_reasons": "nps (−17)"}
RISKS: dict[str, tuple[dict[str, Any], str | None, str | None]] = {
    "well": ({}, None, None),
    "leaving": (
        {"customer_status": "canceled", "customer_to": "2026-09-30", **ILL, "overdue_amount": 7, "overdue_days": 40},
        "notice", "Gave notice; ends on 30 Sep 2026.",
    ),
    "owing": (
        {"overdue_amount": "7.5", "overdue_days": 14, **ILL},
        "overdue", "7.50 EUR overdue, the oldest for 14 days.",
    ),
    "slow": ({"overdue_amount": "7.5", "overdue_days": 13}, None, None),
    "ill": ({**ILL, "open_severe_ticket_count": 2}, "health", "Health 42 of 100: nps (−17)."),
    "left": ({"open_severe_ticket_count": 2}, "champion", "Champion Dan left on 1 Jun 2026; there is no other."),
    "loud": ({"open_severe_ticket_count": 1, "last_touch_at": None}, "tickets", "1 severe ticket is open."),
    "silent": ({"last_touch_at": "2026-05-30"}, "untouched", "Nobody was in touch for 31 days."),
    "edge": ({"last_touch_at": "2026-05-31"}, None, None),
    "dark": ({"last_touch_at": None, "health_band": "needs_attention"}, "untouched", "Nobody was ever in touch."),
    "so_so": ({"health_band": "needs_attention", "health_score": 60}, "attention", "Health 60 of 100."),
    "thin": ({}, "single_thread", "It hangs by one person."),
    "lead": ({"customer_status": "prospect", "last_touch_at": None}, None, None),
}  # fmt: skip


def test_the_worst_of_what_threatens_an_account_is_told(bench: Any) -> None:
    views = [view(name, **{**NEW, **more}) for name, (more, _, _) in RISKS.items()]
    made = bench(given(views, relationship=[LEFT, relationship("thin", is_single_threaded=True)]))
    rows = made.want("marts.portfolio_account")
    found = {name: (risk, words) for name, risk, words in rows.select("company_id", "risk", "risk_words").rows()}
    assert found == {name: (risk, words) for name, (_, risk, words) in RISKS.items()}


def test_a_champion_who_left_is_no_risk_where_another_is_there(bench: Any) -> None:
    made = bench(given([view("left", **NEW, champion_names="Eve")], relationship=[LEFT]))
    assert one(made.want("marts.portfolio_account"), company_id="left")["risk"] is None


def test_what_is_ahead_of_an_account(bench: Any) -> None:
    day = date(2026, 9, 28)
    views = [view("acme", **NEW, renewal_on=day), view("beta", **NEW, renewal_on=day + timedelta(days=1))]
    renewals = [
        renewal("acme", day, 100, "0.5"),
        renewal("acme", day, 300, "0.9", notice_on="2026-07-04"),
        renewal("acme", day + timedelta(days=1), 999, "1"),
        renewal("acme", day, 5000, "1", renewal_id="done", status="renewed"),
    ]
    work = [
        task("acme", date(2026, 6, 29)),
        task("acme", DAY),
        task("acme", None),
        task("acme", date(2026, 5, 1), "done"),
    ]
    related = [relationship("acme", next_touch_at="2026-07-02")]
    health = {
        "company_id": "acme",
        "as_of": DAY,
        "segment": "a",
        "profile": "standard",
        "coverage": 1,
        "factor_count": 9,
    }
    health |= {"arr": 0, "currency": "EUR", "change_30d": "-4.5", "main_cause": "usage"}
    tables = {**given(views, renewal=renewals, relationship=related, health_score=[health]), "objects.task": work}
    rows = bench(tables).want("marts.portfolio_account")
    acme, beta = one(rows, company_id="acme"), one(rows, company_id="beta")
    assert (acme["renewing_arr"], acme["renewal_likelihood"], acme["notice_on"]) == (
        4800,
        Decimal("0.8"),
        date(2026, 7, 4),
    )
    assert (acme["is_renewing"], beta["is_renewing"], beta["renewing_arr"]) == (True, False, None)
    assert (acme["task_count"], acme["late_task_count"], acme["next_task_on"]) == (3, 1, date(2026, 6, 29))
    assert (acme["health_change_30d"], acme["health_cause"]) == (Decimal("-4.5"), "usage")
    assert (beta["health_change_30d"], beta["health_cause"]) == (None, None)
    assert (beta["task_count"], beta["late_task_count"], beta["next_task_on"]) == (0, 0, None)
    assert (acme["next_touch_at"], acme["days_untouched"], acme["is_untouched"]) == (datetime(2026, 7, 2), 10, False)


def random_views(seed: int) -> list[dict[str, Any]]:
    rng = random.Random(seed)
    found = []
    for number in range(120):
        status = rng.choice(["customer", "customer", "canceled", "prospect", "lost", "coming"])
        band = (
            rng.choice(["thriving", "needs_attention", "at_risk", None]) if status in ("customer", "canceled") else None
        )
        seen = rng.choice([None, *(DAY - timedelta(days=days) for days in (0, 29, 30, 31, 200))])
        renews = rng.choice([None, *(DAY + timedelta(days=days) for days in (1, 90, 91))])
        owner = rng.choice([None, "olga", "ole", "sue", "lone"])
        more = {
            "owner_id": owner,
            "owner_name": owner.title() if owner else None,
            "health_band": band,
            "last_touch_at": seen,
        }
        more |= {"arr": rng.randrange(1000), "overdue_amount": rng.choice([0, 0, rng.randrange(100)])}
        more |= {"weighted_pipeline_amount": rng.randrange(50), "renewal_on": renews, "customer_status": status}
        found.append(view(f"c{number}", **more))
    return found


def plain_sums(views: list[dict[str, Any]]) -> dict[str, int]:
    customers = [row for row in views if row["customer_status"] in ("customer", "canceled")]
    renewing = [row for row in customers if row["renewal_on"] and (row["renewal_on"] - DAY).days <= 90]
    return {
        "company_count": len(views),
        "customer_count": len(customers),
        "arr": sum(row["arr"] for row in views),
        "leaving_count": sum(row["customer_status"] == "canceled" for row in customers),
        "arr_leaving": sum(row["arr"] for row in customers if row["customer_status"] == "canceled"),
        "at_risk_count": sum(row["health_band"] == "at_risk" for row in customers),
        "unscored_count": sum(row["health_band"] is None for row in customers),
        "arr_at_risk": sum(row["arr"] for row in customers if row["health_band"] == "at_risk"),
        "renewal_count": len(renewing),
        "renewal_arr": sum(row["arr"] for row in renewing),
        "overdue_amount": sum(row["overdue_amount"] for row in views),
        "untouched_count": sum(
            row["last_touch_at"] is None or (DAY - row["last_touch_at"]).days > 30 for row in customers
        ),
        "weighted_pipeline_amount": sum(row["weighted_pipeline_amount"] for row in views),
    }


@pytest.mark.parametrize("seed", range(3))
def test_owners_and_teams_sum_their_accounts(bench: Any, seed: int) -> None:
    views = random_views(seed)
    made = bench(given(views))
    owners = {row["team_member_id"]: row for row in made.want("marts.portfolio").to_dicts()}
    teams = {row["team"]: row for row in made.want("marts.team_portfolio").to_dicts()}
    of = {"olga": "North", "ole": "North", "sue": "South", "lone": "not stated", None: "nobody"}
    assert owners.keys() == {"olga", "ole", "sue", "lone", "nobody"}
    assert teams.keys() == set(of.values())
    for owner, team in of.items():
        mine = [row for row in views if row["owner_id"] == owner]
        expected = plain_sums(mine) | {"team": team}
        assert {key: owners[owner or "nobody"][key] for key in expected} == expected
    for team in teams:
        expected = plain_sums([row for row in views if of[row["owner_id"]] == team])
        expected |= {"owner_count": {"North": 2, "nobody": 0}.get(team, 1)}
        assert {key: teams[team][key] for key in expected} == expected
    for invariant in ("portfolio_adds_up", "portfolio_accounts_sum", "team_portfolios_sum"):
        assert made.offenders(invariant).height == 0


def test_the_invariants_notice_what_does_not_sum(bench: Any) -> None:
    made = bench(given(random_views(1)))
    accounts, owners, teams = (
        made.want(f"marts.{name}") for name in ("portfolio_account", "portfolio", "team_portfolio")
    )
    olga = pl.col("team_member_id") == "olga"
    for wrong in (
        accounts.filter(~olga),
        pl.concat([accounts, accounts.filter(olga).head(1)]),
        accounts.with_columns(is_untouched=~pl.col("is_untouched") & olga | pl.col("is_untouched") & ~olga),
        accounts.with_columns(
            arr=pl.when(olga).then(pl.col("arr") + 1).otherwise(pl.col("arr")).cast(pl.Decimal(38, 12))
        ),
    ):
        broken = bench({"marts.portfolio": owners, "marts.portfolio_account": wrong})
        assert broken.offenders("portfolio_accounts_sum")["team_member_id"].to_list() == ["olga"]
    north = pl.col("team") == "North"
    for wrong in (teams.filter(~north), teams.with_columns(owner_count=pl.col("owner_count") + north.cast(pl.Int64))):
        broken = bench({"marts.portfolio": owners, "marts.team_portfolio": wrong})
        assert broken.offenders("team_portfolios_sum").height == 1
