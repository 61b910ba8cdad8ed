"""What a signed contract is worth a month where neither a subscription nor a won opportunity says so."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from revenue_rows import moves

if TYPE_CHECKING:
    from conftest import Bench

RULE = "signed_contract_makes_revenue"


def signed(number: int, starts_on: str, ends_on: str | None, value: str, **fields: Any) -> dict[str, Any]:
    return {
        "contract_id": f"crm:{number}",
        "source_record_id": str(number),
        "company_id": "a",
        "name": f"Contract {number}",
        "signed_on": starts_on,
        "starts_on": starts_on,
        "ends_on": ends_on,
        "contract_value": value,
        "currency": "EUR",
        **fields,
    }


def tables(*contracts: dict[str, Any], as_of: str = "2024-06-30T12:00:00", **more: Any) -> dict[str, Any]:
    sourced = {f"sourced.{name}": [] for name in ("opportunity", "subscription", "subscription_version", "sale")}
    return sourced | {
        "meta.run": [{"as_of": datetime.fromisoformat(as_of)}],
        "objects.company": [{"company_id": "a", "name": "A"}],
        "sourced.contract": list(contracts),
        **more,
    }


def test_a_year_is_spread_over_its_months(bench: type[Bench]) -> None:
    made = bench(tables(signed(1, "2024-01-20", "2025-01-20", "1200")))
    assert moves(made.want("marts.company_month")) == ["2024-01 new 100.00"]
    subscription = made.want("objects.subscription").row(0, named=True)
    assert (subscription["contract_id"], subscription["derived_by"]) == ("crm:1", RULE)
    assert subscription["value"] == 1200
    assert made.offenders("derived_revenue_stands_alone").is_empty()


def test_a_term_of_days_counts_by_its_days(bench: type[Bench]) -> None:
    made = bench(tables(signed(1, "2024-01-01", "2024-04-10", "1000")))
    assert moves(made.want("marts.company_month")) == ["2024-01 new 304.17", "2024-04 churn 304.17"]


def test_what_is_one_time_is_left_out(bench: type[Bench]) -> None:
    deal = {
        "opportunity_id": "crm:9",
        "company_id": "a",
        "title": "Deal",
        "stage": "s",
        "status": "open",
        "one_time_amount": "300",
    }
    contract = signed(1, "2024-01-01", "2025-01-01", "1500", opportunity_id="crm:9")
    made = bench(tables(contract) | {"sourced.opportunity": [deal]})
    assert moves(made.want("marts.company_month")) == ["2024-01 new 100.00"]


def test_it_renews_by_itself_until_it_is_called_off(bench: type[Bench]) -> None:
    contract = signed(1, "2023-01-01", "2024-01-01", "1200", auto_renew=True, length_months=12)
    assert moves(bench(tables(contract)).want("marts.company_month")) == ["2023-01 new 100.00"]
    called_off = contract | {"cancel_on": "2023-11-01"}
    assert moves(bench(tables(called_off)).want("marts.company_month")) == [
        "2023-01 new 100.00",
        "2023-11 churn 100.00",
    ]


def test_one_without_end_goes_on(bench: type[Bench]) -> None:
    contract = signed(1, "2023-01-01", None, "600", term_type="evergreen", length_months=6)
    assert moves(bench(tables(contract)).want("marts.company_month")) == ["2023-01 new 100.00"]


@pytest.mark.parametrize(
    "fields",
    [
        {"signed_on": None},
        {"signed_on": "2024-07-01"},
        {"contract_value": "0"},
        {"starts_on": None},
        {"ends_on": None},
        {"source_deleted_at": "2024-02-01T00:00:00"},
    ],
)
def test_what_is_not_agreed_makes_nothing(bench: type[Bench], fields: dict[str, Any]) -> None:
    made = bench(tables(signed(1, "2024-01-01", "2025-01-01", "1200") | fields))
    assert made.want("objects.subscription").is_empty()


def test_a_subscription_or_a_won_opportunity_goes_before(bench: type[Bench]) -> None:
    contract = signed(1, "2024-01-01", "2025-01-01", "1200")
    deal = {"opportunity_id": "crm:9", "company_id": "a", "title": "Deal", "stage": "s", "status": "won", "mrr": "70"}
    won = tables(contract) | {"sourced.opportunity": [deal | {"closed_at": "2024-02-01T00:00:00", "currency": "EUR"}]}
    assert moves(bench(won).want("marts.company_month")) == ["2024-02 new 70.00"]
    sent = {"subscription_id": "s", "company_id": "a", "status": "active", "starts_at": "2024-03-01", "currency": "EUR"}
    made = bench(tables(contract) | {"sourced.subscription": [sent]})
    assert made.want("objects.subscription")["derived_by"].to_list() == [None]


def test_the_contract_says_how_it_is_billed(bench: type[Bench]) -> None:
    """A yearly value in monthly parts calls each month, and not once more for the derived subscription."""
    contract = signed(1, "2024-01-01", "2025-01-01", "1200", billing_interval="month", length_months=12)
    called = bench(tables(contract, as_of="2024-03-15T00:00:00")).want("behaviour.called_for_invoice")
    assert called["subscription_id"].to_list() == [None] * called.height
    assert called.filter(called["is_in_window"])["amount"].unique().to_list() == [100]


def test_the_rule_can_be_switched_off(made: Any) -> None:
    given = tables(signed(1, "2024-01-01", "2025-01-01", "1200"))
    assert made(given, **{RULE: False}).want("objects.subscription").is_empty()
