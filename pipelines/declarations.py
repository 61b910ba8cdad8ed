"""Reads what a home declares in `config/custom.toml` and `config/files.toml`, and puts it in force.

Here belongs the way from those files to `declared`. What a mistake in them is belongs to the two that define the files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from pathlib import Path

from connectors.files.mapping import Files, Wanted, mistakes
from connectors.files.statements import PLACE, collected, selects
from models.custom import Custom, Known, read_custom
from models.custom_schema import shipped_objects, shipped_schema
from models.settings import Advice, Mistake, line_of, read_settings
from pipelines.declared import FILES, Declared, Select, current, put_in_force
from pipelines.home import ROOT, Home
from pipelines.schemas import KERNEL_FIELDS, columns_of, schema_of

CUSTOM = "custom.toml"
ADVICE = Advice(
    unreadable="Mend that place.",
    missing="Add it: connectors/files/README.md shows how.",
    wrong="Change it.",
)


def use(home: Home | None) -> Declared:
    """Put a home's declarations in force, or none; raises SettingsError, and then what was in force stays.

    Whoever opens a home's warehouse does so through here (`warehouse.open_warehouse`).
    """
    texts = [_text(home.config / name) if home else "" for name in (CUSTOM, Path(PLACE).name)]
    digest = hashlib.sha256("\x1f".join(texts).encode()).hexdigest()[:16] if any(texts) else ""
    before = current()
    if before.digest != digest:
        try:
            put_in_force(Declared() if home is None or not digest else _read(home, digest))
        except BaseException:
            put_in_force(before)
            raise
    return current()


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


def _read(home: Home, digest: str) -> Declared:
    sources = _source_names()
    objects = {name: _names(name) for name in shipped_objects()}
    marts = [path.stem for path in (ROOT / "models" / "marts").glob("*.py")]
    custom = read_custom(home.config / CUSTOM, Known(objects, sources, marts))
    fields_only = Declared(custom=custom, digest=f"{digest}/fields")
    put_in_force(fields_only)  # the files' mappings are judged by the objects as they are with these fields
    path = home.config / Path(PLACE).name
    if not path.exists():
        return Declared(custom=custom, digest=digest)
    wanted = _wanted(custom)
    files, text = read_settings(
        path, Files, ADVICE, lambda files: [Mistake(*found) for found in mistakes(files, wanted, sources)]
    )
    made = selects(files, wanted)
    return Declared(
        custom=custom,
        resources=collected(files, lambda place: line_of(text, place)),
        selects={name: Select(*found) for name, found in made.items()},
        digest=digest,
    )


def _source_names() -> list[str]:
    return sorted(path.parent.name for path in (ROOT / "connectors").glob("*/source.py"))


def _names(name: str) -> Collection[str]:
    return list(shipped_schema("objects", name).to_schema().columns)


def _wanted(custom: Custom) -> dict[str, dict[str, Wanted]]:
    """Every object's fields as the files' mappings need to know them."""
    keys = {(found.name, field.name) for found in custom.object for field in found.field if field.key}
    required = {(field.object, field.name) for field in custom.field if field.required and FILES in field.sources}
    found: dict[str, dict[str, Wanted]] = {}
    for name in [*shipped_objects(), *(own.name for own in custom.object)]:
        schema = schema_of(f"objects.{name}")
        assert schema is not None
        found[name] = {
            column.name: Wanted(
                sql_type=column.sql_type,
                is_required=(not column.nullable or (name, column.name) in required)
                and column.name not in KERNEL_FIELDS,
                references=column.references,
                words=column.words,
                is_key=(name, column.name) in keys,
            )
            for column in columns_of(schema)
        }
    return found
