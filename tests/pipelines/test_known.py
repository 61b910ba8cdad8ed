"""What was known on a day is what was published on that day: the same year replayed, and looked back upon from its end.

It builds everything once for each month: of two months, or of all twelve where RAPPORT_WHOLE_YEAR is set.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import warnings
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest

from pipelines import known, publish, runs
from pipelines.answers.lookup import NothingFoundError
from pipelines.assets import as_of_instant
from pipelines.home import Home
from pipelines.match import decisions
from pipelines.rooms import invariants, sources
from pipelines.schemas import literal
from pipelines.sync import raw
from pipelines.sync.ingest import sync
from pipelines.tables import build, workflows
from pipelines.warehouse import Connection, open_warehouse, scalar, table_names
from tests.pipelines import year
from tests.pipelines.conftest import ENVIRONMENT, check_all

with warnings.catch_warnings():
    # typer before 0.26 imports a name that click 8.5 warns about
    warnings.filterwarnings("ignore", "'click.utils", DeprecationWarning)
    from typer.testing import CliRunner, Result

    from pipelines.cli import app

IS_WHOLE = bool(os.environ.get("RAPPORT_WHOLE_YEAR"))
MONTHS = tuple(range(1, 13)) if IS_WHOLE else (6, 9)
whole_year = pytest.mark.skipif(not IS_WHOLE, reason="takes long: set RAPPORT_WHOLE_YEAR to run it")
CONNECTED = ("hubspot", "stripe", "zendesk")
UNLIKE_BY_NATURE = {"meta.run": ("known_until",)}
"""Columns that cannot be equal: the past picture says up to when it knows, the one of then knew all there was."""


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home that lived through the year: synced, built, checked and published at each month's end, a copy kept."""
    place = Home(tmp_path_factory.mktemp("year") / "home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ENVIRONMENT:
            patch.setenv(name, "")
        place.create(list(sources()))
        place.prepare_environment()
        (place.config / "sync.toml").write_text(year.SYNC)
        (place.config / "workflow.toml").write_text(year.WORKFLOW)
        for month in MONTHS:
            _live(place, month)
    return place


def _live(home: Home, month: int) -> None:
    for name, text in year.files(month).items():
        (home.inbox / name).write_text(text)
    (home.config / decisions.NAME).write_text(year.decisions(month))
    sync(home, CONNECTED, year.delivered_at(month), lambda _: None)
    with open_warehouse(home, "a test") as con:
        workflows.prepare(con)
        build.prepare(con, home, as_of_instant(year.last_day(month)))
        _settle_first(con, year.last_day(month))
        build.prepare(con, home, as_of_instant(year.last_day(month)))
        wanted = build.fingerprints(con)
        for table in build.stale(con):
            build.build(con, table, wanted[table.name])
        told_only = {invariant.name for invariant in invariants() if not invariant.is_blocking}
        assert [
            check for check, verdict in check_all(con).items() if not verdict.holds and check not in told_only
        ] == []
        publish.publish(con, home)
    kept(home, month).parent.mkdir(exist_ok=True)
    shutil.copy(home.snapshot, kept(home, month))


def _settle_first(con: Connection, day: date) -> None:
    """Somebody does one of the open tasks of the workflows."""
    query = (
        "select workflow_run_id || ':' || step from ledger.workflow_step "
        "where workflow_run_id || ':' || step not in (select task_id from ledger.task_done) order by 1 limit 1"
    )
    for (task,) in con.execute(query).fetchall():
        workflows.settle(con, task, "done", day, "mia@lumenly.example")


def kept(home: Home, month: int) -> Path:
    return home.path / "kept" / f"{month}.duckdb"


def look_back(home: Home, month: int) -> runs.RunResult:
    return known.run(home, None, lambda _: None, lambda *_: None, known_on=year.last_day(month))


def everything(home: Home) -> dict[str, list[tuple[object, ...]]]:
    """How many rows each table of the warehouse has, and all of what cannot be worked out anew."""
    with open_warehouse(home, "a test") as con:
        return {
            name: con.execute(f"{what} from {name} order by all").fetchall()
            for name in table_names(con)
            for what in ["select *" if name.split(".")[0] in ("meta", "ledger") else "select count(*)"]
        }


def differences(then: Path, now: Path) -> list[str]:
    """Every table in which two published files differ, with how many rows either has that the other has not."""
    with duckdb.connect() as con:
        for name, path in (("past", then), ("again", now)):
            con.execute(f"attach {literal(path)} as {name} (read_only)").fetchall()
        listed = "select schema_name || '.' || table_name from duckdb_tables() where database_name = '{}'"
        past, again = ({name for (name,) in con.execute(listed.format(db)).fetchall()} for db in ("past", "again"))
        told = [f"{name}: only in one of the two" for name in sorted(past ^ again)]
        for name in sorted(past & again):
            if con.execute(f"describe past.{name}").fetchall() != con.execute(f"describe again.{name}").fetchall():
                told.append(f"{name}: other columns")
                continue
            left_out = ", ".join(UNLIKE_BY_NATURE.get(name, ()))
            rows = f"select * exclude ({left_out})" if left_out else "select *"
            then_only, now_only = (
                scalar(con, f"select count(*) from ({rows} from {a}.{name} except all {rows} from {b}.{name})")
                for a, b in (("past", "again"), ("again", "past"))
            )
            if then_only or now_only:
                told.append(f"{name}: {then_only} rows only then, {now_only} only now")
    return told


@pytest.mark.parametrize("month", MONTHS if IS_WHOLE else MONTHS[:1])
def test_what_was_known_then_is_what_was_published_then(lived: Home, month: int) -> None:
    before = lived.snapshot.read_bytes(), everything(lived)
    result = look_back(lived, month)
    assert (result.failures, result.published) == ([], True)
    assert differences(kept(lived, month), lived.known(year.last_day(month))) == []
    assert (lived.snapshot.read_bytes(), everything(lived)) == before
    assert not (lived.work / "known").exists()
    assert [path.name for path in lived.published.glob("**/.*")] == []


@whole_year
def test_the_year_holds_what_it_promises(lived: Home) -> None:
    """Or else the comparison would be of nothing."""
    with open_warehouse(lived, "a test") as con:
        for query in (
            "select count(*) from meta.absent_before",
            "select count(*) from meta.absent",
            "select count(*) from meta.rejected",
            "select count(*) from quarantine.hubspot__contact",
            "select count(*) from ledger.task_done",
            "select count(*) from ledger.workflow_run where exited_on is not null",
            "select count(*) from ledger.founder where founded_at > timestamp '2025-06-30'",
            "select count(*) from policy.match_decision where undone_at is not null",
            "select count(*) from objects.company where source_system = 'hubspot' and company_id like 'stripe:%'",
        ):
            assert con.execute(query).fetchall()[0][0] > 0, query


def test_one_month_is_not_the_other(lived: Home) -> None:
    """Or else the comparison would be of nothing."""
    files = [kept(lived, month) for month in MONTHS]
    for one, other in pairwise(files):
        assert len(differences(one, other)) > 20


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What commands say about their home to Dagster and dlt is put back after each test."""
    for name in ENVIRONMENT:
        monkeypatch.setenv(name, "")


@pytest.fixture
def looked_back(lived: Home) -> date:
    """A day of which there is a picture: the one published then stands in for it."""
    day = year.last_day(MONTHS[-1])
    lived.known(day).parent.mkdir(exist_ok=True)
    shutil.copy(kept(lived, MONTHS[-1]), lived.known(day))
    return day


def test_a_brief_of_the_past(lived: Home, looked_back: date) -> None:
    told = rapport(lived, "brief", "Harbour Works 3", "--as-known-on", str(looked_back))
    assert told.exit_code == 0
    assert f"As of {looked_back:%-d %b %Y}, as known on {looked_back:%-d %b %Y}." in said(told)
    found = json.loads(rapport(lived, "brief", "Harbour Works 3", "--as-known-on", str(looked_back), "--json").stdout)
    assert found["as_known_on"] == str(looked_back)
    missing = rapport(lived, "brief", "Harbour Works 3", "--as-known-on", f"{year.YEAR}-01-15")
    assert missing.exit_code == 2
    assert f"run `rapport run --as-known-on {year.YEAR}-01-15` first" in said(missing)


def test_the_command_says_what_came_of_it(lived: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    day = year.last_day(MONTHS[0])
    refused = rapport(lived, "run", "--as-known-on", f"{year.YEAR - 1}-12-31")
    assert refused.exit_code == 2
    assert "Nothing had been delivered" in said(refused)
    assert rapport(lived, "run", "--as-known-on", "31.12.2025").exit_code == 2
    asked: list[tuple[date | None, date]] = []

    def run(home: Home, as_of: date | None, *_: object, known_on: date) -> runs.RunResult:
        asked.append((as_of, known_on))
        return runs.RunResult(as_of or known_on, known_on, published=not failures, failures=failures)

    monkeypatch.setattr(known, "run", run)
    failures: list[str] = []
    told = json.loads(rapport(lived, "run", "--as-known-on", str(day), "--json").stdout)
    assert (told["as_of"], told["known_on"], told["published"]) == (str(day), str(day), True)
    assert told["snapshot"] == str(lived.known(day))
    assert f"as known on {day}," in said(
        rapport(lived, "run", "--as-known-on", str(day), "--as-of", f"{year.YEAR}-01-31")
    )
    assert asked == [(None, day), (date(year.YEAR, 1, 31), day)]
    failures.append("objects.ticket: the check schema does not hold")
    failed = rapport(lived, "run", "--as-known-on", str(day))
    assert failed.exit_code == 1
    assert f"{lived.known(day)} is as it was" in said(failed)


def rapport(home: Home, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--home", str(home.path)])


def said(result: Result) -> str:
    """Everything a command printed, without the line breaks of a narrow screen."""
    return " ".join(re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", result.output).split())


@whole_year
@pytest.mark.parametrize("forgotten", ["deliveries", "ledger"])
def test_a_filter_that_is_dropped_shows(lived: Home, monkeypatch: pytest.MonkeyPatch, forgotten: str) -> None:
    month = MONTHS[0]
    late = datetime(2100, 1, 1)
    name = "_take_rows" if forgotten == "deliveries" else "_take"
    right = getattr(known, name)
    monkeypatch.setattr(known, name, lambda *given: right(*given[:-1], late))
    assert look_back(lived, month).published
    told = differences(kept(lived, month), lived.known(year.last_day(month)))
    assert len(told) > (20 if forgotten == "deliveries" else 1), told


def test_every_table_of_the_books_is_taken_over_or_left_on_purpose(lived: Home) -> None:
    with open_warehouse(lived, "a test") as con:
        raw.prepare(con)
        books = {name for name in table_names(con) if name.split(".")[0] in ("meta", "ledger")}
    assert books == {*known.DELIVERED, *known.NOTED, *known.LEFT}


def test_before_the_first_delivery_nothing_was_known(lived: Home) -> None:
    day = date(year.YEAR - 1, 12, 31)
    with pytest.raises(NothingFoundError, match=f"the first delivery came on {year.last_day(MONTHS[0])}"):
        known.run(lived, None, lambda _: None, lambda *_: None, known_on=day)
    assert not lived.known(day).exists()
    assert not (lived.work / "known").exists()
