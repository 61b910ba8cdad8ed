"""One test per rule of the behaviour policy: on, off, and undone when its cause goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from models.policy import loading

if TYPE_CHECKING:
    from conftest import Bench

Made = Callable[..., "Bench"]
AS_OF = datetime(2026, 7, 1)


@pytest.fixture
def made(bench: type[Bench], tmp_path: Path) -> Made:
    """`made(tables, switch=False, ...)`: a bench with some settings of the behaviour policy changed."""

    def make(given: Mapping[str, Any], **settings: object) -> Bench:
        text = (loading.HERE / "behaviour.toml").read_text()
        for name, value in settings.items():
            kept = [line for line in text.splitlines() if not line.startswith(f"{name} =")]
            assert len(kept) == len(text.splitlines()) - 1, name
            text = "\n".join([*kept, f"{name} = {str(value).lower()}"])
        (tmp_path / "behaviour.toml").write_text(text)
        return bench({"meta.run": [{"as_of": AS_OF}], **given}, tmp_path)

    return make


def ids(frame: pl.DataFrame, column: str, **wanted: object) -> list[Any]:
    for name, value in wanted.items():
        frame = frame.filter(pl.col(name) == value)
    return sorted(frame[column].to_list())


COMPANY = {"company_id": "acme", "name": "Acme", "owner_id": "us"}
TERM = {
    "subscription_id": "sub",
    "company_id": "acme",
    "status": "active",
    "currency": "EUR",
    "starts_at": "2024-03-10",
    "ends_at": "2025-03-10",
    "auto_renew": True,
}
VERSION = {
    "subscription_id": "sub",
    "item": "seats",
    "valid_from": "2024-03-10",
    "valid_to": "2025-03-10",
    "status": "active",
    "quantity": 5,
    "unit_amount": 20,
    "currency": "EUR",
    "billing_interval": "month",
    "interval_count": 1,
    "is_metered": False,
}


def subscribed(*others: dict[str, Any], version: dict[str, Any] | None = None, **term: Any) -> dict[str, Any]:
    return {
        "objects.company": [COMPANY],
        "sourced.subscription": [{**TERM, **term}, *others],
        "sourced.subscription_version": [{**VERSION, **(version or {})}],
        "sourced.opportunity": [],
        "sourced.contract": [],
    }


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


# --- tasks, tickets, people -----------------------------------------------------------------------------------------

TASK = {
    "task_id": "t",
    "description": "Call Ann",
    "task_type": "Call",
    "status": "done",
    "completed_at": "2026-06-01",
    "owner_id": "us",
}


def test_a_task_that_is_done_is_a_conversation(made: Made) -> None:
    link = {"task_id": "t", "contact_id": "ann"}
    given: dict[str, Any] = {
        "sourced.task": [TASK],
        "sourced.task_link": [link],
        "objects.task_link": [link],
        "objects.job_role": [{"contact_id": "ann", "company_id": "acme", "is_primary": True}],
        "sourced.conversation": [],
        "sourced.conversation_participant": [],
        "objects.company": [COMPANY],
    }
    found = made(given)
    (row,) = found.want("objects.conversation").to_dicts()
    assert (row["conversation_type"], row["subject"], row["company_id"]) == ("call", "Call Ann", "acme")
    assert (row["task_id"], row["derived_by"]) == ("t", "done_task_is_conversation")
    people = found.want("objects.conversation_participant")
    assert sorted(people.select("contact_id", "team_member_id", "role").rows(), key=str) == [
        ("ann", None, "to"),
        (None, "us", "from"),
    ]
    timeline = found.want("marts.timeline")
    assert timeline.select("kind", "company_id", "contact_id").rows() == [("call", "acme", "ann")]
    assert made(given, done_task_is_conversation=False).want("objects.conversation").height == 0
    for change in ({"status": "to_do"}, {"source_deleted_at": "2026-06-02"}):
        undone = made(given | {"sourced.task": [{**TASK, **change}]})
        assert undone.want("objects.conversation").height == 0


def test_a_ticket_that_asks_for_more_is_a_signal(made: Made) -> None:
    ticket = {
        "ticket_id": "t",
        "requester_id": "ann",
        "company_id": "acme",
        "status": "open",
        "opened_at": "2026-06-01",
    }
    given: dict[str, Any] = {
        "sourced.ticket": [{**ticket, "subject": "We need More Seats"}],
        "sourced.signal": [],
    }
    found = made(given)
    assert found.want("objects.ticket")["is_expansion_signal"].to_list() == [True]
    (row,) = found.want("objects.signal").to_dicts()
    assert (row["signal_type"], row["contact_id"], row["company_id"]) == ("expansion_request", "ann", "acme")
    assert (row["topic"], row["derived_by"]) == ("more seats", "ticket_asks_for_more")
    assert made(given, ticket_asks_for_more=False).want("objects.signal").height == 0
    assert made(given, ticket_asks_for_more=False).want("objects.ticket")["is_expansion_signal"].to_list() == [False]
    quiet = made(given | {"sourced.ticket": [{**ticket, "subject": "It is slow"}]})
    assert quiet.want("objects.signal").height == 0


def test_what_a_visitor_did_belongs_to_who_it_turned_out_to_be(made: Made) -> None:
    seen = {"anonymous_id": "a1", "signal_type": "page_view", "occurred_at": "2026-06-01"}
    given: dict[str, Any] = {
        "sourced.signal": [seen],
        "objects.visitor": [{"anonymous_id": "a1", "contact_id": "ann"}],
        "objects.job_role": [{"contact_id": "ann", "company_id": "acme", "is_primary": True}],
        "sourced.ticket": [],
    }
    assert made(given).want("objects.signal").select("contact_id", "company_id").rows() == [("ann", "acme")]
    off = made(given, visitor_becomes_known=False)
    assert off.want("objects.signal").select("contact_id", "company_id").rows() == [(None, None)]
    two = [{"anonymous_id": "a1", "contact_id": who} for who in ("ann", "bob")]
    assert made(given | {"objects.visitor": two}).want("objects.signal")["contact_id"].to_list() == [None]


def test_a_contact_known_by_address_belongs_to_the_company_with_that_domain(made: Made) -> None:
    given: dict[str, Any] = {
        "sourced.job_role": [],
        "objects.company_domain": [{"company_id": "acme", "domain": "acme.example"}],
        "objects.contact_email": [{"contact_id": "ann", "address": "ann@acme.example", "is_valid_syntax": True}],
    }
    rows = made(given).want("objects.job_role")
    assert rows.select("contact_id", "company_id", "derived_by").rows() == [("ann", "acme", "company_known_by_domain")]
    assert made(given, company_known_by_domain=False).want("objects.job_role").height == 0
    sent = [{"contact_id": "ann", "company_id": "other"}]
    assert ids(made(given | {"sourced.job_role": sent}).want("objects.job_role"), "company_id") == ["other"]


@pytest.mark.parametrize(
    ("term", "status"),
    [
        (None, "prospect"),
        ({"ends_at": None, "starts_at": "2026-08-01"}, "coming"),
        ({"ends_at": None}, "customer"),
        ({"ends_at": "2026-12-01", "canceled_at": "2026-05-01"}, "canceled"),
        ({"ends_at": "2025-12-01", "canceled_at": "2025-05-01", "status": "canceled"}, "lost"),
    ],
)
def test_the_status_of_a_customer_follows_its_subscriptions(
    made: Made, term: dict[str, Any] | None, status: str
) -> None:
    given = subscribed(**(term or {}))
    if term is None:
        given["sourced.subscription"] = []
    given["objects.company"] = [{**COMPANY, "lifecycle_phase": "Lost"}]
    assert made(given).want("intermediate.company_status")["customer_status"].to_list() == [status]
    off = made(given, customer_status_follows_subscriptions=False)
    assert off.want("intermediate.company_status")["customer_status"].to_list() == ["lost"]


def test_issues_are_ranked_by_what_their_companies_pay(made: Made) -> None:
    given = subscribed(ends_at=None, auto_renew=None, version={"valid_to": None})
    given["objects.issue"] = [
        {"issue_id": name, "title": name, "status_category": category}
        for name, category in (("small", "to_do"), ("big", "in_progress"), ("done", "done"))
    ]
    given["objects.issue_link"] = [{"issue_id": issue, "company_id": "acme"} for issue in ("big", "big", "done")]
    rows = made(given).want("marts.issue_value").sort("issue_id")
    assert rows.select("issue_id", "company_count", "combined_mrr", "combined_arr", "rank").rows() == [
        ("big", 1, 100, 1200, 1),
        ("done", 1, 100, 1200, None),
        ("small", 0, 0, 0, 2),
    ]


# --- calculated metrics ---------------------------------------------------------------------------------------------


def reading(subject: str, day: str, value: int, metric: str = "used", **more: Any) -> dict[str, Any]:
    kind, _, name = subject.partition(":")
    return {"subject_type": kind, f"{kind}_id": name, "metric": metric, "read_at": day, "value": value, **more}


READINGS = [
    reading("asset:a1", "2026-06-30T08:00", 10, company_id="acme"),
    reading("asset:a1", "2026-06-30T20:00", 4, company_id="acme"),
    reading("asset:a1", "2026-06-25", 8, company_id="acme"),
    reading("asset:a2", "2026-06-29", 6, company_id="acme"),
    reading("asset:a2", "2026-05-01", 100, company_id="acme"),
    reading("asset:a2", "2026-07-01", 100, company_id="acme"),
    reading("company:acme", "2026-06-30", 24, metric="bought"),
]


@pytest.mark.parametrize(("aggregation", "value"), [("sum", 12), ("average", 6), ("min", 4), ("max", 8), ("last", 4)])
def test_a_measure_over_the_last_days(bench: type[Bench], tmp_path: Path, aggregation: str, value: int) -> None:
    (tmp_path / "calculated_metric.toml").write_text(
        'reading = [{ metric = "*", per_day = "last" }]\nratio = []\n[[measure]]\nname = "m"\nmetric = "used"\n'
        f'subject = "asset"\naggregation = "{aggregation}"\ndays = 30\n'
    )
    given = {"sourced.metric_reading": READINGS, "meta.run": [{"as_of": AS_OF}]}
    # As-of is midnight: its day in the bench is the next one, whose readings are not counted yet.
    rows = bench(given, tmp_path).want("marts.calculated_metric").filter(pl.col("subject_id") == "a1")
    assert rows["value"].to_list() == [value]


def test_measures_are_rolled_up_and_divided_and_can_be_switched_off(bench: type[Bench], tmp_path: Path) -> None:
    (tmp_path / "calculated_metric.toml").write_text(
        'reading = [{ metric = "*", per_day = "last" }, { metric = "used", per_day = "sum" }]\n'
        '[[measure]]\nname = "used_30d"\nmetric = "used"\nsubject = "company"\naggregation = "max"\ndays = 30\n'
        'roll_up = "sum"\n'
        '[[measure]]\nname = "bought"\nmetric = "bought"\nsubject = "company"\naggregation = "last"\ndays = 30\n'
        '[[ratio]]\nname = "use"\nnumerator = "used_30d"\ndenominator = "bought"\n'
    )
    given = {"sourced.metric_reading": READINGS, "meta.run": [{"as_of": AS_OF}]}
    found = bench(given, tmp_path).want("marts.calculated_metric").sort("metric")
    assert found.select("metric", "subject_id", "value", "part_count").rows() == [
        ("bought", "acme", 24, 1),
        ("use", "acme", Decimal("0.833333333333"), 2),
        ("used_30d", "acme", 20, 2),
    ]
    text = (loading.HERE / "behaviour.toml").read_text()
    (tmp_path / "behaviour.toml").write_text(text.replace("calculated_metrics = true", "calculated_metrics = false"))
    assert bench(given, tmp_path).want("marts.calculated_metric").height == 0
