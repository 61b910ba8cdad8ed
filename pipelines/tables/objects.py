"""From staging to the standard objects: rows of all sources together, references resolved, one row per merged thing.

Who is the same company or person is decided in `models/identity`; here its links are only followed.
"""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.declared import declared_names
from pipelines.rooms import MERGED, SOURCED, Table, catalogue, sources
from pipelines.schemas import Column, columns_of, definition, literal, schema_of
from pipelines.sync.raw import quarantine_table
from pipelines.tables import golden
from pipelines.warehouse import Connection, replace_table, scalar, table_names


def build(con: Connection, table: Table) -> int:
    """Make `objects.<object>` from every source's rows and its own SQL or function; return its number of rows."""
    schema = schema_of(table.name)
    assert schema is not None
    fields = columns_of(schema)
    own = f"{SOURCED}.{table.object_name}"
    rows = golden.untraced(table.object_name, own) if own in table.reads else _sourced(con, table, fields)
    con.execute(f"create or replace temp table {SOURCED} as {rows}").fetchall()
    con.execute(
        f"create schema if not exists objects; create or replace table {table.name} ({definition(schema)})"
    ).fetchall()
    made = table.sql or ""
    if table.build is not None:
        frame = table.build({name: con.sql(f"select * from {name}").pl() for name in table.inputs})
        con.register("built", frame)
        made = "select * from built"
    made = _with_declared(con, table.object_name, made)
    con.execute(f"insert into {table.name} by name select * from ({made}) order by {table.object_name}_id").fetchall()
    con.execute(f"drop table temp.{SOURCED}; drop table if exists temp.resolved").fetchall()
    return int(scalar(con, f"select count(*) from {table.name}"))


def _with_declared(con: Connection, name: str, made: str) -> str:
    """The object's rows with the fields the workspace declares, where its own SQL or function names its columns."""
    lacking = set(declared_names(name)) - {row[0] for row in con.execute(f"describe {made}").fetchall()}
    if not lacking:
        return made
    listed = ", ".join(f'd."{field}"' for field in sorted(lacking))
    return f"select m.*, {listed} from ({made}) as m left join {SOURCED} as d on d.{name}_id = m.{name}_id"


def build_sourced(con: Connection, table: Table) -> int:
    """Make `sourced.<object>`, all sources' rows before any rule adds to them; return its number of rows.

    That of a merged object tells beside each golden value whose it is (`golden.traced`): provenance is read from there.
    """
    schema = schema_of(f"objects.{table.object_name}")
    assert schema is not None
    return replace_table(con, table.name, _sourced(con, table, columns_of(schema), is_traced=True))


def _sourced(con: Connection, table: Table, fields: tuple[Column, ...], *, is_traced: bool = False) -> str:
    """SQL of every source's rows, references resolved, merged things merged.

    Rows whose required reference names nothing that was delivered go to quarantine with that reason.
    """
    name = table.object_name
    staged = _filled(con, (read for read in table.reads if read.startswith("staging_") and read.endswith(f".{name}")))
    known = domains(con) if any(field.references == "company" for field in fields) else ""
    con.execute(f"create or replace temp table resolved as {_resolved(name, fields, staged, known)}").fetchall()
    _quarantine_dangling(con, name, fields, staged, known)
    if name in MERGED:
        merge = golden.traced if is_traced else golden.merged
        return merge(name, fields, "resolved", None, golden.rules(con, name))
    required = " and ".join(f'"{c.name}" is not null' for c in fields if c.references in MERGED and not c.nullable)
    return f"select * exclude (_priority, _row_id) from resolved {f'where {required}' if required else ''}"


def resolved(con: Connection, name: str, staged: list[str] | None = None) -> str:
    """SQL of every record's row of an object as golden values are chosen from them: references resolved, with
    `_priority` (its source's rank of trust) and `_row_id` (its place).

    `staged`: the tables that hold the rows, like staging tables; all sources' staging tables when None.
    """
    schema = schema_of(f"objects.{name}")
    assert schema is not None
    if staged is None:
        staged = staged_tables(con, name)
    return _resolved(name, columns_of(schema), staged, domains(con))


def _record_key(column: str) -> str:
    """SQL for `<source>:<id>`; a reference may name another source's record by writing that itself."""
    names = "|".join(sources())
    foreign = f"regexp_matches(s.{column}, '^({names}):')"
    return f"case when {foreign} then s.{column} else s.source_system || ':' || s.{column} end"


def _followed(field: Column, domains: str) -> tuple[str, str, str]:
    """SQL that follows a reference of `s` to a merged object: the joins, the golden id, the link that was found.

    The reference names a record of its own or another source or, where no record goes by that id, a person's e-mail
    address or a domain that one company alone has.
    """
    links, record, other = f"identity.{field.references}_link", f"link_{field.name}", f"other_{field.name}"
    kind, mark, known = ("domain", ".", f"({domains})") if field.references == "company" else ("email", "@", links)
    word = (
        f"case when {record}.source_key is null and contains(s.{field.name}, '{mark}') "
        f"then '{kind}:' || lower(trim(s.{field.name})) end"
    )
    joins = (
        f"left join {links} as {record} on {record}.source_key = {_record_key(field.name)} "
        f"left join {known} as {other} on {other}.source_key = {word}"
    )
    is_other, target = f"{record}.source_key is null", f"{field.references}_id"
    golden = f"case when {is_other} then {other}.{target} else {record}.{target} end"
    return joins, golden, f"coalesce({record}.source_key, {other}.source_key)"


def domains(con: Connection) -> str:
    """SQL of the domains that one company alone has, as `domain:<domain>`, with its golden id."""
    made = _filled(con, staged_tables(con, "company_domain"))
    rows = [f"select source_system, company_id, domain from {name}" for name in made]
    return (
        "select 'domain:' || lower(s.domain) as source_key, min(l.company_id) as company_id "
        f"from ({' union all by name '.join(rows) or no_rows('company_domain')}) as s "
        f"join identity.company_link as l on l.source_key = {_record_key('company_id')} "
        "where l.company_id is not null group by 1 having count(distinct l.company_id) = 1"
    )


def staged_tables(con: Connection, name: str) -> list[str]:
    """The staging tables of an object that are made, by name."""
    wanted = {t.name for t in catalogue().values() if t.kind == "staging" and t.object_name == name}
    noted = con.execute("select name from meta.table_state where list_contains(?, name)", [list(wanted)]).fetchall()
    if len(noted) < len(wanted):  # asking DuckDB itself takes ten times as long
        wanted &= table_names(con)
    return sorted(wanted)


def _filled(con: Connection, staged: Iterable[str]) -> list[str]:
    """Those of some staging tables that hold rows, by name: a union with many empty ones takes long to plan."""
    empty = con.execute("select name from meta.table_state where rows = 0 and starts_with(name, 'staging_')").fetchall()
    return sorted(set(staged) - {name for (name,) in empty})


def _resolved(name: str, fields: tuple[Column, ...], staged: list[str], domains: str) -> str:
    """Every source's rows with golden ids in place of the sources' own, plus each source's rank of trust."""
    selected, joins = [], []
    for field in fields:
        if field.name == f"{name}_id":
            own = f"identity_{name}.{name}_id" if name in MERGED else "s.source_system || ':' || s.source_record_id"
            selected.append(f'{own} as "{field.name}"')
        elif field.references in MERGED:
            follow, golden, _ = _followed(field, domains)
            joins.append(follow)
            selected.append(f'{golden} as "{field.name}"')
        elif field.references:
            selected.append(f'{_record_key(field.name)} as "{field.name}"')
        elif field.name == "derived_by":
            selected.append("cast(null as varchar) as derived_by")
        else:
            selected.append(f's."{field.name}"')
    if name in MERGED:
        joins.append(
            f"join identity.{name}_link as identity_{name} on identity_{name}.source_key = "
            f"s.source_system || ':' || s.source_record_id and identity_{name}.{name}_id is not null"
        )
    ranks = " ".join(f"when {literal(source)} then {rank}" for rank, source in enumerate(sources()))
    priority = f"case s.source_system {ranks} end" if ranks else "0"
    rows = " union all by name ".join(f"select * from {table}" for table in staged) or no_rows(name)
    return f"select {', '.join(selected)}, {priority} as _priority, s._row_id from ({rows}) as s {' '.join(joins)}"


def no_rows(name: str) -> str:
    """A query with the staging columns of an object that no source gives, and no rows."""
    schema = schema_of(f"objects.{name}")
    assert schema is not None
    fields = columns_of(schema)
    listed = ", ".join(
        f'cast(null as {field.sql_type}) as "{field.name}"' for field in fields if field.name != f"{name}_id"
    )
    return f"select {listed}, cast(null as varchar) as _row_id where false"


def _quarantine_dangling(
    con: Connection, name: str, fields: tuple[Column, ...], staged: list[str], domains: str
) -> None:
    """Set aside rows whose required company, contact or team member no source delivered."""
    required = [field for field in fields if field.references in MERGED and not field.nullable]
    for table in staged:
        source = table.split(".")[0].removeprefix("staging_")
        target = quarantine_table(con, source, name)
        con.execute(f"delete from {target} where stage = 'reference'").fetchall()
        for field in required:
            joins, _, found = _followed(field, domains)
            con.execute(
                f"""
                insert into {target} by name
                select d.file, cast(split_part(s._row_id, ':', 2) as bigint) as line,
                    {literal(field.name + ": ")} || '"' || s.{field.name}
                        || '" is no {field.references} that was delivered' as reason,
                    cast(to_json(s) as varchar) as row, d.delivered_at, 'reference' as stage, s.source_record_id
                from {table} as s
                {joins}
                left join (
                    select distinct sha256, file, delivered_at from meta.delivery where source = {literal(source)}
                ) as d on d.sha256 = split_part(s._row_id, ':', 1)
                where {found} is null
                """
            ).fetchall()
