"""What agreed terms call for, when, and which invoice answers it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from behaviour_rows import subscribed
from expected_rows import BILL, CONTRACT, calls, days, due_calls, payments, running

if TYPE_CHECKING:
    from conftest import Bench

Made = Callable[..., "Bench"]


# --- one agreement calls once ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("link", [{"contract_id": "c"}, {"opportunity_id": "deal"}])
def test_a_contract_and_its_subscription_call_once(made: Made, link: dict[str, str]) -> None:
    given = running(**link)
    given["sourced.contract"] = [{**CONTRACT, "opportunity_id": "deal"}]
    given["sourced.contract_payment_schedule"] = payments(*(f"2026-{month:02}-24" for month in range(1, 13)))
    rows = calls(made(given))
    in_term = rows.filter(pl.col("issue_on") < date(2027, 1, 10))
    assert in_term["subscription_id"].to_list() == [None] * 12
    assert in_term["amount"].to_list() == [90] * 12
    after = rows.filter(pl.col("issue_on") >= date(2027, 1, 10))
    assert after["subscription_id"].to_list() == ["sub"] * 6, "once the contract is over the subscription calls"
    given["sourced.contract"] = [{**CONTRACT, "opportunity_id": "deal", "cancel_on": "2026-05-01"}]
    off = due_calls(made(given))
    assert off["subscription_id"].to_list() == [None, None, None, None, "sub", "sub"]


def test_the_subscriptions_bills_answer_the_contracts_schedule(made: Made) -> None:
    given = running(opportunity_id="deal")
    given["sourced.contract"] = [{**CONTRACT, "opportunity_id": "deal", "due_days": None}]
    given["sourced.contract_payment_schedule"] = payments(*(f"2026-{month:02}-24" for month in range(1, 7)))
    given["sourced.invoice"] = [
        {**BILL, "invoice_id": f"i{month}", "subscription_id": "sub", "issued_on": f"2026-{month:02}-10"}
        | {
            "due_on": f"2026-{month:02}-25",
            "period_start": f"2026-{month:02}-10",
            "period_end": f"2026-{month + 1:02}-10",
        }
        for month in (1, 2, 3, 5, 6)
    ]
    answers = due_calls(made(given)).sort("due_on")["invoice_id"].to_list()
    assert answers == ["i1", "i2", "i3", None, "i5", "i6"]
    given["sourced.invoice"] = [
        {**BILL, "invoice_id": "year", "subscription_id": "sub", "issued_on": "2026-01-10"}
        | {"period_start": "2026-01-10", "period_end": "2027-01-10"}
    ]
    answers = due_calls(made(given)).sort("due_on")["invoice_id"].to_list()
    assert answers == ["year"] * 6, "a bill for the year is for all payments of the year"


def test_a_schedule_without_a_known_end_holds_one_step_beyond_its_last_payment(made: Made) -> None:
    given = running(contract_id="c")
    given["sourced.contract"] = [{**CONTRACT, "ends_on": None}]
    given["sourced.contract_payment_schedule"] = payments("2026-01-24", "2026-02-24", "2026-03-24")
    rows = due_calls(made(given))
    assert rows.select("issue_on", "subscription_id").rows() == [
        (date(2026, 1, 10), None),
        (date(2026, 2, 10), None),
        (date(2026, 3, 10), None),
        (date(2026, 4, 10), "sub"),
        (date(2026, 5, 10), "sub"),
        (date(2026, 6, 10), "sub"),
    ]


# --- one window ------------------------------------------------------------------------------------------------------


def test_schedules_and_equal_parts_keep_the_window(made: Made) -> None:
    given = running()
    given |= {"sourced.subscription": [], "sourced.subscription_version": []}
    given["sourced.contract"] = [
        CONTRACT,
        {**CONTRACT, "contract_id": "parts", "starts_on": "2026-01-10", "length_months": 12, "contract_value": 1200}
        | {"billing_interval": "month"},
    ]
    given["sourced.contract_payment_schedule"] = payments(*(f"2026-{month:02}-24" for month in range(1, 13)))
    window = {"expected_invoice_months_back": 2, "expected_invoice_months_ahead": 1}
    rows = calls(made(given, **window))
    for contract in ("c", "parts"):
        assert days(rows.filter(contract_id=contract)) == ["05-10", "06-10", "07-10"], contract


def test_a_late_bill_from_before_the_window_answers_nothing_in_it(made: Made) -> None:
    given = running({"valid_from": "2025-01-06", "billing_interval": "week"}, starts_at="2025-01-06")
    given["sourced.invoice"] = [
        {**BILL, "invoice_id": day, "subscription_id": "sub", "issued_on": day} for day in ("2026-05-29", "2026-06-12")
    ]
    rows = due_calls(made(given, expected_invoice_months_back=1, expected_invoice_match_days=6))
    assert list(zip(days(rows), rows["invoice_id"], strict=True)) == [
        ("06-01", None),
        ("06-08", "2026-06-12"),
        ("06-15", None),
        ("06-22", None),
        ("06-29", None),
    ]


# --- from when periods are counted -----------------------------------------------------------------------------------


def test_a_new_interval_starts_its_own_count(made: Made) -> None:
    month = {"valid_from": "2025-03-10", "valid_to": "2026-01-20"}
    year = {"valid_from": "2026-01-20", "billing_interval": "year", "unit_amount": 200}
    again = {"valid_from": "2027-01-20"}
    found = calls(made(running(month, {**year, "valid_to": "2027-01-20"}, again, starts_at="2025-03-10")))
    rows = found.filter(pl.col("issue_on") >= date(2025, 12, 1))
    assert rows.select("issue_on", "amount").rows()[:5] == [
        (date(2025, 12, 10), 100),
        (date(2026, 1, 10), 100),
        (date(2026, 1, 20), 1000),
        (date(2027, 1, 20), 100),
        (date(2027, 2, 20), 100),
    ]


def test_other_changes_keep_the_count(made: Made) -> None:
    versions = (
        {"valid_to": "2026-03-15"},
        {"valid_from": "2026-03-15", "quantity": 7, "valid_to": "2026-05-02"},
        {"valid_from": "2026-05-02", "quantity": 7, "unit_amount": 30},
        {"item": "support", "valid_from": "2026-04-20", "quantity": 1, "unit_amount": 9},
    )
    rows = due_calls(made(running(*versions)))
    assert list(zip(days(rows), rows["amount"], strict=True)) == [
        ("01-10", 100),
        ("02-10", 100),
        ("03-10", 100),
        ("04-10", 140),
        ("05-10", 219),
        ("06-10", 219),
    ]


def test_a_trial_moves_the_first_count(made: Made) -> None:
    trial = ({"status": "trialing", "valid_to": "2026-01-24"}, {"valid_from": "2026-01-24"})
    assert days(due_calls(made(running(*trial, trial_ends_at="2026-01-24"))))[:2] == ["01-24", "02-24"]


def test_a_later_version_of_an_item_ends_the_one_before_it(made: Made) -> None:
    rows = due_calls(made(running({}, {"valid_from": "2026-04-01", "unit_amount": 40})))
    assert rows["amount"].to_list() == [100, 100, 100, 200, 200, 200]


# --- which invoices answer -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"status": "draft"},
        {"status": "void"},
        {"is_generated": True},
        {"source_deleted_at": "2026-06-20"},
        {"currency": "USD"},
        {"external_id": "books:77"},
        {"period_start": "2026-05-10", "period_end": "2026-06-10"},
    ],
)
def test_what_is_no_bill_of_the_period_answers_nothing(made: Made, change: dict[str, Any]) -> None:
    given = running()
    bill = {**BILL, "invoice_id": "i", "source_system": "s", "subscription_id": "sub", "issued_on": "2026-06-10"}
    original = {"invoice_id": "o", "source_system": "books", "number": "77", "company_id": "else"}
    given["sourced.invoice"] = [bill, {**BILL, **original, "issued_on": "2026-06-10"}]
    assert due_calls(made(given))["invoice_id"].to_list() == [None] * 5 + ["i"]
    given["sourced.invoice"][0] |= change
    assert due_calls(made(given))["invoice_id"].to_list()[-1] is None


def test_lines_say_what_a_bill_is_for(made: Made) -> None:
    given = running()
    given["sourced.invoice"] = [{**BILL, "invoice_id": "i", "issued_on": "2026-06-10"}]
    line = {"invoice_id": "i", "subscription_id": "sub", "amount": 100, "currency": "EUR", "revenue_type": "recurring"}
    may, june = (f"2026-0{month}-10" for month in (5, 6))
    flat = {**line, "period_start": june, "period_end": "2026-07-10"}
    usage = {**line, "period_start": may, "period_end": june, "revenue_type": "usage"}
    part = {**line, "period_start": "2026-05-20", "period_end": june, "is_proration": True}
    for lines, answered in (
        ([flat, usage, part], ["06-10"]),
        ([usage], []),
        ([part], []),
        ([usage, part], []),
        ([{**line, "revenue_type": "one_time", "amount": 30}], []),
        ([flat, {**flat, "period_start": may, "period_end": june}], ["05-10", "06-10"]),
    ):
        given["objects.invoice_line"] = lines
        given["sourced.invoice"][0]["subscription_id"] = "sub"
        given["sourced.invoice"][0]["total"] = 130
        found = due_calls(made(given)).filter(pl.col("invoice_id") == "i")
        assert days(found) == answered, lines


def test_bills_that_come_late_each_week_answer_their_own_call(made: Made) -> None:
    given = running({"valid_from": "2026-05-04", "billing_interval": "week"}, starts_at="2026-05-04")
    late = [f"2026-05-{day:02}" for day in (8, 15, 22, 29)] + [f"2026-06-{day:02}" for day in (5, 12, 19, 26)]
    bills = [{**BILL, "invoice_id": f"i{day[5:]}", "subscription_id": "sub", "issued_on": day} for day in late]
    given["sourced.invoice"] = bills
    rows = due_calls(made(given))
    expected = [f"i{day[5:]}" for day in late] + [None]
    assert rows["invoice_id"].to_list() == expected
    for skipped in range(8):
        given["sourced.invoice"] = [
            {**bill, "period_start": start, "period_end": start + timedelta(7)}
            for number, bill in enumerate(bills)
            if number != skipped
            for start in [date(2026, 5, 4) + timedelta(7 * number)]
        ]
        found = due_calls(made(given))["invoice_id"].to_list()
        assert found == [*expected[:skipped], None, *expected[skipped + 1 :]], skipped


def test_a_yearly_bill_answers_the_months_it_covers_and_no_others(made: Made) -> None:
    given = running()
    year = {**BILL, "invoice_id": "y", "subscription_id": "sub", "issued_on": "2026-03-01", "total": 900}
    given["sourced.invoice"] = [{**year, "period_start": "2026-03-10", "period_end": "2026-06-10"}]
    assert due_calls(made(given))["invoice_id"].to_list() == [None, None, "y", "y", "y", None]


def test_a_yearly_bill_of_one_item_hides_no_month_of_another(made: Made) -> None:
    year = {"item": "platform", "billing_interval": "year", "quantity": 1, "unit_amount": 900}
    given = running({}, year)
    given["sourced.invoice"] = [
        {**BILL, "invoice_id": "y", "subscription_id": "sub", "issued_on": "2026-01-10", "total": 900}
        | {"period_start": "2026-01-10", "period_end": "2027-01-10"}
    ]
    rows = due_calls(made(given))
    assert rows.filter(pl.col("amount") == 900)["invoice_id"].to_list() == ["y"]
    assert rows.filter(pl.col("amount") == 100)["invoice_id"].to_list() == [None] * 6


def test_a_bill_of_another_subscription_answers_nothing(made: Made) -> None:
    given = running()
    other = {**given["sourced.subscription"][0], "subscription_id": "other"}
    version = {**given["sourced.subscription_version"][0], "subscription_id": "other"}
    given["sourced.subscription"].append(other)
    given["sourced.subscription_version"].append(version)
    bill = {**BILL, "subscription_id": "other", "issued_on": "2026-06-10"}
    given["sourced.invoice"] = [{**bill, "invoice_id": name} for name in ("one", "twice")]
    rows = due_calls(made(given)).filter(pl.col("issue_on") == date(2026, 6, 10))
    assert {row["subscription_id"]: row["invoice_id"] for row in rows.to_dicts()} == {"other": "one", "sub": None}
    given["sourced.invoice"] = [{**bill, "invoice_id": name, "subscription_id": None} for name in ("one", "two")]
    rows = due_calls(made(given)).filter(pl.col("issue_on") == date(2026, 6, 10))
    assert sorted(rows["invoice_id"].to_list()) == ["one", "two"], "bills that name nobody are for the company's calls"


def test_bills_of_a_subscription_answer_for_its_further_terms(made: Made) -> None:
    given = subscribed() | {"sourced.expected_invoice": []}
    given["sourced.invoice"] = [
        {**BILL, "invoice_id": "i", "subscription_id": "sub", "issued_on": "2026-06-10", "total": 95}
    ]
    rows = due_calls(made(given))
    assert rows.select("subscription_id", "invoice_id").rows()[-1] == ("sub:renewed:2", "i")


# --- pauses ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("paused_at", [None, "2026-03-01"])
def test_a_pause_calls_for_nothing_while_it_lasts(made: Made, paused_at: str | None) -> None:
    versions = (
        {"valid_to": "2026-03-01"},
        {"valid_from": "2026-03-01", "valid_to": "2026-05-01", "status": "paused"},
        {"valid_from": "2026-05-01"},
    )
    assert days(due_calls(made(running(*versions, paused_at=paused_at)))) == ["01-10", "02-10", "05-10", "06-10"]


def test_a_pause_that_no_version_tells_lasts_while_the_subscription_is_paused(made: Made) -> None:
    paused = running(paused_at="2026-03-01", status="paused")
    assert days(calls(made(paused))) == ["01-10", "02-10"]
    over = running(paused_at="2026-03-01")
    assert days(due_calls(made(over))) == [f"{month:02}-10" for month in range(1, 7)]
    ahead = running(paused_at="2026-08-01")
    assert calls(made(ahead))["issue_on"].max() == date(2026, 7, 10)


def test_what_counts_as_revenue_is_another_question(made: Made) -> None:
    given = running({"valid_to": "2026-03-01"}, {"valid_from": "2026-03-01", "status": "paused"})
    given["policy.revenue_counted_statuses"] = pl.DataFrame({"value": ["active", "past_due", "paused"]})
    assert days(calls(made(given))) == ["01-10", "02-10"]


def test_a_canceled_subscription_calls_no_more(made: Made) -> None:
    given = running(status="canceled", canceled_at="2026-04-01")
    assert days(calls(made(given))) == ["01-10", "02-10", "03-10"]
