"""Agreed, billed and collected: each reason by hand, of one subscription of 5 seats at 20 EUR a month since January."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from expected_rows import CONTRACT, running
from reconciliation_rows import DAYS, HUNDRED, MARCH, OTHERS, TAXED, bill, business, line, paid, told

if TYPE_CHECKING:
    from conftest import Bench


def of_lines(day: str, *amounts: Any, **values: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A bill whose lines have these amounts and values."""
    lines = [amount if isinstance(amount, dict) else {"amount": amount} for amount in amounts]
    net = sum(Decimal(str(one["amount"])) - Decimal(str(one.get("discount_amount", 0))) for one in lines)
    one = bill(day, net, subtotal=sum(Decimal(str(line["amount"])) for line in lines), **values)
    one |= {"discount_amount": one["subtotal"] - net}
    return one, [line(one, **values) for values in lines]


def test_where_nothing_differs_one_row_says_so(bench: type[Bench]) -> None:
    found = bench(business())
    assert told(found, "billed") == told(found, "collected") == []
    rows = found.want("marts.reconciliation")
    assert rows.height == 2 * len(DAYS)
    assert set(rows["reason"]) == {"none"}
    assert rows.select(pl.sum("contracted", "billed", "collected")).row(0) == (1200, 1200, 1200)
    assert found.want("marts.leak").is_empty()


BILLED: dict[str, tuple[dict[str, Any], list[tuple[str, str, int]]]] = {
    "forgotten": ({"m3": None}, [("03", "not_billed", 100)]),
    "late": ({"m3": bill("2026-04-07", **MARCH)}, [("03", "timing", 100), ("04", "timing", -100)]),
    "early": ({"m3": bill("2026-02-27")}, [("02", "timing", -100), ("03", "timing", 100)]),
    "dearer": ({"m3": of_lines(DAYS[2], 110)}, [("03", "price_differs", -10)]),
    "cheaper": ({"m3": of_lines(DAYS[2], 90)}, [("03", "price_differs", 10)]),
    "cheaper and late": (
        {"m3": bill("2026-04-07", 90, **MARCH)},
        [("03", "price_differs", 10), ("03", "timing", 90), ("04", "timing", -90)],
    ),
    "without lines": ({"m3": bill(DAYS[2], 90)}, [("03", "price_differs", 10)]),
    "fewer": ({"m3": of_lines(DAYS[2], {"amount": 80, "quantity": 4})}, [("03", "quantity_differs", 20)]),
    "more": ({"m3": of_lines(DAYS[2], {"amount": 140, "quantity": 7})}, [("03", "quantity_differs", -40)]),
    "fewer and dearer": (
        {"m3": of_lines(DAYS[2], {"amount": 100, "quantity": 4, "discount_amount": 5})},
        [("03", "discount", 5)],
    ),
    "fewer, and each dearer": (
        {"m3": of_lines(DAYS[2], {"amount": 88, "quantity": 4})},
        [("03", "price_differs", -8), ("03", "quantity_differs", 20)],
    ),
    "as one lump": ({"m3": of_lines(DAYS[2], {"amount": 96, "quantity": 1})}, [("03", "price_differs", 4)]),
    "discounted": ({"m3": of_lines(DAYS[2], {"amount": 100, "discount_amount": 15})}, [("03", "discount", 15)]),
    "with a correction": (
        {"m3": of_lines(DAYS[2], 100, {"amount": -7, "is_proration": True}, {"amount": 12, "is_proration": True})},
        [("03", "proration", -5)],
    ),
    "with usage": ({"m3": of_lines(DAYS[2], 100, {"amount": 7, "revenue_type": "usage"})}, [("03", "usage", -7)]),
    "with a service": (
        {"m3": of_lines(DAYS[2], 100, {"amount": 900, "revenue_type": "one_time"})},
        [("03", "one_time", -900)],
    ),
    "with what nobody agreed on": (
        {
            "m3": of_lines(DAYS[2], {"amount": 100, "product_id": "seats"}, {"amount": 30, "product_id": "extra"}),
        },
        [("03", "billed_without_contract", -30)],
    ),
    "twice": (
        {"others": [bill(DAYS[2], invoice_id="again")]},
        [("03", "billed_without_contract", -100)],
    ),
    "in another currency": (
        {
            "m3": bill(DAYS[2], 120, currency="USD", **MARCH),
        },
        [("03", "fx", 100), ("03USD", "fx", -120)],
    ),
    "void": ({"m3": bill(DAYS[2], status="void")}, [("03", "not_billed", 100)]),
    "drafted": ({"m3": bill(DAYS[2], status="draft")}, [("03", "not_billed", 100)]),
}


@pytest.mark.parametrize("case", BILLED)
def test_what_is_billed_otherwise_than_agreed_has_its_reason(bench: type[Bench], case: str) -> None:
    changes, wanted = BILLED[case]
    given = business(**changes)
    if case == "with what nobody agreed on":
        given["sourced.subscription_version"][0]["product_id"] = "seats"
    assert told(bench(given), "billed") == wanted


def test_a_bill_that_may_still_come_is_a_matter_of_time(bench: type[Bench]) -> None:
    given = running(starts_at="2026-05-20") | {
        "sourced.subscription_version": running()["sourced.subscription_version"]
    }
    given["sourced.subscription_version"][0]["valid_from"] = "2026-05-20"
    assert told(bench(given), "billed") == [("05", "not_billed", 100), ("06", "timing", 100)]


def test_fewer_seats_less_the_agreed_percentage_are_fewer_seats_alone(bench: type[Bench]) -> None:
    """What a percentage takes off less, because there is less to take it off, is no difference of discounts."""
    discount = {"subscription_id": "sub", "percent_off": 10, "duration": "forever", "starts_at": "2026-01-01"}
    bills = {
        f"m{number}": of_lines(day, {"amount": 100, "discount_amount": 10}) for number, day in enumerate(DAYS, start=1)
    }
    fewer = of_lines(DAYS[2], {"amount": 80, "quantity": 4, "discount_amount": 8})
    forgot = of_lines(DAYS[3], 100)
    given = business(**bills | {"m3": fewer, "m4": forgot}) | {"objects.subscription_discount": [discount]}
    assert told(bench(given), "billed") == [("03", "quantity_differs", 18), ("04", "discount", -10)]


def test_a_bill_after_the_end_is_billed_without_contract(bench: type[Bench]) -> None:
    given = business()
    given["sourced.subscription"][0] |= {"status": "canceled", "ends_at": "2026-05-10"}
    found = bench(given)
    assert told(found, "billed") == [("05", "billed_without_contract", -100), ("06", "billed_without_contract", -100)]
    leaks = found.want("marts.leak").sort("month")
    assert leaks["is_overbilled"].all()
    assert set(leaks["since_on"]) == {date(2026, 5, 10)}
    assert leaks["evidence"][0].endswith(
        "asks for 100.00 EUR that nothing agreed calls for: the subscription ended on 2026-05-10."
    )


def test_a_bill_for_a_year_is_spread_over_the_payments_it_is_for(bench: type[Bench]) -> None:
    """Schedules without periods: what the bill asks for beyond a month's payment is missing in later months."""
    due = [f"2026-{month:02}-24" for month in range(1, 13)]
    whole = bill("2026-01-10", 1200, subscription_id=None, contract_id="c", due_on="2026-01-24")
    whole |= {"period_start": "2026-01-10", "period_end": "2027-01-10"}
    given = {
        "objects.company": [{"company_id": "acme", "name": "Acme"}],
        "sourced.contract": [CONTRACT],
        "sourced.contract_payment_schedule": [{"contract_id": "c", "due_on": day, "amount": 100} for day in due],
        "sourced.invoice": [whole],
        "objects.payment": [paid(whole, "2026-01-20", 1200)],
    }
    later = [(f"{month:02}", "timing", 100) for month in range(2, 7)]
    assert told(bench(given), "billed") == [("01", "timing", -1100), *later]


COLLECTED: dict[str, tuple[list[dict[str, Any]], list[tuple[str, str, str]]]] = {
    "not at all": ([], [("03", "unpaid", "100")]),
    "a part": ([paid(TAXED, "2026-03-20", "59.50")], [("03", "unpaid", "50")]),
    "later": ([paid(TAXED, "2026-05-02", 119)], [("03", "timing", "100"), ("05", "timing", "-100")]),
    "in parts that do not divide": (
        [paid(TAXED, f"2026-03-{day}", amount) for day, amount in ((11, "39.67"), (12, "39.67"), (13, "39.66"))],
        [],
    ),
    "and given back": (
        [paid(TAXED, "2026-03-20", 119), paid(TAXED, "2026-04-20", "-11.90")],
        [("04", "credited", "10")],
    ),
    "twice": (
        [paid(TAXED, "2026-03-20", 119), paid(TAXED, "2026-03-21", 119)],
        [("03", "unexplained", "-100")],
    ),
    "for no bill": (
        [paid(TAXED, "2026-03-20", 119), paid(None, "2026-04-20", 77)],
        [("04", "unexplained", "-77")],
    ),
    "in another currency": (
        [paid(TAXED, "2026-03-20", "130.90", currency="USD")],
        [("03", "fx", "100"), ("03USD", "fx", "-110")],
    ),
    "failed": ([paid(TAXED, "2026-03-20", 119, status="failed")], [("03", "unpaid", "100")]),
}


@pytest.mark.parametrize("case", COLLECTED)
def test_what_is_collected_otherwise_than_billed_has_its_reason(bench: type[Bench], case: str) -> None:
    payments, wanted = COLLECTED[case]
    found = told(bench(business(m3=TAXED, payments=OTHERS + payments)), "collected")
    assert found == [(month, reason, Decimal(amount)) for month, reason, amount in wanted]


def test_a_credit_note_explains_what_is_not_paid_once(bench: type[Bench]) -> None:
    note = {"company_id": "acme", "invoice_id": TAXED["invoice_id"], "issued_on": "2026-04-04", "currency": "EUR"}
    given = business(m3=TAXED, payments=[*OTHERS, paid(TAXED, "2026-03-20", "107.10")])
    credited = given | {"objects.credit_note": [note | {"amount": "11.90"}]}
    assert told(bench(credited), "collected") == [("03", "credited", 10)]
    back = [*credited["objects.payment"], paid(TAXED, "2026-03-20", "11.90"), paid(TAXED, "2026-05-05", "-11.90")]
    assert told(bench(credited | {"objects.payment": back}), "collected") == [("05", "credited", 10)]
    void = given | {"objects.credit_note": [note | {"amount": "11.90", "status": "void"}]}
    assert told(bench(void), "collected") == [("03", "unpaid", 10)]


def test_a_bill_that_is_not_due_yet_is_a_matter_of_time(bench: type[Bench]) -> None:
    open_bill = bill(DAYS[5], due_on="2026-07-10")
    given = business(m6=open_bill)
    given["objects.payment"] = [one for one in given["objects.payment"] if one["invoice_id"] != open_bill["invoice_id"]]
    assert told(bench(given), "collected") == [("06", "timing", 100)]


def test_bills_of_a_source_without_payments_are_paid_as_they_say(bench: type[Bench]) -> None:
    says = {"status": "paid", "paid_at": "2026-04-02", "amount_paid": 100}
    given = business(m3=bill(DAYS[2], source_system="other", **says))
    for one in given["sourced.invoice"]:
        one.setdefault("source_system", "test")
    given["objects.payment"] = [one for one in given["objects.payment"] if one["paid_at"][:10] != DAYS[2]]
    assert told(bench(given), "collected") == [("03", "timing", 100), ("04", "timing", -100)]
    for one in given["sourced.invoice"]:
        one["source_system"] = "test"
    assert told(bench(given), "collected") == [("03", "unexplained", 100)]


def test_a_bill_that_is_paid_by_now_but_was_not_on_the_day_is_a_matter_of_time(bench: type[Bench]) -> None:
    """As of a past day the bill reads as it stands today, and its money lies after the day."""
    says_paid = bill(DAYS[4], status="paid", period_start=DAYS[4], period_end=DAYS[5])
    given = business(m5=says_paid)
    others = [one for one in given["objects.payment"] if one["invoice_id"] != says_paid["invoice_id"]]
    for late in ({}, {"status": "failed"}, {"amount": -100}):
        later = paid(says_paid, "2026-07-20", 100) | late
        wanted = [("05", "timing" if not late else "unexplained", 100)]
        assert told(bench(given | {"objects.payment": [*others, later]}), "collected") == wanted
    says_when = business(m5=says_paid | {"paid_at": "2026-07-20"}) | {"objects.payment": others}
    assert told(bench(says_when), "collected") == [("05", "timing", 100)]


def test_a_copy_in_the_books_is_neither_billed_nor_paid_again(bench: type[Bench]) -> None:
    """A payment of the copy is for the original, where that has none."""
    copy = bill(DAYS[2], invoice_id="copy", external_id="test:R-3", source_system="books", subscription_id=None)
    given = business(m3=bill(DAYS[2], number="R-3"), others=[copy])
    for one in given["sourced.invoice"]:
        one.setdefault("source_system", "test")
    found = bench(given)
    assert told(found, "billed") == told(found, "collected") == []
    given["objects.payment"] = [one for one in given["objects.payment"] if one["invoice_id"] != f"bill {DAYS[2]}"]
    found = bench(given)
    assert told(found, "billed") == told(found, "collected") == []


def test_a_payment_that_names_no_bill_is_for_the_one_of_its_amount_that_says_it_is_paid(bench: type[Bench]) -> None:
    given = business(m3=bill(DAYS[2], 130, status="paid", amount_paid=130, period_start=DAYS[2], period_end=DAYS[3]))
    for one in given["objects.payment"]:
        one["invoice_id"] = None if one["amount"] == 130 else one["invoice_id"]
    assert told(bench(given), "collected") == []


def test_leaks_stand_by_their_money_with_what_shows_them(bench: type[Bench]) -> None:
    changes = {"m2": None, "m3": None, "m5": of_lines(DAYS[4], {"amount": 80, "quantity": 4})}
    found = bench(business(**changes))
    assert told(found, "collected") == []
    leaks = found.want("marts.leak").sort("rank")
    assert leaks.select("rank", "reason", "amount", "since_on", "subscription_id").rows() == [
        (1, "not_billed", HUNDRED, date(2026, 2, 10), "sub"),
        (2, "not_billed", HUNDRED, date(2026, 2, 10), "sub"),
        (3, "quantity_differs", Decimal(20), date(2026, 5, 10), "sub"),
    ]
    assert leaks["evidence"].to_list() == [
        "100.00 EUR should be billed on 2026-02-10 for 2026-02-10 to 2026-03-10, and no invoice is for it.",
        "100.00 EUR should be billed on 2026-03-10 for 2026-03-10 to 2026-04-10, and no invoice is for it.",
        "Invoice bill 2026-05-10 of 2026-05-10 asks for 80.00 where 100.00 EUR is agreed: "
        "4 instead of 5, 20.00 EUR too little.",
    ]


def test_the_discount_of_a_bill_is_split_among_its_lines(bench: type[Bench]) -> None:
    """What its lines do not tell of it goes by amount, the odd cent to the largest; a missing line is made up for."""
    one = bill("2026-01-10", 100, discount_amount=10, total=90)
    shown = [line(one, amount, invoice_line_id=name) for name, amount in (("a", 33), ("b", 33), ("c", 34))]
    shown[2]["discount_amount"] = 1
    more = bill("2026-02-10", 100)
    given = {"sourced.invoice": [one, more], "objects.invoice_line": [*shown, line(more, 60, invoice_line_id="d")]}
    found = bench(given)
    lines = found.want("intermediate.billed_line").sort("invoice_line_id")
    assert lines.select("invoice_line_id", "discount_amount", "net_amount").rows() == [
        ("a", 3, 30),
        ("b", 3, 30),
        (f"{more['invoice_id']}:rest", 0, 40),
        ("c", 4, 30),
        ("d", 0, 60),
    ]
    assert found.offenders("billed_lines_sum_to_invoice").is_empty()


def test_money_months_stand_side_by_side(bench: type[Bench]) -> None:
    given = business(m3=TAXED) | {
        "objects.sale": [{"company_id": "acme", "sold_on": "2026-03-03", "amount": 500, "currency": "EUR"}],
        "sourced.contract": [CONTRACT | {"contract_value": 1200}],
    }
    given["objects.payment"] += [paid(TAXED, "2026-04-01", "-11.90")]
    columns = ("booked", "billed", "collected", "sold", "credited", "refunded")
    found = bench(given).want("marts.money_month").sort("month").select("month", *columns).rows()
    assert found[:4] == [
        (date(2026, 1, 1), 1200, 100, 100, 0, 0, 0),
        (date(2026, 2, 1), 0, 100, 100, 0, 0, 0),
        (date(2026, 3, 1), 0, 100, 100, 500, 0, 0),
        (date(2026, 4, 1), 0, 100, 90, 0, 0, 10),
    ]
