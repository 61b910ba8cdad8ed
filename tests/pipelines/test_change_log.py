"""What changed and what was restated, from a file that arrives to the words on the screen."""

from __future__ import annotations

import json
import warnings
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines import publish
from pipelines.answers.change_log import change_line, find_changes, find_restatements, restatement_line
from pipelines.answers.lookup import NothingFoundError
from pipelines.assets import as_of_instant
from pipelines.home import Home
from pipelines.schemas import definition, schema_of
from pipelines.sync.ingest import sync
from pipelines.tables import build
from pipelines.warehouse import Connection, open_warehouse
from tests.pipelines import small_world

with warnings.catch_warnings():
    # typer before 0.26 imports a name that click 8.5 warns about
    warnings.filterwarnings("ignore", "'click.utils", DeprecationWarning)
    from typer.testing import CliRunner

    from pipelines.cli import app

FEBRUARY, MARCH = date(2026, 2, 1), date(2026, 3, 1)
TABLES = ("marts.company_360", "objects.company", "objects.company_domain", "history.change", "marts.restatement")
COMPANIES = (("c1", "Harbour & Finch"), ("c2", "Pellworm Energie"))


def filled(home: Home, table: str, *rows: dict[str, Any]) -> None:
    """Add rows to a table of the published file."""
    with duckdb.connect(str(home.snapshot)) as con:
        for row in rows:
            names, marks = ", ".join(row), ", ".join("?" for _ in row)
            con.execute(f"insert into {table} ({names}) values ({marks})", list(row.values())).fetchall()


def change(day: str, sentence: str, **more: Any) -> dict[str, Any]:
    row = {"object": "contact", "object_id": "p1", "field": "name", "changed_at": f"{day} 10:00:00", "company_id": "c1"}
    origin = {"source_key": "crm:7", "loaded_at": f"{day} 12:00:00", "file": "people.csv", "line": 3}
    return {**row, **origin, "sentence": sentence, **more}


@pytest.fixture
def told(home: Home) -> Home:
    """A home whose published file was made by hand."""
    home.snapshot.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(home.snapshot)) as con:
        for table in TABLES:
            schema = schema_of(table)
            assert schema is not None
            con.execute(f"create schema if not exists {table.split('.')[0]}").fetchall()
            con.execute(f"create table {table} ({definition(schema).replace(' not null', '')})").fetchall()
    for key, name in COMPANIES:
        filled(home, "marts.company_360", {"company_id": key, "name": name})
        filled(home, "objects.company", {"company_id": key, "name": name})
    return home


def test_the_log_of_a_company_newest_first_between_two_days(told: Home) -> None:
    filled(
        told,
        "history.change",
        change("2026-06-01", "Contact Ada Smith was added."),
        change("2026-06-30", 'Contact Ada Smith: tags: "vip" was added.', file=None, line=None),
        change("2026-07-01", "Too late."),
        change("2026-06-02", "Another company's.", company_id="c2"),
        change("2026-06-03", "It went away.", company_id="c2", field="company_id", old_value="c1"),
    )
    found = find_changes(told, "Harbour & Finch", date(2026, 6, 1), date(2026, 6, 30))
    assert [change_line(row) for row in found] == [
        '2026-06-30  Contact Ada Smith: tags: "vip" was added.  (crm, record 7)',
        "2026-06-03  It went away.  (crm/people.csv:3)",
        "2026-06-01  Contact Ada Smith was added.  (crm/people.csv:3)",
    ]
    assert len(find_changes(told, "c1")) == 4
    with pytest.raises(NothingFoundError, match="Nobody goes by 'Nobody'"):
        find_changes(told, "Nobody")


def restatement(member: str, **more: Any) -> dict[str, Any]:
    dimension = "(all)" if member == "(all)" else "company_id"
    key = {"metric": "mrr", "dimension": dimension, "member": member, "period": MARCH, "publication": 2}
    said = {"unit": "currency", "currency": "EUR", "first_said": 100, "said": 100, "says": "1260.5", "difference": 0}
    why = {"cause": "policy changed", "because": "Policy changed: revenue.", "change_count": 0}
    company = member if dimension == "company_id" else None
    return {**key, **said, **why, "company_id": company, "restated_at": datetime(2026, 7, 3), **more}


def test_restatements_in_words(told: Home) -> None:
    rows = [
        restatement("c1", first_said=90),
        restatement("(all)"),
        restatement("gone:7", currency="USD", publication=1),
        restatement(
            "(all)", period=FEBRUARY, metric="csat", unit="ratio", currency=None, first_said=None, said=None, says="0.5"
        ),
    ]
    filled(told, "marts.restatement", *rows)
    assert [restatement_line(row).splitlines()[0] for row in find_restatements(told)] == [
        "MRR of March 2026: 100.00 EUR, now 1,260.50 EUR, since 2026-07-03.",
        "MRR of March 2026, Harbour & Finch: 100.00 EUR (first 90.00 EUR), now 1,260.50 EUR, since 2026-07-03.",
        "CSAT of February 2026: nothing, now 50.00%, since 2026-07-03.",
        "MRR of March 2026, gone:7: 100.00 USD, now 1,260.50 USD, since 2026-07-03.",
    ]
    assert restatement_line(find_restatements(told)[0]).endswith("policy changed: Policy changed: revenue.")
    assert [row["member"] for row in find_restatements(told, MARCH, "Harbour & Finch")] == ["c1"]
    assert [row["metric"] for row in find_restatements(told, FEBRUARY)] == ["csat"]


def test_the_commands(told: Home) -> None:
    filled(told, "history.change", change("2026-06-01", "Contact Ada Smith was added."))
    run = CliRunner().invoke
    said = run(app, ["changes", "c1"])
    assert (said.exit_code, said.output) == (0, "2026-06-01  Contact Ada Smith was added.  (crm/people.csv:3)\n")
    assert run(app, ["changes", "c2"]).output == "Nothing changed.\n"
    filled(told, "history.change", change("2026-05-01", "Contact Bo Lund was added.", object_id="p2"))
    said = run(app, ["changes", "c1", "--limit", "1"])
    assert said.output.splitlines()[1:] == ["... and 1 before them: --limit 0 prints all."]
    assert len(run(app, ["changes", "c1", "--limit", "0"]).output.splitlines()) == 2
    row, _ = json.loads(run(app, ["changes", "c1", "--json"]).stdout)
    assert (row["object"], row["line"]) == ("contact", 3)
    assert "said otherwise" in run(app, ["restatements", "--month", "2026-03"]).output
    assert json.loads(run(app, ["restatements", "--json"]).stdout) == []
    nobody = run(app, ["restatements", "--company", "Nobody"])
    assert (nobody.exit_code, "Nobody goes by" in nobody.output) == (2, True)


def made_and_published(con: Connection, home: Home) -> None:
    """What a run does, but for the checks."""
    build.prepare(con, home, as_of_instant(small_world.LAST_DAY))
    wanted = build.fingerprints(con)
    for table in build.stale(con):
        build.build(con, table, wanted[table.name])
    publish.publish(con, home)


def late_file(folder: Path) -> None:
    """Pellworm's two seats cost 80 and not 50, and always did; and it has moved."""
    text = small_world._page([small_world._subscription("cus_2", 8_000)])
    (folder / "stripe" / "subscriptions_late.json").write_text(text)
    rows = small_world.COMPANIES.replace("2026-06-18 09:12", "2026-07-02 09:12").replace(",Energy,", ",Wind energy,")
    (folder / "hubspot" / "companies_late.csv").write_text(rows)


def test_from_a_late_file_to_what_is_said_of_it(copied: Home) -> None:
    late_file(copied.inbox)
    sync(copied, ["hubspot", "stripe"], datetime(2026, 7, 3), lambda _: None)
    with open_warehouse(copied, "a test") as con:
        made_and_published(con, copied)
        noted = con.execute("select publication, is_published from ledger.publication order by 1").fetchall()
        assert noted == [(1, True), (2, True)]
        assert publish.is_current(con, copied)

    (newest, *_) = find_changes(copied, "pellworm.example")
    sentence = 'Company Pellworm Energie: industry changed from "Energy" to "Wind energy".'
    assert change_line(newest) == f"2026-07-02  {sentence}  (hubspot/companies_late.csv:3)"

    whole, company, *more = find_restatements(copied, MARCH)
    assert (whole["metric"], whole["dimension"], company["company_name"]) == ("arpa", "(all)", None)
    ((mrr),) = find_restatements(copied, MARCH, "pellworm.example")
    assert (float(mrr["said"]), float(mrr["says"]), mrr["cause"]) == (100, 160, "late or changed source rows")
    assert "unit amount 80.00 EUR" in mrr["because"]
    assert "(stripe/subscriptions_late.json:1)" in mrr["because"]
    assert {row["cause"] for row in [whole, company, *more]} == {"late or changed source rows"}
