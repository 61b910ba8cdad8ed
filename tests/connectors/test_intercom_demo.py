"""Intercom's part of the demo: what is written has the faults of real files and comes back as the world has it."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from connectors.intercom.demo import write_exports
from models.demo.frames import World
from models.demo.world import make_world
from pipelines.home import ROOT
from tests.connectors.conftest import Delivered, Judged

OBJECTS = sorted(path.stem for path in (ROOT / "connectors" / "intercom").glob("*.sql"))


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(seed=3, companies=40, months=24)


@pytest.fixture(scope="module")
def exports(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    write_exports(world, folder, 3)
    return folder


def test_the_demo_writes_the_same_bytes_again(world: World, exports: Path, tmp_path: Path) -> None:
    write_exports(world, tmp_path, 3)
    written = {path.name: path.read_bytes() for path in exports.iterdir()}
    assert written == {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert len(written) == 8


def test_the_demo_has_the_faults_of_real_files(exports: Path, delivered: Delivered) -> None:
    deliveries = delivered("intercom", exports)
    quarantined = {one.file: one.rows_quarantined for one in deliveries if one.rows_quarantined}
    assert quarantined == {"conversations.ndjson": 1}
    assert {one.file for one in deliveries if "changed" in one.file or "search_page" in one.file} == {
        "contacts_search_page_001.json",
        "conversations_changed.ndjson",
        "conversations_search_page_001.json",
    }


def test_the_demo_comes_back_as_the_world_has_it(world: World, exports: Path, judged: Judged) -> None:
    found = {name: judged("intercom", name, exports) for name in OBJECTS}
    assert {name: reasons for name, (_, reasons) in found.items() if reasons} == {}
    chats = world["chats"].sort("chat_no")
    talks = found["conversation"][0].sort("source_record_id")
    assert talks["source_record_id"].to_list() == [str(215_470_000_000 + no) for no in chats["chat_no"]]
    for ours, theirs in (("subject", "subject"), ("started_at", "opened_at"), ("ended_at", "closed_at")):
        assert talks[ours].to_list() == chats[theirs].to_list(), ours
    assert talks["is_open"].to_list() == chats["is_open"].to_list()
    assert set(talks["conversation_type"]) == {"chat"}
    messages, parts = found["message"][0], world["chat_parts"]
    assert sorted(messages["body"]) == sorted(parts["body"])
    assert sorted(messages["author_contact_id"].drop_nulls()) == sorted(
        f"{no:024x}" for no in parts["author_contact_no"].drop_nulls()
    )
    assert sorted(messages["author_team_member_id"].drop_nulls()) == sorted(
        str(4_000_000 + no) for no in parts["author_member_no"].drop_nulls()
    )
    rated = chats.filter(pl.col("rating").is_not_null())
    assert found["survey_response"][0].sort("source_record_id")["score"].to_list() == rated["rating"].to_list()


def test_the_demo_knows_the_companies_and_people_of_the_truth(world: World, exports: Path, judged: Judged) -> None:
    truth = world["truth_identity"].filter(pl.col("system") == "intercom")
    for kind, write in (("company", "{:024x}"), ("contact", "{:024x}"), ("team_member", "400{:04d}")):
        known = truth.filter(pl.col("kind") == kind)["record_no"]
        assert sorted(judged("intercom", kind, exports)[0]["source_record_id"]) == sorted(map(write.format, known))
    companies = judged("intercom", "company", exports)[0]
    assert 0 < companies["external_id"].str.starts_with("*:workspace-").sum() < len(companies)
    users = judged("intercom", "product_user", exports)[0]
    ours = world["product_users"].filter(pl.col("external_user_id").is_in(users["external_user_id"].to_list()))
    assert sorted(users["signed_up_at"]) == sorted(ours["signed_up_at"])
