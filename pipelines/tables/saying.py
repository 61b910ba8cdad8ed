"""How the change of one field reads in plain English: what a field is called, how its values are written.

Here belong only words. Which changes there are is worked out in `changes`.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from pipelines.rooms import MERGED
from pipelines.schemas import Column

Kind = Literal["text", "word", "labels", "list", "reference", "money", "number", "flag", "day", "instant", "json"]
NAMES = ("name", "title", "subject", "number", "address", "domain", "phone", "description")
"""The fields by which people call a thing, best first."""
_CAPITALS = {"csm", "mrr", "arr", "nps", "url", "sla", "icp", "ces", "csat", "sku", "gtin"}
_SPELLED = {"email": "e-mail", "emails": "e-mails"}
_MARK = re.compile(r"`(\w+)`")


class Told(NamedTuple):
    """How one field is told of: its label, the way its values are written, what it refers to, where its currency is."""

    label: str
    kind: Kind
    target: str | None
    currency: str | None


def words(name: str) -> str:
    """A name of the schemas as words: `contact_email` -> contact e-mail, `nps_response` -> NPS response."""
    return " ".join(part.upper() if part in _CAPITALS else _SPELLED.get(part, part) for part in name.split("_"))


def capital(text: str) -> str:
    """The text with its first letter as a sentence begins."""
    return text[:1].upper() + text[1:]


def label(column: Column) -> str:
    """What a field is called: `job_title` -> job title, `owner_id` -> owner, `ends_at` -> end date, `is_on` -> on."""
    name = column.name
    if column.references:
        return words(name.removesuffix("_id"))
    if column.sql_type in ("DATE", "TIMESTAMP") and name.endswith(("_at", "_on")):
        parts = name[:-3].split("_")
        parts[-1] = {"starts": "start", "ends": "end"}.get(parts[-1], parts[-1])
        return f"{words('_'.join(parts))} date"
    if column.sql_type == "BOOLEAN":
        return words(re.sub(r"^(is|has)_", "", name))
    return words(name)


def told(column: Column, fields: set[str]) -> Told:
    """How a field of a schema with these `fields` is told of."""
    kind, currency = _kind(column), None
    if kind == "number" and column.sql_type.startswith("DECIMAL"):
        named = [mark for mark in _MARK.findall(column.description) if mark in fields and "currency" in mark]
        if column.sql_type == "DECIMAL(18,4)" or named:
            kind, currency = "money", next(iter([*named, *({"currency"} & fields)]), None)
    return Told(label(column), kind, column.references, currency)


def _kind(column: Column) -> Kind:
    if column.references:
        return "reference"
    if column.sql_type == "VARCHAR":
        if column.words:
            return "word"
        return "labels" if "separated by semicolons" in column.description else "text"
    kinds: dict[str, Kind] = {
        "BOOLEAN": "flag",
        "DATE": "day",
        "TIMESTAMP": "instant",
        "VARCHAR[]": "list",
        "JSON": "json",
    }
    return kinds.get(column.sql_type, "number")


def called(fields: set[str]) -> str | None:
    """The field by which people call an object with these `fields`; None for what has no name of its own."""
    return next((field for field in NAMES if field in fields), None)


def subject(name: str, column: str) -> str:
    """SQL of whom or what a sentence is about, from the SQL of its name: `Company Acme`, `Ticket "Where is it?"`."""
    quote = "" if name in MERGED else '"'
    return f"'{capital(words(name))} {quote}' || say_short({column}) || '{quote}'"


MACROS = r"""
create or replace temp macro say_short(x) as (
    case
        when length(regexp_replace(trim(x), '\s+', ' ', 'g')) <= 80 then regexp_replace(trim(x), '\s+', ' ', 'g')
        else trim(left(regexp_replace(trim(x), '\s+', ' ', 'g'), 77)) || ' ...'
    end
);
create or replace temp macro say_whole(x) as (
    case when starts_with(x, '-') then '-' else '' end
    || coalesce(format('{:,}', try_cast(split_part(ltrim(x, '-'), '.', 1) as bigint)), split_part(x, '.', 1))
);
create or replace temp macro say_number(x) as (
    say_whole(x) || coalesce('.' || nullif(rtrim(split_part(x, '.', 2), '0'), ''), '')
);
create or replace temp macro say_money(x, currency) as (
    say_whole(x) || '.' || rtrim(split_part(x, '.', 2), '0')
    || repeat('0', greatest(0, 2 - length(rtrim(split_part(x, '.', 2), '0')))) || coalesce(' ' || currency, '')
);
create or replace temp macro say_instant(x) as (
    strftime(try_cast(x as timestamp), '%-d %b %Y')
    || case when try_cast(x as timestamp) = date_trunc('day', try_cast(x as timestamp)) then ''
        else strftime(try_cast(x as timestamp), ' %H:%M UTC') end
);
create or replace temp macro say_list(kind, x) as (
    case when kind = 'list' then coalesce(try_cast(try_cast(x as json) as varchar[]), [])
        else list_filter(list_transform(string_split(coalesce(x, ''), ';'), lambda w: trim(w)), lambda w: w <> '') end
);
create or replace temp macro say_quoted(items) as (
    '"' || array_to_string(list_transform(items, lambda w: say_short(w)), '", "') || '"'
);
create or replace temp macro say_value(kind, x, name, currency) as (
    case kind
        when 'word' then replace(x, '_', ' ')
        when 'reference' then coalesce(say_short(name), x)
        when 'money' then say_money(x, currency)
        when 'number' then say_number(x)
        when 'flag' then case when x = 'true' then 'yes' when x = 'false' then 'no' end
        when 'day' then strftime(try_cast(x as date), '%-d %b %Y')
        when 'instant' then say_instant(x)
        when 'list' then say_quoted(say_list(kind, x))
        when 'labels' then say_quoted(say_list(kind, x))
        else '"' || say_short(x) || '"'
    end
);
create or replace temp macro say_gained(verb, items) as (
    case len(items) when 0 then null when 1 then say_quoted(items) || ' was ' else say_quoted(items) || ' were ' end
    || verb
);
create or replace temp macro say_listed(label, before, after) as (
    label || coalesce(': ' || nullif(concat_ws(', ',
        say_gained('added', list_filter(after, lambda w: not list_contains(before, w))),
        say_gained('removed', list_filter(before, lambda w: not list_contains(after, w)))
    ), ''), ' put in another order')
);
create or replace temp macro say_change(label, kind, before, after, said_before, said_after) as (
    case
        when kind = 'json' then label || ' changed'
        when kind in ('list', 'labels')
            then say_listed(label, say_list(kind, before), say_list(kind, after))
        when before is null then label || ' set to ' || said_after
        when after is null then label || ' cleared (before: ' || said_before || ')'
        else label || ' changed from ' || said_before || ' to ' || said_after
    end
);
"""
"""DuckDB macros that write values and changes; `before` and `after` are the values as text."""
