"""What is promised on a ticket: by which contract, filled by the policy, and which policies are refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sla_rows import ACME, HOLDING, Tables, kept, promised, told
from ticket_rows import case

from models.policy import sla, support
from models.policy.loading import load_policies


@pytest.mark.parametrize(
    "contract",
    [
        {"company_id": "other"},
        {"signed_on": None},
        {"signed_on": "2026-01-13"},
        {"starts_on": "2026-01-13"},
        {"ends_on": "2026-01-12"},
        {"cancel_on": "2026-01-12"},
        {"term_type": "fixed", "length_months": 12, "starts_on": "2025-01-12"},
        {"source_deleted_at": "2026-02-01"},
        {"sla_first_response_minutes": 0, "sla_resolution_minutes": None},
    ],
)
def test_without_a_live_contract_that_says_so_nothing_is_promised(bench: Any, contract: Tables) -> None:
    row = kept(bench, promised(case("2026-01-12 09:00"), contract))["first_response"]
    assert (row["state"], row["contract_id"], *told(row)[1:]) == ("no_target", None, None, None, None, None)


@pytest.mark.parametrize("contract", [{"ends_on": "2026-01-13"}, {"term_type": "fixed", "length_months": 13}])
def test_a_contract_is_live_up_to_its_last_day(bench: Any, contract: Tables) -> None:
    assert kept(bench, promised(case("2026-01-12 23:00"), contract))["first_response"]["contract_id"] == "K"


def test_the_nearest_contract_that_promises_something_counts_then_the_tightest(bench: Any) -> None:
    companies = [{**ACME, "parent_company_id": "holding"}, HOLDING]
    above = {"contract_id": "above", "company_id": "holding", "sla_first_response_minutes": 15}
    empty = {"contract_id": "empty", "sla_first_response_minutes": None, "sla_resolution_minutes": None}
    slow = {"contract_id": "slow", "sla_first_response_minutes": 500}
    ticket = case("2026-01-12 09:00")

    def chosen(*contracts: Tables) -> Any:
        return kept(bench, promised(ticket, *contracts, companies=companies))["first_response"]["contract_id"]

    assert chosen(above, empty) == "above"
    assert chosen(above, slow) == "slow"
    assert chosen(above, slow, {}) == "K"


def test_targets_of_the_policy_fill_what_the_contract_leaves_out(bench: Any) -> None:
    targets = [("Gold", "*", 90), ("*", "urgent", 10), ("*", "*", 300), ("Gold", "urgent", 20)]
    given = {
        "policy.sla_target": [
            {"sla_name": name, "priority": priority, "first_response_minutes": minutes, "resolution_minutes": 999}
            for name, priority, minutes in targets
        ]
    }

    def target(priority: str | None, **contract: Any) -> Any:
        ticket = promised(
            case("2026-01-12 09:00", priority=priority), {"sla_first_response_minutes": None, **contract}, **given
        )
        rows = kept(bench, ticket)
        assert rows["resolution"]["target_minutes"] == 600
        return rows["first_response"]["target_minutes"]

    assert target("urgent") == 20
    assert target("low") == target(None) == 90
    assert target("urgent", sla_name="Silver") == 10
    assert target("low", sla_name=None) == 300
    assert target("urgent", sla_first_response_minutes=45) == 45


def test_a_later_change_of_priority_changes_no_promise(bench: Any) -> None:
    tables = promised(case("2026-01-12 09:00", priority="urgent"), {"sla_first_response_minutes": None})
    tables["objects.ticket_event"] = [
        {
            "ticket_id": "T",
            "occurred_at": f"2026-01-12 {hour}:00",
            "field_name": "priority",
            "old_value": old,
            "new_value": new,
        }
        for hour, old, new in (("11", "high", "urgent"), ("10", "low", "high"))
    ]
    low = {"sla_name": "Gold", "priority": "low", "first_response_minutes": 77, "resolution_minutes": 1}
    row = kept(bench, {**tables, "policy.sla_target": [low]})["first_response"]
    assert (row["priority"], row["target_minutes"]) == ("low", 77)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"calendar": [{"name": "default", "is_always_open": True}]}, "two calendars 'default'"),
        ({"calendar": [{"name": "night"}]}, "has no opening hours"),
        ({"calendar": [{"name": "night", "time_zone": "Mars"}]}, "not a time zone"),
        ({"calendar_for": [{"field": "country", "value": "DE", "calendar": "night"}]}, "no calendar 'night'"),
        ({"calendar_for": [{"field": "country", "value": "DE", "calendar": "default"}] * 2}, "two calendars are given"),
    ],
)
def test_doubtful_calendars_are_refused(change: Tables, reason: str) -> None:
    fine = {
        "time_zone": "Europe/Berlin",
        "holiday_country": "DE",
        "holiday_subdivision": "",
        "own_holidays": [],
        "expansion_phrases": [],
        "opening_hours": [{"weekday": "monday", "opens": "09:00", "closes": "17:00"}],
    }
    assert support.Policy.model_validate(fine).calendar == []
    with pytest.raises(ValueError, match=reason):
        support.Policy.model_validate({**fine, **change})


def test_a_file_that_knows_one_calendar_stays_valid(tmp_path: Path) -> None:
    shipped = (Path(support.__file__).parent / "support.toml").read_text()
    (tmp_path / "support.toml").write_text(shipped.split("# Further calendars")[0])
    found = load_policies(tmp_path)
    assert found["support_calendar"].height == found["support_calendar_for"].height == 0
    assert set(found["support_opening_hours"]["calendar"]) == {"default"}
    assert load_policies()["support_calendar"]["name"].to_list() == ["always"]


def test_two_targets_for_the_same_are_refused() -> None:
    target = {"sla_name": "Gold", "priority": "*", "first_response_minutes": 1}
    with pytest.raises(ValueError, match="two targets"):
        sla.Policy.model_validate({"pauses": [], "warn_minutes": 0, "target": [target, target]})
