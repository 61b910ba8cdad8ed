"""Revenue: the movements of very many companies, from rows of subscriptions, beside a bare query over the same rows.

The bare query is what an analyst would write to fill the same table: a month spine joined to the versions, summed, and
compared to the month before. It knows no discount, no overlap, no policy, no day and no time zone.
"""

from __future__ import annotations

import importlib
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from models.policy.loading import load_policies
from pipelines.schemas import definition, schema_of
from pipelines.warehouse import Connection, connect, replace_table, scalar
from tests.benchmarks.measure import ROOT, measure
from tests.models.conftest import tables_in

FULL_COMPANIES = 200_000
MONTHS = 60
AS_OF = datetime(2026, 1, 1)
COMPARED = ("stripe", "chartmogul", "planhat")
WANTED = ("marts.mrr_movement", "marts.company_month", "marts.arr_bridge")
_SUBSCRIPTIONS = """
    select 's' || n as subscription_id, 'c' || (n % {companies}) as company_id, 'active' as status,
        timestamp '2021-01-01' + to_hours((hash(n) % 26280)::int) as starts_at,
        case when hash(n + 1) % 3 = 0 then starts_at + to_hours((720 + hash(n + 2) % 17520)::int) end as ends_at,
        case hash(n + 3) % 4 when 0 then 'USD' else 'EUR' end as currency, hash(n + 4) as dice
    from range({subscriptions}) as made(n)
"""
_VERSIONS = """
    select s.subscription_id || ':' || v.no as subscription_version_id, s.subscription_id, 'item' as item,
        s.starts_at + to_days((v.no * 200)::int) as valid_from,
        case when v.no < s.dice % 3 then s.starts_at + to_days((v.no * 200 + 200)::int) else s.ends_at end as valid_to,
        'active' as status, 1 + (s.dice // 7 + v.no) % 20 as quantity,
        (990 + (s.dice // 11) % 9000) / 100 as unit_amount, s.currency,
        case (s.dice // 13) % 3 when 0 then 'year' else 'month' end as billing_interval, 1 as interval_count,
        false as is_metered
    from given.subscription as s join range(3) as v(no) on v.no <= s.dice % 3
"""
_DISCOUNTS = """
    select 'd' || subscription_id as subscription_discount_id, subscription_id, 10 + dice % 30 as percent_off,
        'repeating' as duration, starts_at, starts_at + interval 90 day as ends_at
    from given.subscription where dice % 10 = 0
"""
_BARE = """
    with month as (
        select range::date as month, range + interval 1 month as snapshot_at
        from range(timestamp '2021-01-01', timestamp '2026-01-01', interval 1 month)
    ),
    worth as (
        select s.company_id, v.currency, v.valid_from, v.valid_to,
            v.quantity * v.unit_amount / case v.billing_interval when 'year' then 12 else 1 end as mrr
        from objects.subscription_version as v join objects.subscription as s using (subscription_id)
    ),
    monthly as (
        select w.company_id, w.currency, m.month, sum(w.mrr) as closing
        from month as m
        join worth as w on w.valid_from < m.snapshot_at and (w.valid_to is null or w.valid_to >= m.snapshot_at)
        group by all
    ),
    beside as (
        select company_id, currency, month, closing, lag(closing) over whole as before,
            lag(month) over whole as month_before, lead(month) over whole as month_after
        from monthly window whole as (partition by company_id, currency order by month)
    ),
    moved as (
        select company_id, currency, month, closing, before is not null as is_back,
            case when month_before = month - interval 1 month then before else 0 end as opening
        from beside
        union all
        select company_id, currency, month + interval 1 month, 0, true, closing
        from beside
        where month < date '2025-12-01' and month_after is distinct from month + interval 1 month
    )
    select 'bare' as policy_id, company_id, currency, month, true as is_complete, opening,
        case when opening = 0 and not is_back then closing else 0 end as new,
        case when opening = 0 and is_back then closing else 0 end as reactivation,
        case when opening > 0 and closing > opening then closing - opening else 0 end as expansion,
        case when closing > 0 and closing < opening then opening - closing else 0 end as contraction,
        case when closing = 0 then opening else 0 end as churn, 0 as fx, closing, closing as gross_mrr
    from moved
"""


def benchmark(folder: Path, size: float) -> None:
    """Print the seconds of the bare query and of every revenue table, with one policy and with four."""
    companies = int(FULL_COMPANIES * size)
    print(f"\nrevenue: {companies:,} companies, {MONTHS} months", flush=True)
    for compared in ((), COMPARED):
        found = measure("tests.benchmarks.revenue:engine", folder, companies, ",".join(compared))
        told = found.result
        names = list(told["tables"])
        upto = names[: names.index(WANTED[0]) + 1]
        movements = sum(told["tables"][name][0] for name in upto)
        print(f"  policies: {1 + len(compared)}; {found.peak_mb:,.0f} MB peak", flush=True)
        print(f"    {'bare query':<44}{told['bare'][1]:>14,} rows{told['bare'][0]:>8.1f} s", flush=True)
        for name, (seconds, rows) in told["tables"].items():
            if seconds >= 0.1:
                print(f"    {name:<44}{rows:>14,} rows{seconds:>8.1f} s", flush=True)
        ratio = movements / told["bare"][0]
        print(f"    all up to marts.mrr_movement: {movements:.1f} s, {ratio:.2f} of the bare query", flush=True)


def engine(folder: str, companies: str, compared: str) -> dict[str, Any]:
    """Seconds and rows of the bare query and of every table the revenue marts are made from."""
    config = Path(folder) / "config"
    config.mkdir(exist_ok=True)
    _policy(config, [name for name in compared.split(",") if name])
    with connect(Path(folder) / f"revenue{len(compared)}.duckdb") as con:
        _given(con, int(companies), config)
        began = time.monotonic()
        rows = _fill(con, "marts.mrr_movement", _BARE)
        bare = time.monotonic() - began, rows
        con.execute("drop table marts.mrr_movement").fetchall()
        made: dict[str, tuple[float, int]] = {}
        for name in WANTED:
            _make(con, name, made)
        return {"bare": bare, "tables": made}


def _policy(config: Path, compared: list[str]) -> None:
    text = (ROOT / "models" / "policy" / "revenue.toml").read_text()
    kept = [line for line in text.splitlines() if not line.startswith("compared =")]
    place = next(number for number, line in enumerate(kept) if line.startswith("policy_id"))
    kept.insert(place, f"compared = {compared}".replace("'", '"'))
    (config / "revenue.toml").write_text("\n".join(kept))


def _given(con: Connection, companies: int, config: Path) -> None:
    """The objects that revenue is made from, and the policies."""
    for name, frame in load_policies(config).items():
        con.register("arriving", frame)
        replace_table(con, f"policy.{name}", "select * from arriving")
        con.unregister("arriving")
    as_of = pl.DataFrame({"as_of": [AS_OF], "as_of_on": [AS_OF.date()]})
    con.register("arriving", as_of)
    replace_table(con, "meta.run", "select * from arriving")
    con.unregister("arriving")
    numbers = {"companies": companies, "subscriptions": companies * 3 // 2}
    replace_table(con, "given.subscription", _SUBSCRIPTIONS.format(**numbers))
    _object(con, "objects.subscription", "select * exclude (dice) from given.subscription")
    _object(con, "objects.subscription_version", _VERSIONS)
    _object(con, "objects.subscription_discount", _DISCOUNTS)
    _object(
        con, "objects.company", f"select 'c' || n as company_id, 'Co ' || n as name from range({companies}) as m(n)"
    )
    rates = "select 'usd' as exchange_rate_id, 'USD' as currency, date '2020-12-31' as quoted_on, 1.1 as units_per_euro"
    _object(con, "objects.exchange_rate", rates)


def _object(con: Connection, name: str, sql: str) -> None:
    """Store rows of an object, with what every row must have."""
    key = f"{name.split('.')[1]}_id as source_record_id"
    kept = f"select *, 'test' as source_system, timestamp '2020-01-01' as loaded_at from ({sql})"
    _fill(con, name, f"select *, {key} from ({kept})")


def _fill(con: Connection, name: str, sql: str) -> int:
    """Make a table as its schema says, with the rows of a query; their number."""
    schema = schema_of(name)
    assert schema is not None, name
    con.execute(f"create schema if not exists {name.split('.')[0]}").fetchall()
    con.execute(f"create table {name} ({definition(schema)})").fetchall()
    return int(con.execute(f"insert into {name} by name {sql}").fetchall()[0][0])


def _make(con: Connection, name: str, made: dict[str, tuple[float, int]]) -> None:
    """Make a table of `models/` and before it all that it reads; objects that nobody gave are empty."""
    there = f"select count(*) from duckdb_tables() where schema_name || '.' || table_name = '{name}'"
    if name in made or scalar(con, there):
        return
    room, short = name.split(".")
    path = ROOT / "models" / room / f"{short}.sql"
    schema = schema_of(f"objects.{short}" if room == "sourced" else name)
    if room in ("objects", "sourced", "history", "identity"):
        assert schema is not None, name
        con.execute(f"create schema if not exists {room}").fetchall()
        con.execute(f"create table {name} ({definition(schema)})").fetchall()
        return
    if name == "policy.source_rank":
        replace_table(con, name, "select '' as source, 1::bigint as trust where false")
        return
    module = None if path.exists() else importlib.import_module(f"models.{room}.{short}")
    for read in sorted(tables_in(path.read_text()) if module is None else module.INPUTS):
        _make(con, read, made)
    began = time.monotonic()
    sql = path.read_text() if module is None else _built(con, module)
    rows = replace_table(con, name, sql) if schema is None else _fill(con, name, sql)
    made[name] = time.monotonic() - began, rows


def _built(con: Connection, module: Any) -> str:
    """The rows a Python module makes, as SQL."""
    con.register("built", module.build({read: con.sql(f"from {read}").pl() for read in module.INPUTS}))
    return "select * from built"
