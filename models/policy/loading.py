"""Turns the policy files into tables, or says in one sentence per mistake what to mend; knows no theme by name.

`<theme>.toml` is read through the class `Policy` of `<theme>.py`. The theme's plain settings become the one-row table
`<theme>`, each list becomes `<theme>_<name>`: of plain values with the one column `value`, of tables with their keys.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import polars as pl
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from models.settings import Advice, SettingsError, bare, read_settings

HERE = Path(__file__).parent
TYPES: dict[type, pl.DataType] = {
    str: pl.String(),
    bool: pl.Boolean(),
    int: pl.Int64(),
    date: pl.Date(),
    Decimal: pl.Decimal(38, 12),
}
"""What a setting may be, and the column type it becomes."""
ELSEWHERE = ("custom", "files")
"""Files of `config/` that are no policies: the workspace's own fields and objects, and its own collections of files."""


class PolicyError(SettingsError):
    """A policy file cannot be used; the text names the file, the line, the key, what was expected and what to do."""


def load_policies(config_dir: Path | None = None) -> dict[str, pl.DataFrame]:
    """Every policy table by its name (without the schema `policy`).

    A file of the same name in `config_dir` takes the place of the shipped one as a whole. Raises PolicyError.
    """
    themes = sorted(path.stem for path in HERE.glob("*.toml"))
    for own in sorted(config_dir.glob("*.toml")) if config_dir is not None else []:
        if own.stem not in (*themes, *ELSEWHERE):
            near = get_close_matches(own.stem, themes, n=1)
            meant = f"Did you mean {near[0]}.toml?" if near else f"There are: {', '.join(themes)}."
            raise PolicyError(f"{own}: no policy is called {own.stem!r}. {meant} Rename the file, or take it away.")
    tables: dict[str, pl.DataFrame] = {}
    for shipped in sorted(HERE.glob("*.toml")):
        own = config_dir / shipped.name if config_dir is not None else shipped
        tables |= _tables(shipped.stem, _read(own if own.exists() else shipped))
    return tables


def _read(path: Path) -> BaseModel:
    policy: type[BaseModel] = importlib.import_module(f"models.policy.{path.stem}").Policy
    advice = Advice(
        unreadable="Mend that place, or delete the file to have the defaults back.",
        missing=f"Add it: the shipped {HERE / path.name} shows how.",
        wrong="Change it, or delete the file to have the defaults back.",
    )
    try:
        return read_settings(path, policy, advice)[0]
    except SettingsError as error:
        raise PolicyError(str(error)) from None


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
    annotation = bare(info.annotation)
    return bare(get_args(annotation)[0]) if get_origin(annotation) is list else None


def _type(annotation: Any) -> pl.DataType:
    annotation = bare(annotation)
    if get_origin(annotation) is Literal:
        annotation = type(get_args(annotation)[0])
    if get_origin(annotation) is list:
        return pl.List(_type(get_args(annotation)[0]))
    try:
        return TYPES[annotation]
    except KeyError:
        raise TypeError(f"a policy setting cannot be {annotation!r}; it may be {', '.join(map(str, TYPES))}") from None
