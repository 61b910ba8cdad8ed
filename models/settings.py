"""Reads a TOML file a person writes, or says in one sentence per mistake what to mend; knows no file by name.

What may stand in a file is a pydantic model; what follows from it belongs to whoever reads it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

Place = tuple[int | str, ...]
"""Where in a file: `("interval", 1, "numerator")` is `numerator` of the second `[[interval]]`."""
Read = TypeVar("Read", bound=BaseModel)
SHOWN = 10
"""How many mistakes of one file are told at once."""
PATTERNS = {
    r"^[A-Z]{3}$": "three capital letters, such as EUR",
    r"^[a-z][a-z0-9_]{0,39}$": "at most 40 lower-case letters, digits and _, the first a letter",
    r"^[a-z][a-z0-9_]*$": "lower-case letters, digits and _, the first a letter",
    r"^[a-z0-9_]+$": "lower-case letters, digits and _",
    r"^[a-z0-9._-]+$": "lower-case letters, digits, ., _ and -",
    r"^[a-z0-9-]+(\.[a-z0-9-]+)+$": "a domain in lower case, such as example.com",
    r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$": "a time of day, such as 09:30",
    r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$": "a day, such as 2026-12-24",
}
"""What the patterns mean that texts of settings must match."""


def _known_zone(zone: str) -> str:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"{zone!r} is not a time zone of the IANA list, such as 'Europe/Berlin'") from error
    return zone


TimeZone = Annotated[str, AfterValidator(_known_zone)]
"""A time zone by its name in the IANA list."""
_KINDS = {
    "int": "a whole number",
    "decimal": "a number",
    "bool": "true or false, without quotes",
    "date": "a day without quotes, such as 2026-06-30",
    "string": "text, in quotes",
    "list": "a list, in square brackets",
}
_HEADER = re.compile(r"\s*\[(\[)?\s*(.+?)\s*\]")
_NAME = r"""(?:[\w-]+|"[^"]*"|'[^']*')"""
_KEY = re.compile(rf"\s*({_NAME}(?:\s*\.\s*{_NAME})*)\s*=")


class SettingsError(Exception):
    """A file cannot be used; the text names the file, the line, the key, what was expected and what to do."""


@dataclass(frozen=True)
class Advice:
    """What to do about a file that is unreadable, a key that is missing, a value that is wrong: each a sentence."""

    unreadable: str
    missing: str
    wrong: str


@dataclass(frozen=True)
class Mistake:
    """What is wrong at a place, as a whole sentence or more."""

    place: Place
    text: str


def read_settings(
    path: Path, kind: type[Read], advice: Advice, check: Callable[[Read], Iterable[Mistake]] = lambda _: ()
) -> tuple[Read, str]:
    """The settings of a file, and its text. `check` finds what one entry alone does not show. Raises SettingsError."""
    try:
        text = path.read_text(encoding="utf-8")
        settings = tomllib.loads(text, parse_float=Decimal)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path}: not a readable TOML file: {error}. {advice.unreadable}") from None
    try:
        read = kind.model_validate(settings)
    except ValidationError as error:
        mistakes = [_mistake(kind, detail, advice) for detail in error.errors()]
    else:
        mistakes = list(check(read))
    if mistakes:
        # What does not fit together in a file as a whole stands on no one line; its text names what it is about.
        lines = [f":{line_of(text, mistake.place)}" if mistake.place else "" for mistake in mistakes[:SHOWN]]
        told = [f"{path}{line}: {mistake.text}" for line, mistake in zip(lines, mistakes, strict=False)]
        more = [f"... and {len(mistakes) - SHOWN} more in this file."] if len(mistakes) > SHOWN else []
        raise SettingsError("\n".join(told + more))
    return read, text


# --- words for mistakes ----------------------------------------------------------------------------------------------


def _mistake(kind: type[BaseModel], detail: ErrorDetails, advice: Advice) -> Mistake:
    place = tuple(part for part in detail["loc"] if not str(part).startswith("function-"))
    key = _words(place)
    given = detail["input"]
    if detail["type"] == "missing":
        return Mistake(place, f"{key} is missing. {advice.missing}")
    if detail["type"] == "extra_forbidden":
        known = ", ".join(_siblings(kind, place))
        return Mistake(
            place, f"{key} is no setting of this file. Known here: {known}. Correct the name or take the line out."
        )
    expected = _expected(detail)
    end = "" if expected.endswith((".", "?")) else "."
    shown = (
        f"{key} = {_shown(given)}: " if isinstance(given, str | int | Decimal | date) else f"{key}: " if place else ""
    )
    return Mistake(place, f"{shown}{expected}{end} {advice.wrong}")


def _expected(detail: ErrorDetails) -> str:
    """What should have stood there, in words that need no knowledge of types and patterns."""
    if (pattern := detail.get("ctx", {}).get("pattern")) in PATTERNS:
        return f"should be {PATTERNS[pattern]}"
    kind = detail["type"].split("_")[0]
    if kind in _KINDS and detail["type"].endswith(("_type", "_parsing", "_from_float")):
        return f"should be {_KINDS[kind]}"
    return detail["msg"].removeprefix("Value error, ").removeprefix("Input ")


def _shown(given: str | int | Decimal | date) -> str:
    """A value as it stands in a file."""
    return repr(given) if isinstance(given, str) else str(given).lower() if isinstance(given, bool) else str(given)


def _words(place: Place) -> str:
    """`('interval', 1, 'numerator')` -> `interval (entry 2).numerator`."""
    words: list[str] = []
    for part in place:
        if isinstance(part, int):
            words[-1] += f" (entry {part + 1})"
        else:
            words.append(part)
    return ".".join(words)


def _siblings(kind: type[BaseModel], place: Place) -> list[str]:
    """The settings that may stand where an unknown one stood."""
    for part in place[:-1]:
        if isinstance(part, str) and part in _named(kind):
            inner = next((one for one in _models(_named(kind)[part].annotation)), None)
            kind = inner or kind
    return sorted(_named(kind))


def _named(kind: type[BaseModel]) -> dict[str, FieldInfo]:
    """The settings by the names they have in the file."""
    return {info.alias or name: info for name, info in kind.model_fields.items()}


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Every pydantic model a type is made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


# --- where a setting stands ------------------------------------------------------------------------------------------


def line_of(text: str, place: Place) -> int:
    """The line on which a setting stands; of what is missing, the line of what it should stand in; else 1."""
    lines = {found: number for number, found in reversed(list(_places(text)))}
    for length in range(len(place), 0, -1):
        if place[:length] in lines:
            return lines[place[:length]]
    return 1


def _places(text: str) -> Iterator[tuple[int, Place]]:
    """Every header and key of a file with its line; entries of a list of tables are counted from 0."""
    counted: dict[Place, int] = {}
    table: Place = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = ()
            parts = _parts(header[2])
            for position, part in enumerate(parts, 1):
                table += (part,)
                if header[1] and position == len(parts):
                    yield number, table
                    counted[table] = counted.get(table, -1) + 1
                if table in counted:
                    table += (counted[table],)
            _forget_inner(counted, table)
            yield number, table
        elif key := _KEY.match(line):
            place = table
            for part in _parts(key[1]):
                place += (part,)
                yield number, place


def _parts(dotted: str) -> list[str]:
    return [part.strip().strip("\"'") for part in re.findall(_NAME, dotted)]


def _forget_inner(counted: dict[Place, int], table: Place) -> None:
    """A new entry has lists of its own."""
    if table and isinstance(table[-1], int):
        for place in [place for place in counted if len(place) > len(table) and place[: len(table)] == table]:
            del counted[place]


# --- types of settings -----------------------------------------------------------------------------------------------


def bare(annotation: Any) -> Any:
    """The type without `Annotated[...]` and without `| None`."""
    if get_origin(annotation) is Annotated:
        return bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        (inner,) = (part for part in get_args(annotation) if part is not NoneType)
        return bare(inner)
    return annotation
