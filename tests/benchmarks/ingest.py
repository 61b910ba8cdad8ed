"""Ingest: one large CSV in HubSpot's shape through `rapport sync`, and the same file straight into a DuckDB table."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb

from pipelines.home import Home
from pipelines.rooms import sources
from pipelines.sync.ingest import sync
from pipelines.warehouse import connect
from tests.benchmarks.measure import Measured, measure

FULL_BYTES = 1_000_000_000
ROW_BYTES = 170
"""About what one row of `ROWS` takes."""
ROWS = """
    select 10000000000 + n as "Record ID", 'Company ' || md5(cast(n as varchar)) as "Company name",
        md5(cast(n as varchar)) || '.example' as "Company Domain Name",
        case n % 4 when 0 then 'Software' when 1 then 'Logistics' when 2 then 'Energy' end as "Industry",
        n % 5000 as "Number of Employees", case when n % 3 = 0 then n % 100000 * 100 end as "Annual Revenue",
        case n % 3 when 0 then 'Germany' when 1 then 'Ireland' else 'United States' end as "Country/Region",
        case n % 2 when 0 then 'Lead' else 'Customer' end as "Lifecycle Stage",
        strftime(timestamp '2020-01-01' + to_minutes(n % 3000000), '%Y-%m-%d %H:%M') as "Create Date",
        strftime(timestamp '2024-01-01' + to_minutes(n % 1000000), '%Y-%m-%d %H:%M') as "Last Modified Date"
    from range({rows}) as r (n)
"""


def benchmark(folder: Path, size: float) -> None:
    """Print MB/s, the share of DuckDB's speed and the peak memory."""
    home = Home(folder / "home")
    home.create(list(sources()))
    path = home.inbox / "hubspot" / "hubspot-crm-exports-all-companies.csv"
    rows = int(FULL_BYTES * size / ROW_BYTES)
    with duckdb.connect() as con:
        con.execute(f"copy ({ROWS.format(rows=rows)}) to '{path}' (header)").fetchall()
    megabytes = path.stat().st_size / 1e6
    print(f"\ningest: {rows:,} rows, {megabytes:,.0f} MB of CSV in HubSpot's shape", flush=True)
    alone = measure("tests.benchmarks.ingest:read_with_duckdb", path, folder / "alone.duckdb")
    ours = measure("tests.benchmarks.ingest:sync_one", home.path)
    assert alone.result == ours.result == rows, (alone.result, ours.result)
    _print("DuckDB: create table as from read_csv", alone, megabytes, alone)
    _print("rapport sync, safe commit included", ours, megabytes, alone)


def _print(name: str, found: Measured, megabytes: float, alone: Measured) -> None:
    speed, share = megabytes / found.seconds, alone.seconds / found.seconds
    print(
        f"  {name:<40}{found.seconds:>8.1f} s{speed:>8.0f} MB/s{share:>7.2f} of DuckDB's speed"
        f"{found.peak_mb:>8.0f} MB peak   (load {found.load:.1f})",
        flush=True,
    )


def read_with_duckdb(path: str, database: str) -> int:
    """The file as DuckDB reads it by itself, committed to disk; the number of rows."""
    con = connect(Path(database))
    con.execute(f"create table companies as from read_csv('{path}')").fetchall()
    con.execute("checkpoint").fetchall()
    return int(con.execute("select count(*) from companies").fetchall()[0][0])


def sync_one(home: str) -> int:
    """`rapport sync hubspot`; the number of rows stored."""
    place = Home(Path(home))
    place.prepare_environment()
    (synced,) = sync(place, ["hubspot"], datetime(2026, 7, 1), lambda _: None)
    return sum(delivery.rows_stored for delivery in synced.deliveries)
