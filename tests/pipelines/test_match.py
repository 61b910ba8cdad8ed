"""`rapport match`: what people are asked, what they answer, what would follow, and that nothing else is touched."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.answers.lookup import NothingFoundError, find_company, open_snapshot
from pipelines.home import Home
from pipelines.match import decisions, weight_chart
from pipelines.warehouse import connect, writer_lock
from tests.pipelines import match_world

with warnings.catch_warnings():
    # typer before 0.26 imports a name that click 8.5 warns about
    warnings.filterwarnings("ignore", "'click.utils", DeprecationWarning)
    from typer.testing import CliRunner

    from pipelines.cli import app

Say = Callable[..., str]


@pytest.fixture
def place(home: Home) -> Home:
    match_world.make(home)
    return home


@pytest.fixture
def say(place: Home) -> Say:
    """`say("same", "a", "b", code=0)`: what `rapport match same a b` prints."""

    def run(*words: str, code: int = 0) -> str:
        done = CliRunner().invoke(app, ["match", *words, "--home", str(place.path)])
        assert done.exit_code == code, done.output
        return done.output

    return run


@pytest.fixture
def told(say: Say) -> Callable[..., Any]:
    """The same as JSON."""
    return lambda *words: json.loads(say(*words, "--json"))


def pairs(found: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(row["left_key"], row["right_key"]) for row in found]


# --- questions -------------------------------------------------------------------------------------------------------


def test_the_strongest_is_asked_first_and_two_customers_once(told: Any, say: Say) -> None:
    found = told()
    assert pairs(found) == [("hubspot:2", "stripe:b"), ("stripe:a", "zendesk:y"), ("hubspot:3", "stripe:b")]
    assert found[0]["guard"] == "each has a domain of its own: acme.example and acme.test"
    assert [reason["field"] for reason in found[1]["reasons"]] == ["prior", "name", "city"]
    assert pairs(told("--limit", "1")) == pairs(found)[:1]
    assert told("--object", "contact") == []
    text = say()
    assert text.index("Acme (hubspot:2) and Acme Ltd (stripe:b)") < text.index("Brightfork (stripe:a)")
    assert "rapport match same stripe:a zendesk:y" in text


def test_what_was_answered_is_not_asked_again(told: Any, say: Say) -> None:
    say("different", "stripe:b", "hubspot:2")
    assert pairs(told()) == [("stripe:a", "zendesk:y"), ("hubspot:3", "stripe:b")]
    say("undo", "1")
    assert len(told()) == 3


def test_an_unknown_object_is_refused(say: Say) -> None:
    assert "Nobody is asked about 'invoice'. There are: company, contact" in say("--object", "invoice", code=2)


def test_an_old_id_leads_to_the_company_it_belongs_to_now(place: Home) -> None:
    with open_snapshot(place) as con:
        assert find_company(con, "zendesk:x")["company_id"] == "hubspot:1"
        with pytest.raises(NothingFoundError):
            find_company(con, "zendesk:nobody")


# --- answers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "right", "keys", "kind"),
    [
        ("hubspot:2", "stripe:b", ("hubspot:2", "stripe:b"), "company"),
        ("zendesk:x", "brightfork", ("zendesk:x", "hubspot:1"), "company"),
        ("acme.example", "Bright Fork", ("hubspot:2", "zendesk:y"), "company"),
        ("ada@brightfork.example", "zendesk:p2", ("hubspot:p1", "zendesk:p2"), "contact"),
        ("Ada@BRIGHTFORK.example", "ada.b@webpost.example", ("hubspot:p1", "zendesk:p2"), "contact"),
    ],
)
def test_records_are_found_by_whatever_names_them(
    place: Home, say: Say, left: str, right: str, keys: tuple[str, str], kind: str
) -> None:
    assert "Run `rapport run`" in say("same", left, right, "--by", "mia", "--reason", "one  VAT\nid")
    (one,) = decisions.read(place.config)
    assert (one.left, one.right, one.object, one.verdict) == (*keys, kind, "same")
    assert (one.id, one.by, one.reason, one.is_live) == ("1", "mia", "one VAT id", True)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("same", "Acme", "hubspot:1"), "2 companies go by 'Acme'; name one by its id or domain"),
        (("same", "Acmee", "hubspot:1"), "Nobody goes by 'Acmee'. Did you mean Acme"),
        (("same", "hubspot:1", "Brightfork"), "are both the record hubspot:1. Name two records"),
        (("same", "Ada Byron", "hubspot:p1", "--object", "contact"), "2 go by 'Ada Byron'; name one by its id"),
        (("same", "a", "b", "--object", "ticket"), "'ticket' is nothing that is merged"),
        (("undo", "7"), "No decision has the id '7'. `rapport match log` lists them."),
        (("preview", "maybe", "a"), "Say `preview same LEFT RIGHT`"),
        (("why", "hubspot:1", "zendesk:y", "--chart", "x.gif"), "x.gif: a picture ends in .svg, .png, .html"),
        (("why", "hubspot:1", "hubspot:2", "--chart", "x.svg"), "have no match weight to draw"),
        (("train",), "There are 7 records of company and it takes 1,000 to learn from."),
    ],
)
def test_what_cannot_be_understood_is_said_and_nothing_written(
    place: Home, say: Say, words: tuple[str, ...], expected: str
) -> None:
    assert expected in say(*words, code=2)
    assert not (place.config / decisions.NAME).exists()


def test_decisions_are_listed_with_those_taken_back(say: Say, told: Any) -> None:
    assert "Nobody has decided anything yet." in say("log")
    say("same", "hubspot:2", "stripe:b", "--by", "mia")
    say("different", "hubspot:3", "stripe:b", "--by", "tom")
    say("undo", "1", "--by", "eva")
    assert "Decision 1 was taken back before, by eva." in say("undo", "2", "1", code=2)
    first, second = told("log")
    assert (first["by"], first["undone_by"], second["by"], second["undone_at"]) == ("mia", "eva", "tom", None)
    lines = say("log").splitlines()
    assert lines[0].startswith("1: hubspot:2 and stripe:b are the same (company), mia, ")
    assert "; taken back by eva, " in lines[0]


# --- what would follow -----------------------------------------------------------------------------------------------


def state(home: Home) -> list[bytes]:
    return [path.read_bytes() for path in sorted(home.path.rglob("*")) if path.is_file() and path.name != "writer.lock"]


def test_a_merge_is_shown_before_it_is_made(place: Home, say: Say, told: Any) -> None:
    before = state(place)
    (found,) = told("preview", "same", "stripe:b", "hubspot:1")
    assert {row["id"]: row["becomes"] for row in found["ids"]} == {
        "hubspot:1": "goes on and takes in records of stripe:b",
        "stripe:b": "is merged into hubspot:1",
    }
    moved = {"old_id": "stripe:b", "new_id": "hubspot:1"}
    assert found["rows"] == [{"object": "company", **moved, "rows": 1}, {"object": "subscription", **moved, "rows": 1}]
    assert [(row["mrr"], row["currency"], row["old_id"]) for row in found["mrr"]] == [("20.000000", "EUR", "stripe:b")]
    text = say("preview", "same", "stripe:b", "hubspot:1")
    assert "1 row of subscription goes from stripe:b to hubspot:1" in text
    assert "20.00 EUR of monthly revenue goes from stripe:b to hubspot:1" in text
    assert state(place) == before


def test_a_split_is_shown_before_it_is_made(told: Any) -> None:
    (found,) = told("preview", "different", "hubspot:1", "stripe:a")
    assert {row["id"]: row["becomes"] for row in found["ids"]} == {
        "hubspot:1": "goes on and gives records to stripe:a",
        "stripe:a": "is new, split off from hubspot:1",
    }
    assert {row["object"]: row["rows"] for row in found["rows"]} == {"company": 2, "subscription": 2}
    assert [row["mrr"] for row in found["mrr"]] == ["50.375000"], "the help desk's record went with the billing's"


def test_taking_back_is_shown_against_what_was_decided(say: Say, told: Any) -> None:
    say("same", "stripe:b", "hubspot:1")
    (found,) = told("preview", "undo", "1")
    assert {row["id"]: row["becomes"] for row in found["ids"]} == {
        "hubspot:1": "goes on and gives records to stripe:b",
        "stripe:b": "is new, split off from hubspot:1",
    }
    assert "Nothing would change" in say("preview", "same", "stripe:b", "hubspot:1")


def test_a_preview_waits_for_nobody(place: Home, say: Say) -> None:
    con = connect(place.warehouse)
    con.execute("drop table ledger.founder").fetchall()
    con.close()
    assert "run `rapport run` first" in say("preview", "same", "stripe:b", "hubspot:1", code=2)
    with writer_lock(place, "a test"):
        assert "Nothing is built" in say("preview", "same", "stripe:b", "hubspot:1", code=2)


# --- why -------------------------------------------------------------------------------------------------------------


def test_the_shortest_chain_says_why_two_records_are_one(told: Any, say: Say) -> None:
    found = told("why", "zendesk:x", "hubspot:1")
    assert found["together"]
    assert found["decision"] is None
    assert pairs(found["decisions"]) == [("stripe:a", "zendesk:x"), ("hubspot:1", "stripe:a")]
    text = say("why", "zendesk:x", "hubspot:1")
    assert "are one company: hubspot:1." in text
    assert "hubspot:1 and stripe:a are the same: external id (hubspot:1)" in text


def test_every_reason_is_told_of_two_that_are_not(told: Any, say: Say) -> None:
    found = told("why", "stripe:a", "zendesk:y")
    assert not found["together"]
    assert found["score"]["weight"] == 4.0
    assert found["decision"]["verdict"] == "ask"
    assert pairs(found["decisions"]) == [("stripe:a", "zendesk:y"), ("hubspot:1", "zendesk:y")]
    assert "may be the same; nobody has said yet: model (name), weight 4.0" in say("why", "stripe:a", "zendesk:y")
    nothing = say("why", "hubspot:3", "zendesk:y")
    assert "Nobody and no rule has said anything about them." in nothing
    assert "The model saw no reason to weigh these two records." in nothing


@pytest.mark.parametrize("ending", [".svg", ".png", ".html"])
def test_the_match_weight_is_drawn(say: Say, tmp_path: Path, ending: str) -> None:
    target = tmp_path / "pictures" / f"why{ending}"
    say("why", "stripe:a", "zendesk:y", "--chart", str(target))
    drawn = target.read_bytes()
    assert drawn.startswith(b"\x89PNG" if ending == ".png" else b"<")
    if ending == ".svg":
        assert b"93" in drawn or b"weight 4.0" in drawn
    if ending == ".html":
        assert b"<script src=" not in drawn, "it needs no network"


def test_the_bars_of_the_picture_end_at_the_weight() -> None:
    reasons = [("city", -2.0), ("prior", -9.5), ("name", 11.25), ("phone", 3.0)]
    made = weight_chart.bars([{"field": field, "weight": weight, "agreement": "so"} for field, weight in reasons])
    assert [row["reason"] for row in made] == ["beforehand", "name: so", "phone: so", "city: so", "the match weight"]
    assert [(row["from"], row["to"]) for row in made] == [
        (0.0, -9.5),
        (-9.5, 1.75),
        (1.75, 4.75),
        (4.75, 2.75),
        (0.0, 2.75),
    ]
