"""What a workspace may declare for itself, in `config/custom.toml`: fields of standard objects, and objects of its own.

Here stands what a declaration may say and which mistakes there are. The schemas that follow are in `custom_schema`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import duckdb
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from models.history_schema import OWN
from models.settings import Advice, Mistake, Place, read_settings

Kind = Literal["text", "whole", "number", "money", "flag", "day", "instant", "enum", "list", "json"]
ADVICE = Advice(
    unreadable="Mend that place.",
    missing="Add it: pipelines/custom_example.toml shows how.",
    wrong="Change it.",
)
_ENDINGS = {"_at": "instant", "_on": "day"}
_BEGINNINGS = ("is_", "has_")
_FORBIDDEN = {
    "nrr": "it means one thing in one system and another elsewhere",
    "sourced": "the pipeline has a table of that name",
    "resolved": "the pipeline has a table of that name",
    **dict.fromkeys(OWN, "every history has a column of that name"),
}


def _name(text: str) -> str:
    is_plain = text.isascii() and text.replace("_", "a").isalnum() and text == text.lower() and text[:1].isalpha()
    if not is_plain or text.endswith("_") or "__" in text or len(text) > 60:
        raise ValueError("should be lower-case letters, digits and single _, beginning with a letter, up to 60 long")
    return text


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("should say something")
    return text


Name = Annotated[str, AfterValidator(_name)]
Said = Annotated[str, AfterValidator(_said)]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class CustomField(_Strict):
    """One field. `from` names the key in a source's `custom` JSON; without it any source's key of the field's name."""

    name: Name
    type: Kind
    description: Said
    required: bool = False
    personal: bool = False
    values: list[Said] = Field(default_factory=list)
    currency: str | None = None
    references: str | None = None
    sources: dict[str, Said] = Field(default_factory=dict, alias="from")


class StandardField(CustomField):
    """One `[[field]]`: a field of a standard object."""

    object: str


class OwnField(CustomField):
    """One `[[object.field]]`; the fields with `key` are together the record's own id."""

    key: bool = False


class CustomObject(_Strict):
    """One `[[object]]` of the workspace's own."""

    name: Name
    description: Said
    happens_once: bool = False
    """Whether it is an act or a reading, which never is otherwise later: then it has no history."""
    field: list[OwnField] = Field(min_length=1)


class Custom(_Strict):
    """Everything `config/custom.toml` may say."""

    field: list[StandardField] = Field(default_factory=list)
    object: list[CustomObject] = Field(default_factory=list)

    def fields_of(self, name: str) -> tuple[CustomField, ...]:
        """The declared fields of an object, standard or the workspace's own."""
        own = [field for found in self.object if found.name == name for field in found.field]
        return (*own, *(field for field in self.field if field.object == name))


@dataclass(frozen=True)
class Known:
    """What is there without any declaration: the fields of the standard objects, the sources, names that are taken."""

    objects: Mapping[str, Collection[str]]
    sources: Collection[str]
    tables: Collection[str]


def read_custom(path: Path, known: Known) -> Custom:
    """The declarations of a file, which are none when there is no such file. Raises SettingsError."""
    if not path.exists():
        return Custom()
    return read_settings(path, Custom, ADVICE, lambda custom: _mistakes(custom, known))[0]


def near(word: str, words: Collection[str]) -> str:
    """A hint at what was meant: the nearest of the words, else all of them."""
    found = get_close_matches(word, list(words), n=1)
    return f"Did you mean {found[0]}?" if found else f"There are: {', '.join(sorted(words))}."


@cache
def reserved_words() -> frozenset[str]:
    """The words SQL keeps for itself."""
    query = "select keyword_name from duckdb_keywords() where keyword_category = 'reserved'"
    with duckdb.connect() as con:
        return frozenset(word for (word,) in con.execute(query).fetchall())


# --- mistakes that one entry alone does not show ---------------------------------------------------------------------


def _mistakes(custom: Custom, known: Known) -> Iterator[Mistake]:
    own = [found.name for found in custom.object]
    there = {*known.objects, *own}
    for number, found in enumerate(custom.object):
        place: Place = ("object", number)
        yield from _name_mistakes((*place, "name"), found.name, "object")
        if found.name in {*known.objects, *known.tables}:
            kind = "a standard object" if found.name in known.objects else "a table of the pipeline"
            advice = " Declare a [[field]] of it" if found.name in known.objects else " Take another name"
            yield Mistake((*place, "name"), f"{found.name} is {kind} already.{advice}.")
        if found.name in own[:number]:
            yield Mistake((*place, "name"), f"the object {found.name} is declared twice. Take one of them out.")
        standard = {"source_system", f"{found.name}_id"} | _shared(known)
        yield from _field_mistakes((*place, "field"), found.name, found.field, standard, there, known)
    for number, field in enumerate(custom.field):
        if field.object in own:
            text = f"{field.object} is an object of your own. Declare the field under its [[object]]."
            yield Mistake(("field", number, "object"), text)
        elif field.object not in known.objects:
            text = f"there is no object {field.object}. {near(field.object, known.objects)}"
            yield Mistake(("field", number, "object"), text)
    for name in dict.fromkeys(field.object for field in custom.field if field.object in known.objects):
        numbers = [number for number, field in enumerate(custom.field) if field.object == name]
        fields = [custom.field[number] for number in numbers]
        found_there = _field_mistakes(("field",), name, fields, set(known.objects[name]), there, known)
        for mistake in found_there:
            at = mistake.place[1]
            assert isinstance(at, int)
            yield Mistake(("field", numbers[at], *mistake.place[2:]), mistake.text)


def _shared(known: Known) -> set[str]:
    """The fields that every object has."""
    fields = [set(names) for names in known.objects.values()]
    return set.intersection(*fields) if fields else set()


def _name_mistakes(place: Place, name: str, what: str) -> Iterator[Mistake]:
    if name in reserved_words():
        yield Mistake(place, f"{name} is a word of SQL and no name for {what} here. Take another, such as my_{name}.")
    if name in _FORBIDDEN:
        yield Mistake(place, f"{name} is no name for {what} here: {_FORBIDDEN[name]}. Take another.")


def _field_mistakes(
    place: Place,
    name: str,
    fields: list[StandardField] | list[OwnField] | list[CustomField],
    standard: Collection[str],
    objects: Collection[str],
    known: Known,
) -> Iterator[Mistake]:
    names = [field.name for field in fields]
    for number, field in enumerate(fields):
        at = (*place, number)
        yield from _name_mistakes((*at, "name"), field.name, "field")
        if field.name in standard:
            yield Mistake((*at, "name"), f"{name} has a standard field {field.name}. Take another name, or that field.")
        if field.name in names[:number]:
            yield Mistake((*at, "name"), f"{name} has two fields {field.name}. Take one of them out.")
        yield from _ending_mistakes(at, field)
        yield from _type_mistakes(at, field, {*standard, *names})
        if field.references is not None and field.references not in objects:
            text = f"there is no object {field.references} to reference. {near(field.references, objects)}"
            yield Mistake((*at, "references"), text)
        for source in sorted(set(field.sources) - set(known.sources)):
            yield Mistake((*at, "from", source), f"there is no source {source}. {near(source, known.sources)}")
        if isinstance(field, StandardField) and field.required and not field.sources:
            text = "required needs `from`: only the sources it names must give the field. Add from = { source = key }."
            yield Mistake((*at, "required"), text)


def _ending_mistakes(at: Place, field: CustomField) -> Iterator[Mistake]:
    for ending, kind in _ENDINGS.items():
        if field.name.endswith(ending) and field.type != kind:
            text = f'a name that ends in {ending} is of the type "{kind}" everywhere. Change the name or the type.'
            yield Mistake((*at, "name"), text)
    if field.name.startswith(_BEGINNINGS) and field.type != "flag":
        text = 'a name that begins with is_ or has_ is of the type "flag" everywhere. Change the name or the type.'
        yield Mistake((*at, "name"), text)
    if field.references is not None and not field.name.endswith("_id"):
        yield Mistake((*at, "name"), f"a field that references something ends in _id. Call it {field.name}_id.")


def _type_mistakes(at: Place, field: CustomField, names: Collection[str]) -> Iterator[Mistake]:
    name, kind = field.name, field.type
    if kind == "enum" and not field.values:
        yield Mistake((*at, "type"), f'{name} is an enum without values. Add values = ["one", "other"].')
    if kind != "enum" and field.values:
        yield Mistake((*at, "values"), f'{name}: only an enum has values. Set type = "enum", or take the values out.')
    if len(set(field.values)) < len(field.values):
        yield Mistake((*at, "values"), f"a value of {name} stands twice. Take one of them out.")
    if kind == "money" and field.currency is None:
        text = f'{name} is money without a currency. Add currency = "<the field that holds its currency>".'
        yield Mistake((*at, "type"), text)
    if kind != "money" and field.currency is not None:
        yield Mistake((*at, "currency"), f'{name}: only money has a currency. Set type = "money", or take it out.')
    if field.currency is not None and (field.currency not in names or field.currency == name):
        text = f"{name}: there is no field {field.currency} to hold the currency. Declare one, as text."
        yield Mistake((*at, "currency"), text)
    if field.references is not None and kind != "text":
        yield Mistake((*at, "references"), f'{name}: a reference is of the type "text". Change the type.')
    if isinstance(field, OwnField) and field.key and kind in ("list", "json", "money", "flag"):
        yield Mistake((*at, "key"), f"{name} is of the type {kind}, which makes no key. Take text, whole or day.")
