"""Turns the policy files into tables, or says in one sentence per mistake what to mend; knows no theme by name.

`<theme>.toml` is read through the class `Policy` of `<theme>.py`. The theme's plain settings become the one-row table
`<theme>`, each list becomes `<theme>_<name>`: of plain values with the one column `value`, of tables with their keys.
"""

from __future__ import annotations

import importlib
import re
import tomllib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import polars as pl
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

HERE = Path(__file__).parent
TYPES: dict[type, pl.DataType] = {
    str: pl.String(),
    bool: pl.Boolean(),
    int: pl.Int64(),
    date: pl.Date(),
    Decimal: pl.Decimal(38, 12),
}
"""What a setting may be, and the column type it becomes."""
SHOWN = 10
"""How many mistakes of one file are told at once."""


class PolicyError(Exception):
    """A policy file cannot be used; the text names the file, the line, the key, what was expected and what to do."""


def load_policies(config_dir: Path | None = None) -> dict[str, pl.DataFrame]:
    """Every policy table by its name (without the schema `policy`).

    A file of the same name in `config_dir` takes the place of the shipped one as a whole. Raises PolicyError.
    """
    themes = sorted(path.stem for path in HERE.glob("*.toml"))
    for own in sorted(config_dir.glob("*.toml")) if config_dir is not None else []:
        if own.stem not in themes:
            near = get_close_matches(own.stem, themes, n=1)
            meant = f"Did you mean {near[0]}.toml?" if near else f"There are: {', '.join(themes)}."
            raise PolicyError(f"{own}: no policy is called {own.stem!r}. {meant} Rename the file, or take it away.")
    tables: dict[str, pl.DataFrame] = {}
    for shipped in sorted(HERE.glob("*.toml")):
        own = config_dir / shipped.name if config_dir is not None else shipped
        tables |= _tables(shipped.stem, _read(own if own.exists() else shipped))
    return tables


def _read(path: Path) -> BaseModel:
    module = importlib.import_module(f"models.policy.{path.stem}")
    policy: type[BaseModel] = module.Policy
    try:
        text = path.read_text(encoding="utf-8")
        settings = tomllib.loads(text, parse_float=Decimal)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PolicyError(
            f"{path}: not a readable TOML file: {error}. Mend that place, or delete the file to have the defaults back."
        ) from None
    try:
        return policy.model_validate(settings)
    except ValidationError as error:
        mistakes = error.errors()
        sentences = [_sentence(path, text, policy, detail) for detail in mistakes[:SHOWN]]
        more = [f"... and {len(mistakes) - SHOWN} more in this file."] if len(mistakes) > SHOWN else []
        raise PolicyError("\n".join(sentences + more)) from None


# --- words for mistakes ----------------------------------------------------------------------------------------------


def _sentence(path: Path, text: str, policy: type[BaseModel], detail: ErrorDetails) -> str:
    loc = tuple(part for part in detail["loc"] if not str(part).startswith("function-"))
    place = f"{path}:{_line(text, loc)}"
    key = _key(loc)
    given = detail["input"]
    if detail["type"] == "missing":
        return f"{place}: {key} is missing. Add it: the shipped {HERE / path.name} shows how."
    if detail["type"] == "extra_forbidden":
        known = ", ".join(_siblings(policy, loc))
        return f"{place}: {key} is no setting of this file. Known here: {known}. Correct the name or take the line out."
    expected = detail["msg"].removeprefix("Value error, ").removeprefix("Input ")
    shown = f"{key} = {given!r}: " if isinstance(given, str | int | Decimal | date) else f"{key}: " if loc else ""
    return f"{place}: {shown}{expected}. Change it, or delete the file to have the defaults back."


def _key(loc: tuple[int | str, ...]) -> str:
    """`('interval', 1, 'numerator')` -> `interval (entry 2).numerator`."""
    words: list[str] = []
    for part in loc:
        if isinstance(part, int):
            words[-1] += f" (entry {part + 1})"
        else:
            words.append(part)
    return ".".join(words)


def _line(text: str, loc: tuple[int | str, ...]) -> int:
    """The line on which the setting stands; of what is missing, the line of what it should stand in; else 1."""
    lines = text.splitlines()
    header = re.compile(r"\s*\[")
    start, end = 0, next((number for number, line in enumerate(lines) if header.match(line)), len(lines))
    if len(loc) > 1 and isinstance(loc[1], int):
        entry = re.compile(rf"\s*\[\[\s*{re.escape(str(loc[0]))}\s*\]\]")
        starts = [number for number, line in enumerate(lines) if entry.match(line)]
        if loc[1] < len(starts):
            start = starts[loc[1]]
            later = (number for number in range(start + 1, len(lines)) if header.match(lines[number]))
            end = next(later, len(lines))
            loc = loc[2:]
    name = re.compile(rf"""\s*(\[+\s*)?["']?{re.escape(str(loc[0]))}["']?\s*(=|\])""") if loc else None
    for number in range(start, end) if name else ():
        if name and name.match(lines[number]):
            return number + 1
    whole = range(len(lines)) if name else ()
    return next((number + 1 for number in whole if name and name.match(lines[number]) and start == 0), start + 1)


def _siblings(policy: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """The settings that may stand where an unknown one stood."""
    for part in loc[:-1]:
        if isinstance(part, str):
            inner = _list_of(policy.model_fields[part])
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                policy = inner
    return sorted(policy.model_fields)


# --- from settings to tables -----------------------------------------------------------------------------------------


def _tables(theme: str, policy: BaseModel) -> Iterator[tuple[str, pl.DataFrame]]:
    fields = type(policy).model_fields
    lists = {name: _list_of(info) for name, info in fields.items()}
    plain = [name for name, inner in lists.items() if inner is None]
    if plain:
        row = policy.model_dump(include=set(plain))
        yield theme, pl.DataFrame([row], schema={name: _type(fields[name].annotation) for name in plain})
    for name, inner in lists.items():
        if inner is None:
            continue
        rows = getattr(policy, name)
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            types = {key: _type(info.annotation) for key, info in inner.model_fields.items()}
            yield f"{theme}_{name}", pl.DataFrame([row.model_dump() for row in rows], schema=types)
        else:
            yield f"{theme}_{name}", pl.DataFrame({"value": rows}, schema={"value": _type(inner)})


def _list_of(info: FieldInfo) -> Any:
    """What a list setting is a list of; None for a plain setting."""
    annotation = _plain(info.annotation)
    return _plain(get_args(annotation)[0]) if get_origin(annotation) is list else None


def _type(annotation: Any) -> pl.DataType:
    annotation = _plain(annotation)
    if get_origin(annotation) is Literal:
        annotation = type(get_args(annotation)[0])
    try:
        return TYPES[annotation]
    except KeyError:
        raise TypeError(f"a policy setting cannot be {annotation!r}; it may be {', '.join(map(str, TYPES))}") from None


def _plain(annotation: Any) -> Any:
    """The type without `Annotated[...]` and without `| None`."""
    if get_origin(annotation) is Annotated:
        return _plain(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        (inner,) = (part for part in get_args(annotation) if part is not NoneType)
        return _plain(inner)
    return annotation
