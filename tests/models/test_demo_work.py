"""The demo's newer systems hold what belongs there, and work with customers is consistent; meetings and use: beside."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from models.demo.frames import World
from models.demo.world import make_world

TODAY = date(2026, 6, 30)
SIZES = {
    "usage_events": 40_000,
    "signals": 6_000,
    "appointments": 4_000,
    "tasks": 3_000,
    "notes": 2_500,
    "chats": 1_500,
    "chat_parts": 5_000,
    "issues": 150,
    "metric_readings": 10_000,
}


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


@pytest.mark.parametrize(("name", "size"), SIZES.items())
def test_frames_have_their_size_and_shrink_with_the_world(world: World, name: str, size: int) -> None:
    assert 0.75 * size < len(world[name]) < 1.25 * size


def test_a_smaller_world_is_smaller() -> None:
    small = make_world(seed=3, companies=30, months=12)
    for name, size in SIZES.items():
        assert len(small[name]) < size / 8, name


def test_about_a_sixth_is_the_bought_units(world: World) -> None:
    companies = world["companies"]
    for column, flag, other in (("crm", "in_crm", "salesforce"), ("billing", "in_billing", "chargebee")):
        known = companies[column].drop_nulls()
        assert (companies[column].is_not_null() == companies[flag]).all()
        assert 1 / 8 < (known == other).sum() / len(known) < 1 / 5
    heads = companies.join(companies, left_on="parent_no", right_on="company_no")
    assert (heads["crm"].eq_missing(heads["crm_right"])).all(), "a family is in one CRM"
    unit = companies.filter(pl.col("billing") == "chargebee")
    assert set(unit["crm"]) == {"salesforce"}
    assert unit["domain"].null_count() == 0


def test_each_record_is_where_its_company_and_people_are_known(world: World) -> None:
    companies = {row["company_no"]: row for row in world["companies"].to_dicts()}
    contacts = {row["contact_no"]: row for row in world["contacts"].to_dicts()}
    for name in ("notes", "tasks", "appointments"):
        for row in world[name].to_dicts():
            company = companies[row["company_no"]]
            system = row["system"]
            assert system in ("calendar", company["crm"]) or (system == "planhat" and company["in_planhat"])
            if row.get("contact_no"):
                assert contacts[row["contact_no"]]["in_planhat" if system == "planhat" else "in_crm"]
                assert contacts[row["contact_no"]]["company_no"] == row["company_no"]
    guests = world["appointment_attendees"].join(world["appointments"], on="appointment_no").drop_nulls("contact_no")
    for row in guests.to_dicts():
        assert contacts[row["contact_no"]]["company_no"] == row["company_no"]
        assert row["system"] == "calendar" or contacts[row["contact_no"]]["in_crm"]
    for name, flag in (("chats", "in_intercom"), ("product_users", "in_usage")):
        assert all(contacts[row["contact_no"]][flag] for row in world[name].to_dicts())
    assert set(world["contracts"]["company_no"]) <= {no for no, row in companies.items() if row["crm"] == "salesforce"}
    assert set(world["issue_companies"]["company_no"]) == {no for no, row in companies.items() if row["in_jira"]}
    for name in ("assets", "projects", "metric_readings"):
        assert all(companies[no]["in_planhat"] for no in world[name]["company_no"])
    for row in world["services"].to_dicts():
        assert companies[row["company_no"]]["crm"] == "hubspot" or companies[row["company_no"]]["in_planhat"]


def test_tasks_open_and_done(world: World) -> None:
    tasks = world["tasks"]
    assert (tasks["completed_at"].is_not_null() == (tasks["status"] == "done")).all()
    assert set(tasks["status"]) == {"to_do", "in_progress", "blocked", "pending_customer", "done", "ignored"}
    assert (tasks["updated_at"] >= tasks["created_at"]).all()
    waiting = tasks.filter(~pl.col("status").is_in(["done", "ignored"]))
    truth = world["truth_task"]
    assert truth["open_tasks"].sum() == len(waiting) > 30
    assert truth["overdue_tasks"].sum() == (waiting["due_on"] < TODAY).sum() > 5


def test_issues_end_as_their_history_says_and_are_shared(world: World) -> None:
    events = world["issue_events"].filter(pl.col("field_name") == "status")
    chained = pl.col("new_value").shift(1).over("issue_no").fill_null("To Do")
    assert events.filter(chained != pl.col("old_value")).is_empty()
    last = events.group_by("issue_no", maintain_order=True).agg(pl.last("new_value"))
    both = world["issues"].join(last, on="issue_no", how="left")
    assert (both["status"] == both["new_value"].fill_null("To Do")).all()
    assert (both["resolved_at"].is_not_null() == (both["status_category"] == "done")).all()
    assert world["truth_issue"]["companies"].sum() == len(world["issue_companies"])
    assert (world["truth_issue"]["companies"] >= 5).any()


def test_services_parts_and_their_days(world: World) -> None:
    services, parts = world["services"], world["deliverables"]
    assert set(services["status"]) == {"active", "complete", "paused"}
    assert {"on_track", "at_risk"} <= set(services["health"].drop_nulls())
    assert (services["completed_on"].is_not_null() == (services["status"] == "complete")).all()
    assert (services["completed_on"].drop_nulls() <= TODAY).all()
    onboarding = services.filter(pl.col("service_type") == "onboarding").join(world["deals"], on="deal_no")
    assert (onboarding["status_right"] == "won").all()
    assert set(services["service_no"]) == set(parts["service_no"]) == set(world["milestones"]["service_no"])
    assert set(parts["status"]) == {"planned", "scheduled", "in_progress", "delivered", "accepted"}
    assert (parts["accepted_on"].is_not_null() == (parts["status"] == "accepted")).all()
    assert (parts["delivered_on"].is_not_null() == parts["status"].is_in(["delivered", "accepted"])).all()
    for frame, columns in ((parts, ("delivered_on", "accepted_on")), (world["milestones"], ("reached_on",))):
        for column in columns:
            assert (frame[column].drop_nulls() <= TODAY).all(), column
    done = parts.join(services.filter(pl.col("status") == "complete"), on="service_no", how="semi")
    assert done["delivered_on"].null_count() == 0


def test_contracts_add_up_and_stand_in_every_state(world: World) -> None:
    contracts = world["contracts"]
    sums = world["contract_payments"].group_by("contract_no").agg(pl.col("amount").sum())
    both = contracts.join(sums, on="contract_no").join(world["companies"], on="company_no")
    assert len(contracts) > 20
    assert len(both) > 10
    assert (both["amount"] == both["contract_value"]).all()
    assert not both["in_billing"].any()
    unpaid = contracts.join(both, on="contract_no", how="anti")
    assert set(unpaid["deal_no"]) <= set(world["subscriptions"]["deal_no"])
    deals = contracts.join(world["deals"], on="deal_no", suffix="_deal")
    assert (deals["company_no"] == deals["company_no_deal"]).all()
    assert (deals["contract_value"] == deals["amount"]).all()
    assert 0 < contracts["signed_on"].null_count() < len(contracts) / 4
    ended = contracts.filter(pl.col("ends_on") <= TODAY)
    assert ended["auto_renew"].n_unique() == 2
    assert len(contracts.filter(pl.col("ends_on") > TODAY)) > 5


def test_chats_surveys_readings_and_wishes(world: World) -> None:
    chats, parts = world["chats"], world["chat_parts"]
    assert (chats["is_open"] == chats["closed_at"].is_null()).all()
    assert 0 < chats["is_open"].sum() < len(chats) / 10
    assert set(chats["chat_no"]) == set(parts["chat_no"])
    assert parts.filter(pl.col("author_contact_no").is_null() == pl.col("author_member_no").is_null()).is_empty()
    answers = world["survey_responses"]
    assert answers["score"].is_between(answers["scale_min"], answers["scale_max"]).all()
    truth = world["truth_survey"].row(0, named=True)
    of = answers.filter(
        pl.col("survey_type") == truth["survey_type"],
        pl.col("answered_at").dt.date().dt.month_start() == truth["month"],
    )["score"].to_list()
    assert truth["answers"] == len(of)
    assert truth["mean_score"] == (Decimal(sum(of)) / len(of)).quantize(Decimal("0.000001"))
    readings = world["metric_readings"]
    for subject, wanted in (("company", (0, 0)), ("asset", (1, 0)), ("project", (0, 1))):
        rows = readings.filter(pl.col("subject_type") == subject)
        assert len(rows) > 100
        assert (
            rows["asset_no"].is_not_null().unique().to_list(),
            rows["project_no"].is_not_null().unique().to_list(),
        ) == (
            [bool(wanted[0])],
            [bool(wanted[1])],
        )
    wishes = set(world["communication_preferences"].select("channel", "preference").rows())
    assert {
        ("email", "subscribed"),
        ("email", "unsubscribed"),
        ("email", "bounced"),
        ("phone", "unsubscribed"),
    } <= wishes


def test_identity_names_every_record_of_the_new_systems(world: World) -> None:
    truth = world["truth_identity"]
    companies = world["companies"]
    for system, wanted in (
        ("crm", pl.col("crm") == "hubspot"),
        ("salesforce", pl.col("crm") == "salesforce"),
        ("billing", pl.col("billing") == "stripe"),
        ("chargebee", pl.col("billing") == "chargebee"),
        ("planhat", pl.col("in_planhat")),
        ("intercom", pl.col("in_intercom")),
        ("jira", pl.col("in_jira")),
        ("product_usage", pl.col("in_usage")),
    ):
        found = truth.filter(pl.col("kind") == "company", pl.col("system") == system, ~pl.col("is_duplicate"))
        assert sorted(found["no"]) == sorted(companies.filter(wanted)["company_no"]), system
    users = truth.filter(pl.col("kind") == "contact", pl.col("system") == "product_usage").select("record_no", "no")
    persons = world["product_users"].join(world["contacts"], on="contact_no").select("user_no", "person_no")
    assert sorted(users.rows()) == sorted(persons.rows())
    bought = truth.filter(pl.col("system") == "quickbooks")
    assert 0 < len(bought) < companies.filter(pl.col("billing") == "chargebee").height
    called = truth.filter(pl.col("system") == "calendar", pl.col("kind") == "contact")
    assert (called["address"] == called["address"].str.to_lowercase()).all()
    assert len(called) > 200
