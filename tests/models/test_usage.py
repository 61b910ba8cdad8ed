"""Use of the product: months, the present window against a plain count over random rows, and licences."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from customer_rows import one, subscription, tables

from models.demo.world import make_world
from models.policy.loading import PolicyError, load_policies

AS_OF = datetime(2026, 7, 1, 12)
RUN = [{"as_of": AS_OF}]
PRODUCTS = [{"product_id": key, "sku": key, "name": key, "category": key} for key in ("plan", "add-on")]


def event(company_id: str | None, user: str | None, at: Any, name: str = "seen", **more: Any) -> dict[str, Any]:
    return {"company_id": company_id, "product_user_id": user, "occurred_at": at, "event_name": name, **more}


def item(company_id: str, quantity: int, product_id: str = "plan", **more: Any) -> dict[str, Any]:
    """A version of an item of a company's subscription that runs now, unless told otherwise."""
    return {
        "subscription_id": f"{company_id}-sub",
        "item": product_id,
        "product_id": product_id,
        "valid_from": "2026-01-01",
        "status": "active",
        "quantity": quantity,
        "unit_amount": 10,
        "currency": "EUR",
        "billing_interval": "month",
        "interval_count": 1,
        "is_metered": False,
        **more,
    }


def test_a_month_is_what_was_done_in_it(bench: Any) -> None:
    events = [
        event("acme", "u1", "2026-05-31T23:59:59"),
        event("acme", "u1", "2026-06-01T00:00:00", weight=3),
        event("acme", "u2", "2026-06-01T09:00:00", "shared"),
        event("acme", "u1", "2026-06-30T09:00:00", "shared"),
        event("acme", None, "2026-06-30T09:00:00"),
        event("acme", "u3", "2026-07-02T09:00:00"),
        event("acme", "u3", "2026-06-02T09:00:00", source_deleted_at="2026-06-03T00:00:00"),
        event(None, "u9", "2026-06-02T09:00:00"),
    ]
    made = bench({"meta.run": RUN, **tables(usage_event=events)})
    columns = ("month", "active_users", "active_days", "event_count", "weight", "feature_count")
    rows = made.want("marts.usage_month").sort("month")
    assert rows.select(columns).rows() == [
        (date(2026, 5, 1), 1, 1, 1, 1, 1),
        (date(2026, 6, 1), 2, 2, 4, 6, 2),
    ]
    assert made.offenders("usage_months_add_up").height == 0
    broken = rows.with_columns(event_count=pl.lit(3))
    given = {"meta.run": RUN, **tables(usage_event=events), "marts.usage_month": broken}
    assert bench(given).offenders("usage_months_add_up").height == 1


def test_the_months_of_a_made_up_world_are_as_planted(bench: Any) -> None:
    world = make_world(seed=3, companies=12, months=6, as_of=datetime(2026, 7, 1))
    events = world["usage_events"].select(
        company_id=pl.col("company_no").cast(pl.String),
        product_user_id=pl.col("user_no").cast(pl.String),
        occurred_at=pl.col("occurred_at").dt.to_string("%Y-%m-%dT%H:%M:%S"),
        event_name=pl.col("event_name"),
        weight=pl.col("weight").cast(pl.String),
    )
    made = bench({"meta.run": RUN, **tables(usage_event=events)}).want("marts.usage_month")
    found = {(row[0], row[1], row[2], row[4]) for row in made.rows()}
    truth = world["truth_usage"].select("company_no", "month", "active_users", "events")
    assert found == {(str(number), *rest) for number, *rest in truth.rows()}
    assert len(found) > 10


def test_the_window_is_as_counted_plainly(bench: Any) -> None:
    rng = random.Random(4)
    companies = [f"c{number}" for number in range(40)]
    events = [
        event(
            company, f"{company}-u{rng.randrange(5)}", AS_OF - timedelta(days=rng.randrange(80), hours=rng.randrange(9))
        )
        | {"event_name": rng.choice("vwxyz"), "weight": rng.choice([1, 2])}
        for company in companies
        for _ in range(rng.randrange(1, 60))
    ]
    users = [
        {"product_user_id": f"{company}-u{number}", "external_user_id": f"{company}-{number}", "company_id": company}
        | {"status": "deactivated" if number == 4 else "active"}
        for company in companies[1:]
        for number in range(5)
    ]
    made = bench({"meta.run": RUN, **tables(usage_event=events, product_user=users)})
    found = {row["company_id"]: row for row in made.want("marts.company_usage").to_dicts()}
    assert set(found) == set(companies)

    def within(company: str, first: int, last: int) -> list[dict[str, Any]]:
        days = {AS_OF.date() - timedelta(days=number) for number in range(first, last + 1)}
        return [row for row in events if row["company_id"] == company and row["occurred_at"].date() in days]

    for company, row in found.items():
        now, before = within(company, 1, 28), within(company, 29, 56)
        active = {line["product_user_id"] for line in now}
        assert row["active_users"] == len(active)
        assert row["active_users_before"] == len({line["product_user_id"] for line in before})
        assert row["active_users_short"] == len({line["product_user_id"] for line in within(company, 1, 7)})
        assert (row["event_count"], row["event_count_before"]) == (len(now), len(before))
        assert row["weight"] == sum(line["weight"] for line in now)
        assert row["feature_breadth"] == pytest.approx(len({line["event_name"] for line in now}) / 5, abs=1e-6)
        daily = {(line["product_user_id"], line["occurred_at"].date()) for line in now}
        assert row["stickiness"] == (pytest.approx(len(daily) / 28 / len(active), abs=1e-6) if active else None)
        assert row["trend"] == (pytest.approx(len(now) / len(before) - 1, abs=1e-6) if len(before) >= 20 else None)
        assert row["breadth"] == (None if company == "c0" else pytest.approx(len(active) / 4, abs=1e-6))
        assert row["last_used_at"] == max(line["occurred_at"] for line in events if line["company_id"] == company)


def test_licences_bought_are_those_that_run_and_used_ones_are_read(bench: Any) -> None:
    read = {"subject_type": "company", "metric": "licences_used"}
    made = bench(
        {
            "meta.run": RUN,
            **tables(
                company=[{"company_id": key, "name": key} for key in ("acme", "beta", "gone")],
                product=PRODUCTS,
                subscription=[subscription(key, starts_at="2026-01-01", currency="EUR") for key in ("acme", "beta")]
                + [subscription("gone", starts_at="2026-01-01", currency="EUR", ends_at="2026-06-01")],
                subscription_version=[
                    item("acme", 5, valid_to="2026-06-01"),
                    item("acme", 20, valid_from="2026-06-01"),
                    item("acme", 3, "add-on"),
                    item("beta", 4),
                    item("gone", 9),
                ],
                metric_reading=[
                    {**read, "company_id": "acme", "value": 30, "read_at": "2026-05-01"},
                    {**read, "company_id": "acme", "value": 15, "read_at": "2026-06-01"},
                    {**read, "company_id": "acme", "value": 99, "read_at": "2026-08-01"},
                    {**read, "company_id": "acme", "value": 98, "read_at": "2026-06-02", "metric": "other"},
                ],
                usage_event=[event("beta", "u1", "2026-06-30T09:00:00")],
            ),
        }
    )
    rows = made.want("marts.company_usage")
    acme, beta = one(rows, company_id="acme"), one(rows, company_id="beta")
    assert (acme["licences_bought"], acme["licences_used"], acme["licence_use"]) == (20, 15, 0.75)
    assert (acme["licences_used_from"], acme["licences_read_at"]) == ("reading", datetime(2026, 6, 1))
    assert (beta["licences_bought"], beta["licences_used"], beta["licence_use"]) == (Decimal(4), Decimal(1), 0.25)
    assert (beta["licences_used_from"], beta["known_users"], beta["breadth"]) == ("active_users", 0, None)
    assert rows.height == 2


def test_a_person_with_two_accounts_is_one_user(bench: Any) -> None:
    account = {"company_id": "acme", "status": "active"}
    people = [("a1", "ada"), ("a2", "ada"), ("b1", None), ("b2", None)]
    made = bench(
        {
            "meta.run": RUN,
            **tables(
                product_user=[
                    {**account, "product_user_id": key, "external_user_id": key, "contact_id": person}
                    for key, person in people
                ],
                usage_event=[
                    event("acme", "a1", "2026-06-20T09:00:00"),
                    event("acme", "a2", "2026-06-21T09:00:00"),
                    event("acme", "b1", "2026-06-22T09:00:00"),
                ],
            ),
        }
    )
    row = one(made.want("marts.company_usage"), company_id="acme")
    assert (row["known_users"], row["active_users"], row["active_users_short"]) == (3, 2, 0)
    assert float(row["breadth"]) == pytest.approx(2 / 3, abs=1e-6)


def test_a_short_window_that_is_longer_is_refused(tmp_path: Any) -> None:
    text = (
        "window_days = 7\nshort_days = 8\ntrend_acts = 1\nfeature_days = 9\nseat_categories = []\nseat_metrics = []\n"
    )
    (tmp_path / "usage.toml").write_text(text)
    with pytest.raises(PolicyError, match="short_days must not be more"):
        load_policies(tmp_path)
