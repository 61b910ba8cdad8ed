"""From a mapping in `config/files.toml` to what a connector has: resources, and one SELECT per object."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from connectors.files.mapping import Collection, Column, Files, Place, Target, Wanted, column_of
from connectors.reading.bench import ident, literal
from connectors.reading.resource import Resource, snake

PLACE = "config/files.toml"
_DAY_OR_MONTH = r"\s*\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b.*"
_THOUSANDS_OR_DECIMALS = r"\s*[-+]?[1-9]\d{0,2}\.\d{3}\s*"
Objects = Mapping[str, Mapping[str, Wanted]]
LineOf = Callable[[Place], int]
"""The line of the file on which something stands."""


@dataclass(frozen=True)
class Collected(Resource):
    """A collection as a resource; `sheet` is the one sheet of a workbook that it reads."""

    sheet: str | None = None


@dataclass(frozen=True)
class Cell:
    """A field's SQL over the row `r`, and SQL of the reason why its text is refused, null where it is not."""

    value: str
    refused: str | None = None


def collected(files: Files, line_of: LineOf) -> tuple[Collected, ...]:
    """One resource per collection. A file of it must have every column that is mapped and not optional."""
    return tuple(_resource(collection, number, line_of) for number, collection in enumerate(files.collection))


def selects(files: Files, objects: Objects) -> dict[str, tuple[frozenset[str], str]]:
    """For each object that a collection gives: the raw tables it is read from, and the SELECT.

    It names no line of the file, so that what is written above a collection changes nothing of it.
    """
    parts: dict[str, list[tuple[str, str]]] = {}
    for collection in files.collection:
        for _, target in collection.targets():
            sql = _select(collection, target, objects[target.object])
            parts.setdefault(target.object, []).append((f"raw_files.{collection.name}", sql))
    return {
        name: (frozenset(table for table, _ in found), "\nunion all by name\n".join(sql for _, sql in found))
        for name, found in parts.items()
    }


def _headers(collection: Collection) -> dict[str, bool]:
    """Every header that is asked for, in order, and whether a file may lack it."""
    asked: dict[str, bool] = dict.fromkeys(collection.key, False)
    if collection.version is not None:
        asked.setdefault(collection.version, False)
    for _, target in collection.targets():
        asked.update(dict.fromkeys(target.key, False))
        for column in map(column_of, target.fields.values()):
            for header in column.asked():
                asked[header] = asked.get(header, True) and column.optional
    return asked


def _columns(collection: Collection) -> dict[str, str]:
    """The raw column of every header that is asked for; headers that differ in case or space only are one."""
    columns: dict[str, str] = {}
    taken: dict[str, str] = {}
    for number, header in enumerate(_headers(collection), 1):
        loose = "".join(header.split()).casefold()
        name = snake(header) or f"field_{number}"
        name = f"{name}_" if name == "custom" else name
        while name in taken.values() and loose not in taken:
            name = f"{name}_{number}"
        columns[header] = taken.setdefault(loose, name)
    return columns


def _resource(collection: Collection, number: int, line_of: LineOf) -> Collected:
    columns, headers = _columns(collection), _headers(collection)
    asked = {column: f"{PLACE}:{line_of(place)}" for column, place in _asked(collection, number, columns)}
    return Collected(
        name=collection.name,
        columns=tuple(dict.fromkeys(columns.values())),
        key=tuple(dict.fromkeys(columns[header] for header in collection.key)),
        version=columns[collection.version] if collection.version else None,
        required=tuple(dict.fromkeys(columns[header] for header, may_lack in headers.items() if not may_lack)),
        labels=columns,
        files=tuple(collection.files),
        records=collection.records,
        asked=asked,
        sheet=collection.sheet,
    )


def _asked(collection: Collection, number: int, columns: Mapping[str, str]) -> list[tuple[str, Place]]:
    """Where each raw column is asked for; the last place counts."""
    at: Place = ("collection", number)
    places: list[tuple[str, Place]] = [(columns[header], (*at, "key")) for header in collection.key]
    if collection.version:
        places.append((columns[collection.version], (*at, "version")))
    for below, target in collection.targets():
        places += [(columns[header], (*at, *below[:-1], "key")) for header in target.key]
        for name, column in ((name, column_of(source)) for name, source in target.fields.items()):
            places += [(columns[header], (*at, *below, name)) for header in column.asked()]
    return places


# --- the SELECT of one object ----------------------------------------------------------------------------------------


def _select(collection: Collection, target: Target, fields: Mapping[str, Wanted]) -> str:
    columns = {header: f"r.{ident(column)}" for header, column in _columns(collection).items()}
    cells = {
        name: _cell(name, column_of(source), columns, fields[name], f"{PLACE} ({name} of {collection.name})")
        for name, source in target.fields.items()
    }
    own_key = [cells[name].value for name, wanted in fields.items() if wanted.is_key and name in cells]
    key = [columns[header] for header in target.key or collection.key]
    record = " || ':' || ".join(own_key if own_key and not target.key else key)
    refusals = [cell.refused for cell in cells.values() if cell.refused]
    if collection.version:
        refusals.append(_version_refused(collection.version, columns[collection.version]))
    listed = ["r._row_id", "r._loaded_at", f"{record} as source_record_id"]
    listed += [f"{cell.value} as {ident(name)}" for name, cell in cells.items()]
    listed += ["r.custom"] if len(collection.targets()) == 1 else []
    listed.append(
        f"nullif(concat_ws('; ', {', '.join(refusals)}), '') as _refused"
        if refusals
        else "cast(null as varchar) as _refused"
    )
    select = f"select\n    {f',{chr(10)}    '.join(listed)}\nfrom raw_files.{collection.name}__latest as r"
    return select + (_newest(collection, columns, key) if target.key else "")


def _newest(collection: Collection, columns: Mapping[str, str], key: list[str]) -> str:
    """Only rows that give the object at all, and of those that give the same one the newest."""
    order = ["r._loaded_at desc", "cast(split_part(r._row_id, ':', 2) as bigint) desc", "r._row_id"]
    if collection.version:
        version = columns[collection.version]
        number = f"coalesce(try_cast({version} as double), epoch(try_cast({version} as timestamptz)))"
        order.insert(0, f"{number} desc nulls last")
    given = " and ".join(f"{column} is not null" for column in key)
    return f"\nwhere {given}\nqualify row_number() over (partition by {', '.join(key)} order by {', '.join(order)}) = 1"


def _version_refused(header: str, column: str) -> str:
    told = f'{header}: "'
    return (
        f"case when {column} is not null and try_cast({column} as double) is null "
        f"and try_cast({column} as timestamptz) is null then {literal(told)} || {column} || "
        "'\" is no version: neither a number nor a time such as 2026-03-31T14:05:00Z' end"
    )


def _cell(name: str, column: Column, columns: Mapping[str, str], wanted: Wanted, place: str) -> Cell:
    if column.constant is not None:
        return Cell(literal(column.constant))
    text = " || ':' || ".join(columns[header] for header in column.asked())
    text = f"({text})" if column.headers else text
    if column.values:
        whens = " ".join(f"when {literal(sent)} then {literal(word)}" for sent, word in column.values.items())
        text = f"case {text} {whens} else {text} end"
    if wanted.sql_type in ("DATE", "TIMESTAMP"):
        return _moment(name, column, text, wanted, place)
    if wanted.sql_type.startswith(("BIGINT", "DOUBLE", "DECIMAL")):
        return _number(name, column, text, place)
    if column.source is not None:
        return Cell(f"{literal(column.source + ':')} || {text}")
    return Cell(text)


def _refusal(name: str, text: str, condition: str, words: str) -> str:
    told = f'{name}: "'
    return f"case when {condition} then {literal(told)} || {text} || {literal(chr(34) + ' ' + words)} end"


def _moment(name: str, column: Column, text: str, wanted: Wanted, place: str) -> Cell:
    """A date or time as written: by its format, or in the one order that is never mistaken, year first."""
    if column.date_format is None:
        unclear = f"regexp_full_match({text}, {literal(_DAY_OR_MONTH)})"
        words = (
            'does not say which is the day and which the month; write date_format = "%d/%m/%Y" or '
            f'date_format = "%m/%d/%Y" in {place}'
        )
        return Cell(_ending(column, f"case when not {unclear} then {text} end"), _refusal(name, text, unclear, words))
    shape = "%Y-%m-%d" if wanted.sql_type == "DATE" else "%Y-%m-%dT%H:%M:%S"
    read = f"strftime(try_strptime(trim({text}), {literal(column.date_format)}), {literal(shape)})"
    value = f"coalesce({read}, case when regexp_matches({text}, '^\\d{{4}}-\\d\\d-\\d\\d') then {text} end)"
    words = f"is not written as {column.date_format}, as {place} says"
    return Cell(_ending(column, value), _refusal(name, text, f"{text} is not null and {value} is null", words))


def _ending(column: Column, value: str) -> str:
    """Of a last day the day after it, for ends are half-open. The last day there is stays as it is: it says "never"."""
    if not column.is_last_day:
        return value
    day = f"cast(timezone('UTC', try_cast({value} as timestamptz)) as date)"
    after = f"strftime(least({day} + 1, date '9999-12-31'), '%Y-%m-%d')"
    return f"case when {day} between date '0001-01-01' and date '9999-12-31' then {after} else {value} end"


def _number(name: str, column: Column, text: str, place: str) -> Cell:
    """A number as written: by the marks that are stated, or where no mark can mean two things."""
    if column.decimal is None:
        unclear = f"(contains({text}, ',') or regexp_full_match({text}, {literal(_THOUSANDS_OR_DECIMALS)}))"
        words = (
            'does not say which mark is for decimals and which for thousands; write decimal = "," or decimal = ".", '
            f"and thousands where there is one, in {place}"
        )
        return Cell(f"case when not {unclear} then {text} end", _refusal(name, text, unclear, words))
    point, group = (f"\\{mark}" if mark == "." else mark for mark in (column.decimal, column.thousands or ""))
    group = "[ \u00a0\u202f]" if column.thousands == " " else group
    whole = rf"(\d{{1,3}}({group}\d{{3}})+|\d+)" if group else r"\d+"
    shape = rf"\s*[-+]?{whole}({point}\d*)?\s*"
    bare = f"regexp_replace(trim({text}), {literal(group)}, '', 'g')" if group else f"trim({text})"
    canonical = f"replace({bare}, {literal(column.decimal)}, '.')"
    value = f"case when regexp_full_match({text}, {literal(shape)}) then {canonical} end"
    marks = f"decimal {column.decimal!r}" + (f" and thousands {column.thousands!r}" if column.thousands else "")
    words = f"is no number written with {marks}, as {place} says"
    return Cell(value, _refusal(name, text, f"{text} is not null and {value} is null", words))
