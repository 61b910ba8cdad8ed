"""The brief: what it says of the small world, that every sentence rests on rows that are there, and where it goes."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.answers import brief, brief_day
from pipelines.answers.lookup import NothingFoundError, open_snapshot, rows
from pipelines.home import Home
from pipelines.warehouse import Connection, connect

with warnings.catch_warnings():
    # typer before 0.26 imports a name that click 8.5 warns about
    warnings.filterwarnings("ignore", "'click.utils", DeprecationWarning)
    from typer.testing import CliRunner, Result

    from pipelines.cli import app


def rapport(home: Home, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["brief", *arguments, "--home", str(home.path)])


def said(result: Result) -> str:
    """Everything a command printed, without the line breaks of a narrow screen."""
    return " ".join(re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", result.output).split())


@pytest.fixture
def published(small_home: Home) -> Iterator[Connection]:
    with open_snapshot(small_home) as con:
        yield con


HARBOUR = """\
Harbour & Finch
===============

Who they are
  Harbour & Finch (Logistics, 420 people, cus_1.example, harbourfinch.example) has been a customer since 1 Feb 2026. \
Nobody of ours owns the account.

In touch
  In the last 90 days we were in touch with nobody known as champion, economic buyer or user.

Money
  They pay 4,800 EUR a year (400 a month). Changes: started with 400 EUR a month in February 2026. \
Agreed and not billed since 1 Mar 2026: 1,600 EUR.

Health
  Too little is known to say how healthy the relationship is.

People
  - Aoife Brennan, Head of Operations; never in touch yet.
  - pay@cus_1.example; never in touch yet.

As of 30 Jun 2026."""
AOIFE = """\
Aoife Brennan
=============

Who they are
  Aoife Brennan is Head of Operations at Harbour & Finch.

"""
MORE = " The rows behind every sentence: add --sources."


def test_a_company_in_words(small_home: Home) -> None:
    assert brief.text(brief.find(small_home, "harbourfinch.example")) == HARBOUR + MORE


def test_a_person_in_words_and_then_their_company(small_home: Home) -> None:
    assert brief.text(brief.find(small_home, "aoife@harbourfinch.example")) == AOIFE + HARBOUR + MORE


def test_of_whom_nothing_is_known_that_is_said(small_home: Home) -> None:
    found = brief.find(small_home, "Quiet Lead")
    assert found["lines"] == []
    assert brief.text(found, with_sources=True) == (
        "Quiet Lead\n==========\n\n"
        "Nothing is going on with them: no customer, no open opportunity, no touch of late.\n\nAs of 30 Jun 2026."
    )
    assert brief.NOTHING["company"] in brief.html(found)


def test_of_a_person_nothing_is_said_of_their_own(copied: Home) -> None:
    with connect(copied.snapshot) as con:
        con.execute("delete from marts.brief_line where subject_type = 'contact'").fetchall()
    told = brief.text(brief.find(copied, "aoife@harbourfinch.example"))
    assert told.startswith(f"Aoife Brennan\n=============\n\n{brief.NOTHING['contact']}\n\nHarbour & Finch\n")


def test_a_person_goes_by_name_and_id_too(small_home: Home) -> None:
    for words in ("Aoife Brennan", " aoife brennan ", "Aoife", "brennan", "hubspot:201"):
        assert brief.text(brief.find(small_home, words)) == AOIFE + HARBOUR + MORE


def test_of_whom_several_go_by_a_name_each_is_listed(copied: Home) -> None:
    with connect(copied.snapshot) as con:
        con.execute("update marts.company_360 set name = 'Aoife Brennan Ltd' where name = 'Quiet Lead'").fetchall()
    assert brief.find(copied, "aoife brennan")["person"]["name"] == "Aoife Brennan"
    with pytest.raises(NothingFoundError) as refused:
        brief.find(copied, "aoife b")
    first, *listed = str(refused.value).splitlines()
    assert first == "2 companies or people go by 'aoife b'; name one by its id, domain or e-mail address:"
    assert [line.strip().partition("  ")[0] for line in listed] == ["Aoife Brennan Ltd", "Aoife Brennan"]


def test_an_id_of_a_company_and_of_a_person_means_the_company(copied: Home) -> None:
    with connect(copied.snapshot) as con:
        con.execute(
            "update marts.contact_360 set contact_id = (select company_id from marts.company_360 "
            "where name = 'Harbour & Finch') where name = 'Aoife Brennan'"
        ).fetchall()
        ((company_id,),) = con.execute("select contact_id from marts.contact_360 where name like 'Aoife%'").fetchall()
    found = brief.find(copied, company_id)
    assert (found["person"], found["company"]["name"]) == (None, "Harbour & Finch")


def test_who_is_misspelled_is_named_once_and_what_is_like_nobody_names_nobody(small_home: Home) -> None:
    with pytest.raises(NothingFoundError, match=r"^Nobody goes by 'Aoife Brenan'\. Did you mean Aoife Brennan\?$"):
        brief.find(small_home, "Aoife Brenan")
    with pytest.raises(NothingFoundError, match=r"^Nobody goes by 'zzz:000'\.$"):
        brief.find(small_home, "zzz:000")


def test_who_went_to_another_company_is_told_of_there(copied: Home) -> None:
    with connect(copied.snapshot) as con:
        con.execute("""
            insert into marts.job_change by name select contact_id, 'Aoife' as contact_name,
                c.company_id as from_company_id, c.company_name as from_company_name, date '2026-06-01' as changed_on,
                q.company_id as to_company_id, q.name as to_company_name, true as has_left, true as was_champion
            from marts.contact_360 as c, marts.company_360 as q
            where c.name = 'Aoife Brennan' and q.name = 'Quiet Lead'
        """).fetchall()
    assert brief.find(copied, "aoife@harbourfinch.example")["company"]["name"] == "Quiet Lead"


def test_sources_are_numbered_and_lead_to_file_and_line(small_home: Home) -> None:
    told = said(rapport(small_home, "harbourfinch.example", "--sources"))
    assert "They pay 4,800 EUR a year (400 a month). [4]" in told
    assert "[4] objects.subscription stripe:sub_cus_1 (stripe/subscriptions.json:1)" in told
    assert "objects.contact hubspot:201 (record 201 of hubspot)" in told


def test_json_has_the_sources_always(small_home: Home) -> None:
    found = json.loads(rapport(small_home, "aoife@harbourfinch.example", "--json").stdout)
    assert (found["person"]["name"], found["company"]["name"]) == ("Aoife Brennan", "Harbour & Finch")
    assert [line["number"] for line in found["lines"]] == list(range(1, len(found["lines"]) + 1))
    paid = next(line for line in found["lines"] if line["sentence"].startswith("They pay"))
    assert paid["sources"] == [
        {
            "object": "subscription",
            "object_id": "stripe:sub_cus_1",
            "source_system": "stripe",
            "source_record_id": "sub_cus_1",
            "file": "subscriptions.json",
            "line": 1,
        }
    ]


def test_every_line_has_a_source_and_every_source_is_a_row(published: Connection) -> None:
    without = (
        "select * from marts.brief_line anti join marts.brief_source using (subject_type, subject_id, section, place)"
    )
    assert rows(published, without) == []
    assert rows(published, without.replace("anti join", "semi join"))
    assert (
        rows(
            published,
            without.replace("brief_line anti", "brief_source anti").replace("brief_source using", "brief_line using"),
        )
        == []
    )
    for (name,) in published.execute("select distinct object from marts.brief_source order by object").fetchall():
        gone = rows(
            published,
            f"select * from marts.brief_source where object = ? and object_id not in "
            f"(select {name}_id from objects.{name} where source_deleted_at is null)",
            [name],
        )
        assert gone == [], name


def test_sentences_read_well(published: Connection) -> None:
    for (sentence,) in published.execute("select sentence from marts.brief_line").fetchall():
        assert re.search(r'[.!?]"?$', sentence), sentence
        assert not re.search(
            r"\s\s|[\n\r\t_]|\.\.|\{|\d{4}-\d{2}-\d{2}", re.sub(r"\S+@\S+|\S+\.example", "", sentence)
        ), sentence


def test_sections_of_the_lines_are_those_of_the_brief(published: Connection) -> None:
    told = {row[0] for row in published.execute("select distinct section from marts.brief_line").fetchall()}
    assert told <= set(brief.SECTIONS)


def test_a_page_needs_nothing_else_and_escapes_what_others_wrote(small_home: Home, tmp_path: Path) -> None:
    file = tmp_path / "brief.html"
    assert rapport(small_home, "harbourfinch.example", "--html", str(file)).exit_code == 0
    page = file.read_text()
    assert "<h1>Harbour &amp; Finch</h1>" in page
    assert "They pay 4,800 EUR a year" in page
    assert not re.search(r"https?://|<script|<link|<img", page)
    found = brief.find(small_home, "harbourfinch.example")
    found["company"]["name"] = found["lines"][0]["sentence"] = "<script>alert('x')</script>"
    found["lines"][0]["sources"][0]["object_id"] = '"><b>'
    page = brief.html(found)
    assert "<script" not in page
    assert "<b>" not in page
    assert page.count("&lt;script&gt;") >= 3


def test_what_is_asked_must_be_clear(small_home: Home) -> None:
    for arguments in (
        [],
        [" "],
        ["Acme", "--tomorrow"],
        ["--tomorrow", "--day", "2026-07-01"],
        ["--tomorrow", "--html", "x.html"],
    ):
        assert rapport(small_home, *arguments).exit_code == 2


SENT = "'calendar' as source_system, 'x' as source_record_id, timestamp '2026-06-01' as loaded_at"
MEETING = f"""insert into objects.appointment by name
    select $id as appointment_id, 'Review <1>' as title, $stage as pipeline_stage, '2026-07-01 09:00' as starts_at,
    timestamp '2026-07-01 09:30' as ends_at, {SENT}"""
GUEST = f"""insert into objects.appointment_attendee by name
    select 'g' || $id as appointment_attendee_id, $id as appointment_id, $contact as contact_id, {SENT}"""


@pytest.fixture
def invited(copied: Home) -> Home:
    """The small world with two appointments on 1 July at Harbour & Finch, one called off, and one among ourselves."""
    meetings = (("a1", "preparation", "hubspot:201"), ("a2", "canceled", "hubspot:201"), ("a3", "preparation", None))
    with connect(copied.snapshot) as con:
        for number, stage, contact in meetings:
            con.execute(MEETING, {"id": number, "stage": stage}).fetchall()
            con.execute(GUEST, {"id": number, "contact": contact}).fetchall()
    return copied


def test_the_briefs_of_tomorrow(invited: Home) -> None:
    folder = invited.reports / "briefs" / "2026-07-01"
    folder.mkdir(parents=True)
    (folder / "called-off.html").write_text("of yesterday")
    told = rapport(invited, "--tomorrow")
    assert told.exit_code == 0
    assert (
        "Appointments on Wednesday 1 Jul 2026 09:00 to 09:30 UTC Harbour & Finch: Review <1> (Aoife Brennan)"
        in said(told)
    )
    assert "They pay 4,800 EUR a year" in said(told)
    assert "Aoife Brennan is Head of Operations at Harbour & Finch." in said(told)
    assert sorted(path.name for path in folder.iterdir()) == ["harbour-finch.html", "index.html"]
    assert '<a href="harbour-finch.html">Harbour &amp; Finch</a>' in (folder / "index.html").read_text()
    assert "Review &lt;1&gt;" in (folder / "harbour-finch.html").read_text()


def test_the_briefs_of_another_day(invited: Home) -> None:
    found = json.loads(rapport(invited, "--day", "2026-07-01", "--json").stdout)
    assert [meeting["guests"] for meeting in found["meetings"]] == ["Aoife Brennan"]
    assert [one["company"]["name"] for one in found["briefs"]] == ["Harbour & Finch"]
    assert said(rapport(invited, "--day", "2026-07-02")).endswith("No appointments with customers on 2 Jul 2026.")


def test_two_companies_of_one_name_have_two_pages() -> None:
    taken: set[str] = set()
    assert [brief_day._file(name, taken) for name in ("Jürgens & Söhne", "Jurgens  Sohne", "…")] == [
        "jurgens-sohne.html",
        "jurgens-sohne-2.html",
        "brief.html",
    ]
