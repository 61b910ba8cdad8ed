"""What a vendor's collection looks like in a file, and which collection a file holds; reading files is elsewhere."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path, PurePosixPath

FILE = "_file"
"""Stands where a resource's name would, for a file that no resource takes."""
BOOKKEEPING = ("_delivery_id", "_line", "_key", "_hash")
"""Columns every landed row has before its data columns."""
API_FOLDER = "api"
"""The folder of a source's inbox that holds what its live API gave: `api/<resource>/<when>-<n>.jsonl`."""
WHOLE = "-whole"
"""How the name of such a file ends, before its suffix, when the pull that it ends brought every record there is."""
_RESERVED = frozenset((*BOOKKEEPING, "_row_id", "_loaded_at", "_dlt_id", "_dlt_load_id"))

_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "Æ": "Ae", "ø": "o", "Ø": "O", "œ": "oe", "ł": "l", "Ł": "L"})


@dataclass(frozen=True)
class Export:
    """One delivered file. `name` is its path as the user knows it, `delivery_id` the id its rows carry.

    `sheet`: the sheet of a workbook that it stands for. `refusal`: why it cannot be read, known before any reader saw
    it. `contents`: what an archive, or a workbook of several sheets, holds, each a delivery of its own.
    """

    path: Path
    name: str
    delivery_id: str
    sheet: str | None = None
    refusal: str | None = None
    contents: str | None = None

    @property
    def resource(self) -> str | None:
        """The resource whose records a live API gave, which the file's folder says; None for any other file."""
        parts = PurePosixPath(self.name).parts
        return parts[1] if len(parts) == 3 and parts[0] == API_FOLDER else None


@dataclass(frozen=True)
class Resource:
    """A vendor's own collection: its columns, its key and how its files are recognised.

    `columns` are those a mapping reads; they always exist in raw. `key=()` makes each row its own record. The greatest
    `version` of a key wins later. `required` columns must be in a file. `labels` map the headers people see to columns;
    one with a `*` takes the first header it matches, for headers that hold a question's words. `files` are globs that
    suggest the resource. For JSON: `records` is the key of the list in a page, `where` the field values that make a
    record one of this resource, `flatten` the nested objects whose keys become columns. `asked` says of a column which
    place in a person's own file asks for it: told when the column is missing.
    """

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...] = ()
    version: str | None = None
    required: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    records: str | None = None
    where: Mapping[str, str] = field(default_factory=dict)
    flatten: tuple[str, ...] = ()
    asked: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Fit:
    """How a file's headers become a resource's raw columns: `columns[i]` is the raw name of `headers[i]`."""

    resource: Resource
    headers: tuple[str, ...]
    columns: tuple[str, ...]

    @property
    def as_sent(self) -> dict[str, str]:
        """Header as sent → raw column; headers sent twice are told apart by their position."""
        names: dict[str, str] = {}
        for position, (header, column) in enumerate(zip(self.headers, self.columns, strict=True), start=1):
            names[f"{header} ({position})" if header in names else header] = column
        return names

    @property
    def missing(self) -> tuple[str, ...]:
        """Required columns the file lacks."""
        return tuple(column for column in self.resource.required if column not in self.columns)

    @property
    def known(self) -> int:
        """How many of the file's columns the resource declares."""
        return sum(column in self.resource.columns for column in self.columns)


@lru_cache(maxsize=1 << 16)  # the same headers are held against every collection of a source, file by file
def snake(header: str) -> str:
    """Write a header as a raw column name: lower-case letters, digits and single underscores; may be empty."""
    plain = unicodedata.normalize("NFKD", header.translate(_LETTERS)).encode("ascii", "ignore").decode()
    plain = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", plain))
    name = re.sub(r"[^a-z0-9]+", "_", plain.lower()).rstrip("_")
    return f"_{name}" if name[:1].isdigit() else name


@lru_cache(maxsize=1 << 16)
def _loose(text: str) -> str:
    return "".join(text.split()).casefold()


def fit(resource: Resource, headers: Sequence[str]) -> Fit:
    """Name the raw column of each header: by label, by declared name, else in snake case; collisions get `_2`, `_3`."""
    labels = {_loose(label): column for label, column in resource.labels.items() if "*" not in label}
    patterns = [(_loose(label), column) for label, column in resource.labels.items() if "*" in label]
    declared = {snake(column): column for column in resource.columns}
    taken: set[str] = set(_RESERVED)
    columns: list[str] = []
    for position, header in enumerate(headers, start=1):
        written = snake(header)
        liked = (column for label, column in patterns if column not in taken and fnmatchcase(_loose(header), label))
        name = labels.get(_loose(header)) or declared.get(written) or next(liked, written) or f"column_{position}"
        unique, suffix = name, 1
        while unique in taken:
            suffix += 1
            unique = f"{name}_{suffix}"
        taken.add(unique)
        columns.append(unique)
    return Fit(resource, tuple(headers), tuple(columns))


def recognise(resources: Iterable[Resource], headers: Sequence[str], name: str) -> Fit | str:
    """Find the resource whose file this is; if there is none, a sentence that says what the closest one lacks."""
    fits = [fit(resource, headers) for resource in resources]
    whole = [candidate for candidate in fits if not candidate.missing]
    if whole:
        return max(whole, key=lambda f: (named(f.resource, name), f.known, len(f.resource.required)))
    if not fits:
        return "no collection of this source is read from such a file"
    closest = max(fits, key=lambda f: (f.known, named(f.resource, name)))
    if not closest.known and not named(closest.resource, name):
        return f"the columns fit none of: {', '.join(f.resource.name for f in fits)}"
    return _what_is_missing(closest)


def named(resource: Resource, name: str) -> int:
    """2 when the file's own name suggests the resource, 1 when its folders do, else 0."""
    path = name.replace("\\", "/").casefold()
    for weight, text in ((2, PurePosixPath(path).name), (1, path)):
        if any(fnmatchcase(text, pattern.casefold()) for pattern in resource.files):
            return weight
    return 0


def _what_is_missing(closest: Fit) -> str:
    share = f"{closest.known} of {len(closest.headers)}"
    text = f"columns fit {closest.resource.name} best ({share}) but "
    if not closest.known:
        text = f"it is named like {closest.resource.name} but "
    for number, column in enumerate(closest.missing):
        text += " and " if number else ""
        place = closest.resource.asked.get(column)
        text += f"required column '{column}' is missing" + (f" ({place} asks for it)" if place else "")
        renamed = likely_rename(closest, column)
        if renamed is not None:
            text += f"; the file has '{renamed}' which may be its new name"
    return text


def likely_rename(closest: Fit, column: str) -> str | None:
    """The header, among those the resource does not know, that reads most like the missing column or its labels."""
    wanted = [column, *(label for label, target in closest.resource.labels.items() if target == column)]
    best, best_score = None, 0.6
    for header, raw in zip(closest.headers, closest.columns, strict=True):
        if raw in closest.resource.columns:
            continue
        for name in wanted:
            score = _alike(snake(header), snake(name))
            if score > best_score:
                best, best_score = header, score
    return best


def _alike(one: str, other: str) -> float:
    words, sought = set(one.split("_")), set(other.split("_"))
    shared = len(words & sought) / max(len(sought), 1)
    return max(SequenceMatcher(None, one, other).ratio(), 0.9 * shared)
