"""Jira's part of the demo: what is written has the faults of real files and comes back as the world has it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from connectors.jira.demo import write_exports
from models.demo.frames import World
from models.demo.world import make_world
from pipelines.home import ROOT
from tests.connectors.conftest import Delivered, Judged

OBJECTS = sorted(path.stem for path in (ROOT / "connectors" / "jira").glob("*.sql"))


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(seed=3, companies=60, months=24)


@pytest.fixture(scope="module")
def exports(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    write_exports(world, folder, 3)
    return folder


def test_the_demo_writes_the_same_bytes_again(world: World, exports: Path, tmp_path: Path) -> None:
    write_exports(world, tmp_path, 3)
    written = {path.name: path.read_bytes() for path in exports.iterdir()}
    assert written == {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert len(written) == 9


def test_the_demo_lands_whole(exports: Path, delivered: Delivered) -> None:
    deliveries = {delivery.file: delivery for delivery in delivered("jira", exports)}
    assert deliveries.keys() == {path.name for path in exports.iterdir()}
    assert sum(delivery.rows_quarantined for delivery in deliveries.values()) == 0
    assert deliveries["issues_search_page_changed_001.json"].rows_stored > 0


def test_the_demo_comes_back_as_the_world_has_it(world: World, exports: Path, judged: Judged) -> None:
    found = {name: judged("jira", name, exports) for name in OBJECTS}
    assert {name: reasons for name, (_, reasons) in found.items() if reasons} == {}
    issues, staged = world["issues"].sort("issue_no"), found["issue"][0].sort("source_record_id")
    assert staged["source_record_id"].to_list() == [str(10_000 + no) for no in issues["issue_no"]]
    for column in listed("tracker_key title description status status_category issue_type priority resolved_at"):
        assert staged[column].to_list() == issues[column].to_list(), column
    for column in ("created_at", "updated_at"):
        assert staged[column].to_list() == issues[column].to_list(), column
    events, told = world["issue_events"], found["issue_event"][0]
    for column in ("field_name", "occurred_at"):
        assert sorted(told[column]) == sorted(events[column])
    status = pl.col("field_name") == "status"
    assert Counter(told.filter(status)["new_value"]) == Counter(events.filter(status)["new_value"])


def listed(text: str) -> list[str]:
    return text.split()


def test_the_demo_links_issues_to_the_companies_of_the_truth(world: World, exports: Path, judged: Judged) -> None:
    crms = dict(world["companies"].select("company_no", "crm").rows())
    links = judged("jira", "issue_link", exports)[0].to_dicts()
    found = {(int(row["source_record_id"].split(":")[0]) - 10_000, row["company_id"]) for row in links}
    assert len(found) == len(links) == len(world["issue_companies"])
    for no, company_no in world["issue_companies"].rows():
        other = {
            "hubspot": f"hubspot:{10_000_000_000 + company_no}",
            "salesforce": f"salesforce:001LU{company_no:013d}",
        }
        assert {(no, str(company_no)), (no, other.get(crms[company_no] or "", ""))} & found
    assert {str(company).split(":")[0] for _, company in found} >= {"hubspot"}
    truth = world["truth_identity"].filter(pl.col("system") == "jira")
    companies = truth.filter(pl.col("kind") == "company")["record_no"]
    assert sorted(judged("jira", "company", exports)[0]["source_record_id"]) == sorted(map(str, companies))
    here = world["company_spellings"].filter(pl.col("system") == "jira").drop_nulls("domain")
    domains = {str(no): domain for no, domain in here.select("company_no", "domain").rows()}
    told = dict(judged("jira", "company_domain", exports)[0].select("company_id", "domain").rows())
    assert {no: told[no] for no in domains} == domains


def test_the_demo_hides_addresses_that_the_csv_of_users_shows(world: World, exports: Path, judged: Judged) -> None:
    hidden = (exports / "users.json").read_text()
    truth = world["truth_identity"].filter(pl.col("system") == "jira", pl.col("kind") == "team_member")
    emails = dict(world["team_members"].select("member_no", "email").rows())
    assert any(emails[no] not in hidden for no in truth["record_no"])
    staged = judged("jira", "team_member", exports)[0]
    assert dict(staged.select("source_record_id", "email").rows()) == {
        f"712020:00000000-0000-4000-8000-{no:012d}": emails[no] for no in truth["record_no"]
    }
