"""The calendar of renewals: what comes up when, what became of it, and how likely it is."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from customer_rows import company, links, one, tables


def sub(name: str, **more: Any) -> dict[str, Any]:
    """A subscription of a company of the same name, unless `company_id` says another."""
    base = {
        "subscription_id": name,
        "company_id": name,
        "status": "active",
        "currency": "EUR",
        "starts_at": "2024-09-10",
    }
    return base | more


def item(name: str, amount: int, **more: Any) -> dict[str, Any]:
    """What a subscription costs a month from its usual start on."""
    return {
        "subscription_id": name,
        "item": "seat",
        "valid_from": "2024-09-10",
        "status": "active",
        "quantity": 1,
        "unit_amount": amount,
        "currency": "EUR",
        "billing_interval": "month",
        "interval_count": 1,
        "is_metered": False,
        **more,
    }


def term(name: str, first: str, end: str, amount: int, **more: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A subscription for a fixed time and its one item."""
    row = sub(name, starts_at=first, ends_at=end, **more)
    return row, item(name, amount, valid_from=first, valid_to=end)


def paper(name: str, **more: Any) -> dict[str, Any]:
    base = {"contract_id": name, "company_id": name, "name": name, "signed_on": "2024-09-01", "starts_on": "2024-09-10"}
    return base | {"currency": "EUR"} | more


def given(subscriptions: list[dict[str, Any]], items: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """Tables; subscriptions and contracts go the whole way of the objects' own rules."""
    contracts = more.pop("contract", [])
    names = sorted({row["company_id"] for row in [*subscriptions, *contracts]})
    found = tables(company=more.pop("company", [company(name) for name in names]), **more)
    return found | {
        "sourced.subscription": subscriptions,
        "sourced.subscription_version": items,
        "sourced.contract": contracts,
        "sourced.opportunity": [],
    }


def told(rows: pl.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    return sorted(rows.select("company_id", "renews_on", "status", *columns).rows())


def holds(made: Any) -> bool:
    return all(made.offenders(name).height == 0 for name in ("renewals_once", "renewal_forecasts_add_up"))


def test_yearly_bills_renew_each_year_and_monthly_ones_never(bench: Any) -> None:
    made = bench(
        given(
            [
                sub("yearly", auto_renew=True),
                sub("monthly", auto_renew=True),
                sub("gone", status="canceled", ends_at="2025-09-10", canceled_at="2025-08-01"),
                sub("early", status="canceled", ends_at="2026-02-03", canceled_at="2026-02-03"),
                sub("going", cancel_at="2026-09-10", canceled_at="2026-06-01", ends_at="2026-09-10"),
            ],
            [
                item("yearly", 1200, billing_interval="year", valid_to="2025-09-10"),
                item("yearly", 1800, billing_interval="year", valid_from="2025-09-10"),
                item("monthly", 50),
                item("gone", 240, billing_interval="year"),
                item("early", 360, billing_interval="year"),
                item("going", 120, billing_interval="year"),
            ],
        )
    )
    rows = made.want("marts.renewal")
    assert told(rows, "base_mrr", "renewed_mrr", "expansion_mrr") == [
        ("early", date(2025, 9, 10), "renewed", 30, 30, 0),
        ("early", date(2026, 2, 3), "lost", 30, None, None),
        ("going", date(2025, 9, 10), "renewed", 10, 10, 0),
        ("going", date(2026, 9, 10), "lost", 10, None, None),
        ("gone", date(2025, 9, 10), "lost", 20, None, None),
        ("yearly", date(2025, 9, 10), "renewed", 100, 150, 50),
        ("yearly", date(2026, 9, 10), "open", 150, None, None),
    ]
    assert one(rows, status="open")["auto_renew"]
    assert holds(made)


def test_terms_are_renewed_lost_due_or_open(bench: Any) -> None:
    pairs = [
        term("followed", "2025-01-01", "2026-01-01", 100),
        term("next", "2026-01-10", "2027-01-10", 80, company_id="followed"),
        term("replaced", "2025-03-01", "2026-03-01", 10, replaced_by_id="later"),
        term("later", "2026-05-01", "2027-05-01", 15, company_id="replaced"),
        term("itself", "2025-02-01", "2026-02-01", 20, auto_renew=True),
        term("over", "2025-05-01", "2026-05-01", 30),
        term("due", "2025-06-20", "2026-06-20", 40),
        term("open", "2025-09-01", "2026-09-01", 50),
        term("called", "2025-09-01", "2026-09-01", 60, renewal_status="lost"),
        term("agreed", "2025-09-01", "2026-09-01", 70, renewal_status="renewed"),
        term("signed", "2025-09-01", "2026-09-01", 90),
        term("after", "2026-09-01", "2027-09-01", 95, company_id="signed"),
        term("far", "2025-09-01", "2028-09-01", 99),
    ]
    made = bench(given([row for row, _ in pairs], [row for _, row in pairs]))
    rows = made.want("marts.renewal")
    assert told(rows, "base_mrr", "renewed_mrr") == [
        ("agreed", date(2026, 9, 1), "renewed", 70, None),
        ("called", date(2026, 9, 1), "lost", 60, None),
        ("due", date(2026, 6, 20), "due", 40, None),
        ("followed", date(2026, 1, 1), "renewed", 100, 80),
        ("followed", date(2027, 1, 10), "open", 80, None),
        ("itself", date(2026, 2, 1), "renewed", 20, 20),
        ("itself", date(2027, 2, 1), "open", 20, None),
        ("open", date(2026, 9, 1), "open", 50, None),
        ("over", date(2026, 5, 1), "lost", 30, None),
        ("replaced", date(2026, 3, 1), "renewed", 10, 15),
        ("replaced", date(2027, 5, 1), "open", 15, None),
        ("signed", date(2026, 9, 1), "renewed", 90, 95),
    ]
    assert holds(made)


def test_a_contract_and_its_subscription_renew_once(bench: Any) -> None:
    year = {"ends_on": "2025-09-10", "length_months": 12}
    rows, items = zip(
        term("both", "2025-09-10", "2026-09-10", 10, contract_id="both"),
        *[(sub(name, contract_id=name, auto_renew=True), item(name, 20)) for name in ("goes", "stays", "ends")],
        (sub("lone", auto_renew=True), item("lone", 40)),
        (sub("unsigned", auto_renew=True), item("unsigned", 50)),
        strict=True,
    )
    made = bench(
        given(
            list(rows),
            list(items),
            contract=[
                paper("both", ends_on="2026-09-10", notice_period_days=30, owner_id="olga"),
                paper("goes", **year, auto_renew=True, renewal_period_months=6),
                paper("stays", **year),
                paper("ends", **year, auto_renew=True, cancel_on="2026-09-10"),
                paper("lone", **year, auto_renew=True),
                paper("bare", **year, auto_renew=True),
                paper("unsigned", **year, auto_renew=True, signed_on=None),
            ],
        )
    )
    found = made.want("marts.renewal")
    assert told(found, "contract_id", "subscription_id", "base_mrr") == [
        ("bare", date(2025, 9, 10), "renewed", "bare", None, 0),
        ("bare", date(2026, 9, 10), "open", "bare", None, 0),
        ("both", date(2026, 9, 10), "open", "both", "both", 10),
        ("ends", date(2025, 9, 10), "renewed", "ends", "ends", 20),
        ("ends", date(2026, 9, 10), "lost", "ends", "ends", 20),
        ("goes", date(2025, 9, 10), "renewed", "goes", "goes", 20),
        ("goes", date(2026, 3, 10), "renewed", "goes", "goes", 20),
        ("goes", date(2026, 9, 10), "open", "goes", "goes", 20),
        ("lone", date(2025, 9, 10), "renewed", "lone", "lone", 40),
        ("lone", date(2026, 9, 10), "open", "lone", "lone", 40),
        ("stays", date(2025, 9, 10), "renewed", "stays", "stays", 20),
    ]
    both = one(found, company_id="both")
    assert (both["notice_on"], both["is_notice_passed"], both["owner_id"]) == (date(2026, 8, 11), False, "olga")
    assert holds(made)


@pytest.mark.parametrize(
    ("days", "notice_on", "is_passed"),
    [(63, date(2026, 6, 30), True), (62, date(2026, 7, 1), False), (0, date(2026, 9, 1), False)],
)
def test_notice_may_be_given_until_its_day_is_over(bench: Any, days: int, notice_on: date, is_passed: bool) -> None:
    row, cost = term("acme", "2025-09-01", "2026-09-01", 10, notice_period_days=days)
    found = one(bench(given([row], [cost])).want("marts.renewal"))
    assert (found["notice_on"], found["is_notice_passed"]) == (notice_on, is_passed)


def test_without_a_notice_period_the_policys_counts(bench: Any) -> None:
    row, cost = term("acme", "2025-09-01", "2026-09-01", 10)
    assert one(bench(given([row], [cost])).want("marts.renewal"))["notice_on"] == date(2026, 6, 3)


def decided(segment: str, renewed: int, lost: int) -> tuple[list[Any], list[Any], list[Any]]:
    """Companies of a segment with a yearly subscription that was renewed on 10 September 2025, or ended on it."""
    subs, items, companies = [], [], []
    for number in range(renewed + lost):
        name = f"{segment}{number}"
        ended = (
            {"status": "canceled", "ends_at": "2025-09-10", "canceled_at": "2025-08-01"} if number >= renewed else {}
        )
        subs.append(sub(name, **ended, **({} if ended else {"auto_renew": True})))
        items.append(item(name, 12, billing_interval="year"))
        companies.append(company(name, segment=segment))
    return subs, items, companies


def test_likelihood_is_stated_or_learned_or_the_policys(bench: Any) -> None:
    subs, items, companies = decided("small", 4, 1)
    few, few_items, few_companies = decided("large", 1, 0)
    row, cost = term("told", "2025-10-01", "2026-10-01", 100, renewal_likelihood="0.9")
    made = bench(
        given([*subs, *few, row], [*items, *few_items, cost], company=[*companies, *few_companies, company("told")])
    )
    rows = made.want("marts.renewal").filter(status="open")
    small, large, said = one(rows, company_id="small0"), one(rows, company_id="large0"), one(rows, company_id="told")
    assert [small[key] for key in ("likelihood", "likelihood_from", "likelihood_count")] == [
        Decimal("0.8"),
        "segment history",
        5,
    ]
    assert (large["likelihood_from"], large["likelihood_count"]) == ("history", 6)
    assert round(large["likelihood"], 6) == Decimal("0.833333")
    assert [said[key] for key in ("likelihood", "likelihood_from", "likelihood_count")] == [
        Decimal("0.9"),
        "stated",
        None,
    ]
    forecasts = ("base_forecast", "optimistic_forecast", "pessimistic_forecast")
    assert [said[key] for key in forecasts] == [90, 100, 0]
    assert [small[key] for key in forecasts] == [Decimal("0.8"), 1, Decimal("0.8")]
    lost = one(made.want("marts.renewal"), company_id="small4")
    assert [lost[key] for key in ("likelihood", "likelihood_from", *forecasts)] == [0, "decided", 0, 0, 0]
    assert holds(made)


def test_amounts_are_told_in_the_reporting_currency_too(bench: Any) -> None:
    row, cost = term("acme", "2025-09-01", "2026-09-01", 110, currency="USD")
    rates = [{"currency": "USD", "quoted_on": "2026-06-29", "units_per_euro": "1.1"}]
    found = one(bench(given([row], [cost | {"currency": "USD"}], exchange_rate=rates)).want("marts.renewal"))
    assert (found["currency"], found["base_mrr"], found["likelihood_from"]) == ("USD", 110, "policy")
    assert (found["base_mrr_reporting"], found["base_forecast_reporting"]) == (100, 50)


def test_a_companys_view_shows_its_next_renewal(bench: Any) -> None:
    """Also of what is billed by the month for a fixed time; the subscription tells what lies beyond the horizon."""
    pairs = [term("acme", "2025-09-01", "2026-09-01", 10), term("far", "2025-09-01", "2028-09-01", 1200)]
    rows, items = [row for row, _ in pairs], [pairs[0][1], pairs[1][1] | {"billing_interval": "year"}]
    made = bench(given(rows, items) | {"identity.contact_link": links("contact")})
    view = made.want("marts.company_360")
    assert dict(view.select("company_id", "renewal_on").rows()) == {"acme": date(2026, 9, 1), "far": date(2028, 9, 1)}
    assert made.want("marts.renewal")["company_id"].to_list() == ["acme"]


def test_invariants_notice_what_stands_twice_and_what_does_not_add_up(bench: Any) -> None:
    row, cost = term("acme", "2025-09-01", "2026-09-01", 10)
    tables_given = given([row], [cost])
    rows = bench(tables_given).want("marts.renewal")
    twice = pl.concat([rows, rows.with_columns(renewal_id=pl.lit("again"), subscription_id=pl.lit(None, pl.String))])
    assert bench(tables_given | {"marts.renewal": twice}).offenders("renewals_once").height == 1
    wrong = rows.with_columns(base_forecast=pl.lit(Decimal(7)).cast(pl.Decimal(38, 12)))
    assert bench(tables_given | {"marts.renewal": wrong}).offenders("renewal_forecasts_add_up").height == 1
