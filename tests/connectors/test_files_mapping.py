"""Mistakes in a mapping of files: each is told with its file and line, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.settings import SettingsError
from pipelines import declarations
from pipelines.declared import current
from pipelines.home import Home
from tests.connectors.test_files import COLLECTION


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    place = Home(tmp_path / "home")
    place.config.mkdir(parents=True)
    yield place
    declarations.use(None)


@pytest.mark.parametrize(
    ("before", "after", "line", "words"),
    [
        ('key = ["No"]\n', "", 1, "collection (entry 1).key is missing. Add it: connectors/files/README.md shows how."),
        ('name = "deals"', 'name = "My deals"', 2, "should be lower-case letters, digits and _, beginning with a lett"),
        ('files = ["deals*"]', "files = []", 3, "List should have at least 1 item"),
        ('key = ["No"]', 'key = ["No"]\nkeys = 1', 5, "keys is no setting of this file. Known here: fields, files, ke"),
        ('"opportunity"', '"oportunity"', 5, "there is no object oportunity. Did you mean opportunity?"),
        ('stage = "Stage"', 'stag = "Stage"', 9, "opportunity has no field stag. Did you mean stage? Columns not name"),
        ('stage = "Stage"\n', "", 7, 'opportunity needs stage. Add stage = "<header>", or { constant = ... }.'),
        ('stage = "Stage"', 'stage = "Stage"\nloaded_at = "x"', 10, "loaded_at is filled by itself, from the key and "),
        ('stage = "Stage"', 'stage = "Stage"\nopportunity_id = "x"', 10, "opportunity_id is filled by itself"),
        ('"Stage"', "{ values = {} }", 9, "should have a header or a constant, one of the two"),
        ('"Stage"', '{ header = "a", constant = "b" }', 9, "should have a header or a constant, one of the two"),
        ('"Stage"', '{ constant = [1] }', 9, "should be one text, number, date, true or false"),
        ('"Stage"', '{ headr = "a" }', 9, "headr is no setting of this file. Known here: constant, date_format, decim"),
        ('"Stage"', '{ header = "a", date_format = "%d.%m.%Y" }', 9, "stage is no date. Take date_format out."),
        ('"Stage"', '{ header = "a", decimal = "," }', 9, "stage is no number. Take decimal out."),
        ('"Stage"', '{ header = "a", source = "hubspot" }', 9, "stage references nothing, so it is no other source's "),
        ('"Stage"', '"Stage"\namount = { header = "a", decimal = ";" }', 10, "should be '.' or ','"),
        ('"Stage"', '"Stage"\namount = { header = "a", decimal = ",", thousands = "," }', 10, "should not be the same"),
        ('"Stage"', '"Stage"\namount = { header = "a", thousands = "," }', 10, "thousands needs decimal beside it. Ad"),
        ('"Stage"', '"Stage"\nclosed_at = { header = "a", date_format = "%d.%m." }', 10, "should name day, month and "),
        ('"Stage"', '{ header = "a", headers = ["b", "c"] }', 9, "one of the two; or headers, a list of them to join"),
        ('"Stage"', '{ headers = ["b"] }', 9, "List should have at least 2 items"),
        ('"Stage"', '"Stage"\namount = { headers = ["a", "b"] }', 10, 'amount is a number: it is read from one column'),
        ('"Stage"', '"Stage"\nclosed_at = { headers = ["a", "b"] }', 10, 'closed_at is a date: it is read from one '),
        ('"Stage"', '{ header = "a", is_last_day = true }', 9, "stage is no column of dates. Take is_last_day out."),
        ('"Stage"', '"Stage"\nclosed_at = { constant = 2026-01-31, is_last_day = true }', 10, "closed_at is no column"),
        ('"Stage"', '{ header = "a", is_last_day = 1 }', 9, "should be true or false, without quotes"),
        ('"Stage"', '"Stage"\ncompany_id = { header = "a", source = "hubsot" }', 10, "no source hubsot. Did you mean "),
        ('"open"', '"new"', 10, "status may be open, won, lost, suspended, not 'new'."),
        ('constant = "open"', 'header = "a", values = { N = "new" }', 10, "status may be open, won, lost"),
        (COLLECTION, COLLECTION + COLLECTION, 12, "two collections are called deals. Rename one of them."),
        ('name = "deals"', "name = deals", 2, "not a readable TOML file"),
        ("[collection.fields]", "[collection.other]", 7, "collection (entry 1).other is no setting of this file."),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line(home: Home, before: str, after: str, line: int, words: str) -> None:
    assert before in COLLECTION
    path = home.config / "files.toml"
    path.write_text(COLLECTION.replace(before, after, 1))
    in_force = current()
    with pytest.raises(SettingsError) as caught:
        declarations.use(home)
    told = str(caught.value)
    if "not a readable" not in words:
        assert told.startswith(f"{path}:{line}: ")
    assert words in told
    assert current() is in_force, "a mistake changes nothing"


def test_fields_stand_in_one_place(home: Home) -> None:
    path = home.config / "files.toml"
    several = '  [[collection.object]]\n  object = "note"\n  fields.body = "x"\n'
    path.write_text(COLLECTION.replace('object = "opportunity"\n', several))
    with pytest.raises(SettingsError, match=r"has .*: write the fields below each of them"):
        declarations.use(home)
    path.write_text(COLLECTION.partition("[collection.fields]")[0])
    with pytest.raises(SettingsError, match=r"needs .collection.fields., which says what its columns are"):
        declarations.use(home)
