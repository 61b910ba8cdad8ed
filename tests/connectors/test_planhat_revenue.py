"""Planhat's money: licenses, deals, sales, invoices and churn mean what they mean there, exactly."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.connectors.conftest import Judged
from tests.connectors.planhat_cases import SAMPLE, by_id, oid, write

PRICE = ("unit_amount", "billing_interval", "interval_count")


def test_licenses_are_subscriptions(judged: Judged) -> None:
    rows = by_id(judged("planhat", "subscription", SAMPLE)[0])
    seen = ("status", "renewal_status", "ends_at", "auto_renew", "notice_period_days", "is_open_ended", "value")
    assert {key: tuple(rows[key][name] for name in seen) for key in rows} == {
        oid(4, 1): ("active", "ongoing", datetime(2026, 7, 1), True, 90, False, Decimal(16000)),
        oid(4, 2): ("active", "ongoing", datetime(2026, 10, 1), False, 30, False, Decimal(12000)),  # last day included
        oid(4, 3): ("canceled", "lost", datetime(2026, 4, 1), False, None, False, Decimal("9999.99")),
        oid(4, 4): ("active", "ongoing", None, None, 14, True, None),
        oid(4, 5): ("active", "renewed", datetime(2025, 7, 1), False, None, False, Decimal(14400)),
        oid(4, 6): ("active", "ongoing", datetime(2027, 1, 1), True, 90, False, Decimal(120000)),
        oid(10, 1): ("active", "ongoing", datetime(2027, 4, 1), True, 30, False, Decimal(9600)),
    }
    assert rows[oid(4, 3)]["cancel_at"] == datetime(2026, 4, 1)
    assert rows[oid(4, 1)]["currency"] == "EUR"  # an object in a list, a word elsewhere
    assert rows[oid(10, 1)]["opportunity_id"] == oid(9, 1)
    assert oid(10, 3) not in rows  # its deal is not won


def test_a_fixed_term_costs_its_value_and_an_open_one_its_month(judged: Judged) -> None:
    rows = by_id(judged("planhat", "subscription_version", SAMPLE)[0])
    price = {key[:24]: tuple(row[name] for name in PRICE) for key, row in rows.items()}
    assert price[oid(4, 1)] == (Decimal(16000), "month", 12)  # not 12 x 1333.3333333333333
    assert price[oid(4, 3)] == (Decimal("9999.99"), "month", 12)
    assert price[oid(4, 4)] == (Decimal("499.95"), "month", 1)


LICENSE = {"companyId": oid(1, 1), "_currency": "EUR", "fromDate": "2026-01-01T00:00:00.000Z", "fixedPeriod": True}
ODD_LICENSES = {
    "a refund": {"toDate": "2026-03-01T00:00:00.000Z", "value": -300, "mrr": -150, "length": 2},
    "a term of days": {"toDate": "2026-01-16T00:00:00.000Z", "value": 30, "length": 0.4918},
    "a broken length": {"toDate": "2026-02-16T00:00:00.000Z", "value": 150, "mrr": 99.99999999999999, "length": 1.5},
    "two days only": {"toDate": "2027-06-30T23:59:59.999Z", "value": 18000.18},
    "a year's worth": {"toDate": "2027-01-01T00:00:00.000Z", "arr": 1e3},
    "open": {"fixedPeriod": False, "mrr": 12.345678901234567},
    "two notice words": {"toDate": "2026-03-01T00:00:00.000Z", "value": 2, "length": 2, "noticePeriod": "a while"},
    "not a number": {"toDate": "2026-03-01T00:00:00.000Z", "value": "1,5 k", "length": 2},
    "worthless": {"toDate": "2026-03-01T00:00:00.000Z", "length": 2},
    "no currency": {"toDate": "2026-03-01T00:00:00.000Z", "value": 2, "length": 2, "_currency": None},
    "half lost": {"toDate": "2026-03-01T00:00:00.000Z", "value": 2, "length": 2, "renewalStatus": "maybe"},
}


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Licenses as people make them, and broken ones."""
    licenses = [LICENSE | {"_id": name} | fields for name, fields in ODD_LICENSES.items()]
    return write(tmp_path_factory.mktemp("odd") / "planhat", {"licenses.json": licenses})


def test_terms_that_are_no_whole_months(odd: Path, judged: Judged) -> None:
    rows, reasons = judged("planhat", "subscription_version", odd)
    price = {row["subscription_id"]: tuple(row[name] for name in PRICE) for row in rows.to_dicts()}
    assert price == {
        "a refund": (Decimal(-300), "month", 2),
        "a term of days": (Decimal(30), "day", 15),
        "a broken length": (Decimal(100), "month", 1),
        "two days only": (Decimal("18000.18"), "month", 18),
        "a year's worth": (Decimal(1000), "year", 1),
        "open": (Decimal("12.345678901235"), "month", 1),
        "two notice words": (Decimal(2), "month", 2),
        "half lost": (Decimal(2), "month", 2),
    }
    assert sorted(reasons) == [
        "currency is missing",
        "unit_amount is missing",
        'unit_amount: "1,5 k" is not a decimal number with at most 12 places',
    ]


def test_a_license_that_cannot_be_read_is_set_aside_with_the_reason(odd: Path, judged: Judged) -> None:
    rows, reasons = judged("planhat", "subscription", odd)
    assert {row["source_record_id"] for row in rows.to_dicts()} == set(ODD_LICENSES) - {
        "two notice words",
        "not a number",
        "no currency",
        "half lost",
    }
    assert sorted(reason.split(":")[0] for reason in reasons) == [
        "currency is missing",
        "notice_period_days",
        "renewal_status",
        "value",
    ]


def test_sales_invoices_and_their_lines(judged: Judged) -> None:
    sales = judged("planhat", "sale", SAMPLE)[0].select("source_record_id", "sold_on", "amount", "product_id").rows()
    assert sales == [
        (oid(7, 1), date(2025, 7, 3), Decimal("4500.5"), oid(5, 2)),
        (oid(10, 2), date(2026, 4, 1), Decimal(1200), oid(5, 2)),  # the fee of a deal that was won
    ]
    invoices = by_id(judged("planhat", "invoice", SAMPLE)[0])
    seen = ("issued_on", "due_on", "status", "is_generated", "amount_due", "subscription_id")
    assert [tuple(invoices[oid(8, number)][name] for name in seen) for number in (1, 2)] == [
        (date(2025, 7, 1), date(2025, 7, 31), "paid", True, Decimal(0), oid(4, 1)),
        (date(2026, 6, 1), date(2026, 7, 1), "open", False, Decimal("999.9"), None),
    ]
    lines = judged("planhat", "invoice_line", SAMPLE)[0].select("source_record_id", "amount", "currency").rows()
    assert lines == [
        (f"{oid(8, 1)}:{oid(4, 1)}", Decimal(16000), "EUR"),
        (f"{oid(8, 2)}:{oid(4, 4)}", Decimal("499.95"), "GBP"),
        (f"{oid(8, 2)}:{oid(4, 4)}:2", Decimal("499.95"), "GBP"),
    ]


def test_products_by_catalogue_and_by_name(judged: Judged) -> None:
    products = judged("planhat", "product", SAMPLE)[0].select("source_record_id", "sku", "name").rows()
    assert products == [
        (oid(5, 1), "CORE", "Core platform"),
        (oid(5, 2), "ONB", "Onboarding"),
        ("Analytics add-on", "Analytics add-on", "Analytics add-on"),
        ("Storage", "Storage", "Storage"),
    ]


def test_opportunities_and_deals(judged: Judged) -> None:
    rows = by_id(judged("planhat", "opportunity", SAMPLE)[0])
    seen = ("status", "stage", "opportunity_type", "amount", "mrr", "probability", "contract_length_months")
    assert {key: tuple(row[name] for name in seen) for key, row in rows.items()} == {
        oid(6, 1): ("won", "Closed", "renewal", Decimal("20500.5"), Decimal("1333.3333"), Decimal(1), 12),
        oid(6, 2): ("open", "Proposal", "upsell", Decimal(3000), Decimal(250), Decimal("0.4"), 12),
        oid(6, 3): ("lost", "Negotiation", "renewal", Decimal("9999.96"), Decimal("833.33"), None, 12),
        oid(9, 1): ("won", "Closed Won", "new_business", Decimal(10800), Decimal(800), None, None),
        oid(9, 2): ("open", "Discovery", None, Decimal(3600), Decimal(300), None, None),
    }
    assert rows[oid(6, 3)]["lost_reason"] == "Price"
    assert rows[oid(6, 1)]["stage_entered_at"] == datetime(2025, 6, 18, 14)
    stays = judged("planhat", "opportunity_stage_history", SAMPLE)[0].select("stage", "entered_at").rows()
    assert stays == [("Qualified", datetime(2025, 5, 1, 8)), ("Closed", datetime(2025, 6, 18, 14))]


def test_churn_is_a_log_that_takes_no_license_away(judged: Judged) -> None:
    (row,) = judged("planhat", "churn_event", SAMPLE)[0].to_dicts()
    assert (row["churned_on"], row["amount"], row["currency"]) == (date(2026, 3, 31), Decimal("833.3325"), "USD")
    assert (row["primary_reason"], row["secondary_reason"]) == ("Budget", "Product performance")
    assert (row["sets_licenses_lost"], row["is_downgrade_only"]) == (False, False)
    assert row["replacement"] == "In-house build"
