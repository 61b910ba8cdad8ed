"""The command line: every command explains itself, scripts get JSON, and each exit code means one thing."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines.home import ROOT, Home
from pipelines.rooms import sources
from pipelines.sync.pull import Pulled
from pipelines.warehouse import open_warehouse
from tests.pipelines import small_world
from tests.pipelines.conftest import Drop

with warnings.catch_warnings():
    # typer before 0.26 imports a name that click 8.5 warns about
    warnings.filterwarnings("ignore", "'click.utils", DeprecationWarning)
    from typer.testing import CliRunner, Result

    from pipelines.cli import app

COMMANDS = [command.name or str(command.callback.__name__) for command in app.registered_commands if command.callback]
COMMANDS += [str(group.name) for group in app.registered_groups]
AS_OF = ["--as-of", str(small_world.LAST_DAY)]


def rapport(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def said(result: Result) -> str:
    """Everything a command printed, without the line breaks and the frames of a narrow screen."""
    return " ".join(re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|│", "", result.output).split())


def as_json(*arguments: str) -> Any:
    result = rapport(*arguments, "--json")
    return json.loads(result.stdout)


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep Dagster's history of a run in memory."""
    monkeypatch.setattr(dg.DagsterInstance, "get", dg.DagsterInstance.ephemeral)


def test_help_names_every_command() -> None:
    result = rapport("--help")
    assert result.exit_code == 0
    assert set(COMMANDS) >= {"init", "sync", "run", "status", "brief", "demo", "doctor", "dev", "compare"}
    assert set(COMMANDS) >= {"match", "explain"}
    for command in COMMANDS:
        assert command in result.output


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_what_it_does_with_an_example(command: str) -> None:
    result = rapport(command, "--help")
    assert result.exit_code == 0
    assert f"Example: rapport {command}" in said(result)
    assert re.search(rf"Usage: \S+ {command} \[OPTIONS\].* [A-Z].*\.", said(result)), "a sentence about it"


def test_the_command_is_installed() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("rapport"), "--help"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_init_makes_a_home_and_leaves_what_is_there(home: Home) -> None:
    shutil.rmtree(home.path)
    made = as_json("init")
    assert made["home"] == str(home.path)
    assert {path.name for path in home.inbox.iterdir()} == set(sources())
    settings = home.dagster / "dagster.yaml"
    assert "enabled: false" in settings.read_text()
    settings.write_text("mine: true\n")
    again = as_json("init")
    assert again["made"] == []
    assert settings.read_text() == "mine: true\n"
    assert "everything was there" in said(rapport("init"))


@pytest.mark.parametrize(
    "command",
    [
        *(["sync"], ["run"], ["status"], ["brief", "Acme"], ["dev"]),
        *(["explain", "mrr", "Acme", "2026-06"], ["compare", "--policy", "standard", "--policy", "stripe"]),
    ],
)
def test_without_a_home_it_says_how_to_make_one(command: list[str], home: Home, tmp_path: Path) -> None:
    result = rapport(*command, "--home", str(tmp_path / "nowhere"))
    assert result.exit_code == 2
    assert "Run `rapport init` first" in said(result)
    assert not (tmp_path / "nowhere").exists()


def test_an_unknown_source_is_answered_with_those_there_are(home: Home) -> None:
    result = rapport("sync", "pipedrive")
    assert result.exit_code == 2
    assert "No source is called pipedrive." in said(result)
    for source in sources():
        assert source in said(result)


def test_sync_tells_of_each_file(home: Home) -> None:
    for name, text in small_world.files().items():
        (home.inbox / name).write_text(text)
    (hubspot,) = as_json("sync", "hubspot", "--delivered-at", "2026-07-01T00:00:00")
    assert hubspot["files_known"] == 0
    counts = {found["file"]: (found["rows_read"], found["rows_quarantined"]) for found in hubspot["deliveries"]}
    assert counts == {"companies.csv": (4, 1), "contacts.csv": (3, 0)}
    result = rapport("sync", "zendesk")
    assert result.exit_code == 0
    assert re.search(r"zendesk +1 +0 +1 +1 +0 +0", result.output)
    found = {source["source"]: source for source in as_json("status")}
    assert found["hubspot"]["last_delivered_at"] == "2026-07-01 00:00:00"
    assert found["hubspot"]["rows_stored"] == 6
    (row,) = found["hubspot"]["quarantine"]["quarantine.hubspot__companies"]["first"]
    assert (row["file"], row["line"]) == ("companies.csv", 5)
    assert found["stripe"]["files_in_inbox"] == 5
    assert found["stripe"]["files_delivered"] == 0
    shown = said(rapport("status"))
    assert "companies.csv:5 2 fields where the header has 7" in shown


RENAMED = "Record Id No,Company name,Create Date,Last Modified Date\n1,Acme,2025-01-01,2026-01-01\n"


def test_a_file_that_is_set_aside_whole_has_an_exit_code_of_its_own(home: Home, drop: Drop) -> None:
    drop("hubspot/companies.csv", RENAMED)
    drop("hubspot/contacts.csv", small_world.files()["hubspot/contacts.csv"])
    result = rapport("sync", "hubspot")
    assert result.exit_code == 3
    assert re.search(r"hubspot +2 +0 +3 +3 +0 +0", result.output), "a file is no row"
    assert "hubspot/companies.csv: the whole file was set aside: columns fit companies best" in said(result)
    (shown,) = [source for source in as_json("status") if source["source"] == "hubspot"]
    assert (shown["files_delivered"], shown["rows_read"], shown["rows_quarantined"]) == (2, 3, 0)
    status = said(rapport("status"))
    assert "quarantine.hubspot__file: 1 whole files set aside companies.csv columns fit" in status
    assert rapport("sync", "hubspot").exit_code == 0, "it is told once"
    with open_warehouse(home, "a test") as con:
        assert con.execute("select count(*) from raw_hubspot.contacts").fetchone() == (3,), "the good file is in"
    drop("hubspot/companies.csv", small_world.files()["hubspot/companies.csv"])
    assert rapport("sync", "hubspot").exit_code == 0, "one row of four is set aside, not the file"
    assert "quarantine.hubspot__file" not in said(rapport("status")), "the mended file clears it"


def test_a_file_whose_every_row_is_set_aside_is_set_aside_whole(home: Home, drop: Drop) -> None:
    header = small_world.files()["hubspot/companies.csv"].splitlines()[0]
    drop("hubspot/companies.csv", f"{header}\n1,Acme\n2,Beta\n")
    result = rapport("sync", "hubspot", "--json")
    assert result.exit_code == 3
    (found,) = json.loads(result.stdout)
    assert found["files_set_aside"] == {"companies.csv": ""}
    assert (found["deliveries"][0]["rows_read"], found["deliveries"][0]["rows_quarantined"]) == (2, 2)


def test_what_failed_comes_before_what_was_set_aside(home: Home, drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    drop("hubspot/companies.csv", RENAMED)
    failed = Pulled("hubspot", "contacts", 0, 0.0, None, problem="the API does not take the key")
    monkeypatch.setattr("pipelines.sync.pull.pull", lambda *_: [failed])
    assert rapport("sync", "hubspot").exit_code == 1


def test_the_exit_codes_are_told() -> None:
    shown = said(rapport("--help"))
    for code in ("0 done", "1 done, but", "2 not understood", "3 done, but a whole file was set aside"):
        assert code in shown
    assert "3 where a file brought nothing at all" in said(rapport("sync", "--help"))


def test_status_of_an_empty_home(home: Home) -> None:
    assert [source["files_delivered"] for source in as_json("status")] == [0] * len(sources())
    assert rapport("status").exit_code == 0


def test_a_broken_policy_is_named_with_file_and_line(home: Home) -> None:
    own = home.config / "nps.toml"
    own.write_text("# mine\npromoter_from = 'nine'\n")
    result = rapport("run", *AS_OF)
    assert result.exit_code == 2
    assert f"{own}:2: promoter_from" in said(result)
    findings = as_json("doctor")
    assert [finding for finding in findings if not finding["is_well"] and f"{own}:2" in finding["what"]]
    assert rapport("doctor").exit_code == 1


def test_a_run_with_nothing_new_says_so(copied: Home) -> None:
    told = as_json("run", *AS_OF)
    assert (told["succeeded"], told["published"], told["built"], told["failures"]) == (True, False, {}, [])
    assert told["snapshot"] == str(copied.snapshot)
    result = rapport("run", *AS_OF)
    assert result.exit_code == 0
    assert "Nothing has changed since the last run as of 2026-06-30" in said(result)


def test_a_run_that_fails_says_what_and_exits_with_1(copied: Home, silent: None) -> None:
    with open_warehouse(copied, "a test") as con:
        con.execute("update objects.ticket set status = 'lost'").fetchall()
        con.execute("delete from meta.check_state where name = 'schema of objects.ticket'").fetchall()
    result = rapport("run", *AS_OF)
    assert result.exit_code == 1
    assert "FAILED objects.ticket: the check schema does not hold" in said(result)
    assert f"{copied.snapshot} is as it was" in said(result)


def test_a_wrong_day_is_refused(home: Home) -> None:
    result = rapport("run", "--as-of", "30.06.2026")
    assert result.exit_code == 2
    assert "'30.06.2026' is not a day. Write it like 2026-06-30" in said(result)


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (["compare", "--policy", "standard", "--month", "June"], "'June' is not a month. Write it like 2026-06 "),
        (["explain", "mrr", "Acme", "2026-13"], "'2026-13' is not a month. Write it like 2026-06 "),
        (["changes", "Acme", "--since", "1.6."], "'1.6.' is not a day. Write it like 2026-06-30 "),
        (["sync", "--delivered-at", "now"], "'now' is not a moment. Write it like 2026-06-30 or 2026-06-30T14:05:00."),
    ],
)
def test_a_time_that_cannot_be_read_is_answered_with_an_example(command: list[str], answer: str, home: Home) -> None:
    result = rapport(*command)
    assert result.exit_code == 2
    assert answer in said(result)
    assert "%" not in said(result)


def test_brief_finds_a_company_and_a_person(copied: Home) -> None:
    assert as_json("brief", "pellworm.example")["company"]["name"] == "Pellworm Energie"
    result = rapport("brief", "aoife@harbourfinch.example")
    assert result.exit_code == 0
    assert "Aoife Brennan" in said(result)
    nobody = rapport("brief", "Pellwurm Energy")
    assert nobody.exit_code == 2
    assert "Did you mean Pellworm Energie" in said(nobody)


def test_brief_before_anything_is_published(home: Home) -> None:
    result = rapport("brief", "Acme")
    assert result.exit_code == 2
    assert "Nothing is published" in said(result)


def test_doctor_looks_at_a_healthy_home(copied: Home) -> None:
    findings = as_json("doctor")
    assert all(finding["is_well"] for finding in findings), findings
    assert any("it is as of 2026-06-30" in finding["what"] for finding in findings)


def test_doctor_and_sync_say_who_writes(home: Home) -> None:
    code = "import sys; from pathlib import Path; from pipelines.home import Home; from pipelines.warehouse import *\n"
    code += "with open_warehouse(Home(Path(sys.argv[1])), 'another job'): print('held', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code, str(home.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        sync = rapport("sync")
        doctor = rapport("doctor")
        other.communicate("")
    assert sync.exit_code == 2
    assert "being written by 'another job'" in said(sync)
    assert doctor.exit_code == 1
    assert "'another job'" in said(doctor)
