"""What follows from a won opportunity that nothing else names, and what a contract's or invoice's dates say."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from revenue_rows import by_month, moves

from models.policy import loading

if TYPE_CHECKING:
    from conftest import Bench, RunModels

OBJECTS = ("objects.contract", "objects.subscription", "objects.subscription_version", "objects.sale")


def won(number: int, company: str | None, closed_at: str, **fields: Any) -> dict[str, Any]:
    return {
        "opportunity_id": f"crm:{number}",
        "source_system": "crm",
        "source_record_id": str(number),
        "company_id": company,
        "title": f"Deal {number}",
        "status": "won",
        "stage": "closed",
        "currency": "EUR",
        "closed_at": closed_at,
        **fields,
    }


def tables(*opportunities: dict[str, Any], as_of: str = "2024-06-30T12:00:00", **more: Any) -> dict[str, Any]:
    sourced = {f"sourced.{name}": [] for name in ("contract", "subscription", "subscription_version", "sale")}
    companies = {o["company_id"] for o in opportunities if o["company_id"]}
    return sourced | {
        "meta.run": [{"as_of": datetime.fromisoformat(as_of)}],
        "objects.company": [{"company_id": company, "name": company} for company in sorted(companies)],
        "sourced.opportunity": list(opportunities),
        **more,
    }


def derived(frame: pl.DataFrame) -> list[str]:
    return sorted(frame.filter(pl.col("derived_by") == "won_opportunity")["source_record_id"])


def test_contract_subscription_and_sale(bench: type[Bench]) -> None:
    deal = won(1, "a", "2024-01-20T15:00:00", mrr=100, one_time_amount=500, amount=1700, contract_length_months=12)
    made = bench(tables(deal))
    contract = made.want("objects.contract").row(0, named=True)
    assert (contract["name"], contract["status"], contract["term_type"]) == ("Deal 1", "live", "fixed")
    assert (f"{contract['starts_on']}", f"{contract['ends_on']}") == ("2024-01-20", "2025-01-20")
    assert (contract["contract_value"], contract["derived_by"]) == (1700, "won_opportunity")
    subscription = made.want("objects.subscription").row(0, named=True)
    assert (subscription["contract_id"], subscription["opportunity_id"]) == (contract["contract_id"], "crm:1")
    assert (subscription["source_system"], subscription["source_record_id"]) == ("crm", "1")
    sale = made.want("objects.sale").row(0, named=True)
    assert (sale["amount"], f"{sale['sold_on']}") == (500, "2024-01-20")
    assert moves(made.want("marts.company_month")) == ["2024-01 new 100.00"]
    assert made.offenders("derived_revenue_stands_alone").height == 0


def test_term_ends_and_open_end(bench: type[Bench]) -> None:
    made = bench(
        tables(
            won(1, "a", "2023-01-31T00:00:00", mrr=10, contract_length_months=1),
            won(2, "b", "2023-01-31T00:00:00", mrr=20),
            won(3, "c", "2023-01-31T00:00:00", one_time_amount=30, currency=None),
        )
    )
    assert moves(made.want("marts.company_month").filter(company_id="a")) == [
        "2023-01 new 10.00",
        "2023-02 churn 10.00",
    ]
    assert by_month(made.want("marts.company_month").filter(company_id="b"), "mrr")[-1] == "2024-06 20.00"
    contracts = {row["company_id"]: row for row in made.want("objects.contract").iter_rows(named=True)}
    assert [contracts[name]["status"] for name in "abc"] == ["ended", "live", "live"]
    assert [contracts[name]["term_type"] for name in "abc"] == ["fixed", "evergreen", "evergreen"]
    assert contracts["c"]["currency"] == "EUR"
    assert derived(made.want("objects.subscription")) == ["1", "2"]
    assert made.want("objects.subscription").sort("subscription_id")["status"].to_list() == ["canceled", "active"]


def test_a_won_renewal_takes_the_place_of_what_was_before(bench: type[Bench]) -> None:
    made = bench(
        tables(
            won(1, "a", "2023-01-10T00:00:00", mrr=100, contract_length_months=12, opportunity_type="new_business"),
            won(2, "a", "2023-06-10T00:00:00", mrr=20, opportunity_type="upsell"),
            won(3, "a", "2023-12-20T00:00:00", mrr=130, contract_length_months=12, opportunity_type="renewal"),
            won(4, "a", "2024-02-20T00:00:00", mrr=90, opportunity_type="downsell"),
        )
    )
    assert moves(made.want("marts.company_month")) == [
        "2023-01 new 100.00",
        "2023-06 expansion 20.00",
        "2023-12 expansion 10.00",
    ]


@pytest.mark.parametrize(
    ("given", "row"),
    [
        ("sourced.subscription", {"subscription_id": "bill:s", "opportunity_id": "crm:1", "company_id": "z"}),
        ("sourced.subscription", {"subscription_id": "bill:s", "company_id": "a"}),
    ],
)
def test_a_real_one_takes_its_place(bench: type[Bench], given: str, row: dict[str, Any]) -> None:
    deal = won(1, "a", "2024-01-20T15:00:00", mrr=100, one_time_amount=500)
    row |= {"status": "active", "starts_at": "2024-01-01", "currency": "EUR"}
    made = bench(tables(deal, **{given: [row]}))
    assert [derived(made.want(name)) for name in OBJECTS] == [[], [], [], []]


def test_a_real_contract_takes_the_place_of_the_derived_one_alone(bench: type[Bench]) -> None:
    deal = won(1, "a", "2024-01-20T15:00:00", mrr=100, one_time_amount=500)
    contract = {"contract_id": "crm:k", "opportunity_id": "crm:1", "company_id": "a", "name": "K"}
    made = bench(tables(deal, **{"sourced.contract": [contract]}))
    assert [derived(made.want(name)) for name in OBJECTS] == [[], ["1"], ["1"], ["1"]]
    assert made.want("objects.subscription")["contract_id"].to_list() == ["crm:k"]
    assert made.offenders("derived_revenue_stands_alone").height == 0


def test_only_won_ones_of_a_known_company_and_only_if_wanted(run_models: RunModels, tmp_path: Path) -> None:
    deals = [
        won(1, "a", "2024-01-20T15:00:00", mrr=100, status="open"),
        won(2, None, "2024-01-20T15:00:00", mrr=100),
        won(3, "b", "2024-01-20T15:00:00", mrr=100, source_deleted_at="2024-02-01"),
    ]
    for found in run_models(tables(*deals), *OBJECTS).values():
        assert found.height == 0
    wanted = won(4, "c", "2024-01-20T15:00:00", mrr=100, one_time_amount=5)
    for found in run_models(tables(wanted), *OBJECTS).values():
        assert found.height == 1
    switch = "won_opportunity_makes_revenue = "
    shipped = (loading.HERE / "behaviour.toml").read_text()
    (tmp_path / "behaviour.toml").write_text(shipped.replace(switch + "true", switch + "false"))
    for found in run_models(tables(wanted), *OBJECTS, config=tmp_path).values():
        assert found.height == 0


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"signed_on": "2023-01-01", "starts_on": "2023-01-01", "ends_on": "2024-06-30"}, "ended"),
        ({"signed_on": "2023-01-01", "starts_on": "2023-01-01", "ends_on": "2024-07-01"}, "live"),
        ({"starts_on": "2023-01-01"}, "draft"),
        ({"signed_on": "2024-06-01", "starts_on": "2024-07-01"}, "scheduled"),
        (
            {"signed_on": "2023-01-01", "starts_on": "2023-06-30", "term_type": "fixed", "length_months": 12},
            "out_of_contract",
        ),
        (
            {"signed_on": "2023-01-01", "starts_on": "2023-06-30", "term_type": "fixed", "length_months": 12}
            | {"auto_renew": True},
            "live",
        ),
        ({"signed_on": "2023-01-01", "starts_on": "2023-07-01", "term_type": "evergreen"}, "live"),
    ],
)
def test_contract_status(run_models: RunModels, fields: dict[str, Any], status: str) -> None:
    given = tables(**{"sourced.contract": [{"contract_id": "crm:1", "name": "K"} | fields]})
    assert run_models(given, "objects.contract")["objects.contract"]["status"].to_list() == [status]


def test_overdue_invoices(run_models: RunModels) -> None:
    rows = [
        {"invoice_id": number, "status": status, "due_on": due, "currency": "EUR", "total": 1}
        for number, (status, due) in enumerate(
            [
                ("open", "2024-06-29"),
                ("partly_paid", "2024-06-29"),
                ("open", "2024-06-30"),
                ("paid", "2024-06-29"),
                ("void", "2024-06-29"),
                ("open", None),
            ]
        )
    ]
    found = run_models(tables(**{"sourced.invoice": rows}), "objects.invoice")["objects.invoice"]
    assert found.sort("invoice_id")["status"].to_list() == ["overdue", "overdue", "open", "paid", "void", "open"]
