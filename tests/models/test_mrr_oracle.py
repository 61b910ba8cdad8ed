"""The oracle itself, on cases that can be reckoned by hand; else it could be wrong in the same way as the models."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction
from typing import Any

import pytest
import revenue_histories as histories
from mrr_oracle import (
    SHIPPED,
    STANDARD,
    STRIPE,
    Company,
    Discount,
    Invoice,
    Line,
    Rules,
    Subscription,
    Version,
    life,
    running,
)
from mrr_oracle_committed import Future, committed_months
from mrr_oracle_days import MILLION, MOVEMENTS, coming_ends, committed, day_ends, levels, month_ends, moves, native
from mrr_oracle_days import where_something_changes as where
from mrr_oracle_worth import Steps, month_share, steps, tops

AS_OF = datetime(2024, 8, 10)


def day(text: str) -> datetime:
    return datetime.fromisoformat(f"2024-{text}")


def version(
    sub: str, start: str, end: str | None, amount: str, interval: str = "month", count: int = 1, **more: Any
) -> Version:
    given: dict[str, Any] = {"item": "i", "quantity": Fraction(1), "currency": "EUR", "status": "active"} | more
    until = None if end is None else day(end)
    return Version(
        subscription=sub, start=day(start), end=until, amount=Fraction(amount), interval=interval, count=count, **given
    )


def company(*versions: Version, name: str = "c", **more: Any) -> Company:
    said = {each.subscription: Subscription() for each in versions} | more.pop("said", {})
    return Company(name, list(versions), subscriptions=said, **more)


def off(sub: str, start: str, end: str | None, percent: int | None = None, fixed: int | None = None) -> Discount:
    return Discount(
        subscription=sub,
        item=None,
        percent=None if percent is None else Fraction(percent),
        fixed=None if fixed is None else Fraction(fixed),
        currency="EUR",
        duration="forever" if end is None else "repeating",
        start=day(start),
        end=None if end is None else day(end),
    )


def family(*companies: Company, rules: Rules = STANDARD) -> list[Steps]:
    top = tops(companies)
    return [
        steps(each, life(each), rules, top[each.name] if rules.grain == "parent" else each.name) for each in companies
    ]


def told(*companies: Company, rules: Rules = STANDARD, as_of: datetime = AS_OF, by: str = "month") -> list[str]:
    """`01 new 100.00` for each movement that is not 0, by month, or `01-15 …` by day."""
    every = family(*companies, rules=rules)
    first = day("01-01")
    ends = month_ends(first, as_of, "UTC", rules.snapshot)
    if by == "day":
        ends = where(every, day_ends(first, as_of, "UTC"))
    rows = native(moves(every, ends, rules))
    return [
        f"{when:{'%m' if by == 'month' else '%m-%d'}} {name} {row[name] / 1_000_000:.2f}"
        for (_, _, when), row in sorted(rows.items(), key=lambda pair: pair[0][2])
        for name in MOVEMENTS
        if row[name]
    ]


def closing(*companies: Company, rules: Rules = STANDARD, as_of: datetime = AS_OF) -> list[float]:
    """Net MRR of everything at the end of each month from January on."""
    every = family(*companies, rules=rules)
    ends = month_ends(day("01-01"), as_of, "UTC", rules.snapshot)
    return [
        round(sum(net for level in now.values() for net, _ in level.values()) / 1_000_000, 4)
        for _, now in levels(every, ends)
    ]


@pytest.mark.parametrize(
    ("amount", "interval", "count", "mrr"),
    [
        ("1200", "year", 1, 100),
        ("90", "month", 3, 30),
        ("10", "week", 1, 43.3333),
        ("20", "week", 2, 43.3333),
        ("2400", "year", 2, 100),
        ("5", "day", 1, 152.0833),
    ],
)
def test_prices_by_month(amount: str, interval: str, count: int, mrr: float) -> None:
    """Case 1."""
    assert closing(company(version("s", "01-01", None, amount, interval, count)))[0] == mrr


def test_discounts() -> None:
    """Case 3, and case 4 with its two discounts on two items."""
    one = company(version("s", "01-01", None, "100"), discounts=[off("s", "01-10", "04-10", percent=20)])
    assert closing(one)[:4] == [80, 80, 80, 100]
    assert closing(one, rules=STRIPE)[:4] == [100] * 4
    two = company(
        version("s", "01-01", None, "100"),
        version("s", "01-01", None, "100", item="j"),
        discounts=[off("s", "01-01", None, percent=10), off("s", "01-01", "02-01", fixed=20)],
    )
    assert closing(two)[:2] == [160, 180]


def test_gone_and_back_and_what_is_committed() -> None:
    """Cases 7 and 8."""
    back = company(
        version("s", "01-01", "03-01", "50"), version("s", "05-01", "06-01", "50"), version("s", "06-01", "07-01", "75")
    )
    assert told(back) == [
        "01 new 50.00",
        "03 churn 50.00",
        "05 reactivation 50.00",
        "06 expansion 25.00",
        "07 churn 75.00",
    ]
    assert told(back, rules=SHIPPED["planhat"])[2] == "05 new 50.00"
    for limit, word in ((61, "reactivation"), (60, "new")):
        rules = replace(STANDARD, reactivation="within_days", reactivation_days=limit)
        assert told(back, rules=rules)[2] == f"05 {word} 50.00"
    two = company(version("a", "01-01", None, "100"), version("b", "02-01", "03-01", "100"))
    assert closing(two)[:3] == [100, 200, 100]
    (*_, last) = month_ends(day("01-01"), day("02-15"), "UTC")
    assert committed([two], day("02-15"), last, STANDARD, "c") == {"EUR": 100_000_000}


def committed_by_month(*companies: Company, as_of: str = "06-15") -> list[str]:
    """`02 100 +50 -20 = 130` for each month in which anything runs or is committed."""
    ends = month_ends(day("01-01"), day(as_of), "UTC")
    coming = coming_ends(ends[-1], "UTC")[:2]
    return [
        f"{month:%m} {row['mrr'] // MILLION} +{row['signed'] // MILLION} -{row['leaving'] // MILLION} "
        f"= {row['committed_mrr'] // MILLION}"
        for _, month, row in committed_months(companies, day(as_of), ends, coming, STANDARD, "c")
    ]


def test_what_months_knew_of_what_begins_and_ends() -> None:
    """Case 8, a signature, a notice, a record that was dropped, and a price that is agreed for later."""
    b = company(version("a", "01-01", None, "100"), version("b", "02-01", "03-01", "100"))
    whole = [f"0{month} 100 +0 -0 = 100" for month in (1, 2, 3, 4, 5, 6, 7, 8)]
    assert committed_by_month(b) == [whole[0], "02 200 +0 -100 = 100", *whole[2:]]
    signed = company(version("s", "04-01", None, "50"), said={"s": Subscription(created=day("02-10"))})
    assert committed_by_month(signed)[:3] == ["02 0 +50 -0 = 50", "03 0 +50 -0 = 50", "04 50 +0 -0 = 50"]
    notice = company(version("n", "01-01", "05-01", "50"), said={"n": Subscription(told=day("03-20"))})
    assert committed_by_month(notice) == ["01 50 +0 -0 = 50", "02 50 +0 -0 = 50"] + [
        f"0{month} 50 +0 -50 = 0" for month in (3, 4)
    ]
    dropped = company(version("d", "01-01", None, "50", deleted=day("03-10")))
    assert committed_by_month(dropped) == ["01 50 +0 -0 = 50", "02 50 +0 -0 = 50"]
    dearer = company(version("p", "01-01", "08-01", "50"), version("p", "08-01", None, "70"))
    assert committed_by_month(dearer)[4:] == [
        "05 50 +0 -0 = 50",
        "06 50 +20 -0 = 70",
        "07 50 +20 -0 = 70",
        "08 70 +0 -0 = 70",
    ]


def test_what_is_worked_out_at_as_of_agrees_with_what_runs() -> None:
    """The two ways in which this oracle says what runs, on the instants of two hundred lives."""
    for one in histories.make(seed=21, companies=200):
        future = Future(one, STANDARD, AS_OF)
        for moment in (moment for moment in future.moments if moment < AS_OF):
            assert set(future._running(moment)) == set(running(one, moment))
        assert set(future._forever()) == set(running(one, datetime.max, AS_OF))


def test_days_show_who_comes_and_goes_within_a_month() -> None:
    short = company(version("s", "01-10T12:00", "01-20", "50"))
    assert told(short) == []
    assert told(short, by="day") == ["01-10 new 50.00", "01-20 churn 50.00"]


def test_time_past_due_runs_on_over_versions() -> None:
    one = company(
        version("s", "01-01", "01-10", "10", status="past_due"),
        version("s", "01-10", "03-01", "20", status="past_due"),
        version("s", "03-01", None, "20"),
        version("s", "01-05", "01-06", "1", item="j", metered=True),
    )
    rules = replace(STANDARD, past_due_days=20)
    assert told(one, rules=rules, by="day") == [
        "01-01 new 10.00",
        "01-10 expansion 10.00",
        "01-21 churn 20.00",
        "03-01 reactivation 20.00",
    ]


def test_notice_minimum_and_first_instants() -> None:
    one = company(version("s", "01-01", "06-01", "100"), said={"s": Subscription(told=day("03-01"))})
    assert closing(one)[:6] == [100] * 5 + [0]
    assert closing(one, rules=replace(STANDARD, cancellation="at_notice"))[:3] == [100, 100, 0]
    assert closing(one, rules=replace(STANDARD, snapshot="first_instant"))[:6] == [100] * 5 + [0]
    metered = company(version("s", "01-15", None, "0.5", "year", metered=True, minimum=Fraction(1200)))
    assert closing(metered)[0] == 0
    paid = replace(STANDARD, committed_minimum="in")
    assert closing(metered, rules=paid)[:2] == [100, 100]
    assert closing(metered, rules=replace(paid, snapshot="first_instant"))[:2] == [0, 100]


GRAINS = {
    "customer": ["01 new 100.00", "03 expansion 10.00", "04 contraction 60.00", "04 new 7.00"],
    "subscription": ["01 new 100.00", "03 expansion 10.00", "04 new 7.00", "04 churn 60.00"],
    "item": ["01 new 100.00", "03 new 50.00", "03 churn 40.00", "04 new 7.00", "04 churn 60.00"],
    "parent": ["01 new 100.00", "03 expansion 10.00", "04 contraction 53.00"],
}


@pytest.mark.parametrize("grain", GRAINS)
def test_kinds_by_unit(grain: str) -> None:
    """A plan swapped by a new subscription, another one that ends, and a daughter that joins."""
    mother = company(
        version("a", "01-01", "03-01", "40"),
        version("b", "03-01", None, "50", item="other"),
        version("x", "01-01", "04-01", "60"),
        said={"a": Subscription(replaced_by="b")},
    )
    daughter = company(version("d", "04-10", None, "7"), name="d", parent="c")
    found = told(mother, daughter, rules=replace(STANDARD, grain=grain))
    assert sorted(found) == sorted(GRAINS[grain])


def test_items_rounded_one_by_one() -> None:
    three = company(*(version("s", "01-01", None, "1000", "year", item=item) for item in "ijk"))
    assert closing(three)[0] == 250
    assert closing(three, rules=replace(STANDARD, rounding="per_item"))[0] == 249.99
    yen = company(version("s", "01-01", None, "6", "year", currency="JPY"))
    assert closing(yen, rules=replace(STANDARD, rounding="per_item"))[0] == 1


@pytest.mark.parametrize(
    ("start", "end", "amount", "mrr"),
    [
        ("2024-01-10T08:00", "2024-02-10T08:00", 30, 30),
        ("2024-01-31", "2024-02-29", 30, 30),
        ("2024-01-31", "2025-01-31", 1200, 100),
        ("2024-01-01", "2024-01-31", 30, Fraction(365, 12)),
        ("2024-01-30", "2024-02-29", 30, Fraction(365, 12)),
        ("2024-01-01", "2024-01-01T12:00", 1, Fraction(730, 12)),
        ("2024-01-01", "2024-02-01T00:00:01", 1, Fraction(365 * 86400, 12 * (31 * 86400 + 1))),
    ],
)
def test_service_periods_by_month(start: str, end: str, amount: int, mrr: Fraction) -> None:
    share = month_share(datetime.fromisoformat(start), datetime.fromisoformat(end), STANDARD)
    assert amount * share == mrr


def bill(*lines: Line, **more: Any) -> Invoice:
    given: dict[str, Any] = {"number": "n", "status": "paid", "currency": "EUR", "issued": date(2024, 1, 1)} | more
    return Invoice(lines=lines, **given)


def line(start: str, end: str, amount: int, off: int = 0, **more: Any) -> Line:
    return Line(Fraction(amount), Fraction(off), day(start), day(end), **more)


def test_where_revenue_is_read_from() -> None:
    paid = [bill(line("01-01", "03-01", 60, off=20, subscription="s"), line("01-01", "03-01", 9, proration=True))]
    void = [bill(line("01-01", "03-01", 60), status="void"), bill(line("01-01", "03-01", 60), copy_of="m")]
    lines = SHIPPED["chartmogul"]
    assert closing(Company("c", invoices=paid))[:3] == [20, 20, 0]
    assert closing(company(version("s", "01-01", None, "5"), invoices=paid))[:3] == [5, 5, 5]
    assert closing(company(version("s", "01-01", None, "5"), invoices=paid), rules=lines)[:3] == [20, 20, 0]
    assert closing(company(version("s", "01-01", None, "5"), invoices=void), rules=lines)[:3] == [5, 5, 5]


@pytest.mark.parametrize("policy_id", SHIPPED)
def test_looking_only_where_something_changes_leaves_nothing_out(policy_id: str) -> None:
    """Every single day of fifty companies."""
    rules = replace(SHIPPED[policy_id], past_due_days=10)
    every = histories.make(seed=8, companies=50)
    days = day_ends(datetime(2023, 2, 28), AS_OF, "Europe/Berlin")
    for steps_of in family(*every, rules=rules):
        found = moves([steps_of], where([steps_of], days), rules)
        slow = [move for move in moves([steps_of], days, rules) if _moved(move.money.values())]
        assert [move for move in found if _moved(move.money.values())] == slow


def _moved(money: Any) -> bool:
    return any(opening != closing for opening, closing, _ in money)
