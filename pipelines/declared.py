"""What a workspace declares for itself, as far as it is in force now: fields, objects, collections of files.

One home's declarations hold at a time in a process; `declarations.use` sets them. Whatever follows from them is kept
per set of declarations (`cached`), so that going from one home to another and back costs nothing and mixes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import ParamSpec, TypeVar

from connectors.reading.resource import Resource
from models.custom import Custom, CustomField

Given = ParamSpec("Given")
Made = TypeVar("Made")
FILES = "files"
"""The connector whose resources and mappings the workspace declares."""
KEPT = 4
"""How many sets of declarations what follows from them is kept for."""


@dataclass(frozen=True)
class Select:
    """A mapping that follows from a declaration: the raw tables it reads, and its SQL."""

    reads: frozenset[str]
    sql: str


@dataclass(frozen=True)
class Declared:
    """One home's declarations; `digest` tells them from any others."""

    custom: Custom = field(default_factory=Custom)
    resources: tuple[Resource, ...] = ()
    selects: Mapping[str, Select] = field(default_factory=dict)
    digest: str = ""

    def text_of(self, name: str) -> str:
        """Everything declared of one object: what is made of it depends on no other declaration."""
        about = [found.description for found in self.custom.object if found.name == name]
        fields = [found.model_dump_json() for found in self.custom.fields_of(name)]
        return "\n".join([*about, *fields])


_now = [Declared()]


def current() -> Declared:
    """The declarations in force; none before `declarations.use`."""
    return _now[0]


def put_in_force(found: Declared) -> None:
    """From now on these hold."""
    _now[0] = found


def cached(make: Callable[Given, Made]) -> Callable[Given, Made]:
    """Keep what a function makes, per declarations in force and arguments, which must be hashable."""
    kept: dict[str, dict[object, Made]] = {}

    @wraps(make)
    def found(*args: Given.args, **kwargs: Given.kwargs) -> Made:
        digest = current().digest
        if digest not in kept and len(kept) >= KEPT:
            del kept[next(iter(kept))]
        results = kept.setdefault(digest, {})
        key = (args, tuple(sorted(kwargs.items())))
        if key not in results:
            results[key] = make(*args, **kwargs)
        return results[key]

    return found


def taken_from_custom(name: str, source: str) -> dict[str, tuple[str, bool]]:
    """The declared fields of an object that a source may give in `custom`: field -> (key there, must be there)."""
    found: dict[str, tuple[str, bool]] = {}
    for declared in current().custom.fields_of(name):
        key = declared.sources.get(source) if declared.sources else declared.name
        if key is not None:
            found[declared.name] = (key, declared.required)
    return found


def declared_names(name: str) -> tuple[str, ...]:
    """The names of an object's declared fields."""
    fields: tuple[CustomField, ...] = current().custom.fields_of(name)
    return tuple(found.name for found in fields)
