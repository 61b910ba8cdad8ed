"""`rapport explain health`: every sum comes to the score, any two days may be asked for, and the words can be read."""

from __future__ import annotations

import json
import warnings
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from test_health_evidence import world

from pipelines.answers import explaining_health, health_in_words
from pipelines.answers.lookup import NothingFoundError
from pipelines.home import Home
from pipelines.schemas import definition, literal, schema_of

with warnings.catch_warnings():
    # typer before 0.26 imports a name that click 8.5 warns about
    warnings.filterwarnings("ignore", "'click.utils", DeprecationWarning)
    from typer.testing import CliRunner

    from pipelines.answers.explain import app

SHOWN = ("objects", "marts", "policy", "meta", "identity")
WANTED = (
    "company_360",
    "timeline",
    "health_score",
    "health_day",
    "health_sign",
    "health_evidence",
    "band_change",
    "health_backtest",
)


@pytest.fixture(scope="module")
def home(bench: Any, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A published file of one customer of whom every sign is known."""
    made = bench(world())
    for name in WANTED:
        made.want(f"marts.{name}")
    for name in ("objects.company_domain", "identity.company_link", *(f"policy.{name}" for name in made.policies)):
        if name not in made.made:
            made._need(name)
    schema = schema_of("meta.source_row")
    assert schema is not None
    made.con.execute(f"create table meta.source_row ({definition(schema)})").fetchall()
    made.con.execute(
        "insert into meta.source_row by name select 'invoice' as object, 'i1' as object_id, 3 as line, "
        "'invoice' as source_object, 'books' as source_system, 'I-1' as source_record_id, 'bills.csv' as file, "
        "timestamp '2026-06-01' as loaded_at"
    ).fetchall()
    place = Home(tmp_path_factory.mktemp("explained") / "home")
    place.create(["files"])
    made.con.execute(f"attach {literal(place.snapshot)} as file").fetchall()
    tables = "select schema_name, table_name from duckdb_tables() where database_name = current_database()"
    for room, name in made.con.execute(tables).fetchall():
        if room in SHOWN:
            made.con.execute(f"create schema if not exists file.{room}").fetchall()
            made.con.execute(f"create table file.{room}.{name} as from {room}.{name}").fetchall()
    made.con.execute("detach file").fetchall()
    return place


def rapport(home: Home, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["health", *arguments, "--home", str(home.path)])
    return result.exit_code, result.output


def test_what_is_told_adds_up_and_shows_the_rows(home: Home) -> None:
    found = explaining_health.find(home, "Acme")
    assert found["problems"] == []
    assert (found["from_on"], found["to_on"]) == (date(2026, 6, 1), date(2026, 7, 1))
    assert len(found["signs"]) == 14
    score = found["days"][1]["score"]
    assert sum(sign["contribution"] for sign in found["signs"]) == score
    assert sum(part["change"] for part in found["change"]) == score - found["days"][0]["score"]
    rows = {(row["object"], row["object_id"]): row for sign in found["signs"] for row in sign["rows"]}
    assert rows["invoice", "i1"]["place"] == "inbox/books/bills.csv:3"
    assert (rows["ticket", "t1"]["place"], rows["ticket", "t1"]["source_system"]) == (None, "test")
    assert rows["contact", "gone"]["title"] == "Gone"


def test_the_words_say_value_points_part_and_source(home: Home) -> None:
    code, text = rapport(home, "acme")
    assert code == 0
    assert "THIS DOES NOT ADD UP" not in text
    assert "Acme (acme): health " in text
    assert "14 signs are known, with 100% of all weight (profile standard)." in text
    assert "  payments overdue: money 10 days overdue\n" in text
    assert "! Invoice, 21 Jun 2026: " in text
    assert "[inbox/books/bills.csv:3]" in text
    assert "  champion left: 50 % of the champions left\n" in text
    assert "What changed since 1 Jun 2026: " in text
    assert "How far to trust it:\n" in text
    assert "None" not in text


def test_any_two_days_may_be_asked_for(home: Home) -> None:
    code, told = rapport(home, "acme", "--from", "2026-06-15", "--to", "2026-06-25", "--json")
    assert code == 0
    found = json.loads(told)
    before, now = found["days"]
    assert (before["day_on"], now["day_on"]) == ("2026-06-15", "2026-06-25")
    parts = {part["factor"]: part for part in found["change"]}
    # Due on 21 June: not late yet on the 15th, four days late on the 25th.
    overdue = parts["payments_overdue"]
    assert (overdue["points_before"], overdue["points_after"]) == ("100.000000", "92.000000")
    assert sum(Decimal(part["change"]) for part in found["change"]) == Decimal(now["score"]) - Decimal(before["score"])
    assert all(sign["rows"] == [] for sign in found["signs"]), "the rows of today say nothing of that day"


def test_what_is_published_otherwise_is_said(home: Home) -> None:
    found = explaining_health.find(home, "acme")
    published = [{**sign, "points": sign["points"] - (sign["factor"] == "nps")} for sign in found["signs"]]
    assert explaining_health.problems(found, published) == ["marts.health_factor says otherwise of nps."] * 2
    found["signs"] = sorted(found["signs"], key=lambda sign: sign["contribution"])[:-1]
    assert "not to the score" in explaining_health.problems(found, None)[0]
    found["change"] = found["change"][1:]
    assert "The parts of the change come to" in explaining_health.problems(found, None)[1]
    assert "THIS DOES NOT ADD UP" in health_in_words.text(found | {"problems": ["It is wrong."]})


def test_one_is_one_and_who_left_is_said_to_have_left(home: Home) -> None:
    found = explaining_health.find(home, "acme")
    for day, words in ((22, "money 1 day overdue"), (23, "money 2 days overdue"), (21, "they pay in time (0)")):
        of_day = explaining_health.find(home, "acme", to_on=date(2026, 6, day))
        signs = {sign["factor"]: sign for sign in of_day["signs"]}
        assert health_in_words.meaning(signs["payments_overdue"]) == words
    assert "no customer any more" not in health_in_words.headline(found)
    assert "no customer any more" in health_in_words.headline(found | {"last_on": date(2026, 6, 1)})


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nobody",), "Nobody goes by 'nobody'"),
        (("acme", "--from", "2026-07-01"), "A change runs from one day to a later one"),
        (("acme", "--to", "2027-01-01"), "up to 2026-07-01"),
        (("acme", "--to", "2024-01-01"), "Nothing is known of Acme as a customer on 2024-01-01."),
    ],
)
def test_what_cannot_be_told_is_said_in_a_sentence(home: Home, arguments: tuple[str, ...], said: str) -> None:
    code, text = rapport(home, *arguments)
    assert code == 2
    assert said in text


def test_a_day_before_anything_was_known_is_no_day_to_compare_with(home: Home) -> None:
    code, text = rapport(home, "acme", "--from", "2024-01-01")
    assert code == 0
    assert "There is no score on 1 Jan 2024 to compare with." in text


def test_a_company_that_never_was_a_customer_has_no_health(home: Home, tmp_path: Path) -> None:
    with pytest.raises(NothingFoundError, match="Nothing is published"):
        explaining_health.find(Home(tmp_path), "acme")
