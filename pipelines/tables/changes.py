"""`history.change`: one row per field that changed between two consecutive rows of `history.<object>`, with a sentence.

Which rows the history has belongs to `history`; how a change reads, to `saying`.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.rooms import MERGED, catalogue
from pipelines.schemas import Column, columns_of, definition, literal, schema_of
from pipelines.tables.saying import MACROS, Told, called, capital, subject, told, words
from pipelines.warehouse import Connection, scalar, table_names

TABLE = "history.change"
RECORD = "(record)"
"""What stands for the field where the whole object was added, deleted or came back."""
UNTOLD = frozenset(
    {"source_system", "source_record_id", "external_id", "created_at", "updated_at", "source_deleted_at", "loaded_at"}
    | {"custom", "derived_by"}
)
"""Bookkeeping: it changes with every delivery, or says nothing of the thing itself. What of `custom` the workspace
declares is a field of its own."""
_DIFFERING = """
create or replace temp table differing (
    object varchar, object_id varchar, subject varchar, lent varchar, company_id varchar, contact_id varchar,
    field varchar, label varchar, kind varchar, target varchar, old_value varchar, new_value varchar,
    old_currency varchar, new_currency varchar, changed_at timestamp, loaded_at timestamp, source_key varchar,
    row_id varchar
);
"""
MAIN_JOB = """
create or replace temp table main_job as
select contact_id, arg_min(company_id, job_role_id) as company_id from objects.job_role
where is_primary and source_deleted_at is null group by contact_id
"""
"""`main_job`: where each person works, as far as is known."""


@dataclass(frozen=True)
class Shape:
    """What is to be known of one object to tell its changes."""

    name: str
    columns: tuple[Column, ...]

    @property
    def fields(self) -> set[str]:
        """The names of all columns."""
        return {column.name for column in self.columns}

    @property
    def told(self) -> dict[str, Told]:
        """The fields whose changes are told, and how."""
        kept = [column for column in self.columns if column.name not in UNTOLD and not column.key]
        return {column.name: told(column, self.fields) for column in kept}

    @property
    def parent(self) -> tuple[str, str] | None:
        """The field and the object through which something without a company of its own belongs to one."""
        if {"company_id", "contact_id"} & self.fields:
            return None
        for column in self.columns:
            above = column.references and schema_of(f"objects.{column.references}")
            if above and "company_id" in {field.name for field in columns_of(above)}:
                return column.name, str(column.references)
        return None

    @property
    def belongs(self) -> bool:
        """Whether it is about a company or person, its own or that of what it is part of."""
        return bool({"company_id", "contact_id"} & self.fields) or self.parent is not None


def shape(name: str) -> Shape:
    """The shape of an object, with the fields the workspace declares."""
    schema = schema_of(f"objects.{name}")
    assert schema is not None
    return Shape(name, columns_of(schema))


def objects() -> list[str]:
    """The objects with a history whose changes are told: those that are about a company or person."""
    kept = [table.object_name for table in catalogue().values() if table.kind == "history"]
    return sorted(name for name in kept if shape(name).belongs)


def build(con: Connection) -> int:
    """Make `history.change` from the histories there are; return its number of rows."""
    schema = schema_of(TABLE)
    assert schema is not None
    con.execute(_DIFFERING).fetchall()
    con.execute(MAIN_JOB).fetchall()
    con.execute(MACROS).fetchall()
    for name in objects():
        if not scalar(con, f"select count(*) from history.{name}"):  # a long query that would find nothing
            continue
        con.execute(f"insert into differing by name {differing(shape(name))}").fetchall()
    con.execute(f"create or replace temp table name_of as {_names(con)}").fetchall()
    con.execute(f"create schema if not exists history; create or replace table {TABLE} ({definition(schema)})")
    con.execute(f"insert into {TABLE} by name {_SENTENCES}").fetchall()
    con.execute("drop table differing; drop table name_of; drop table main_job").fetchall()
    return int(scalar(con, f"select count(*) from {TABLE}"))


def differing(made: Shape) -> str:
    """SQL of what changed in one object: a row per field, its values as text, and whom the sentence is about."""
    key = f"{made.name}_id"
    items = ", ".join(
        [
            _record_item(),
            _gone_item(),
            *(_item(column, made.told[column.name]) for column in made.columns if column.name in made.told),
        ]
    )
    names = {"company_id": company(made), "contact_id": "n.contact_id" if "contact_id" in made.fields else "null"}
    owners = ", ".join(f"{value} as {name}" for name, value in names.items())
    return f"""
        with numbered as (
            select *, row_number() over thing as _no, lead(valid_from) over thing as _next_from
            from history.{made.name} window thing as (partition by {key} order by valid_from)
        ),
        teller as ({_tellers(made.name)}),
        compared as (
            select {literal(made.name)} as object, n.{key} as object_id, {owners}, {_subject(made)} as subject,
                {_lent(made)} as lent, n.known_from, t.known_to, t.row_id,
                coalesce(t.source_key, n.source_system || ':' || n.source_record_id) as source_key,
                list_filter([{items}], lambda i: i is not null) as items
            from numbered as n
            left join numbered as p on n.{key} = p.{key} and n._no = p._no + 1
            left join teller as t on t.teller = {_teller_key(made.name)} and t.known_from = n.known_from
            {joins(made)}
        ),
        listed as (select * exclude (items), unnest(items) as item from compared)
        select object, object_id, company_id, contact_id, subject, lent, source_key, row_id, item.field, item.label,
            item.kind, item.target, item.old_value, item.new_value, item.old_currency, item.new_currency,
            item.changed_at, case when item.is_gone then coalesce(known_to, known_from) else known_from end as loaded_at
        from listed"""


def _tellers(name: str) -> str:
    """SQL of the record, and the row of it, that told what is known from an instant: by golden id, or by record."""
    if name in MERGED:
        teller, rows = (
            f"l.{name}_id",
            (
                f"identity.{name}_link as l join version.{name} as v "
                "on v.source_system = l.source_system and v.source_record_id = l.source_record_id"
            ),
        )
    else:
        teller, rows = "v.source_system || ':' || v.source_record_id", f"version.{name} as v"
    return (
        f"select {teller} as teller, v.known_from, max(v.known_to) as known_to, max(v._row_id) as row_id, "
        "arg_max(v.source_system || ':' || v.source_record_id, v._row_id) as source_key "
        f"from {rows} group by all"
    )


def _teller_key(name: str) -> str:
    return f"n.{name}_id" if name in MERGED else "n.source_system || ':' || n.source_record_id"


def _item(column: Column, said: Told) -> str:
    """SQL of a struct that says how one field changed between the rows `p` and `n`; null where it did not."""
    name = f'"{column.name}"'
    shown = "cast(to_json({0}) as varchar)" if said.kind == "list" else "cast({0} as varchar)"
    old, new = (f"case when {row}.{name} is not null then {shown.format(f'{row}.{name}')} end" for row in "pn")
    money = [f'{row}."{said.currency}"' if said.currency else "null" for row in "pn"]
    return _struct(column.name, said, old, new, *money, when=f"n._no > 1 and p.{name} is distinct from n.{name}")


def _record_item() -> str:
    """The same for the record as a whole: it is new, its source says that it was deleted, or it is there again."""
    state = (
        "case when n._no = 1 then 'added' when n.source_deleted_at is not null and p.source_deleted_at is null "
        "then 'deleted' when n.source_deleted_at is null and (p.source_deleted_at is not null "
        "or p.valid_to < n.valid_from) then 'restored' end"
    )
    return _struct(RECORD, Told(RECORD, "word", None, None), "null", state, "null", "null", when=f"{state} is not null")


def _gone_item() -> str:
    """The same where the source gives the record no more from the end of the row, and had not said it was deleted."""
    is_gone = (
        "n.valid_to is not null and n.source_deleted_at is null and (n._next_from is null or n._next_from > n.valid_to)"
    )
    said = Told(RECORD, "word", None, None)
    return _struct(RECORD, said, "null", "'deleted'", "null", "null", when=is_gone, at="n.valid_to")


def _struct(
    name: str,
    said: Told,
    old: str,
    new: str,
    old_currency: str,
    new_currency: str,
    *,
    when: str,
    at: str = "n.valid_from",
) -> str:
    parts = {"field": literal(name), "label": literal(said.label), "kind": literal(said.kind)}
    parts["target"] = literal(said.target) if said.target else "null"
    parts |= {"old_value": old, "new_value": new, "old_currency": old_currency, "new_currency": new_currency}
    listed = ", ".join(f"{key} := cast({value} as varchar)" for key, value in parts.items())
    is_gone = "true" if at == "n.valid_to" else "false"
    return f"case when {when} then struct_pack({listed}, changed_at := {at}, is_gone := {is_gone}) end"


def joins(made: Shape) -> str:
    """SQL of the joins from an object's rows `n` by which `company` finds whose they are; wants `main_job`."""
    if "contact_id" in made.fields:
        return "left join main_job as j on n.contact_id = j.contact_id"
    if made.parent:
        reference, above = made.parent
        return f"left join objects.{above} as a on n.{reference} = a.{above}_id"
    return ""


def company(made: Shape) -> str:
    """SQL of the company a row `n` is about: its own, else its person's main one, else that of what it is part of."""
    if "company_id" in made.fields:
        of_contact = ", j.company_id" if "contact_id" in made.fields else ""
        return f"coalesce(n.company_id{of_contact})"
    if "contact_id" in made.fields:
        return "j.company_id"
    return "a.company_id" if made.parent else "cast(null as varchar)"


def _subject(made: Shape) -> str:
    """SQL of whom the sentence is about, by the name it went by before; null where that is said otherwise."""
    name = called(made.fields)
    if name is None:
        return f"{literal(capital(words(made.name)) + ' ')} || n.{made.name}_id" if _lent(made) == "null" else "null"
    return subject(made.name, f'coalesce(p."{name}", n."{name}", n.{made.name}_id)')


def _lent(made: Shape) -> str:
    """What is said of a person rather than of itself: a job role has no name by which anybody calls it."""
    is_lent = called(made.fields) is None and "contact_id" in made.fields
    return f"case when n.contact_id is not null then {literal(words(made.name))} end" if is_lent else "null"


def _names(con: Connection) -> str:
    """SQL of what people call the things that are referred to, by object and id."""
    made = table_names(con)
    found = []
    targets = {column.references or "" for name in objects() for column in shape(name).columns} | set(MERGED)
    for target in sorted(target for target in targets if f"objects.{target}" in made):
        name = called(shape(target).fields)
        if name:
            found.append(
                f'select {literal(target)} as object, {target}_id as id, "{name}" as name from objects.{target}'
            )
    return " union all ".join(found)


_SENTENCES = f"""
with named as (
    select d.*, c.name as contact_name, o.name as old_name, n.name as new_name
    from differing as d
    left join name_of as c on c.object = 'contact' and d.contact_id = c.id
    left join name_of as o on d.target = o.object and d.old_value = o.id
    left join name_of as n on d.target = n.object and d.new_value = n.id
),
told as (
    select *,
        coalesce(subject, 'Contact ' || coalesce(say_short(contact_name), contact_id),
            upper(left(object, 1)) || substr(replace(object, '_', ' '), 2) || ' ' || object_id) as about,
        case
            when field <> '{RECORD}' then say_change(label, kind, old_value, new_value,
                say_value(kind, old_value, old_name, old_currency), say_value(kind, new_value, new_name, new_currency))
            when new_value = 'added' then 'was added'
            when new_value = 'deleted' then 'was deleted at the source'
            else 'is there again at the source'
        end as said
    from named
),
place as (
    select source, sha256, min(file) as file from meta.delivery group by all
),
placed as (
    select t.*, p.file, case when p.file is not null then try_cast(split_part(t.row_id, ':', 2) as bigint) end as line
    from told as t
    left join place as p
        on split_part(t.source_key, ':', 1) = p.source and split_part(t.row_id, ':', 1) = p.sha256
)
select object, object_id, field, changed_at, company_id, contact_id, old_value, new_value, loaded_at, source_key,
    file, line,
    about || case when lent = 'job role' and field <> '{RECORD}' then ': '
        when lent is not null then case when field <> '{RECORD}' then ', ' || lent || ': ' else ': ' || lent || ' ' end
        when field <> '{RECORD}' then ': ' else ' ' end || said || '.' as sentence
from placed
order by object, object_id, changed_at, field
"""
