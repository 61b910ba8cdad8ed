"""`rapport risk`: what is told of one customer and of all, what is drawn, and what cannot be."""

from __future__ import annotations

import json
import re
import warnings
from datetime import date
from typing import Any

import pytest

from pipelines.home import ROOT, Home
from pipelines.rooms import catalogue
from pipelines.schemas import columns_of, definition, schema_of
from pipelines.tables import build
from pipelines.warehouse import Connection, connect

with warnings.catch_warnings():
    # typer before 0.26 imports a name that click 8.5 warns about
    warnings.filterwarnings("ignore", "'click.utils", DeprecationWarning)
    import typer
    from typer.testing import CliRunner

    from pipelines.answers.risk_commands import risk

AS_OF = date(2026, 6, 30)
APP = typer.Typer()
APP.command()(risk)
MODEL = {"kind": "churn", "state": "learned", "words": "Learned and judged.", "horizon_days": 90}
THIN = {"kind": "expansion", "state": "too_thin", "words": "3 expansions to learn from, 30 are needed."}
ACCOUNTS = [
    {
        "company_id": "a",
        "probability": 0.321,
        "reasons": "an NPS of 6 (×3.0)",
        "words": "32.1 % likely to be lost.",
        "decile": 1,
    },
    {"company_id": "b", "probability": 0.04, "words": "4.0 % likely to be lost.", "decile": 2},
    {"company_id": "c", "state": "gave_notice", "words": "Gave notice on 2026-06-01: no probability is given."},
]
REASONS = [
    {"factor": "nps", "words": "an NPS of 6", "value": 12.4, "typical_value": 61.0, "log_odds": "1.098612", "place": 1},
    {"factor": "last_touch", "words": "last touch not known", "value": None, "typical_value": 40.0}
    | {"log_odds": "-0.510826", "place": 2},
    {"factor": "tenure", "words": "a customer for 400 days", "value": 400.0, "typical_value": 1_235.0}
    | {"log_odds": "0.2", "place": 3},
    {"factor": "csat", "words": "80 % good ratings", "value": 70.0, "typical_value": 70.0}
    | {"log_odds": "0.01", "place": 4},
]
BIN = {"kind": "churn", "row_count": 50, "event_count": 5}
BINS = [
    {"bin": 1, "predicted": 0.02, "observed": 0.0, "low": 0.0, "high": 0.07},
    {"bin": 2, "predicted": 0.3, "observed": 0.25, "low": 0.15, "high": 0.4},
]
TESTED = [
    {"segment": "(all)", "horizon_days": 30, "words": "The score told near losses."},
    {"segment": "(all)", "horizon_days": 90, "words": "The score told losses."},
    {"segment": "small", "horizon_days": 90, "words": "Nothing can be said yet."},
]


def store(con: Connection, name: str, rows: list[dict[str, Any]]) -> None:
    """A mart with these rows; what it requires and no row gives is 0, '-' or false."""
    schema = schema_of(name)
    assert schema is not None
    con.execute(f"create table {name} ({definition(schema)})")
    blank = {"VARCHAR": "-", "BOOLEAN": False, "DATE": AS_OF, "TIMESTAMP": AS_OF}
    rest = {column.name: blank.get(column.sql_type, 0) for column in columns_of(schema) if not column.nullable}
    for row in rows:
        whole = rest | row
        marks = ", ".join(f"${key}" for key in whole)
        con.execute(f"insert into {name} ({', '.join(whole)}) values ({marks})", whole)


@pytest.fixture
def published(home: Home) -> Home:
    """A home whose published file knows three customers, one of whom gave notice, and a former one."""
    home.snapshot.parent.mkdir(parents=True, exist_ok=True)
    con = connect(home.snapshot)
    con.execute("create schema marts; create schema objects; create schema identity")
    con.execute("create table objects.company_domain (company_id varchar, domain varchar)")
    con.execute("create table identity.company_link (company_id varchar, source_key varchar)")
    names = {"a": "Alder", "b": "Birch", "c": "Cedar", "d": "Gone"}
    store(con, "marts.company_360", [{"company_id": key, "name": name} for key, name in names.items()])
    store(con, "marts.health_score", [{"company_id": "a", "score": 48.2, "band": "at_risk"}])
    store(con, "marts.risk_model", [MODEL, MODEL | THIN])
    money = {"as_of": AS_OF, "arr": 12_000, "currency": "EUR"}
    told = [{"kind": "churn", "state": "scored", **money, **row} for row in ACCOUNTS]
    thin = [
        {**money, "kind": "expansion", "company_id": key, "state": "too_thin", "words": THIN["words"]} for key in "abc"
    ]
    store(con, "marts.account_risk", told + thin)
    store(con, "marts.risk_reason", [{"company_id": "a", "kind": "churn", **row} for row in REASONS])
    store(con, "marts.risk_calibration", [BIN | row for row in BINS])
    store(con, "marts.health_backtest", TESTED)
    con.close()
    return home


def typed(home: Home, *words: str) -> tuple[int, str]:
    """The exit code and what was printed."""
    done = CliRunner().invoke(APP, [*words, "--home", str(home.path)], catch_exceptions=False)
    return done.exit_code, done.output


def test_all_customers_are_told_the_likeliest_first(published: Home) -> None:
    code, printed = typed(published)
    assert code == 0
    assert printed.splitlines() == [
        "Losses within 90 days",
        "  Learned and judged.",
        "   32.1%  Alder  ARR 12,000 EUR  an NPS of 6 (×3.0)",
        "    4.0%  Birch  ARR 12,000 EUR",
        "  Without a probability: 1 gave notice.",
        "",
        "Expansions within 90 days",
        "  3 expansions to learn from, 30 are needed.",
        "  Without a probability: 3 because too little has happened.",
        "",
        "How well the health score told losses",
        "  The score told losses.",
    ]
    assert "... and 1 less likely ones: --limit prints more." in typed(published, "--limit", "1")[1]


def test_one_customer_is_told_with_reasons(published: Home) -> None:
    code, printed = typed(published, "alder")
    assert code == 0
    assert printed.splitlines() == [
        "Alder",
        "Health 48 of 100, at risk.",
        "",
        "Loss: 32.1 % likely to be lost.",
        "  an NPS of 6 (nps: 12 points, usual: 61): 3.00 times the odds",
        "  last touch not known: 0.60 times the odds",
        "  a customer for 400 days (tenure: 400 days, usual: 1,235): 1.22 times the odds",
        "",
        "Expansion: 3 expansions to learn from, 30 are needed.",
        "",
        "How well the health score told losses",
        "  The score told losses.",
    ]
    assert "Gave notice on 2026-06-01" in typed(published, "Cedar")[1]
    assert "It is no customer now" in typed(published, "Gone")[1]


def test_json_has_everything(published: Home) -> None:
    found = json.loads(typed(published, "--json", "--limit", "0")[1])
    assert [len(kind["accounts"]) for kind in found["kinds"]] == [2, 0]
    assert [len(kind["calibration"]) for kind in found["kinds"]] == [2, 0]
    assert len(found["backtest"]) == 3
    one = json.loads(typed(published, "Alder", "--json")[1])
    assert [len(risk["factors"]) for risk in one["risks"]] == [4, 0]


def test_pictures_hold_what_was_found(published: Home) -> None:
    why, right = published.path / "why.svg", published.path / "right.svg"
    assert typed(published, "Alder", "--chart", str(why))[0] == 0
    drawn = why.read_text()
    said = {"Alder", "an NPS of 6", "last touch not known", "makes it likelier"}
    assert said <= set(re.findall(r">([^<>]+)</text>", drawn))
    assert typed(published, "--chart", str(right))[0] == 0
    assert "Losses foretold and come" in right.read_text()


def test_what_cannot_be_done_is_said(published: Home) -> None:
    assert typed(published, "Alder", "--chart", "why.txt") == (
        2,
        "why.txt: a picture ends in .svg, .png, .html. Name such a file.\n",
    )
    assert typed(published, "--kind", "expansion", "--chart", "a.svg") == (
        2,
        "There is nothing to draw. 3 expansions to learn from, 30 are needed.\n",
    )
    assert typed(published, "--kind", "luck")[0] == 2
    assert [typed(published, name)[0] for name in ("Elder", "")] == [2, 2]
    assert "Did you mean Alder" in typed(published, "Elder")[1]


def test_nothing_published_yet(home: Home) -> None:
    assert typed(home)[0] == 2


def test_a_change_of_how_is_learned_makes_the_tables_anew() -> None:
    """What a table is known by holds the text of the modules its own module learns with."""
    text = build._text(catalogue()["intermediate.risk_weight"])
    for path in (ROOT / "models" / "risk").glob("*.py"):
        assert path.read_text() in text
