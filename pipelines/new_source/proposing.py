"""What an export that nobody has described may be: the likely object, and for each of its fields the likely column.

Scores are between 0 and 1 and only compare; nothing is taken that the types contradict.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from connectors.reading.resource import snake
from models.custom_schema import shipped_objects
from pipelines.new_source.profiling import Looked, Looks
from pipelines.new_source.synonyms import FIELDS, OBJECTS, WORDS
from pipelines.schemas import KERNEL_FIELDS, Column, columns_of, schema_of

LIKELY = 0.6
"""What a match must reach to be proposed."""
PARTS: dict[str, dict[str, tuple[str, ...]]] = {
    "company": {"company_domain": ("domain",)},
    "contact": {
        "contact_email": ("address",),
        "contact_phone": ("phone",),
        "job_role": ("company_id", "job_title", "department"),
    },
}
"""Objects that a row of another one gives with it, and which of their fields are looked for."""
_NO_ROWS = ("company_domain", "contact_email", "contact_phone", "expected_invoice", "workflow_")
_FILLED = (*KERNEL_FIELDS, "source_record_id", "external_id", "custom", "source_deleted_at")
_TEXTS = ("text", "whole", "number", "day", "instant", "email", "url", "domain", "currency", "phone", "list", "flag")
_KINDS = {
    "VARCHAR": _TEXTS,
    "BIGINT": ("whole",),
    "DOUBLE": ("whole", "number"),
    "BOOLEAN": ("flag",),
    "DATE": ("day", "instant"),
    "TIMESTAMP": ("day", "instant"),
    "JSON": ("json",),
}
_HOW = ("id", "no", "nr", "number", "nummer", "key", "code", "e", "mail", "email")
_ONLY = {"email": ("email",), "domain": ("domain", "url"), "currency": ("currency",)}


@dataclass(frozen=True)
class Match:
    """A field of an object or of a part of it, and the column that gives it. `words` translates what it may hold."""

    object: str
    field: str
    column: Looks
    score: float
    words: dict[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Proposal:
    """What one export is taken for: its object, its key, its matches, and the required fields that no column gives."""

    export: Looked
    object: str
    key: tuple[Looks, ...]
    matches: tuple[Match, ...]
    lacking: tuple[str, ...]
    score: float

    @property
    def unclear(self) -> list[Match]:
        """Matches whose column cannot be read before a question about it is answered."""
        return [match for match in self.matches if match.column.unclear]

    def columns_for(self, name: str) -> list[Match]:
        """The matches of one object."""
        return [match for match in self.matches if match.object == name]


def propose(export: Looked, wanted: str | None = None, key: Sequence[str] = ()) -> Proposal:
    """The likeliest proposal, for the wanted object where one is named, with the named headers as key."""
    names = [wanted] if wanted else [name for name in shipped_objects() if not name.startswith(_NO_ROWS)]
    return max((_proposal(export, name, key) for name in names), key=lambda found: found.score)


def fields_of(name: str) -> dict[str, Column]:
    """The fields of an object that a column may give."""
    schema = schema_of(f"objects.{name}")
    assert schema is not None
    return {found.name: found for found in columns_of(schema) if found.name not in (*_FILLED, f"{name}_id")}


def _proposal(export: Looked, name: str, key: Sequence[str]) -> Proposal:
    matches = _assigned(export, name)
    if not any((match.object, match.field) == ("job_role", "company_id") for match in matches):
        matches = [match for match in matches if match.object != "job_role"]  # a role is one at a company
    given = {match.field for match in matches if match.object == name}
    lacking = [found for found, column in fields_of(name).items() if not column.nullable and found not in given]
    if name == "contact" and (given & {"first_name", "last_name"} or any(m.object == "contact_email" for m in matches)):
        lacking = [found for found in lacking if found != "name"]
    named = {_bare(word) for word in [*export.name.split("_"), *_words(export.columns[0].header)]}
    hint = named & (
        {_bare(word) for word in OBJECTS.get(name, "").split()} | {_bare(name), *map(_bare, name.split("_"))}
    )
    filled = sum(column.kind != "empty" for column in export.columns)
    score = sum(match.score for match in matches) / max(filled, 1) + 0.5 * bool(hint) - 0.25 * len(lacking)
    return Proposal(export, name, _key(export, name, key), tuple(matches), tuple(lacking), score)


def _key(export: Looked, name: str, named: Sequence[str]) -> tuple[Looks, ...]:
    """The columns named as key, else the likeliest single column that tells all rows apart, if there is one."""
    if named:
        return tuple(column for column in export.columns if column.header in named)
    alone = [column for column in export.columns if column.is_key]
    endings = ("id", "key", "no", "nr", "number", "nummer", "code", "uuid", "ref")

    def rank(column: Looks) -> tuple[bool, bool, bool]:
        words = _words(column.header)
        return (
            any(word in (name, *OBJECTS.get(name, "").split()) for word in words) and words[-1] in endings,
            words[-1] in endings,
            column.kind in ("email", "text", "whole"),
        )

    best = max(alone, key=rank, default=None)
    return (best,) if best and any(rank(best)) else ()


def _assigned(export: Looked, name: str) -> list[Match]:
    """The best matches, each column and each field once; a column may also be its object's part's."""
    found = sorted(_candidates(export, name), key=lambda match: -match.score)
    taken_fields: set[tuple[str, str]] = set()
    taken_columns: set[str] = set()
    chosen = []
    for match in found:
        place = (match.object, match.field)
        if match.score >= LIKELY and place not in taken_fields and match.column.header not in taken_columns:
            taken_fields.add(place)
            taken_columns.add(match.column.header)
            chosen.append(match)
    order = [column.header for column in export.columns]
    return sorted(chosen, key=lambda match: order.index(match.column.header))


def _candidates(export: Looked, name: str) -> Iterator[Match]:
    fields = [  # a part's first: what identifies a company or person is worth more than what describes it
        *((part, fields_of(part)[field]) for part, wanted in PARTS.get(name, {}).items() for field in wanted),
        *((name, found) for found in fields_of(name).values()),
    ]
    for column in export.columns:
        for owner, found in fields:
            fit = _type_fit(owner, found, column)
            if fit:
                words = _translation(found, column)
                yield Match(owner, found.name, column, round(fit * _name_fit(owner, found.name, column), 2), words)


def _type_fit(owner: str, found: Column, column: Looks) -> float:
    """How well the values suit the field; 0 where they contradict it."""
    kinds = _KINDS.get(found.sql_type.partition("(")[0], ("whole", "number"))
    only = _ONLY.get(found.name) or (("email",) if owner == "contact_email" else None)
    if column.kind not in kinds or (only and column.kind not in only):
        return 0.0
    if found.words:
        return 1.0 if column.words and len(_translation(found, column)) == len(column.words) else 0.0
    if found.references:
        people = found.references in ("contact", "team_member")
        return 1.0 if column.kind in ("whole", "text") or (people and column.kind == "email") else 0.8
    if found.sql_type == "VARCHAR" and not only:
        return 1.0 if column.kind in ("text", "whole", "phone", "currency", "url") else 0.75
    return 1.0


def _name_fit(owner: str, name: str, column: Looks) -> float:
    header = _words(column.header)
    bare = name.removesuffix("_id").removesuffix("_at").removesuffix("_on").removeprefix("is_")
    phrases = [name.split("_"), bare.split("_"), [*owner.split("_"), *bare.split("_")]]
    phrases += [_words(phrase) for phrase in (*FIELDS.get(f"{owner}.{name}", ()), *FIELDS.get(name, ()))]
    headers = [header]
    if name.endswith("_id"):  # `Betreuer E-Mail` and `Account No` name what they reference and how
        headers.append([word for word in header if word not in _HOW] or header)
    return max(_alike(words, phrase) for words in headers for phrase in phrases)


def _alike(header: list[str], phrase: list[str]) -> float:
    if header == phrase:
        return 1.0
    shared = len(set(header) & set(phrase))
    if shared:
        return 0.9 * shared / max(len(set(header)), len(set(phrase)))
    ratio = SequenceMatcher(None, "".join(header), "".join(phrase)).ratio()
    return 0.85 * ratio if ratio > 0.8 else 0.0


def _translation(found: Column, column: Looks) -> dict[str, str]:
    """For each text of a column the word of the field it stands for, as far as it is known."""
    words = {}
    for text in column.words:
        said = snake(text)
        for word in found.words:
            others = {snake(other) for other in WORDS.get(word, ())}
            if said == word or (said in others and said not in found.words):
                words[text] = word
                break
    return words


def _words(text: str) -> list[str]:
    return [word for word in snake(text).strip("_").split("_") if word] or [""]


def _bare(word: str) -> str:
    return word.rstrip("s")
