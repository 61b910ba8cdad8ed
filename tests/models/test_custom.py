"""Mistakes in a declaration: each is told with its file, line and what to do; the shipped example has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.custom import Custom, Known, near, read_custom
from models.custom_schema import object_schema
from models.settings import SettingsError, line_of

SHARED = ("source_system", "custom", "updated_at")
KNOWN = Known(
    objects={
        "company": (*SHARED, "company_id", "name", "currency"),
        "ticket": (*SHARED, "ticket_id", "subject"),
    },
    sources=("hubspot", "zendesk"),
    tables=("company_360",),
)
WHOLE = """\
[[field]]
object = "company"
name = "plan"
type = "enum"
values = ["basic", "plus"]
description = "Plan."
from = { hubspot = "plan__c" }

[[object]]
name = "machine"
description = "One machine."

  [[object.field]]
  name = "serial"
  type = "text"
  key = true
  description = "Serial number."

  [[object.field]]
  name = "company_id"
  type = "text"
  references = "company"
  description = "Where it stands."
"""
EXAMPLE = Path(__file__).parent.parent.parent / "pipelines" / "custom_example.toml"


def test_what_is_declared(tmp_path: Path) -> None:
    path = tmp_path / "custom.toml"
    assert read_custom(path, KNOWN) == Custom()
    path.write_text(WHOLE)
    found = read_custom(path, KNOWN)
    assert [field.name for field in found.fields_of("company")] == ["plan"]
    assert [field.name for field in found.fields_of("machine")] == ["serial", "company_id"]
    assert found.fields_of("company")[0].sources == {"hubspot": "plan__c"}


def test_the_example_is_without_mistakes(tmp_path: Path) -> None:
    known = Known({**KNOWN.objects, "ticket": SHARED}, KNOWN.sources, KNOWN.tables)
    found = read_custom(EXAMPLE, known)
    assert [own.name for own in found.object] == ["machine"]
    schema = object_schema("machine", found).to_schema()
    assert schema.columns["serial_number"].nullable is False
    assert object_schema("company", Custom()) is object_schema("company", Custom())


@pytest.mark.parametrize(
    ("before", "after", "line", "words"),
    [
        ('object = "company"', 'object = "compny"', 2, "there is no object compny. Did you mean company?"),
        ('object = "company"', 'object = "xyz"', 2, "there is no object xyz. There are: company, ticket."),
        (
            'object = "company"',
            'object = "machine"',
            2,
            "machine is an object of your own. Declare the field under its",
        ),
        (
            'object = "company"\n',
            "",
            1,
            "field (entry 1).object is missing. Add it: pipelines/custom_example.toml shows",
        ),
        ('"plan"', '"Plan"', 3, "field (entry 1).name = 'Plan': should be lower-case letters, digits and single _"),
        ('"plan"', '"name"', 3, "company has a standard field name. Take another name, or that field."),
        ('"plan"', '"order"', 3, "order is a word of SQL and no name for field here. Take another, such as my_order."),
        (
            '"plan"',
            '"nrr"',
            3,
            "nrr is no name for field here: it means one thing in one system and another elsewhere.",
        ),
        ('"plan"', '"planned_on"', 3, 'a name that ends in _on is of the type "day" everywhere. Change the name or'),
        ('"plan"', '"planned_at"', 3, 'a name that ends in _at is of the type "instant" everywhere.'),
        ('"plan"', '"is_plan"', 3, 'a name that begins with is_ or has_ is of the type "flag" everywhere.'),
        ('"enum"', '"enumeration"', 4, "field (entry 1).type = 'enumeration': should be 'text', 'whole', 'number'"),
        ('values = ["basic", "plus"]\n', "", 4, 'plan is an enum without values. Add values = ["one", "other"].'),
        ('"enum"', '"text"', 5, 'plan: only an enum has values. Set type = "enum", or take the values out.'),
        ('["basic", "plus"]', '["a", "a"]', 5, "a value of plan stands twice. Take one of them out."),
        ('["basic", "plus"]', "[1]", 5, "should be text, in quotes"),
        ('"Plan."', '" "', 6, "should say something"),
        (
            'type = "enum"\nvalues = ["basic", "plus"]',
            'type = "money"',
            4,
            "plan is money without a currency. Add curr",
        ),
        ('values = ["basic", "plus"]', 'values = ["a"]\ncurrency = "name"', 6, "plan: only money has a currency. Set"),
        (
            'type = "enum"\nvalues = ["basic", "plus"]',
            'type = "money"\ncurrency = "coin"',
            5,
            "plan: there is no field coin to hold the currency. Declare one, as text.",
        ),
        ("hubspot =", "hubsot =", 7, "there is no source hubsot. Did you mean hubspot?"),
        (
            'from = { hubspot = "plan__c" }',
            "required = true",
            7,
            "required needs `from`: only the sources it names must",
        ),
        ('from = { hubspot = "plan__c" }', "requird = true", 7, "requird is no setting of this file. Known here: curr"),
        ('from = { hubspot = "plan__c" }', 'references = "company"', 7, 'plan: a reference is of the type "text".'),
        (
            'name = "machine"',
            'name = "company"',
            10,
            "company is a standard object already. Declare a [[field]] of it.",
        ),
        (
            'name = "machine"',
            'name = "company_360"',
            10,
            "company_360 is a table of the pipeline already. Take another",
        ),
        ('name = "machine"', 'name = "table"', 10, "table is a word of SQL and no name for object here."),
        ('name = "machine"', 'name = "sourced"', 10, "sourced is no name for object here: the pipeline has a table of"),
        (
            '  name = "serial"',
            '  name = "machine_id"',
            14,
            "machine has a standard field machine_id. Take another name",
        ),
        ('  name = "serial"', '  name = "company_id"', 20, "machine has two fields company_id. Take one of them out."),
        (
            '  name = "company_id"',
            '  name = "place"',
            20,
            "a field that references something ends in _id. Call it place_",
        ),
        ('references = "company"', 'references = "compny"', 22, "there is no object compny to reference. Did you mean"),
        (
            'type = "text"\n  key',
            'type = "list"\n  key',
            16,
            "serial is of the type list, which makes no key. Take text,",
        ),
        ('name = "machine"\n', "name = machine\n", 10, "not a readable TOML file"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, before: str, after: str, line: int, words: str) -> None:
    assert before in WHOLE
    path = tmp_path / "custom.toml"
    path.write_text(WHOLE.replace(before, after, 1))
    with pytest.raises(SettingsError) as caught:
        read_custom(path, KNOWN)
    place = f"{path}: " if "not a readable" in words else f"{path}:{line}: "
    assert any(told.startswith(place) and words in told for told in str(caught.value).splitlines()), caught.value


def test_the_same_twice(tmp_path: Path) -> None:
    path = tmp_path / "custom.toml"
    field, _, own = WHOLE.partition("[[object]]")
    path.write_text(f"{field}\n{field}\n[[object]]{own}\n[[object]]{own}")
    with pytest.raises(SettingsError) as caught:
        read_custom(path, KNOWN)
    first, second = str(caught.value).splitlines()
    assert first.endswith(": the object machine is declared twice. Take one of them out.")
    assert second == f"{path}:12: company has two fields plan. Take one of them out."


def test_an_object_needs_fields(tmp_path: Path) -> None:
    path = tmp_path / "custom.toml"
    path.write_text('[[object]]\nname = "thing"\ndescription = "One thing."\n')
    with pytest.raises(SettingsError, match=r":1: object \(entry 1\)\.field is missing"):
        read_custom(path, KNOWN)


def test_a_hint_names_the_nearest_word() -> None:
    assert near("compani", ["company", "ticket"]) == "Did you mean company?"


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("a",), 2), (("table", "b"), 4), (("table", "b", "c"), 4), (("list", 1, "x"), 8),
        (("list", 0, "inner", 1), 11), (("nowhere",), 1), (("list", 0, "inner", 1, "z"), 12), (("list", 1), 7),
        (("quoted key",), 1), (("table", "d e"), 5), (("dotted", "one", "two"), 14), (("list", 2, "inner", 0, "z"), 17),
    ],
)  # fmt: skip
def test_the_line_of_a_setting(place: tuple[int | str, ...], line: int) -> None:
    text = (
        '# remark\na = 1\n[table]\nb.c = 2\n"d e" = 3\n[[list]]\n[[list]]\nx = 1\n'
        "[other]\ny = 1\n# no place\n# no\n[dotted.one]\ntwo = 2\n[[list]]\n[[list.inner]]\nz = 3\n"
    )
    if place[:2] == ("list", 0):
        text = "\n" * 5 + "[[list]]\n[[list.inner]]\nz = 1\n\n\n[[list.inner]]\nz = 2\n"
    assert line_of(text, place) == line
