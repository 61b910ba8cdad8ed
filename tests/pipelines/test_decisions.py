"""The file of people's decisions: every mistake told with its line, nothing lost, the past as it was known then."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from models.policy.loading import PolicyError
from pipelines.match import decisions

HEADER = "id,object,verdict,left,right,by,decided_at,reason,undone_at,undone_by\n"
GOOD = "1,company,same,crm:1,desk:7,ada,2026-06-01T10:00:00Z,one VAT id,,\n"
NOON = datetime(2026, 6, 1, 12)


def written(folder: Path, text: str) -> Path:
    (folder / decisions.NAME).write_bytes(text.encode())
    return folder


def test_no_file_is_no_decision(tmp_path: Path) -> None:
    assert decisions.read(tmp_path) == []
    found = decisions.frame([])
    assert found.height == 0
    assert found.columns == [*decisions.HEADER, "place"]


def test_a_file_as_a_spreadsheet_saves_it_is_read(tmp_path: Path) -> None:
    rows = '2,contact,different,crm:1,crm:2,bo,2026-06-02T12:00:00+02:00,"father,\nand son",2026-06-03,ada\n\n'
    first, second = decisions.read(written(tmp_path, "\ufeff" + HEADER + GOOD + rows))
    assert (first.decided_at, first.reason, first.is_live) == (datetime(2026, 6, 1, 10), "one VAT id", True)
    assert (second.decided_at, second.undone_at) == (datetime(2026, 6, 2, 10), datetime(2026, 6, 3))
    assert second.reason == "father,\nand son"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (GOOD.replace("1,company", ",company"), "id is empty. Say what the decision is called."),
        (GOOD.replace("ada", " "), "by is empty. Say who decided."),
        (GOOD.replace("company", "invoice"), "object is 'invoice' and must be one of company, contact, team_member."),
        (GOOD.replace("same", "equal"), "verdict is 'equal' and must be one of same, different."),
        (GOOD.replace("crm:1", "Acme"), "left is 'Acme' and must name a record as <source>:<id>"),
        (GOOD.replace("desk:7", "crm:1"), "left and right are both 'crm:1'."),
        (GOOD.replace("2026-06-01T10:00:00Z", "01.06.2026"), "decided_at is '01.06.2026' and must be an instant"),
        (GOOD.replace("2026-06-01T10:00:00Z", ""), "decided_at is '' and must be an instant"),
        (GOOD.replace(",,\n", ",soon,bo\n"), "undone_at is 'soon' and must be an instant"),
        (GOOD.replace(",,\n", ",,bo\n"), "undone_at and undone_by go together."),
        (GOOD.replace(",,\n", ",2026-05-01,bo\n"), "undone_at is before decided_at."),
        (GOOD.replace(",,\n", "\n"), "8 values stand here, and 10 are wanted"),
    ],
)
def test_a_mistake_is_told_with_file_and_line(tmp_path: Path, row: str, expected: str) -> None:
    good = GOOD.replace("1,company", "0,company").replace("one VAT id", '"over\ntwo lines"')
    with pytest.raises(PolicyError) as caught:
        decisions.read(written(tmp_path, HEADER + good + row))
    (line,) = str(caught.value).splitlines()
    assert line.startswith(f"{tmp_path / decisions.NAME}:4: {expected}"), line


def test_an_id_given_twice_and_many_mistakes_are_told(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r":3: the id '1' stands above already"):
        decisions.read(written(tmp_path, HEADER + GOOD + GOOD))
    with pytest.raises(PolicyError, match=r"and 5 more in this file"):
        decisions.read(written(tmp_path, HEADER + "x\n" * 15))


@pytest.mark.parametrize("text", ["", "id;object\n", HEADER.replace("left,right", "right,left")])
def test_another_header_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(PolicyError, match=r":1: the header must be id,object,verdict"):
        decisions.read(written(tmp_path, text))


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / decisions.NAME).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PolicyError, match="not a readable CSV file in UTF-8"):
        decisions.read(tmp_path)


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    said = decisions.added([], "company", "same", "crm:1", "desk:7", "ada", NOON, 'a "quote", and\ntwo lines')
    said = decisions.added(said, "contact", "different", "crm:1", "crm:2", "bo", NOON, None)
    said = decisions.undone(said, ["1"], "eva", NOON + timedelta(hours=1))
    decisions.write(tmp_path, said)
    assert decisions.read(tmp_path) == said
    assert [one.id for one in said] == ["1", "2"]
    assert list(tmp_path.iterdir()) == [tmp_path / decisions.NAME]


def test_the_past_knows_no_later_decision_and_no_later_undoing() -> None:
    said = decisions.added([], "company", "same", "crm:1", "desk:7", "ada", NOON, None)
    said = decisions.added(said, "company", "different", "crm:1", "desk:8", "ada", NOON + timedelta(days=2), None)
    said = decisions.undone(said, ["1"], "bo", NOON + timedelta(days=1))
    known = {
        hours: decisions.frame(said, NOON + timedelta(hours=hours)).select("id", "undone_at").rows()
        for hours in (0, 1, 24, 25, 49)
    }
    undone_at = NOON + timedelta(days=1)
    assert known == {
        0: [],
        1: [("1", None)],
        24: [("1", None)],
        25: [("1", undone_at)],
        49: [("1", undone_at), ("2", None)],
    }
    assert decisions.frame(said).height == 2
