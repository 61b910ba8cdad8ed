"""Sends JSON records to their resources, their fields to raw columns. How records are found in a file is elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from connectors.reading.bench import Bench, ident, literal
from connectors.reading.resource import FILE, Export, Fit, Resource, fit, recognise
from connectors.reading.text import Refused

_KIND = (
    "case json_type(body) when 'ARRAY' then 'a list' when 'VARCHAR' then 'a text' when 'BOOLEAN' then 'true or false'"
    " when 'NULL' then 'null' else 'a number' end"
)


@dataclass(frozen=True)
class _Shape:
    """One form of record: the page key it came under, its keys, keys and types of nested objects, `where` values."""

    via: str
    keys: tuple[str, ...]
    nested: tuple[tuple[str, ...], ...]
    types: tuple[str | None, ...]
    values: tuple[str | None, ...]
    rows: int


@dataclass(frozen=True)
class _Group:
    """Records that belong together: which they are (SQL), which resources they may be, and their shapes."""

    condition: str
    candidates: tuple[Resource, ...]
    shapes: tuple[_Shape, ...]


def pointer(*keys: str) -> str:
    """JSON pointer to a key; unlike a JSON path it takes any character."""
    return "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in keys)


def land_records(
    bench: Bench, resources: Sequence[Resource], export: Export, records: str, refused: int, note: str
) -> None:
    """Land the records of one file, a relation (_line, via, body) of objects, in the resources they belong to.

    `refused` is how many of the file's records are in the book of rejected rows already. Raises Refused when the file
    has records and no resource takes any of them.
    """
    flatten = tuple(dict.fromkeys(key for resource in resources for key in resource.flatten))
    fields = tuple(dict.fromkeys(key for resource in resources for key in resource.where))
    shapes = _shapes(bench, records, flatten, fields)
    twice = [shape for shape in shapes if _has_key_twice(shape)]
    for shape in twice:
        source = f"(select * from {records} where {_is_shape(shape, flatten)})"
        refused += _reject(bench, export, source, "'the same key stands twice in one object'")
    if twice:
        either = " or ".join(_is_shape(shape, flatten) for shape in twice)
        records = f"(select * from {records} where not ({either}))"
    shapes = [shape for shape in shapes if shape not in twice]
    if export.resource is not None:
        for shape, reason in _lacking(resources, shapes, flatten, export.name):
            is_it = _is_shape(shape, flatten, whole=True)
            refused += _reject(bench, export, f"(select * from {records} where {is_it})", literal(reason))
            records = f"(select * from {records} where not {is_it})"
            shapes.remove(shape)
    groups = _groups(resources, shapes, fields)
    chosen = [(group, _choose(group, flatten, export.name, resources)) for group in groups]
    reasons = dict.fromkeys(choice for _, choice in chosen if isinstance(choice, str))
    if chosen and not refused and len(reasons) == 1 and all(isinstance(choice, str) for _, choice in chosen):
        raise Refused(next(iter(reasons)))
    landed: dict[str, tuple[int, dict[str, str]]] = {}
    for group, choice in chosen:
        source = f"(select * from {records} where {group.condition})"
        if isinstance(choice, str):
            refused += _reject(bench, export, source, literal(choice))
        else:
            name = choice[0].resource.name
            rows, as_sent = _land_group(bench, export, source, choice, group)
            before, sent_before = landed.get(name, (0, {}))
            landed[name] = before + rows, sent_before | as_sent
    for name, (rows, as_sent) in landed.items():
        bench.read(export, name, rows, as_sent, note)
    if refused or not chosen:
        bench.read(export, FILE, refused, {}, note if refused else "; ".join(filter(None, (note, "no records"))))


def reject_non_objects(bench: Bench, export: Export, records: str) -> int:
    """Move the records of a table that are no objects into the book of rejected rows; return how many."""
    test = "json_type(body) <> 'OBJECT'"
    reason = f"'a record must be an object, this is ' || {_KIND}"
    rejected = _reject(bench, export, f"(select * from {records} where {test})", reason)
    bench.sql(f"delete from {records} where {test}")
    return rejected


def _reject(bench: Bench, export: Export, source: str, reason: str) -> int:
    return bench.copied(
        f"insert into rejected select {literal(export.delivery_id)}, {literal(FILE)}, _line, {reason}, body"
        f" from {source}"
    )


def _list(expressions: Iterable[str]) -> str:
    return "[" + ", ".join(expressions) + "]::varchar[]"


def _shapes(bench: Bench, records: str, flatten: Sequence[str], fields: Sequence[str]) -> list[_Shape]:
    nested = ", ".join(f"json_keys(body, {literal(pointer(key))})" for key in flatten)
    types = _list(f"json_type(body, {literal(pointer(key))})" for key in flatten)
    values = _list(f"json_extract_string(body, {literal(pointer(key))})" for key in fields)
    rows = bench.sql(
        f"select via, json_keys(body), [{nested}]::varchar[][], {types}, {values}, count(*)"
        f" from {records} group by all order by min(_line)"
    )
    return [
        _Shape(via, tuple(keys), tuple(tuple(inner or ()) for inner in inners), tuple(kinds), tuple(found), count)
        for via, keys, inners, kinds, found, count in rows
    ]


def _has_key_twice(shape: _Shape) -> bool:
    return any(len(set(keys)) < len(keys) for keys in (shape.keys, *shape.nested))


def _lacking(
    resources: Sequence[Resource], shapes: Iterable[_Shape], flatten: Sequence[str], name: str
) -> list[tuple[_Shape, str]]:
    """The shapes that lack a column which the resource requires, and the reason: the others of the file go on."""
    found = []
    for shape in shapes:
        paths = _fields(_Group("true", tuple(resources), (shape,)), flatten, flatten)
        choice = recognise(resources, [path[-1] for path in paths], name)
        if isinstance(choice, str):
            found.append((shape, choice))
    return found


def _is_shape(shape: _Shape, flatten: Sequence[str], *, whole: bool = False) -> str:
    """SQL that is true of the shape's records: by their keys; where those stand twice, or `whole`, by nested ones."""
    tests = [f"json_keys(body) = {_list(map(literal, shape.keys))}"]
    for key, inner in zip(flatten, shape.nested, strict=True):
        if whole or len(set(inner)) < len(inner):
            keys = f"coalesce(json_keys(body, {literal(pointer(key))}), {_list(())})"
            tests.append(f"{keys} = {_list(map(literal, inner))}")
    return "(" + " and ".join(tests) + ")"


def _groups(resources: Sequence[Resource], shapes: Sequence[_Shape], fields: Sequence[str]) -> list[_Group]:
    """Group shapes by page key and by the resources whose `where` they meet; the rest may be any without a `where`."""
    members: dict[tuple[str, tuple[str, ...]], list[_Shape]] = {}
    for shape in shapes:
        sent = dict(zip(fields, shape.values, strict=True))
        met = tuple(
            resource.name
            for resource in _listed(resources, shape.via)
            if resource.where and all(sent[key] == value for key, value in resource.where.items())
        )
        members.setdefault((shape.via, met), []).append(shape)
    by_name = {resource.name: resource for resource in resources}
    groups = []
    for (via, met), inside in members.items():
        conditions = [f"via = {literal(via)}"]
        for resource in _listed(resources, via):
            if resource.where:
                meets = f"coalesce({_where(resource)}, false)"
                conditions.append(meets if resource.name in met else f"not {meets}")
        rest = tuple(resource for resource in _listed(resources, via) if not resource.where)
        candidates = tuple(by_name[name] for name in met) or rest
        groups.append(_Group(" and ".join(conditions), candidates, tuple(inside)))
    return groups


def _listed(resources: Sequence[Resource], via: str) -> list[Resource]:
    """The resources that name this page key, or all of them for a record outside a page."""
    return [resource for resource in resources if not via or resource.records == via]


def _where(resource: Resource) -> str:
    tests = (
        f"json_extract_string(body, {literal(pointer(key))}) = {literal(value)}"
        for key, value in resource.where.items()
    )
    return "(" + " and ".join(tests) + ")"


def _fields(group: _Group, flatten: Sequence[str], flattened: Sequence[str]) -> list[tuple[str, ...]]:
    """The paths of the group's fields in order of appearance: (key,) or (nested object, key)."""
    top: dict[tuple[str, ...], None] = {}
    inner: dict[tuple[str, ...], None] = {}
    for shape in group.shapes:
        types = dict(zip(flatten, shape.types, strict=True))
        for key in shape.keys:
            if key not in flattened or types[key] not in ("OBJECT", "NULL", None):
                top[(key,)] = None
        for key, names in zip(flatten, shape.nested, strict=True):
            if key in flattened:
                inner.update(dict.fromkeys((key, name) for name in names))
    return [*top, *inner]


def _conditions(resources: Iterable[Resource]) -> Iterator[str]:
    for resource in resources:
        if resource.where:
            yield " and ".join(f"{key} = {value}" for key, value in resource.where.items())


def _choose(
    group: _Group, flatten: Sequence[str], name: str, resources: Sequence[Resource]
) -> tuple[Fit, list[tuple[str, ...]]] | str:
    """The resource of the group with the paths of its columns, or the reason why none takes it."""
    if not group.candidates:
        return f"a record of this source needs {' or '.join(_conditions(resources))}"
    found: list[tuple[Fit, list[tuple[str, ...]]]] = []
    for resource in group.candidates:
        paths = _fields(group, flatten, resource.flatten)
        choice = fit(resource, [path[-1] for path in paths])
        if not choice.missing:
            found.append((choice, paths))
    if not found:
        first = group.candidates[0]
        asked = ((group.candidates, flatten), ((first,), first.flatten))
        told = (recognise(ones, [path[-1] for path in _fields(group, flatten, own)], name) for ones, own in asked)
        return next(reason for reason in told if isinstance(reason, str))
    best = recognise([choice.resource for choice, _ in found], [path[-1] for path in found[0][1]], name)
    resource = best.resource if isinstance(best, Fit) else found[0][0].resource
    return next(pair for pair in found if pair[0].resource is resource)


def _land_group(
    bench: Bench, export: Export, source: str, choice: tuple[Fit, list[tuple[str, ...]]], group: _Group
) -> tuple[int, dict[str, str]]:
    """Land the group; return how many rows it is and field as sent → raw column."""
    found, paths = choice
    values = _list(literal(pointer(*path)) for path in paths)
    columns = []
    for number, (path, column) in enumerate(zip(paths, found.columns, strict=True), start=1):
        value = f"v[{number}]"
        if len(path) == 1 and path[0] in found.resource.flatten:
            value = f"case when json_type(body, {literal(pointer(*path))}) <> 'OBJECT' then {value} end"
        columns.append(f", {value} as {ident(column)}")
    extracted = f"(select _line, body, json_extract_string(body, {values}) as v from {source})"
    rows = sum(shape.rows for shape in group.shapes)
    bench.land(export, found.resource, f"(select _line{''.join(columns)} from {extracted})", found.columns, rows)
    return rows, {".".join(path): column for path, column in zip(paths, found.columns, strict=True)}
