"""`rapport explain`: whose a value is, what the others say, why records are one, as text and as JSON."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import duckdb
import pytest

from pipelines.home import Home

with warnings.catch_warnings():
    # typer before 0.26 imports a name that click 8.5 warns about
    warnings.filterwarnings("ignore", "'click.utils", DeprecationWarning)
    from typer.testing import CliRunner

    from pipelines.answers.explain import app

TABLES = """
create schema objects; create schema marts; create schema identity; create schema meta;
create table objects.company (company_id varchar, name varchar, legal_name varchar, country varchar, owner_id varchar);
insert into objects.company values ('h:1', 'Harbour & Finch', 'Harbour and Finch Ltd', null, 'm'),
    ('h:2', 'Harbourside', null, null, null);
create table objects.company_domain (company_id varchar, domain varchar);
insert into objects.company_domain values ('h:1', 'harbourfinch.example');
create table marts.company_360 as select company_id, name, legal_name, 'x' as domains, 1 as arr from objects.company;
create table objects.team_member (team_member_id varchar, name varchar, email varchar);
insert into objects.team_member values ('m', 'Eva Berg', 'eva@us.example'), ('n', 'Al', 'a@us.example'),
    ('o', 'Al', 'b@us.example');
create table identity.provenance (object varchar, object_id varchar, field varchar, value varchar,
    source_system varchar, source_record_id varchar, row_id varchar, file varchar, line bigint, loaded_at timestamp,
    rule varchar, competing json, is_conflict boolean);
insert into identity.provenance values
    ('company', 'h:1', 'owner_id', 'm', 'h', '1', 'a:2', 'companies.csv', 2, '2026-07-01', 'newest', '[]', false),
    ('company', 'h:1', 'name', 'Harbour & Finch', 'h', '1', 'a:2', 'companies.csv', 2, '2026-07-01', 'source_priority',
     '[{"source_system":"s","source_record_id":"c1","value":"H&F"},
       {"source_system":"z","source_record_id":"9","value":"Harbour & Finch"}]', true),
    ('team_member', 'm', 'name', 'Eva Berg', 'h', '90', 'b:2', null, null, null, 'longest', '[]', false);
create table identity.company_link (source_key varchar, source_system varchar, source_record_id varchar,
    company_id varchar, rule varchar, evidence varchar);
insert into identity.company_link values ('h:1', 'h', '1', 'h:1', 'source', null),
    ('s:c1', 's', 'c1', 'h:1', 'own_domain', 'harbourfinch.example'), ('h:2', 'h', '2', 'h:2', 'source', null);
create table identity.team_member_link as select * rename (company_id as team_member_id) from identity.company_link
    limit 0;
create table identity.company_decision (left_key varchar, right_key varchar, verdict varchar, rule varchar,
    weight double, probability double, evidence varchar, guard varchar, decided_by varchar, known_at timestamp);
insert into identity.company_decision values
    ('h:1', 's:c1', 'joined', 'own_domain', 9.5, 0.998, 'harbourfinch.example', null, null, null),
    ('h:1', 'h:2', 'left', 'person', null, null, null, null, 'eva', null);
create table identity.team_member_decision as from identity.company_decision limit 0;
"""


@pytest.fixture
def published(home: Home) -> Home:
    """A home with a published file of two companies and three team members."""
    home.published.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(home.snapshot)) as con:
        con.execute(TABLES).fetchall()
    return home


def said(home: Home, *words: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, [*words, "--home", str(home.path)])
    assert done.exit_code == code, done.output
    return done.output


def test_every_field_says_whose_it_is(published: Home) -> None:
    told = said(published, "company", "harbourfinch.example").splitlines()
    assert told[0] == "Harbour & Finch (company h:1)"
    assert told[2:4] == [
        "Name: Harbour & Finch. From h 1, line 2 of companies.csv, which came on 1 Jul 2026. "
        "But s c1 says 'H&F'; kept because h is the most trusted source that says anything.",
        "Owner: Eva Berg. From h 1, line 2 of companies.csv, which came on 1 Jul 2026.",
    ]
    assert told[5:] == [
        "2 records are this company:",
        "  h 1 names it.",
        "  s c1 joined by own domain (harbourfinch.example).",
        "What was decided about pairs of them and others:",
        "  h:1 and h:2 are kept apart, eva said so.",
    ]


def test_one_field_says_all_there_is(published: Home) -> None:
    told = said(published, "company", "harbour & finch", "name").splitlines()
    assert told[:5] == [
        "The name of Harbour & Finch is Harbour & Finch.",
        "From h 1, line 2 of companies.csv, which came on 1 Jul 2026.",
        "Z 9 agrees.",
        "But s c1 says 'H&F'.",
        "Kept because h is the most trusted source that says anything.",
    ]
    assert said(published, "company", "h:1", "country").startswith("No record says anything of the country of Harbour")
    person = said(published, "team_member", "EVA@us.example", "name")
    assert "From h 90, which came on a day nobody noted.\nNo other record says anything." in person


def test_a_script_gets_json(published: Home) -> None:
    found = json.loads(said(published, "company", "h:1", "name", "--json"))
    assert (found["object"], found["object_id"], found["field"]) == ("company", "h:1", "name")
    assert [one["value"] for one in found["values"][0]["competing"]] == ["H&F", "Harbour & Finch"]
    assert (len(found["records"]), len(found["decisions"])) == (2, 2)


def test_who_or_what_is_meant_must_be_clear(published: Home, tmp_path: Path) -> None:
    assert "A company has no field 'nam'" in said(published, "company", "h:1", "nam", code=2)
    assert "Did you mean Harbour & Finch" in said(published, "company", "Harber & Finch", code=2)
    assert "Did you mean" not in said(published, "company", "Nobody", code=2)
    assert "2 go by 'al'; name one by its id: n, o" in said(published, "team_member", "al", code=2)
    assert "No team member goes by 'Ewa'. Did you mean Eva Berg" in said(published, "team_member", "Ewa", code=2)
    assert "rapport init" in said(Home(tmp_path / "none"), "company", "h:1", code=2)
