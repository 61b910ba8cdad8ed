"""Rules about subscriptions, contracts and invoices: each on, off, and undone when its cause goes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from behaviour_rows import COMPANY, TERM, ids, subscribed

if TYPE_CHECKING:
    from conftest import Bench

Made = Callable[..., "Bench"]


# --- a subscription that renews by itself ---------------------------------------------------------------------------


def test_a_subscription_goes_on_with_the_same_terms(made: Made) -> None:
    found = made(subscribed())
    rows = found.want("objects.subscription").sort("starts_at")
    assert rows.select(
        "subscription_id", "starts_at", "ends_at", "renewal_status", "replaced_by_id", "derived_by"
    ).rows() == [
        ("sub", datetime(2024, 3, 10), datetime(2025, 3, 10), "renewed", "sub:renewed:1", None),
        (
            "sub:renewed:1",
            datetime(2025, 3, 10),
            datetime(2026, 3, 10),
            "renewed",
            "sub:renewed:2",
            "subscription_renews_itself",
        ),
        ("sub:renewed:2", datetime(2026, 3, 10), datetime(2027, 3, 10), "ongoing", None, "subscription_renews_itself"),
    ]
    versions = found.want("objects.subscription_version").sort("valid_from")
    assert versions["quantity"].to_list() == [5, 5, 5]
    assert versions["valid_to"].to_list() == rows["ends_at"].to_list()


def test_it_does_not_where_the_rule_is_off_or_it_was_called_off(made: Made) -> None:
    assert made(subscribed(), subscription_renews_itself=False).want("objects.subscription").height == 1
    for change in (
        {"auto_renew": False},
        {"auto_renew": None},
        {"canceled_at": "2025-01-01"},
        {"cancel_at": "2025-03-10"},
        {"renewal_status": "lost"},
        {"replaced_by_id": "other"},
        {"ends_at": "2026-07-02"},
    ):
        assert made(subscribed(**change)).want("objects.subscription").height == 1, change


def test_the_real_next_one_takes_its_place(made: Made) -> None:
    at_once = {**TERM, "subscription_id": "next", "starts_at": "2025-03-15", "ends_at": None, "auto_renew": None}
    assert ids(made(subscribed(at_once)).want("objects.subscription"), "subscription_id") == ["next", "sub"]
    later = {**at_once, "starts_at": "2026-05-01"}
    rows = made(subscribed(later)).want("objects.subscription").sort("starts_at")
    assert rows["subscription_id"].to_list() == ["sub", "sub:renewed:1", "sub:renewed:2", "next"]
    assert rows["ends_at"].to_list()[2] == datetime(2026, 5, 1)
    other_product = {**at_once, "product_id": "b"}
    assert made(subscribed(other_product, product_id="a")).want("objects.subscription").height == 4


def test_a_contract_says_how_long_the_next_term_is(made: Made) -> None:
    given = subscribed(contract_id="c")
    given["sourced.contract"] = [{"contract_id": "c", "company_id": "acme", "name": "C", "renewal_period_months": 6}]
    rows = made(given).want("objects.subscription").sort("starts_at")
    assert rows["ends_at"].to_list()[1:] == [datetime(2025, 9, 10), datetime(2026, 3, 10), datetime(2026, 9, 10)]


# --- a renewal that somebody must work on ---------------------------------------------------------------------------

ENDING = {"auto_renew": False, "ends_at": "2026-08-15", "starts_at": "2025-08-15"}


def test_a_renewal_opportunity_is_open_from_the_notice_date_on(made: Made) -> None:
    given = subscribed(**ENDING, version={"valid_from": "2025-08-15", "valid_to": None})
    (row,) = made(given).want("objects.opportunity").to_dicts()
    assert (row["opportunity_type"], row["status"], row["owner_id"]) == ("renewal", "open", "us")
    assert (row["mrr"], row["amount"], row["probability"]) == (100, 1200, Decimal("0.5"))
    assert (row["expected_close_on"], row["stage_entered_at"]) == (date(2026, 8, 15), datetime(2026, 5, 17))
    assert row["derived_by"] == "renewal_opportunity_opens"
    assert made(given, renewal_opportunity_opens=False).want("objects.opportunity").height == 0
    assert made(given, notice_period_days=30).want("objects.opportunity").height == 0
    assert made(subscribed(**ENDING, notice_period_days=10)).want("objects.opportunity").height == 0


@pytest.mark.parametrize(
    ("sent", "is_open"),
    [
        ({"opportunity_type": "renewal", "status": "open"}, False),
        ({"opportunity_type": "renewal", "status": "won", "closed_at": "2026-06-20"}, False),
        ({"opportunity_type": "renewal", "status": "won", "closed_at": "2025-08-10"}, True),
        ({"opportunity_type": "upsell", "status": "open"}, True),
        ({"opportunity_type": "renewal", "status": "open", "source_deleted_at": "2026-06-01"}, True),
    ],
)
def test_one_that_a_source_sent_takes_its_place(made: Made, sent: dict[str, Any], is_open: bool) -> None:
    given = subscribed(**ENDING)
    given["sourced.opportunity"] = [
        {"opportunity_id": "deal", "company_id": "acme", "title": "R", "stage": "x", **sent}
    ]
    rows = made(given).want("objects.opportunity")
    assert bool(ids(rows, "opportunity_id", derived_by="renewal_opportunity_opens")) is is_open


def test_a_subscription_that_follows_takes_its_place(made: Made) -> None:
    follows = {**TERM, "subscription_id": "next", "starts_at": "2026-08-15", "ends_at": None, "auto_renew": None}
    assert made(subscribed(follows, **ENDING)).want("objects.opportunity").height == 0
    assert made(subscribed(**{**ENDING, "cancel_at": "2026-08-15"})).want("objects.opportunity").height == 0


def test_a_contract_without_subscription_is_renewed_too(made: Made) -> None:
    contract = {
        "contract_id": "c",
        "company_id": "acme",
        "name": "Care",
        "signed_on": "2025-07-20",
        "term_type": "fixed",
    }
    contract |= {"starts_on": "2025-07-20", "ends_on": "2026-07-20", "currency": "EUR"}
    given = {"objects.company": [COMPANY], "sourced.contract": [contract], "sourced.opportunity": []}
    given |= {"sourced.subscription": [], "sourced.subscription_version": []}
    assert made(given).want("objects.opportunity")["title"].to_list() == ["Renewal of Care on 2026-07-20"]
    given["sourced.contract"] = [{**contract, "auto_renew": True}]
    assert made(given).want("objects.opportunity").height == 0


# --- likelihood and loss --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "on", "off"),
    [
        ({}, Decimal("0.5"), Decimal("0.5")),
        ({"renewal_likelihood": "0.8"}, Decimal("0.8"), Decimal("0.8")),
        ({"cancel_at": "2027-01-01"}, Decimal(0), Decimal("0.5")),
        ({"cancel_at": "2027-06-01"}, Decimal("0.5"), Decimal("0.5")),
        ({"status": "canceled", "ends_at": "2026-01-01"}, None, None),
    ],
)
def test_a_cancel_date_ends_the_likelihood_of_renewal(
    made: Made, change: dict[str, Any], on: Decimal | None, off: Decimal | None
) -> None:
    given = subscribed(**{"starts_at": "2026-03-10", "ends_at": "2027-03-10", **change})
    assert made(given).want("objects.subscription")["renewal_likelihood"].to_list() == [on]
    found = made(given, cancel_date_ends_likelihood=False)
    assert found.want("objects.subscription")["renewal_likelihood"].to_list() == [off]
    contract = {
        "contract_id": "c",
        "company_id": "acme",
        "name": "C",
        "signed_on": "2026-01-01",
        "ends_on": "2027-01-01",
    }
    for cancel_on, likelihood in (("2026-12-31", 0), (None, Decimal("0.5"))):
        given["sourced.contract"] = [{**contract, "cancel_on": cancel_on}]
        assert made(given).want("objects.contract")["renewal_likelihood"].to_list() == [likelihood]


LOSS = {"churn_event_id": "e", "company_id": "acme", "churned_on": "2026-05-01", "sets_licenses_lost": True}


def test_a_churn_event_ends_what_is_ongoing(made: Made) -> None:
    given = subscribed(ends_at=None, auto_renew=None, version={"valid_to": None})
    row = made(given | {"objects.churn_event": [LOSS]}).want("objects.subscription").row(0, named=True)
    assert (row["status"], row["renewal_status"], row["ends_at"]) == ("canceled", "lost", datetime(2026, 5, 1))
    untouched = made(given).want("objects.subscription").row(0, named=True)
    assert (untouched["status"], untouched["renewal_status"], untouched["ends_at"]) == ("active", None, None)
    for change in (
        {"sets_licenses_lost": False},
        {"sets_licenses_lost": None},
        {"is_downgrade_only": True},
        {"source_deleted_at": "2026-06-01"},
        {"subscription_id": "other"},
        {"company_id": "other"},
    ):
        found = made(given | {"objects.churn_event": [{**LOSS, **change}]}).want("objects.subscription")
        assert found.equals(made(given).want("objects.subscription")), change
    off = made(given | {"objects.churn_event": [LOSS]}, churn_event_ends_subscriptions=False)
    assert off.want("objects.subscription").equals(made(given).want("objects.subscription"))


def test_the_loss_counts_as_revenue_lost(made: Made) -> None:
    given = subscribed(ends_at=None, auto_renew=None, version={"valid_to": None})
    months = made(given | {"objects.churn_event": [LOSS]}).want("marts.company_month").sort("month")
    assert months.filter(pl.col("churn") != 0)["month"].to_list() == [date(2026, 5, 1)]


# --- contracts, invoices --------------------------------------------------------------------------------------------


def test_the_status_of_a_contract_follows_its_dates(made: Made) -> None:
    contract = {"contract_id": "c", "company_id": "acme", "name": "C", "status": "draft", "signed_on": "2026-01-01"}
    given = {"sourced.contract": [{**contract, "starts_on": "2026-01-01"}], "sourced.subscription": []}
    assert made(given).want("objects.contract")["status"].to_list() == ["live"]
    assert made(given, contract_status_follows_dates=False).want("objects.contract")["status"].to_list() == ["draft"]


BILL = {
    "invoice_id": "i",
    "company_id": "acme",
    "status": "open",
    "currency": "EUR",
    "total": 100,
    "due_on": "2026-06-29",
}


def test_an_invoice_becomes_overdue(made: Made) -> None:
    given = {"sourced.invoice": [BILL]}
    assert made(given).want("objects.invoice")["status"].to_list() == ["overdue"]
    assert made(given, invoice_becomes_overdue=False).want("objects.invoice")["status"].to_list() == ["open"]
    for change in ({"status": "paid"}, {"due_on": "2026-07-01"}):
        (status,) = made({"sourced.invoice": [{**BILL, **change}]}).want("objects.invoice")["status"].to_list()
        assert status != "overdue"


def test_a_payment_schedule_calls_for_invoices_until_real_ones_answer(made: Made) -> None:
    contract = {"contract_id": "c", "company_id": "acme", "name": "C", "signed_on": "2026-01-01", "currency": "EUR"}
    contract |= {"starts_on": "2026-01-01", "due_days": 10}
    parts = [
        {"contract_payment_schedule_id": f"p{month}", "contract_id": "c", "due_on": f"2026-{month}-11", "amount": 500}
        for month in ("03", "09")
    ]
    given: dict[str, Any] = {"sourced.contract": [contract], "sourced.contract_payment_schedule": parts}
    given |= {"sourced.subscription": [], "sourced.invoice": [], "sourced.expected_invoice": []}
    found = made(given)
    rows = found.want("objects.invoice").sort("due_on")
    assert rows.select("issued_on", "due_on", "total", "currency", "status", "is_generated", "derived_by").rows() == [
        (date(2026, 3, 1), date(2026, 3, 11), 500, "EUR", "scheduled", True, "expected_invoices"),
        (date(2026, 9, 1), date(2026, 9, 11), 500, "EUR", "scheduled", True, "expected_invoices"),
    ]
    assert made(given, expected_invoices=False).want("objects.invoice").height == 0
    real = {**BILL, "issued_on": "2026-03-04", "contract_id": "c", "total": 595, "status": "paid"}
    answered = made(given | {"sourced.invoice": [real]})
    assert ids(answered.want("objects.invoice"), "is_generated") == [False, True]
    assert ids(answered.want("objects.expected_invoice"), "invoice_id", invoice_id="i") == ["i"]
    late = made(given | {"sourced.invoice": [{**real, "issued_on": "2026-03-20"}]})
    assert ids(late.want("objects.invoice"), "is_generated") == [False, True, True]


def test_a_subscription_calls_for_an_invoice_each_billing_period(made: Made) -> None:
    given = subscribed(ends_at=None, auto_renew=None, version={"valid_to": None})
    given["objects.subscription_discount"] = [
        {"subscription_id": "sub", "percent_off": 50, "duration": "repeating"}
        | {"starts_at": "2026-05-10", "ends_at": "2026-06-10"}
    ]
    given |= {"sourced.invoice": [], "sourced.expected_invoice": []}
    window = {"expected_invoice_months_back": 3, "expected_invoice_months_ahead": 2}
    rows = made(given, **window).want("objects.expected_invoice").sort("issue_on")
    assert rows.select("issue_on", "amount").rows() == [
        (date(2026, 4, 10), 100),
        (date(2026, 5, 10), 50),
        (date(2026, 6, 10), 100),
        (date(2026, 7, 10), 100),
        (date(2026, 8, 10), 100),
    ]
    assert rows["period_end"].to_list()[0] == datetime(2026, 5, 10)
    given["sourced.invoice"] = [
        {**BILL, "invoice_id": f"i{month}", "subscription_id": "sub", "issued_on": f"2026-0{month}-10"}
        for month in (4, 6)
    ]
    answers = made(given, **window).want("objects.expected_invoice").sort("issue_on")["invoice_id"].to_list()
    assert answers == ["i4", None, "i6", None, None]


def test_a_contract_with_a_billing_interval_alone_is_paid_in_equal_parts(made: Made) -> None:
    contract = {"contract_id": "c", "company_id": "acme", "name": "C", "signed_on": "2026-01-01", "currency": "EUR"}
    contract |= {"starts_on": "2026-01-31", "length_months": 3, "billing_interval": "month", "contract_value": 100}
    given: dict[str, Any] = {"sourced.contract": [contract], "sourced.subscription": [], "sourced.invoice": []}
    given["sourced.expected_invoice"] = []
    rows = made(given).want("objects.expected_invoice").sort("issue_on")
    assert rows.select("issue_on", "amount").rows() == [
        (date(2026, 1, 31), Decimal("33.33")),
        (date(2026, 2, 28), Decimal("33.33")),
        (date(2026, 3, 31), Decimal("33.34")),
    ]
