"""The texts of a new connector, as follow from what its exports are taken for: source, SQL, README, test.

What they are taken for was settled before (`proposing`); which rows its sample has belongs to `sampling`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models.custom import reserved_words
from pipelines.new_source.profiling import Looks
from pipelines.new_source.proposing import Match, Proposal, fields_of
from pipelines.schemas import literal

_SOURCE = '''\
"""{title}: which columns its exports have. What they mean stands in the SQL beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import dlt
from dlt.extract import DltResource

from connectors.reading.landing import land
from connectors.reading.resource import Export, Resource

TRUST = 70
"""Rank among the sources when two disagree; lower is believed first."""

RESOURCES: tuple[Resource, ...] = (
{resources})


@dlt.source(name="{name}")
def {name}(exports: Sequence[Export], scratch: Path) -> Iterator[DltResource]:
    """Land the exports: one raw table per kind of file."""
    yield from land(RESOURCES, exports, scratch)
'''
_TEST = '''\
"""{title}: the sample becomes the rows it should."""

from __future__ import annotations

import pytest

from pipelines.rooms import CONNECTORS
from tests.connectors.conftest import Judged


@pytest.mark.parametrize(
    ("name", "rows"),
    [
{cases}    ],
)
def test_the_sample_is_staged(judged: Judged, name: str, rows: int) -> None:
    found, reasons = judged("{name}", name, CONNECTORS / "{name}" / "sample")
    assert reasons == []
    assert found.height == rows
'''
_README = """\
# {title}

Reads the exports below as CSV, JSON, Parquet or XLSX, also inside a ZIP. Put them into `inbox/{name}/`, again and
again: a row that was there changes nothing, one that changed replaces the older. No key and no network are needed.
{tables}
## What is left out

Columns that are not named above stay in `custom`. A row whose values cannot be read, or whose words the object does not
know, is set aside with file, line and reason.
"""


def connector(name: str, proposals: Sequence[Proposal], constants: Mapping[str, str]) -> dict[str, str]:
    """Every text file of the connector's folder by its name; `constants` are values by `object.field`."""
    title = name.replace("_", " ").title()
    files = {
        "source.py": _SOURCE.format(title=title, name=name, resources="".join(map(_resource, proposals))),
        "README.md": _README.format(
            title=title, name=name, tables="".join(_readme_table(p, constants) for p in proposals)
        ),
    }
    selects: dict[str, list[str]] = {}
    for proposal in proposals:
        for found, sql in _selects(name, proposal, constants):
            selects.setdefault(found, []).append(sql)
    for found, parts in selects.items():
        files[f"{found}.sql"] = f"-- {_about(found)}\n" + "\nunion all by name\n".join(parts) + "\n"
    return files


def module_of_tests(name: str, rows: Mapping[str, int]) -> str:
    """The connector's test: how many rows of each object its sample gives."""
    cases = "".join(f'        ("{found}", {count}),\n' for found, count in sorted(rows.items()))
    return _TEST.format(title=name.replace("_", " ").title(), name=name, cases=cases)


def objects_of(proposals: Sequence[Proposal]) -> list[str]:
    """The objects that a connector made of these proposals gives."""
    return sorted({found for proposal in proposals for found, _ in _selects("x", proposal, {})})


def _about(name: str) -> str:
    return f"One row per {name.replace('_', ' ')}."


def _resource(proposal: Proposal) -> str:
    version = next((m.column for m in proposal.matches if m.field == "updated_at" and not m.column.date_format), None)
    needed = [*proposal.key, *(m.column for m in proposal.columns_for(proposal.object) if _is_required(m))]
    words = [word for word in proposal.export.name.split("_") if len(word) > 2] or [proposal.export.name]
    lines = [
        f'name="{proposal.export.name}"',
        f"columns={_tuple(_read(proposal))}",
        f"key={_tuple([column.column for column in proposal.key])}",
        *([f'version="{version.column}"'] if version else []),
        f"required={_tuple(list(dict.fromkeys(column.column for column in needed)))}",
        f'files=("*{words[0]}*",)',
    ]
    return "    Resource(\n" + "".join(f"        {line},\n" for line in lines) + "    ),\n"


def _read(proposal: Proposal) -> list[str]:
    """The raw columns that the SQL reads, in the order of the file; the others stay in `custom`."""
    wanted = {column.column for column in (*proposal.key, *(match.column for match in proposal.matches))}
    return [column.column for column in proposal.export.columns if column.column in wanted]


def _is_required(match: Match) -> bool:
    return not fields_of(match.object)[match.field].nullable


def _tuple(names: Sequence[str]) -> str:
    """A tuple as the formatter writes it: on one line where it fits."""
    if len(names) == 1:
        return f'("{names[0]}",)'
    short = f"({', '.join(f'{chr(34)}{name}{chr(34)}' for name in names)})"
    if len(short) < 100:
        return short
    return "(\n" + "".join(f'            "{name}",\n' for name in names) + "        )"


def _readme_table(proposal: Proposal, constants: Mapping[str, str]) -> str:
    key = ", ".join(f"*{column.header}*" for column in proposal.key)
    rows = "".join(f"| {m.column.header} | {m.object}.{m.field} |\n" for m in proposal.matches)
    fixed = "".join(
        f"| (always `{value}`) | {place} |\n"
        for place, value in constants.items()
        if place.startswith(f"{proposal.object}.")
    )
    head = f"\n## {proposal.export.name}\n\nOne row per {proposal.object.replace('_', ' ')}, known by {key}.\n"
    return f"{head}\n| column | field |\n|---|---|\n{rows}{fixed}"


# --- SQL -------------------------------------------------------------------------------------------------------------


def _selects(source: str, proposal: Proposal, constants: Mapping[str, str]) -> list[tuple[str, str]]:
    """The object's SELECT, and those of the objects that its rows give with it."""
    key = " || ':' || ".join(_ident(column.column) for column in proposal.key)
    raw = f"raw_{source}.{proposal.export.name}__latest"
    own = {m.field: expression(m) for m in proposal.columns_for(proposal.object)}
    for place, value in constants.items():
        owner, _, found = place.partition(".")
        if owner == proposal.object:
            own[found] = literal(value)
    if proposal.object == "contact" and "name" not in own:
        own["name"] = _full_name(proposal, own)
    made = [(proposal.object, _select(raw, key, own))]
    for part, parent in (("company_domain", "company"), ("contact_email", "contact"), ("contact_phone", "contact")):
        for match in proposal.columns_for(part):
            fields = {f"{parent}_id": key, match.field: expression(match)}
            made.append((part, _part(raw, fields, match.column)))
    roles = {m.field: m for m in proposal.columns_for("job_role")}
    if roles:
        given = {found: expression(roles[found]) for found in sorted(roles, key=lambda name: name != "company_id")}
        made.append(("job_role", _part(raw, {"contact_id": key, **given}, roles["company_id"].column)))
    return made


def _select(raw: str, record: str, fields: Mapping[str, str]) -> str:
    ours = ["_row_id", "_loaded_at", "custom", f"{record} as source_record_id"]
    return f"select\n{_listed(ours, fields)}\nfrom {raw}"


def _part(raw: str, fields: Mapping[str, str], column: Looks) -> str:
    """The SELECT of what a row gives beside its object, known by the first two of its fields; none without a value."""
    first, second = list(fields)[:2]
    ours = ["_row_id", "_loaded_at", f"{first} || ':' || {second} as source_record_id"]
    outer = _listed(ours, {name: name for name in fields})
    inner = _listed(["_row_id", "_loaded_at"], fields)
    nested = f"select\n{inner}\nfrom {raw}\nwhere {_ident(column.column)} is not null".replace("\n", "\n    ")
    return f"select\n{outer}\nfrom (\n    {nested}\n) as given"


def _listed(ours: Sequence[str], fields: Mapping[str, str]) -> str:
    listed = [*ours]
    for name, value in fields.items():
        listed.append(name if value == name else f"{value} as {_ident(name)}".replace("\n", "\n    "))
    return ",\n".join(f"    {line}" for line in listed)


def _full_name(proposal: Proposal, own: Mapping[str, str]) -> str:
    parts = ", ".join(own[found] for found in ("first_name", "last_name") if found in own)
    emails = [expression(match) for match in proposal.columns_for("contact_email")]
    choices = ([f"nullif(concat_ws(' ', {parts}), '')"] if parts else []) + emails
    return f"coalesce({', '.join(choices)})" if len(choices) > 1 else choices[0]


def expression(match: Match) -> str:
    """SQL of the field: the column's text, converted where the column is written in another way than the field is."""
    column, name = match.column, _ident(match.column.column)
    if match.words and any(sent != word for sent, word in match.words.items()):
        whens = "".join(f"\n    when {literal(sent)} then {literal(word)}" for sent, word in match.words.items())
        return f"case {name}{whens}\n    else {name}\nend"
    if column.kind == "flag":
        return (
            f"case\n    when lower(trim({name})) in ('true', 'yes', 'ja', 'oui') then 'true'\n"
            f"    when lower(trim({name})) in ('false', 'no', 'nein', 'non') then 'false'\n    else {name}\nend"
        )
    if column.date_format:
        shape = "%Y-%m-%d" if column.kind == "day" else "%Y-%m-%dT%H:%M:%S"
        return f"coalesce(strftime(try_strptime(trim({name}), {literal(column.date_format)}), '{shape}'), {name})"
    if column.decimal == ",":
        bare = f"replace(replace({name}, '.', ''), ',', '.')"
        looks = r"'\s*[-+]?[0-9.]+(,[0-9]+)?\s*'"
        return f"case\n    when regexp_full_match({name}, {looks}) then {bare}\n    else {name}\nend"
    if column.thousands == ",":
        return f"replace({name}, ',', '')"
    if match.field == "domain":
        return rf"regexp_replace(lower(trim({name})), '^(https?://)?(www\.)?([^/:]+).*$', '\3', 'g')"
    return f"lower(trim({name}))" if column.kind == "email" else name


def _ident(name: str) -> str:
    return f'"{name}"' if name in reserved_words() else name
