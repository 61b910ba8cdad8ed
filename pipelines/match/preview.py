"""What a decision would change before it is made: ids, rows, revenue; the warehouse is only read for it.

The decisions and links are made twice with the code that every run uses, without the decision and with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pipelines import declarations
from pipelines.answers.lookup import NothingFoundError, rows
from pipelines.home import Home
from pipelines.match import decisions
from pipelines.match.decisions import Decision
from pipelines.rooms import catalogue
from pipelines.schemas import columns_of, schema_of
from pipelines.tables.objects import no_rows
from pipelines.warehouse import Connection, connect, scalar, table_names, writer_lock

DECISIONS = "policy.match_decision"
_MOVED = """
    create temp table moved as
    select a.source_key, b.{name}_id as old_id, a.{name}_id as new_id
    from link_after as a join link_before as b on a.source_key = b.source_key
    where a.{name}_id <> b.{name}_id
"""
_MRR = """
    with paying as (
        select distinct m.old_id, m.new_id, s.source_system || ':' || s.source_record_id as subscription_id
        from ({subscriptions}) as s
        join moved as m on m.source_key in (s.company_id, s.source_system || ':' || s.company_id)
    )
    select p.old_id, p.new_id, sum(cast(round(i.net_mrr * r.rate, 6) as decimal(38, 6))) as mrr,
        v.reporting_currency as currency
    from paying as p
    join intermediate.revenue_item_span as i on i.subscription_id = p.subscription_id
    join intermediate.present_rate as r on r.currency = i.currency
    join policy.revenue as v on v.policy_id = i.policy_id
    join (select policy_id, max(valued_at) as valued_at from intermediate.month group by all) as n
        on n.policy_id = i.policy_id
    where i.runs_from <= n.valued_at and coalesce(n.valued_at < i.runs_to, true)
    group by all
    having sum(i.net_mrr) <> 0
    order by all
"""


def preview(home: Home, name: str, after: list[Decision]) -> dict[str, Any]:
    """What would be other than now if `after` were the decisions of people, for the rows of one object.

    Returns object; ids: {id, name, becomes: how the id goes on in words, goes_on_as: golden ids of its records};
    rows: {object, old_id, new_id, rows: how many of the sources' rows would point to the other id}; mrr (companies
    only): {old_id, new_id, mrr, currency}, the monthly revenue now that would go from one to the other. Raises
    `NothingFoundError` before the first run, `WarehouseBusyError` while somebody writes.
    """
    with _reading(home) as con:
        _try(con, name, {"before": decisions.read(home.config), "after": after})
        con.execute(_MOVED.format(name=name)).fetchall()
        told = {"object": name, "ids": _ids(con, name), "rows": _rows(con, name)}
        return told | {"mrr": _mrr(con) if name == "company" else []}


@contextmanager
def _reading(home: Home) -> Iterator[Connection]:
    """The warehouse, for reading alone, while nobody writes to it."""
    with writer_lock(home, "rapport match preview"):
        declarations.use(home)
        if not home.warehouse.exists():
            raise NothingFoundError(f"Nothing is built in {home.path} yet: run `rapport sync` and `rapport run` first.")
        con = connect(home.warehouse, read_only=True)
        try:
            if "ledger.founder" not in table_names(con):
                raise NothingFoundError(f"Nothing is built in {home.path} yet: run `rapport run` first.")
            yield con
        finally:
            con.close()


def _try(con: Connection, name: str, said: Mapping[str, list[Decision]]) -> None:
    """Make temporary tables `link_<when>`: the links of an object as they would be by what people said.

    They are made in a database in memory, out of what the warehouse has, so that the warehouse is left as it is.
    """
    warehouse = str(scalar(con, "select current_database()"))
    made = [f"identity.{name}_decision", f"identity.{name}_link"]
    con.execute("attach ':memory:' as trial (read_write)").fetchall()
    for read in sorted({*made, *(read for table in made for read in catalogue()[table].inputs)}):
        room, short = read.split(".")
        con.execute(f"create schema if not exists trial.{room}").fetchall()
        query = _staged(con, short) if room == "staging" else f"select * from {warehouse}.{read}"
        kind = "view" if room != "staging" and read not in (*made, DECISIONS) else "table"
        con.execute(f"create {kind} trial.{read} as {query}").fetchall()
    con.execute("use trial").fetchall()
    for when, decided in said.items():
        con.register("decided", decisions.frame(decided))
        con.execute(f"create or replace table {DECISIONS} as from decided").fetchall()
        con.unregister("decided")
        for table in made:
            renew = catalogue()[table].renew
            assert renew is not None
            renew(con)
        con.execute(f"create temp table link_{when} as select source_key, {name}_id from {made[1]}").fetchall()
    con.execute(f"use {warehouse}").fetchall()


def _staged(con: Connection, name: str) -> str:
    """SQL of all sources' staging rows of an object."""
    made = table_names(con)
    tables = [t.name for t in catalogue().values() if t.kind == "staging" and t.object_name == name and t.name in made]
    return " union all by name ".join(f"select * from {table}" for table in tables) or no_rows(name)


def _ids(con: Connection, name: str) -> list[dict[str, Any]]:
    """Every golden id that some record leaves or comes to, and how it goes on."""
    found = rows(
        con,
        f"""
        with touched as (select old_id as id from moved union select new_id from moved),
        outcome as (
            select b.{name}_id as id, list_sort(list(distinct a.{name}_id)) as goes_on_as
            from link_before as b join link_after as a using (source_key) group by all
        )
        select t.id, o.name, coalesce(c.goes_on_as, []) as goes_on_as,
            list_sort(list(distinct m.old_id) filter (where m.new_id = t.id)) as comes_from
        from touched as t
        left join outcome as c on c.id = t.id
        left join objects.{name} as o on o.{name}_id = t.id
        left join moved as m on m.new_id = t.id
        group by all order by t.id
        """,
    )
    return [{**row, "comes_from": row["comes_from"] or [], "becomes": _becomes(row)} for row in found]


def _becomes(row: dict[str, Any]) -> str:
    goes_on, comes_from = row["goes_on_as"], row["comes_from"] or []
    others = [one for one in goes_on if one != row["id"]]
    if not goes_on:
        return f"is new, split off from {', '.join(comes_from)}"
    if row["id"] not in goes_on:
        return f"is merged into {others[0]}" if len(others) == 1 else f"is split up into {', '.join(others)}"
    said = [f"takes in records of {', '.join(comes_from)}"] if comes_from else []
    said += [f"gives records to {', '.join(others)}"] if others else []
    return "goes on and " + " and ".join(said)


def _rows(con: Connection, name: str) -> list[dict[str, Any]]:
    """How many rows of which objects name a record that would go to another id."""
    made = table_names(con)
    counts = []
    for table in catalogue().values():
        if table.kind != "staging" or table.name not in made:
            continue
        schema = schema_of(f"objects.{table.object_name}")
        fields = [c.name for c in columns_of(schema) if c.references == name] if schema else []
        keys = {f"s.source_system || ':' || s.{field}" for field in fields}
        keys |= {f"s.{field}" for field in fields} | {f"'email:' || lower(trim(s.{field}))" for field in fields}
        if table.object_name == name:
            keys.add("s.source_system || ':' || s.source_record_id")
        if keys:
            counts.append(
                f"select '{table.object_name}' as object, m.old_id, m.new_id, "
                f"count(distinct s.source_record_id) as n from {table.name} as s "
                f"join moved as m on m.source_key in ({', '.join(sorted(keys))}) group by all"
            )
    if not counts:
        return []
    return rows(
        con,
        f"select object, old_id, new_id, cast(sum(n) as bigint) as rows from ({' union all '.join(counts)}) "
        "group by all order by all",
    )


def _mrr(con: Connection) -> list[dict[str, Any]]:
    """The monthly revenue of subscriptions that would go from one company to another, in the reporting currency."""
    needed = {"intermediate.revenue_item_span", "intermediate.present_rate", "intermediate.month"}
    if not needed <= table_names(con):
        return []
    return rows(con, _MRR.format(subscriptions=_staged(con, "subscription")))
