"""What each switch of the revenue policy does, in figures worked out by hand, and what stands beside the main set."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from revenue_rows import Tables, by_month, discount, history, moves, rate

from models.policy import loading
from models.policy.loading import PolicyError, load_policies

if TYPE_CHECKING:
    from conftest import Bench


def shipped(**settings: str) -> str:
    """The main file with some settings changed."""
    text = (loading.HERE / "revenue.toml").read_text()
    for name, value in settings.items():
        lines = [line for line in text.splitlines() if not line.removeprefix("# ").startswith(f"{name} =")]
        assert len(lines) < len(text.splitlines()), name
        first = text.splitlines().index(next(line for line in text.splitlines() if line not in lines))
        text = "\n".join([*lines[:first], f"{name} = {value}", *lines[first:]])
    return text


@pytest.fixture
def ruled(bench: type[Bench], tmp_path: Path) -> Any:
    """`ruled(tables, switch="value", ...)`: a bench with settings of the main set changed."""

    def make(tables: Tables, **settings: str) -> Bench:
        (tmp_path / "revenue.toml").write_text(shipped(**settings))
        return bench(tables, tmp_path)

    return make


def months(made: Bench, mart: str = "marts.company_month") -> list[str]:
    return by_month(made.want(mart), "closing")


def bill(line: str, company: str, amount: str, start: str, end: str, **more: Any) -> dict[str, Any]:
    return {
        "invoice_line_id": line,
        "invoice_id": f"in_{line}",
        "company_id": company,
        "amount": amount,
        "currency": "EUR",
        "period_start": start,
        "period_end": end,
        **more,
    }


def billed(lines: list[dict[str, Any]], as_of: str, text: str = "c s i 2024-01-01 - 1 70 EUR month") -> Tables:
    """Invoices of one line each, beside subscriptions."""
    invoices = [
        {
            "invoice_id": line["invoice_id"],
            "company_id": line["company_id"],
            "number": line["invoice_line_id"],
            "status": line.get("status", "paid"),
            "issued_on": line["period_start"][:10],
            "subtotal": line["amount"],
            "total": line["amount"],
            "currency": "EUR",
        }
        for line in lines
    ]
    kept = [{name: value for name, value in line.items() if name not in ("company_id", "status")} for line in lines]
    return history(text, as_of, invoice=invoices, invoice_line=kept)


LINES = [
    bill("a", "c", "300", "2024-01-10", "2024-04-10"),
    bill("b", "d", "30", "2024-01-01", "2024-01-31"),
    bill("e", "d", "999", "2024-01-01", "2024-03-01", is_proration=True),
    bill("f", "d", "999", "2024-01-01", "2024-03-01", status="void"),
    bill("g", "d", "999", "2024-01-01", "2024-03-01", revenue_type="one_time"),
]
"""A quarter of a customer with a subscription, and 30 days of one without (30 / 30 * 365 / 12 = 30.4167)."""


@pytest.mark.parametrize(
    ("basis", "first", "second"),
    [
        ('"subscription"', ["2024-01 70.00", "2024-02 70.00", "2024-03 70.00"], "2024-01 new 30.42"),
        ('"invoice_line"', ["2024-01 100.00", "2024-02 100.00", "2024-03 100.00"], "2024-01 new 30.42"),
    ],
)
def test_basis(ruled: Any, basis: str, first: list[str], second: str) -> None:
    later = [*LINES, bill("h", "d", "30", "2024-01-31", "2024-03-01")]
    paid = ruled(billed(later, "2024-04-01"), basis=basis).want("marts.company_month")
    assert by_month(paid.filter(company_id="c"), "closing") == first
    assert moves(paid.filter(company_id="d"))[0] == second


def test_past_due_days(ruled: Any) -> None:
    """Past due since 20 January, with a change of quantity on 1 February: out from 19 February to the payment."""
    text = """
        c s i 2024-01-01 2024-01-20 1 100 EUR month
        c s i 2024-01-20 2024-02-01 1 100 EUR month past_due
        c s i 2024-02-01 2024-04-05 2 100 EUR month past_due
        c s i 2024-04-05 - 2 100 EUR month
        c s j 2024-01-01 - 1 5 EUR month
    """
    tables = history(text, "2024-05-01")
    assert months(ruled(tables)) == ["2024-01 105.00", "2024-02 205.00", "2024-03 205.00", "2024-04 205.00"]
    made = ruled(tables, past_due_days="30")
    assert moves(made.want("marts.company_month")) == [
        *("2024-01 new 105.00", "2024-02 churn 105.00", "2024-04 reactivation 205.00")
    ]
    days = made.want("marts.mrr_change_day").sort("day")
    assert days["day"].to_list() == [date(2024, 1, 1), date(2024, 2, 1), date(2024, 2, 19), date(2024, 4, 5)]


@pytest.mark.parametrize(
    ("cancellation", "paid"),
    [
        ('"at_end"', ["2024-01 50.00", "2024-02 50.00", "2024-03 50.00", "2024-04 0.00"]),
        ('"at_notice"', ["2024-01 50.00", "2024-02 0.00"]),
    ],
)
def test_cancellation(ruled: Any, cancellation: str, paid: list[str]) -> None:
    tables = history("c s i 2024-01-01 - 1 50 EUR month", "2024-05-01")
    tables["objects.subscription"][0] |= {"canceled_at": "2024-02-10", "ends_at": "2024-04-10"}
    assert months(ruled(tables, cancellation=cancellation)) == paid


@pytest.mark.parametrize(("minimum", "paid"), [('"out"', "10.00"), ('"in"', "110.00")])
def test_committed_minimum(ruled: Any, minimum: str, paid: str) -> None:
    text = "c s i 2024-01-01 - 1 10 EUR month\nc s usage 2024-01-01 - 7 3 EUR year metered"
    tables = history(text, "2024-02-01")
    tables["objects.subscription_version"][1] |= {"committed_amount": "1200"}
    assert months(ruled(tables, committed_minimum=minimum)) == [f"2024-01 {paid}"]


SWAP = """
    c s1 i 2024-01-01 2024-02-10 1 100 EUR month
    c s2 i 2024-02-10 - 1 120 EUR month
    c s2 j 2024-01-01 - 1 30 EUR month
    d t i 2024-02-10 - 1 7 EUR month
"""


@pytest.mark.parametrize(
    ("grain", "kinds"),
    [
        ("customer", ["2024-01 new 130.00", "2024-02 expansion 20.00"]),
        ("subscription", ["2024-01 new 130.00", "2024-02 expansion 120.00", "2024-02 churn 100.00"]),
        ("item", ["2024-01 new 130.00", "2024-02 new 120.00", "2024-02 churn 100.00"]),
        ("parent", ["2024-01 new 130.00", "2024-02 expansion 27.00"]),
    ],
)
def test_movement_grain(ruled: Any, grain: str, kinds: list[str]) -> None:
    tables = history(SWAP, "2024-04-01")
    tables["objects.company"][1] |= {"parent_company_id": "c"}
    made = ruled(tables, movement_grain=f'"{grain}"')
    for mart in ("marts.mrr_movement", "marts.company_month"):
        assert moves(made.want(mart).filter(company_id="c")) == kinds
    assert made.want("marts.company_month").filter(company_id="d").height == (0 if grain == "parent" else 2)


def test_a_replaced_subscription_goes_on(ruled: Any) -> None:
    tables = history(SWAP, "2024-04-01")
    tables["objects.subscription"][0] |= {"replaced_by_id": "s2"}
    paid = ruled(tables, movement_grain='"subscription"').want("marts.company_month").filter(company_id="c")
    assert moves(paid) == ["2024-01 new 130.00", "2024-02 expansion 20.00"]


@pytest.mark.parametrize(
    ("snapshot", "paid"),
    [
        ('"last_instant"', ["2024-01 10.00", "2024-02 40.00", "2024-03 40.00"]),
        ('"first_instant"', ["2024-02 50.00", "2024-03 40.00"]),
    ],
)
def test_snapshot(ruled: Any, snapshot: str, paid: list[str]) -> None:
    """What starts at the first instant of a month is in it, what ends then is not."""
    text = """
        c s i 2024-01-10 2024-02-10 1 10 EUR month
        c s j 2024-02-01 - 1 40 EUR month
        c s k 2024-01-05 2024-02-01 1 900 EUR month trialing
    """
    assert months(ruled(history(text, "2024-03-10"), snapshot=snapshot)) == paid


@pytest.mark.parametrize(
    ("settings", "paid"),
    [
        ({}, ["2024-01 new 50.00", "2024-02 fx 30.00"]),
        ({"conversion": '"fixed_rate"', "fixed_rate_on": "2024-02-20"}, ["2024-01 new 80.00"]),
        ({"conversion": '"none"'}, []),
    ],
)
def test_conversion(ruled: Any, settings: dict[str, str], paid: list[str]) -> None:
    rates = [rate("USD", "2024-01-30", "2"), rate("USD", "2024-02-10", "1.25")]
    made = ruled(history("c s i 2024-01-01 - 1 100 USD month", "2024-03-01", exchange_rate=rates), **settings)
    assert moves(made.want("marts.company_month")) == paid
    assert moves(made.want("marts.mrr_movement")) == ["2024-01 new 100.00"]
    assert (made.want("marts.arr_bridge").height > 0) == bool(paid)
    assert (made.want("marts.mrr_day").height > 0) == bool(paid)


@pytest.mark.parametrize(
    ("rounding", "paid"), [('"exact"', "2024-01 250.00 1.50"), ('"per_item"', "2024-01 249.99 3.00")]
)
def test_rounding(ruled: Any, rounding: str, paid: str) -> None:
    """Three at 1,000 a year, and three half yen."""
    lines = [f"c s i{n} 2024-01-01 - 1 1000 EUR year\nd t i{n} 2024-01-01 - 1 6 JPY year" for n in range(3)]
    found = ruled(history("\n".join(lines), "2024-02-01"), rounding=rounding).want("marts.mrr_movement")
    assert " ".join(["2024-01", *(f"{value:.2f}" for value in found.sort("company_id")["closing"])]) == paid


def test_days_show_who_joins_and_leaves_inside_a_month(ruled: Any) -> None:
    """But not inside a day; and each day's total is at the rate of the day."""
    text = """
        c s i 2024-01-10T12:00:00 2024-01-20T08:00:00 1 100 USD month
        d t i 2024-01-11T09:00:00 2024-01-11T17:00:00 1 100 EUR month
    """
    rates = [rate("USD", "2024-01-10", "2"), rate("USD", "2024-01-15", "4")]
    made = ruled(history(text, "2024-03-01", exchange_rate=rates))
    assert made.want("marts.mrr_movement").height == 0
    days = made.want("marts.mrr_change_day").sort("day")
    assert days.select("company_id", "day", "new", "churn", "closing").rows() == [
        ("c", date(2024, 1, 10), 100, 0, 100),
        ("c", date(2024, 1, 20), 0, 100, 0),
    ]
    charted = {row["day"].day: row for row in made.want("marts.mrr_day").iter_rows(named=True) if row["day"].month == 1}
    assert [charted[day]["mrr"] for day in (9, 10, 14, 15, 19, 20)] == [0, 50, 50, 25, 25, 0]
    assert [charted[day]["customer_count"] for day in (9, 11, 20)] == [0, 1, 0]


def test_an_item_says_what_it_is_made_of(ruled: Any) -> None:
    offs = [
        discount("s", "2024-01-10", "2024-04-10", percent_off="20"),
        discount("s", "2024-01-10", amount_off="2.5", currency="EUR", item="i"),
    ]
    tables = history("c s i 2024-01-01 - 2 60 EUR year", "2024-02-15", subscription_discount=offs)
    items = ruled(tables).want("marts.mrr_item").sort("runs_from")
    assert [(row["gross_mrr"], round(row["net_mrr"], 4)) for row in items.iter_rows(named=True)] == [
        (10, 10),
        (10, Decimal("7.7917")),
        (10, Decimal("9.7917")),
    ]
    assert items["discounts"].to_list() == [
        None,
        "20 % off the subscription (repeating), 2.5 EUR off the item (forever)",
        "2.5 EUR off the item (forever)",
    ]
    assert items["rule"][1] == "quantity * unit amount, less discounts, * 1 / 12"


def test_committed_months_know_what_was_known(ruled: Any) -> None:
    """Signed in January, running from March, notice in May, gone at the end of June; asked in August."""
    tables = history("c s i 2024-03-01 - 1 50 EUR month\nd t i 2024-01-01 - 1 5 EUR month", "2024-08-10")
    tables["objects.subscription"][0] |= {
        **{"created_at": "2024-01-15", "canceled_at": "2024-05-20", "ends_at": "2024-07-01"}
    }
    found = ruled(tables).want("marts.committed_month").filter(company_id="c")
    assert by_month(found, "mrr", "signed", "leaving", "committed_mrr") == [
        "2024-01 0.00 50.00 0.00 50.00",
        "2024-02 0.00 50.00 0.00 50.00",
        "2024-03 50.00 0.00 0.00 50.00",
        "2024-04 50.00 0.00 0.00 50.00",
        "2024-05 50.00 0.00 50.00 0.00",
        "2024-06 50.00 0.00 50.00 0.00",
    ]


def test_what_a_set_beside_the_main_one_says_otherwise(ruled: Any) -> None:
    text = "c s i 2024-01-01 - 1 100 EUR month\nd t i 2024-01-01 - 1 40 EUR month paused"
    offs = [discount("s", "2024-02-01", "2024-03-01", percent_off=20)]
    made = ruled(history(text, "2024-04-01", subscription_discount=offs), compared='["stripe", "planhat"]')
    rows = made.want("marts.policy_difference").sort("policy_id", "month")
    assert [
        (row["policy_id"], row["company_id"], row["month"].month, row["difference"]) for row in rows.to_dicts()
    ] == [
        ("planhat", "d", 1, 40),
        ("planhat", "d", 2, 40),
        ("planhat", "d", 3, 40),
        ("stripe", "c", 2, 20),
    ]
    assert made.want("intermediate.company_revenue").sort("company_id")["mrr"].to_list() == [100, 0]
    assert made.want("intermediate.present_rate").filter(currency="EUR").height == 1


def test_own_sets_and_what_is_said_of_mistakes(tmp_path: Path) -> None:
    def told(main: str) -> str:
        (tmp_path / "revenue.toml").write_text(main)
        with pytest.raises(PolicyError) as caught:
            load_policies(tmp_path)
        return str(caught.value)

    (tmp_path / "revenue").mkdir()
    own = (loading.HERE / "revenue" / "stripe.toml").read_text()
    (tmp_path / "revenue" / "stripe.toml").write_text(own.replace("past_due_days = 0", "past_due_days = 9"))
    (tmp_path / "revenue" / "ours.toml").write_text(own)
    (tmp_path / "revenue.toml").write_text(shipped(compared='["stripe"]'))
    sets = load_policies(tmp_path)["revenue_set"]
    assert sets.select("policy_id", "is_main", "past_due_days").rows() == [("standard", True, 0), ("stripe", False, 9)]
    assert "policy_id = 'stripe': the file's name says 'ours'" in told(shipped(compared='["ours"]'))
    line = shipped().splitlines().index("compared = []") + 1
    assert told(shipped(compared='["stipe"]')) == (
        f"{tmp_path / 'revenue.toml'}:{line}: compared (entry 1) = 'stipe': there is no such set. "
        "There are: chartmogul, ours, planhat, stripe."
    )
    assert "that is this file's own policy_id" in told(shipped(compared='["standard"]'))
    assert "it stands here twice" in told(shipped(compared='["planhat", "planhat"]'))
    assert "fixed_rate_on stands with conversion = 'fixed_rate' only" in told(shipped(fixed_rate_on="2024-01-01"))
    assert "needs the day of that rate" in told(shipped(conversion='"fixed_rate"'))
    (tmp_path / "revenue" / "ours.toml").write_text(
        own.replace("policy_id", 'time_zone = "UTC"\npolicy_id').replace('"stripe"', '"ours"')
    )
    assert "time_zone is no setting of this file" in told(shipped(compared='["ours"]'))
