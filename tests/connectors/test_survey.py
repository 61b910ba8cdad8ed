"""The surveys' three shapes: who answered what and when; header rows, trials and skipped questions are no answers."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from connectors.survey.demo import write_exports
from models.demo.world import make_world
from pipelines.rooms import CONNECTORS
from tests.connectors.conftest import Delivered, Judged, Staged

SAMPLE = CONNECTORS / "survey" / "sample"
ANONYMOUS = "m8d2j5y1c4r6m8d2j5yt0zb7f3h9"


def test_every_answer_of_the_samples_has_its_person_score_and_time(judged: Judged) -> None:
    rows, _ = judged("survey", "nps_response", SAMPLE)
    found = {row["source_record_id"]: row for row in rows.to_dicts()}
    assert {key: (row["respondent"], row["score"], row["answered_at"]) for key, row in found.items()} == {
        "501": ("ines.ferreira@quayside.example", 9, datetime(2026, 3, 5, 14, 7, 33)),
        "502": ("tom@brightfold.example", 7, datetime(2026, 3, 5, 23, 30)),
        "503": ("70419", 10, datetime(2026, 3, 6, 9, 12)),
        "81001:2025-09-01T10:00:00Z": ("ines.ferreira@quayside.example", 8, datetime(2025, 9, 1, 10)),
        "81002:2025-09-02T10:00:00Z": ("81002", 3, datetime(2025, 9, 2, 10)),
        "k3v0x8n2q7l5k3v0x8nd4tw1m6p9": ("marta@harbourline.example", 10, datetime(2026, 5, 11, 9, 59, 40)),
        ANONYMOUS: (ANONYMOUS, 0, datetime(2026, 5, 12, 16, 21, 7)),
        # Denver is seven hours behind UTC in February
        "R_2wQx8bLr5TnYk1A": ("chidi.okafor@northpane.example", 8, datetime(2026, 2, 9, 14, 13, 2)),
        "R_3mZc4dVe9HsPu6B": ("acct-219", 2, datetime(2026, 2, 10, 6, 31, 15)),
        "700000001": ("li.wei@hanfeng.example", 10, datetime(2026, 2, 13, 16, 26, 40)),
        "700000002": ("90000010", 3, datetime(2026, 2, 14, 20, 13, 20)),
        "piet@vandijk.example:2026-02-18 10:00:00": ("piet@vandijk.example", 8, datetime(2026, 2, 18, 10)),
    }
    assert {key: row["contact_id"] for key, row in found.items() if row["contact_id"] != row["respondent"]} == {
        ANONYMOUS: None
    }


def test_what_else_an_export_says_is_kept(judged: Judged) -> None:
    rows, _ = judged("survey", "nps_response", SAMPLE)
    found = {row["source_record_id"]: row for row in rows.to_dicts()}
    assert found["501"]["sent_at"] == datetime(2026, 3, 4, 8)
    assert (found["501"]["campaign"], found["501"]["segment"]) == ("Spring 2026", "Enterprise")
    assert found["502"]["comment"] == "Search is fast now."
    assert '"tags":"Search, Speed"' in found["502"]["custom"]
    assert found["k3v0x8n2q7l5k3v0x8nd4tw1m6p9"]["comment"] == "Our team lives in it."
    assert found["k3v0x8n2q7l5k3v0x8nd4tw1m6p9"]["campaign"] == "In-app May"
    assert found["R_3mZc4dVe9HsPu6B"]["comment"] == 'He said "never again"'
    assert found["R_2wQx8bLr5TnYk1A"]["segment"] == "Mid-market"
    assert found[ANONYMOUS]["comment"] is None


def test_a_score_off_the_scale_is_set_aside(judged: Judged) -> None:
    _, reasons = judged("survey", "nps_response", SAMPLE)
    assert reasons == ['score: "11" is above 10']


def test_satisfaction_and_effort_stand_on_their_own_scale(judged: Judged) -> None:
    rows, reasons = judged("survey", "survey_response", SAMPLE)
    assert reasons == []
    said = ("respondent", "survey_type", "score", "scale_min", "scale_max", "answered_at", "campaign")
    assert sorted(rows.select(said).rows()) == [
        ("90000010", "csat", 5, 1, 5, datetime(2026, 2, 16), None),
        ("ines.ferreira@quayside.example", "csat", 4, 1, 5, datetime(2026, 4, 2, 9, 15), "After ticket"),
        ("tom@brightfold.example", "ces", 6, 1, 7, datetime(2026, 4, 5, 10), "After onboarding"),
    ]


def test_respondents_are_contacts_named_by_their_address(staged: Staged) -> None:
    people = staged("survey", "contact", SAMPLE)
    assert dict(people.select("source_record_id", "name").iter_rows()) == {
        "70419": "Lars Holm",
        "81002": "81002",
        "90000010": "90000010",
        "acct-219": "acct-219",
        "chidi.okafor@northpane.example": "Chidi Okafor",
        "ines.ferreira@quayside.example": "Inês Ferreira",
        "li.wei@hanfeng.example": "Li Wei",
        "marta@harbourline.example": "Marta Nowak",
        "nina@northpane.example": "Nina Berg",
        "noscore@harbourline.example": "noscore@harbourline.example",
        "ola@brightfold.example": "ola@brightfold.example",
        "piet@vandijk.example": "Piet van Dijk",
        "tom@brightfold.example": "Tom Baker",
    }
    addresses = staged("survey", "contact_email", SAMPLE)
    assert set(addresses["address"]) == {name for name in people["source_record_id"] if "@" in name}
    assert (addresses["contact_id"] == addresses["address"]).all()


def test_each_file_is_of_its_tool(delivered: Delivered) -> None:
    brought = {delivery.file: (delivery.resource, delivery.rows_stored) for delivery in delivered("survey", SAMPLE)}
    assert brought == {
        "delighted-nps-broken.csv": ("delighted_responses", 1),
        "delighted-nps-corrected.csv": ("delighted_responses", 1),
        "delighted-nps-responses.csv": ("delighted_responses", 3),
        "delighted-web-without-response-ids.csv": ("delighted_answers", 2),
        "nps-list.csv": ("answers", 2),
        "qualtrics-relationship-nps.csv": ("qualtrics_responses", 6),
        "satisfaction-and-effort.csv": ("answers", 2),
        "survey_responses.json": ("delighted_responses", 3),
        "typeform-customer-survey.csv": ("typeform_responses", 3),
    }


def test_files_are_known_by_their_columns_when_their_names_say_nothing(delivered: Delivered, tmp_path: Path) -> None:
    files = sorted(SAMPLE.iterdir())
    for number, path in enumerate(files):
        (tmp_path / f"{number}{path.suffix}").write_bytes(path.read_bytes())
    brought = {delivery.file: delivery.resource for delivery in delivered("survey", tmp_path)}
    same = {delivery.file: delivery.resource for delivery in delivered("survey", SAMPLE)}
    assert brought == {f"{number}{path.suffix}": same[path.name] for number, path in enumerate(files)}


def test_a_questions_wording_and_language_do_not_matter(judged: Judged, tmp_path: Path) -> None:
    (tmp_path / "Umfrage.csv").write_text(
        '#,Warum nutzen Sie uns?,"Wie wahrscheinlich ist es, dass Sie uns weiterempfehlen?",Submit Date (UTC)\n'
        "a1,Preis,9,2026-05-01 08:00:00\na2,,zehn,2026-05-01 09:00:00\n"
    )
    (tmp_path / "Feedback.csv").write_text("#,How was the training?,Submit Date (UTC)\nb1,5,2026-05-01 10:00:00\n")
    (tmp_path / "Recommandation.csv").write_text(
        "#,Recommanderiez-vous notre service ?,Pourquoi ?,Submit Date (UTC)\nc1,4,Trop cher,2026-05-02 08:00:00\n"
    )
    rows, reasons = judged("survey", "nps_response", tmp_path)
    assert rows.select("source_record_id", "score", "comment").rows() == [("a1", 9, "Preis"), ("c1", 4, "Trop cher")]
    assert reasons == ['score: "zehn" is not a whole number']


@pytest.mark.parametrize("zone", ["UTC", ""])
def test_times_are_utc_where_the_account_is_or_says_nothing(judged: Judged, tmp_path: Path, zone: str) -> None:
    header = "StartDate,EndDate,RecordedDate,ResponseId,Q1_NPS_GROUP,Q1\n"
    texts = "Startdatum,Enddatum,Aufgezeichnet,Antwort-ID,Frage - Gruppe,Frage\n"
    said = f',""timeZone"":""{zone}""' if zone else ""
    ids = f'a,"{{""ImportId"":""endDate""{said}}}",c,"{{""ImportId"":""_recordId""}}",QID1_NPS_GROUP,QID1\n'
    good = "2026-07-01 10:00:00,2026-07-01 10:00:30,2026-07-01 10:00:31,R_1,1,3\n"
    bad = "2026-07-01 10:00:00,yesterday,2026-07-01 10:00:31,R_2,1,3\n"
    (tmp_path / "survey.csv").write_text(header + texts + ids + good + bad)
    rows, reasons = judged("survey", "nps_response", tmp_path)
    assert rows.select("source_record_id", "answered_at").rows() == [("R_1", datetime(2026, 7, 1, 10, 0, 30))]
    assert len(reasons) == 1
    assert reasons[0].startswith('answered_at: "yesterday"')


def test_the_demos_exports_give_the_worlds_answers(
    judged: Judged, staged: Staged, delivered: Delivered, tmp_path: Path
) -> None:
    world = make_world(seed=5, companies=60, months=24, as_of=datetime(2026, 7, 1))
    write_exports(world, tmp_path, seed=5)
    rows, reasons = judged("survey", "nps_response", tmp_path)
    assert reasons == []
    here = world["contact_spellings"].filter(pl.col("system") == "survey")
    people = here.select("contact_no", respondent=pl.col("email").str.to_lowercase())
    said = ["respondent", "score", "comment", "sent_at", "answered_at", "campaign"]
    answers = world["nps_responses"].join(people, on="contact_no").select(said).sort("respondent", "answered_at")
    assert answers.height > 50
    assert rows.select(said).sort("respondent", "answered_at").rows() == answers.rows()
    contacts = staged("survey", "contact", tmp_path)
    assert set(contacts["source_record_id"]) == set(answers["respondent"])
    assert sum(delivery.rows_repeated for delivery in delivered("survey", tmp_path)) == 1
    notes = {delivery.file: delivery.note for delivery in delivered("survey", tmp_path)}
    assert "Windows-1252" in notes["delighted-responses-2.csv"]


@pytest.mark.parametrize("odd", [0, 1])
def test_the_demo_corrects_only_what_windows_1252_can_hold(tmp_path: Path, odd: int) -> None:
    world = make_world(seed=5, companies=60, months=24, as_of=datetime(2026, 7, 1))
    polish = pl.when(pl.col("contact_no") % 2 == odd).then(pl.lit("Łukasz")).otherwise("first_name")
    spelled = world["contact_spellings"].with_columns(first_name=polish)
    write_exports(world | {"contact_spellings": spelled}, tmp_path, 5)
    assert "Łukasz" in (tmp_path / "delighted-responses-1.csv").read_text(encoding="utf-8")
    assert "ukasz " not in (tmp_path / "delighted-responses-2.csv").read_text(encoding="cp1252")


def test_the_demo_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    world = make_world(seed=5, companies=60, months=24, as_of=datetime(2026, 7, 1))
    for name in ("one", "two"):
        write_exports(world, tmp_path / name, 5)
    for path in (tmp_path / "one").iterdir():
        assert (tmp_path / "two" / path.name).read_bytes() == path.read_bytes()
