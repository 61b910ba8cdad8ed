"""`rapport portfolio`, `week`, `handover`: whom a word means, what is said, in which order, from a published file."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.home import Home
from pipelines.schemas import columns_of, definition, schema_of
from pipelines.warehouse import connect

with warnings.catch_warnings():
    # typer before 0.26 imports a name that click 8.5 warns about
    warnings.filterwarnings("ignore", "'click.utils", DeprecationWarning)
    from typer.testing import CliRunner

    from pipelines.cli import app

DAY = date(2026, 6, 30)
MONDAY = date(2026, 6, 29)
ID = {"source_system": "crm", "source_record_id": "1", "loaded_at": "2026-01-01"}


def sums(**more: Any) -> dict[str, Any]:
    counts = (
        "company",
        "customer",
        "thriving",
        "needs_attention",
        "at_risk",
        "unscored",
        "renewal",
        "untouched",
        "leaving",
    )
    amounts = ("arr", "arr_at_risk", "arr_leaving", "renewal_arr", "overdue_amount", "weighted_pipeline_amount")
    zeros = dict.fromkeys((*(f"{name}_count" for name in counts), *amounts), 0)
    return {**zeros, "as_of": DAY, "currency": "EUR", **more}


def account(name: str, owner: str, **more: Any) -> dict[str, Any]:
    zeros = dict.fromkeys(("arr", "overdue_amount", "overdue_days", "weighted_pipeline_amount", "task_count"), 0)
    flags = {"is_customer": True, "is_renewing": False, "is_untouched": False, "late_task_count": 0}
    fixed = {
        "owner_name": owner.title(),
        "team": "North",
        "as_of": DAY,
        "customer_status": "customer",
        "currency": "EUR",
    }
    return {
        "team_member_id": owner,
        "company_id": name,
        "company_name": name.title(),
        **zeros,
        **flags,
        **fixed,
        **more,
    }


def change(scope: str, place: int, sentence: str, week: date = MONDAY, **more: Any) -> dict[str, Any]:
    fixed = {"kind": "nps", "item_count": 1, "currency": "EUR", "is_complete": week < MONDAY}
    known = {"company_id": scope, "happened_on": week} if scope in ("acme", "beta") else {}
    return {"week": week, "scope": scope, "place": place, "sentence": sentence, **fixed, **known, **more}


def fact(company_id: str, section: str, place: int, sentence: str) -> dict[str, Any]:
    fixed = {"object": "company", "object_id": company_id}
    return {"company_id": company_id, "section": section, "place": place, "sentence": sentence, **fixed}


def view(name: str, **more: Any) -> dict[str, Any]:
    schema = schema_of("marts.company_360")
    assert schema is not None
    zeros = {column.name: "0" for column in columns_of(schema) if not column.nullable}
    fixed = {"company_id": name, "name": name.title(), "segment": "a", "customer_status": "customer", "currency": "EUR"}
    return {**zeros, **fixed, "is_in_parent_cycle": False, "sources": "crm", **more}


CLEO = {"csm_id": "cleo", "csm_name": "Cleo West"}
TABLES: dict[str, list[dict[str, Any]]] = {
    "objects.team_member": [
        {**ID, "team_member_id": "olga", "name": "Olga North", "email": "olga@us.example", "team": "North"},
        {**ID, "team_member_id": "ole", "name": "Ole North", "email": "ole@us.example", "team": "North"},
        {**ID, "team_member_id": "sue", "name": "Sue South", "email": "sue@us.example"},
        {**ID, "team_member_id": "cleo", "name": "Cleo West", "email": "cleo@us.example", "team": "Care"},
    ],
    "objects.company_domain": [],
    "marts.company_360": [view("acme", arr="10"), view("beta"), view("idle")],
    "marts.portfolio": [
        sums(
            team_member_id="olga", owner_name="Olga North", team="North", customer_count=2, arr=110, untouched_count=1
        ),
        sums(team_member_id="ole", owner_name="Ole North", team="North", customer_count=1),
        sums(team_member_id="nobody", owner_name="Nobody", team="nobody"),
    ],
    "marts.team_portfolio": [
        sums(
            team="North",
            owner_count=2,
            customer_count=3,
            arr=110,
            leaving_count=1,
            arr_leaving=20,
            needs_attention_count=1,
        ),
        sums(team="Care", owner_count=0),
        sums(team="nobody", owner_count=0),
    ],
    "marts.portfolio_account": [
        account(
            "acme",
            "olga",
            arr=10,
            health_band="at_risk",
            health_score=41.6,
            health_change_30d=-3.4,
            risk="health",
            risk_words="Ill.",
        )
        | {
            "renewal_on": date(2026, 9, 1),
            "renewing_arr": 10,
            "renewal_likelihood": 0.8,
            "notice_on": date(2026, 6, 29),
        }
        | {"task_count": 2, "late_task_count": 1, "next_task_on": date(2026, 6, 1), "days_untouched": 1},
        account("beta", "olga", arr=100, is_untouched=True, next_touch_at="2026-07-03", **CLEO),
        account("idle", "olga", is_customer=False, customer_status="lost"),
        account("other", "ole", risk="notice", risk_words="Gave notice.", days_untouched=0, **CLEO)
        | {"next_touch_at": "2026-06-29", "customer_status": "canceled"},
    ],
    "marts.week_change": [
        change("(all)", 1, "ARR 1.", kind="arr", amount=1),
        change("(all)", 2, "More lost.", amount=-100),
        change("acme", 1, "A little.", amount=5),
        change("beta", 1, "Lost much.", amount=-100),
        change("(unknown)", 1, "Somebody."),
        change("acme", 1, "Long ago.", date(2026, 6, 22)),
    ],
    "marts.handover": [
        fact("acme", "note", 1, "Mind the gap."),
        fact("acme", "account", 2, "Second."),
        fact("acme", "account", 1, "First."),
        fact("beta", "task", 1, "Call."),
    ],
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home whose published file holds just these tables."""
    place = Home(tmp_path_factory.mktemp("team") / "home")
    place.create(["crm"])
    con = connect(place.snapshot)
    con.execute("create schema meta; create schema policy; create schema marts; create schema objects").fetchall()
    con.execute("create schema identity").fetchall()
    con.execute("create table identity.company_link (source_key varchar, company_id varchar)").fetchall()
    con.execute("create table meta.run as select ? as as_of, ? as as_of_on", [datetime(2026, 7, 1), DAY]).fetchall()
    con.execute("create table policy.portfolio as select 13 as weeks_back, 30 as untouched_days").fetchall()
    for name, rows in TABLES.items():
        schema = schema_of(name)
        assert schema is not None
        con.execute(f"create table {name} ({definition(schema)})").fetchall()
        for row in rows:
            texts: Mapping[str, Any] = {key: None if value is None else str(value) for key, value in row.items()}
            con.register("given", pl.DataFrame([texts]))
            con.execute(f"insert into {name} by name select * from given").fetchall()
    con.close()
    return place


def said(home: Home, *words: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, [*words, "--home", str(home.path)])
    assert done.exit_code == code, done.output
    return done.output


def test_all_teams_and_the_owners_of_each(home: Home) -> None:
    lines = said(home, "portfolio").splitlines()
    assert lines[0] == "All teams, as of 2026-06-30."
    assert [line.split(":")[0] for line in lines[2:-2]] == ["North", "Care", "nobody", "Ole North", "Olga North"]
    assert lines[-1] == "Not touched for more than 30 days: Beta (Olga, never)."
    assert lines[2].startswith(
        "North: 3 customers, 110.00 EUR a year; 1 gave notice (20.00 EUR); 0 at risk (0.00 EUR), 1 needs attention, "
        "0 thriving; 0 up for renewal (0.00 EUR)"
    )


def test_the_accounts_of_one_of_our_people_the_most_threatened_first(home: Home) -> None:
    text = said(home, "portfolio", "olga@us.example")
    assert text == (
        "Olga North, as of 2026-06-30.\n\n"
        "Olga North: 2 customers, 110.00 EUR a year; 0 gave notice (0.00 EUR); 0 at risk (0.00 EUR), "
        "0 need attention, 0 thriving; 0 up for renewal (0.00 EUR); "
        "0.00 EUR overdue; 1 not touched.\n\n"
        "Not touched for more than 30 days: Beta (Olga, never).\n\n"
        "Acme: 10.00 EUR a year, at risk (42, 3 less than 30 days ago).\n"
        "  Risk: Ill.\n"
        "  Renews on 1 Sep 2026: 10.00 EUR a year, 80% likely, the last day for notice was 29 Jun 2026.\n"
        "  To do: 2 tasks, 1 late, the first due on 1 Jun 2026.\n"
        "  Last touch: 1 day ago.\n\n"
        "Beta: 100.00 EUR a year, not scored.\n"
        "  Last touch: never (too long); next on 3 Jul 2026.\n\n"
        "1 company besides that is no customer (--json has all).\n"
    )


def test_a_team_has_the_accounts_of_all_its_people(home: Home) -> None:
    found = json.loads(said(home, "portfolio", "north", "--json"))
    assert [row["company_id"] for row in found["accounts"]] == ["other", "acme", "beta", "idle"]
    assert [row["owner_name"] for row in found["owners"]] == ["Ole North", "Olga North"]
    assert [row["company_id"] for row in found["untouched"]] == ["beta"]
    assert (found["teams"][0]["customer_count"], found["managed"]) == (3, None)
    assert "Beta: 100.00 EUR a year, not scored. Owner: Olga.\n" in said(home, "portfolio", "north")
    # A team of success managers has what they manage, whoever owns it.
    found = json.loads(said(home, "portfolio", "care", "--json"))
    assert [row["company_id"] for row in found["accounts"]] == ["other", "beta"]
    assert (found["teams"][0]["customer_count"], found["managed"]["customer_count"]) == (0, 2)
    # A touch that is late is told with the tasks, not as one to come.
    assert said(home, "portfolio", "ole@us.example").count("  Last touch: today.\n") == 1


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        ("nort", "2 of our people go by 'nort'; name one by the e-mail address:\n  Ole North  (ole@us.example)"),
        ("Olgo", "None of our people and no team goes by 'Olgo'. Did you mean Olga North"),
    ],
)
def test_whom_a_word_could_mean_is_told(home: Home, who: str, sentence: str) -> None:
    assert sentence in said(home, "portfolio", who, code=2)


def test_who_owns_nothing_has_an_empty_portfolio(home: Home) -> None:
    assert said(home, "portfolio", "Sue South") == "Sue South, as of 2026-06-30.\n\nNo company is owned.\n"


def test_a_success_manager_has_accounts_that_others_own(home: Home) -> None:
    text = said(home, "portfolio", "Cleo")
    assert text == (
        "Cleo West, as of 2026-06-30.\n\n"
        "Cleo West as success manager: 2 customers, 100.00 EUR a year; 1 gave notice (0.00 EUR); 0 at risk (0.00 EUR), "
        "0 need attention, 0 thriving; 0 up for renewal (0.00 EUR); 0.00 EUR overdue; 1 not touched.\n\n"
        "Not touched for more than 30 days: Beta (Olga, never).\n\n"
        "Other: 0.00 EUR a year, not scored. Owner: Ole.\n"
        "  Risk: Gave notice.\n"
        "  Last touch: today.\n\n"
        "Beta: 100.00 EUR a year, not scored. Owner: Olga.\n"
        "  Last touch: never (too long); next on 3 Jul 2026.\n\n"
        "0 companies besides that are no customer (--json has all).\n"
    )
    found = json.loads(said(home, "portfolio", "cleo@us.example", "--json"))
    assert (found["managed"]["customer_count"], found["managed"]["arr"], found["owners"]) == (2, "100.000000000000", [])
    assert json.loads(said(home, "portfolio", "olga@us.example", "--json"))["managed"] is None
    told = json.loads(said(home, "handover", "Cleo West", "--json"))
    assert ([one["company_id"] for one in told["accounts"]], told["left_out"]) == (["beta"], 1)


def test_a_week_of_the_business_with_the_most_money_first(home: Home) -> None:
    assert said(home, "week") == (
        "The whole business, as of 2026-06-30.\n\n"
        "Week of 29 Jun 2026 (not over):\n"
        "  ARR 1.\n"
        "  More lost.\n"
        "  In particular:\n"
        "    Mon 29 Jun  Beta: Lost much.\n"
        "    Mon 29 Jun  Acme: A little.\n"
        "    Unknown: Somebody.\n"
    )
    assert "... and 2 more: --limit 0 prints all." in said(home, "week", "--limit", "1")


def test_the_weeks_of_one_company(home: Home) -> None:
    text = said(home, "week", "--company", "acme", "--weeks", "2")
    assert text.index("A little.") < text.index("Week of 22 Jun 2026:") < text.index("Long ago.")
    assert "ARR" not in text
    assert "Nothing has changed; the last 13 weeks are kept." in said(home, "week", "--company", "idle")
    found = json.loads(said(home, "week", "--weeks", "2", "--json"))
    assert [one["is_complete"] for one in found["weeks"]] == [False, True]
    assert [len(one["companies"]) for one in found["weeks"]] == [3, 1]


def test_a_handover_of_a_company_names_the_record_behind_each_line(home: Home) -> None:
    assert said(home, "handover", "acme") == (
        "Handover of Acme, as of 2026-06-30.\n\n"
        "Acme\n"
        "  The account:\n"
        "    First.  [company acme]\n"
        "    Second.  [company acme]\n"
        "  Notes:\n"
        "    Mind the gap.  [company acme]\n"
    )


def test_a_handover_of_all_accounts_of_one_of_our_people(home: Home) -> None:
    text = said(home, "handover", "olga north")
    assert text.startswith("Handover of Olga North")
    assert text.index("First.") < text.index("Call.")
    assert "1 company is left out: no customer, and no opportunity is open." in text
    assert said(home, "handover", "olga").startswith("Handover of Olga North"), (
        "a part of a name, where no company has it"
    )
    assert "Handover of Idle" in said(home, "handover", "idle")
    assert "Nobody goes by 'zzz'" in said(home, "handover", "zzz", code=2)


def test_help_gives_an_example(tmp_path: Path) -> None:
    for name in ("portfolio", "week", "handover"):
        assert f"Example: rapport {name}" in CliRunner().invoke(app, [name, "--help"]).output
    assert "no Rapport home yet" in said(Home(tmp_path / "none"), "week", code=2).replace("\n", " ")
