"""Which record's value becomes the golden one, field by field: the SQL of survivorship, by the rules of `golden.toml`.

Which records are one belongs to `models/identity`, what is told of who won to `provenance`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from models.policy import golden, loading
from models.settings import Advice, Mistake, SettingsError, read_settings
from pipelines.rooms import MERGED, sources
from pipelines.schemas import Column, columns_of, literal, schema_of
from pipelines.warehouse import Connection

OF_THE_ROW = ("source_system", "source_record_id", "loaded_at", "custom", "derived_by")
"""Fields of the golden row itself: they name its best record, its newest delivery, each source's own fields."""
TIMES = {"created_at": "earliest", "updated_at": "latest", "source_deleted_at": "all_deleted"}
"""Fields with a rule that no policy changes: first created, last changed, deleted once every record is."""
BLANK = "' \t\r\n'"
TRUST = "(source_deleted_at is not null), updated_at desc nulls last, source_record_id"
"""Within a source: a record that is still there, then the newest; ids settle what is left."""


@dataclass(frozen=True)
class Rule:
    """What is kept of a field, and the sources believed first for it."""

    keep: str = "source_priority"
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rules:
    """One object's rules by field, and the one for every other field."""

    default: Rule = Rule()
    by_field: Mapping[str, Rule] = field(default_factory=dict)

    def of(self, name: str) -> Rule:
        """The rule of a field."""
        return self.by_field.get(name, self.default)


def rules(con: Connection, name: str) -> Rules:
    """The rules of an object (company, contact, team_member), from `policy.golden` and `policy.golden_rule`."""
    ((default,),) = con.execute("select default_rule from policy.golden").fetchall()
    found = con.execute("select field, keep, sources from policy.golden_rule where object = ?", [name]).fetchall()
    return Rules(Rule(default), {column: Rule(keep, tuple(order)) for column, keep, order in found})


def check(config: Path) -> None:
    """Raise `PolicyError`, naming file and line, where `golden.toml` names a field or source that does not exist."""
    own = config / "golden.toml"
    path = own if own.exists() else loading.HERE / "golden.toml"
    try:
        read_settings(path, golden.Policy, Advice("", "", ""), _mistakes)
    except SettingsError as error:
        raise loading.PolicyError(str(error)) from None


def _mistakes(policy: golden.Policy) -> Iterator[Mistake]:
    seen: set[tuple[str, str]] = set()
    for number, rule in enumerate(policy.rule):
        schema = schema_of(f"objects.{rule.object}")
        assert schema is not None
        fixed = {f"{rule.object}_id", *OF_THE_ROW, *TIMES}
        known = [column.name for column in columns_of(schema) if column.name not in fixed]
        if rule.field in fixed:
            text = f"{rule.object}.{rule.field} follows no rule: Rapport itself settles it. Take this entry out."
            yield Mistake(("rule", number, "field"), text)
        elif rule.field not in known:
            text = f"{rule.object} has no field {rule.field!r}. Its fields are {', '.join(known)}. Correct the name."
            yield Mistake(("rule", number, "field"), text)
        if (rule.object, rule.field) in seen:
            text = f"{rule.object}.{rule.field} has a rule above already. Keep one of the two."
            yield Mistake(("rule", number, "field"), text)
        seen.add((rule.object, rule.field))
        for source in rule.sources:
            if source not in sources():
                text = f"no source is called {source!r}. There are {', '.join(sources())}. Correct the name."
                yield Mistake(("rule", number, "sources"), text)


# --- the SQL ---------------------------------------------------------------------------------------------------------


def merged(name: str, fields: Sequence[Column], rows: str, keys: Sequence[str] | None, by: Rules) -> str:
    """SQL that gives one row per `keys` (the golden id when None): the keys, then every field with its golden value.

    `rows` is a table or a query in brackets with all columns of the schema, resolved, the keys, and `_priority` (rank
    of trust of the row's source; lower is believed first).
    """
    return untraced(name, f"({traced(name, fields, rows, keys, by)})")


def untraced(name: str, rows: str) -> str:
    """SQL of an object's rows without what tells whose the golden values are; only merged objects have that."""
    return f"select * exclude (_won, _records) from {rows}" if name in MERGED else f"select * from {rows}"


def traced(name: str, fields: Sequence[Column], rows: str, keys: Sequence[str] | None, by: Rules) -> str:
    """As `merged`, with who won beside the values.

    `_records` lists the records (`<source>:<record id>`) of the row, the best first; `_won` is a struct that gives for
    each field the place in that list, from 1, of the record whose value was kept; null where no record says anything.
    """
    group = ", ".join(f'"{key}"' for key in keys or (f"{name}_id",))
    own = [column for column in fields if f'"{column.name}"' not in group.split(", ")]
    base = f"_priority, {TRUST}"
    ranks = {base: "_rank"}
    for column in own:
        ranks.setdefault(_order(column, by.of(column.name)), f"_rank_{len(ranks)}")
    windows = [f"row_number() over (partition by {group} order by {order}) as {rank}" for order, rank in ranks.items()]
    before = f"lag(source_system) over (partition by {group} order by {base})"
    windows.append(f"{before} is distinct from source_system as _is_first_of_source")
    chosen, won = [], []
    for column in own:
        rank = ranks[_order(column, by.of(column.name))]
        chosen.append(f'{_value(column, rank)} as "{column.name}"')
        if column.name not in OF_THE_ROW:
            won.append(f"{literal(column.name)}: {_winner(column, rank)}")
    return (
        f"select {group}, {', '.join(chosen)}, {{{', '.join(won)}}} as _won, "
        "list(source_system || ':' || source_record_id order by _rank) as _records "
        f"from (select *, {', '.join(windows)} from {_counted(own, rows, group, by)}) group by {group}"
    )


def _counted(fields: Sequence[Column], rows: str, group: str, by: Rules) -> str:
    """The rows, each with how many records that are still there say the same in the fields where most decide."""
    wanted = [column for column in fields if by.of(column.name).keep == "most_frequent"]
    alike = {column.name: plain(f'"{column.name}"', column) for column in wanted}
    counts = [
        f'count(*) filter (where source_deleted_at is null) over (partition by {group}, {text}) as "_times_{name}"'
        for name, text in alike.items()
        if name not in (*OF_THE_ROW, *TIMES)
    ]
    return f"(select *, {', '.join(counts)} from {rows})" if counts else rows


def _order(column: Column, rule: Rule) -> str:
    """The order in which the records of one thing are asked for a field: the first that says something is believed."""
    listed = " ".join(f"when {literal(source)} then {rank}" for rank, source in enumerate(rule.sources))
    priority = f"case source_system {listed} else {len(rule.sources)} + _priority end" if listed else "_priority"
    base = f"{priority}, {TRUST}"
    if column.name in (*TIMES, *OF_THE_ROW):
        return f"_priority, {TRUST}"
    if rule.keep == "newest":
        return f"(source_deleted_at is not null), updated_at desc nulls last, loaded_at desc, {base}"
    if rule.keep == "longest":
        return f'length(trim(cast("{column.name}" as varchar), {BLANK})) desc nulls last, {base}'
    if rule.keep == "most_frequent":
        return f'"_times_{column.name}" desc, {base}'
    return base


def _winner(column: Column, rank: str) -> str:
    """SQL for the place of the record whose value is kept; of those with the same time, the best."""
    quoted = f'"{column.name}"'
    if column.name == "created_at":
        return f"arg_min(_rank, row({quoted}, _rank)) filter (where {quoted} is not null)"
    if column.name in TIMES:
        return f"arg_max(_rank, row({quoted}, -_rank)) filter (where {quoted} is not null)"
    return f"arg_min(_rank, {rank}) filter (where {filled(column)})"


def _value(column: Column, rank: str) -> str:
    quoted = f'"{column.name}"'
    if column.name in ("loaded_at", "updated_at"):
        return f"max({quoted})"
    if column.name == "created_at":
        return "min(created_at)"
    if column.name == "source_deleted_at":
        return "case when count(*) = count(source_deleted_at) then max(source_deleted_at) end"
    if column.name == "custom":
        own = "filter (where custom is not null and _is_first_of_source)"
        return f"to_json(map(list(source_system order by _rank) {own}, list(custom order by _rank) {own}))"
    best = f"arg_min({quoted}, {rank}) filter (where {filled(column)})"
    if not column.nullable and column.sql_type == "VARCHAR":  # an empty text is better than none where one must be
        return f"coalesce({best}, arg_min({quoted}, {rank}) filter (where {quoted} is not null))"
    return best


def filled(column: Column) -> str:
    """SQL for whether a value says anything: null, blank text, an empty list or JSON document do not."""
    quoted = f'"{column.name}"'
    if column.sql_type == "VARCHAR":
        return f"({quoted} >= '!' or trim({quoted}, {BLANK}) <> '')"  # '!' is the first character after blanks
    if column.sql_type == "VARCHAR[]":
        return f"len({quoted}) > 0"
    if column.sql_type == "JSON":
        return f"cast({quoted} as varchar) not in ('null', '\"\"', '[]', '{{}}')"
    return f"{quoted} is not null"


def plain(value: str, column: Column) -> str:
    """SQL for a value of a column as text without what makes no difference to its meaning: letter case and spaces."""
    text = f"cast({value} as varchar)"
    return f"lower(regexp_replace({text}, '[\\s\u00a0]+', '', 'g'))" if column.sql_type == "VARCHAR" else text
