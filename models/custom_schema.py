"""The schemas that follow from a workspace's declarations, made of the same parts as the shipped ones."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import polars as pl

from models.custom import Custom, CustomField, CustomObject, OwnField
from models.schema import Day, Exact, Flag, Happening, Instant, Json, Money, Object, Schema, Text, Whole, field

Texts = Annotated[pl.List, pl.String]
"""A list of texts."""
_TYPES: dict[str, Any] = {
    "text": Text,
    "whole": Whole,
    "number": Exact,
    "money": Money,
    "flag": Flag,
    "day": Day,
    "instant": Instant,
    "enum": Text,
    "list": Texts,
    "json": Json,
}
_HERE = Path(__file__).parent


def shipped_objects() -> list[str]:
    """The names of the standard objects."""
    return sorted(path.stem for path in (_HERE / "objects").glob("*.py") if path.stem != "__init__")


def shipped_schema(room: str, name: str) -> type[Schema]:
    """The schema class of a standard object or a mart: by the rule that the path is the name."""
    module = importlib.import_module(f"models.{room}.{name}")
    return getattr(module, class_name(name))  # type: ignore[no-any-return]


def class_name(table: str) -> str:
    """`company_domain` -> `CompanyDomain`."""
    return "".join(part.title() for part in table.split("_"))


def object_schema(name: str, custom: Custom) -> type[Schema]:
    """The schema of an object in a workspace: the shipped one with the declared fields, or one wholly declared."""
    declared = next((found for found in custom.object if found.name == name), None)
    if declared is not None:
        return _own(declared)
    base = shipped_schema("objects", name)
    fields = [found for found in custom.field if found.object == name]
    return _extended(base, base.__doc__ or "", fields) if fields else base


def _own(declared: CustomObject) -> type[Schema]:
    identity = field(f"Id of the {declared.name}.", key=True)
    id_name = f"{declared.name}_id"
    body = {"__annotations__": {id_name: Text}, id_name: identity, "__module__": __name__}
    kind = Happening if declared.happens_once else Object
    base = type(class_name(declared.name), (kind,), {**body, "__doc__": declared.description})
    return _extended(base, declared.description, declared.field)


def _extended(base: type[Schema], about: str, fields: Iterable[CustomField]) -> type[Schema]:
    declared = list(fields)
    body: dict[str, Any] = {found.name: _field(found) for found in declared}
    body["__annotations__"] = {found.name: _TYPES[found.type] for found in declared}
    return type(base.__name__, (base,), {**body, "__doc__": about, "__module__": base.__module__})


def _field(found: CustomField) -> Any:
    """Only in an object of its own is a required field never null: a standard object has rows of other sources too."""
    currency = f" In `{found.currency}`." if found.currency else ""
    return field(
        found.description.strip().rstrip(".") + "." + currency,
        required=isinstance(found, OwnField) and (found.required or found.key),
        references=found.references,
        personal=found.personal,
        json=found.type == "json",
        isin=list(found.values) or None,
    )
