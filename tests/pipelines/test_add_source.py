"""A connector from exports nobody described: what is seen in them, what is proposed, and what is written and works."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import polars as pl
import pytest

from pipelines import home
from pipelines.home import ROOT
from pipelines.new_source.profiling import Looked, UnreadableError, look
from pipelines.new_source.proposing import propose
from pipelines.new_source.sampling import samples
from pipelines.new_source.scaffold import connector, objects_of

with warnings.catch_warnings():
    # typer before 0.26 imports a name that click 8.5 warns about
    warnings.filterwarnings("ignore", "'click.utils", DeprecationWarning)
    from typer.testing import CliRunner

    from pipelines.cli import app
    from pipelines.new_source import add_source

CUSTOMERS = """\
Kunden-Nr.;Firma;Webseite;Umsatz;Mitarbeiter;Land;Kunde seit;Betreuer E-Mail;Währung;Bemerkung
4711;Müller & Söhne;https://www.mueller.example/de;1.234.567,50;120;DE;03.04.2019;Eva@vendor.example;EUR;nett
4712;Acme;acme.example;98.000,00;12;US;17.05.2021;eva@vendor.example;EUR;
4713;Pellworm;;1.000;7;DE;01.01.2020;tom@vendor.example;EUR;geheim
"""
PEOPLE = """\
id,first name,surname,e-mail,phone number,job title,customer number,newsletter
p1,Ada,Stone,ada@acme.example,+49 30 1234567,CTO,4712,yes
p2,Bob,Hill,bob@mueller.example,,Buyer,4711,no
"""
INVOICES = """\
Invoice No,Customer,Invoice Date,Due Date,Net,Tax,Gross,Currency,State
R-1,4711,03/31/2026,04/30/2026,"1,000.00",190.00,"1,190.00",EUR,Bezahlt
R-2,4712,04/15/2026,05/15/2026,500.00,95.00,595.00,EUR,offen
"""


def write(folder: Path, **files: str) -> list[Path]:
    paths = []
    for name, text in files.items():
        path = folder / f"{name}.csv"
        path.write_bytes(text.encode("cp1252" if ";" in text else "utf-8"))
        paths.append(path)
    return paths


def seen(folder: Path, text: str, **options: bool) -> Looked:
    (found,) = look(write(folder, export=text), **options)
    return found


@pytest.mark.parametrize(
    ("values", "kind", "decimal", "date_format", "is_unclear"),
    [
        (["1", "-20"], "whole", None, None, False),
        (["1.5", "1,234.50"], "number", ".", None, False),
        (["1,5", "1.234,50"], "number", ",", None, False),
        (["1.234", "2.500"], "number", None, None, True),
        (["2026-03-31"], "day", None, None, False),
        (["2026-03-31T10:00:00Z", "2026-04-01 09:00"], "instant", None, None, False),
        (["03.04.2026", "1.2.2026"], "day", None, "%d.%m.%Y", False),
        (["31/03/26"], "day", None, "%d/%m/%y", False),
        (["03/31/2026 10:00"], "instant", None, "%m/%d/%Y %H:%M", False),
        (["03/04/2026"], "day", None, None, True),
        (["1.2.2026", "1/2/2026"], "text", None, None, False),
        (["yes", "No"], "flag", None, None, False),
        (["a@b.example"], "email", None, None, False),
        (["acme.example"], "domain", None, None, False),
        (["https://acme.example/x"], "url", None, None, False),
        (["EUR", "USD"], "currency", None, None, False),
        (["+49 30 1234567"], "phone", None, None, False),
        (['{""a"": 1}'], "json", None, None, False),
        (["", ""], "empty", None, None, False),
        (["red", "blue"], "text", None, None, False),
    ],
)
def test_a_column_looks_like(
    tmp_path: Path, values: list[str], kind: str, decimal: str | None, date_format: str | None, is_unclear: bool
) -> None:
    rows = "".join(f'{number},"{value}"\n' for number, value in enumerate(values))
    column = seen(tmp_path, f"no,value\n{rows}").columns[1]
    assert (column.kind, column.decimal, column.date_format) == (kind, decimal, date_format)
    assert (column.unclear is not None) == is_unclear


def test_what_is_unclear_is_settled_by_the_file_or_the_person(tmp_path: Path) -> None:
    found = seen(tmp_path, "no;net;gross\n1;1.234;12,5\n").columns
    assert [(column.decimal, column.unclear) for column in found[1:]] == [(",", None), (",", None)]
    (date,) = seen(tmp_path, "day\n03/04/2026\n", month_first=True).columns
    assert date.date_format == "%m/%d/%Y"
    (dots,) = seen(tmp_path, "day\n31/12/2026\n", month_first=True).columns
    assert dots.date_format == "%d/%m/%Y", "what the values say counts"


def test_files_of_the_same_columns_are_one_export(tmp_path: Path) -> None:
    paths = write(tmp_path, people_2025=PEOPLE, people_2026=PEOPLE, broken="a,b\n1,2\n")
    assert [export.name for export in look(paths)] == ["people", "broken"]
    with pytest.raises(UnreadableError, match="is no file"):
        look([tmp_path / "none.csv"])
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0" + bytes(99))
    with pytest.raises(UnreadableError, match="an old Excel file"):
        look([tmp_path / "old.xls"])
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(UnreadableError, match="holds no rows"):
        look([tmp_path / "empty.csv"])


def test_the_likely_object_and_its_fields(tmp_path: Path) -> None:
    found = [propose(export) for export in look(write(tmp_path, kunden=CUSTOMERS, people=PEOPLE, rechnungen=INVOICES))]
    assert [proposal.object for proposal in found] == ["company", "contact", "invoice"]
    assert [[column.header for column in proposal.key] for proposal in found] == [
        ["Kunden-Nr."],
        ["id"],
        ["Invoice No"],
    ]
    places = [
        {match.column.header: f"{match.object}.{match.field}" for match in proposal.matches} for proposal in found
    ]
    assert places[0] == {
        "Firma": "company.name",
        "Webseite": "company_domain.domain",
        "Umsatz": "company.annual_revenue",
        "Mitarbeiter": "company.employee_count",
        "Land": "company.country",
        "Kunde seit": "company.created_at",
        "Betreuer E-Mail": "company.owner_id",
        "Währung": "company.currency",
    }
    assert places[1]["customer number"] == "job_role.company_id"
    assert "newsletter" not in places[1]
    (state,) = (match for match in found[2].matches if match.field == "status")
    assert state.words == {"Bezahlt": "paid", "offen": "open"}
    assert all(proposal.lacking == () for proposal in found)


def test_a_wish_goes_before_what_is_likely(tmp_path: Path) -> None:
    (export,) = look(write(tmp_path, people=PEOPLE))
    wished = propose(export, "team_member", ["e-mail"])
    assert (wished.object, [column.header for column in wished.key]) == ("team_member", ["e-mail"])
    assert wished.lacking == ("name",)


def test_nobody_is_named_in_a_sample(tmp_path: Path) -> None:
    exports = look(write(tmp_path, kunden=CUSTOMERS, people=PEOPLE))
    texts = samples([propose(export) for export in exports])
    everything = "".join(texts.values())
    for secret in ("Müller", "Acme", "acme.example", "Ada", "Stone", "1234567", "eva@", "geheim"):
        assert secret not in everything
    assert texts["people.csv"].splitlines()[1] == (
        "p1,First name 1,Last name 1,person4@mail.example,+1 202 555 0101,CTO,4712,"
    )


def test_a_sample_has_what_it_references(tmp_path: Path) -> None:
    many = "Customer No,Customer Name\n" + "".join(f"C{number},N{number}\n" for number in range(50))
    exports = look(write(tmp_path, customers=many, tickets="Ticket ID,Subject,Status,Customer\n7,Help,open,C44\n"))
    texts = samples([propose(export) for export in exports])
    assert len(texts["customers.csv"].splitlines()) == 7
    assert "C44" in texts["customers.csv"]


def test_constants_and_unions(tmp_path: Path) -> None:
    exports = look(
        write(tmp_path, deals="Deal ID,Deal Name,Stage\n1,A,x\n", chances="Id,Title,Stage,Value\n2,B,y,3.5\n")
    )
    proposals = [propose(export, "opportunity") for export in exports]
    files = connector("acme", proposals, {"opportunity.status": "open"})
    assert objects_of(proposals) == ["opportunity"]
    assert files["opportunity.sql"].count("'open' as status") == 2
    assert "\nunion all by name\n" in files["opportunity.sql"]
    assert "| (always `open`) | opportunity.status |" in files["README.md"]


# --- the command -----------------------------------------------------------------------------------------------------


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the source, to write a connector into."""
    place = tmp_path / "checkout"
    for name in ("connectors", "models", "pipelines"):
        shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__", "sample"))
    (place / "tests" / "connectors").mkdir(parents=True)
    shutil.copy(ROOT / "pyproject.toml", place)
    return place


def run(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(checkout), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pipelines.cli", "add-source", *arguments]
    return subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=False)


def test_from_foreign_exports_to_staged_rows(tmp_path: Path, checkout: Path) -> None:
    paths = [str(path) for path in write(tmp_path, kunden=CUSTOMERS, people=PEOPLE, rechnungen=INVOICES)]
    done = run(checkout, "acme", *paths, "--yes", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["rows"] == {
        "company": 3, "company_domain": 2, "contact": 2, "contact_email": 2, "contact_phone": 1, "invoice": 2,
        "job_role": 2,
    }  # fmt: skip
    assert told["amiss"] == []
    folder = checkout / "connectors" / "acme"
    assert sorted(path.name for path in folder.iterdir() if path.is_file()) == [
        "README.md", "company.sql", "company_domain.sql", "contact.sql", "contact_email.sql", "contact_phone.sql",
        "invoice.sql", "job_role.sql", "source.py",
    ]  # fmt: skip
    assert (checkout / "tests" / "connectors" / "test_acme.py").is_file()
    again = run(checkout, "acme", *paths, "--yes")
    assert (again.returncode, "There is a connectors/acme already" in again.stderr) == (2, True)
    check = [sys.executable, "-m", "ruff", "format", "--check", str(folder)]
    assert subprocess.run(check, cwd=ROOT, check=False, capture_output=True).returncode == 0


def call(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["add-source", *arguments])
    return done.exit_code, done.output + done.stderr


def test_without_yes_nothing_is_written(tmp_path: Path) -> None:
    (path,) = write(tmp_path, kunden=CUSTOMERS)
    code, text = call("brandnew", str(path))
    assert code == 0
    assert "kunden: 3 rows, one per company; key Kunden-Nr." in text
    assert "Nothing is written. Add --yes" in text
    assert not (ROOT / "connectors" / "brandnew").exists()


@pytest.mark.parametrize(
    ("name", "text", "options", "words"),
    [
        ("New", CUSTOMERS, (), "'New' is no name for a source"),
        ("order", CUSTOMERS, (), "'order' is no name for a source"),
        ("hubspot", CUSTOMERS, (), "There is a connectors/hubspot already."),
        ("brandnew", CUSTOMERS, ("--object", "planet"), "There is no object planet. There are: appointment,"),
        ("brandnew", CUSTOMERS, ("--first", "year"), "--first is day or month"),
        ("brandnew", CUSTOMERS, ("--key", "x"), "should have the form NAME=VALUE"),
        ("brandnew", "a,b\n1,2\n1,2\n", ("--object", "note"), "x: no column tells all rows apart. Say which do: --key"),
        ("brandnew", "Deal ID,Deal Name\n1,A\n", ("--object", "opportunity"), "every opportunity needs status, and no"),
        (
            "brandnew", "Sale ID,Date,Amount,Currency\n1,03/04/2026,5.5,EUR\n", ("--object", "x=sale"),
            "Date is left in custom: it does not show whether the day or the month comes first. Say --first day or",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said(
    tmp_path: Path, name: str, text: str, options: tuple[str, ...], words: str
) -> None:
    (path,) = write(tmp_path, x=text)
    code, told = call(name, str(path), *options)
    assert code == 2
    assert words in " ".join(told.split())


def test_questions_are_asked_on_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def answer(question: str, **_: object) -> str:
        asked.append(question)
        return "day" if "day or the month" in question else "," if "decimal" in question else "EUR"

    monkeypatch.setattr(add_source.typer, "prompt", answer)
    monkeypatch.setattr(add_source.typer, "confirm", lambda question, **_: bool(asked.append(question)))
    said = add_source.Choices({"*": "sale"})
    paths = write(tmp_path, sales='Sale ID,Date,Amount\n1,03/04/2026,"1.234"\n')
    (proposal,) = add_source._proposals(paths, said, may_ask=True)
    settled = add_source._settled(proposal, said, may_ask=True)
    assert {match.field: (match.column.date_format, match.column.decimal) for match in settled.matches} == {
        "sold_on": ("%d/%m/%Y", None),
        "amount": (None, ","),
    }
    assert said.constants == {"sale.currency": "EUR"}
    assert len(asked) == 3


def test_an_installed_rapport_says_what_to_do_instead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home, "ROOT", tmp_path)
    (path,) = write(tmp_path, x="a\n1\n")
    code, text = call("brandnew", str(path))
    assert code == 2
    assert "A connector is part of the source code: run this in a checkout of it." in " ".join(text.split())


def test_rows_stay_text(tmp_path: Path) -> None:
    found = seen(tmp_path, "id,zip\n1,01234\n")
    assert found.rows.schema == {"id": pl.String, "zip": pl.String}
