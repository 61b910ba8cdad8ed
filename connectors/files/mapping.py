"""What a workspace may write in `config/files.toml`: collections of its own files, and how their columns become fields.

Here stands what a mapping may say and which mistakes there are; the SQL that follows from it is in `statements`.
"""

from __future__ import annotations

from collections.abc import Collection as Names
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

Place = tuple[int | str, ...]
KERNEL = ("source_system", "source_record_id", "loaded_at", "derived_by", "custom")
"""Fields that are filled from the file and the key, never by a column of one's choice."""
_NUMBERS = ("BIGINT", "DOUBLE", "DECIMAL")
_SAMPLE = datetime(2026, 12, 31, 13, 45, 59)


def _name(text: str) -> str:
    if not text.isascii() or not text.replace("_", "a").isalnum() or text != text.lower() or not text[:1].isalpha():
        raise ValueError("should be lower-case letters, digits and _, beginning with a letter")
    return text


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("should say something")
    return text


def _scalar(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | Decimal | date):
        return str(value)
    raise ValueError("should be one text, number, date, true or false")


def _date_format(text: str) -> str:
    has_all = any(part in text for part in ("%Y", "%y")) and any(part in text for part in ("%m", "%b", "%B"))
    try:
        back = datetime.strptime(_SAMPLE.strftime(text), text)
    except ValueError:
        back = datetime.min
    if not has_all or back.date() != _SAMPLE.date():
        raise ValueError('should name day, month and year, as in "%d.%m.%Y" or "%m/%d/%Y %H:%M"')
    return text


Said = Annotated[str, AfterValidator(_said)]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Column(_Strict):
    """Where one field comes from, and how its text is to be read."""

    header: Said | None = None
    headers: Annotated[list[Said], Field(min_length=2)] | None = None
    constant: Annotated[Any, AfterValidator(_scalar)] = None
    date_format: Annotated[str, AfterValidator(_date_format)] | None = None
    decimal: Literal[".", ","] | None = None
    thousands: Literal[".", ",", " ", "'"] | None = None
    values: dict[str, str] = Field(default_factory=dict)
    source: str | None = None
    optional: bool = False
    is_last_day: bool = False

    @model_validator(mode="after")
    def _one_origin(self) -> Column:
        if sum(origin is not None for origin in (self.header, self.headers, self.constant)) != 1:
            raise ValueError("should have a header or a constant, one of the two; or headers, a list of them to join")
        if self.decimal is not None and self.decimal == self.thousands:
            raise ValueError("decimal and thousands should not be the same mark")
        return self

    def asked(self) -> list[str]:
        """The headers it is read from, in their order; none for a constant."""
        return self.headers or ([] if self.header is None else [self.header])


def _is_table(value: object) -> str:
    # Parts of a place that begin like this are pydantic's own and are not shown.
    return "function-table" if isinstance(value, dict | list | BaseModel) else "function-text"


Source = Annotated[
    Annotated[Said, Tag("function-text")] | Annotated[Column, Tag("function-table")], Discriminator(_is_table)
]
Fields = Annotated[dict[str, Source], Field(min_length=1)]


class Target(_Strict):
    """One `[[collection.object]]`: an object that each row gives. A row whose `key` here is empty gives none."""

    object: str
    key: list[Said] = Field(default_factory=list)
    fields: Fields


class Collection(_Strict):
    """One `[[collection]]` of files of the same columns. `records` is the key of the list in a page of JSON."""

    name: Annotated[str, AfterValidator(_name)]
    files: list[Said] = Field(min_length=1)
    key: list[Said] = Field(min_length=1)
    version: Said | None = None
    sheet: Said | None = None
    records: Said | None = None
    object: Annotated[
        Annotated[str, Tag("function-text")] | Annotated[list[Target], Field(min_length=1), Tag("function-table")],
        Discriminator(_is_table),
    ]
    fields: Fields | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Collection:
        if isinstance(self.object, str) and self.fields is None:
            raise ValueError("needs [collection.fields], which says what its columns are")
        if not isinstance(self.object, str) and self.fields is not None:
            raise ValueError("has [[collection.object]]: write the fields below each of them")
        return self

    def targets(self) -> list[tuple[Place, Target]]:
        """The objects it gives, each with where its fields stand below the collection."""
        if isinstance(self.object, str):
            return [(("fields",), Target(object=self.object, fields=self.fields or {}))]
        return [(("object", number, "fields"), target) for number, target in enumerate(self.object)]


class Files(_Strict):
    """Everything `config/files.toml` may say."""

    collection: list[Collection] = Field(default_factory=list)


@dataclass(frozen=True)
class Wanted:
    """What a field of an object asks for."""

    sql_type: str
    is_required: bool = False
    references: str | None = None
    words: tuple[str, ...] = ()
    is_key: bool = False


def column_of(source: str | Column) -> Column:
    """A field's column, which may be written as just its header."""
    return Column(header=source) if isinstance(source, str) else source


def mistakes(
    files: Files, objects: Mapping[str, Mapping[str, Wanted]], sources: Names[str]
) -> Iterator[tuple[Place, str]]:
    """What no entry alone shows: each with its place, as one sentence or more."""
    names = [collection.name for collection in files.collection]
    for number, collection in enumerate(files.collection):
        at: Place = ("collection", number)
        if collection.name in names[:number]:
            yield (*at, "name"), f"two collections are called {collection.name}. Rename one of them."
        for below, target in collection.targets():
            place = (*at, *below)
            if target.object not in objects:
                where = (*at, *below[:-1], "object")
                yield where, f"there is no object {target.object}. {_near(target.object, objects)}"
                continue
            yield from _target_mistakes(place, target, objects[target.object], sources)


def _target_mistakes(
    place: Place, target: Target, fields: Mapping[str, Wanted], sources: Names[str]
) -> Iterator[tuple[Place, str]]:
    for name, source in target.fields.items():
        at, column = (*place, name), column_of(source)
        if name in KERNEL or name == f"{target.object}_id":
            yield at, f"{name} is filled by itself, from the key and the file. Take it out."
        elif name not in fields:
            yield at, f"{target.object} has no field {name}. {_near(name, fields)} Columns not named stay in `custom`."
        else:
            yield from _column_mistakes(at, name, column, fields[name], sources)
    for name, wanted in fields.items():
        if wanted.is_required and name not in target.fields and name not in (*KERNEL, f"{target.object}_id"):
            yield place, f'{target.object} needs {name}. Add {name} = "<header>", or {{ constant = ... }}.'


def _column_mistakes(
    at: Place, name: str, column: Column, wanted: Wanted, sources: Names[str]
) -> Iterator[tuple[Place, str]]:
    is_number, is_time = wanted.sql_type.startswith(_NUMBERS), wanted.sql_type in ("DATE", "TIMESTAMP")
    if column.date_format and not is_time:
        yield (*at, "date_format"), f"{name} is no date. Take date_format out."
    for mark in ("decimal", "thousands"):
        if getattr(column, mark) and not is_number:
            yield (*at, mark), f"{name} is no number. Take {mark} out."
    if column.is_last_day and (not is_time or column.constant is not None):
        yield (*at, "is_last_day"), f"{name} is no column of dates. Take is_last_day out."
    if column.headers and (is_number or is_time):
        kind = "number" if is_number else "date"
        yield (*at, "headers"), f'{name} is a {kind}: it is read from one column. Write header = "<header>".'
    if column.thousands and not column.decimal:
        yield (*at, "thousands"), f'{name}: thousands needs decimal beside it. Add decimal = "," or decimal = ".".'
    if column.source is not None and not wanted.references:
        yield (*at, "source"), f"{name} references nothing, so it is no other source's id. Take source out."
    elif column.source is not None and column.source not in sources:
        yield (*at, "source"), f"there is no source {column.source}. {_near(column.source, sources)}"
    given = [*column.values.values()] + ([column.constant] if column.constant is not None else [])
    for word in dict.fromkeys(given) if wanted.words else ():
        if word not in wanted.words:
            where = "constant" if word == column.constant else "values"
            yield (*at, where), f"{name} may be {', '.join(wanted.words)}, not {word!r}. Change it."


def _near(word: str, words: Names[str]) -> str:
    found = get_close_matches(word, [each for each in words if each not in KERNEL], n=1)
    return f"Did you mean {found[0]}?" if found else f"There are: {', '.join(sorted(set(words) - set(KERNEL)))}."
