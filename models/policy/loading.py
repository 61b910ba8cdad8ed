"""Turns the policy files into tables, or says in one sentence per mistake what to mend; knows no theme by name.

`<theme>.toml` is read through the class `Policy` of `<theme>.py`. The theme's plain settings become the one-row table
`<theme>`, each list becomes `<theme>_<name>`: of plain values with the one column `value`, of tables with their keys.

A theme with a class `Set` is a set of rules with a `policy_id`, beside which others may be computed: those that its
list `compared` names, each the file `<theme>/<policy_id>.toml`. All of them, the theme's own first, are the rows of
`<theme>_set` and `<theme>_set_<name>`, led by `policy_id`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from functools import cache, partial
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin

import polars as pl
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from models.settings import Advice, Mistake, SettingsError, bare, read_settings

HERE = Path(__file__).parent
Read = TypeVar("Read", bound=BaseModel)
Check = Callable[[Any], Iterable[Mistake]]
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
        own = (config_dir or HERE) / shipped.name
        is_shipped = config_dir is None or not own.exists()
        tables |= _shipped(shipped, config_dir) if is_shipped else _theme(shipped.stem, own, config_dir)
    return tables


def named_sets(theme: str, config_dir: Path | None = None) -> dict[str, Path]:
    """The files of a theme's further sets of rules by policy_id; an own one stands for a shipped one."""
    folders = [HERE / theme, *([config_dir / theme] if config_dir is not None else [])]
    return {path.stem: path for folder in folders for path in sorted(folder.glob("*.toml"))}


def read_set(theme: str, policy_id: str, config_dir: Path | None = None) -> BaseModel:
    """One set of rules of a theme: the main one or a further one, whether it is computed or not.

    Raises PolicyError, naming those there are, when none is called so.
    """
    module = importlib.import_module(f"models.policy.{theme}")
    own = config_dir / f"{theme}.toml" if config_dir is not None else HERE / f"{theme}.toml"
    known = named_sets(theme, config_dir)
    shipped = HERE / f"{theme}.toml"
    main: BaseModel = _read(own if own.exists() else shipped, module.Policy, shipped)
    name = str(main.model_dump()["policy_id"])
    if policy_id == name:
        return main
    if policy_id not in known:
        raise PolicyError(f"There are no rules {policy_id!r}. There are: {', '.join([name, *sorted(known)])}.")
    found: BaseModel = _read(known[policy_id], module.Set, shipped, partial(_misnamed, known[policy_id]))
    return found


def set_tables(theme: str, sets: Sequence[BaseModel]) -> dict[str, pl.DataFrame]:
    """The tables of a theme's sets of rules, as `load_policies` makes them, for these; the first is the main one."""
    module = importlib.import_module(f"models.policy.{theme}")
    tables = dict(_tables(f"{theme}_set", sets, module.Set))
    first = pl.Series("is_main", [number == 0 for number in range(len(sets))])
    tables[f"{theme}_set"] = tables[f"{theme}_set"].insert_column(1, first)
    return tables


def _shipped(path: Path, config_dir: Path | None) -> Mapping[str, pl.DataFrame]:
    """The tables of a shipped file, kept as long as it stays as it is: nearly all of them are, and are asked for often.

    Which sets of rules stand beside those of a theme is up to `config_dir` each time.
    """
    if hasattr(importlib.import_module(f"models.policy.{path.stem}"), "Set"):
        return dict(_theme(path.stem, path, config_dir))
    return _kept(path, path.stat().st_mtime_ns)


@cache
def _kept(path: Path, _changed: int) -> Mapping[str, pl.DataFrame]:
    return dict(_theme(path.stem, path, None))


def _theme(theme: str, path: Path, config_dir: Path | None) -> Iterator[tuple[str, pl.DataFrame]]:
    module = importlib.import_module(f"models.policy.{theme}")
    if not hasattr(module, "Set"):
        yield from _tables(theme, [_read(path, module.Policy, HERE / path.name)])
        return
    known = named_sets(theme, config_dir)
    main = _read(path, module.Policy, HERE / path.name, lambda settings: _unknown_sets(settings, known))
    example = next(iter(sorted((HERE / theme).glob("*.toml"))))
    others = [_read(known[name], module.Set, example, partial(_misnamed, known[name])) for name in main.compared]
    yield from _tables(theme, [main])
    for name, frame in _tables(f"{theme}_set", [main, *others], module.Set):
        if name == f"{theme}_set":
            frame = frame.insert_column(1, (frame["policy_id"] == main.policy_id).alias("is_main"))
        yield name, frame


def _unknown_sets(main: Any, known: Mapping[str, Path]) -> Iterator[Mistake]:
    for number, name in enumerate(main.compared):
        key = f"compared (entry {number + 1}) = {name!r}"
        if name == main.policy_id:
            yield Mistake(("compared",), f"{key}: that is this file's own policy_id. Take it out.")
        elif name in main.compared[:number]:
            yield Mistake(("compared",), f"{key}: it stands here twice. Take one out.")
        elif name not in known:
            yield Mistake(("compared",), f"{key}: there is no such set. There are: {', '.join(sorted(known))}.")


def _misnamed(path: Path, named: Any) -> Iterator[Mistake]:
    if named.policy_id != path.stem:
        told = f"policy_id = {named.policy_id!r}: the file's name says {path.stem!r}. Give both the same name."
        yield Mistake(("policy_id",), told)


def _read(path: Path, kind: type[Read], shipped: Path, check: Check = lambda _: ()) -> Read:
    """The settings of one file; `shipped` is a file that shows how it is done."""
    advice = Advice(
        unreadable="Mend that place, or delete the file to have the defaults back.",
        missing=f"Add it: the shipped {shipped} shows how.",
        wrong="Change it, or delete the file to have the defaults back.",
    )
    try:
        return read_settings(path, kind, advice, check)[0]
    except SettingsError as error:
        raise PolicyError(str(error)) from None


# --- from settings to tables -----------------------------------------------------------------------------------------


def _tables(
    prefix: str, policies: Sequence[BaseModel], kind: type[BaseModel] | None = None
) -> Iterator[tuple[str, pl.DataFrame]]:
    """The tables of a theme's settings; with `kind`, those of all its sets, each row led by the set's policy_id."""
    fields = (kind or type(policies[0])).model_fields
    lists = {name: _list_of(info) for name, info in fields.items()}
    plain = [name for name, inner in lists.items() if inner is None]
    if plain:
        rows = [policy.model_dump(include=set(plain)) for policy in policies]
        yield prefix, pl.DataFrame(rows, schema={name: _type(fields[name].annotation) for name in plain})
    for name, inner in lists.items():
        if inner is None:
            continue
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            types = {key: _type(info.annotation) for key, info in inner.model_fields.items()}
        else:
            types = {"value": _type(inner)}
        led: dict[str, pl.DataType] = {"policy_id": pl.String()} if kind else {}
        rows = [
            (policy.model_dump(include={"policy_id"}) if kind else {}) | row
            for policy in policies
            for row in _rows(getattr(policy, name))
        ]
        yield f"{prefix}_{name}", pl.DataFrame(rows, schema=led | types)


def _rows(entries: Sequence[Any]) -> Iterator[dict[str, Any]]:
    for entry in entries:
        yield entry.model_dump() if isinstance(entry, BaseModel) else {"value": entry}


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
