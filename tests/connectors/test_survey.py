"""Survey: every tool's shape becomes answers and people; the demo's answers come back whole."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from connectors.survey.demo import write_exports
from models.demo.frames import World
from models.demo.world import make_world
from pipelines.home import ROOT
from tests.connectors.conftest import Delivered, Judged, Staged

SAMPLE = ROOT / "connectors" / "survey" / "sample"
OBJECTS = sorted(path.stem for path in SAMPLE.parent.glob("*.sql"))


def test_every_shape_of_the_sample_lands(delivered: Delivered) -> None:
    deliveries = delivered("survey", SAMPLE)
    assert {delivery.file for delivery in deliveries} == {path.name for path in SAMPLE.iterdir()}
    assert sum(delivery.rows_quarantined for delivery in deliveries) == 0
    read = Counter[str]()
    for delivery in deliveries:
        read[delivery.resource] += delivery.rows_read
    assert read == {"responses": 7, "typeform_responses": 4, "qualtrics_responses": 5, "answers": 3}


@pytest.mark.parametrize("object_name", OBJECTS)
def test_every_mapping_keeps_to_its_object(object_name: str, staged: Staged, judged: Judged) -> None:
    rows = staged("survey", object_name, SAMPLE)
    good, reasons = judged("survey", object_name, SAMPLE)
    assert reasons == []
    assert len(good) == len(rows) > 0


def test_answers(judged: Judged) -> None:
    answers, _ = judged("survey", "nps_response", SAMPLE)
    columns = ("source_record_id", "respondent", "contact_id", "score", "answered_at")
    ana, leila = "ana.silva@nortewind.example", "leila.haddad@atlasfreight.example"
    found = {row["source_record_id"]: tuple(row[column] for column in columns[1:]) for row in answers.to_dicts()}
    anonymous = next(key for key in found if key.endswith(":4"))
    assert found == {
        "500000001": (ana, ana, 9, datetime(2026, 2, 6, 9, 12, 41)),
        "500000002": ("j.muller@kraftwerk.example", "j.muller@kraftwerk.example", 8, datetime(2026, 2, 8, 15, 3, 9)),
        "500000003": ("90000003", None, 10, datetime(2026, 2, 9, 11, 45, 30)),
        "700000001": ("li.wei@hanfeng.example", "li.wei@hanfeng.example", 10, datetime(2026, 2, 13, 16, 26, 40)),
        "700000002": ("90000010", None, 3, datetime(2026, 2, 14, 20, 13, 20)),
        "hefupfubphvacf8sv12ch63vnvacgl4s": (
            "ops@bluefin.example", "ops@bluefin.example", 9, datetime(2026, 2, 10, 6, 27, 59),
        ),
        "k2m9xq7c1t5r8w3e6y4u0i2o9p7a5s1d": (
            "finance@orchard.example", "finance@orchard.example", 5, datetime(2026, 2, 11, 13, 5, 44),
        ),
        "z8x7c6v5b4n3m2a1s9d8f7g6h5j4k3l2": (None, None, 7, datetime(2026, 2, 12, 21, 10, 30)),
        "R_2QXoEtiP0cVx9aB": (leila, leila, 10, datetime(2026, 2, 16, 15, 0, 3)),
        "R_3kP9LmNqRsTuVwX": ("acct-77", None, 2, datetime(2026, 2, 16, 16, 30, 41)),
        "piet@vandijk.example:2026-02-18 10:00:00": (
            "piet@vandijk.example", "piet@vandijk.example", 8, datetime(2026, 2, 18, 10),
        ),
        anonymous: (None, None, 6, datetime(2026, 2, 19, 12, 30)),
    }  # fmt: skip


def test_people_who_answered(judged: Judged) -> None:
    people, _ = judged("survey", "contact", SAMPLE)
    names = dict(people.select("source_record_id", "name").iter_rows())
    assert names["ana.silva@nortewind.example"] == "Ana Silva"
    assert names["li.wei@hanfeng.example"] == "Li Wei"
    assert names["leila.haddad@atlasfreight.example"] == "Leila Haddad"
    assert names["finance@orchard.example"] == "Tom Berg"
    assert "90000003" not in names
    addresses, _ = judged("survey", "contact_email", SAMPLE)
    assert set(addresses["contact_id"]) <= set(names)


def test_other_questions_are_kept(judged: Judged) -> None:
    answers, _ = judged("survey", "nps_response", SAMPLE)
    custom = dict(answers.select("source_record_id", "custom").iter_rows())
    assert '"plan":"Business"' in custom["500000001"]
    assert '"q2":"Everything in one place"' in custom["R_2QXoEtiP0cVx9aB"]


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(seed=3, companies=40, months=12)


@pytest.fixture(scope="module")
def exported(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("survey_demo")
    write_exports(world, folder, 3)
    return folder


def test_the_demo_comes_back_whole(world: World, exported: Path, judged: Judged, delivered: Delivered) -> None:
    answers, reasons = judged("survey", "nps_response", exported)
    assert reasons == []
    email = dict(world["contacts"].select("contact_no", pl.col("email").str.to_lowercase()).iter_rows())
    assert sorted(
        answers.select("source_record_id", "respondent", "score", "comment", "answered_at").iter_rows()
    ) == sorted(
        (
            str(500_000_000 + row["response_no"]),
            email[row["contact_no"]],
            row["score"],
            row["comment"],
            row["answered_at"],
        )
        for row in world["nps_responses"].to_dicts()
    )
    people, _ = judged("survey", "contact", exported)
    answered = set(world["nps_responses"]["contact_no"])
    assert set(people["source_record_id"]) == {email[number] for number in answered}
    repeated = sum(delivery.rows_repeated for delivery in delivered("survey", exported))
    assert repeated == 1


def test_the_demo_is_the_same_for_the_same_seed(world: World, exported: Path, tmp_path: Path) -> None:
    write_exports(world, tmp_path, 3)
    for path in exported.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()
    assert b"R\xe9gion" in (tmp_path / "delighted-responses-2.csv").read_bytes()
